"""Periods that are counted from now: the past three months, six months ago, the next year."""

from __future__ import annotations

from datetime import date

from drafts.language.periods.rules import ORDINALS as _ORDINALS
from drafts.language.periods.rules import UNITS, Match, count_of, group, month_of, rule
from drafts.language.periods.spans import (
    DAY,
    Now,
    Span,
    back,
    end_of,
    month_end,
    unit_before,
    unit_now,
)


def _unit(match: Match) -> str:
    word = match["unit"].lower()
    return UNITS.get(word, word)


@rule(
    r"\b(?:over |in |during |for |within )?(?:the )?(?P<word>last|past|previous|prior|preceding)\s"
    r"(?:(?P<count><COUNT>)\s)?(?P<unit><UNIT>)\b",
    r"(?:过去|過去|最近|近)(?P<count><ZHCOUNT>)(?P<unit><ZHUNIT>)",
)
def _past(match: Match, now: Now) -> Span:
    if group(match, "word").lower() == "last" and not match["count"]:
        return unit_before(_unit(match), now)
    return Span(back(now.today, count_of(match["count"] or ""), _unit(match)), None)


@rule(
    r"\b(?:since )?(?P<count><COUNT>)\s(?P<unit><UNIT>) ago\b",
    r"(?P<count><ZHCOUNT>)(?P<unit><ZHUNIT>)前",
)
def _ago(match: Match, now: Now) -> Span:
    return Span(back(now.today, count_of(match["count"]), _unit(match)), None)


@rule(
    r"\b(?:in |over |during )?(?:this|the current) (?P<unit>week|month|quarter)\b",
    r"本(?P<unit>周|月|季度)",
)
def _this(match: Match, now: Now) -> Span:
    return unit_now(_unit(match), now)


@rule(r"上(?P<unit>周|星期|个?月|个?季度)")
def _chinese_last(match: Match, now: Now) -> Span:
    return unit_before(UNITS[match["unit"].removeprefix("个")], now)


@rule(
    r"\b(?:over |in |during |for |within )?(?:the )?(?:next|coming|following|ensuing)\s"
    r"(?:(?P<count><COUNT>)\s)?(?P<unit><UNIT>)\b",
    r"\b(?:for )?another (?P<count><COUNT>) (?P<unit><UNIT>)\b",
    r"\b(?P<count><COUNT>)[- ](?P<unit>month)s?\s(?:price )?(?:target|horizon|view|upside)",
    r"未来(?P<count><ZHCOUNT>)(?P<unit><ZHUNIT>)",
)
def _next(match: Match, now: Now) -> Span:
    unit = _unit(match)
    if not match["count"] and unit in ("week", "month", "quarter", "year"):
        first = end_of(unit, now.today)
        return Span(first, end_of(unit, first + 3 * DAY), "future")
    return Span(None, back(now.today, -count_of(match["count"] or ""), unit), "future")


@rule(
    r"\b(?P<count><COUNT>)[- ](?P<unit>day|session) "
    r"(?=rally|gain|loss|drop|decline|fall|advance|run|slide|streak|rout)"
)
def _sessions(match: Match, now: Now) -> Span:
    """A two-day rally: weekdays up to now."""
    first, left = now.today, count_of(match["count"])
    while left:
        left -= first.weekday() < 5
        first -= DAY
    return Span(first, None)


@rule(
    r":\s(?P<count><COUNT>)[ -]?(?P<unit>day|week|month|year)s?\s(?=[+−–-]?\d)",
    r":\s(?P<count>\d{1,2})(?P<unit>[DWMY])\s(?=[+−–-]?\d)",
)
def _column(match: Match, now: Now) -> Span:
    """The head of a column of a table: "1 week", "12 months", "3M"."""
    unit = {"d": "day", "w": "week", "m": "month", "y": "year"}[match["unit"][0].lower()]
    return Span(back(now.today, count_of(match["count"]), unit), None)


@rule(r"\b(?P<how>over|within|in) (?P<count><COUNT>) (?P<unit>days|weeks|months|years)\b(?! ago)")
def _either(match: Match, now: Now) -> Span:
    """What "over 12 months" means: ahead or behind, as the clause speaks."""
    count = count_of(match["count"])
    if now.ahead:
        return Span(None, back(now.today, -count, match["unit"]), "future")
    if match["how"].lower() != "over":  # "in five weeks": of which weeks it does not say
        return Span(None, None, "event")
    return Span(back(now.today, count, match["unit"]), None)


@rule(
    r"\b(?:by|before|at|until|into) (?:the )?(?:end of (?:the|this) year|year[- ]?end|year's end)",
    r"\b(?:by|before|at|until|into) (?:the )?end of (?P<next>next) year",
    r"\b(?:by|before|at|until) (?:the )?(?:end of |end-)(?P<year><YEAR>)",
    r"\byear[- ]end(?: (?P<year><YEAR>))?\b",
    r"\b(?:end|finish|close) (?:the year|this year|(?P<year><YEAR>))\b",
    r"(?P<year><YEAR>)年(?:年?底|末)",
    r"到?今?年底|年末",
)
def _year_end(match: Match, now: Now) -> Span:
    year = int(group(match, "year") or now.today.year) + bool(group(match, "next"))
    return Span(None, date(year, 12, 31), "future")


@rule(
    r"\bby (?:the )?(?P<part>end of |end-|mid-|late |early )?"
    r"(?P<word><MONTH>|<YEAR>|(?:first|second|third|fourth)[- ]quarter)"
    r"(?: (?P<year><YEAR>))?(?!\s?\d)"
)
def _by(match: Match, now: Now) -> Span:
    word = match["word"].lower().rstrip(".")
    if word.isdigit():
        middle = (match["part"] or "").lower() == "mid-"
        return Span(None, month_end(int(word), 6 if middle else 12), "future")
    quarter = _ORDINALS.get(word.replace("-", " ").split()[0])
    month = 3 * quarter if quarter else month_of(word)
    year = int(match["year"]) if match["year"] else now.today.year + (month < now.today.month)
    return Span(None, month_end(year, month), "future")
