"""Headline figures: by hand, against published numbers, and against two other libraries."""

from __future__ import annotations

from datetime import date
from math import isnan, sqrt

import numpy as np
import pandas as pd
import pytest

from backtests.simulation import metrics
from backtests.simulation.fills import Fill
from reports.tables.returns import drawdown


def series(values: list[float], days: list[str]) -> pd.Series:
    return pd.Series(values, index=pd.DatetimeIndex(days))


def random_equity(sessions: int = 700, seed: int = 11) -> pd.Series:
    steps = np.random.default_rng(seed).normal(0.0005, 0.012, sessions)
    steps[0] = 0.0
    index = pd.bdate_range("2016-01-04", periods=sessions)
    return pd.Series(1e6 * np.cumprod(1 + steps), index=index)


@pytest.fixture(scope="module")
def sp500() -> pd.Series:
    """S&P 500, 1999-01-04 to 2018-12-31, 5,031 closes (arch ships it)."""
    data = pytest.importorskip("arch.data.sp500", reason="the S&P 500 series comes with arch")
    return data.load()["Adj Close"]


# By hand


def test_cagr_counts_calendar_days() -> None:
    equity = series([100.0, 150.0, 121.0], ["2019-01-01", "2019-06-03", "2021-01-01"])
    assert metrics.years(equity.index) == 731 / 365.25
    assert metrics.cagr(equity) == pytest.approx(1.21 ** (365.25 / 731) - 1, abs=1e-15)
    assert metrics.total_return(equity) == pytest.approx(0.21, abs=1e-15)


def test_cagr_of_four_calendar_years_is_exact() -> None:
    equity = series([100.0, 146.41], ["2016-12-30", "2020-12-30"])  # 1461 days: four years
    assert metrics.cagr(equity) == pytest.approx(0.10, abs=1e-12)


def test_cagr_does_not_depend_on_how_many_sessions_a_year_has() -> None:
    growth = 1.05 ** (np.arange(366) / 365)
    every = pd.Series(growth, index=pd.date_range("2018-12-31", "2019-12-31"))
    weekdays = every[every.index.day_of_week < 5]
    assert metrics.cagr(every) == pytest.approx(metrics.cagr(weekdays), abs=1e-12)
    assert metrics.sessions_a_year(weekdays.index) == pytest.approx(261 * 365.25 / 365)


def test_cagr_of_a_lost_account_is_minus_one() -> None:
    for last in (0.0, -5.0):
        assert metrics.cagr(series([100.0, last], ["2019-01-01", "2020-01-01"])) == -1.0


def test_max_drawdown_starts_at_the_initial_capital() -> None:
    equity = series(
        [100.0, 80.0, 90.0, 95.0], ["2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07"]
    )
    assert metrics.max_drawdown(equity) == pytest.approx(-0.20, abs=1e-15)
    assert list(drawdown(equity)) == pytest.approx([0.0, -0.20, -0.10, -0.05])


def test_a_curve_that_only_rises_has_no_drawdown() -> None:
    assert metrics.max_drawdown(series([1.0, 2.0], ["2020-01-02", "2020-01-03"])) == 0.0


def test_volatility_by_hand() -> None:
    days = ["2020-01-02", "2020-01-03", "2020-01-06"]
    returns = series([0.01, -0.01, 0.03], days)
    # mean 0.01, deviations 0, -0.02, 0.02, so variance 0.0008 / 2; two sessions in four days
    a_year = 2 / (4 / 365.25)
    assert metrics.volatility(returns) == pytest.approx(sqrt(0.0004 * a_year), abs=1e-14)


def test_sharpe_and_sortino_by_hand() -> None:
    days = ["2020-01-02", "2020-01-03", "2020-01-06"]
    returns, cash = series([0.02, -0.01, 0.05], days), series([0.01, 0.01, 0.03], days)
    # excess 0.01, -0.02, 0.02: mean 0.01 / 3, variance (4 + 49 + 25) / 9 * 1e-4 / 2
    a_year = 2 / (4 / 365.25)
    mean = 0.01 / 3
    assert metrics.sharpe(returns, cash) == pytest.approx(
        mean / sqrt(78 / 9 * 1e-4 / 2) * sqrt(a_year), abs=1e-12
    )
    downside = sqrt(0.0004 / 3)  # only -0.02 is below cash; all three count
    assert metrics.sortino(returns, cash) == pytest.approx(
        mean / downside * sqrt(a_year), abs=1e-12
    )


def test_cash_earns_by_calendar_day_at_the_rate_of_its_session() -> None:
    rate = series([0.09, 0.036, 0.072], ["2020-01-02", "2020-01-03", "2020-01-06"])
    earned = metrics.cash_returns(rate)
    assert list(earned) == pytest.approx([0.036 / 360, 0.072 * 3 / 360], abs=1e-18)
    assert list(earned.index) == list(rate.index[1:])


def test_dated_cash_moves_the_sharpe_where_its_mean_does_not() -> None:
    equity = random_equity()
    returns = equity.pct_change().iloc[1:]
    half = len(returns) // 2
    steps = pd.Series([0.0] * half + [0.0002] * (len(returns) - half), index=returns.index)
    level = pd.Series(steps.mean(), index=returns.index)
    assert metrics.sharpe(returns, steps) != pytest.approx(metrics.sharpe(returns, level), abs=1e-6)
    assert (returns - steps).mean() == pytest.approx((returns - level).mean(), abs=1e-15)


def test_turnover_is_one_way_golden_case() -> None:
    """DOMAIN G: 50/50 drifts by +10 % and -2 % to 52.885 / 47.115; back to 50/50 is 2.8846 %."""
    days = ["2019-01-01", "2019-12-31", "2020-01-01", "2020-12-31"]
    equity = series([100.0, 104.0, 104.0, 104.0], days)
    bought_and_sold = 2 * (55.0 - 52.0)
    traded = series([bought_and_sold], ["2020-01-01"])
    a_year = metrics.turnover(traded, equity)
    assert a_year * 730 / 365.25 == pytest.approx(0.028846, abs=5e-7)  # four decimals of a percent
    assert a_year * 730 / 365.25 == pytest.approx(3 / 104, abs=1e-15)


def test_moving_from_cash_into_a_line_turns_over_half() -> None:
    equity = series([100.0, 100.0, 100.0], ["2016-12-30", "2017-01-03", "2020-12-30"])
    assert metrics.turnover(series([100.0], ["2017-01-03"]), equity) == 0.5 / 4


def test_figures_of_a_run_by_hand() -> None:
    days = pd.DatetimeIndex(["2016-12-30", "2017-01-03", "2018-12-31", "2020-12-30"])
    equity = pd.Series([1000.0, 990.0, 1200.0, 1464.1], index=days)
    fills = [
        Fill(date(2017, 1, 3), "0700.HK", 100.0, 40.0, "HKD", 0.125, 2.0, 0.5),
        Fill(date(2017, 1, 3), "BABA", -2.0, 50.0, "USD", 1.0, 1.0, 0.25),
    ]
    figures = metrics.figures(equity, fills, pd.Series(0.0, index=days))
    assert figures["final_equity"] == 1464.1
    assert figures["total_return"] == pytest.approx(0.4641, abs=1e-15)
    assert figures["cagr"] is None, "four sessions"
    assert metrics.cagr(equity) == pytest.approx(0.10, abs=1e-12)
    assert figures["max_drawdown"] == pytest.approx(-0.01, abs=1e-15)
    assert figures["turnover"] == pytest.approx((500 + 100) / 1000 / 2 / 4, abs=1e-15)
    assert figures["costs"] == 3.75
    assert figures["trades"] == 2


# Undefined


@pytest.mark.parametrize("sessions", [1, 2, 3])
def test_short_runs_have_figures_or_none_but_no_error(sessions: int) -> None:
    equity = random_equity(sessions)
    figures = metrics.figures(equity, (), pd.Series(0.01, index=equity.index))
    assert figures["final_equity"] == equity.iloc[-1]
    if sessions == 1:
        undefined = {"cagr", "volatility", "sharpe", "sortino", "turnover"}
        assert {name for name, value in figures.items() if value is None} == undefined
    if sessions == 2:
        assert figures["volatility"] is figures["sharpe"] is None


def test_a_flat_curve_has_no_ratio() -> None:
    index = pd.bdate_range("2020-01-01", periods=50)
    returns = pd.Series(0.0, index=index)
    assert metrics.volatility(returns) == 0.0
    assert isnan(metrics.sharpe(returns, returns))
    assert isnan(metrics.sortino(returns, returns))


def test_rounding_noise_is_not_deviation() -> None:
    index = pd.bdate_range("2020-01-01", periods=300)
    constant = pd.Series(1.001 ** np.arange(300), index=index).pct_change().iloc[1:]
    assert isnan(metrics.sharpe(constant, constant * 0.0))


# Published numbers (DOMAIN H.1)


def test_buy_and_hold_of_the_sp500(sp500: pd.Series) -> None:
    assert len(sp500) == 5031
    assert metrics.cagr(sp500) == pytest.approx(0.036342, abs=1e-6)
    assert metrics.max_drawdown(sp500) == pytest.approx(-0.567754, abs=1e-6)
    assert drawdown(sp500).idxmin() == pd.Timestamp("2009-03-09")


def test_sp500_ratios_at_252_sessions_a_year(sp500: pd.Series) -> None:
    """The published ones are at 252; ours are at the real number, so they are put on one scale."""
    returns = sp500.pct_change().dropna()
    real = (len(returns) - 1) / ((returns.index[-1] - returns.index[0]).days / 365.25)
    assert real == pytest.approx(251.6, abs=0.1)
    scale, nothing = sqrt(252 / real), returns * 0.0
    assert metrics.volatility(returns) * scale == pytest.approx(0.190982, abs=1e-6)
    assert metrics.sharpe(returns, nothing) * scale == pytest.approx(0.282739, abs=1e-6)
    assert metrics.sortino(returns, nothing) * scale == pytest.approx(0.398614, abs=1e-6)


# Other libraries


def test_empyrical_agrees_on_one_scale() -> None:
    empyrical = pytest.importorskip("empyrical")
    equity = random_equity()
    returns = equity.pct_change().iloc[1:]
    cash = pd.Series(0.0001, index=returns.index)
    real = metrics.sessions_a_year(returns.index)
    given = {"annualization": real}
    assert metrics.volatility(returns) == pytest.approx(
        empyrical.annual_volatility(returns, **given), rel=1e-12
    )
    assert metrics.sharpe(returns, cash) == pytest.approx(
        empyrical.sharpe_ratio(returns, risk_free=0.0001, **given), rel=1e-9
    )
    assert metrics.sortino(returns, cash) == pytest.approx(
        empyrical.sortino_ratio(returns, required_return=0.0001, **given), rel=1e-9
    )
    assert metrics.max_drawdown(equity) == pytest.approx(empyrical.max_drawdown(returns), rel=1e-12)


def test_ffn_agrees_on_growth_and_drawdown() -> None:
    ffn = pytest.importorskip("ffn")
    equity = random_equity()
    assert metrics.total_return(equity) == pytest.approx(ffn.calc_total_return(equity), rel=1e-12)
    assert metrics.max_drawdown(equity) == pytest.approx(ffn.calc_max_drawdown(equity), rel=1e-12)
    # ffn's year is 31,557,600 seconds: 365.25 days
    assert metrics.cagr(equity) == pytest.approx(ffn.calc_cagr(equity), rel=1e-12)


def test_a_lost_account_earns_nothing_afterwards() -> None:
    """Session returns on a negative balance would turn losses into gains."""
    days = [f"2024-01-{day:02d}" for day in (2, 3, 4, 5, 8, 9)]
    figures = metrics.figures(
        series([100.0, 90.0, 80.0, -5.0, -1.0, -9.0], days), (), series([0.0] * 6, days)
    )
    assert figures["sharpe"] is not None and figures["sharpe"] < 0
    assert figures["sortino"] is not None and figures["sortino"] < 0
    assert figures["total_return"] == pytest.approx(-1.09)
    assert figures["max_drawdown"] == -1.0, "nobody falls below nothing; debt is no drawdown"
    equity = series([100.0, 80.0, -5.0, -9.0], [days[0], days[2], days[4], days[5]])
    assert metrics.turnover(series([10.0], [days[5]]), equity) == 0.0


def test_growth_beyond_all_numbers_is_unknown_and_costs_no_other_run() -> None:
    days = np.arange("2024-01-02", "2024-04-01", dtype="datetime64[D]")
    assert len(days) == 90
    none = metrics.Traded(np.empty((0, 7)), days[:0], np.array([0, 0]))
    curves = np.stack([np.linspace(1.0, end, 90) for end in (1.01, 1e100)])
    usual, huge = metrics.figures_of(days, curves, none, np.zeros(89))
    assert usual["cagr"] == pytest.approx(1.01 ** (365.25 / 89) - 1)
    assert (huge["cagr"], huge["total_return"]) == (None, 1e100 - 1)


@pytest.mark.parametrize(("sessions", "shown"), [(2, False), (89, False), (90, True), (91, True)])
def test_growth_a_year_needs_ninety_sessions(sessions: int, shown: bool) -> None:
    """Two sessions of +8.5 % would be 6.3e13 a year, six good weeks 188 %."""
    equity = pd.Series(
        np.linspace(100, 110, sessions), index=pd.bdate_range("2024-01-02", periods=sessions)
    )
    figures = metrics.figures(equity, (), equity * 0)
    assert (figures["cagr"] is not None) == shown
    assert figures["total_return"] == pytest.approx(0.1)
