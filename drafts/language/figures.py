"""Figures in a text: numbers with sign, unit, range and how near they are meant.

A range is one figure with two ends, "from A to B" one whose last end counts. What has no unit is
kept as a bare number; years, dates, and digits that belong to a word (H800, 5G, GPT-4) are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
    "forty": 40, "fifty": 50,
}  # fmt: skip
_MAGNITUDES = {
    "thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9,
    "b": 1e9, "trillion": 1e12, "tn": 1e12, "trn": 1e12, "万亿": 1e12, "萬億": 1e12, "亿": 1e8,
    "億": 1e8, "万": 1e4, "萬": 1e4,
}  # fmt: skip
_SYMBOLS = {
    "US$": "USD", "HK$": "HKD", "A$": "AUD", "C$": "CAD", "S$": "SGD", "NT$": "TWD", "$": "USD",
    "€": "EUR", "£": "GBP", "RMB": "CNY", "CNY": "CNY", "USD": "USD", "HKD": "HKD", "EUR": "EUR",
    "GBP": "GBP", "JPY": "JPY", "¥": "CNY/JPY", "￥": "CNY/JPY", "人民币": "CNY",
}  # fmt: skip
_MONEY = {
    "dollars": "USD", "dollar": "USD", "美元": "USD", "yuan": "CNY", "renminbi": "CNY", "元": "CNY",
    "人民币": "CNY", "港元": "HKD", "港币": "HKD", "euros": "EUR", "euro": "EUR", "yen": "JPY",
    "pounds": "GBP", "pence": "GBp",
}  # fmt: skip
_UNITS = {
    "%": "percent", "％": "percent", "per cent": "percent", "percent": "percent", "pct": "percent",
    "percentage points": "points", "percentage point": "points", "ppts": "points", "pp": "points",
    "个百分点": "points", "個百分點": "points", "basis points": "bp", "basis point": "bp",
    "bps": "bp", "bp": "bp", "个基点": "bp", "points": "level", "point": "level", "点": "level",
    "點": "level", "times": "times", "x": "times", "-fold": "times", "倍": "times",
}  # fmt: skip


def _any(words: Iterable[str]) -> str:
    """Alternatives, the longest first; a Latin word ends where no letter follows."""
    parts = sorted(words, key=len, reverse=True)
    return "|".join(
        re.escape(word) + (r"(?![A-Za-z])" if word[-1].isalpha() and word[-1] < "\u2e80" else "")
        for word in parts
    )


_UNIT_WORDS = _any({**_UNITS, **_MONEY})
_PERCENT_WORDS = _any(word for word, unit in _UNITS.items() if unit in ("percent", "points", "bp"))
_FIGURE = re.compile(
    rf"(?P<sign>(?<![\w.)%])[+\-−–](?=\s?[\d$€£])|(?:minus|plus|负)\s)?\s?"
    rf"(?P<currency>{_any(_SYMBOLS)})?\s?"
    rf"(?<![A-Za-z0-9_.,])(?<![A-Za-z]-)(?P<number>{_NUMBER})"
    rf"(?:[\s-]?(?P<magnitude>{_any(_MAGNITUDES)}))?"
    rf"(?:[\s-]?(?P<unit>{_UNIT_WORDS}))?(?![A-Za-z\d])",
    re.IGNORECASE,
)
_SECOND = re.compile(rf"\s?(?P<unit>{_UNIT_WORDS})(?![A-Za-z\d])", re.IGNORECASE)
_WRITTEN = re.compile(
    rf"\b(?P<number>{'|'.join(_WORDS)})[\s-](?P<unit>{_PERCENT_WORDS})", re.IGNORECASE
)
_FRACTIONS = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "tenth": 0.1}
_PART = re.compile(
    r"(?<=\s)(?:by |about |nearly |almost |over |more than )?(?:a |one[- ])?"
    r"(?P<part>half|third|quarter|fifth|tenth)"
    r"(?= of its| of their|[,.;]| within| in | over| since| this| last| from|$)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s?(?:-|–|—|~|to|and|or|至|到)\s?", re.IGNORECASE)
_RAISED = re.compile(r"\s?(?:上调|下调|提高|提升|升|降)?至\s?")
_BOUNDS = (
    (">", r"(?:more than|over|above|exceeding|in excess of|greater than|>|超过|超|逾)"),
    (">=", r"(?:at least|no less than|not less than|≥|至少|不低于)"),
    ("<~", r"(?:nearly|almost|close to|just under|just below|just shy of|近|将近)"),
    ("<", r"(?:less than|under|below|fewer than|<|不到|低于)"),
    ("<=", r"(?:up to|as much as|as high as|at most|no more than|≤|至多|高达)"),
    ("~", r"(?:about|around|roughly|approximately|circa|some|near|~|约|大约|大概)"),
)
_BOUND = [(bound, re.compile(rf"{words}\s?$", re.IGNORECASE)) for bound, words in _BOUNDS]


@dataclass(frozen=True)
class Numeral:
    """A number as it is written.

    low, high: with magnitude and sign; apart for a range alone. unit: percent, points (of
    percent), bp, level (points of an index), times, money or "". bound: ~ about, <~ nearly, and
    operators. half: half a unit of the last digit. moved: "from A to B", of which these are B.
    twice: the other unit of a number that has two, "40 % bps".
    """

    begin: int
    end: int
    low: float
    high: float
    unit: str = ""
    currency: str = ""
    sign: str = ""
    bound: str = ""
    half: float = 0.5
    moved: bool = False
    twice: str = ""

    @property
    def fraction(self) -> float:
        """The lower end as a fraction, where it is a percentage."""
        return self.low / _PARTS.get(self.unit, 1)

    @property
    def upper(self) -> float:
        """The upper end as a fraction."""
        return self.high / _PARTS.get(self.unit, 1)

    @property
    def percent(self) -> bool:
        """Whether it says how far something moved, in percent or in points of it."""
        return self.unit in ("percent", "points")


_PARTS = {"percent": 100, "points": 100, "bp": 10_000}


def figures_of(text: str, taken: Iterable[tuple[int, int]] = ()) -> list[Numeral]:
    """Figures from left to right; `taken`: spans of names and dates, whose digits are none."""
    spans = list(taken)
    hits = [*map(_read, _FIGURE.finditer(text)), *map(_read, _WRITTEN.finditer(text))]
    hits += [_part(match) for match in _PART.finditer(text)]
    free = [
        figure
        for figure in hits
        if not any(begin < figure.end and figure.begin < end for begin, end in spans)
    ]
    free.sort(key=lambda figure: (figure.begin, -figure.end))
    figures: list[Numeral] = []
    for figure in free:
        if figures and figure.begin < figures[-1].end:
            continue
        joined = _joined(figures[-1], figure, text) if figures else None
        if joined:
            figures[-1] = joined
        else:
            figures.append(figure)
    return [_bounded(figure, text) for figure in figures if not _is_year(figure, text)]


def _read(match: re.Match[str]) -> Numeral:
    parts = match.groupdict()
    digits = parts["number"].lower()
    number = float(_WORDS.get(digits) or digits.replace(",", ""))
    scale = _MAGNITUDES.get((parts.get("magnitude") or "").lower(), 1.0)
    word = (parts["unit"] or "").lower()
    symbol = parts.get("currency") or ""
    currency = _SYMBOLS.get(symbol.upper(), "") or _MONEY.get(word, "")
    unit = _UNITS.get(word, "money" if currency else "")
    sign = "-" if (parts.get("sign") or "").strip() in ("-", "−", "–", "minus", "负") else ""
    sign = sign or ("+" if (parts.get("sign") or "").strip() in ("+", "plus") else "")
    value = number * scale * (-1 if sign == "-" else 1)
    half = 0.5 * scale * 10.0 ** -len(digits.partition(".")[2] if digits[0].isdigit() else "")
    begin = match.start() + len(match[0]) - len(match[0].lstrip())
    twice = _second_unit(match, unit) or (symbol if unit not in ("", "money") else "")
    return Numeral(begin, match.end(), value, value, unit, currency, sign, "", half, twice=twice)


def _second_unit(match: re.Match[str], unit: str) -> str:
    """Another unit right behind the first, "" where it is the same in another word or none."""
    after = _SECOND.match(match.string, match.end())
    if not unit or after is None:
        return ""
    word = after["unit"].lower()
    return "" if _UNITS.get(word, "money") == unit else word


def _part(match: re.Match[str]) -> Numeral:
    share = 100 * _FRACTIONS[match["part"].lower()]
    return Numeral(match.start(), match.end(), share, share, "percent", bound="~", half=2.5)


def _joined(first: Numeral, second: Numeral, text: str) -> Numeral | None:
    """Two ends as one figure: 10-12 %, between 3 and 5 billion, from 6,970 to 8,600 points."""
    gap, before = text[first.end : second.begin], text[: first.begin].rstrip().lower()
    if _RAISED.fullmatch(gap) and before[-1:] in ("由", "从", "自") and first.unit == second.unit:
        return replace(second, begin=first.begin, moved=True)
    if not _BETWEEN.fullmatch(gap) or first.unit not in ("", second.unit):
        if not (_BETWEEN.fullmatch(gap) and first.unit == "money" and second.half > 0.5):
            return None
        second = replace(second, unit="money", currency=first.currency)
        first = replace(first, unit="")
    if "and" in gap.lower() and not before.endswith("between"):
        return None
    if "or" in gap.lower() or (first.sign != second.sign and first.sign and second.sign):
        return None
    if re.search(r"(?:from|从|由)$", before):
        return replace(second, begin=first.begin, moved=True)
    if not second.unit and gap.strip().lower() not in ("to", "and", "至", "到"):
        return None if first.unit else replace(second, begin=first.begin, low=first.low)
    scale = second.half / first.half if not first.unit and second.half > first.half else 1.0
    scale = 10.0 ** round(len(f"{scale:.0f}") - 1) if scale >= 1000 else 1.0
    low = min(first.low * scale, second.low)
    return replace(second, begin=first.begin, low=low, high=max(first.low * scale, second.high))


def _bounded(figure: Numeral, text: str) -> Numeral:
    before = text[max(0, figure.begin - 24) : figure.begin]
    if re.match(r"\s?(?:or more|or higher|plus\b|以上)", text[figure.end :], re.IGNORECASE):
        return replace(figure, bound=">=")
    for bound, words in _BOUND:
        if words.search(before):
            return replace(figure, bound=bound)
    return figure


def _is_year(figure: Numeral, text: str) -> bool:
    """Whether it is the bare number of a year or a part of a date."""
    written = text[figure.begin : figure.end]
    return not figure.unit and bool(re.fullmatch(r"(?:19|20)\d\d", written.strip()))
