"""A file of cells: its encoding, its separator, its columns by name, and its numbers."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from backtests.runner.holdings.statement import MOST
from markets.reference.plain_file import plain_bytes
from newsfolio.errors import BrokenData

LARGEST = 10_000_000
"""Bytes of a file of holdings: some 500,000 lines."""

MISSING = frozenset({"", "-", "--", "n/a", "na", "null", "nan", "none"})
"""What stands for no value."""


_HEAD, _CODES = 30, "证券代码"


class Decimals(StrEnum):
    """Which mark a number has before its decimals; the other one, or a blank, parts thousands."""

    POINT = "."
    COMMA = ","


@dataclass(frozen=True)
class SheetRow:
    """The cells of one row, without blanks around them; `line` is the file's own, from 1."""

    line: int
    cells: tuple[str, ...]

    def __bool__(self) -> bool:
        return any(self.cells)


@dataclass(frozen=True)
class Sheet:
    """A file's rows, blank ones included; `separator` parts the cells."""

    path: Path
    separator: str
    rows: tuple[SheetRow, ...]

    def error(self, line: int, rule: str) -> BrokenData:
        return BrokenData(f"{self.path}, line {line}: {rule}")


@dataclass(frozen=True)
class Header:
    """Where the columns of a header are, by our words for them."""

    sheet: Sheet
    header: SheetRow
    places: Mapping[str, int]

    def entries(self, rows: Iterable[SheetRow]) -> Iterator[NamedRow]:
        """Rows under these columns; BrokenData for one that is cut short."""
        width = max(place for place, cell in enumerate(self.header.cells) if cell) + 1
        for row in rows:
            if len(row.cells) < width:
                raise self.sheet.error(
                    row.line,
                    f"{len(row.cells)} fields where the header has {width}; export the file again",
                )
            yield NamedRow(self, row)


@dataclass(frozen=True)
class NamedRow:
    """A row under the columns of its header."""

    columns: Header
    row: SheetRow

    @property
    def line(self) -> int:
        return self.row.line

    def text(self, word: str) -> str:
        """The cell of a column; "" where it says nothing, and where there is no such column."""
        place = self.columns.places.get(word)
        cell = "" if place is None else self.row.cells[place]
        return "" if cell.casefold() in MISSING else cell

    def number(self, word: str, decimals: Decimals | None = Decimals.POINT) -> float | None:
        """The number of a column; None where it says nothing, BrokenData where it is none.

        decimals: None where the file does not tell; a number of two readings is refused.
        """
        text = self.text(word)
        if not text:
            return None
        values = readings(text, decimals)
        if len(values) == 1 and abs(values[0]) <= MOST:
            return values[0]
        header = self.columns.header.cells[self.columns.places[word]]
        if len(values) > 1:
            both = " or ".join(f"{value:.10g}" for value in values)
            raise self.columns.sheet.error(
                self.line, f"{header} {text!r} is {both}; write it without a mark for thousands"
            )
        raise self.columns.sheet.error(self.line, f"{header} {text[:40]!r} is not a number")


def columns_of(
    sheet: Sheet, header: SheetRow, names: Mapping[str, Sequence[str]], required: Sequence[str]
) -> Header:
    """Columns by our words; `names` are what vendors call each, the likeliest first.

    BrokenData where a required one is missing. Of two columns of one name the first counts.
    """
    seen = [_folded(cell) for cell in header.cells]
    places = {}
    for word, spellings in names.items():
        spelling = next((name for name in map(_folded, spellings) if name in seen), None)
        if spelling is not None:
            places[word] = seen.index(spelling)
    for word in required:
        if word not in places:
            listed = ", ".join(cell[:20] for cell in header.cells if cell)
            raise sheet.error(
                header.line,
                f"no column {' or '.join(names[word][:3])} (found {listed[:150]}); export the file "
                "again, as it comes",
            )
    return Header(sheet, header, places)


def has(row: SheetRow, *names: str) -> bool:
    """Whether all of these are cells of a row, in any case."""
    return {_folded(name) for name in names} <= set(map(_folded, row.cells))


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


# --- reading -----------------------------------------------------------------------------------


def read_sheet(path: Path) -> Sheet:
    """The cells of a text file; BrokenData for what is none."""
    text = decoded(path, plain_bytes(path, LARGEST))
    lines = [line for line in text.splitlines()[:_HEAD] if line.strip()] or [""]
    first = lines[0]  # what stands above a header of a mainland broker has no columns
    separator, skipped = _separator(next((line for line in lines if _CODES in line), first)), 0
    if re.fullmatch(r"sep=.", first.strip(), re.IGNORECASE):  # Excel's own hint
        separator = first.strip()[-1]
        text, skipped = text.partition("\n")[2], 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows = []
    try:
        for cells in reader:
            plain = tuple(unquoted(cell) for cell in cells)
            rows.append(SheetRow(reader.line_num + skipped, plain))
    except csv.Error as error:
        raise BrokenData(f"{path}, line {reader.line_num}: not CSV ({error})") from error
    return Sheet(path, separator, tuple(rows))


def unquoted(cell: str) -> str:
    """A cell without blanks, and without the ="..." that keeps Excel from counting with it."""
    bare = cell.strip().strip("\ufeff")
    match = re.fullmatch(r'="?([^"]*)"?', bare)
    return match[1].strip() if match else bare


def decoded(path: Path, content: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or what mainland programs write (GBK)."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decoded(path, content, "utf-16", "UTF-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            text = ""
        if "证券" in text or "代码" in text or "代碼" in text:
            return text
    return _decoded(path, content, "utf-8-sig", "UTF-8")


def _decoded(path: Path, content: bytes, codec: str, name: str) -> str:
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        raise BrokenData(f"{path} is not {name} text; save it as CSV in UTF-8") from error


def _separator(line: str) -> str:
    return max(",", ";", "\t", key=line.count)


# --- numbers -----------------------------------------------------------------------------------

_MONEY = re.compile(r"^(?:US|HK|C|A)?[$€£¥￥]|[€£]$")
_POINT = re.compile(
    r"([1-9]\d{0,2}(,\d{3})+|\d+)?(\.\d*)?(e[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE
)
_COMMA = re.compile(
    r"([1-9]\d{0,2}([. '’]\d{3})+|\d+)?(,\d*)?(e[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE
)
_BLANKS = "\u00a0\u202f\u2009"
"""What French and Swiss settings part thousands with."""


def readings(text: str, decimals: Decimals | None) -> tuple[float, ...]:
    """The numbers that a text can be: none, one, or two where nothing tells the decimal mark.

    A sign of money in front counts for nothing, and brackets are a minus.
    """
    bare = text.strip()
    negative = bare.startswith("(") and bare.endswith(")")
    bare = bare[1:-1] if negative else bare
    sign = bare[:1] if bare[:1] in ("+", "-", "−") else ""
    bare = _MONEY.sub("", bare.removeprefix(sign)).strip()
    if bare[:1] in ("+", "-") and not sign:
        sign, bare = bare[:1], bare[1:]
    for blank in _BLANKS:
        bare = bare.replace(blank, " ")
    marks = (Decimals.POINT, Decimals.COMMA) if decimals is None else (decimals,)
    values = dict.fromkeys(value for mark in marks for value in _read(bare, mark))
    flip = -1.0 if negative != (sign in ("-", "−")) else 1.0
    return tuple(flip * value for value in values)


def _read(bare: str, decimals: Decimals) -> Iterator[float]:
    pattern = _POINT if decimals is Decimals.POINT else _COMMA
    if pattern.fullmatch(bare) and any(char.isdigit() for char in bare):
        plain = re.sub(r"[,]" if decimals is Decimals.POINT else r"[. '’]", "", bare)
        yield float(plain.replace(",", "."))


def decimals_of(texts: Iterable[str]) -> Decimals | None:
    """The mark that the numbers of a column agree on; None where none of them tells."""
    marks = set()
    for text in texts:
        if len(readings(text, None)) == 1 and re.search(r"[.,]", text):
            marks |= {mark for mark in Decimals if readings(text, mark)}
    return marks.pop() if len(marks) == 1 else None
