"""Plain pandas: weights and prices as frames, a fee on turnover, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.peers.panel import (
    LOOKBACK,
    TOP,
    WINDOW,
    Floats,
    Panel,
    figures,
    parameter_sets,
)

PACKAGES = ("numpy", "pandas")
WORKS = ("equal", "top", "inverse", "sweep")


def work(panel: Panel, name: str) -> Callable[..., Any]:
    prices = frame(panel)
    works: dict[str, Callable[..., Any]] = {
        "equal": lambda: equity(prices, equal(prices, panel), panel),
        "top": lambda: equity(prices, top(prices, panel, LOOKBACK, TOP), panel),
        "inverse": lambda: equity(prices, inverse(prices), panel),
        "sweep": lambda sets: np.array(
            [
                figures(equity(prices, top(prices, panel, *chosen), panel))
                for chosen in parameter_sets(sets)
            ]
        ),
    }
    return works[name]


def frame(panel: Panel) -> pd.DataFrame:
    return pd.DataFrame(panel.close, index=pd.DatetimeIndex(panel.days), columns=panel.tickers)


def equal(prices: pd.DataFrame, panel: Panel) -> pd.DataFrame:
    share = 1 / prices.shape[1]
    return pd.DataFrame(share, index=prices.index[panel.ends], columns=prices.columns)


def top(prices: pd.DataFrame, panel: Panel, lookback: int, count: int) -> pd.DataFrame:
    gains = (prices / prices.shift(lookback) - 1).iloc[panel.ends]
    return (gains.rank(axis=1, ascending=False) <= count) / count


def inverse(prices: pd.DataFrame) -> pd.DataFrame:
    inverted = 1 / prices.pct_change().rolling(WINDOW).std()
    return inverted.div(inverted.sum(axis=1), axis=0).fillna(0.0)


def equity(prices: pd.DataFrame, targets: pd.DataFrame, panel: Panel) -> Floats:
    """Equity at each close, traded at the closes of the targets; the fee is on turnover."""
    base = prices.loc[targets.index].reindex(prices.index, method="ffill").shift()
    held = targets.reindex(prices.index, method="ffill").shift().fillna(0.0)
    worth = held * (prices / base).fillna(1.0)
    growth = worth.sum(axis=1) + 1 - held.sum(axis=1)
    drifted = worth.loc[targets.index].div(growth.loc[targets.index], axis=0)
    turnover = (targets - drifted).abs().sum(axis=1)
    after = (growth.loc[targets.index] * (1 - panel.fee * turnover)).cumprod()
    levels = growth * after.reindex(prices.index, method="ffill").shift().fillna(1.0)
    levels.loc[targets.index] = after
    return panel.cash * levels.to_numpy()
