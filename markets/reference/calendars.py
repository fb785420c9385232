"""Exchange sessions and closing times, with dated overrides where the library is wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from markets.reference.cache import kept
from markets.reference.calendar_library import edition, sessions_and_closes
from newsfolio.assets import Venue
from newsfolio.errors import MissingData
from newsfolio.schedules import Period
from newsfolio.venue_rows import SessionRows
from newsfolio.venues import rows_of

Days = NDArray[np.datetime64]
Mask = NDArray[np.bool_]
Hours = NDArray[np.int64]

FIRST, LAST = date(1999, 1, 1), date(2049, 12, 31)
EPOCH = date(1970, 1, 1)
DAY = "datetime64[D]"
YEAR = 250
"""Sessions that tell on which weekdays a venue trades."""


def _corrections(code: str) -> SessionRows:
    rows = rows_of(code)
    return rows.sessions if rows else SessionRows()


@lru_cache(maxsize=16)
def _hours(code: str) -> Hours:
    """All known sessions, ascending: their days and their closes, in days and seconds since 1970.

    The library takes a third of a second for them, so they are kept for the next start.
    """
    rows = _corrections(code)
    rules = hashlib.sha256(f"2 {FIRST} {LAST} {rows} {edition()}".encode()).hexdigest()[:12]
    return kept(f"calendar-{code}-{rules}", lambda: _computed(code, rows))


def _computed(code: str, rows: SessionRows) -> Hours:
    """What the library says, corrected."""
    hours = sessions_and_closes(code, FIRST, LAST)
    closes = np.array(rows.added, dtype="datetime64[s]")
    added = np.array([closes.astype(DAY).astype("int64"), closes.astype("int64")])
    wrong = np.array([*rows.lost, *rows.shut], dtype=DAY).astype("int64")
    hours = hours[:, ~np.isin(hours[0], np.append(wrong, added[0]))]
    hours = np.concatenate([hours, added], axis=1)
    return hours[:, np.argsort(hours[0], kind="stable")]


@lru_cache(maxsize=16)
def _sessions(code: str) -> Days:
    return _hours(code)[0].astype(DAY)


@lru_cache(maxsize=16)
def _expected(code: str) -> Days:
    """Known sessions, and before and after them the weekdays on which the venue usually trades."""
    sessions, (first, last) = _sessions(code), _span(code)
    days = np.arange(np.datetime64(FIRST), np.datetime64(LAST) + 1)
    often = np.bincount(_weekday(sessions[-YEAR:]), minlength=7)
    usual = (often > often.max() / 2)[_weekday(days)]
    return np.union1d(sessions, days[usual & ((days < first) | (days > last))])


@lru_cache(maxsize=16)
def _announced(code: str) -> Days:
    """Sessions as one expected them beforehand: nobody schedules around a storm to come."""
    return np.union1d(_expected(code), np.array(_corrections(code).lost, dtype=DAY))


def _span(code: str) -> tuple[np.datetime64, np.datetime64]:
    """The first and the last day of which the library knows; it begins and ends with years."""
    years = _sessions(code)[[0, -1]].astype("datetime64[Y]")
    return years[0].astype(DAY), (years[1] + 1).astype(DAY) - 1


def _weekday(days: Days) -> NDArray[np.int64]:
    """0 on Mondays."""
    return (days.astype("int64") + 3) % 7


def sessions_of(venue: Venue) -> Days:
    """All sessions that are known of a venue, from 1999 on, datetime64[D]."""
    return _sessions(venue.code)


def expected_of(venue: Venue) -> Days:
    """The same, with the weekdays on which it usually trades before and after its calendar."""
    return _expected(venue.code)


def among(sessions: Days, days: Days) -> Mask:
    """Whether each day is one of the sessions, which are in order."""
    if not len(sessions):
        return np.zeros(len(days), dtype=bool)
    places = np.searchsorted(sessions, days)
    return np.asarray(sessions[np.minimum(places, len(sessions) - 1)] == days)


def on_weekend(days: Days) -> Mask:
    """Saturdays and Sundays."""
    return np.asarray(_weekday(days) >= 5)


def idle_weekend(venue: Venue, days: Days) -> Mask:
    """Saturdays and Sundays on which the venue has no session."""
    mask = on_weekend(days)
    if mask.any():
        mask[mask] = ~is_open(venue.code, days[mask])
    return mask


def has_calendar(code: str) -> bool:
    """Whether a calendar can be made for a venue."""
    try:
        return bool(len(_sessions(code)))
    except MissingData:
        return False


def is_known(venue: Venue, days: Days) -> Mask:
    """Whether the venue's calendar reaches each day."""
    first, last = _span(venue.code)
    return np.asarray((days >= first) & (days <= last))


def beyond_calendars(venues: Iterable[Venue], sessions: Days) -> Iterator[str]:
    """What to say of venues whose calendar does not reach over all sessions."""
    for code in sorted({venue.code for venue in venues}):
        begins, ends = _span(code)
        parts = [f"before {begins}"] * bool(sessions[0] < begins)
        parts += [f"after {ends}"] * bool(sessions[-1] > ends)
        if parts:
            yield (
                f"{code}: no calendar {' or '.join(parts)} ({edition()}); there the bars' own "
                "dates and the usual weekdays serve, and its holidays are not known"
            )


def known_from(first: np.datetime64) -> None:
    """Raise MissingData for a run that starts before any calendar is known."""
    if first < np.datetime64(FIRST):
        raise MissingData(
            f"calendars are known from {FIRST}, the run would start on {first}; "
            f"give --start {FIRST} or later"
        )


def is_open(venue_code: str, days: Days) -> Mask:
    """Whether the venue has a session on each day; beyond its calendar on usual weekdays."""
    return among(_expected(venue_code), days)


def sessions_later(venue: Venue, day: date, count: int) -> date:
    """The session of `venue` that comes `count` sessions after the first one not before `day`."""
    sessions = _expected(venue.code)
    place = int(np.searchsorted(sessions, np.datetime64(day))) + count
    return sessions[min(place, len(sessions) - 1)].astype(date)


def session_from(venue: Venue, day: date) -> date:
    """The first session of `venue` that is not before `day`."""
    return sessions_later(venue, day, 0)


def sessions_between(venue: Venue, after: date, before: date) -> int:
    """How many sessions lie between two days; usual weekdays beyond the calendar."""
    sessions = _expected(venue.code)
    first = np.searchsorted(sessions, np.datetime64(after), side="right")
    return max(int(np.searchsorted(sessions, np.datetime64(before)) - first), 0)


def closing_times(venue_code: str, day: date) -> datetime | None:
    """The instant at which the venue closes on `day`, UTC; None where it has no session.

    Beyond the calendar a usual weekday closes as its like in the nearest known year.
    """
    first, last = (edge.astype(date) for edge in _span(venue_code))
    if first <= day <= last:
        return _known_close(venue_code, day)
    if not is_open(venue_code, np.array([day], dtype=DAY))[0]:
        return None
    away, step = ((day - last).days, -7) if day > last else ((first - day).days, 7)
    like = day + timedelta(step // 7 * 364 * -(-away // 364))
    while (close := _known_close(venue_code, like)) is None:
        like += timedelta(step)
    return close + (day - like)


def _known_close(venue_code: str, day: date) -> datetime | None:
    days, closes = _hours(venue_code)
    asked = (day - EPOCH).days
    place = int(np.searchsorted(days, asked))
    if place == len(days) or days[place] != asked:
        return None
    return datetime.fromtimestamp(int(closes[place]), UTC)


def closes_last(venues: Iterable[Venue]) -> Venue:
    """The venue of the decision clock; one that never closes sets it among its like alone."""
    return max(venues, key=lambda venue: (not venue.continuous, venue.closes, venue.code))


@dataclass(frozen=True, eq=False)
class RunCalendar:
    """The dates that schedules see: sessions of one run, and the calendar of the last close."""

    sessions: Days
    clock: Venue
    first_decision: int | None

    def every(self) -> Mask:
        return np.ones(len(self.sessions), dtype=bool)

    def ends(self, period: Period) -> Mask:
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
    sessions = _announced(code)
    unit = {Period.WEEK: "W", Period.MONTH: "M", Period.YEAR: "Y"}.get(period, "M")
    buckets = _bucket(sessions, period, unit)
    return sessions[np.append(buckets[1:] != buckets[:-1], True)]


def _bucket(days: Days, period: Period, unit: str) -> NDArray[np.int64]:
    """A number per session, the same within a period.

    Weeks run Monday to Sunday, and Sunday to Saturday where Sunday begins them, as in Riyadh.
    """
    if period is Period.WEEK:
        saturdays, sundays = np.bincount(_weekday(days), minlength=7)[5:]
        early = sundays > len(days) / 20 and sundays > 2 * saturdays
        return (days.astype("int64") + 3 + early) // 7
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
