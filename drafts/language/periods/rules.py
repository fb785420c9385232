"""The list of rules that name periods, and the words that their patterns are made of."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date

from drafts.language.periods.spans import Now, Span

Match = re.Match[str]
Rule = Callable[[Match, Now], Span | None]
RULES: list[tuple[re.Pattern[str], Rule]] = []
"""A pattern and what it means, in the order in which they were written."""

COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "eighteen": 18, "couple of": 2,
    "一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "九": 9, "十二": 12, "十": 10,
}  # fmt: skip
UNITS = {"天": "day", "日": "day", "周": "week", "星期": "week", "个月": "month", "月": "month",
         "个季度": "quarter", "季度": "quarter", "年": "year"}  # fmt: skip
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "final": 4,
            "1st": 1, "2nd": 2, "3rd": 3, "4th": 4,
            "一": 1, "二": 2, "三": 3, "四": 4, "上": 1, "下": 2}  # fmt: skip
WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
MONTHS["sept"] = 9


def _longest(words: list[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_SHORT = {
    "MONTH": rf"(?:{_longest(list(MONTHS))})\.?",
    "COUNT": rf"(?:{_longest([word for word in COUNTS if word.isascii()])}|\d{{1,3}})",
    "UNIT": r"(?:trading )?(?:days?|sessions?|weeks?|months?|quarters?|years?|decades?)",
    "WEEKDAY": rf"(?:{_longest(list(WEEKDAYS))})",
    "YEAR": r"(?:19|20)\d\d",
    "ZHCOUNT": r"[一两二三四五六九十\d]+",
    "ZHUNIT": rf"(?:{_longest(list(UNITS))})",
}


def rule(*patterns: str) -> Callable[[Rule], Rule]:
    """Registers what some patterns mean; <MONTH> and its like stand for the words above."""

    def register(meaning: Rule) -> Rule:
        for pattern in patterns:
            for short, words in _SHORT.items():
                pattern = pattern.replace(f"<{short}>", words)
            RULES.append((re.compile(pattern, re.IGNORECASE), meaning))
        return meaning

    return register


def group(match: Match, name: str) -> str:
    """What a named group matched; "" where the pattern has none of that name."""
    return (match[name] or "") if name in match.re.groupindex else ""


def count_of(word: str) -> int:
    """The number of a count, in figures or words; 1 for none."""
    return int(word) if word.isdigit() else COUNTS.get(word.lower(), 1)


def month_of(word: str) -> int:
    """The number of a month, in figures or by its name."""
    return int(word) if word.isdigit() else MONTHS[word.lower().rstrip(".")]


def day_of(year: int, month: int, day: int) -> date | None:
    """A day, None where there is none such."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
