"""T19: companies weighted by dated scores of their AI and of the proof that it pays."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from newsfolio import (
    Facts,
    Fixed,
    Sleeve,
    Strategy,
    StrategyError,
    View,
    Weights,
    equal,
    most_traded,
    param,
    quarterly,
)
from newsfolio.articles.leaves_peers_behind import AI_SCORECARD
from newsfolio.library import CHINA_STOCKS, CHINA_TEN, Picks

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[Any]"

MARKS = (
    "research_quality",  # patents and papers
    "talent_kept",
    "deployed_at_scale",  # and to good customers
    "own_compute",  # owned, and used well
    "partners",  # developers and companies that build on it
)
"""What article 000 looks for in a company whose AI is real."""
EVIDENCE = (
    "named_contracts",  # repeated, with values and results
    "wider_margins",
    "clear_offer",  # sold apart, bundled, or used inside
    "sound_governance",
    "spending_discipline",
)
"""What article 002 waits for before the market believes that it pays."""
COLUMNS = MARKS + EVIDENCE
BEST, NEUTRAL = 10.0, 5.0

AI_SCORES = Facts(
    "ai_scores",
    text=("asset",),
    columns=COLUMNS,
    where="Scores of 0 to 10 by company, blank where nobody knows, with the day from which each "
    "row was known: yours, from filings and notes that you can name; docs/ai_scores.csv is an "
    "empty one to fill in.",
    rows=tuple(("2025-09-21", line, *[""] * len(COLUMNS)) for line in CHINA_TEN.tickers),
)


@dataclass(frozen=True)
class _Score:
    """What is known of a company: the mean of its marks, how many, how old, and what is amiss."""

    value: float = NEUTRAL
    marks: int = 0
    age: float = float("nan")
    note: str = "no score: neutral"


@dataclass(frozen=True)
class AiScorecard(Strategy):
    """Chinese technology companies in proportion to their scores, set again every quarter.

    Article 000 lists five marks of real AI (research, talent, deployment, computing power,
    partners), article 002 five kinds of evidence that it pays (contracts, margins, a clear offer,
    governance, discipline in spending), and both expect those who show more of them to do better.
    A company's score is the mean of the marks known in its latest row; a blank mark is left out. A
    company without a known mark, or whose row is more than `stale` days old, has the neutral
    score of 5. Weights are proportional to the scores.

    Nobody sourced scores, so none are shipped: the table has one row a company and every mark
    blank, and the strategy equals equal weights. Put yours into ai_scores.csv, each row with the
    day on which you could have known it; scores made today for a day in the past are hindsight.
    The list of companies is hindsight too: it was drawn after a run-up. The controls hold them in
    equal parts, use the scores as they were known a year before, or score the ten most
    traded; placebos draw ten by lot.
    """

    stale: int = param(365, low=1, high=3650, unit="days", doc="age at which a score is forgotten")
    lag: int = param(0, low=0, high=756, unit="sessions", doc="how old the file is that is read")
    picks: Picks = param(Picks.ARTICLE, doc="whose companies: the list, most traded, by lot")
    seed: int = param(1, low=0, high=999_999, doc="draws the companies of picks=lot")

    thesis = AI_SCORECARD
    rebalance = quarterly
    facts = (AI_SCORES,)
    grid = {"stale": (180, 365, 730)}
    pool = CHINA_STOCKS.tickers

    @property
    def universe(self) -> Sleeve:  # type: ignore[override]
        if self.picks is Picks.ARTICLE:
            return CHINA_TEN
        if self.picks is Picks.MOST_TRADED:
            return CHINA_STOCKS
        lines = tuple(random.Random(self.seed).sample(CHINA_STOCKS.lines, len(CHINA_TEN.lines)))
        return dataclasses.replace(CHINA_STOCKS, lines=lines)

    @property
    def benchmark(self) -> Strategy:  # type: ignore[override]
        return Fixed(mix=((1.0, self.universe),), schedule=quarterly)

    def weights(self, view: View) -> Weights | None:
        lines = self._companies(view)
        if not lines:
            return None
        return _proportional({line: score.value for line, score in self._scores(view, lines)})

    def _companies(self, view: View) -> tuple[str, ...]:
        if self.picks is Picks.MOST_TRADED:
            return most_traded(view, self.universe, len(CHINA_TEN.lines)).tickers
        return self.universe.tickers

    def _scores(self, view: View, lines: tuple[str, ...]) -> Iterator[tuple[str, _Score]]:
        """As they stood `lag` sessions ago, ages too."""
        import numpy as np

        then = self._then(view)
        table, marks = view.arrays.facts(AI_SCORES.name), view.once(_marks)
        known = table["known"]
        if self.lag:
            known = known[known < then]
        assets = table["asset"][: len(known)]
        for line in lines:
            rows = np.flatnonzero(assets == line)
            last = rows[-1] if len(rows) else None
            yield line, _Score() if last is None else self._score(marks[last], known[last], then)

    def _then(self, view: View) -> np.datetime64:
        import numpy as np

        sessions = view.arrays.sessions(self.lag + 1)
        return sessions[0] if len(sessions) > self.lag else np.datetime64(date.min)

    def _score(self, row: Array, known: np.datetime64, then: np.datetime64) -> _Score:
        import numpy as np

        marks = row[~np.isnan(row)]
        age = int((then - known).astype(int))
        if not len(marks):
            return _Score(age=age)
        if age > self.stale:
            return _Score(NEUTRAL, len(marks), age, "stale: neutral")
        gaps = len(COLUMNS) - len(marks)
        return _Score(float(marks.mean()), len(marks), age, f"{gaps} unknown" if gaps else "")

    def explain(self, view: View) -> pd.DataFrame:
        """By company: its score, how many of the ten marks are known, how old they are."""
        import pandas as pd

        lines = self._companies(view)
        scores = dict(self._scores(view, lines))
        weights = _proportional({line: score.value for line, score in scores.items()})
        rows = [
            (line, score.value, score.marks, score.age, weights[line], score.note)
            for line, score in scores.items()
        ]
        columns = ["company", "score", "marks known of 10", "age in days", "weight", "note"]
        return pd.DataFrame(rows, columns=columns)

    def controls(self) -> Mapping[str, Strategy]:
        found: dict[str, Strategy] = {
            "equal weights": self.benchmark,
            "the scores of a year before": dataclasses.replace(self, lag=252),
        }
        if self.picks is Picks.ARTICLE:
            found["ten most traded"] = dataclasses.replace(self, picks=Picks.MOST_TRADED)
        return found

    def drawn(self, lot: random.Random) -> Strategy:
        return dataclasses.replace(self, picks=Picks.LOT, seed=lot.randrange(1_000_000))


def _marks(view: View) -> Array:
    """(rows, marks) of the table; StrategyError for one out of its range, a blank is within it."""
    import numpy as np

    table = view.arrays.facts(AI_SCORES.name)
    marks = np.column_stack([table[name] for name in COLUMNS])
    wrong = ((marks < 0) | (marks > BEST)).any(axis=1)
    if wrong.any():
        asset = table["asset"][wrong][0]
        raise StrategyError(f"{AI_SCORES.name}: a mark of {asset} is not within 0 to 10")
    return marks


def _proportional(scores: Mapping[str, float]) -> dict[str, float]:
    """Weights in proportion to the scores; equal ones where every score is 0."""
    total = sum(scores.values())
    return {line: score / total for line, score in scores.items()} if total else equal(scores)
