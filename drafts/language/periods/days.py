"""Single days and what has been since them."""

from __future__ import annotations

import re
from datetime import date

from drafts.language.periods.rules import WEEKDAYS, Match, day_of, group, month_of, rule
from drafts.language.periods.spans import (
    DAY,
    Now,
    Span,
    back,
    day_span,
    end_before,
    month_end,
    weekday_before,
)

_COMING = re.compile(
    r"\b(?:will|due|expires?|until|by|starting|from)\b[^,.;]{0,30}$", re.IGNORECASE
)
_SUPERLATIVE = re.compile(
    r"\b(?:\w+est|first(?: time)?|most|least|worst|best|record|unseen|lows?|highs?)\b[^,.;]{0,40}$",
    re.IGNORECASE,
)


@rule(r"\byesterday(?:['’]s)?\b", r"昨日|昨天")
def _yesterday(_: Match, now: Now) -> Span:
    return day_span(now.today - DAY)


@rule(r"\b(?:overnight|in the latest session)\b", r"隔夜|昨夜")
def _overnight(_: Match, now: Now) -> Span:
    return Span(None, None, "day")


@rule(r"\b(?:today|this (?:morning|afternoon))(?:['’]s)?\b", r"今日|今天|今早")
def _today(_: Match, now: Now) -> Span:
    return day_span(now.today)


@rule(r"\b(?:(?P<which>last|next|this)\s)?(?P<name><WEEKDAY>)(?:['’]s)?\b")
def _weekday(match: Match, now: Now) -> Span:
    which = (match["which"] or "").lower()
    ago = (now.today.weekday() - WEEKDAYS[match["name"].lower()]) % 7
    coming = now.ahead and not which and _COMING.search(match.string[: match.start()])
    if which == "next" or coming:
        return day_span(now.today + (7 - ago if ago or which else 0) * DAY)
    return day_span(now.today - (ago or 7 * (which == "last")) * DAY)


@rule(r"(?P<which>上)?(?:周|星期|礼拜|週)(?P<name>[一二三四五六日天])")
def _chinese_weekday(match: Match, now: Now) -> Span:
    ago = (now.today.weekday() - "一二三四五六日".index(match["name"].replace("天", "日"))) % 7
    if match["which"] and now.today.weekday() < 5:  # of the calendar week before
        ago = now.today.weekday() + 7 - "一二三四五六日".index(match["name"].replace("天", "日"))
    return day_span(now.today - ago * DAY)


@rule(
    r"\b(?P<month><MONTH>) (?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,? (?P<year><YEAR>))?"
    r"(?!\d|%|[.,]\d|\s?(?:percent|points?|billion|million))",
    r"\b(?P<day>\d{1,2})(?:st|nd|rd|th)? (?P<month><MONTH>)(?:,? (?P<year><YEAR>))?(?![a-z])",
    r"(?<!\d)(?P<year><YEAR>)[-.](?P<month>\d{1,2})[-.](?P<day>\d{1,2})(?!\d)",
    r"(?:(?P<year><YEAR>)年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日",
)
def _date(match: Match, now: Now) -> Span | None:
    if not match["month"][0].isdigit() and not match["month"][0].isupper():
        return None
    named = _day(match, now)
    return day_span(named) if named else None


def _day(match: Match, now: Now) -> date | None:
    """The day that is named; without a year the nearest that has been, or is to come."""
    month, day = month_of(match["month"]), int(match["day"])
    named = day_of(int(match["year"] or now.today.year), month, day)
    if named and not match["year"] and named > now.today and not now.ahead:
        return day_of(now.today.year - 1, month, day)
    return named


@rule(
    r"\b(?:in |for |over )?(?:the )?week (?:to|ended|ending)(?: on)? (?P<name><WEEKDAY>)",
    r"\b(?:in |for |over )?(?:the )?week (?:to|ended|ending)(?: on)? "
    r"(?P<month><MONTH>) (?P<day>\d{1,2})(?:,? (?P<year><YEAR>))?",
)
def _week_to(match: Match, now: Now) -> Span | None:
    if group(match, "name"):
        last: date | None = (_weekday_span(group(match, "name"), now)).last
    else:
        last = _day(match, now)
    return Span(back(last, 1, "week"), last) if last else None


def _weekday_span(name: str, now: Now) -> Span:
    return day_span(now.today - ((now.today.weekday() - WEEKDAYS[name.lower()]) % 7) * DAY)


@rule(
    r"\b(?:since|from)\s(?:the )?(?:end|close) of (?:(?P<month><MONTH>) )?(?P<year><YEAR>)",
    r"\b(?:since|from)\s(?:the )?(?:end|close) of last (?P<unit>year|month|quarter|week)",
)
def _since_end(match: Match, now: Now) -> Span:
    if group(match, "unit"):
        return Span(end_before(group(match, "unit").lower(), now.today), None)
    month = month_of(match["month"].strip()) if match["month"] else 12
    return Span(month_end(int(match["year"]), month), None)


@rule(
    r"\bsince\s(?:the |its |their )?(?P<month><MONTH>) (?P<day>\d{1,2})(?!\d)"
    r"(?:,? (?P<year><YEAR>))?",
    r"\bsince\s(?:the )?(?P<day>\d{1,2}) (?P<month><MONTH>)(?: (?P<year><YEAR>))?",
    r"自(?:(?P<year><YEAR>)年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日以来",
)
def _since_day(match: Match, now: Now) -> Span | None:
    if _is_superlative(match):
        return Span(None, None, "rank")
    named = _day(match, Now(now.today))
    return Span(named, None) if named else None


@rule(
    r"\bsince\s(?:the )?(?:start|beginning) of (?P<month><MONTH>)(?: (?P<year><YEAR>))?(?!\s?\d)",
    r"\bsince\s(?P<part>early |late |mid-|the middle of )?(?P<month><MONTH>)"
    r"(?: (?P<year><YEAR>))?(?!\s?\d)",
    r"\bsince\s(?:early |late |mid-)?(?P<year><YEAR>)\b",
    r"自?(?:(?P<year><YEAR>)年)?(?P<month>\d{1,2})月以来|自(?P<alone><YEAR>)年以来",
)
def _since_month(match: Match, now: Now) -> Span | None:
    if _is_superlative(match):
        return Span(None, None, "rank")
    month = month_of(group(match, "month")) if group(match, "month") else 1
    year = group(match, "year") or group(match, "alone")
    chosen = int(year) if year else now.today.year - (month > now.today.month)
    middle = group(match, "part").lower() in ("mid-", "the middle of ")
    return Span(date(chosen, month, 15) if middle else month_end(chosen, month - 1), None)


@rule(r"\bsince\s(?:last )?(?P<name><WEEKDAY>)")
def _since_weekday(match: Match, now: Now) -> Span | None:
    if _is_superlative(match):
        return Span(None, None, "rank")
    ago = (now.today.weekday() - WEEKDAYS[match["name"].lower()]) % 7 or 7
    return Span(weekday_before(now.today - ago * DAY), None)


def _is_superlative(match: Match) -> bool:
    """Whether "since" only ranks: "the most since 2021"."""
    after = match.string[match.end() : match.end() + 2]
    return bool(_SUPERLATIVE.search(match.string[: match.start()]) or after[:1] in ("最", "首"))
