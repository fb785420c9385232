"""The beginning of a file: encoding, delimiter and first rows, for who recognises it."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from markets.reference.csv_file import LONGEST, Row
from markets.reference.packed_file import opened
from newsfolio.errors import BrokenData

BEGINNING = 8_192
"""Bytes that tell a format; more where a line is longer, as in a wide file."""
MOST_ROWS = 40
_ENCODINGS = ("utf-8-sig", "gb18030", "cp1252")
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_DELIMITERS = (",", ";", "\t")
_MESSAGE = re.compile(r"[{\[]|<(?:!|\?|html|head|body)", re.IGNORECASE)
"""How a JSON answer or a web page begins."""


@dataclass(frozen=True)
class Head:
    """What stands at the beginning of a file; of a folder, nothing but its path."""

    path: Path
    beginning: bytes = b""
    encoding: str = "utf-8-sig"

    @cached_property
    def text(self) -> str:
        return self.beginning.decode(self.encoding, errors="replace")

    @property
    def decodes(self) -> bool:
        try:
            self.beginning.decode(self.encoding)
        except UnicodeError:
            return False
        return True

    @cached_property
    def delimiter(self) -> str:
        """What stands between the cells of most lines: a comma, a semicolon or a tab."""
        lines = [line for line in self.text.splitlines()[:MOST_ROWS] if line.strip()]
        counts = {mark: sum(mark in line for line in lines) for mark in _DELIMITERS}
        if counts[";"] > len(lines) / 2 and lines[0].count(";") > lines[0].count(","):
            return ";"
        return "\t" if counts["\t"] > counts[","] else ","

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The first rows that are not blank, each with its line."""
        reader = csv.reader(self.text.splitlines(keepends=True), delimiter=self.delimiter)
        rows: list[Row] = []
        try:
            for row in reader:
                if any(row):
                    rows.append((reader.line_num, [cell.strip() for cell in row]))
                if len(rows) == MOST_ROWS:
                    break
        except csv.Error:
            pass
        return tuple(rows)

    @property
    def header(self) -> tuple[str, ...]:
        """The cells of the first row."""
        return tuple(self.rows[0][1]) if self.rows else ()

    def cell(self, column: str, row: int = 1) -> str:
        """A cell of the rows under the header, "" where there is none."""
        if column not in self.header or len(self.rows) <= row:
            return ""
        cells, place = self.rows[row][1], self.header.index(column)
        return cells[place] if place < len(cells) else ""

    @property
    def carriage_returns(self) -> bool:
        """Whether lines end as on Windows."""
        return b"\r\n" in self.beginning

    def message(self) -> str:
        """The text that stands in the place of prices, such as a quota or an error; "" for none."""
        lines = [line.strip() for line in self.text.splitlines() if line.strip()]
        if not lines:
            return ""
        marks = sum(lines[0].count(mark) for mark in _DELIMITERS)
        is_message = bool(_MESSAGE.match(lines[0])) or (not marks and len(lines) < 3)
        return " ".join(lines)[:80] if is_message else ""


def head_of(path: Path, recognises: Callable[[Head], bool]) -> Head:
    """The beginning of a file in the first encoding in which `recognises` answers yes.

    BrokenData for what is no plain file. UTF-8 where none does.
    """
    if path.is_dir():
        return Head(path)
    try:
        with opened(path) as file:
            beginning = file.read(BEGINNING)
            while beginning.count(b"\n") < 3 and len(beginning) < 4 * LONGEST:
                more = file.read(16 * BEGINNING)
                if not more:
                    break
                beginning += more
            whole = not file.read(1)
    except OSError as error:
        raise BrokenData(f"{path} cannot be read ({error.strerror or error})") from error
    if not whole:
        beginning = beginning[: beginning.rfind(b"\n") + 1]
    head = Head(path, beginning, _MARKS.get(beginning[:2], _ENCODINGS[0]))
    if head.decodes:
        return head
    for encoding in _ENCODINGS[1:]:
        other = replace(head, encoding=encoding)
        if other.decodes and recognises(other):
            return other
    return head
