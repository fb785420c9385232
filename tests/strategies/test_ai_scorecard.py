"""The rule of ai-scorecard, in views made by hand and on prices."""

from __future__ import annotations

import csv
import math
import random
from pathlib import Path

import pandas as pd
import pytest

from newsfolio import StrategyError
from newsfolio.library import CHINA_STOCKS, CHINA_TEN
from strategies.ai_scorecard import AI_SCORES, COLUMNS, AiScorecard
from strategies.ai_scorecard import Picks as CardPicks
from tests.support.strategy_views import rows_of, view_at_end, weekdays

TEN = CHINA_TEN.tickers
A_YEAR = pd.DataFrame(100.0, index=weekdays(300, "2026-09-30"), columns=list(TEN))


def marks(line: str, published: str = "2026-06-01", **given: float) -> tuple[object, ...]:
    return published, line, *(given.get(name, math.nan) for name in COLUMNS)


def test_the_template_is_equal_weight_to_the_last_bit() -> None:
    shipped = rows_of(AI_SCORES, *[[*row[:2], *[math.nan] * 10] for row in AI_SCORES.rows])
    assert AiScorecard().weights(view_at_end(A_YEAR, shipped)) == dict.fromkeys(TEN, 1 / 10)
    assert AiScorecard().weights(view_at_end(A_YEAR, rows_of(AI_SCORES))) == dict.fromkeys(
        TEN, 1 / 10
    )


def test_no_score_is_shipped_and_the_template_is_the_table() -> None:
    assert all(cell == "" for row in AI_SCORES.rows for cell in row[2:])
    folder = Path(__file__).parents[2] / "docs"
    with (folder / "ai_scores.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == AI_SCORES.header
    assert [tuple(row) for row in rows] == list(AI_SCORES.rows)
    assert tuple(row[1] for row in rows) == TEN


def test_weights_are_proportional_to_the_known_marks() -> None:
    """8 and 6 make 7; the eight without a row have 5; 7 + 3 + 40 = 50."""
    rows = rows_of(
        AI_SCORES,
        marks(TEN[0], "2026-02-02", talent_kept=1),  # a later row replaces it
        marks(TEN[0], talent_kept=8, clear_offer=6),
        marks(TEN[1], partners=3),
    )
    weights = AiScorecard().weights(view_at_end(A_YEAR, rows))
    rest = dict.fromkeys(TEN[2:], pytest.approx(0.10))
    assert weights == {TEN[0]: pytest.approx(0.14), TEN[1]: pytest.approx(0.06), **rest}


def test_an_old_score_is_forgotten() -> None:
    """Known on 1 June, asked on 30 September: 121 days."""
    rows = rows_of(AI_SCORES, marks(TEN[0], talent_kept=10))
    assert AiScorecard(stale=120).weights(view_at_end(A_YEAR, rows)) == dict.fromkeys(TEN, 0.1)
    fresh = AiScorecard(stale=121).weights(view_at_end(A_YEAR, rows))
    assert fresh is not None
    assert fresh[TEN[0]] == pytest.approx(10 / 55)


def test_the_scores_of_a_year_before() -> None:
    then = A_YEAR.index[-253]
    rows = rows_of(
        AI_SCORES,
        marks(TEN[0], str((then - pd.Timedelta(days=300)).date()), talent_kept=10),
        marks(TEN[0], str(then.date()), talent_kept=0),  # of that day: not yet seen
    )
    rows = rows.sort_values("known", kind="stable")
    lagged = AiScorecard(lag=252).weights(view_at_end(A_YEAR, rows))
    assert lagged is not None
    assert lagged[TEN[0]] == pytest.approx(10 / 55)
    assert AiScorecard(lag=252, stale=299).weights(view_at_end(A_YEAR, rows)) == dict.fromkeys(
        TEN, 0.1
    )
    now = AiScorecard(stale=3650).weights(view_at_end(A_YEAR, rows))
    assert now is not None
    assert now[TEN[0]] == 0
    assert AiScorecard(lag=400).weights(view_at_end(A_YEAR, rows)) == dict.fromkeys(TEN, 0.1)


def test_all_at_nothing_is_equal_weight_and_marks_have_bounds() -> None:
    nothing = rows_of(AI_SCORES, *[marks(line, partners=0) for line in TEN])
    assert AiScorecard().weights(view_at_end(A_YEAR, nothing)) == dict.fromkeys(TEN, 0.1)
    for mark in (-1, 10.5):
        with pytest.raises(StrategyError, match=f"a mark of {TEN[3]} is not within 0 to 10"):
            AiScorecard().weights(
                view_at_end(A_YEAR, rows_of(AI_SCORES, marks(TEN[3], partners=mark)))
            )


def test_the_scorecard_shows_its_gaps_and_ages() -> None:
    rows = rows_of(
        AI_SCORES,
        marks(TEN[0], talent_kept=8, clear_offer=6),
        marks(TEN[1], "2025-09-22", partners=9),
        marks(TEN[2]),
        marks(TEN[3], **dict.fromkeys(COLUMNS, 7.0)),
    )
    explained = AiScorecard().explain(view_at_end(A_YEAR, rows)).set_index("company")
    seen = explained[["score", "marks known of 10", "age in days", "note"]].head(5)
    assert seen.loc[TEN[0]].tolist() == [7.0, 2, 121, "8 unknown"]
    assert seen.loc[TEN[1]].tolist() == [5.0, 1, 373, "stale: neutral"]
    assert seen.loc[TEN[2]].tolist() == [5.0, 0, 121, "no score: neutral"]
    assert seen.loc[TEN[3]].tolist() == [7.0, 10, 121, ""]
    assert math.isnan(seen.loc[TEN[4], "age in days"])
    assert explained["weight"].sum() == pytest.approx(1)


def test_the_most_traded_are_scored_alike_and_lots_draw_ten() -> None:
    lines = CHINA_STOCKS.tickers
    close = pd.DataFrame(100.0, index=A_YEAR.index, columns=list(lines))
    turnover = close * [*range(1, len(lines) + 1)]
    rows = rows_of(AI_SCORES, marks(lines[-1], partners=10))
    chosen = AiScorecard(picks=CardPicks.MOST_TRADED)
    weights = chosen.weights(view_at_end(close, rows, turnover=turnover))
    assert weights == {
        line: pytest.approx((10 if line == lines[-1] else 5) / 55) for line in lines[-10:]
    }
    drawn = AiScorecard().drawn(random.Random(5))
    assert isinstance(drawn, AiScorecard)
    assert len(set(drawn.universe.tickers)) == 10
    assert set(drawn.universe.tickers) <= set(AiScorecard.pool)
