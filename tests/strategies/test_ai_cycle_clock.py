"""The rule of ai-cycle-clock, in views made by hand and on prices."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from newsfolio.library import Form
from strategies.ai_cycle_clock import CANDIDATES, CHINESE_AI, AiCycleClock
from strategies.ai_cycle_clock import Picks as ClockPicks
from tests.support.strategy_views import close_of, explained_targets, view_at_end, weekdays

SIX = CHINESE_AI.tickers


def path(basket: Sequence[float], market: Sequence[float] | None = None) -> pd.DataFrame:
    """Levels after the first decision at 100; the six move alike."""
    index = weekdays(len(basket), "2025-12-31")
    lines = dict.fromkeys(SIX, basket)
    return pd.DataFrame({**lines, "MCHI": market or [100.0] * len(basket)}, index=index)


ALL_SIX = dict.fromkeys(SIX, pytest.approx(1 / 6))
ONLY_MARKET = {"MCHI": 1.0}


def test_the_clock_holds_the_market_before_the_article_and_the_six_from_it_on() -> None:
    start = path([90, 95, 100])
    assert AiCycleClock().weights(view_at_end(start)) == ONLY_MARKET
    assert AiCycleClock().weights(view_at_end(start, held={"MCHI": 1.0})) is None
    assert AiCycleClock().weights(view_at_end(start, age=0, held={"MCHI": 1.0})) == ALL_SIX
    assert AiCycleClock().weights(view_at_end(start, age=2, held=dict.fromkeys(SIX, 1 / 6))) is None


def test_once_earned_it_stays_out() -> None:
    """The basket is 60 points ahead for one session, 10 at last."""
    back = path([100, 130, 160, 110], [100, 100, 100, 100])
    six = dict.fromkeys(SIX, 1 / 6)
    assert AiCycleClock().weights(view_at_end(back.iloc[:2], age=1, held=six)) is None
    assert AiCycleClock().weights(view_at_end(back, age=3, held=six)) == ONLY_MARKET
    assert AiCycleClock(target=0.61).weights(view_at_end(back, age=3, held=six)) is None
    assert AiCycleClock(clock=False).weights(view_at_end(back, age=3)) == ALL_SIX
    with_it = path([100, 130, 160, 110], [100, 115, 130, 100])  # never more than 30 points ahead
    assert AiCycleClock().weights(view_at_end(with_it, age=3)) == ALL_SIX


def test_what_was_earned_before_the_first_decision_does_not_count() -> None:
    before = path([100, 200, 210])
    assert AiCycleClock().weights(view_at_end(before, age=1)) == ALL_SIX
    assert AiCycleClock().weights(view_at_end(before, age=2)) == ONLY_MARKET


def test_its_time_is_counted_in_sessions() -> None:
    flat = path([100.0] * 22)
    assert AiCycleClock(months=1).weights(view_at_end(flat.iloc[:21], age=20)) == ALL_SIX
    assert AiCycleClock(months=1).weights(view_at_end(flat, age=21)) == ONLY_MARKET
    assert AiCycleClock(months=2).weights(view_at_end(flat, age=21)) == ALL_SIX


def test_a_line_without_a_price_on_the_first_day_is_not_counted() -> None:
    late = path([100, 100, 140])
    late.loc[late.index[0], SIX[0]] = np.nan
    late.loc[late.index[1], SIX[0]] = 10.0  # would be 13 times as much
    explained = AiCycleClock().explain(view_at_end(late, age=2))
    assert explained is not None
    assert explained["excess so far"].item() == pytest.approx(0.40)


def test_the_clock_explains_itself() -> None:
    assert AiCycleClock().explain(view_at_end(path([100, 100]))) is None
    explained = AiCycleClock(months=1).explain(view_at_end(path([100, 160, 110]), age=2))
    assert explained is not None
    row = explained.iloc[0].to_dict()
    assert row["excess so far"] == pytest.approx(0.10)
    assert row["highest so far"] == pytest.approx(0.60)
    assert row["reached on"] == "2025-12-30"
    assert row["sessions left"] == 19
    assert row["holds"] == "MCHI"


def test_the_most_traded_are_those_of_the_first_decision() -> None:
    lines = CANDIDATES.tickers
    index = weekdays(120, "2025-12-31")
    close = pd.DataFrame(100.0, index=index, columns=[*lines, "MCHI"])
    turnover = close * [*range(1, len(lines) + 1), 1]  # the last six are the most traded ...
    turnover.iloc[-20:] = turnover.iloc[-20:].to_numpy()[:, ::-1] * 1000  # ... until the article
    turnover.iloc[:50, lines.index(lines[-1])] = np.nan  # too young by then: 50 bars
    chosen = AiCycleClock(picks=ClockPicks.MOST_TRADED)
    weights = chosen.weights(view_at_end(close, age=20, turnover=turnover))
    assert weights == dict.fromkeys(lines[-7:-1], pytest.approx(1 / 6))


def test_the_clock_draws_six_others() -> None:
    clock = AiCycleClock().drawn(random.Random(3))
    assert isinstance(clock, AiCycleClock)
    drawn = clock.universe[0].tickers  # type: ignore[union-attr]
    assert len(set(drawn)) == 6
    assert set(drawn) <= set(AiCycleClock.pool)
    assert clock == AiCycleClock().drawn(random.Random(3))
    assert AiCycleClock(form=Form.FUNDS).drawn(random.Random(3)) is None


def test_the_fund_against_the_market_on_real_prices(prices: Path) -> None:
    """From the close of 21 February to that of the last week end before the data's end."""
    targets, explained = explained_targets(AiCycleClock(form=Form.FUNDS), prices, "2025-10-31")
    assert targets["2025-02-21"] == {"KWEB": 1.0}
    gains = [
        close_of(prices, line, "2025-10-31", "Adj Close")
        / close_of(prices, line, "2025-02-21", "Adj Close")
        for line in ("KWEB", "MCHI")
    ]
    row = dict(zip(explained.columns, explained.rows[-1], strict=True))
    assert row["excess so far"] == pytest.approx(gains[0] - gains[1], abs=2e-4)
    assert row["first decision"] == "2025-02-21"
