"""Periods that point elsewhere: to one named before, to an event, to a year before."""

from __future__ import annotations

import re

from drafts.language.periods.rules import Match, rule
from drafts.language.periods.spans import Now, Span

_DATED = re.compile(
    r"since\s(?:then\b|(?:the )?(?:start|beginning|end|turn|close|middle)\b|last\b|this\b|"
    r"early\b|late\b|mid-|new year|\d|"
    r"(?:(?:the|its|their) )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|twelve)\s\w+\sago)",
    re.IGNORECASE,
)


@rule(
    r"\b(?:over |during |in |for )?(?:the |that )same "
    r"(?:period|time|stretch|span|session|day|month|quarter|year)\b",
    r"\bover (?:that|the same) (?:month|period|stretch|time|week|quarter|year)\b",
    r"\b(?:by|since) then\b",
    r"\b(?:that|the same) day\b",
    r"同期|当日|當日|同日",
)
def _same(_: Match, now: Now) -> Span:
    return Span(None, None, "same")


@rule(
    r"\b(?:from |than )?(?:a|one) year (?:earlier|before|ago)",
    r"\byear[- ](?:on|over)[- ]year\b",
    r"\bsame (?:quarter|period) (?:of )?(?:last year|a year (?:earlier|ago))",
    r"\b(?:than|from) last year\b",
    r"同比|环比|環比",
)
def _base(_: Match, now: Now) -> Span:
    return Span(None, None, "base")


@rule(r"\bsince\s(?:the )?[A-Za-z][^,.;]{3,60}", r"自[^，。\d]{2,20}以来")
def _event(match: Match, now: Now) -> Span | None:
    if _DATED.match(match[0]):
        return None
    return Span(None, None, "event")
