"""How far the deviation of some sessions may be from the volatility that they had."""

from __future__ import annotations

from math import exp, sqrt

from backtests.evaluation.schema import LEVEL
from backtests.evaluation.statistics.distributions import student_isf
from backtests.evaluation.statistics.samples import Values, deviation_of
from backtests.simulation.metrics import FLAT

MOST = 5.0
"""Half of the width in logarithms beyond which an interval says nothing."""


def volatility_interval(values: Values) -> tuple[float, float] | None:
    """Both ends of the volatility of these sessions: the root of their mean conditional variance.

    It is about these sessions and no others: where volatility comes in clusters, a year of it says
    little about the next. A squared return scatters around its session's variance, and the error of
    their mean is taken from the squares themselves, which counts what the variance moves too. The
    interval is symmetric in logarithms. A few large sessions may carry the error, so its freedom
    is ``(sum e ** 2) ** 2 / sum e ** 4 - 1``, e being the squares about their mean: the number of
    sessions that make it, less one. None where one session makes all of it.
    """
    spread = float(deviation_of(values))
    if not spread > FLAT:
        return spread, spread
    moves = ((values - values.mean()) / spread) ** 2
    apart = moves - moves.mean()
    square = float((apart**2).sum())
    if not square > FLAT:
        return None
    freedom = square**2 / float((apart**4).sum()) - 1
    if not freedom > FLAT:
        return None
    wide = student_isf((1 - LEVEL) / 2, freedom) * sqrt(square) / len(values) / 2
    if not wide < MOST:
        return None
    return spread * exp(-wide), spread * exp(wide)
