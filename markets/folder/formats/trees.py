"""Folders that programs keep: qlib's binary columns, LEAN's zips with map and factor files."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from markets.folder.formats.cells import Dates, Numbers
from markets.folder.formats.columns import table_from
from markets.folder.formats.format import About, Adjusted, Format, Quotes, Told
from markets.folder.formats.head import Head
from markets.folder.names import ticker_of_code
from markets.folder.price_file import AMOUNTS, PRICES, FileText, Floats, Table, no_rows
from markets.reference.csv_file import csv_rows
from markets.reference.plain_file import plain_bytes
from newsfolio.errors import BrokenData

_FIELDS = ("open", "high", "low", "close", "volume", "factor")
_LAST = 20501231
"""The day with which LEAN ends its map and factor files."""


@dataclass(frozen=True)
class QlibFormat:
    """`features/<code>/<field>.day.bin`: where the first value stands in the calendar, then values.

    Raw prices are `$close / $factor`, raw volumes `$volume * $factor`; here all is on the scale of
    the last raw price, adjusted for splits and dividends, so that lots and fees are those of today.
    """

    name: str = "qlib"
    about: About = About(
        "qlib", "folders `features`, `calendars`, `instruments`", "full, on the scale of the last "
        "price as traded", "shares, scaled with the price", dates="calendars/day.txt",
    )  # fmt: skip

    def fits(self, head: Head) -> bool:
        folder = head.path
        return (folder / "features").is_dir() and (folder / "calendars" / "day.txt").is_file()

    def lines(self, head: Head) -> tuple[str, ...]:
        return tuple(_by_ticker(head.path / "features"))

    def read(self, head: Head, ticker: str, vendor: Told) -> Quotes:
        folder = _by_ticker(head.path / "features")[ticker]
        days = _calendar(head.path / "calendars" / "day.txt")
        columns = {name: _column(folder / f"{name}.day.bin", len(days)) for name in _FIELDS}
        close = columns["close"]
        if close is None:
            raise BrokenData(f"{folder}: no close.day.bin. Dump the features again.")
        unknown = np.full(len(days), np.nan)
        rows = ~np.isnan(close)
        if not rows.any():
            raise no_rows(folder)
        factor = columns["factor"]
        scale, note = 1.0, "no factor.day.bin: prices and volumes as they stand"
        if factor is not None:
            last = factor[rows][-1]
            if not last > 0:
                raise BrokenData(f"{folder}: the last factor is {last:g}. Dump the features again.")
            scale = float(last)
            note = f"prices over, volumes times the last factor, {scale:.7g}"
        fields = {name: unknown if (values := columns[name]) is None else values
                 for name in _FIELDS}  # fmt: skip
        prices = {
            name: fields[name.lower()][rows] / scale for name in ("Open", "High", "Low", "Close")
        }
        prices["Volume"] = fields["volume"][rows] * scale
        table = _table(folder, "value", (np.flatnonzero(rows) + 1).tolist(), days[rows], prices)
        notes = (f"read as qlib: adjusted for splits and dividends; {note}; 7 digits of each",)
        return Quotes(table, Adjusted.FULL, notes)


def _by_ticker(features: Path) -> dict[str, Path]:
    """The folders of lines whose code is a ticker; BrokenData names two of one line."""
    folders: dict[str, Path] = {}
    for folder in sorted(features.iterdir()):
        ticker = ticker_of_code(folder.name.upper()) if folder.is_dir() else ""
        if ticker in folders:
            raise BrokenData(
                f"{folder}: {folders[ticker].name} is of {ticker} too. Keep one of them."
            )
        if ticker:
            folders[ticker] = folder
    return folders


def _calendar(path: Path) -> pd.DatetimeIndex:
    """The days that values are counted by, oldest first."""
    days = [line.strip() for line in plain_bytes(path).decode("utf-8", "replace").splitlines()]
    days = [day for day in days if day]
    wrong = next((place for place, day in enumerate(days)
                  if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day)), None)  # fmt: skip
    if wrong is not None:
        raise BrokenData(f"{path} line {wrong + 1}: {days[wrong][:30]!r} is not a date.")
    try:
        index = pd.DatetimeIndex(np.array(days, dtype="datetime64[D]").astype("datetime64[us]"))
    except ValueError as error:
        raise BrokenData(f"{path}: {error}.") from error
    if not len(index) or not index.is_monotonic_increasing or not index.is_unique:
        raise BrokenData(f"{path}: days are not in order, each once. Dump the calendar again.")
    return index


def _column(path: Path, days: int) -> Floats | None:
    """(T,) values by day of the calendar, NaN where the file has none; None without the file."""
    if not path.exists():
        return None
    content = plain_bytes(path)
    if len(content) % 4 or len(content) < 4:
        raise BrokenData(f"{path}: {len(content)} bytes are no numbers of four. Dump it again.")
    values = np.frombuffer(content, dtype="<f4").astype("float64")
    first = values[0]
    if not (first >= 0 and first == int(first) and first + len(values) - 1 <= days):
        raise BrokenData(
            f"{path}: {len(values) - 1} values from place {first:g} on in a calendar of {days}. "
            "Dump features and calendar together."
        )
    column = np.full(days, np.nan)
    column[int(first) : int(first) + len(values) - 1] = values[1:]
    return column


def _table(
    path: Path, unit: str, places: Sequence[int], days: pd.DatetimeIndex, values: dict[str, Floats]
) -> Table:
    text = FileText(path, unit, places, days.to_numpy().astype("datetime64[D]"), {}, ())
    empty = np.full(len(days), np.nan)
    columns = {name: values.get(name, empty) for name in (*PRICES, *AMOUNTS)}
    return Table(text, days.rename("session"), columns)


# --- LEAN --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LeanFormat:
    """`equity/usa/daily/aapl.zip`, prices times 10,000 as traded; factor files adjust them."""

    name: str = "lean"
    about: About = About(
        "QuantConnect LEAN", "folders `equity/usa/daily`, `map_files`, `factor_files`",
        "full by its factor file; raw where that knows nothing", "shares, split-adjusted",
        dates="20260102 00:00",
    )  # fmt: skip
    dates: Dates = Dates.COMPACT
    numbers: dict[str, Numbers] = field(default_factory=dict)

    def fits(self, head: Head) -> bool:
        return (head.path / "equity" / "usa" / "daily").is_dir()

    def their_name(self, ours: str) -> str:
        return ours.lower()

    def lines(self, head: Head) -> tuple[str, ...]:
        zips = (head.path / "equity" / "usa" / "daily").glob("*.zip")
        return tuple(sorted(path.stem.upper().replace(".", "-") for path in zips))

    def read(self, head: Head, ticker: str, vendor: Told) -> Quotes:
        folder, code = head.path / "equity" / "usa", ticker.lower().replace("-", ".")
        path = folder / "daily" / f"{code}.zip"
        rows = _zipped_rows(path)
        places, cells = list(range(1, len(rows) + 1)), {
            name: [row[place] for row in rows]
            for place, name in enumerate(("Date", "Open", "High", "Low", "Close", "Volume"))
        }  # fmt: skip
        cells["Date"] = [day.removesuffix(" 00:00") for day in cells["Date"]]
        table, _ = table_from(Head(path), places, cells, self)
        prices = {name: table[name] / 10_000 for name in ("Open", "High", "Low", "Close")}
        days = table.days.strftime("%Y%m%d").astype("int64").to_numpy()
        factors = _factors(folder / "factor_files" / f"{code}.csv")
        renamed = _names(folder / "map_files" / f"{code}.csv", code)
        if factors is None:
            columns = {**prices, "Volume": table["Volume"]}
            note = "read as LEAN: prices as traded; no factor file knows its splits and dividends"
            quotes = _table(path, "line", places, table.days, columns)
            return Quotes(quotes, Adjusted.RAW, (note, *renamed))
        ends, price, split = factors
        row = np.searchsorted(ends, days)
        columns = {name: values * split[row] for name, values in prices.items()}
        columns["Adj Close"] = columns["Close"] * price[row]
        columns["Volume"] = table["Volume"] / split[row]
        note = "read as LEAN: adjusted for splits and dividends by its factor file"
        quotes = _table(path, "line", places, table.days, columns)
        return Quotes(quotes, Adjusted.BY_COLUMNS, (note, *renamed))


def _zipped_rows(path: Path) -> list[list[str]]:
    """The rows of the one file in a zip, six cells each; BrokenData for another."""
    try:
        with zipfile.ZipFile(io.BytesIO(plain_bytes(path))) as archive:
            names = archive.namelist()
            if len(names) != 1 or archive.getinfo(names[0]).file_size > 100_000_000:
                raise BrokenData(f"{path}: {len(names)} files where LEAN has one. Fetch it again.")
            text = archive.read(names[0]).decode("utf-8")
    except (zipfile.BadZipFile, UnicodeDecodeError, EOFError, NotImplementedError, RuntimeError,
            OSError, ValueError) as error:  # fmt: skip
        raise BrokenData(f"{path}: not a zip of text ({error}). Fetch it again.") from error
    rows = [line.split(",") for line in text.splitlines() if line.strip()]
    for number, row in enumerate(rows, 1):
        if len(row) != 6:
            raise BrokenData(f"{path} line {number}: {len(row)} fields where LEAN has 6.")
    if not rows:
        raise no_rows(path)
    return rows


def _factors(path: Path) -> tuple[Floats, Floats, Floats] | None:
    """Last days, price factors and split factors; None where LEAN knows nothing of the line."""
    if not path.exists():
        return None
    rows = [(line, row) for line, row in csv_rows(path) if len(row) >= 3]
    try:
        table = np.array([[float(cell) for cell in row[:3]] for _, row in rows]).reshape(-1, 3)
    except ValueError as error:
        raise BrokenData(f"{path}: a factor is no number ({error}). Fetch it again.") from error
    ends = table[:, 0]
    if (
        not len(ends)
        or ends[-1] != _LAST
        or (np.diff(ends) <= 0).any()
        or (table[:, 1:] <= 0).any()
    ):
        raise BrokenData(f"{path}: days are not in order up to {_LAST}. Fetch it again.")
    return None if len(ends) == 1 else (ends, table[:, 1], table[:, 2])


def _names(path: Path, code: str) -> tuple[str, ...]:
    """What the line was called before, for a note."""
    if not path.exists():
        return ()
    rows = [row for _, row in csv_rows(path) if len(row) >= 2]
    before = [f"{row[1].upper()} until {row[0]}" for row in rows[1:]
              if row[1].lower() != code and row[0].isdigit()]  # fmt: skip
    ended = rows[-1][0] if rows and rows[-1][0] != str(_LAST) else ""
    return (*((f"it was {', '.join(before)}",) if before else ()),
            *((f"its map file ends on {ended}: delisted",) if ended else ()))  # fmt: skip


FORMATS: tuple[Format, ...] = (QlibFormat(), LeanFormat())
