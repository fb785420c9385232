"""Signals and cash rates as they are known in each session; a value that is too old is unknown."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from markets.bars import Bars
from markets.reference.calendars import Days, Mask, RunCalendar, expected_of
from newsfolio.assets import Asset, Kind
from newsfolio.schedules import Period

SESSIONS = 7
"""Sessions of its own calendar that a daily value lasts, ..."""
RATE_DAYS = 7
"""... days that an exchange rate does, ..."""
TWO = {Period.WEEK: 14, Period.MONTH: 62, Period.QUARTER: 184, Period.YEAR: 731}
"""... and days that two periods have at most, for a series that declares them; ..."""
PERIODS = 2.2
"""... of one that does not, so many of its usual steps, ..."""
SPARSE = 4.5
"""... where these, the middle of eight, are more days than this."""


Floats = NDArray[np.float64]


def known_at_close(line: Bars, asset: Asset, calendar: RunCalendar) -> Floats:
    """A signal's last close known at each close of the run; NaN before its first or once it is old.

    A bar that closes after the decision is dated before it: a New York yield for a universe that
    closes in Hong Kong, and every exchange rate.
    """
    late = asset.kind is Kind.CURRENCY or asset.venue.closes > calendar.clock.closes
    return _last(line, asset, calendar.sessions, before=late)


def known_before(line: Bars, asset: Asset, sessions: Days) -> Floats:
    """The last close before each session; NaN where none is known or it is too old."""
    return _last(line, asset, sessions, before=True)


def _last(line: Bars, asset: Asset, sessions: Days, *, before: bool) -> Floats:
    days = line.days
    places = np.searchsorted(days, sessions, side="left" if before else "right") - 1
    values = line.frame["close"].to_numpy()
    usable = fresh(asset, days, places, sessions)
    return np.where(usable, values[np.maximum(places, 0)], np.nan)


def fresh(asset: Asset, days: Days, places: NDArray[np.int64], asked: Days) -> Mask:
    """(T,) whether the bar in use on each day asked is there, and young enough.

    places: of the bar in use among `days`, -1 for none. The period of a series is the one that its
    asset declares, else that of its bars so far.
    """
    there = places >= 0
    used = days[np.maximum(places, 0)]
    age = (asked - used).astype("int64")
    if asset.kind is Kind.CURRENCY:
        return there & (age <= RATE_DAYS)
    if asset.every:
        return there & (age <= TWO[Period(asset.every)])
    sessions = expected_of(asset.venue)
    passed = np.searchsorted(sessions, asked, side="right") - np.searchsorted(
        sessions, used, side="right"
    )
    every = _usual_steps(days.astype("datetime64[D]").tobytes())
    period = every[np.maximum(places, 0)] if len(every) else np.zeros(len(asked))
    lasts = np.where(period > SPARSE, age <= PERIODS * period, passed <= SESSIONS)
    return np.asarray(there & lasts)


@lru_cache(maxsize=32)
def _usual_steps(days: bytes) -> Floats:
    """Of each bar, the middle of the last eight steps in days; of the first, as of the second.

    days: those of all bars, as their bytes; hundreds of markets have the same signals.
    """
    dates = np.frombuffer(days, dtype="datetime64[D]")
    steps = pd.Series(np.diff(dates).astype("float64")).rolling(8, min_periods=1).median()
    return np.append(steps.iloc[:1], steps)
