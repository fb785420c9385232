"""A page is drawn of any curve, however little or far it moves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from reports.charts.curves import curves, divided, drawdown_chart, growth_chart
from reports.charts.sparkline import sparkline
from reports.pages.verdict import verdict_page
from tests.support.results import make

SESSIONS = 300
NOISE = np.random.default_rng(1).random(SESSIONS)
ODD = {
    "flat": np.full(SESSIONS, 1e6),
    "a hundred-thousandth": 1e6 * (1 + np.linspace(0, 1e-5, SESSIONS)),
    "noise of 1e-7": 1e6 * (1 + 1e-7 * NOISE),
    "noise of rounding": 1e6 * (1 + 1e-15 * NOISE),
    "one step of a float": np.r_[np.full(SESSIONS - 1, 1e6), np.nextafter(1e6, 2e6)],
    "one cent": np.r_[np.full(150, 1e6), np.full(150, 1e6 + 0.01)],
    "lost": np.linspace(1e6, -2e5, SESSIONS),
    "wiped out": np.r_[1e6, np.zeros(SESSIONS - 1)],
    "up by 1e300": 1e6 * np.exp(np.linspace(0, 690, SESSIONS)),
    "down to 1e-250": 1e6 * np.exp(-np.linspace(0, 600, SESSIONS)),
    "two sessions": np.array([1e6, 1.1e6]),
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside itself"])
def test_any_curve_draws(name: str, beside: bool) -> None:
    values = ODD[name]
    index = pd.bdate_range("2024-01-02", periods=len(values), name="session")
    equity = pd.Series(values, index=index, name="equity")
    record = make(equity, equity * 1.0 if beside else None)
    lines, parts = curves(record), divided(record)
    low, high = growth_chart(lines, parts).figure["layout"]["yaxis"]["range"]
    assert low < high
    assert drawdown_chart(lines, parts).figure["data"]
    assert "Growth of 1" in verdict_page(record)
    sparkline(equity, None)
