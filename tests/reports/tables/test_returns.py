"""Tables of the details by hand, and where quantstats would have said something else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.simulation.metrics import figures
from reports.tables import returns as tables
from tests.support.results import curve, walk


def test_yearly_returns_by_hand_with_partial_years_marked() -> None:
    days = pd.DatetimeIndex(["2019-06-03", "2019-12-31", "2020-12-31", "2021-03-31"])
    equity = pd.Series([100.0, 110.0, 99.0, 148.5], index=days)
    rows = tables.yearly(equity, equity * 2)
    assert [row["year"] for row in rows] == [2019, 2020, 2021]
    assert [row["strategy"] for row in rows] == pytest.approx([0.10, -0.10, 0.50])
    assert [row["benchmark"] for row in rows] == pytest.approx([0.10, -0.10, 0.50])
    assert [row["partial"] for row in rows] == [["from 2019-06-03"], [], ["to 2021-03-31"]]


def test_a_run_that_starts_on_the_last_session_of_a_year_has_no_return_in_it() -> None:
    days = pd.DatetimeIndex(["2019-12-31", "2020-06-30", "2020-12-31"])
    rows = tables.yearly(pd.Series([100.0, 90.0, 120.0], index=days), None)
    assert [(row["year"], row["partial"]) for row in rows] == [(2020, [])]
    assert rows[0]["strategy"] == pytest.approx(0.2)


def test_months_outside_the_run_are_blank_not_zero() -> None:
    days = pd.DatetimeIndex(["2020-02-28", "2020-03-31", "2020-05-29"])
    (row,) = tables.monthly(pd.Series([100.0, 110.0, 99.0], index=days))
    assert row["year"] == 2020
    assert row["months"][2] == pytest.approx(0.10)
    assert row["months"][4] == pytest.approx(-0.10)
    assert [m for m, value in enumerate(row["months"], 1) if value is not None] == [3, 5]


def test_drawdowns_by_hand_the_first_day_counts_and_an_open_one_has_no_recovery() -> None:
    days = pd.bdate_range("2020-01-01", periods=7)
    equity = pd.Series([100.0, 90.0, 100.0, 105.0, 84.0, 94.5, 104.0], index=days)
    first, second = tables.drawdowns(equity)
    assert (first["peak"], first["trough"], first["recovered"]) == (days[3], days[4], None)
    assert first["depth"] == pytest.approx(-0.20)
    assert first["days"] == (days[6] - days[3]).days
    assert (second["peak"], second["trough"], second["recovered"]) == (days[0], days[1], days[2])
    assert second["depth"] == pytest.approx(-0.10)


def test_a_ruined_year_has_no_return() -> None:
    days = pd.DatetimeIndex(["2019-12-31", "2020-12-31", "2021-12-31"])
    rows = tables.yearly(pd.Series([100.0, -5.0, -5.0], index=days), None)
    assert [row["strategy"] for row in rows] == [pytest.approx(-1.05), None]


# Where quantstats' own numbers part from ours. Our side is computed by hand.


def test_quantstats_cagr_counts_rows_where_ours_counts_days() -> None:
    from quantstats import stats

    days = pd.bdate_range("2018-12-31", "2019-12-31")  # 261 returns in a year
    growth = pd.Series(1.05 ** (np.arange(len(days)) / 261), index=days)
    assert len(days) == 262
    ours = figures(growth, (), pd.Series(0.0, index=days))["cagr"]
    assert ours == pytest.approx(1.05 ** (365.25 / 365) - 1, abs=1e-12)
    theirs = float(stats.cagr(growth.pct_change().dropna()))
    assert theirs == pytest.approx(1.05 ** (252 / 261) - 1, abs=1e-9)
    assert theirs == pytest.approx(0.0482, abs=1e-4)


def test_quantstats_sharpe_has_one_cash_rate_where_ours_has_dated_ones() -> None:
    from quantstats import stats

    equity = curve(walk(523, seed=5))
    half = len(equity) // 2
    rate = pd.Series([0.0] * half + [0.05] * (len(equity) - half), index=equity.index)
    days = np.diff(equity.index.to_numpy().astype("datetime64[D]")).astype(float)
    excess = np.array(walk(523, seed=5)) - rate.to_numpy()[1:] * days / 360
    span = float((equity.index[-1] - equity.index[1]).days) / 365.25
    by_hand = excess.mean() / excess.std(ddof=1) * np.sqrt(521 / span)
    assert figures(equity, (), rate)["sharpe"] == pytest.approx(by_hand, abs=1e-9)
    theirs = float(stats.sharpe(equity.pct_change().dropna(), rf=0.025, periods=261))
    assert abs(theirs - by_hand) > 1e-3


def test_quantstats_max_drawdown_agrees_once_the_initial_capital_is_there() -> None:
    from quantstats import stats

    equity = curve([-0.20, 0.05, 0.05, 0.05])
    ours = figures(equity, (), pd.Series(0.0, index=equity.index))["max_drawdown"]
    assert ours == pytest.approx(-0.20, abs=1e-12)
    returns = equity.pct_change()
    returns.iloc[0] = 0.0
    under_water = stats.to_drawdown_series(returns)
    details = stats.drawdown_details(under_water)
    assert details["max drawdown"].min() == pytest.approx(-20.0)
    without = stats.drawdown_details(stats.to_drawdown_series(returns.iloc[1:]))
    assert without.empty  # under water from the first day on, and no row says so
