"""Figures, comparisons and what a record can prove: by hand, and where there is little to go by."""

from __future__ import annotations

from dataclasses import fields
from math import isnan, log, nan, sqrt

import numpy as np
import pandas as pd
import pytest

from backtests.evaluation.alternatives import Alternative, beta_mix, comparison
from backtests.evaluation.estimates import figures_of, power, significance
from backtests.evaluation.schema import Comparison, Estimate, Figures, Role
from backtests.evaluation.statistics.bootstrap import Resample, resample
from backtests.evaluation.trial_record import TrialCounts
from backtests.simulation import metrics
from tests.support.daily_returns import daily, noise, zeros


def drawn_of(*series: pd.Series) -> Resample:
    return resample(np.column_stack(series), 300)


def figures(returns: pd.Series, years: float = 1.0) -> Figures:
    return figures_of("own", "Own", returns, zeros(returns), years, drawn_of(returns))


def control(returns: pd.Series | None) -> Alternative:
    return Alternative("c", Role.CONTROL, "C", returns)


def compared(own: pd.Series, other: pd.Series | None, years: float = 1.0) -> Comparison:
    return comparison(control(other), own, zeros(own), years)


def estimates(outcome: Figures | Comparison) -> list[Estimate]:
    values = (getattr(outcome, field.name) for field in fields(outcome))
    return [value for value in values if isinstance(value, Estimate)]


def bounds(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


# Figures


def test_figures_by_hand() -> None:
    values = figures_of("x", "X", daily([0.1, -0.2, 0.3]), daily([0.0, 0.0, 0.1]), 0.5, None)
    assert values.total_return.value == pytest.approx(1.1 * 0.8 * 1.3 - 1)
    assert values.cagr == Estimate(why="3 sessions; growth a year needs 90")
    deviation = sqrt(((0.1 - 0.2 / 3) ** 2 + (0.2 + 0.2 / 3) ** 2 + (0.3 - 0.2 / 3) ** 2) / 2)
    assert values.volatility.value == pytest.approx(deviation * sqrt(6))
    excess = np.array([0.1, -0.2, 0.2])
    spread = sqrt(((excess - excess.sum() / 3) ** 2).sum() / 2)
    assert values.sharpe.value == pytest.approx(0.1 / 3 / spread * sqrt(6))
    assert values.max_drawdown == Estimate(pytest.approx(-0.2))


def test_figures_are_those_of_the_result() -> None:
    """One session a day, so that both ways to count a year's sessions agree."""
    returns, cash = noise(500), daily(np.full(500, 0.0001))
    start = pd.Series([1.0], index=[returns.index[0] - pd.Timedelta(days=1)])
    equity = pd.concat([start, (1 + returns).cumprod()])
    row = figures_of("x", "X", returns, cash, metrics.years(equity.index), drawn_of(returns))
    assert row.total_return.value == pytest.approx(metrics.total_return(equity), abs=1e-12)
    assert row.cagr.value == pytest.approx(metrics.cagr(equity), abs=1e-12)
    assert row.volatility.value == pytest.approx(metrics.volatility(returns), abs=1e-12)
    assert row.sharpe.value == pytest.approx(metrics.sharpe(returns, cash), abs=1e-12)
    assert row.max_drawdown.value == pytest.approx(metrics.max_drawdown(equity), abs=1e-12)


def test_a_loss_on_the_first_session_is_a_drawdown() -> None:
    assert figures(daily([-0.1, 0.05])).max_drawdown.value == pytest.approx(-0.1)


def test_every_figure_but_the_drawdown_has_an_interval_around_it() -> None:
    values = figures(noise(250))
    for estimate in estimates(values)[:-1]:
        low, high = bounds(estimate)
        assert estimate.value is not None
        assert low < estimate.value < high
        assert estimate.why == ""
    assert values.max_drawdown.low is None


def test_the_interval_of_iid_returns_is_that_of_theory() -> None:
    """Standard errors over four years: the volatility, and about 1 / sqrt(years)."""
    returns = noise(1000, seed=4)
    values = figures_of(
        "x", "X", returns, zeros(returns), 4.0, resample(returns.to_numpy()[:, None])
    )
    low, high = bounds(values.sharpe)
    assert high - low == pytest.approx(2 * 1.96 / 2, rel=0.15)
    low, high = bounds(values.cagr)
    assert log((1 + high) / (1 + low)) == pytest.approx(2 * 1.96 * 0.01 * sqrt(250) / 2, rel=0.15)


def test_total_return_and_growth_a_year_say_the_same() -> None:
    returns = noise(500)
    values = figures(returns, years=2.0)
    for total, annual in zip(bounds(values.total_return), bounds(values.cagr), strict=True):
        assert (1 + annual) ** 2 == pytest.approx(1 + total)


# Comparisons


def test_the_excess_by_hand() -> None:
    comparison = compared(daily([0.1, 0.0]), daily([0.0, -0.1]), years=0.5)
    ratio = 1.1 / 0.9
    assert comparison.total == pytest.approx(ratio - 1)
    assert comparison.excess.value == pytest.approx(ratio**2 - 1)
    assert comparison.excess.why == "2 sessions; an interval needs 20"
    assert comparison.tracking_error == pytest.approx(0.0)  # 10 points ahead on both


def test_a_large_edge_is_seen_and_none_is_not_invented() -> None:
    other = noise(500, seed=2)
    edge = daily(other + noise(500, 0.002, seed=3))
    low, _ = bounds(compared(edge, other, 2.0).excess)
    assert low > 0
    level = noise(500, 0.0, seed=5)
    low, high = bounds(compared(daily(other + level - level.mean()), other, 2.0).excess)
    assert low < 0 < high


def test_the_excess_is_read_from_differences_session_by_session() -> None:
    """A common market move, however large, does not widen the interval."""
    market = noise(500, 0.0, seed=6) * 5
    calm, rough = noise(500, 0.0005, seed=7), noise(500, 0.0005, seed=7)
    moved, cash = daily((1 + rough) * (1 + market) - 1), zeros(calm)
    alone = comparison(control(cash), calm, cash, 1.0).excess
    both = comparison(control(market), moved, cash, 1.0).excess
    assert both.value == pytest.approx(alone.value)
    assert bounds(both) == pytest.approx(bounds(alone))


def test_the_sharpe_difference_is_memmels() -> None:
    """As in DOMAIN: ratios 0.25 and 0.15, correlation 0.7, 120 sessions, error 0.0721."""
    basis = np.linalg.qr(np.column_stack([np.ones(120), noise(120), noise(120, seed=2)]))[0]
    first, second = basis[:, 1] * sqrt(119), basis[:, 2] * sqrt(119)
    own = daily(0.01 * (first + 0.25))
    other = daily(0.01 * (0.7 * first + sqrt(0.51) * second + 0.15))
    comparison = compared(own, other, years=0.5)
    assert comparison.correlation == pytest.approx(0.7)
    assert comparison.p == pytest.approx(0.1656, abs=5e-5)
    assert comparison.sharpe_difference.value == pytest.approx(0.1 * sqrt(240))
    wide = 1.95996 * sqrt(0.00520104) * sqrt(240)
    assert bounds(comparison.sharpe_difference) == pytest.approx(
        (0.1 * sqrt(240) - wide, 0.1 * sqrt(240) + wide), abs=1e-5
    )


def test_a_comparison_with_itself_has_no_interval() -> None:
    comparison = compared(noise(100), noise(100))
    assert (comparison.excess.value, comparison.total) == (0.0, 0.0)
    assert comparison.excess.low is None
    assert "never differ" in comparison.excess.why
    assert comparison.sharpe_difference.value == 0.0
    assert (comparison.sharpe_difference.low, comparison.p) == (None, None)


def test_cash_has_no_sharpe_ratio() -> None:
    own = noise(100)
    comparison = compared(own, zeros(own))
    assert comparison.sharpe_difference == Estimate(why="other: it never moves against cash")
    bounds(comparison.excess)


def test_a_lost_account_is_behind_by_everything() -> None:
    lost = daily([0.01] * 30)
    lost.iloc[20] = -1.2
    lost.iloc[21:] = nan  # nothing is left to earn on
    comparison = compared(lost, noise(30))
    assert comparison.excess == Estimate(
        -1.0, why="the account was lost, so growth has no interval"
    )
    assert compared(noise(30), lost).excess.value is None
    alone = figures(lost)
    assert (alone.total_return.value, alone.cagr.value) == (-1.0, None)
    assert alone.max_drawdown.value == -1.0


def test_without_an_alternative_it_says_so() -> None:
    comparison = compared(noise(30), None)
    assert {estimate.why for estimate in estimates(comparison)} == {"no control"}


# Little to go by: never an exception, never a warning (the tests turn warnings into errors)

SERIES = {
    "none": daily([]),
    "one": daily([0.01]),
    "two": daily([0.01, -0.02]),
    "nineteen": noise(19),
    "twenty": noise(20),
    "flat": daily([0.0] * 40),
    "constant": daily([0.001] * 40),
    "losing": daily([-0.05] * 40),
    "once": daily([0.0] * 39 + [0.3]),
    "lost": daily([0.01] * 20 + [-1.0] + [0.0] * 19),
    "gap": daily([0.01, nan] * 20),
    "infinite": daily([0.01, np.inf] * 20),
    "tenfold": daily([9.0]),
}


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("years", [0.0, 0.003, 1.0])
def test_every_missing_figure_says_why(name: str, years: float) -> None:
    own = SERIES[name]
    other = noise(len(own), seed=9)
    drawn = resample(np.column_stack([own - other]), 50)
    unknown = [
        *estimates(figures_of("x", "X", own, zeros(own), years, drawn)),
        *estimates(comparison(control(other), own, zeros(own), years)),
        *estimates(comparison(control(own), other, zeros(own), years)),
        *estimates(comparison(control(own), own, zeros(own), years)),
    ]
    drawdowns = {id(unknown[4])}
    for estimate in unknown:
        missing = estimate.value is None or (estimate.low is None and id(estimate) not in drawdowns)
        assert bool(estimate.why) == missing, estimate
        assert (estimate.low is None) == (estimate.high is None)
        assert all(
            value is None or np.isfinite(value)
            for value in (estimate.value, estimate.low, estimate.high)
        )
    luck = significance(own, other, years, [nan], TrialCounts(1, None, 1))
    assert luck.deflated is not None or luck.why
    returns, beta = beta_mix(own, other, zeros(own))
    assert isnan(beta) == bool(returns.isna().all()) or returns.empty
    assert "nan" not in power(years, len(own), luck.skew, luck.kurtosis).sentence


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("none", "no sessions yet"),
        ("gap", "20 sessions without a return"),
        ("one", "1 session; a Sharpe ratio needs 2"),
        ("nineteen", "19 sessions; an interval needs 20"),
        ("flat", "it never moves against cash"),
        ("constant", "it never moves against cash"),
        ("once", "no interval: some draws never move"),
        ("twenty", ""),
    ],
)
def test_what_is_missing_from_a_sharpe_ratio(name: str, why: str) -> None:
    assert figures(SERIES[name]).sharpe.why == why


def test_a_flat_strategy_has_figures_all_the_same() -> None:
    row = figures(SERIES["flat"])
    assert row.total_return == Estimate(0.0, 0.0, 0.0)
    assert row.volatility == Estimate(0.0, 0.0, 0.0)
    assert row.max_drawdown.value == 0.0


# The mix


def test_beta_counts_the_session_before() -> None:
    """Half of the move comes at once and 0.3 of it a session later; cash earns 0.0002."""
    benchmark, cash = noise(300, seed=3), daily(np.full(300, 0.0002))
    moves = (benchmark - cash).to_numpy()
    own = daily(0.0002 + 0.5 * moves + 0.3 * np.concatenate([[0.0], moves[:-1]]))
    returns, beta = beta_mix(own, benchmark, cash)
    assert beta == pytest.approx(0.8)
    assert returns.to_numpy() == pytest.approx(0.0002 + 0.8 * moves)


def test_a_mix_that_cannot_be_made_says_why_in_the_comparison() -> None:
    short, still = noise(12), zeros(noise(40))
    for own, benchmark, why in (
        (short, noise(12, seed=2), "12 sessions; a beta needs 20"),
        (noise(40), still, "no beta: the benchmark lacks sessions or does not move"),
        (noise(40), None, "no beta: the benchmark lacks sessions or does not move"),
    ):
        mix, beta = beta_mix(own, benchmark, zeros(own))
        assert isnan(beta)
        mixed = comparison(Alternative("m", Role.MIX, "M", mix), own, zeros(own), 1.0, None)
        assert mixed.excess == Estimate(why=why)
