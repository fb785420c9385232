"""The mean of sessions that depend on each other: how far it may be off at one look, and at all.

Sessions lie along the last axis, so that one call serves one record or thousands of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log, sqrt

import numpy as np

from backtests.evaluation.schema import LEVEL
from backtests.evaluation.statistics.distributions import student_isf
from backtests.evaluation.statistics.regression import bartlett_lags
from backtests.evaluation.statistics.samples import Values

FIRST_LOOK = 126
"""Sessions, about half a year: from here on every look is paid for, and before it none counts."""

REACH = 2.795483482915108
"""Of the first look, in standard errors: the root a of 2 (1 - Phi(a) + a phi(a)) = 1 - LEVEL."""

PERSISTENT = 0.97
"""The largest autocorrelation that is believed: beyond, a record holds no independent sessions."""

RECENT = 252
"""Sessions, about a year: the last one, two, three ... are held against those before."""


@dataclass(frozen=True, eq=False)
class Mean:
    """A mean and its standard error, of so many sessions each."""

    value: Values
    error: Values
    sessions: int

    @classmethod
    def of(cls, values: Values) -> Mean:
        """The error is that of a long-run variance: Newey and West's (1994), prewhitened.

        A first-order autoregression is taken out, what it leaves is added up with Bartlett's
        weights, and the autoregression is put back (Andrews and Monahan 1992). Dependence widens
        and never narrows: the variance is at least that of independent sessions, and at least that
        of the autoregression alone.
        """
        mean = values.mean(axis=-1)
        moves = values - mean[..., None]
        sessions = values.shape[-1]
        return cls(mean, np.sqrt(_long_run_variance(moves) / sessions), sessions)

    def within(self, errors: float) -> tuple[Values, Values]:
        """Both ends of what lies so many standard errors around the mean."""
        return self.value - errors * self.error, self.value + errors * self.error


def at_one_look(sessions: int, level: float = LEVEL) -> float:
    """Standard errors within which the mean lies at a look that is the only one.

    Student's quantile; an error from Bartlett's weights on so many lags has the freedom of as many
    sessions less.
    """
    freedom = sessions / (1 + bartlett_lags(sessions)) - 1
    return student_isf((1 - level) / 2, freedom) if freedom > 0 else inf


def at_all_looks(sessions: int) -> float:
    """Standard errors within which the mean lies at every look from the first on, at LEVEL.

    Robbins (1970) for a Gaussian walk: it leaves ``sqrt(n (a ** 2 + log(n / m)))`` at some n >= m,
    on whatever days one looks and for ever, with probability 2 (1 - Phi(a) + a phi(a)), half of it
    on each side. For sessions of finite variance the walk is one in the limit (Waudby-Smith et al.
    2021). Infinite below FIRST_LOOK sessions.
    """
    if sessions < FIRST_LOOK:
        return inf
    return sqrt(REACH**2 + log(sessions / FIRST_LOOK))


def persistence(moves: Values) -> Values:
    """First-order autocorrelation of what has mean zero: 0 where negative, at most PERSISTENT.

    A sample understates it by about (1 + 4 r) / n (Marriott and Pope 1954), which is added.
    """
    square = (moves**2).sum(axis=-1)
    cross = (moves[..., 1:] * moves[..., :-1]).sum(axis=-1)
    plain = cross / np.where(square > 0, square, 1.0)
    repaired = plain + (1 + 4 * plain) / moves.shape[-1]
    return np.asarray(np.clip(repaired, 0.0, PERSISTENT))


def _long_run_variance(moves: Values) -> Values:
    """Of one session in the long run; `moves` are about their mean."""
    sessions = moves.shape[-1]
    alone = (moves**2).sum(axis=-1)
    memory = persistence(moves)
    news = moves[..., 1:] - memory[..., None] * moves[..., :-1]
    unrelated = (news**2).sum(axis=-1)
    related = unrelated
    lags = min(bartlett_lags(sessions), news.shape[-1] - 1)
    for lag in range(1, lags + 1):
        cross = (news[..., lag:] * news[..., :-lag]).sum(axis=-1)
        related = related + 2 * (1 - lag / (lags + 1)) * cross
    together = np.maximum(unrelated, related) / (1 - memory) ** 2
    return np.asarray(np.maximum(together, alone) / (sessions - 1), dtype="float64")
