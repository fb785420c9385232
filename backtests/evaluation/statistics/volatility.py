"""How far the deviation of some sessions may be from the volatility that they had."""

from __future__ import annotations

from math import exp, sqrt

from backtests.evaluation.schema import LEVEL
from backtests.evaluation.statistics.distributions import student_isf
from backtests.evaluation.statistics.samples import Values, deviation_of
from backtests.simulation.metrics import FLAT

FEWEST = 3
"""Sessions that an error is taken to rest on at least: with one or two, no interval would end."""


def volatility_interval(values: Values) -> tuple[float, float]:
    """Both ends of the volatility of these sessions: the root of their mean conditional variance.

    It is about these sessions and no others: where volatility comes in clusters, a year of it says
    little about the next. A squared return scatters around its session's variance, and the error of
    their mean is taken from the squares themselves, which counts what the variance moves too. The
    interval is symmetric in logarithms. A few large sessions may carry the error, so its freedom
    is ``(sum e ** 2) ** 2 / sum e ** 4 - 1``, e being the squares about their mean: the number of
    sessions that make it, less one.
    """
    spread = float(deviation_of(values))
    if not spread > FLAT:
        return spread, spread
    moves = ((values - values.mean()) / spread) ** 2
    apart = moves - moves.mean()
    square = float((apart**2).sum())
    sessions = square**2 / float((apart**4).sum()) if square > FLAT else float(len(values))
    quantile = student_isf((1 - LEVEL) / 2, max(sessions - 1, FEWEST))
    wide = quantile * sqrt(square) / len(values) / 2
    return spread * exp(-wide), spread * exp(wide)
