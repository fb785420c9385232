"""Draws of whole blocks of sessions, the same for every series, and intervals from them."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan, sqrt

import numpy as np
from numpy.typing import NDArray

from backtests.evaluation.schema import LEVEL
from backtests.evaluation.statistics.distributions import normal_quantile, student_isf
from backtests.simulation.metrics import FLAT

MIN_SESSIONS = 20
"""From which a block length is estimated, and an interval given: below, a draw holds a handful of
blocks, and no quantile of it covers what it claims."""

REPLICATIONS = 2000
"""So that the 2.5 % tail rests on 50 draws."""


@dataclass(frozen=True, eq=False)
class Resample:
    """Which sessions each draw consists of: one row of `places` a draw, as many as there were.

    block: the mean length of the blocks, in sessions.
    """

    places: NDArray[np.intp]
    block: float


def resample(
    series: NDArray[np.float64], replications: int = REPLICATIONS, seed: int = 0
) -> Resample:
    """Stationary bootstrap (Politis and Romano 1994) of the rows of `series`, (sessions, series).

    One block length serves all of them, the longest that any asks for: give the differences that
    are to be judged too, not only the curves.
    """
    sessions = len(series)
    block = block_length(series)
    if sessions < 2:
        return Resample(np.zeros((replications, sessions), dtype=np.intp), block)
    return Resample(draws(sessions, block, replications, seed), block)


def draws(
    sessions: int, block: float, replications: int, seed: int, length: int | None = None
) -> NDArray[np.intp]:
    """(replications, length) places, in blocks of that mean length; by default all sessions."""
    rng, shape = np.random.default_rng(seed), (sessions if length is None else length,)
    return np.stack([_draw(rng, sessions, block, shape) for _ in range(replications)])


def draws_at_once(sessions: int, block: float, replications: int, seed: int) -> NDArray[np.intp]:
    """The same from other random numbers, in a third of the time."""
    return _draw(np.random.default_rng(seed), sessions, block, (replications, sessions))


def _draw(
    rng: np.random.Generator, sessions: int, block: float, shape: tuple[int, ...]
) -> NDArray[np.intp]:
    """Places in blocks along the last axis, each the start of another with chance 1 / block."""
    begins = rng.integers(sessions, size=shape)
    starts = rng.random(shape) <= 1 / block
    starts[..., 0] = True
    rows = np.arange(shape[-1])
    latest = np.maximum.accumulate(np.where(starts, rows, 0), axis=-1)
    firsts = begins[latest] if len(shape) == 1 else np.take_along_axis(begins, latest, axis=-1)
    places: NDArray[np.intp] = firsts + rows - latest
    return places % sessions


def block_length(series: NDArray[np.float64]) -> float:
    """Mean length of the blocks: the optimal one, at least the cube root of the sessions.

    Short records hide what little memory returns have, and blocks that are too short make intervals
    too narrow; the cube root is the rate at which the best length grows. At most a quarter of the
    sessions, 1 below 20 of them.
    """
    sessions = len(series)
    if sessions < MIN_SESSIONS:
        return 1.0
    return float(np.clip(optimal_block(series), sessions ** (1 / 3), sessions / 4))


def optimal_block(series: NDArray[np.float64]) -> float:
    """Politis and White 2004, corrected by Patton et al. 2009: the longest over the columns.

    Columns that never move or have gaps ask for nothing; 1 where no other is left.
    """
    usable = _moving(series)
    if not usable.shape[1]:
        return 1.0
    with np.errstate(all="ignore"):  # a column that moved once divides by zero in there
        lengths = np.array([_stationary(column) for column in usable.T])
    return float(lengths[np.isfinite(lengths)].max(initial=1.0))


def _stationary(column: NDArray[np.float64]) -> float:
    """The optimal mean block of one series."""
    n = len(column)
    run = max(5, int(np.log10(n)))
    most = int(np.ceil(np.sqrt(n))) + run
    covariance, correlation = _autocovariance(column - column.mean(), most)
    small = np.abs(correlation) < 2 * np.sqrt(np.log10(n) / n)
    quiet = [lag for lag in range(most - run + 1) if small[lag : lag + run].all()]
    bandwidth = min(2 * max(quiet[0], 1), most) if quiet else most
    slope, variance = 0.0, covariance[0]
    for lag in range(1, bandwidth + 1):
        weight = min(1.0, 2 * (1 - lag / bandwidth))
        slope += 2 * weight * lag * covariance[lag]
        variance += 2 * weight * covariance[lag]
    length = (slope**2 / variance**2) ** (1 / 3) * n ** (1 / 3)
    return float(min(length, np.ceil(min(3 * np.sqrt(n), n / 3))))


def _autocovariance(
    moves: NDArray[np.float64], most: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Up to a lag, and the correlation of what both ends have in common."""
    n, lags = len(moves), range(most + 1)
    cross = np.array([moves[lag:] @ moves[: n - lag] for lag in lags])
    later = np.array([moves[lag + 1 :] @ moves[lag + 1 :] for lag in lags])
    sooner = np.array([moves[: -lag - 1] @ moves[: -lag - 1] for lag in lags])
    return cross / n, cross / np.sqrt(later * sooner)


def interval(value: float, draws: NDArray[np.float64], drawn: Resample) -> tuple[float, float]:
    """Two-sided at LEVEL: the percentiles of the draws, moved away from the value a little.

    Percentiles alone are too narrow: draws vary about their own mean, and n / block blocks are
    few. The stretch is Student's quantile with n / block - 1 degrees of freedom over the normal
    one, times the root of n / (n - block); `benchmarks/coverage.py` measures what it repairs.
    NaN, NaN where a draw is undefined.
    """
    if not (np.isfinite(value) and draws.size and np.isfinite(draws).all()):
        return nan, nan
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    wider = stretch(drawn.places.shape[1], drawn.block)
    if wider == inf:
        return nan, nan
    return float(value + (low - value) * wider), float(value + (high - value) * wider)


def stretch(sessions: int, block: float) -> float:
    """How much wider than the percentiles an interval has to be; infinite for a single block."""
    if not sessions > block:
        return inf
    tail = (1 - LEVEL) / 2
    ratio = student_isf(tail, sessions / block - 1) / -normal_quantile(tail)
    return float(ratio * sqrt(sessions / (sessions - block)))


def _moving(series: NDArray[np.float64]) -> NDArray[np.float64]:
    if not len(series):
        return series
    finite = series[:, np.isfinite(series).all(axis=0)]
    still = FLAT * np.maximum(1.0, np.abs(finite).max(axis=0, initial=0.0))
    return finite[:, finite.std(axis=0) > still]
