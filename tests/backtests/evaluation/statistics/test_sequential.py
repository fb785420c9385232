"""The mean of dependent sessions: its error, and how far it may be off at one look and at all."""

from __future__ import annotations

from math import exp, inf, log, pi, sqrt
from statistics import NormalDist

import numpy as np
import pytest

from backtests.evaluation.statistics.sequential import (
    PERSISTENT,
    REACH,
    Mean,
    at_all_looks,
    at_one_look,
    persistence,
)
from backtests.evaluation.statistics.volatility import volatility_interval
from benchmarks.worlds import with_variance


def test_the_reach_is_robbins() -> None:
    """2 (1 - Phi(a) + a phi(a)) = 0.05; the interval grows by the root of a logarithm."""
    density = exp(-(REACH**2) / 2) / sqrt(2 * pi)
    assert 2 * (1 - NormalDist().cdf(REACH) + REACH * density) == pytest.approx(0.05, abs=1e-12)
    assert at_all_looks(125) == inf
    assert at_all_looks(126) == REACH
    assert at_all_looks(1260) == pytest.approx(sqrt(REACH**2 + log(10)))


def test_a_single_look_is_students() -> None:
    """t(49.6) at 252 sessions, four lags: 2.009; the normal quantile in the end."""
    assert at_one_look(252) == pytest.approx(2.009, abs=1e-3)
    assert at_one_look(1_000_000) == pytest.approx(1.95996, abs=1e-3)
    assert at_one_look(252, 0.98) == pytest.approx(2.404, abs=1e-3)


def test_the_error_of_alternating_sessions_is_that_of_independent_ones() -> None:
    """What reverses at once never narrows: the deviation over the root of the sessions."""
    values = np.tile([0.03, -0.01], 50)
    mean = Mean.of(values)
    assert mean.value == pytest.approx(0.01)
    assert mean.error == pytest.approx(values.std(ddof=1) / 10)
    assert mean.within(2.0) == pytest.approx((0.01 - 2 * mean.error, 0.01 + 2 * mean.error))
    assert persistence(values - 0.01) == 0.0


def test_the_error_by_hand() -> None:
    """Four sessions 1, 1, -1, -1: r = 1/4, repaired 1/4 + 2/4, so all news has 3/4 taken out."""
    moves = np.array([1.0, 1.0, -1.0, -1.0])
    assert persistence(moves) == pytest.approx(0.75)
    news = np.array([0.25, -1.75, -0.25])
    lag = 2 * (1 - 1 / 2) * (news[1:] * news[:-1]).sum()  # one lag of four sessions: 0 is negative
    assert lag == pytest.approx(0.0)
    variance = (news**2).sum() / 3 / 0.25**2
    twice = Mean.of(np.stack([moves, 5 + moves]))
    assert twice.error == pytest.approx([sqrt(variance / 4)] * 2)
    assert twice.value == pytest.approx([0.0, 5.0])


def test_what_hardly_changes_has_a_finite_error() -> None:
    drift = np.arange(200.0)
    assert persistence(drift - drift.mean()) == PERSISTENT
    assert np.isfinite(Mean.of(drift).error)
    assert Mean.of(np.full(200, 0.01)).error == pytest.approx(0.0, abs=1e-15)


def test_an_autoregression_has_the_error_of_its_long_run() -> None:
    """Innovations of one: the mean of n has variance 1 / (1 - 0.4) ** 2 / n in the end."""
    lot = np.random.default_rng(5)
    news = lot.standard_normal((400, 1300))
    for session in range(1, 1300):
        news[:, session] += 0.4 * news[:, session - 1]
    errors = Mean.of(news[:, 300:]).error
    assert float(np.median(errors)) == pytest.approx(1 / 0.6 / sqrt(1000), rel=0.03)


def test_a_volatility_by_hand() -> None:
    """Squares about their mean: 90 sessions of 0 and ten of 10, their mean 1 (n / (n - 1) apart).

    The error of the mean is sqrt(9 / 100); e is -1 or 9, so the freedom is
    900 ** 2 / (90 + 10 * 6561) - 1 = 11.33 sessions, and Student's quantile 2.193.
    """
    values = np.r_[np.zeros(90), np.tile([1.0, -1.0], 5)]
    ends = volatility_interval(values)
    wide = 2.193 * 0.3 / 2 * 0.99
    spread = values.std(ddof=1)
    assert ends == pytest.approx((spread * exp(-wide), spread * exp(wide)), rel=2e-3)


def test_a_volatility_that_one_session_makes_has_an_end() -> None:
    """Three degrees of freedom: Student's quantile is 3.182."""
    low, high = volatility_interval(np.r_[np.zeros(251), 0.3])
    assert high / low == pytest.approx(exp(3.182), rel=0.05)
    assert volatility_interval(np.zeros(30)) == (0.0, 0.0)
    steady = volatility_interval(np.tile([0.01, -0.01], 20))  # squares that do not scatter
    assert steady == pytest.approx((0.01, 0.01), rel=0.02)


def test_a_volatility_is_missed_by_few_where_it_comes_in_clusters() -> None:
    """6.8 % of 10,000, here with a standard error of 1.3 %; of the long run it would be half."""
    returns, variances = with_variance(np.random.default_rng(3), 400, 252)
    ends = np.array([volatility_interval(row) for row in returns])
    actual = np.sqrt(variances.mean(axis=1))
    assert ((actual < ends[:, 0]) | (actual > ends[:, 1])).mean() < 0.1
