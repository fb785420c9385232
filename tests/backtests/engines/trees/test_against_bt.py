"""Trees of strategies against bt's, on prices whose open is the close before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backtests.engines import kernel
from newsfolio import Fixed, Strategy, on_dates
from tests.support.markets_of import bdays
from tests.support.trees import CASH, FREE, played, walk

bt = pytest.importorskip("bt", reason="bt is not installed: pip install bt==1.4.1")

EXACT = 1e-12
COUNT = 400
DAYS = bdays("2020-01-02", COUNT)
LINES = walk(5, COUNT, 4)

Mix = tuple[tuple[float, Any], ...]


def dated(first: int, every: int) -> list[str]:
    return DAYS[first::every]


def ours(mix: Mix, days: list[str]) -> Fixed:
    return Fixed(mix=mix, schedule=on_dates(*days))


def theirs(name: str, weights: Mapping[str, float], days: list[str], parts: list[Any]) -> Any:
    algos = [
        bt.algos.RunOnDate(*map(pd.Timestamp, days)),
        bt.algos.SelectAll(),
        bt.algos.WeighSpecified(**weights),
        bt.algos.Rebalance(),
    ]
    return bt.Strategy(name, algos, parts)


def values(root: Any) -> np.ndarray:
    """The equity of a tree of bt at each close, the day that it puts before the first left out."""
    prices = pd.DataFrame({name: bars.frame["close"].to_numpy() for name, bars in LINES.items()},
                          index=pd.DatetimeIndex(DAYS))  # fmt: skip
    test = bt.Backtest(root, prices, initial_capital=CASH, integer_positions=False,
                       progress_bar=False)  # fmt: skip
    test.run()
    return np.asarray(test.strategy.values.to_numpy()[1:])


def gap(tree: Strategy, root: Any) -> float:
    mine = played(tree, LINES, FREE, kernel.run).equity.to_numpy()
    other = values(root)
    return float(np.abs(mine / other - 1).max())


def test_two_legs_of_a_parent() -> None:
    monthly, weekly, quarterly = dated(0, 21), dated(0, 5), dated(0, 63)
    first, second = ours(((0.6, "A"), (0.4, "B")), monthly), ours(((0.5, "B"), (0.5, "C")), weekly)
    tree = ours(((0.7, first), (0.3, second)), quarterly)
    root = theirs("root", {"one": 0.7, "two": 0.3}, quarterly, [
        theirs("one", {"A": 0.6, "B": 0.4}, monthly, ["A", "B"]),
        theirs("two", {"B": 0.5, "C": 0.5}, weekly, ["B", "C"]),
    ])  # fmt: skip
    assert gap(tree, root) < EXACT


def test_two_deep_beside_a_line_and_with_cash() -> None:
    inner = ours(((0.6, ours(((1.0, "A"),), dated(0, 1000))),
                  (0.3, ours(((0.5, "B"), (0.4, "C")), dated(0, 7)))), dated(0, 30))  # fmt: skip
    tree = ours(((0.5, inner), (0.3, ours(((0.9, "C"), (0.1, "A")), dated(0, 11))), (0.1, "D")),
                dated(0, 50))  # fmt: skip
    root = theirs("root", {"inner": 0.5, "two": 0.3, "D": 0.1}, dated(0, 50), [
        # bt 1.4.1 fails on a leg behind one that has legs itself, so that one comes last.
        theirs("two", {"C": 0.9, "A": 0.1}, dated(0, 11), ["C", "A"]),
        "D",
        theirs("inner", {"a": 0.6, "b": 0.3}, dated(0, 30), [
            theirs("a", {"A": 1.0}, dated(0, 1000), ["A"]),
            theirs("b", {"B": 0.5, "C": 0.4}, dated(0, 7), ["B", "C"]),
        ]),
    ])  # fmt: skip
    assert gap(tree, root) < EXACT
