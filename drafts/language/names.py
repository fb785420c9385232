"""Names of companies, indices, funds, currencies and markets in a text, and the lines they mean.

`names.csv` holds them, English and Chinese; a user's file of the same columns adds to it. A name
in two rows that mean different lines is shared: whoever reads it must decide.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from newsfolio.errors import BrokenData, CommandError
from newsfolio.library import CHINA_TEN, MAG_SEVEN
from newsfolio.listings import KNOWN, asset_of

LISTS = {"@MAG_SEVEN": MAG_SEVEN, "@CHINA_TEN": CHINA_TEN}
"""What `names.csv` calls the lists of the library."""

KINDS = ("company", "trust", "index", "proxy", "fund", "yield", "currency", "market", "list")
_COLUMNS = ("kind", "lines", "names", "note")
_TABLE = Path(__file__).with_name("names.csv")
_WORDS_TOO = {"NOW", "LI", "SHY", "KC", "JD"}
"""Tickers that are words or initials: read beside the name of an exchange alone."""

_EXCHANGES = {
    "NASDAQ": "", "NYSE": "", "AMEX": "", "ARCA": "", "US": "", "HKEX": ".HK", "SEHK": ".HK",
    "HKG": ".HK", "HK": ".HK", "SSE": ".SS", "SHA": ".SS", "SZSE": ".SZ", "SHE": ".SZ",
    "LSE": ".L", "LON": ".L", "TSE": ".T", "TYO": ".T", "ETR": ".DE", "FRA": ".DE", "TSX": ".TO",
    "ASX": ".AX", "KRX": ".KS", "TPE": ".TW",
}  # fmt: skip
_PREFIXED = re.compile(
    rf"\b({'|'.join(_EXCHANGES)})\s?[:：]\s?([A-Z]{{1,5}}(?:[.-][A-Z])?|\d{{1,6}})\b", re.IGNORECASE
)
_SUFFIXED = re.compile(r"(?<![\w.^])(\^?[A-Z0-9]{1,6})\.([A-Z]{1,3})(?![\w.]|\d)")
_CASHTAG = re.compile(r"(?<!\w)\$([A-Z]{1,5})\b(?![.\d])")
_CODE = re.compile(r"[(（](0?\d{4}|\d{6})[)）]")
_SUFFIXES = {"US": "", "O": "", "N": "", "OQ": "", "SH": ".SS"}
_COUNTED = re.compile(
    r"\b(seven|ten|7|10)\b(?:[ -][\w.']+){0,3}?[ -](?:giants|titans|megacaps|heavyweights)\b",
    re.IGNORECASE,
)
"""A counted group of giants: the list of the library that has as many members."""

_COUNTED_MONEY = re.compile(r"(?:\d|illion|bn|[万亿])\s?$")
"""What stands before a currency that is the unit of an amount."""

_BRACKET = re.compile(r"[^;!?。]{0,40}?[(（\[][^()（）]{0,24}")
_INSIDE = re.compile(r"[(（][^)）]{0,60}[,，/]\s?$")


@dataclass(frozen=True)
class Name:
    """A row: what it is, its lines (the first is the home listing), and what to know of it."""

    kind: str
    lines: tuple[str, ...]
    note: str = ""

    @property
    def group(self) -> bool:
        """Whether it stands for a whole market or list rather than for one line."""
        return self.kind in ("market", "list")


@dataclass(frozen=True)
class Mention:
    """A name in a text; several rows where they share it."""

    begin: int
    end: int
    names: tuple[Name, ...]

    @property
    def name(self) -> Name:
        return self.names[0]

    @property
    def shared(self) -> bool:
        return len(self.names) > 1


class NameTable:
    """All names that are known, and where they stand in a text."""

    def __init__(self, rows: Mapping[str, tuple[Name, ...]]) -> None:
        self.rows = rows

    @classmethod
    def known(cls, extra: Path | None = None) -> NameTable:
        """The shipped table, and a user's on top: a name of the user's means what the user says."""
        rows = _rows(_TABLE)
        for ticker in KNOWN:
            if ticker.isalpha() and len(ticker) > 2 and ticker not in _WORDS_TOO:
                rows.setdefault(ticker, (Name("fund", (ticker,)),))
        return cls(rows | _rows(extra) if extra else rows)

    @cached_property
    def _automaton(self) -> object:
        import ahocorasick

        automaton = ahocorasick.Automaton()
        spellings: dict[str, list[str]] = {}
        for name in self.rows:
            for spelling in _spellings(name):
                spellings.setdefault(lowered(spelling), []).append(name)
        for spelling, names in spellings.items():
            automaton.add_word(spelling, (len(spelling), tuple(names)))
        automaton.make_automaton()
        return automaton

    def mentions(self, text: str) -> list[Mention]:
        """Names from left to right, the longest where several begin alike; none overlaps."""
        hits = [*self._by_table(text), *_tickers(text), *_counted(text)]
        hits.sort(key=lambda mention: (mention.begin, -mention.end))
        kept: list[Mention] = []
        for mention in hits:
            if not kept or mention.begin >= kept[-1].end:
                kept.append(mention)
        return _narrowed(kept, text)

    def _by_table(self, text: str) -> Iterable[Mention]:
        for last, (length, names) in self._automaton.iter(lowered(text)):  # type: ignore[attr-defined]
            begin, end = last + 1 - length, last + 1
            written = text[begin:end]
            if not _stands_alone(text, begin, end):
                continue
            rows = [self.rows[name] for name in names if _cased(name, written, self.rows[name][0])]
            if rows and not (rows[0][0].kind == "currency" and _COUNTED_MONEY.search(text[:begin])):
                yield Mention(
                    begin, end, tuple(dict.fromkeys(row for group in rows for row in group))
                )


def lowered(text: str) -> str:
    """Small letters and plain apostrophes, each character in its place."""
    small = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return small.replace("’", "'").replace("\n", " ").replace("\xa0", " ")


def _rows(table: Path) -> dict[str, tuple[Name, ...]]:
    """The rows of a table by name; BrokenData names the line that is wrong."""
    rows: dict[str, tuple[Name, ...]] = {}
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"cannot read the names in {table}: {error}") from None
    for number, line in enumerate(lines, 2):
        name = _row(line, f"{table.name}:{number}")
        for spelling in filter(None, (part.strip() for part in line["names"].split(";"))):
            others = rows.get(spelling, ())
            rows[spelling] = others if name in others else (*others, name)
    return rows


def _row(line: Mapping[str, str | None], place: str) -> Name:
    if any(line.get(column) is None for column in _COLUMNS[:3]):
        raise BrokenData(f"{place}: names are a table with the columns {','.join(_COLUMNS)}")
    kind = str(line["kind"]).strip()
    if kind not in KINDS:
        raise BrokenData(f"{place}: kind {kind!r}; write one of {', '.join(KINDS)}")
    lines = str(line["lines"]).split()
    tickers = tuple(ticker for word in lines for ticker in _members(word, place))
    if not tickers:
        raise BrokenData(f"{place}: no line; write tickers as Yahoo does, 9988.HK BABA")
    return Name(kind, tickers, str(line.get("note") or "").strip())


def _members(word: str, place: str) -> tuple[str, ...]:
    if word.startswith("@"):
        if word not in LISTS:
            raise BrokenData(f"{place}: no list {word}; there are {', '.join(LISTS)}")
        return LISTS[word].tickers
    try:
        return (asset_of(word).ticker,)
    except CommandError as error:
        raise BrokenData(f"{place}: {error}") from None


def _spellings(name: str) -> Iterable[str]:
    yield name
    if name.startswith("US "):
        yield f"U.S. {name[3:]}"


def _stands_alone(text: str, begin: int, end: int) -> bool:
    """Whether no word goes on at either side; Chinese has no spaces between words."""
    before, after = text[begin - 1 : begin], text[end : end + 1]
    return not (_latin(text[begin]) and _latin(before)) and not (
        _latin(text[end - 1]) and _latin(after)
    )


def _latin(char: str) -> bool:
    return bool(char) and char.isalnum() and char < "\u2e80"


def _cased(name: str, written: str, row: Name) -> bool:
    """Whether the capitals are those of a name: `Apple`, not `apple`; `AMD`, not `amd`."""
    if not _latin(name[0]) or row.group or row.kind in ("yield", "currency"):
        return True
    if name.isupper():
        return written == name
    return written[0].isupper() or written[0].isdigit()


def _tickers(text: str) -> Iterable[Mention]:
    """Tickers as exchanges and vendors write them: NASDAQ: MSFT, 09988.HK, GDS.US, $TSLA."""
    for match in _PREFIXED.finditer(text):
        yield from _line(match, _code(match[2].upper(), _EXCHANGES[match[1].upper()]))
    for match in _SUFFIXED.finditer(text):
        yield from _line(match, _code(match[1], _SUFFIXES.get(match[2], f".{match[2]}")))
    for match in _CASHTAG.finditer(text):
        yield from _line(match, match[1])
    for match in _CODE.finditer(text):
        suffix = ".HK" if len(match[1]) < 6 else ".SS" if match[1][0] in "569" else ".SZ"
        ticker = _code(match[1], suffix)
        if ticker in KNOWN:
            yield Mention(match.start(1), match.end(1), (Name("company", (ticker,)),))


def _code(symbol: str, suffix: str) -> str:
    """A ticker as Yahoo writes it."""
    if suffix == ".HK" and symbol.isdigit():
        symbol = symbol.lstrip("0").zfill(4)
    return f"{symbol.replace('.', '-')}{suffix}"


def _line(match: re.Match[str], ticker: str) -> Iterable[Mention]:
    try:
        asset = asset_of(ticker)
    except CommandError:
        return
    kind = "fund" if asset.kind == "etf" else "index" if asset.kind == "index" else "company"
    yield Mention(match.start(), match.end(), (Name(kind, (asset.ticker,)),))


def _counted(text: str) -> Iterable[Mention]:
    sizes = {len(sleeve.tickers): sleeve for sleeve in LISTS.values()}
    for match in _COUNTED.finditer(text):
        size = {"seven": 7, "ten": 10}.get(match[1].lower()) or int(match[1])
        sleeve = sizes[size]
        yield Mention(match.start(), match.end(), (Name("list", sleeve.tickers, sleeve.hindsight),))


def _narrowed(mentions: list[Mention], text: str) -> list[Mention]:
    """A listing in brackets behind a company's name decides which of its lines is meant."""
    kept: list[Mention] = []
    for mention in mentions:
        before = kept[-1] if kept else None
        gap = text[before.end : mention.begin] if before else ""
        listed = _BRACKET.fullmatch(gap) or _INSIDE.search(text[: mention.begin])
        group = before and (before.name.group or mention.name.group)
        if before and listed and not group and _same(before, mention):
            lines = mention.name.lines if len(mention.name.lines) == 1 else before.name.lines
            kept[-1] = Mention(before.begin, mention.end, (replace(before.name, lines=lines),))
        else:
            kept.append(mention)
    return kept


def _same(before: Mention, mention: Mention) -> bool:
    return any(set(mention.name.lines) & set(name.lines) for name in before.names)
