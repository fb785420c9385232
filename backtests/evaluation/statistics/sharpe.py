"""How sure a Sharpe ratio is: closed formulas, nothing drawn by lot.

Every Sharpe ratio here is *per period* (mean over standard deviation of one session, month, ...),
never annual, unless a name says otherwise; `n` counts those periods. Kurtosis is the full one: 3
for the normal distribution. What is undefined is NaN.
"""

from __future__ import annotations

from math import e, inf, isnan, nan, sqrt
from typing import NamedTuple

from backtests.evaluation.statistics.distributions import normal_cdf, normal_quantile

EULER = 0.5772156649015329
"""The Euler-Mascheroni constant."""

CONFIDENCE = 0.95
"""One-sided, of a track record that proves something."""

ROUNDING = 1e-12
"""A variance below it comes from rounding alone."""


class SharpeDifference(NamedTuple):
    """Of two Sharpe ratios per period; `p` is two-sided."""

    difference: float
    error: float
    z: float
    p: float


def sampling_variance(sharpe: float, n: float, skew: float, kurtosis: float) -> float:
    """Variance of an estimated Sharpe ratio (Mertens 2002); NaN where the moments deny it."""
    spread = _spread(sharpe, skew, kurtosis)
    return spread / (n - 1) if n >= 2 and spread > 0 else nan


def probabilistic_sharpe(
    sharpe: float, n: float, skew: float = 0.0, kurtosis: float = 3.0, reference: float = 0.0
) -> float:
    """Probability that the true ratio exceeds `reference` (Bailey and Lopez de Prado 2012)."""
    variance = sampling_variance(sharpe, n, skew, kurtosis)
    return normal_cdf((sharpe - reference) / sqrt(variance)) if variance > 0 else nan


def expected_best_sharpe(trials: float, deviation: float) -> float:
    """What the best of so many worthless trials shows on average (Bailey et al. 2014).

    deviation: of the Sharpe ratios across the trials, in whose unit the answer is. One trial: 0.
    """
    if not (trials >= 1 and deviation >= 0):
        return nan
    if trials == 1:
        return 0.0
    usual, larger = normal_quantile(1 - 1 / trials), normal_quantile(1 - 1 / (trials * e))
    return float(deviation * ((1 - EULER) * usual + EULER * larger))


def deflated_sharpe(
    sharpe: float, n: float, skew: float, kurtosis: float, trials: float, deviation: float
) -> float:
    """The probabilistic ratio against the best of `trials` (Bailey and Lopez de Prado 2014)."""
    reference = expected_best_sharpe(trials, deviation)
    return probabilistic_sharpe(sharpe, n, skew, kurtosis, reference)


def min_track_record(
    sharpe: float,
    skew: float = 0.0,
    kurtosis: float = 3.0,
    reference: float = 0.0,
    confidence: float = CONFIDENCE,
) -> float:
    """Periods after which this ratio proves to exceed `reference`; infinite where it does not."""
    spread = _spread(sharpe, skew, kurtosis)
    if isnan(spread) or isnan(reference):
        return nan
    if sharpe <= reference:
        return inf
    return float(1 + spread * (normal_quantile(confidence) / (sharpe - reference)) ** 2)


def memmel(first: float, second: float, correlation: float, n: float) -> SharpeDifference:
    """Whether two Sharpe ratios differ: Jobson and Korkie 1981, as Memmel 2003 corrected it."""
    difference = first - second
    spread = 2 - 2 * correlation + (first**2 + second**2 - 2 * first * second * correlation**2) / 2
    if not (n >= 2 and spread > ROUNDING):
        return SharpeDifference(difference, nan, nan, nan)
    error = sqrt(spread / n)
    z = difference / error
    return SharpeDifference(difference, error, z, 2 * normal_cdf(-abs(z)))


def _spread(sharpe: float, skew: float, kurtosis: float) -> float:
    """n - 1 times the sampling variance; NaN if not positive."""
    spread = 1 - skew * sharpe + (kurtosis - 1) / 4 * sharpe**2
    return spread if spread > 0 else nan
