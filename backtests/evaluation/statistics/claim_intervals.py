"""How sure a claim's figure is, where it stands for more than itself: draws of its sessions."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from backtests.evaluation.statistics.bootstrap import (
    MIN_SESSIONS,
    REPLICATIONS,
    Resample,
    block_length,
    draws_at_once,
    interval,
)
from backtests.evaluation.statistics.samples import too_few
from backtests.runner.checked_claims import ReadingInterval
from newsfolio.claims import Reading
from newsfolio.quantities import Observations, Record

CHUNK = 2_000_000
"""Numbers that are drawn at a time."""


def interval_of(reading: Reading, record: Record, value: float) -> ReadingInterval | None:
    """The interval of a reading's figure from the stationary bootstrap; None of a single fact."""
    if not reading.of.estimates:
        return None
    observations = reading.of.observations(record, reading.window)
    return None if observations is None else estimated(observations, value)


def estimated(observations: Observations, value: float) -> ReadingInterval:
    """Blocks of rows as for the curves of a verdict: `statistics/bootstrap.py`."""
    rows = observations.rows.to_numpy(dtype="float64")
    if len(rows) < MIN_SESSIONS:
        return ReadingInterval(why=f"no interval: {too_few(len(rows), 'one')}")
    filled = np.nan_to_num(rows)
    drawn = _drawn(len(filled), block_length(filled))
    size = max(1, CHUNK // rows.size)
    parts: list[NDArray[np.float64]] = [
        observations.figure(rows[drawn.places[start : start + size]])
        for start in range(0, len(drawn.places), size)
    ]
    low, high = interval(value, np.concatenate(parts), drawn)
    if not (np.isfinite(low) and np.isfinite(high)):
        return ReadingInterval(why="no interval: some draws have no such figure")
    return ReadingInterval(low, high)


@lru_cache(maxsize=2)
def _drawn(sessions: int, block: float) -> Resample:
    """Draws of so many sessions; the readings of an article often share a window."""
    return Resample(draws_at_once(sessions, block, REPLICATIONS, seed=0), block)
