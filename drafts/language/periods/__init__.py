"""Periods in a text, resolved against the day it was published: "last week", "Q3 2025", 今年以来.

A period is a span of days, never a single day that stands for a month. What it leaves open is
None: a past period that begins or ends "now" does so at the last close that a reader could know,
which differs from line to line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import zip_longest

from drafts.language.periods import calendar_units, counted, days, pointers
from drafts.language.periods.rules import RULES
from drafts.language.periods.spans import DAY, Now, TimeSpan, back

__all__ = ["DAY", "TimeSpan", "back", "calendar_units", "counted", "days", "periods_of", "pointers"]

_AHEAD = re.compile(
    r"\b(?:will|shall|would|may|might|could|expects?|(?<!-)expected to|forecasts?|sees?|targets?|"
    r"outlook|predicts?|(?:un)?likely|probably|chances?|odds|probability|going to|next|upside|"
    r"until|call|we (?:think|believe))\b"
    r"|预计|预期|将|有望|目标|料|可能|概率",
    re.IGNORECASE,
)
_THROUGH = re.compile(
    r"\s*(?:,\s*)?(?:through|until|till|up to|to|至|到|截至)\s*(?:the close (?:of|on)\s*)?"
)
_TO = re.compile(r"\s*(?:and|to|through|until|till|–|-|至|到)\s*")
_FROM = re.compile(r"\b(?:between|from)\s*$|[从自]$", re.IGNORECASE)


def periods_of(text: str, published: date) -> list[TimeSpan]:
    """Periods from left to right; the longest where they overlap."""
    hits: list[TimeSpan] = []
    for pattern, meaning in RULES:
        for match in pattern.finditer(text):
            now = Now(published, _looks_ahead(text, match.start(), match.end()))
            try:
                span = meaning(match, now)
            except (ValueError, OverflowError):  # a day that no calendar has
                continue
            if span:
                begin = match.start() + len(match[0]) - len(match[0].lstrip())
                hits.append(TimeSpan(span.first, span.last, span.kind, begin, match.end()))
    hits.sort(key=lambda period: (period.begin, -period.end))
    kept: list[TimeSpan] = []
    for period in hits:
        if not kept or period.begin >= kept[-1].end:
            kept.append(period)
    return list(_joined(kept, text))


def _looks_ahead(text: str, begin: int, end: int) -> bool:
    """Whether the clause around a place speaks of what is to come."""
    left = max(text.rfind(mark, 0, begin) for mark in ",;.，；。:") + 1
    cuts = [place for mark in ",;，；。" if (place := text.find(mark, end)) >= 0]
    return bool(_AHEAD.search(text[left : min(cuts, default=len(text))]))


def _joined(periods: list[TimeSpan], text: str) -> Iterator[TimeSpan]:
    """Two that are one: "this year through Tuesday", "between March 3 and March 7"."""
    skipped = False
    for period, after in zip_longest(periods, periods[1:]):
        if skipped:
            skipped = False
            continue
        joint = _both(period, after, text) if after else None
        skipped = joint is not None
        yield joint or period


def _both(period: TimeSpan, after: TimeSpan, text: str) -> TimeSpan | None:
    gap = text[period.end : after.begin]
    if after.last is None or after.kind not in ("day", "past"):
        return None
    if _TO.fullmatch(gap) and _FROM.search(text[: period.begin]) and period.kind == after.kind:
        first = period.last if period.kind == "day" else period.first
        return replace(period, first=first, last=after.last, kind="past", end=after.end)
    if _THROUGH.fullmatch(gap) and period.kind in ("past", "event"):
        return replace(period, end=after.end, last=after.last)
    return None
