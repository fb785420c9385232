"""A span of days, and the arithmetic of calendars that names it."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Kind = Literal["past", "future", "day", "same", "event", "base", "rank"]
"""day: from the close before it to its own. same: the period named before. event: it begins with
something whose day the text does not say. base: "a year earlier", what a report compares with.
rank: "the most since 2021"."""

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """From the close of one day to the close of another; None for what is open."""

    first: date | None
    last: date | None
    kind: Kind = "past"


@dataclass(frozen=True)
class TimeSpan(Span):
    """A span with its place in a text."""

    begin: int = 0
    end: int = 0


@dataclass(frozen=True)
class Now:
    """The day of publication, and whether the words around speak of what is to come."""

    today: date
    ahead: bool = False


def back(day: date, count: int, unit: str) -> date:
    """A day so many days, weeks, months or years before; the last of a shorter month."""
    unit = unit.lower().removeprefix("trading ").rstrip("s")
    if unit in ("day", "session"):
        return day - count * DAY
    if unit == "week":
        return day - 7 * count * DAY
    months = count * {"month": 1, "quarter": 3, "half": 6, "year": 12, "decade": 120}[unit]
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_end(year: int, month: int) -> date:
    """The last day of a month; month 0 is December of the year before."""
    if month < 1:
        return month_end(year - 1, month + 12)
    return date(year, month, calendar.monthrange(year, month)[1])


def whole(first: date, last: date, now: Now) -> Span:
    """A calendar span: up to now where it has not ended, from now on where the words look ahead."""
    if last < now.today:
        return Span(first, last)
    if first >= now.today:
        return Span(first, last, "future")
    return Span(None, last, "future") if now.ahead else Span(first, None)


def part_of_year(before: int, last: int, year: str | None, now: Now) -> Span:
    """Months `before` + 1 to `last` of a year; without one, of the nearest that has begun."""
    if year:
        chosen = int(year) if len(year) > 2 else 2000 + int(year)
    else:
        begun = month_end(now.today.year, before) < now.today
        chosen = now.today.year if begun or now.ahead else now.today.year - 1
        if now.ahead and month_end(chosen, last) < now.today:
            chosen += 1
    return whole(month_end(chosen, before), month_end(chosen, last), now)


def unit_now(unit: str, now: Now) -> Span:
    """The week, month, quarter or year of now."""
    if now.ahead:
        return Span(None, end_of(unit, now.today), "future")
    return Span(end_before(unit, now.today), None)


def unit_before(unit: str, now: Now) -> Span:
    """The week, month, quarter or year before, as the calendar has them."""
    last = end_before(unit, now.today)
    if unit.rstrip("s") == "week" and now.today.weekday() > 4:  # on a weekend: the week just ended
        last = now.today - (now.today.weekday() - 4) * DAY
    return Span(end_before(unit, last), last)


def end_before(unit: str, day: date) -> date:
    """The last day of the calendar unit before the one of `day`; weeks end on Fridays."""
    unit = unit.rstrip("s")
    if unit == "week":
        return day - (day.weekday() + 3) * DAY
    if unit == "quarter":
        return month_end(day.year, (day.month - 1) // 3 * 3)
    if unit == "month":
        return month_end(day.year, day.month - 1)
    if unit in ("day", "session", "trading day"):
        return day - DAY
    return date(day.year - (10 if unit == "decade" else 1), 12, 31)


def end_of(unit: str, day: date) -> date:
    """The last day of the calendar unit that holds `day`."""
    unit = unit.rstrip("s")
    if unit == "week":
        return day + ((4 - day.weekday()) % 7) * DAY
    if unit == "quarter":
        return month_end(day.year, (day.month + 2) // 3 * 3)
    return month_end(day.year, day.month if unit == "month" else 12)


def day_span(day: date) -> Span:
    """From the close before a day to its own."""
    return Span(weekday_before(day), day, "day")


def weekday_before(day: date) -> date:
    """The weekday before a day."""
    return day - (3 if day.weekday() == 0 else 2 if day.weekday() == 6 else 1) * DAY
