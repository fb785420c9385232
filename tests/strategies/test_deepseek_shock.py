"""The rule of deepseek-shock, in views made by hand and on prices."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtests.runner.run_strategy import run_strategy
from backtests.settings import Engine, Settings
from markets.folder.source import FolderSource
from newsfolio import View
from strategies.deepseek_shock import CANDIDATES, CHINA_AI, DeepseekShock
from strategies.deepseek_shock import Picks as Basket
from tests.support.strategy_views import NAN, WrittenHistory, view_on


def shock(moves: list[float], held: Mapping[str, float] | None = None) -> View:
    levels = pd.Series(100 * np.cumprod([1.0, *(1 + move for move in moves)]))
    lines = (*CHINA_AI.tickers, "SMH")
    return view_on(WrittenHistory(dict.fromkeys(lines, 0.0), signals={"NVDA": levels}), held=held)


BET = dict.fromkeys(CHINA_AI.tickers, 0.2) | {"SMH": -1.0}


def test_the_shock_bets_for_as_many_sessions_as_asked_and_then_leaves() -> None:
    rule = DeepseekShock(hold=5)
    running = {"9988.HK": 0.21, "SMH": -0.97}
    assert rule.weights(shock([0.0, -0.11])) == pytest.approx(BET)
    assert rule.weights(shock([-0.11, *[0.01] * 4], held=running)) is None
    assert rule.weights(shock([-0.11, *[0.01] * 5], held=running)) == {}
    assert rule.weights(shock([-0.11, 0.01, -0.2], held=running)) == pytest.approx(BET)
    assert rule.weights(shock([-0.099] * 9)) == {}
    assert rule.weights(shock([NAN, 0.0])) == {}
    assert rule.weights(shock([])) == {}


def test_the_shock_without_the_short_and_with_another_threshold() -> None:
    weights = DeepseekShock(short=False).weights(shock([-0.11]))
    assert weights == pytest.approx(BET | {"SMH": 0.0})
    assert DeepseekShock(threshold=0.12).weights(shock([-0.11])) == {}


def test_the_shock_explains_its_days() -> None:
    levels = pd.Series([100.0, 85, 85, 70, 70], index=pd.bdate_range("2025-01-24", periods=5))
    history = WrittenHistory(
        dict.fromkeys(CHINA_AI.tickers, 0.04) | {"SMH": 0.01},
        signals={"NVDA": levels},
        closes=pd.DataFrame(index=levels.index),
    )
    table = DeepseekShock(hold=2).explain(view_on(history))
    assert table.iloc[:, :2].to_numpy().tolist() == [[1, "2025-01-27"], [2, "2025-01-29"]]
    assert table["NVDA moved"].tolist() == pytest.approx([-0.15, 70 / 85 - 1])
    assert table.iloc[:, 3].tolist() == pytest.approx([0.03, 0.03])
    assert history.asked
    assert {lookback for _, lookback, _ in history.asked} == {1, 2}  # sessions since the shock


def test_controls_of_the_shock() -> None:
    controls = DeepseekShock().controls()
    assert {control.trigger for control in controls.values()} == {
        "NVDA",
        "MSFT",
        "AMZN",
        "GOOGL",
        "META",
    }  # type: ignore[attr-defined]
    assert controls["long leg only"] == DeepseekShock(short=False)
    drawn = DeepseekShock().drawn(random.Random(3))
    assert isinstance(drawn, DeepseekShock)
    assert drawn.picks is Basket.LOT
    basket = drawn.universe[0]
    assert len(set(basket.lines)) == 5  # type: ignore[union-attr]
    assert set(basket.lines) <= set(CANDIDATES.lines)  # type: ignore[union-attr]


def test_trigger_days_on_real_prices(prices: Path) -> None:
    """Nine by the file of closes, among them 27 January 2025 at -17 %."""
    settings = Settings(start=date(2024, 1, 2), end=date(2025, 10, 30), engine=Engine.KERNEL)
    run = run_strategy(DeepseekShock(), FolderSource(prices), settings)
    assert run.explained is not None
    days = [row[1] for row in run.explained.rows]
    assert days == [
        "2010-05-14", "2011-05-13", "2018-11-16", "2018-11-19", "2019-01-28", "2020-03-12",
        "2020-03-16", "2024-04-19", "2025-01-27",
    ]  # fmt: skip
    assert run.explained.rows[-1][2] == pytest.approx(-0.1697, abs=5e-5)
    opened = [fill for fill in run.output.fills if fill.asset == "SMH" and fill.quantity < 0]
    assert {fill.session for fill in opened} == {date(2024, 4, 22), date(2025, 1, 28)}
