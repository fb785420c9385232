"""The market model of an event study, and the pooled test of its abnormal returns."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from backtests.evaluation.event_studies.returns import MIN_ESTIMATION, ReturnPanel
from backtests.evaluation.statistics.distributions import student_sf
from backtests.evaluation.statistics.regression import least_squares
from backtests.evaluation.statistics.samples import Values, too_few
from backtests.evaluation.statistics.sequential import persistence
from backtests.simulation.metrics import FLAT

Places = NDArray[np.int64]

ESTIMATION = 250
"""Sessions on which the model of an event is estimated, where there are so many."""

GAP = 10
"""Sessions between the last of them and day 0, so that news that leaks is not part of the model."""


NOTHING = 1e-9
"""What is left of a session's news when it is forgotten."""


@dataclass(frozen=True, eq=False)
class Abnormal:
    """The cumulative abnormal return (CAR) of one window, and the error it carries.

    error: (N,) how much the news of each session moves the figure, in units of return. The
        disturbances of the window count once, those of the estimation by their pull on the fitted
        line, and news lives on in the disturbances after it where they have a memory. So its norm
        is the standard error with Patell's term, and windows that share sessions add up right.
    """

    car: float
    error: Values
    estimated: Places
    coefficients: int


@dataclass(frozen=True, eq=False)
class Model:
    """The market model as estimated before day 0, which stands at `place`.

    memory: the first-order autocorrelation of what it leaves, 0 where that is negative.
    """

    panel: ReturnPanel
    place: int
    held: tuple[str, ...]
    rows: Places
    coefficients: Values
    inverse: Values
    deviation: float
    basket: Values
    memory: float

    @cached_property
    def rest(self) -> Values:
        """(N,) what the model leaves of the basket's returns; NaN where one is not known."""
        return self.basket - self.panel.design @ self.coefficients  # type: ignore[no-any-return]

    @cached_property
    def reach(self) -> int:
        """The last session after day 0 up to which every return is known."""
        whole = np.isfinite(self.rest[self.place :])
        return int(len(whole) if whole.all() else np.argmin(whole)) - 1

    def over(self, first: int, last: int) -> Abnormal | None:
        """The CAR of the sessions `first` to `last` from day 0; None where they go too far."""
        if last > self.reach:
            return None
        window = slice(self.place + first, self.place + last + 1)
        pull = self.panel.design[self.rows] @ self.inverse @ self.panel.design[window].sum(axis=0)
        weights = np.zeros(len(self.panel.days))
        weights[window] = 1.0
        weights[self.rows] = -pull
        error = self.deviation * _of_news(weights, self.memory)
        return Abnormal(float(self.rest[window].sum()), error, self.rows, len(self.inverse))


@dataclass(frozen=True)
class Pooled:
    """The mean CAR of some events, its standard error, and the test against none."""

    car: float
    error: float
    freedom: int

    @property
    def t(self) -> float:
        return self.car / self.error

    @property
    def p(self) -> float:
        """Two-sided, by Student's t."""
        return 2 * student_sf(abs(self.t), self.freedom)


def fitted(panel: ReturnPanel, place: int) -> Model | str:
    """The model of an event whose day 0 stands at `place`; else why there is none.

    The basket is fixed: the lines that have a return on day 0 and on MIN_ESTIMATION of the
    sessions before it. The model is estimated on the sessions on which all of these have one.
    """
    rows = np.arange(max(place - GAP - ESTIMATION, 0), max(place - GAP, 0))
    rows = rows[np.isfinite(panel.moves[rows]).all(axis=1)]
    sessions = np.isfinite(panel.returns[rows]).sum(axis=0) * np.isfinite(panel.returns[place])
    lines = sessions >= MIN_ESTIMATION
    if not lines.any():
        return too_few(int(sessions.max()), "the market model", MIN_ESTIMATION)
    basket = panel.returns[:, lines].mean(axis=1)
    usable = rows[np.isfinite(basket[rows])]
    if len(usable) < MIN_ESTIMATION:
        return too_few(len(usable), "the market model", MIN_ESTIMATION)
    if not (panel.moves[usable].std(axis=0) > FLAT).all():
        return "its market never moves"
    held = tuple(itertools.compress(panel.tickers, lines))
    return _regressed(panel, place, held, usable, basket)


def pooled(returns: Sequence[Abnormal]) -> Pooled:
    """The mean of CARs; errors on sessions that they share add up before they are squared."""
    sessions = len(np.unique(np.concatenate([abnormal.estimated for abnormal in returns])))
    return Pooled(*mean(returns), sessions - returns[0].coefficients)


def mean(returns: Sequence[Abnormal]) -> tuple[float, float]:
    """Of CARs, and its standard error."""
    error = np.linalg.norm(np.sum([abnormal.error for abnormal in returns], axis=0)) / len(returns)
    return sum(abnormal.car for abnormal in returns) / len(returns), float(error)


def _of_news(weights: Values, memory: float) -> Values:
    """Weights on the disturbances as weights on the news of an autoregression that makes them.

    A disturbance is `memory` times the one before and news of variance 1 - memory ** 2, the first
    of all news of variance 1; so the squares add up to the variance of the weighted sum.
    """
    if not memory:
        return weights
    later = int(np.ceil(np.log(NOTHING) / np.log(memory)))
    lasting = np.convolve(weights[::-1], memory ** np.arange(later))[: len(weights)][::-1]
    lasting[1:] *= sqrt(1 - memory**2)
    return lasting


def _regressed(
    panel: ReturnPanel, place: int, held: tuple[str, ...], rows: Places, basket: Values
) -> Model | str:
    fit = least_squares(basket[rows], panel.design[rows])
    deviation = sqrt(fit.variance)
    if not deviation > FLAT:
        return "the basket never moves apart from its market"
    memory = float(persistence(fit.rest))
    return Model(panel, place, held, rows, fit.coefficients, fit.inverse, deviation, basket, memory)
