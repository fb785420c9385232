"""A folder of price files in Yahoo's columns, one CSV or Parquet file a ticker.

Four kinds of file are read, told apart by the columns that hold numbers:

1. Close, Adj Close and Dividends: split-adjusted prices, dividends as events.
2. Close without Adj Close: the source has adjusted the prices for dividends too. Dividends beside
   them are not credited, for the prices already hold them; the notes say so.
3. Indexes and exchange rates: levels, whatever else the file holds.
4. Adj Close, but no Dividends: everything on the scale of Adj Close. Where Close is given too,
   open, high and low are scaled by Adj Close / Close, else they are unknown.

Vendors leave a few rows whose high, low, open and close contradict one another:

* An open or close outside low to high stays as it is, with a note. Further out than SLIP it is
  refused for stocks and funds, whose orders fill at the open.
* High below low makes both unknown, with a note. By more than SLIP, or in more than CROSSED of the
  rows, it is refused: that is a wrong column or a typing error, not a vendor's odd print.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pandas as pd

from markets.bars import COLUMNS, Bars, Priced
from markets.facts import FactTable, read_facts
from newsfolio.assets import Asset, Kind
from newsfolio.errors import BrokenData, CommandError, MissingData
from newsfolio.facts import Facts

SLIP = 0.05  # of the price; the real files that were looked at stay below 0.048
CROSSED = 1 / 500  # of the rows; the worst of those files has 5 in 3,902
ROUNDING = 1e-6  # of the price: what adjusting by a factor can leave

ADJUSTED = 5e-4  # of the price: a dividend that must show in Adj Close
LONGEST = 60  # characters of a ticker, up to four bytes each: file systems allow 255

_PRICES = ("Open", "High", "Low", "Close", "Adj Close")
_AMOUNTS = ("Volume", "Dividends", "Stock Splits")
_KNOWN = ("Date", *_PRICES, *_AMOUNTS)
_BLANK = ("", "nan", "null")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]00:00:00)?")

_FIRST_DAY = np.datetime64(date.min)  # numpy knows a year 0 and before

Days = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Cells = Sequence[str] | Floats


@dataclass(frozen=True)
class FolderSource:
    """Reads `<TICKER>.csv` or `<TICKER>.parquet`; weekend rows are kept."""

    folder: Path

    @property
    def name(self) -> str:
        return f"folder {self.folder.resolve().name}"

    def load(self, assets: Iterable[Asset]) -> dict[str, Bars]:
        """Bars by ticker, without the tickers that have no file.

        MissingData if the folder is not there, BrokenData for a file that contradicts itself,
        CommandError for a ticker that would lead out of the folder.
        """
        if not self.folder.is_dir():
            raise MissingData(
                f"{self.folder}: no such folder. --data takes yahoo, sample, or a folder of files "
                "named <TICKER>.csv or <TICKER>.parquet."
            )
        files = {asset: self._file(asset.ticker) for asset in assets}
        return {asset.ticker: _bars(asset, path) for asset, path in files.items() if path}

    def facts(self, wanted: Iterable[Facts]) -> Mapping[str, FactTable]:
        """The tables of facts that lie among the prices."""
        return read_facts(self.folder, wanted)

    def _file(self, ticker: str) -> Path | None:
        path_like = any(mark in ticker for mark in ("/", "\\", ":", ".."))
        named = 0 < len(ticker) <= LONGEST and ticker.isprintable()
        if path_like or not named:
            raise CommandError(
                f"{ticker[:LONGEST]!r} is not a ticker: a folder is read by plain file names"
            )
        names = (self.folder / f"{ticker}{suffix}" for suffix in (".csv", ".parquet"))
        found = [path for path in names if path.exists()]
        if len(found) > 1:
            raise BrokenData(f"{found[0]}: {found[1].name} is there too. Keep one of the two.")
        return found[0] if found else None


@dataclass(frozen=True)
class _Text:
    """A file's cells by column, before anything is believed; `places` are their lines or rows."""

    path: Path
    unit: str
    places: Sequence[int]
    dates: Sequence[str] | Days
    cells: Mapping[str, Cells]
    ignored: tuple[str, ...]

    def error(self, row: int, rule: str, remedy: str = "") -> BrokenData:
        where = f"{self.path} {self.unit} {self.places[row]}"
        return BrokenData(f"{where}: {rule}. {remedy or f'Correct or delete that {self.unit}.'}")


@dataclass(frozen=True)
class _Table:
    """The same as dates and numbers; a blank is NaN, a column that is missing all NaN."""

    text: _Text
    days: pd.DatetimeIndex
    columns: Mapping[str, Floats]

    def __getitem__(self, name: str) -> Floats:
        return self.columns[name]

    def has(self, name: str) -> bool:
        return not bool(np.isnan(self[name]).all())

    def dated(self, mask: Mask) -> str:
        """How many rows, and the first of them, for a note."""
        count = int(mask.sum())
        return f"{count} row{'s' * (count > 1)} (first {self.days[mask][0]:%Y-%m-%d})"

    def refuse(self, mask: Mask, rule: str, remedy: str = "") -> None:
        """BrokenData for the first row of the mask; {Column:g} in the rule is its value."""
        if not mask.any():
            return
        row = int(mask.argmax())
        cells = {name: values[row] for name, values in self.columns.items()}
        raise self.text.error(row, f"{self.days[row]:%Y-%m-%d}, {rule.format_map(cells)}", remedy)


def _bars(asset: Asset, path: Path) -> Bars:
    try:
        text = _read_csv(path) if path.suffix == ".csv" else _read_parquet(path)
    except OSError as error:
        raise BrokenData(f"{path}: cannot be read ({error}). Correct or remove it.") from error
    table = _table(text)
    _check_days(table)
    _check_numbers(table, asset)
    crossed = _crossed(table)
    outside = _outside(table, asset, crossed)
    priced, basis = _kind(asset, table)
    keep = ~np.isnan(table[basis])
    _check_dropped(table, keep, basis, priced)
    frame = _frame(table, priced, basis, crossed)[keep]
    notes = tuple(_notes(table, priced, basis, crossed, outside))
    doubts = tuple(_mismatch(table)) if priced is Priced.SPLITS else ()
    return Bars(asset.ticker, frame, priced, notes=notes, doubts=doubts)


# Reading: the cells as they stand.


def _read_csv(path: Path) -> _Text:
    reader = csv.reader(io.StringIO(_decoded(path), newline=""), strict=True)
    try:
        numbered = [(reader.line_num, row) for row in reader if any(row)]
    except csv.Error as error:
        rule = f"not CSV ({error}). Save it as comma-separated text."
        raise BrokenData(f"{path} line {reader.line_num}: {rule}") from error
    if not numbered:
        raise _no_rows(path)
    header = [name.strip() for name in numbered[0][1]]
    ignored = _check_columns(path, header)
    for line, row in numbered:
        if len(row) != len(header):
            raise BrokenData(
                f"{path} line {line}: {len(row)} fields where the header has {len(header)}. "
                "Correct that line; a file cut short must be fetched again."
            )
    if len(numbered) == 1:
        raise _no_rows(path)
    lines, rows = zip(*numbered[1:], strict=True)
    cells = dict(zip(header, zip(*rows, strict=True), strict=True))
    return _Text(path, "line", lines, cells["Date"], cells, ignored)


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        rule = "not UTF-8 text. Save the file as CSV in UTF-8, or as .parquet."
        raise BrokenData(f"{path} line {line}: {rule}") from error


def _read_parquet(path: Path) -> _Text:
    try:
        # A file object: from a path, a folder called `name=value` would become a column.
        with path.open("rb") as file:
            frame, others = _known_columns(file)
    except (ValueError, KeyError, TypeError, NotImplementedError) as error:  # pyarrow's own errors
        raise _unreadable(path) from error
    if "Date" not in frame.columns and (
        isinstance(frame.index, pd.DatetimeIndex) or frame.index.name == "Date"
    ):
        frame = frame.rename_axis("Date").reset_index()
    frame.columns = [str(name) for name in frame.columns]
    ignored = _check_columns(path, [*frame.columns, *others])
    if frame.empty:
        raise _no_rows(path)
    try:
        dates = _dates(frame["Date"])
        cells = {name: _cells(frame[name]) for name in frame if name in _KNOWN[1:]}
    except (ValueError, NotImplementedError) as error:  # text and dates are decoded when looked at
        raise _unreadable(path) from error
    return _Text(path, "row", range(1, len(frame) + 1), dates, cells, ignored)


def _known_columns(file: BinaryIO) -> tuple[pd.DataFrame, list[str]]:
    """What can be used of a Parquet file, and the names of the other columns, which stay unread."""
    import pyarrow.parquet as pq

    parquet = pq.ParquetFile(file)
    schema = parquet.schema_arrow
    index = (schema.pandas_metadata or {}).get("index_columns", ())
    wanted = [name for name in schema.names if name in _KNOWN or name in index]
    others = [name for name in schema.names if name not in wanted]
    return parquet.read(wanted, use_threads=False).to_pandas(), others


def _dates(column: pd.Series) -> Sequence[str] | Days:
    """Days at once where the column holds nothing else."""
    naive = isinstance(column.dtype, np.dtype) and column.dtype.kind == "M"
    if naive and (column == column.dt.normalize()).all():  # an unknown day equals nothing
        return column.to_numpy().astype("datetime64[D]")
    return [str(day) for day in column]


def _cells(column: pd.Series) -> Cells:
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return column.to_numpy("float64", na_value=np.nan)
    return ["" if blank else str(cell) for cell, blank in zip(column, column.isna(), strict=True)]


def _unreadable(path: Path) -> BrokenData:
    return BrokenData(f"{path}: not a Parquet file that can be read. Write it anew.")


def _no_rows(path: Path) -> BrokenData:
    return BrokenData(f"{path}: no rows with a price. Fetch the file again, or remove it.")


def _check_columns(path: Path, names: Sequence[str]) -> tuple[str, ...]:
    """The names that are ignored; BrokenData if the others cannot make a price file."""
    listed = ", ".join(name[:30] for name in names[:12])
    wanted = "Wanted: Date, and Close or Adj Close, in Yahoo's spelling"
    if "Date" not in names or not {"Close", "Adj Close"} & set(names):
        raise BrokenData(f"{path}: wrong columns ({listed}). {wanted}, one ticker a file.")
    twice = [name for name in _KNOWN if names.count(name) > 1]
    if twice:
        raise BrokenData(f"{path}: column {twice[0]} appears twice. Keep one of the two.")
    ignored = tuple(name for name in names if name and name not in _KNOWN)
    spelled = {_folded(name): name for name in _KNOWN}
    for name in ignored:
        # To ignore `adj close` would turn raw prices into adjusted ones without a word.
        if _folded(name) in spelled:
            raise BrokenData(f"{path}: column {name!r} is spelled {spelled[_folded(name)]!r} here.")
    return ignored


def _folded(name: str) -> str:
    return re.sub(r"[\s_]", "", name).casefold()


# Converting: dates and numbers, or an error with its place.


def _table(text: _Text) -> _Table:
    days = _days(text)
    index = pd.DatetimeIndex(days.astype("datetime64[us]"), name="session")
    columns = {name: _numbers(text, name) for name in (*_PRICES, *_AMOUNTS)}
    return _Table(text, index, columns)


def _days(text: _Text) -> Days:
    if isinstance(text.dates, np.ndarray):
        return text.dates
    days = _plain(text.dates)
    if days is not None:
        return days
    parsed = [_day(text, row) for row in range(len(text.dates))]
    return np.array(parsed, dtype="datetime64[D]")


def _plain(dates: Sequence[str]) -> Days | None:
    """Dates that are all written as YYYY-MM-DD; None where one is not, which `_day` tells."""
    if not "".join(dates).replace("-", "").isdigit():  # numpy would take a zone, and warn
        return None
    try:
        days = np.array(dates, dtype="datetime64[D]")
    except ValueError:
        return None
    told = np.datetime_as_string(days).tolist() == list(dates)
    return days if told and bool((days >= _FIRST_DAY).all()) else None


def _day(text: _Text, row: int) -> date:
    cell = str(text.dates[row])
    match = _DAY.fullmatch(cell)
    try:
        if match:
            return date.fromisoformat(match[1])
    except ValueError:
        pass
    clock = cell[10:]
    if ":" not in clock:
        raise text.error(row, f"{cell[:40]!r} is not a date. Wanted: YYYY-MM-DD")
    if any(mark in clock for mark in "+-Z"):
        remedy = "Daily bars carry dates: drop the zone, with tz_localize(None) in pandas."
        raise text.error(row, f"{cell!r} carries a time zone", remedy)
    raise text.error(row, f"{cell!r} has a time of day", "Give daily bars, one row a session.")


def _numbers(text: _Text, name: str) -> Floats:
    cells = text.cells.get(name)
    if cells is None:
        return np.full(len(text.dates), np.nan)
    if isinstance(cells, np.ndarray):
        return cells
    try:
        if "_" not in "".join(cells):  # float() takes 1_000 for a number
            return np.array([float(cell or "nan") for cell in cells])
    except ValueError:
        pass
    return np.array([_number(text, name, row, cell) for row, cell in enumerate(cells)])


def _number(text: _Text, name: str, row: int, cell: str) -> float:
    if cell.strip().casefold() in _BLANK:
        return float("nan")
    try:
        if "_" not in cell:
            return float(cell)
    except ValueError:
        pass
    remedy = "Wanted: a plain number such as 1234.5, or nothing where it is unknown."
    raise text.error(row, f"{text.dates[row]}, {name} {cell[:40]!r} is not a number", remedy)


# Checking.


def _check_days(table: _Table) -> None:
    table.refuse(table.days.duplicated(), "the date appears twice")
    steps = np.diff(table.days.to_numpy().astype("datetime64[D]").astype("int64"), prepend=-(10**9))
    table.refuse(steps < 0, "the date is before the one above it", "Sort the file by Date.")


def _check_numbers(table: _Table, asset: Asset) -> None:
    for name, values in table.columns.items():
        shown = f"{name} {{{name}:g}}"
        table.refuse(np.isinf(values), f"{shown} is infinite")
        if name in _AMOUNTS:
            table.refuse(values < 0, f"{shown} is below 0")
        elif asset.kind is not Kind.INDEX:
            table.refuse(values <= 0, f"{shown} is a zero or negative price")


def _crossed(table: _Table) -> Mask:
    """Rows with high below low; BrokenData for large ones or many (see the head of this file)."""
    high, low = table["High"], table["Low"]
    size = np.maximum(np.abs(high), np.abs(low))
    crossed = low - high > ROUNDING * size
    rule = "high {High:g} is below low {Low:g}"
    table.refuse(crossed & (low - high > SLIP * size), rule)
    if crossed.sum() > CROSSED * len(crossed):
        share = f"{rule} ({crossed.sum()} of {len(crossed)} rows)"
        table.refuse(crossed, share, "Correct those rows, or clear their High and Low.")
    return crossed


def _outside(table: _Table, asset: Asset, crossed: Mask) -> Mask:
    """Rows with open or close outside low to high; BrokenData if far out in a tradable line."""
    high, low = table["High"], table["Low"]
    outside = np.zeros(len(crossed), dtype=bool)
    for name in ("Open", "Close"):
        price = table[name]
        beyond = np.where(crossed, 0.0, np.fmax(price - high, low - price))
        if asset.tradable:
            rule = f"{name} {{{name}:g}} is far outside low {{Low:g}} to high {{High:g}}"
            table.refuse(beyond > SLIP * price, rule)
        outside |= beyond > ROUNDING * np.abs(price)
    return outside


def _check_dropped(table: _Table, keep: Mask, basis: str, priced: Priced) -> None:
    """A dividend or split must not vanish with a row that has no price."""
    if not keep.any():
        raise _no_rows(table.text.path)
    remedy = "Move it to the next row that has one, or clear it."
    splits = np.nan_to_num(table["Stock Splits"])
    table.refuse(
        ~keep & (splits != 0) & (splits != 1) & (priced is not Priced.LEVEL),
        f"a split of {{Stock Splits:g}} stands in a row without {basis}",
        remedy,
    )
    paid = ~keep & (table["Dividends"] > 0) & (priced is Priced.SPLITS)
    table.refuse(paid, f"a dividend of {{Dividends:g}} stands in a row without {basis}", remedy)


def _mismatch(table: _Table) -> Iterator[str]:
    """Where the adjusted closes and the dividends of a file contradict each other."""
    ratio = table["Adj Close"] / table["Close"]
    moved = np.abs(np.diff(ratio, prepend=ratio[:1]) / ratio) > ADJUSTED
    paid = np.nan_to_num(table["Dividends"]) / table["Close"] > ADJUSTED
    if (moved & ~paid).any():
        yield f"Adj Close is adjusted on {table.dated(moved & ~paid)} without a dividend"
    if (paid & ~moved).any():
        yield f"a dividend on {table.dated(paid & ~moved)} is not in Adj Close"


# Making bars.


def _kind(asset: Asset, table: _Table) -> tuple[Priced, str]:
    """What the prices are adjusted for, and the column that is the close."""
    close = "Close" if table.has("Close") else "Adj Close"
    if asset.kind in (Kind.INDEX, Kind.CURRENCY):
        return Priced.LEVEL, close
    if close == "Close" and table.has("Adj Close"):
        if table.has("Dividends"):
            return Priced.SPLITS, "Close"
        return Priced.DIVIDENDS, "Adj Close"
    return Priced.DIVIDENDS, close


def _frame(table: _Table, priced: Priced, basis: str, crossed: Mask) -> pd.DataFrame:
    # Without a Close the ratio is NaN, and so are open, high and low: nothing says their scale.
    scale = table[basis] / table["Close"] if basis == "Adj Close" else np.ones(len(crossed))
    credited = 1.0 if priced is Priced.SPLITS else 0.0
    columns = (
        table["Open"] * scale,
        np.where(crossed, np.nan, table["High"] * scale),
        np.where(crossed, np.nan, table["Low"] * scale),
        table[basis],
        table["Volume"],
        np.nan_to_num(table["Dividends"]) * credited,
        table["Stock Splits"],
    )
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)), index=table.days)


def _notes(table: _Table, priced: Priced, basis: str, crossed: Mask, outside: Mask) -> list[str]:
    notes = []
    if table.text.ignored:
        notes.append(f"columns ignored: {', '.join(table.text.ignored)}")
    if basis == "Adj Close" and table.has("Close"):
        notes.append("no dividends in the file: open, high, low, close scaled by Adj Close / Close")
    counted = {
        f"without {basis} dropped": np.isnan(table[basis]),
        "with a dividend that is not credited: the prices are taken as adjusted for it": (
            (table["Dividends"] > 0) & (priced is Priced.DIVIDENDS)
        ),
        "with high below low, both taken as unknown": crossed,
        "with open or close outside low to high, kept as they are": outside,
    }
    return notes + [f"{table.dated(mask)} {what}" for what, mask in counted.items() if mask.any()]
