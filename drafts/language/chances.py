"""How likely a sentence calls what it foresees: "a 60 % chance", "two in three", "unlikely"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsfolio.likelihoods import LIKELIHOODS, likelihood

_NOUN = r"(?:chances?|probability|likelihood|odds)"
_PERCENT = r"(?P<percent>\d{1,3}(?:\.\d+)?)\s?(?:%|％|per ?cent|pct)"
_ABOUT = r"(?:about |around |roughly |nearly |almost |some |just )?"
_COUNTS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "twenty": 20, "hundred": 100, "一": 1, "二": 2, "两": 2, "三": 3,
    "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
}  # fmt: skip
_COUNT = rf"(?:{'|'.join(sorted(filter(str.isascii, _COUNTS), key=len, reverse=True))}|\d{{1,3}})"
_STATED = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_PERCENT}[\s-]{_NOUN}\b",
        rf"\b{_NOUN}\b[^.;:,%％]{{0,80}}?\b(?:at|is|are|to)\s{_ABOUT}{_PERCENT}(?!\s?(?:lower|higher|below|above))",
        rf"\b{_NOUN}\sof\s{_ABOUT}{_PERCENT}\s(?:that|for)\b",
        rf"\b(?P<hits>{_COUNT})[\s-](?:in|out of)[\s-](?P<all>{_COUNT})\s{_NOUN}\b",
        rf"{_PERCENT}的?(?:概率|可能性|机会|機率)",
        rf"(?:概率|可能性|機率)(?:为|是|约为|约|升至|降至|达到?)?\s?{_PERCENT}",
        r"(?P<tenths>[一二两三四五六七八九])成的?(?:概率|可能性|机会|把握)",
    )
)
_WORDS = sorted((words for row in LIKELIHOODS for words in row.words), key=len, reverse=True)
_WORDED = re.compile(
    "|".join(
        [
            r"(?P<denied>(?:\bnot|n['’]t)\s(?:very |at all )?likely\b)",
            rf"(?<!more )(?<!less )(?<!most )(?<!equally )(?<!as )"
            rf"\b(?P<latin>{'|'.join(re.escape(w) for w in _WORDS if w.isascii())})\b",
            rf"(?<!不)(?P<chinese>{'|'.join(w for w in _WORDS if not w.isascii())})(?!性)",
        ]
    ),
    re.IGNORECASE,
)
_NO_CHANCE = re.compile(
    r"\bMay\b(?:\s\d|,)|\b(?i:in|since|of|by|until|last|this|next|early|late|mid) May\b"
)


NUMBER = "a number of the text"
"""How a chance was read that the text states itself."""


@dataclass(frozen=True)
class StatedChance:
    """A probability as a sentence states it, at a place of its text. of: how it was read."""

    probability: float
    begin: int
    end: int
    of: str


def chance_of(text: str) -> StatedChance | None:
    """The probability that a sentence states, a number before words; None where it states none."""
    for pattern in _STATED:
        for match in pattern.finditer(text):
            value = _number(match)
            if value is not None:
                return StatedChance(value, match.start(), match.end(), NUMBER)
    months = [match.span() for match in _NO_CHANCE.finditer(text)]
    for match in _WORDED.finditer(text):
        if not any(begin <= match.start() < end for begin, end in months):
            words = "not likely" if match["denied"] else match[0].lower()
            row = likelihood(words)
            return StatedChance(
                row.probability, match.start(), match.end(), f'"{words}", {row.cited}'
            )
    return None


def _number(match: re.Match[str]) -> float | None:
    """A fraction; None for more than all."""
    parts = match.groupdict()
    if parts.get("percent"):
        value = float(parts["percent"]) / 100
    elif parts.get("tenths"):
        value = _COUNTS[parts["tenths"]] / 10
    else:
        hits, every = (_count(parts[name] or "0") for name in ("hits", "all"))
        value = hits / every if every else 2.0
    return round(value, 4) if value <= 1 else None


def _count(text: str) -> int:
    return int(text) if text.isdigit() else _COUNTS[text.lower()]
