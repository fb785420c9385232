"""Made-up differences of a thesis to its control, a row a thesis: what a verdict has to cope with.

All are daily log differences with mean zero; `Edge` adds a drift. What has no scale of its own has
a deviation of half a percent a session.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int, int], Values]
"""From a generator, theses and sessions to differences."""

DEVIATION = 0.005
WARM_UP = 500
YEAR = 252


@dataclass(frozen=True)
class World:
    """How a session's difference is drawn; `deviation` is that of the whole law."""

    name: str
    draw: Draw
    deviation: float = DEVIATION

    def differences(
        self,
        seed: int,
        theses: int,
        sessions: int,
        edge: float = 0.0,
        fades_after: int | None = None,
    ) -> Values:
        """(theses, sessions). edge: daily mean over daily deviation, times the root of 252.

        fades_after: sessions, counted from the end, before which there is an edge and after which
        there is none; None: it stays.
        """
        drawn = self.draw(np.random.default_rng(seed), theses, sessions)
        lasting = sessions if fades_after is None else sessions - fades_after
        drawn[:, :lasting] += edge * self.deviation / sqrt(YEAR)
        return drawn


def normal(generator: np.random.Generator, theses: int, sessions: int) -> Values:
    return DEVIATION * generator.standard_normal((theses, sessions))


def heavy(generator: np.random.Generator, theses: int, sessions: int) -> Values:
    """Student's t with three degrees of freedom: the kurtosis has no limit."""
    return DEVIATION / sqrt(3) * generator.standard_t(3, (theses, sessions))


def persistent(memory: float) -> Draw:
    """A first-order autoregression."""

    def draw(generator: np.random.Generator, theses: int, sessions: int) -> Values:
        news = sqrt(1 - memory**2) * generator.standard_normal((sessions, theses))
        news[0] /= sqrt(1 - memory**2)
        for session in range(1, sessions):
            news[session] += memory * news[session - 1]
        return np.ascontiguousarray(DEVIATION * news.T)

    return draw


def clustered(generator: np.random.Generator, theses: int, sessions: int) -> Values:
    """GARCH(.09, .88) with Student's t of five degrees of freedom."""
    return with_variance(generator, theses, sessions)[0]


def with_variance(
    generator: np.random.Generator, theses: int, sessions: int
) -> tuple[Values, Values]:
    """The same, and the conditional variance of each session."""
    drawn = generator.standard_t(5, (sessions + WARM_UP, theses)) / sqrt(5 / 3)
    variances = np.ones_like(drawn)
    for session, variance in enumerate(variances):
        drawn[session] *= np.sqrt(variance)
        if session + 1 < len(variances):
            variances[session + 1] = 0.03 + 0.09 * drawn[session] ** 2 + 0.88 * variance
    kept = slice(WARM_UP, None)
    return (
        np.ascontiguousarray(DEVIATION * drawn[kept].T),
        np.ascontiguousarray(DEVIATION**2 * variances[kept].T),
    )


def crashes(generator: np.random.Generator, theses: int, sessions: int) -> Values:
    """0.08 % a session, less 8 % once in a hundred."""
    shape = theses, sessions
    return generator.normal(0.0008, 0.005, shape) - 0.08 * (generator.random(shape) < 0.01)


def gains(generator: np.random.Generator, theses: int, sessions: int) -> Values:
    """The other way round: a little is lost, and 8 % is won once in a hundred."""
    return -crashes(generator, theses, sessions)


def earnings(generator: np.random.Generator, theses: int, sessions: int) -> Values:
    """Less 5 % on four sessions a year."""
    shape, rate = (theses, sessions), 4 / YEAR
    quiet = generator.normal(0.05 * rate, 0.006, shape)
    return quiet - 0.05 * (generator.random(shape) < rate)


IID = World("iid normal", normal)
T3 = World("Student t3", heavy)
AR2 = World("AR .2", persistent(0.2))
AR4 = World("AR .4", persistent(0.4))
GARCH = World("GARCH t5", clustered)
CRASHES = World("rare crashes", crashes, sqrt(0.005**2 + 0.08**2 * 0.01 * 0.99))
GAINS = World("rare gains", gains, CRASHES.deviation)
EARNINGS = World("earnings", earnings, sqrt(0.006**2 + 0.05**2 * 4 / YEAR * (1 - 4 / YEAR)))
