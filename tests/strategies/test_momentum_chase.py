"""The rule of momentum-chase, in views made by hand and on prices."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from markets.folder.source import FolderSource
from strategies.momentum_chase import MomentumChase, Stake
from tests.support.strategy_views import (
    NAN,
    WrittenHistory,
    adjusted,
    held_of,
    targets,
    view_of,
    weekdays,
)


@pytest.mark.parametrize(
    ("gain", "now", "mean", "held"),
    [
        (0.1, 101.0, 100.0, "KWEB"),
        (0.1, 99.0, 100.0, "BIL"),
        (-0.1, 101.0, 100.0, "BIL"),
        (0.0, 101.0, 100.0, "BIL"),
        (0.1, 100.0, 100.0, "BIL"),
        (NAN, 101.0, 100.0, "BIL"),
        (0.1, 101.0, NAN, "BIL"),
    ],
)
def test_the_chase_needs_a_gain_and_a_level_above_the_mean(
    gain: float, now: float, mean: float, held: str
) -> None:
    strategy = MomentumChase(lookback=63, average=100)
    history = WrittenHistory({"KWEB": gain}, now=now, mean=mean)
    assert strategy.weights(view_of(history, strategy)) == {held: 1.0}
    assert set(history.asked) <= {("momentum", 63, 0), ("moving_average", 100)}


def test_another_line_is_chased_and_measured_against_itself() -> None:
    strategy = MomentumChase(line="0700.HK")
    history = WrittenHistory({"0700.HK": 0.1}, now=2.0, mean=1.0)
    assert strategy.weights(view_of(history, strategy)) == {"0700.HK": 1.0}
    assert strategy.benchmark == "0700.HK"
    assert "always 0700.HK" in strategy.controls()


def test_the_same_volatility_by_hand() -> None:
    """A loop over the weeks: in from the session after a Friday on which both conditions held."""
    lot = np.random.default_rng(4)
    level = np.cumprod(1 + lot.normal(0.0005, 0.02, 300))
    closes = pd.DataFrame({"KWEB": level, "BIL": 1.0}, index=weekdays(300))
    inside, rule, line = NAN, [], []
    for place in range(1, 300):
        move = level[place] / level[place - 1] - 1
        if not math.isnan(inside):
            rule.append(inside * move)
            line.append(move)
        if closes.index[place].weekday() == 4 and place >= 49:
            above = level[place] > level[place - 49 : place + 1].mean()
            inside = float(above and level[place] > level[place - 20])
    expected = np.std(rule, ddof=1) / np.std(line, ddof=1)
    assert 0.3 < expected < 0.95
    strategy = MomentumChase(lookback=20, average=50, stake=Stake.SAME_VOLATILITY)
    weights = strategy.weights(view_of(WrittenHistory(closes=closes), strategy))
    assert weights == {"KWEB": pytest.approx(expected), "BIL": pytest.approx(1 - expected)}


def test_the_same_volatility_is_bills_while_nothing_is_known() -> None:
    closes = pd.DataFrame({"KWEB": 100.0, "BIL": 1.0}, index=weekdays(150))
    strategy = MomentumChase(stake=Stake.SAME_VOLATILITY)
    assert held_of(strategy.weights(view_of(WrittenHistory(closes=closes), strategy))) == {
        "BIL": 1.0
    }


def test_the_chase_on_real_prices_held_at_the_article_and_left_soon_after(prices: Path) -> None:
    weights = targets(MomentumChase(), FolderSource(prices), "2025-01-02", "2026-04-30")
    kweb = adjusted(prices, "KWEB")
    for day, held in weights.items():
        past = kweb.loc[:day]
        rises = past.iloc[-1] > past.iloc[-127] and past.iloc[-1] > past.iloc[-200:].mean()
        assert held == {"KWEB" if rises else "BIL": 1.0}, day
    assert weights["2025-09-19"] == {"KWEB": 1.0}
