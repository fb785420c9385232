"""Text in a wrapping: gz, a zip of one file, the one sheet of a workbook, a Parquet table."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from markets.reference.plain_file import require_plain, state_of
from newsfolio.errors import BrokenData, MissingData

PACKED = (".gz", ".zip", ".xlsx", ".parquet")
LARGEST = 500_000_000
"""Bytes of what is in it: a file of prices as it would lie on the disk."""
_BROKEN = (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, NotImplementedError,
           RuntimeError, ValueError, KeyError, OSError)  # fmt: skip
"""What unpacking raises of a file that is cut short, spoilt, locked or none of its kind."""
UNREADABLE = (ValueError, KeyError, TypeError, NotImplementedError)
"""What pyarrow raises of a Parquet file that it cannot read."""
MOST_CELLS = 15_000_000
"""Of a Parquet file that is put into text: 300 MB."""


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file, unpacked where its name ends so; BrokenData for what cannot be read."""
    require_plain(path, LARGEST)
    if path.suffix not in PACKED:
        with path.open("rb") as file:
            yield file
        return
    if path.suffix in (".xlsx", ".parquet"):
        text = _sheet if path.suffix == ".xlsx" else _table
        yield io.BytesIO(text(path, state_of(path)))
        return
    with _inner(path) as inner:
        yield io.BufferedReader(_Counted(path, inner))


@contextmanager
def _inner(path: Path) -> Iterator[IO[bytes]]:
    """What is in a gz, or the one file in a zip."""
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rb") as unpacked:
                yield unpacked  # type: ignore[misc] # it reads as any file does
            return
        with zipfile.ZipFile(path) as archive:
            files = [entry for entry in archive.infolist() if not entry.is_dir()]
            names = [entry for entry in files if not entry.filename.startswith("__MACOSX/")]
            if len(names) != 1:
                raise BrokenData(
                    f"{path}: {len(names)} files in it. Unpack it into the folder of prices."
                )
            with archive.open(names[0]) as member:
                yield member
    except BrokenData:
        raise
    except _BROKEN as error:
        raise _spoilt(path, error) from error


class _Counted(io.RawIOBase):
    """Bytes of an archive up to LARGEST; errors of unpacking as BrokenData."""

    def __init__(self, path: Path, inner: IO[bytes]) -> None:
        super().__init__()
        self._path, self._inner, self._read = path, inner, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            piece = self._inner.read(len(buffer))
        except _BROKEN as error:
            raise _spoilt(self._path, error) from error
        self._read += len(piece)
        if self._read > LARGEST:
            raise BrokenData(
                f"{self._path} unpacks to more than the {LARGEST / 1e6:,.0f} MB that are read; "
                "keep one row a session"
            )
        buffer[: len(piece)] = piece
        return len(piece)


def _spoilt(path: Path, error: Exception) -> BrokenData:
    return BrokenData(f"{path} cannot be unpacked ({error}). Fetch it again, or unpack it yourself")


@lru_cache(maxsize=4)
def _sheet(path: Path, changed: tuple[int, ...]) -> bytes:
    """The one sheet with cells as CSV; its dates as 2026-01-02, its numbers in full."""
    del changed
    try:
        from openpyxl import load_workbook
    except ModuleNotFoundError:
        raise MissingData(
            f"{path}: reading Excel's workbooks needs openpyxl: pip install 'openpyxl>=3.1', or "
            "save the sheet as CSV"
        ) from None
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
                raise BrokenData(f"{path} unpacks to more than {LARGEST / 1e6:,.0f} MB")
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            sheets = {sheet.title: _rows(sheet) for sheet in book.worksheets}
        finally:
            book.close()
    except BrokenData:
        raise
    except (*_BROKEN, TypeError, AttributeError, IndexError, SyntaxError) as error:
        raise _spoilt(path, error) from error
    filled = {title: rows for title, rows in sheets.items() if rows}
    if len(filled) > 1:
        listed = ", ".join(filled)[:80]
        raise BrokenData(f"{path}: {len(filled)} sheets with cells ({listed}). Keep one of them.")
    text = io.StringIO(newline="")
    for rows in filled.values():
        csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _rows(sheet: Any) -> list[list[str]]:
    """Rows with a cell, without the empty columns behind the last one that has any."""
    rows = [[_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    width = max((place + 1 for row in rows for place, cell in enumerate(row) if cell), default=0)
    return [row[:width] for row in rows if any(row)]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        midnight = (cell.hour, cell.minute, cell.second, cell.microsecond) == (0, 0, 0, 0)
        return f"{cell:%Y-%m-%d}" if midnight else f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


@lru_cache(maxsize=1)
def _table(path: Path, changed: tuple[int, ...]) -> bytes:
    """A Parquet table as pandas writes it to CSV, its index too, unless that counts rows alone."""
    del changed
    import pandas as pd
    import pyarrow.parquet as pq

    try:
        # A file object: from a path, a folder called `name=value` would become a column.
        with path.open("rb") as file:
            parquet = pq.ParquetFile(file)
            cells = parquet.metadata.num_rows * parquet.metadata.num_columns
            if cells > MOST_CELLS:
                raise BrokenData(
                    f"{path}: {cells:,} cells, more than the {MOST_CELLS:,} that are read of such "
                    "a table. Write a file a ticker, in Yahoo's columns."
                )
            frame = parquet.read(use_threads=False).to_pandas()
        if frame.columns.nlevels == 2 and ("Date", "") in frame.columns:
            frame = frame.set_index(("Date", "")).rename_axis("Date")
        counted = isinstance(frame.index, pd.RangeIndex) and frame.index.name is None
        return str(frame.to_csv(index=not counted)).encode()
    except UNREADABLE as error:
        if isinstance(error, BrokenData):
            raise
        raise unreadable_parquet(path) from error


def unreadable_parquet(path: Path) -> BrokenData:
    return BrokenData(f"{path}: not a Parquet file that can be read. Write it anew.")
