"""Closed formulas of the Sharpe ratio: against the papers' numbers and against skfolio."""

from __future__ import annotations

from math import inf, isnan, nan, sqrt

import numpy as np
import pytest

from backtests.evaluation.statistics.sharpe import (
    deflated_sharpe,
    expected_best_sharpe,
    memmel,
    min_track_record,
    probabilistic_sharpe,
    sampling_variance,
)

# Published numbers


def test_probabilistic_sharpe_of_the_paper() -> None:
    """Bailey and Lopez de Prado 2012: monthly 0.458 over 24 months."""
    assert probabilistic_sharpe(0.458, 24, -2.448, 10.164) == pytest.approx(0.9134, abs=5e-5)
    assert probabilistic_sharpe(0.458, 24) == pytest.approx(0.9817, abs=5e-5)


@pytest.mark.parametrize(
    ("trials", "best"), [(10, 1.5746), (45, 2.2356), (100, 2.5306), (1000, 3.2551)]
)
def test_the_best_of_worthless_trials(trials: int, best: float) -> None:
    assert expected_best_sharpe(trials, 1.0) == pytest.approx(best, abs=5e-5)
    assert expected_best_sharpe(trials, 0.3) == pytest.approx(0.3 * best, abs=2e-5)


def test_the_best_of_trials_that_are_drawn() -> None:
    """The formula is an approximation of the mean of the largest of N normal draws."""
    draws = np.random.default_rng(3).normal(size=(20_000, 45))
    assert expected_best_sharpe(45, 1.0) == pytest.approx(draws.max(axis=1).mean(), abs=0.05)


def test_deflated_sharpe_of_the_paper() -> None:
    """Bailey and Lopez de Prado 2014: annual 2.5 on 1,250 days, best of 100, V 0.5 annual."""
    deviation = sqrt(0.5 / 250)
    assert expected_best_sharpe(100, deviation) == pytest.approx(0.1132, abs=5e-5)
    estimate = deflated_sharpe(2.5 / sqrt(250), 1250, -3, 10, 100, deviation)
    assert estimate == pytest.approx(0.9004, abs=5e-5)


@pytest.mark.parametrize(
    ("a_year", "skew", "kurtosis", "needed"),
    [(252, 0, 3, 2.73), (52, 0, 3, 2.83), (12, 0, 3, 3.24), (12, -0.72, 5.78, 4.99)],
)
def test_min_track_record_of_the_paper(
    a_year: int, skew: float, kurtosis: float, needed: float
) -> None:
    """Annual 2 against 1 at 95 %."""
    root = sqrt(a_year)
    periods = min_track_record(2 / root, skew, kurtosis, 1 / root)
    assert periods / a_year == pytest.approx(needed, abs=0.005)


def test_an_annual_half_takes_132_months() -> None:
    assert min_track_record(0.5 / sqrt(12)) == pytest.approx(132, abs=0.5)


def test_memmel_by_hand() -> None:
    estimate = memmel(0.25, 0.15, 0.7, 120)
    assert estimate.error**2 == pytest.approx(0.00520104, abs=5e-9)
    assert estimate.z == pytest.approx(1.3866, abs=5e-5)
    assert estimate.p == pytest.approx(0.1656, abs=5e-5)
    assert estimate.difference == pytest.approx(0.10)
    assert memmel(0.15, 0.25, 0.7, 120).p == estimate.p


def test_memmel_on_the_nasdaq_and_the_sp500() -> None:
    """1999 to 2018, from the closes that arch ships."""
    nasdaq = pytest.importorskip("arch.data.nasdaq", reason="the series come with arch")
    sp500 = pytest.importorskip("arch.data.sp500", reason="the series come with arch")
    first, other = (
        module.load()["Adj Close"].pct_change().dropna().to_numpy() for module in (nasdaq, sp500)
    )
    together = float(np.corrcoef(first, other)[0, 1])
    assert together == pytest.approx(0.88706, abs=5e-6)
    estimate = memmel(
        first.mean() / first.std(ddof=1), other.mean() / other.std(ddof=1), together, len(first)
    )
    assert estimate.z == pytest.approx(0.5778, abs=5e-5)
    assert estimate.p == pytest.approx(0.563, abs=5e-4)


def test_memmel_rejects_equal_ratios_as_often_as_it_says() -> None:
    generator = np.random.default_rng(5)
    common = generator.normal(size=(2000, 120))
    first, other = (0.1 + common + generator.normal(size=common.shape) for _ in range(2))
    chances = [
        memmel(a.mean() / a.std(ddof=1), b.mean() / b.std(ddof=1), np.corrcoef(a, b)[0, 1], 120).p
        for a, b in zip(first, other, strict=True)
    ]
    assert 0.035 < float(np.mean(np.array(chances) < 0.05)) < 0.065


# skfolio


def test_the_probabilistic_and_the_deflated_ratio_of_skfolio() -> None:
    measures = pytest.importorskip("skfolio.measures", reason="compared where skfolio is installed")
    generator = np.random.default_rng(17)
    returns = generator.standard_t(5, size=300) * 0.01 + 0.0008
    trials = generator.normal(0.03, 0.04, 25)
    sharpe = returns.mean() / returns.std(ddof=1)
    centred = (returns - returns.mean()) / returns.std()
    skew, kurtosis = (centred**3).mean(), (centred**4).mean()
    assert probabilistic_sharpe(sharpe, 300, skew, kurtosis, 0.02) == pytest.approx(
        measures.probabilistic_sharpe_ratio(returns, 0.02), abs=1e-12
    )
    assert expected_best_sharpe(25, trials.std(ddof=1)) == pytest.approx(
        measures.expected_max_sharpe_ratio(25, trials.std(ddof=1)), abs=1e-12
    )
    assert deflated_sharpe(sharpe, 300, skew, kurtosis, 25, trials.std(ddof=1)) == pytest.approx(
        measures.deflated_sharpe_ratio(returns, trials), abs=1e-12
    )


# How the formulas hang together, and where they end


def test_the_minimum_record_is_where_the_probability_reaches_95_percent() -> None:
    periods = min_track_record(0.08, -0.5, 6.0, 0.01)
    assert probabilistic_sharpe(0.08, periods, -0.5, 6.0, 0.01) == pytest.approx(0.95, abs=1e-9)


def test_one_trial_needs_no_deflation() -> None:
    assert expected_best_sharpe(1, 0.7) == 0.0
    assert deflated_sharpe(0.1, 250, -0.2, 5, 1, 0.7) == probabilistic_sharpe(0.1, 250, -0.2, 5)


def test_more_trials_deflate_more() -> None:
    ratios = [deflated_sharpe(0.1, 250, 0, 3, trials, 0.05) for trials in (1, 2, 10, 100)]
    assert ratios == sorted(ratios, reverse=True)
    assert len(set(ratios)) == 4


def test_a_ratio_at_or_below_the_reference_is_never_proven() -> None:
    assert min_track_record(0.1, reference=0.1) == inf
    assert min_track_record(-0.1) == inf


def test_what_is_undefined_is_nan() -> None:
    assert isnan(probabilistic_sharpe(0.1, 1))
    assert isnan(probabilistic_sharpe(nan, 100))
    assert isnan(probabilistic_sharpe(1.0, 100, skew=3.0, kurtosis=2.0))  # 1 - 3 + 0.25 < 0
    assert isnan(sampling_variance(1.0, 100, 3.0, 2.0))
    assert isnan(min_track_record(1.0, 3.0, 2.0))
    assert isnan(min_track_record(nan))
    assert isnan(expected_best_sharpe(0, 1.0))
    assert isnan(expected_best_sharpe(10, nan))
    assert isnan(deflated_sharpe(0.1, 100, 0, 3, 10, nan))
    assert isnan(memmel(0.1, 0.1, 1.0, 100).p)  # the same series
    assert isnan(memmel(0.1, 0.2, 0.5, 1).p)
    assert isnan(memmel(0.1, nan, 0.5, 100).p)
