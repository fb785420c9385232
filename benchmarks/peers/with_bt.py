"""bt: its own algos, fractional units, the commission on the value traded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bt
import numpy as np
import pandas as pd

from benchmarks.peers.panel import (
    LOOKBACK,
    TOP,
    Floats,
    Panel,
    figures,
    parameter_sets,
)
from benchmarks.peers.plain_pandas import frame, inverse

PACKAGES = ("numpy", "pandas", "bt", "ffn")
WORKS = ("equal", "top", "inverse", "sweep")


def work(panel: Panel, name: str) -> Callable[..., Any]:
    prices = frame(panel)
    days = list(prices.index[panel.ends])
    works: dict[str, Callable[..., Any]] = {
        "equal": lambda: equity(
            [bt.algos.RunOnDate(*days), bt.algos.SelectAll(), bt.algos.WeighEqually()],
            prices,
            panel,
        ),
        "top": lambda: equity(leaders(prices, days, LOOKBACK, TOP), prices, panel),
        "inverse": lambda: equity([bt.algos.WeighTarget(inverse(prices))], prices, panel),
        "sweep": lambda sets: np.array(
            [
                figures(equity(leaders(prices, days, *chosen), prices, panel))
                for chosen in parameter_sets(sets)
            ]
        ),
    }
    return works[name]


def leaders(prices: pd.DataFrame, days: list[Any], lookback: int, count: int) -> list[Any]:
    gains = prices / prices.shift(lookback) - 1
    return [
        bt.algos.RunOnDate(*days),
        bt.algos.SelectAll(),
        bt.algos.SetStat(gains),
        bt.algos.SelectN(count),
        bt.algos.WeighEqually(),
    ]


def equity(algos: list[Any], prices: pd.DataFrame, panel: Panel) -> Floats:
    strategy = bt.Strategy("s", [*algos, bt.algos.Rebalance()])
    test = bt.Backtest(
        strategy,
        prices,
        initial_capital=panel.cash,
        commissions=lambda quantity, price: abs(quantity) * price * panel.fee,
        integer_positions=False,
        progress_bar=False,
    )
    test.run()
    return test.strategy.values.to_numpy()[1:]  # bt puts a day before the first
