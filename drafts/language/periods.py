"""Periods in a text, resolved against the day it was published: "last week", "Q3 2025", 今年以来.

A period is a span of days, never a single day that stands for a month. What it leaves open is
None: a past period that begins or ends "now" does so at the last close that a reader could know,
which differs from line to line.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import zip_longest
from typing import Literal

Kind = Literal["past", "future", "day", "same", "event", "base"]
"""day: from the close before it to its own. same: the period named before. event: it begins with
something whose day the text does not say. base: "a year earlier", what a report compares with."""

DAY = timedelta(days=1)
_COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "eighteen": 18, "couple of": 2,
    "一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "九": 9, "十二": 12, "十": 10,
    "半": 0,
}  # fmt: skip
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_MONTHS["sept"] = 9
_WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_UNITS = {"天": "day", "日": "day", "周": "week", "星期": "week", "个月": "month", "月": "month",
          "个季度": "quarter", "季度": "quarter", "年": "year"}  # fmt: skip
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3,
             "4th": 4, "一": 1, "二": 2, "三": 3, "四": 4, "上": 1, "下": 2}  # fmt: skip

_MONTH = rf"(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_COUNT = rf"(?:{'|'.join(sorted((c for c in _COUNTS if c.isascii()), key=len, reverse=True))}|\d{{1,3}})"
_UNIT = r"(?:trading )?(?:days?|sessions?|weeks?|months?|quarters?|years?|decades?)"
_DAY_NAME = rf"(?:{'|'.join(_WEEKDAYS)})"
_YEAR = r"(?:(?:19|20)\d\d)"
_NO_FISCAL = r"(?<!fiscal )(?<!fiscal-)"


@dataclass(frozen=True)
class Period:
    """A span: from the close of one day to the close of another; None for what is open."""

    begin: int
    end: int
    first: date | None
    last: date | None
    kind: Kind = "past"


@dataclass(frozen=True)
class _Now:
    """The day of publication, and whether the words around speak of what is to come."""

    today: date
    ahead: bool = False


_Span = tuple[date | None, date | None, Kind]
_Rule = Callable[[re.Match[str], _Now], _Span | None]
_RULES: list[tuple[re.Pattern[str], _Rule]] = []
_AHEAD = re.compile(
    r"\b(?:will|shall|would|may|might|could|expects?|(?<!-)expected to|forecasts?|sees?|targets?|outlook|"
    r"predicts?|likely|going to|next|by|upside|until|call)\b|预计|预期|将|有望|目标|料",
    re.IGNORECASE,
)


def periods_of(text: str, published: date) -> list[Period]:
    """Periods from left to right; the longest where they overlap."""
    hits: list[Period] = []
    for pattern, rule in _RULES:
        for match in pattern.finditer(text):
            span = rule(match, _Now(published, _looks_ahead(text, match.start(), match.end())))
            if span:
                hits.append(Period(match.start(), match.end(), *span))
    hits.sort(key=lambda period: (period.begin, -period.end))
    kept: list[Period] = []
    for period in hits:
        if not kept or period.begin >= kept[-1].end:
            kept.append(period)
    return list(_until(kept, text))


def _looks_ahead(text: str, begin: int, end: int) -> bool:
    """Whether the clause around a place speaks of what is to come."""
    left = max(text.rfind(mark, 0, begin) for mark in ",;.，；。:") + 1
    cuts = [place for mark in ",;，；。" if (place := text.find(mark, end)) >= 0]
    return bool(_AHEAD.search(text[left : min(cuts, default=len(text))]))


def _until(periods: list[Period], text: str) -> Iterator[Period]:
    """"This year through Tuesday": the second ends the first."""
    skipped = False
    for period, after in zip_longest(periods, periods[1:]):
        if skipped:
            skipped = False
            continue
        gap = text[period.end : after.begin] if after else ""
        if after and re.fullmatch(r"\s*(?:,\s*)?(?:through|until|till|up to|to|至|到|截至)\s*(?:the close (?:of|on)\s*)?", gap):
            last = after.last if after.kind in ("day", "past") else None
            if last:
                yield replace(period, end=after.end, last=last)
                skipped = True
                continue
        yield period


def _rule(pattern: str) -> Callable[[_Rule], _Rule]:
    compiled = re.compile(pattern, re.IGNORECASE)

    def register(rule: _Rule) -> _Rule:
        _RULES.append((compiled, rule))
        return rule

    return register


def _count(word: str) -> int:
    return int(word) if word.isdigit() else _COUNTS[word.lower()]


def back(day: date, count: int, unit: str) -> date:
    """A day so many days, weeks, months or years before; the last of a shorter month."""
    unit = unit.lower().removeprefix("trading ").rstrip("s")
    if unit in ("day", "session"):
        return day - count * DAY
    if unit == "week":
        return day - 7 * count * DAY
    months = count * {"month": 1, "quarter": 3, "year": 12, "decade": 120}[unit]
    total = day.year * 12 + day.month - 1 - months
    year, month = divmod(total, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_end(year: int, month: int) -> date:
    """The last day of a month; month 0 is December of the year before."""
    if month < 1:
        return month_end(year - 1, month + 12)
    return date(year, month, calendar.monthrange(year, month)[1])


def _whole(first: date, last: date, now: _Now) -> _Span:
    """A calendar span: up to now where it has not ended, ahead where the words look ahead."""
    if last < now.today:
        return first, last, "past"
    if first >= now.today:
        return first, last, "future"
    return (None, last, "future") if now.ahead else (first, None, "past")


# --- years, quarters, months -------------------------------------------------------------------


@_rule(r"year[- ]to[- ]date|\bYTD\b|so far (?:this year|in 20\d\d)|since (?:the )?(?:start|beginning|turn) of (?:the|this) year|since (?:the )?start of 20\d\d|今年以来|年初至今|年初以来|今年迄今")
def _year_to_date(_: re.Match[str], now: _Now) -> _Span:
    return date(now.today.year - 1, 12, 31), None, "past"


@_rule(r"\b(?:of |in |for |during )?this year\b(?: so far)?|今年|年内")
def _this_year(match: re.Match[str], now: _Now) -> _Span:
    if now.ahead and "so far" not in match[0]:
        return None, date(now.today.year, 12, 31), "future"
    return date(now.today.year - 1, 12, 31), None, "past"


@_rule(r"\b(?:in |over |during )?last year\b|去年")
def _last_year(_: re.Match[str], now: _Now) -> _Span:
    return date(now.today.year - 2, 12, 31), date(now.today.year - 1, 12, 31), "past"


@_rule(r"\b(?:in |over |during )?next year\b|明年")
def _next_year(_: re.Match[str], now: _Now) -> _Span:
    return date(now.today.year, 12, 31), date(now.today.year + 1, 12, 31), "future"


@_rule(rf"(?<![\d$€£.,])({_YEAR})(?:\s?[-–/]\s?({_YEAR}|\d\d)| and ({_YEAR}) together)?(?![\d%]|[.,]\d|\s?(?:points|shares|H\d))(?:年)?")
def _calendar_year(match: re.Match[str], now: _Now) -> _Span:
    first = int(match[1])
    last = int(match[2] or match[3] or first)
    last = last if last > 100 else first - first % 100 + last
    return _whole(date(first - 1, 12, 31), date(last, 12, 31), now)


@_rule(rf"{_NO_FISCAL}\b(?:(first|second|third|fourth|1st|2nd|3rd|4th)[- ]quarter|Q([1-4])|([1-4])Q)(?: of)?[ ’']?\s?({_YEAR}|\d\d\b)?|({_YEAR})年([一二三四])季度|([一二三四])季度")
def _quarter(match: re.Match[str], now: _Now) -> _Span:
    word = (match[1] or match[2] or match[3] or match[6] or match[7]).lower()
    number = _ORDINALS.get(word) or int(word)
    return _part_of_year(3 * number - 3, 3 * number, match[4] or match[5], now)


@_rule(rf"{_NO_FISCAL}\b(?:(first|second) half|H([12])|([12])H)(?: of)?[ ’']?\s?({_YEAR}|the year)?|({_YEAR}年)?([上下])半年")
def _half(match: re.Match[str], now: _Now) -> _Span:
    word = (match[1] or match[2] or match[3] or match[6]).lower()
    number = _ORDINALS.get(word) or int(word)
    year = (match[4] or match[5] or "").removesuffix("年")
    return _part_of_year(6 * number - 6, 6 * number, year if year.isdigit() else None, now)


@_rule(r"\bfiscal[ -](?:year|(?:first|second|third|fourth)[- ]quarter|\d{4})(?: of)?(?: 20\d\d)?|(?:first|second|third|fourth) fiscal[- ]quarter(?: of)?(?: 20\d\d)?|财年")
def _fiscal(_: re.Match[str], now: _Now) -> _Span:
    return None, None, "base"


def _part_of_year(before: int, last: int, year: str | None, now: _Now) -> _Span:
    """Months `before` + 1 to `last` of a year; without one, of the nearest that has begun."""
    if year:
        chosen = int(year) if len(year) > 2 else 2000 + int(year)
    else:
        begun = month_end(now.today.year, before) < now.today
        chosen = now.today.year if begun or now.ahead else now.today.year - 1
        if now.ahead and month_end(chosen, last) < now.today:
            chosen += 1
    return _whole(month_end(chosen, before), month_end(chosen, last), now)


@_rule(rf"\b(?:in|during|over|for|through|throughout|of)\s(?:all of |early |late |mid-)?({_MONTH})(?:,? ({_YEAR}))?(?!\s?\d|[a-z])|\b({_MONTH})(?:,? of)? ({_YEAR})(?!\d)|(?<![\d年])(?:({_YEAR})年)?(\d{{1,2}})月(?!\d|份?\d{{1,2}}日)")
def _month(match: re.Match[str], now: _Now) -> _Span | None:
    word = match[1] or match[3]
    if word and word.lower() == "may" and not word.startswith("May"):
        return None
    number = _MONTHS[word.lower().rstrip(".")] if word else int(match[6])
    if not 1 <= number <= 12:
        return None
    year = match[2] or match[4] or match[5]
    return _part_of_year(number - 1, number, year, now)


# --- spans that are counted --------------------------------------------------------------------


@_rule(rf"\b(?:over|in|during|for|within)?\s?(?:the )?(?:last|past|previous|prior|preceding)\s(?:({_COUNT})\s)?({_UNIT})\b|(?:过去|最近|近)([一两二三四五六九十\d]+)({'|'.join(_UNITS)})")
def _past_span(match: re.Match[str], now: _Now) -> _Span:
    unit = _UNITS.get(match[4] or "") or match[2].lower()
    bare = match[1] is None and match[3] is None
    if bare and re.search(r"\blast\s", match[0], re.IGNORECASE):
        return _calendar_before(unit, now)
    return back(now.today, _count(match[1] or match[3] or "one"), unit), None, "past"


@_rule(rf"\bsince\s({_COUNT})\s({_UNIT}) ago|\b({_COUNT})\s({_UNIT}) ago|([一两二三四五六九十\d]+)({'|'.join(_UNITS)})前")
def _ago(match: re.Match[str], now: _Now) -> _Span:
    unit = match[2] or match[4] or _UNITS[match[6]]
    return back(now.today, _count(match[1] or match[3] or match[5]), unit), None, "past"


@_rule(r"上周|上星期|上个?月|上个?季度|本周|本月|本季度?")
def _chinese_calendar(match: re.Match[str], now: _Now) -> _Span:
    unit = "week" if match[0][-1] in "周期" else "month" if match[0][-1] == "月" else "quarter"
    return _calendar_before(unit, now) if match[0][0] == "上" else _calendar_now(unit, now)


@_rule(r"\b(?:in |over |during )?(?:this|the current) (week|month|quarter)\b")
def _this_span(match: re.Match[str], now: _Now) -> _Span:
    return _calendar_now(match[1].lower(), now)


@_rule(rf"\b(?:over|in|during|for|within)?\s?(?:the )?(?:next|coming|following)\s(?:({_COUNT})\s)?({_UNIT})\b|\b(?:for )?another ({_COUNT}) ({_UNIT})\b|\b(\d{{1,2}}|twelve|six|three)[- ](month)s?\s(?:price )?(?:target|horizon|view|upside)|\b(?:over|within|in) ({_COUNT}) (months|years|weeks)\b|未来([一两二三四五六九十\d]+)({'|'.join(_UNITS)})")
def _next_span(match: re.Match[str], now: _Now) -> _Span | None:
    groups = [group for group in match.groups() if group]
    unit = _UNITS.get(groups[-1], groups[-1]).lower()
    if match[7] and not now.ahead:
        return back(now.today, _count(match[7]), unit), None, "past"
    if len(groups) == 1 and unit in ("week", "month", "quarter", "year"):
        first = _calendar_now(unit, now)[0] or now.today
        first = _end_of(unit, now.today)
        return first, _end_of(unit, first + DAY), "future"
    count = _count(groups[0]) if len(groups) > 1 else 1
    return None, back(now.today, -count, unit), "future"


@_rule(rf"\b(?:by|before|at|until|into) (?:the )?(?:end of (?:the|this) year|year[- ]?end|the year's end|end of ({_YEAR})|end of next year|end-({_YEAR}))|\byear[- ]end\b|到?今?年底|年末")
def _year_end(match: re.Match[str], now: _Now) -> _Span:
    year = int(match[1] or match[2] or now.today.year) + ("next" in match[0].lower())
    return None, date(year, 12, 31), "future"


@_rule(rf"\bby (?:the )?(?:end of |end-|mid-|late )?({_MONTH}|{_YEAR}|(?:first|second|third|fourth)[- ]quarter)(?: ({_YEAR}))?(?!\s?\d)")
def _by(match: re.Match[str], now: _Now) -> _Span | None:
    word = match[1].lower().rstrip(".")
    if word.isdigit():
        month = 6 if "mid" in match[0].lower() else 12
        return None, month_end(int(word), month), "future"
    month = _MONTHS.get(word) or 3 * _ORDINALS[word.split()[0].split("-")[0]]
    year = int(match[2]) if match[2] else now.today.year + (month < now.today.month)
    return None, month_end(year, month), "future"


def _calendar_now(unit: str, now: _Now) -> _Span:
    if now.ahead:
        return None, _end_of(unit, now.today), "future"
    return _end_before(unit, now.today), None, "past"


def _calendar_before(unit: str, now: _Now) -> _Span:
    unit = unit.rstrip("s")
    last = _end_before(unit, now.today)
    return _end_before(unit, last), last, "past"


def _end_before(unit: str, day: date) -> date:
    """The last day of the calendar unit before the one that holds `day`; weeks end on Fridays."""
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


def _end_of(unit: str, day: date) -> date:
    """The last day of the calendar unit that holds `day`."""
    if unit == "week":
        return day + ((4 - day.weekday()) % 7) * DAY
    if unit == "quarter":
        return month_end(day.year, (day.month + 2) // 3 * 3)
    return month_end(day.year, day.month if unit == "month" else 12)


# --- days --------------------------------------------------------------------------------------


def day_window(day: date) -> _Span:
    """From the close before a day to its own."""
    return day - (3 if day.weekday() == 0 else 2 if day.weekday() == 6 else 1) * DAY, day, "day"


@_rule(r"\b(?:yesterday)(?:'s)?\b|昨日|昨天")
def _yesterday(_: re.Match[str], now: _Now) -> _Span:
    return day_window(now.today - DAY)


@_rule(r"\b(?:overnight|in the latest session)\b|隔夜|昨夜")
def _overnight(_: re.Match[str], now: _Now) -> _Span:
    return None, None, "day"


@_rule(r"\b(?:today|this (?:morning|afternoon))(?:'s)?\b|今日|今天|今早")
def _today(_: re.Match[str], now: _Now) -> _Span:
    return day_window(now.today)


@_rule(rf"\b(?:(last|next|this)\s)?({_DAY_NAME})(?:[’']s)?\b")
def _weekday(match: re.Match[str], now: _Now) -> _Span:
    ago = (now.today.weekday() - _WEEKDAYS[match[2].lower()]) % 7
    if (match[1] or "").lower() == "next" or (now.ahead and match[1] is None and _coming(match)):
        return day_window(now.today + (7 - ago if ago or match[1] else 0) * DAY)
    return day_window(now.today - (ago or 7 * ((match[1] or "").lower() == "last")) * DAY)


def _coming(match: re.Match[str]) -> bool:
    """Whether the verb before a weekday speaks of what is to come."""
    return bool(re.search(r"\b(?:will|due|expires?|until|by|starting|from)\b[^,.;]{0,30}$",
                          match.string[: match.start()], re.IGNORECASE))  # fmt: skip


@_rule(rf"\b({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?(?:,? ({_YEAR}))?(?!\d|%|,\d|\.\d)|\b(\d{{1,2}})(?:st|nd|rd|th)? ({_MONTH})(?:,? ({_YEAR}))?(?![a-z])|({_YEAR})[-.](\d{{1,2}})[-.](\d{{1,2}})(?!\d)|(?:({_YEAR})年)?(\d{{1,2}})月(\d{{1,2}})日")
def _date(match: re.Match[str], now: _Now) -> _Span | None:
    word = match[1] or match[5]
    if word and not word[0].isupper():
        return None
    month = _MONTHS[word.lower().rstrip(".")] if word else int(match[8] or match[11])
    day = int(match[2] or match[4] or match[9] or match[12])
    year = match[3] or match[6] or match[7] or match[10]
    try:
        named = date(int(year or now.today.year), month, day)
        if not year and named > now.today and not now.ahead:
            named = date(now.today.year - 1, month, day)
    except ValueError:
        return None
    return day_window(named)


@_rule(rf"\b(?:since|from)\s(?:the )?(?:end|close) of ({_MONTH} )?({_YEAR}|last year|last month|last quarter)")
def _since_end(match: re.Match[str], now: _Now) -> _Span:
    word = match[2].lower()
    if word.isdigit():
        month = _MONTHS[match[1].lower().strip(" .")] if match[1] else 12
        return month_end(int(word), month), None, "past"
    return _end_before(word.split()[1], now.today), None, "past"


@_rule(rf"\b(?:since|from)\s(?:early |late |mid-)?(?:(?:({_MONTH}) (\d{{1,2}})(?!\d)(?:,? ({_YEAR}))?)|(?:({_MONTH})(?: ({_YEAR}))?(?! ?\d)|({_YEAR}))(?!\s?(?:points|to|until|-|–))|({_DAY_NAME}))\b|自(?:({_YEAR})年)?(?:(\d{{1,2}})月)?(?:(\d{{1,2}})日)?以来")
def _since(match: re.Match[str], now: _Now) -> _Span | None:
    month, day, year = match[1] or match[4] or match[9], match[2] or match[10], None
    year = match[3] or match[5] or match[6] or match[8]
    if match[7]:
        return _weekday_before(match[7], now), None, "past"
    if not (month or year):
        return None
    number = (int(month) if month.isdigit() else _MONTHS[month.lower().rstrip(".")]) if month else 1
    chosen = int(year) if year else now.today.year - (number > now.today.month)
    try:
        first = date(chosen, number, int(day)) if day else month_end(chosen, number - 1)
    except ValueError:
        return None
    return first, None, "past"


def _weekday_before(word: str, now: _Now) -> date:
    ago = (now.today.weekday() - _WEEKDAYS[word.lower()]) % 7 or 7
    return day_window(now.today - ago * DAY)[0] or now.today


# --- what points elsewhere ---------------------------------------------------------------------


@_rule(r"\b(?:over |during |in |for )?(?:the |that )same (?:period|time|stretch|span|session|day|month|quarter|year)\b|\bover (?:that|the same) (?:month|period|stretch|time|week|quarter|year)\b|\bby then\b|\b(?:that|the) day\b|同期|当日|同日")
def _same(_: re.Match[str], now: _Now) -> _Span:
    return None, None, "same"


@_rule(r"\b(?:from |than )?(?:a|one) year (?:earlier|before|ago)|year[- ](?:on|over)[- ]year|same (?:quarter|period) (?:of )?(?:last year|a year (?:earlier|ago))|\b(?:than|from) last year\b|同比|环比")
def _base(_: re.Match[str], now: _Now) -> _Span:
    return None, None, "base"


@_rule(r"\bsince\s(?=(?:the\s)?(?!then\b)[A-Za-z])(?!(?:the )?(?:start|beginning|end|turn)\b)(?:the )?[^,.;]{3,60}|自[^，。]{2,20}以来")
def _event(match: re.Match[str], now: _Now) -> _Span | None:
    words = match[0].lower()
    if re.match(rf"since\s(?:early |late |mid-)?(?:{_MONTH}|{_DAY_NAME}|{_COUNT} {_UNIT}|last|this)\b", words):
        return None
    return None, None, "event"
