"""Made-up runs that a tearsheet is drawn of."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from numpy.random import default_rng

from reports.tearsheet.inputs import SheetInput

HELD = 0.25
"""Of the sessions, in all worlds; less than those with a return."""

WORLDS = ("twelve years", "negative cash", "half a year")


@cache
def world(name: str) -> SheetInput:
    """Curves with their cash: twelve years; three at a negative rate; a half from mid to mid month.

    The strategy stands still for a quarter of the sessions, and falls at the end.
    """
    sessions, rate, start = {
        "twelve years": (3000, 0.03, "2012-03-14"),
        "negative cash": (780, -0.04, "2017-06-08"),
        "half a year": (130, 0.02, "2023-05-17"),
    }[name]
    drawn = default_rng(sessions)
    common = drawn.normal(0.0006, 0.011, sessions)
    own = 0.7 * common + drawn.standard_t(4, sessions) * 0.006
    own[sessions // 5 : sessions // 5 + sessions // 4] = 0.0
    own[-sessions // 20 :] -= 0.004
    index = pd.bdate_range(start, periods=sessions)
    days = np.r_[0, np.diff(index.to_numpy(dtype="datetime64[D]")).astype(float)]
    return SheetInput(
        label="made", benchmark_label="made", equity=_grown(own, index),
        benchmark=_grown(common, index), cash=pd.Series(rate * days / 360, index=index),
        held=HELD, scored="", simulated=True,
    )  # fmt: skip


def _grown(returns: np.ndarray, index: pd.DatetimeIndex) -> pd.Series:
    return pd.Series(1000.0 * np.cumprod(np.r_[1.0, 1 + returns[1:]]), index=index)
