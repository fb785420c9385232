"""Every indicator of backtrader has the values that a bare Cerebro gives it on the same bars."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import backtrader as bt
import numpy as np
import pytest

from tests.support.plain_runs import bare, ours, walk

BARS = [walk("XLK", 11, count=260), walk("AGG", 12, count=260)]

Made = Callable[[bt.Strategy, Any], bt.Indicator]

PAIRS = ("CrossDown", "CrossOver", "CrossUp", "NZD", "NonZeroDifference")
REGRESSIONS = ("CointN", "OLS_Slope_InterceptN", "OLS_TransformationN")
NO_VALUES = {
    "MovingAverageBase": "a base of others, without a line",
    "BaseApplyN": "a base of others, without a line",
    "OLS_BetaN": "asks pandas for `ols`, which it no longer has; fails in a bare Cerebro too",
    "OperationN": "a base of others, without a line",
    "OscillatorMixIn": "a base of others",
    "PeriodN": "a base of others, without a line",
}
SPECIAL: dict[str, Made] = {
    **{name: lambda self, kind: kind(self.data0, self.data1) for name in (*PAIRS, *REGRESSIONS)},
    "ApplyN": lambda self, kind: kind(self.data, func=max, period=5),
    "ExpSmoothingDynamic": lambda self, kind: kind(self.data, period=12, alpha=self.alpha),
    "ExponentialSmoothingDynamic": lambda self, kind: kind(self.data, period=12, alpha=self.alpha),
    "Oscillator": lambda self, kind: kind(bt.ind.SMA(self.data, period=12)),
    "FindFirstIndex": lambda self, kind: kind(self.data, period=9, _evalfunc=max),
    "FindLastIndex": lambda self, kind: kind(self.data, period=9, _evalfunc=max),
    "ReduceN": lambda self, kind: kind(self.data, function=lambda first, other: first + other),
}


def indicators() -> dict[str, Any]:
    """By the name of the class, aliases included."""
    kinds = (kind for kind in vars(bt.indicators).values() if isinstance(kind, type))
    named = {kind.__name__: kind for kind in kinds if issubclass(kind, bt.Indicator)}
    return {name: named[name] for name in sorted(named) if name != "Indicator"}


ALL = indicators()


def values_of(run: Callable[..., Any], kinds: dict[str, Any]) -> dict[str, list[np.ndarray]]:
    """The lines of each indicator after a run."""
    seen: dict[str, list[np.ndarray]] = {}

    class Watches(bt.Strategy):
        def __init__(self) -> None:
            self.alpha = bt.LineNum(0.2)
            self.made = {
                name: SPECIAL.get(name, lambda self, kind: kind(self.data))(self, kind)
                for name, kind in kinds.items()
            }

        def stop(self) -> None:
            seen.update({
                name: [np.array(line.array) for line in indicator.lines]
                for name, indicator in self.made.items()
            })  # fmt: skip

    run(Watches, BARS)
    return seen


@pytest.mark.parametrize("start", range(0, len(ALL), 40))
def test_an_indicator_has_the_values_of_a_bare_cerebro(start: int) -> None:
    chosen = [name for name in list(ALL)[start : start + 40] if name not in NO_VALUES]
    expected = values_of(bare, {name: ALL[name] for name in chosen})
    series = values_of(ours, {name: ALL[name] for name in chosen})
    assert series.keys() == expected.keys() == set(chosen)
    empty = [name for name in chosen if np.isnan(expected[name]).all()]
    assert len(empty) < len(chosen) / 5, "a few envelopes of backtrader have no values at all"
    for name in chosen:
        for mine, theirs in zip(series[name], expected[name], strict=True):
            assert np.array_equal(mine, theirs, equal_nan=True), name


def test_nothing_is_left_out_but_bases_without_values() -> None:
    assert len(ALL) > 300
    assert NO_VALUES.keys() <= ALL.keys()
