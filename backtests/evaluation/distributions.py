"""The normal and Student's distribution, without `scipy.stats`, which is slow to import."""

from __future__ import annotations


def normal_cdf(value: float) -> float:
    """Probability of less than `value`."""
    from scipy.special import ndtr

    return float(ndtr(value))


def normal_quantile(probability: float) -> float:
    """The value that is undercut with this probability."""
    from scipy.special import ndtri

    return float(ndtri(probability))


def student_sf(value: float, freedom: float) -> float:
    """Probability of more than `value`."""
    from scipy.special import stdtr

    return float(stdtr(freedom, -value))


def student_isf(probability: float, freedom: float) -> float:
    """The value that is exceeded with this probability."""
    from scipy.special import stdtrit

    return -float(stdtrit(freedom, probability))
