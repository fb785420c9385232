"""Samples of session returns: what is usable, the statistics of one, and of draws of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, nan, sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.evaluation.schema import Estimate
from backtests.evaluation.statistics.bootstrap import MIN_SESSIONS, Resample, interval
from backtests.simulation.metrics import FLAT, MIN_DEVIATION, lost_once

Values = NDArray[np.float64]
Statistic = Callable[[Values], Values]
"""From sessions along the last axis to a figure."""


@dataclass(frozen=True)
class Sample:
    """How many sessions in how many years, and draws of them."""

    sessions: int
    years: float
    drawn: Resample | None

    @property
    def year(self) -> float:
        """Root of the sessions a year; NaN where no time has passed."""
        return sqrt(self.sessions / self.years) if self.years > 0 else nan

    def estimate(
        self, values: Values, statistic: Statistic, bend: Callable[[float], float]
    ) -> Estimate:
        """`bend` of the statistic of `values`, and of both ends of the statistic's interval."""
        value = float(statistic(values))
        if not isfinite(bend(value)):
            return Estimate(why="no time has passed" if not self.years > 0 else "out of range")
        if self.sessions < MIN_SESSIONS or self.drawn is None:
            few = self.sessions < MIN_SESSIONS
            why = too_few(self.sessions, "an interval") if few else "nothing was drawn"
            return Estimate(bend(value), why=why)
        low, high = interval(value, statistic(values[self.drawn.places]), self.drawn)
        if not (isfinite(bend(low)) and isfinite(bend(high))):
            return Estimate(bend(value), why="no interval: some draws never move")
        return Estimate(bend(value), bend(low), bend(high))


def settled(returns: pd.Series) -> Values:
    """Returns as numbers, -100 % once and 0 from then on where the account was lost."""
    return np.asarray(lost_once(returns.to_numpy(dtype="float64")), dtype="float64")


def unusable(*series: pd.Series) -> str:
    """Why nothing can be said: no sessions, or some without a return before the account is lost."""
    if not len(series[0]):
        return "no sessions yet"
    gaps = np.zeros(len(series[0]), dtype=bool)
    for returns in series:
        gaps |= ~np.isfinite(settled(returns))
    return f"{counted(int(gaps.sum()), 'session')} without a return" if gaps.any() else ""


def too_few(sessions: int, wanted: str, minimum: int = MIN_SESSIONS) -> str:
    """Why something is missing, e.g. "12 sessions; an interval needs 20"."""
    return f"{counted(sessions, 'session')}; {wanted} needs {minimum}"


def counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def moments(values: Values) -> tuple[float, float, float]:
    """Sharpe ratio per session (n - 1), skewness and full kurtosis (n); NaN where it is flat."""
    deviation = float(values.std(ddof=1)) if len(values) >= MIN_DEVIATION else 0.0
    if not deviation > FLAT:
        return nan, nan, nan
    centred = values - values.mean()
    scaled = centred / centred.std()
    return (
        float(values.mean()) / deviation,
        float((scaled**3).mean()),
        float((scaled**4).mean()),
    )


def mean_of(values: Values) -> Values:
    return values.mean(axis=-1)


def deviation_of(values: Values) -> Values:
    """Standard deviation (n - 1)."""
    return values.std(axis=-1, ddof=1)


def sharpe_of(values: Values) -> Values:
    """Per session; NaN where it never moves."""
    spread = deviation_of(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(spread > FLAT, mean_of(values) / spread, nan)


def compounded(log_growth: float) -> float:
    """Growth less 1; infinite rather than an error."""
    with np.errstate(over="ignore"):
        return float(np.expm1(log_growth))
