"""Which period belongs to which part of a sentence, and where it begins and ends for a line."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from drafts.language.periods import TimeSpan
from drafts.statements.parts import Parts
from newsfolio.listings import asset_of
from newsfolio.venue import Venue
from newsfolio.venues import rows_of

DAY = timedelta(days=1)
_CUT = re.compile(
    r"[,;，；] ?(?:and|but|while|whereas|as|though|bringing|taking|leaving)\b|[;；]", re.IGNORECASE
)
"""Where another clause begins, whose period is its own."""


def period_for(parts: Parts, place: int, left: int, right: int) -> TimeSpan | None:
    """The period that is meant at a place of a sentence.

    left, right: where the figures beside it end and begin. What follows in its own stretch comes
    first, then what leads into it, then what the sentence said before, then the only one after,
    and at last what the paragraph spoke of.
    """
    named = [period for period in parts.periods if period.kind not in ("base", "rank")]
    after = [p for p in named if place <= p.begin < right and not _is_cut(parts, place, p)]
    before = [period for period in named if period.end <= place]
    own = [period for period in before if period.begin >= left]
    later = [p for p in named if p.begin >= place and not _is_cut(parts, place, p)]
    chosen = next(iter(after[:1] or own[-1:] or before[-1:] or later[:1]), None)
    if chosen is None:
        return None if parts.sentence.cell else parts.heard.period
    return _meant(chosen, parts, [period for period in named if period.begin < chosen.begin])


def _is_cut(parts: Parts, place: int, period: TimeSpan) -> bool:
    return bool(_CUT.search(parts.text[place : period.begin]))


def _meant(period: TimeSpan, parts: Parts, before: list[TimeSpan]) -> TimeSpan | None:
    """What "the same period" points back to."""
    if period.kind != "same":
        return period
    words = parts.text[period.begin : period.end].lower()
    heard = parts.heard
    if "day" in words or "日" in words:
        days = [other for other in before if other.kind == "day"]
        return days[-1] if days else heard.day
    spans = [other for other in before if other.kind in ("past", "future", "event")]
    return spans[-1] if spans else heard.span or heard.day


def last_close(line: str, published: datetime) -> date:
    """The day of the last close of a line that a reader could know, weekends left out."""
    venue = asset_of(line).venue
    day = published.date()
    while _moment(venue, venue.closes, day) > published or (
        day.weekday() > 4 and not venue.continuous
    ):
        day -= DAY
    return day


def next_close(line: str, published: datetime) -> date:
    """The day of the first close after that: the first at which one could have acted."""
    day = last_close(line, published) + DAY
    while day.weekday() > 4 and not asset_of(line).venue.continuous:
        day += DAY
    return day


def is_open(line: str, published: datetime) -> bool:
    """Whether the line's session was on when the text came out."""
    venue, day = asset_of(line).venue, published.date()
    if day.weekday() > 4:
        return False
    return _moment(venue, venue.opens, day) <= published < _moment(venue, venue.closes, day)


def _moment(venue: Venue, hour: time, day: date) -> datetime:
    """An hour of a venue on a day; rows have it in UTC in winter, and clocks change."""
    rows = rows_of(venue.code)
    zone = ZoneInfo(rows.zone) if rows else UTC
    winter = datetime.combine(date(day.year, 1, 15), hour, UTC).astimezone(zone)
    return datetime.combine(day, winter.time(), zone)


def window_of(period: TimeSpan, line: str, published: datetime) -> tuple[date, date]:
    """From the close of one day to the close of another."""
    latest = last_close(line, published)
    if period.kind == "future":
        first = max(period.first or date.min, next_close(line, published))
        return first, period.last or latest
    if period.kind == "day" and period.last is None:
        return _before(latest), latest
    last = period.last or latest
    if period.kind == "past" and last > latest:
        last = latest
    return period.first or _before(last), last


def _before(day: date) -> date:
    return day - (3 if day.weekday() == 0 else 1) * DAY
