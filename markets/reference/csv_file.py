"""CSV files read row by row and kept by column, so that a large one fits into memory."""

from __future__ import annotations

import csv
import io
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import TextIO, cast

import numpy as np

from markets.reference.packed_file import PACKED, opened
from markets.reference.plain_file import require_plain
from newsfolio.errors import BrokenData

LARGEST = 500_000_000
"""Bytes of a file of prices."""

MOST_CELLS = 40_000_000
"""Of the columns that are kept: 640 MB."""

LONGEST = 4_000_000
"""Characters of a line: a wide file has a column a ticker."""

PIECE = 500_000
"""Cells that are Python's strings at a time, 60 bytes each instead of 16."""

WRITTEN = 50_000
"""Bytes of a group of rows that are put together in one piece."""

Row = tuple[int, list[str]]


def csv_rows(
    path: Path, encoding: str = "utf-8-sig", delimiter: str = ",", text: list[str] | None = None
) -> Iterator[Row]:
    """The line and the cells of each row that is not blank; BrokenData names a line that is wrong.

    A row that runs over several lines has the number of its last. text: gets every line as it is
    read, for who empties it.
    """
    require_plain(path, LARGEST)
    try:
        with opened(path) as plain, io.TextIOWrapper(plain, encoding, newline="") as file:
            short = path.suffix not in PACKED and path.stat().st_size < LONGEST
            lines = file if short else _lines(path, file)
            lines = lines if text is None else _noted(lines, text)
            reader = csv.reader(lines, strict=True, delimiter=delimiter)
            try:
                for row in reader:
                    if any(row):
                        yield reader.line_num, row
            except csv.Error as error:
                rule = f"not CSV ({error}). Save it as comma-separated text."
                raise BrokenData(f"{path} line {reader.line_num}: {rule}") from error
    except UnicodeDecodeError as error:
        name = "UTF-8" if encoding.startswith("utf-8") else encoding
        rule = f"not {name} text. Save the file as CSV in UTF-8, or as .parquet."
        raise BrokenData(f"{path} line {_undecoded(path, encoding)}: {rule}") from error
    except OSError as error:
        raise BrokenData(f"{path} cannot be read ({error.strerror or error})") from error


def _noted(lines: Iterable[str], text: list[str]) -> Iterator[str]:
    for line in lines:
        text.append(line)
        yield line


def _lines(path: Path, file: TextIO) -> Iterator[str]:
    for number, line in enumerate(iter(partial(file.readline, LONGEST), ""), 1):
        if len(line) == LONGEST:
            rule = f"more than {LONGEST:,} characters in one line"
            raise BrokenData(f"{path} line {number}: {rule}. Write one row a session.")
        yield line


def _undecoded(path: Path, encoding: str) -> int:
    """The first line that is not text."""
    with opened(path) as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError:
                return number
    return 1


class RowGroup:
    """The rows of a file that share a cell, as text: in the memory that they take on the disk."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter
        self._lines = array("q")
        self._pieces: list[bytes] = []
        self._last = bytearray()

    @property
    def first_line(self) -> int:
        return self._lines[0]

    def add(self, line: int, text: str) -> None:
        self._lines.append(line)
        self._last += text.encode()
        if len(self._last) > WRITTEN:
            self._pieces.append(bytes(self._last))
            self._last.clear()

    def __iter__(self) -> Iterator[Row]:
        rows = csv.reader(self._text(), delimiter=self._delimiter)
        return zip(self._lines, filter(any, rows), strict=True)

    def _text(self) -> Iterator[str]:
        for piece in (*self._pieces, bytes(self._last)):
            yield from io.TextIOWrapper(io.BytesIO(piece), "utf-8", newline="")


def csv_groups(path: Path, encoding: str, delimiter: str, place: int) -> dict[str, RowGroup]:
    """The rows under the header by their cell in a place, "" where they have none."""
    text: list[str] = []
    groups: dict[str, RowGroup] = {}
    rows = csv_rows(path, encoding, delimiter, text)
    next(rows, None)
    text.clear()
    for line, row in rows:
        cell = row[place] if place < len(row) else ""
        group = groups.get(cell) or groups.setdefault(cell, RowGroup(delimiter))
        group.add(line, "".join(text))
        text.clear()
    return groups


class TextColumns(Mapping[str, Sequence[str]]):
    """Cells by the name of their column; of many rows, a column is put together when asked for."""

    def __init__(self, names: Iterable[str], pieces: Sequence[Sequence[Sequence[str]]]) -> None:
        self._places = {name: place for place, name in enumerate(names)}
        self._pieces = pieces

    def __getitem__(self, name: str) -> Sequence[str]:
        place = self._places[name]
        if len(self._pieces) == 1:
            return self._pieces[0][place]
        return [cell for piece in self._pieces for cell in piece[place]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def csv_columns(
    path: Path, rows: Iterator[Row], width: int, places: Mapping[str, int]
) -> tuple[Sequence[int], TextColumns]:
    """The line of each row, and of its cells those in `places`, where each column stands.

    width: fields that each row must have; BrokenData names the line of one that has others, and
    a file with more than MOST_CELLS of such cells.
    """
    lines, pieces = array("q"), []
    most = max(1, PIECE // len(places))
    picked = _picked(path, rows, width, list(places.values()))
    while piece := list(islice(picked, most)):
        columns: list[Sequence[str]] = list(zip(*(cells for _, cells in piece), strict=True))
        lines.extend(line for line, _ in piece)
        require_room(path, len(lines), len(places))
        pieces.append(columns if len(piece) < most else list(map(_packed, columns)))
    return lines, TextColumns(places, pieces or [[() for _ in places]])


def require_room(path: Path, rows: int, columns: int) -> None:
    """BrokenData for a file with more than MOST_CELLS cells to keep."""
    if rows * columns > MOST_CELLS:
        rule = f"more than {MOST_CELLS // columns:,} rows of {columns} columns"
        raise BrokenData(f"{path}: {rule}. Keep one row a session.")


def _picked(
    path: Path, rows: Iterator[Row], width: int, places: Sequence[int]
) -> Iterator[tuple[int, Sequence[str]]]:
    pick = itemgetter(*places) if len(places) > 1 else itemgetter(slice(places[0], places[0] + 1))
    for line, cells in rows:
        if len(cells) != width:
            raise BrokenData(
                f"{path} line {line}: {len(cells)} field{'s' * (len(cells) != 1)} where the header "
                f"has {width}. "
                "Correct that line; a file cut short must be fetched again."
            )
        yield line, pick(cells)


def _packed(cells: Sequence[str]) -> Sequence[str]:
    """The same cells, 16 bytes each as long as they have 15 characters at most."""
    return cast(Sequence[str], np.array(cells, dtype=np.dtypes.StringDType()))
