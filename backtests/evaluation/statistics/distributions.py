"""The normal and Student's distribution, without `scipy.stats`, which is slow to import."""

from __future__ import annotations

from backtests.evaluation.statistics.light_imports import scipy_special


def normal_cdf(value: float) -> float:
    """Probability of less than `value`."""
    return float(scipy_special().ndtr(value))


def normal_quantile(probability: float) -> float:
    """The value that is undercut with this probability."""
    return float(scipy_special().ndtri(probability))


def student_sf(value: float, freedom: float) -> float:
    """Probability of more than `value`."""
    return float(scipy_special().stdtr(freedom, -value))


def student_isf(probability: float, freedom: float) -> float:
    """The value that is exceeded with this probability."""
    return -float(scipy_special().stdtrit(freedom, probability))
