"""A scoreboard of made-up theses, each the best of its variants, looked at again and again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import expm1, sqrt
from typing import Any

import numpy as np

from backtests.evaluation.scoreboard.theses import ScoreboardInputs, scoreboard
from backtests.evaluation.statistics.sequential import Mean, at_all_looks, at_one_look
from backtests.records.ledger.choices import Shown
from backtests.records.ledger.verdicts import JudgedRow
from benchmarks.looks import monthly
from benchmarks.worlds import DEVIATION, YEAR, Values

THESES = 19
LOOKS = monthly(24)
EDGE = 3.0


def false_news(seed: int, alike: float, good: int) -> tuple[int, int]:
    """Theses that were news at one look or another: those without an edge among them, and all.

    Each thesis has 1 to 20 variants. At every look its author shows the one that is furthest
    ahead by then. alike: correlation of the variants of a thesis; theses share a tenth of their
    variance. good: so many have an edge, in all of their variants.
    """
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 21, THESES)
    paths = [_variants(rng, count, alike, EDGE * (place < good)) for place, count in
             enumerate(counts)]  # fmt: skip
    shared = sqrt(0.1) * DEVIATION * rng.standard_normal(LOOKS[-1])
    news: set[int] = set()
    for sessions in LOOKS:
        rows = [_shown(place, (path + shared)[:, :sessions]) for place, path in enumerate(paths)]
        news |= _news(rows, counts)
    return sum(place >= good for place in news), len(news)


def _variants(rng: np.random.Generator, count: int, alike: float, edge: float) -> Values:
    common = sqrt(alike) * rng.standard_normal(LOOKS[-1])
    own = sqrt(1 - alike) * rng.standard_normal((count, LOOKS[-1]))
    drift = edge * DEVIATION / sqrt(YEAR)
    return np.asarray(sqrt(0.9) * DEVIATION * (common + own) + drift)


def _shown(place: int, differences: Values) -> JudgedRow:
    """The variant that is furthest ahead, by its errors."""
    sessions = differences.shape[-1]
    mean = Mean.of(differences)
    best = int(np.argmax(mean.value / mean.error))
    ends = {"excess": mean.value[best]}
    for names, errors in ((("low", "high"), at_one_look(sessions)),
                          (("low_always", "high_always"), at_all_looks(sessions))):  # fmt: skip
        ends |= dict(zip(names, (end[best] for end in mean.within(errors)), strict=True))
    growth: dict[str, Any] = {name: expm1(YEAR * end) for name, end in ends.items()}
    verdict = {"word": "cannot tell yet", "sessions": sessions, "since": "2000-01-03", **growth}
    return JudgedRow(place + 1, "", f"{place}", "s", "v", "", "2000-01-03", verdict)


def _news(rows: Sequence[JudgedRow], counts: Sequence[int]) -> set[int]:
    def tries(shown: Sequence[Shown]) -> list[int]:
        return [int(counts[int(row.question.thesis)]) for row in shown]

    board = scoreboard(ScoreboardInputs(judged=rows, tries=tries), "", date(2000, 1, 3))
    return {int(row["thesis"]["id"]) for row in board["rows"] if row["news"]}
