"""What is written here because a library takes seconds to import says what that library says."""

from __future__ import annotations

import numpy as np
import pytest

from backtests.evaluation.statistics import distributions
from backtests.evaluation.statistics.bootstrap import optimal_block, resample
from backtests.evaluation.statistics.regression import least_squares, newey_west

VALUES = [-5.0, -1.3, -1e-9, 0.0, 0.4, 1.0, 2.5758, 7.0]
PROBABILITIES = [1e-6, 0.025, 0.1, 0.5, 0.9, 0.975]


@pytest.mark.parametrize("value", VALUES)
def test_the_normal_distribution(value: float) -> None:
    from scipy.stats import norm

    assert distributions.normal_cdf(value) == norm.cdf(value)


@pytest.mark.parametrize("probability", PROBABILITIES)
def test_normal_quantiles(probability: float) -> None:
    from scipy.stats import norm

    assert distributions.normal_quantile(probability) == norm.ppf(probability)


@pytest.mark.parametrize("freedom", [1, 2.5, 30, 400])
def test_students_distribution(freedom: float) -> None:
    from scipy.stats import t

    for value in VALUES:
        assert distributions.student_sf(value, freedom) == t.sf(value, freedom)
    for probability in PROBABILITIES:
        assert distributions.student_isf(probability, freedom) == t.isf(probability, freedom)


def series(sessions: int, seed: int) -> np.ndarray:
    """Three columns with some memory."""
    moves = np.random.default_rng(seed).normal(0.0, 0.01, (sessions, 3))
    moves[1:] += np.array([0.0, 0.3, -0.5]) * moves[:-1]
    return moves


@pytest.mark.parametrize("sessions", [20, 61, 250, 2500])
def test_the_optimal_block_is_that_of_arch(sessions: int) -> None:
    from arch.bootstrap import optimal_block_length

    for seed in range(5):
        moves = series(sessions, seed)
        lengths = optimal_block_length(moves)["stationary"]
        assert optimal_block(moves) == max(lengths.max(), 1.0)


@pytest.mark.parametrize("sessions", [20, 61, 250])
def test_the_draws_are_those_of_arch(sessions: int) -> None:
    from arch.bootstrap import StationaryBootstrap

    drawn = resample(series(sessions, 1), 40, seed=3)
    source = StationaryBootstrap(drawn.block, np.arange(sessions), seed=3)
    expected = np.stack([source.update_indices() for _ in range(40)])
    assert (drawn.places == expected).all()


@pytest.mark.parametrize("lags", [1, 4, 9])
def test_newey_west_is_that_of_statsmodels(lags: int) -> None:
    from statsmodels.api import OLS, add_constant

    rng = np.random.default_rng(lags)
    regressors = rng.normal(0.0, 0.01, (300, 4))
    values = regressors @ np.array([1.0, -0.5, 0.2, 0.0]) + rng.normal(0.001, 0.01, 300)
    theirs = OLS(values, add_constant(regressors)).fit(cov_type="HAC", cov_kwds={"maxlags": lags})
    ours = newey_west(values, regressors, lags)
    # Sums in another order: the last digits.
    assert ours.coefficients == pytest.approx(theirs.params, rel=1e-9)
    assert ours.covariance == pytest.approx(theirs.cov_params(), rel=1e-9)
    assert ours.r_squared == pytest.approx(theirs.rsquared, rel=1e-12)
    assert ours.freedom == theirs.df_resid


def test_least_squares_are_those_of_statsmodels() -> None:
    from statsmodels.api import OLS

    rng = np.random.default_rng(5)
    design = np.column_stack([np.ones(80), rng.normal(size=(80, 2))])
    values = design @ np.array([0.1, 1.0, -2.0]) + rng.normal(size=80)
    theirs, ours = OLS(values, design).fit(), least_squares(values, design)
    assert ours.coefficients == pytest.approx(theirs.params, rel=1e-9)
    assert ours.inverse == pytest.approx(theirs.normalized_cov_params, rel=1e-9)
    assert ours.variance == pytest.approx(theirs.scale, rel=1e-12)
