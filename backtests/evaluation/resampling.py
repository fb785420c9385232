"""Draws of whole blocks of sessions, the same for every series, and intervals from them."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan, sqrt

import numpy as np
from numpy.typing import NDArray

from backtests.evaluation.findings import LEVEL
from backtests.evaluation.libraries import arch_bootstrap

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
    drawn = arch_bootstrap().StationaryBootstrap(
        block,
        np.arange(sessions),
        seed=seed,
    )
    places = np.stack([drawn.update_indices() for _ in range(replications)])
    return Resample(places.astype(np.intp, copy=False), block)


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
        lengths = arch_bootstrap().optimal_block_length(usable)["stationary"].to_numpy()
    return float(lengths[np.isfinite(lengths)].max(initial=1.0))


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
    from scipy.stats import norm, t

    if not sessions > block:
        return inf
    tail = (1 - LEVEL) / 2
    ratio = t.isf(tail, sessions / block - 1) / norm.isf(tail)
    return float(ratio * sqrt(sessions / (sessions - block)))


def _moving(series: NDArray[np.float64]) -> NDArray[np.float64]:
    if not len(series):
        return series
    finite = series[:, np.isfinite(series).all(axis=0)]
    return finite[:, finite.std(axis=0) > 0]
