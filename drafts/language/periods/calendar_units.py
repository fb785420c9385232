"""Years, halves, quarters and months by their names."""

from __future__ import annotations

from datetime import date

from drafts.language.periods.rules import ORDINALS, Match, group, month_of, rule
from drafts.language.periods.spans import Now, Span, part_of_year, unit_before, whole


@rule(
    r"year[- ]to[- ]date|\bYTD\b|so far (?:this year|in 20\d\d)",
    r"\b(?:since|from) (?:the )?(?:start|beginning|turn) of (?:the|this) year",
    r"\b(?:since|from) (?:(?:the )?(?:start|beginning) of 20\d\d|New Year(?:['’]s(?: Day)?)?)",
    r"今年以来|今年以來|年初至今|年初以来|今年迄今",
)
def _year_to_date(_: Match, now: Now) -> Span:
    return Span(date(now.today.year - 1, 12, 31), None)


@rule(r"\b(?:of |in |for |during )?this year\b(?: so far)?", r"今年|年内")
def _this_year(match: Match, now: Now) -> Span:
    if now.ahead and "so far" not in match[0]:
        return Span(None, date(now.today.year, 12, 31), "future")
    return Span(date(now.today.year - 1, 12, 31), None)


@rule(r"\b(?:in |over |during )?last year\b", r"去年")
def _last_year(_: Match, now: Now) -> Span:
    return unit_before("year", now)


@rule(r"\b(?:in |over |during )?next year\b", r"明年")
def _next_year(_: Match, now: Now) -> Span:
    return Span(date(now.today.year, 12, 31), date(now.today.year + 1, 12, 31), "future")


@rule(
    r"(?<![\d$€£.,])(?P<first><YEAR>)(?:\s?[-–/]\s?(?P<last><YEAR>|\d\d))?"
    r"(?![\d%]|[.,]\d|\s?(?:points|shares)|年\d|年[一二三四上下])年?"
)
def _calendar_year(match: Match, now: Now) -> Span:
    first = int(match["first"])
    last = int(match["last"] or first)
    last = last if last > 100 else first - first % 100 + last
    if last < first:
        last = first
    return whole(date(first - 1, 12, 31), date(last, 12, 31), now)


@rule(
    r"(?<!fiscal )(?<!fiscal-)\b(?P<number>first|second|third|fourth|final|[1-4](?:st|nd|rd|th))"
    r"[- ]quarter(?: of)?(?: (?P<year><YEAR>|last year|this year|next year))?",
    r"(?<!fiscal )\bQ(?P<number>[1-4])(?:[ ’'](?P<year><YEAR>|\d\d))?\b",
    r"\b(?P<number>[1-4])Q[ ’']?(?P<year><YEAR>|\d\d)?\b",
    r"(?:(?P<year><YEAR>)年)?第?(?P<number>[一二三四])季度",
)
def _quarter(match: Match, now: Now) -> Span:
    return _numbered(match, 3, now)


@rule(
    r"(?<!fiscal )\b(?P<number>first|second) half"
    r"(?: of (?:the year|(?P<year><YEAR>|last year|next year)))?",
    r"\bH(?P<number>[12])(?: (?P<year><YEAR>))?\b",
    r"\b(?P<number>[12])H[ ’']?(?P<year><YEAR>|\d\d)?\b",
    r"(?:(?P<year><YEAR>)年)?(?P<number>[上下])半年",
)
def _half(match: Match, now: Now) -> Span:
    return _numbered(match, 6, now)


def _numbered(match: Match, months: int, now: Now) -> Span:
    """The first, second and so on of the parts of a year that have so many months each."""
    word = match["number"].lower()
    last = months * (ORDINALS.get(word) or int(word))
    return part_of_year(last - months, last, _year(match["year"], now), now)


def _year(word: str | None, now: Now) -> str | None:
    """A year in figures, of "last year" too."""
    offset = {"last year": -1, "this year": 0, "next year": 1}.get((word or "").lower())
    return word if offset is None else str(now.today.year + offset)


@rule(
    r"\bfiscal[ -](?:year|(?:first|second|third|fourth)[- ]quarter|\d{4})(?: of)?(?: 20\d\d)?",
    r"\b(?:first|second|third|fourth) fiscal[- ]quarter(?: of)?(?: 20\d\d)?",
    r"财年|財年",
)
def _fiscal(_: Match, now: Now) -> Span:
    return Span(None, None, "base")


@rule(
    r"\b(?:in|during|over|for|through|throughout|of)\s(?:all of |early |late |mid-)?"
    r"(?P<month><MONTH>)(?:,? (?P<year><YEAR>))?(?!\s?\d|[a-z])",
    r"\b(?P<month><MONTH>)(?:,? of)? (?P<year><YEAR>)(?!\d)",
    r"(?<![\d年])(?:(?P<year><YEAR>)年)?(?P<month>\d{1,2})月(?!\d|份?\d{1,2}日)",
)
def _month(match: Match, now: Now) -> Span | None:
    word = match["month"]
    if word.lower() == "may" and not word.startswith("May"):
        return None
    number = month_of(word)
    if not 1 <= number <= 12:
        return None
    return part_of_year(number - 1, number, group(match, "year"), now)
