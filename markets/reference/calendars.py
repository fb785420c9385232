"""Exchange sessions and closing times, with dated overrides where the library is wrong."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from markets.reference.calendar_cache import kept
from newsfolio.assets import Venue
from newsfolio.errors import MissingData
from newsfolio.schedules import Period

if TYPE_CHECKING:
    from exchange_calendars import ExchangeCalendar

Days = NDArray[np.datetime64]
Mask = NDArray[np.bool_]
Hours = NDArray[np.int64]

FIRST, LAST = date(1999, 1, 1), date(2049, 12, 31)
EPOCH = date(1970, 1, 1)

UNSCHEDULED = {
    "XHKG": (
        "1999-09-16", "2001-07-06", "2001-07-25", "2008-08-06", "2008-08-22", "2011-09-29",
        "2013-08-14", "2016-08-02", "2016-10-21", "2017-08-23", "2020-10-13", "2021-10-13",
        "2023-07-17", "2023-09-01", "2023-09-08", "2024-09-06",
    ),
    "XNYS": (
        "2001-09-11", "2001-09-12", "2001-09-13", "2001-09-14", "2012-10-29", "2012-10-30",
    ),
}  # fmt: skip
"""Days lost to storms and attacks. exchange_calendars 4.13 has sessions on 2023-09-01 (typhoon
Saola) and 2023-09-08 (black rain), when Hong Kong had none; from 2024-09-23 it trades through."""


@lru_cache(maxsize=16)
def _hours(code: str) -> Hours:
    """All known sessions, ascending: their days and their closes, in days and seconds since 1970.

    The library takes a third of a second for them, so they are kept for the next start.
    """
    lost = UNSCHEDULED.get(code, ())
    rules = hashlib.sha256(f"{FIRST} {LAST} {lost}".encode()).hexdigest()[:12]
    edition = version("exchange_calendars")
    return kept(f"calendar-{code}-{edition}-{rules}", lambda: _computed(code, lost))


def _computed(code: str, lost: tuple[str, ...]) -> Hours:
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas 4 deprecations inside the library
        kind = _kind(code)
        end = kind.bound_max() or pd.Timestamp(LAST)
        closes = kind(start=pd.Timestamp(FIRST), end=end).closes
    closes = closes[~closes.index.isin(pd.to_datetime(list(lost)))]
    days = closes.index.to_numpy().astype("datetime64[D]")
    instants = closes.dt.tz_convert(None).to_numpy().astype("datetime64[s]")
    return np.array([days.astype("int64"), instants.astype("int64")])


def _kind(code: str) -> type[ExchangeCalendar]:
    """The class of a calendar; the library's look-up by name builds one that nobody needs."""
    import exchange_calendars

    module = f"exchange_calendars.exchange_calendar_{code.lower()}"
    if importlib.util.find_spec(module) is None:
        return type(exchange_calendars.get_calendar(code))
    return getattr(importlib.import_module(module), f"{code}ExchangeCalendar")  # type: ignore[no-any-return]


@lru_cache(maxsize=16)
def _sessions(code: str) -> Days:
    return _hours(code)[0].astype("datetime64[D]")


@lru_cache(maxsize=16)
def _announced(code: str) -> Days:
    """Sessions as one expected them beforehand: nobody schedules around a storm to come."""
    unscheduled = np.array(UNSCHEDULED.get(code, ()), dtype="datetime64[D]")
    return np.union1d(_sessions(code), unscheduled)


def sessions_of(venue: Venue) -> Days:
    """All sessions that are known of a venue, from 1999 on, datetime64[D]."""
    return _sessions(venue.code)


def on_weekend(days: Days) -> Mask:
    """Saturdays and Sundays."""
    return np.asarray((days.astype("int64") + 3) % 7 >= 5)


def known_from(venue: Venue, first: np.datetime64) -> None:
    """Raise MissingData for a run that starts before the venue's calendar is known."""
    if first < _sessions(venue.code)[0]:
        raise MissingData(
            f"the calendar of {venue.code} is known from {FIRST}, the run would start on {first}; "
            f"give --start {FIRST} or later"
        )


def is_open(venue_code: str, days: Days) -> Mask:
    """Whether the venue has a session on each day; MissingData beyond what is known."""
    sessions = _sessions(venue_code)
    if len(days) and days[-1] > np.datetime64(f"{str(sessions[-1])[:4]}-12-31"):
        raise MissingData(
            f"the calendar of {venue_code} ends with {str(sessions[-1])[:4]}, and the run needs "
            f"{days[-1]}; upgrade exchange_calendars or end the run earlier with --end"
        )
    places = np.minimum(np.searchsorted(sessions, days), len(sessions) - 1)
    return np.asarray(sessions[places] == days)


def sessions_later(venue: Venue, day: date, count: int) -> date:
    """The session of `venue` that comes `count` sessions after the first one not before `day`."""
    sessions = _sessions(venue.code)
    place = int(np.searchsorted(sessions, np.datetime64(day))) + count
    return sessions[min(place, len(sessions) - 1)].astype(date)


def closing_times(venue_code: str, day: date) -> datetime | None:
    """The instant at which the venue closes on `day`, UTC; None where it has no session."""
    days, closes = _hours(venue_code)
    asked = (day - EPOCH).days
    place = int(np.searchsorted(days, asked))
    if place == len(days) or days[place] != asked:
        return None
    return datetime.fromtimestamp(int(closes[place]), UTC)


def closes_last(venues: Iterable[Venue]) -> Venue:
    """The venue of the decision clock."""
    return max(venues, key=lambda venue: (venue.closes, venue.code))


@dataclass(frozen=True, eq=False)
class RunCalendar:
    """The dates that schedules see: sessions of one run, and the calendar of the last close."""

    sessions: Days
    clock: Venue
    first_decision: int | None

    def every(self) -> Mask:
        return np.ones(len(self.sessions), dtype=bool)

    def ends(self, period: Period) -> Mask:
        is_open(self.clock.code, self.sessions[-1:])
        return self._on_or_after(_last_of(self.clock.code, period))

    def on_or_after(self, days: tuple[date, ...]) -> Mask:
        return self._on_or_after(np.array(days, dtype="datetime64[D]"))

    def publication(self) -> Mask:
        mask = np.zeros(len(self.sessions), dtype=bool)
        if self.first_decision is not None:
            mask[self.first_decision] = True
        return mask

    def _on_or_after(self, days: Days) -> Mask:
        mask = np.zeros(len(self.sessions), dtype=bool)
        inside = days[(days >= self.sessions[0]) & (days <= self.sessions[-1])]
        mask[np.searchsorted(self.sessions, inside)] = True
        return mask


@lru_cache(maxsize=64)
def _last_of(code: str, period: Period) -> Days:
    """The last announced session of every week, month, quarter or year."""
    known = _announced(code)
    unit = {Period.WEEK: "W", Period.MONTH: "M", Period.YEAR: "Y"}.get(period, "M")
    buckets = _bucket(known, period, unit)
    return known[np.append(buckets[1:] != buckets[:-1], True)]


def _bucket(days: Days, period: Period, unit: str) -> NDArray[np.int64]:
    """A number per day, the same within a period; weeks run Monday to Sunday."""
    if period is Period.WEEK:
        return (days.astype("int64") + 3) // 7
    numbers = days.astype(f"datetime64[{unit}]").astype("int64")
    return numbers // 3 if period is Period.QUARTER else numbers


def first_decision(published: datetime, sessions: Days, venues: Iterable[Venue]) -> int | None:
    """The place of the first session all of whose closes follow `published`; None if none does."""
    codes = sorted({venue.code for venue in venues})
    start = int(np.searchsorted(sessions, np.datetime64(published.astimezone(UTC).date())))
    for place in range(start, len(sessions)):
        day = sessions[place].astype(date)
        closes = [close for code in codes if (close := closing_times(code, day)) is not None]
        if closes and min(closes) > published:
            return place
    return None
