"""Many tests at once: how often the smallest of their p-values is luck."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, log1p, pi, sqrt

import numpy as np

from backtests.evaluation.statistics.distributions import normal_cdf, normal_quantile
from backtests.evaluation.statistics.samples import Values
from backtests.evaluation.statistics.sequential import FIRST_LOOK, at_all_looks


def benjamini_hochberg(p: Sequence[float]) -> list[float]:
    """Adjusted p-values (Benjamini and Hochberg 1995), in the order given.

    Calling news what is at most q lets a share q of the news be false on average: exactly for
    tests that do not depend on each other, and for those that do so positively (Benjamini and
    Yekutieli 2001), as theses on the same markets do.
    """
    values: Values = np.asarray(p, dtype="float64")
    order = np.argsort(values)[::-1]
    ranks = np.arange(len(values), 0, -1)
    smallest = np.minimum.accumulate(values[order] * len(values) / ranks)
    adjusted = np.empty(len(values))
    adjusted[order] = np.minimum(smallest, 1.0)
    return [float(value) for value in adjusted]


def one_sided_p(value: float, low: float, high: float, level: float = 0.95) -> float | None:
    """The p-value of growth ahead above zero that agrees with its interval; None for none.

    On the log scale a normal estimate whose error is the interval's reach towards zero over the
    normal quantile: (1 - level) / 2 where the interval ends at zero, half where the value is zero.
    """
    if not -1 < low <= value <= high:
        return None
    middle = log1p(value)
    reach = middle - log1p(low) if middle > 0 else log1p(high) - middle
    if not reach > 0:
        return None
    return 1 - normal_cdf(normal_quantile((1 + level) / 2) * middle / reach)


def one_sided_p_at_all_looks(value: float, low: float, high: float, sessions: int) -> float | None:
    """The same of an interval that holds at all looks: a p-value that many looks do not spoil.

    The walk passes ``sqrt(n (a ** 2 + log(n / m)))`` on one side at some n >= m = FIRST_LOOK with
    probability 1 - Phi(a) + a phi(a) (Robbins 1970): a is what the estimate reaches today. 1 where
    it is not ahead; None before the first look.
    """
    if sessions < FIRST_LOOK or not -1 < low <= value <= high or not low < high:
        return None
    error = (log1p(high) - log1p(low)) / 2 / at_all_looks(sessions)
    reached = log1p(value) / error
    if reached <= 0:
        return 1.0
    square = reached**2 - log(sessions / FIRST_LOOK)
    if square <= 0:
        return 0.5
    a = sqrt(square)
    return min(1 - normal_cdf(a) + a * exp(-square / 2) / sqrt(2 * pi), 0.5)
