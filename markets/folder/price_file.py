"""One price file in Yahoo's columns: its cells as they stand, and as dates and numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from markets.reference.csv_file import csv_columns, csv_rows
from newsfolio.errors import BrokenData

AMOUNTS = ("Volume", "Dividends", "Stock Splits", "Capital Gains")
PRICES = ("Open", "High", "Low", "Close", "Adj Close")
KNOWN = ("Date", *PRICES, *AMOUNTS)
_BLANK = ("", "nan", "null")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]00:00:00)?")
_FIRST_DAY = np.datetime64(date.min)  # numpy knows a year 0 and before
_EARLIEST, _LATEST = np.datetime64("1678-01-01"), np.datetime64("2261-12-31")
"""What nanoseconds can count, which pandas and the store do."""
_PIECE = 100_000  # dates that are text of numpy's at a time, 112 bytes each

Days = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Cells = Sequence[str] | Floats


@dataclass(frozen=True)
class FileText:
    """A file's cells by column, before anything is believed; `places` are their lines or rows."""

    path: Path
    unit: str
    places: Sequence[int] | npt.NDArray[np.int64]
    dates: Sequence[str] | Days
    cells: Mapping[str, Cells]
    ignored: tuple[str, ...]

    def error(self, row: int, rule: str, remedy: str = "") -> BrokenData:
        where = f"{self.path} {self.unit} {self.places[row]}"
        return BrokenData(f"{where}: {rule}. {remedy or f'Correct or delete that {self.unit}.'}")


@dataclass(frozen=True)
class Table:
    """The same as dates and numbers; a blank is NaN, a column that is missing all NaN."""

    text: FileText
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


def chosen(table: Table, rows: Mask | slice) -> Table:
    """Some rows of a table, or all of them in another order."""
    text = replace(table.text, places=np.asarray(table.text.places)[rows],
                   dates=np.asarray(table.text.dates)[rows])  # fmt: skip
    columns = {name: values[rows] for name, values in table.columns.items()}
    return Table(text, table.days[rows], columns)


REVERSED = "newest first, reversed"


def newest_first(table: Table) -> bool:
    """Whether the first row is the latest."""
    return len(table.days) > 1 and bool(table.days[0] > table.days[-1])


ONE_PRICE = "closes alone: an order of a close fills at the next close"


_WITHIN = frozenset({"Open", "High", "Low"})


def closes_alone(names: Collection[str]) -> bool:
    """Whether columns by our names have no price of a session but its close."""
    return not _WITHIN & set(names)


def one_price(table: Table) -> Table:
    """Each session's only price as its open too, so that an order of a close can fill at it."""
    name = "Close" if table.has("Close") else "Adj Close"
    close = {name: table[name]}  # first: what is wrong with it is said of a close
    return replace(table, columns={**close, **table.columns, "Open": table[name]})


# --- reading -----------------------------------------------------------------------------------


def read_csv(path: Path, encoding: str = "utf-8-sig") -> FileText:
    """The cells of a CSV file; BrokenData with the line that is wrong."""
    rows = csv_rows(path, encoding)
    header = [name.strip() for name in next(rows, (0, []))[1]]
    if not header:
        raise no_rows(path)
    ignored = check_columns(path, header)
    places = {name: place for place, name in enumerate(header) if name in KNOWN}
    lines, cells = csv_columns(path, rows, len(header), places)
    if not lines:
        raise no_rows(path)
    return FileText(path, "line", lines, cells["Date"], cells, ignored)


def no_rows(path: Path) -> BrokenData:
    """What to say of a file that has no price."""
    return BrokenData(f"{path}: no rows with a price. Fetch the file again, or remove it.")


def check_columns(path: Path, names: Sequence[str], nearest: str = "") -> tuple[str, ...]:
    """The names that are ignored; BrokenData if the others cannot make a price file.

    nearest: what to say instead of the columns that are wanted.
    """
    listed = ", ".join(name[:30] for name in names[:12])
    wanted = "Wanted: Date, and Close or Adj Close, in Yahoo's spelling, one ticker a file."
    if "Date" not in names or not {"Close", "Adj Close"} & set(names):
        raise BrokenData(f"{path}: wrong columns ({listed}). {nearest or wanted}")
    twice = [name for name in KNOWN if names.count(name) > 1]
    if twice:
        raise BrokenData(f"{path}: column {twice[0]} appears twice. Keep one of the two.")
    ignored = tuple(name for name in names if name and name not in KNOWN)
    misspelled(path, ignored)
    return ignored


def misspelled(path: Path, names: Sequence[str]) -> None:
    """BrokenData for a column that is ours under another name, before it is ignored."""
    spelled = {_folded(name): name for name in KNOWN} | _ALSO
    for name in names:
        # To ignore `adj close` would turn raw prices into adjusted ones without a word.
        spelling = spelled.get(_folded(name)) or ("Adj Close" if _adjusted(name) else "")
        if spelling:
            raise BrokenData(f"{path}: column {name!r} is spelled {spelling!r} here.")


_ALSO = {
    "adjustedclose": "Adj Close", "closelast": "Close", "dividend": "Dividends",
    "dividendamount": "Dividends", "divcash": "Dividends", "split": "Stock Splits",
    "stocksplit": "Stock Splits", "splits": "Stock Splits", "splitcoefficient": "Stock Splits",
    "splitfactor": "Stock Splits", "capitalgain": "Capital Gains",
}  # fmt: skip
"""What other vendors call our columns."""


def _adjusted(name: str) -> bool:
    """Whether a column is some adjusted close, whatever else its name says."""
    folded = _folded(name)
    return "adj" in folded and ("close" in folded or "last" in folded)


def _folded(name: str) -> str:
    """Letters and digits alone, in lower case."""
    return re.sub(r"[\W_]", "", name).casefold()


# --- converting --------------------------------------------------------------------------------


def table_of(text: FileText) -> Table:
    """Dates and numbers; BrokenData with the place of a cell that is neither."""
    days = _days(text)
    index = pd.DatetimeIndex(days.astype("datetime64[us]"), name="session")
    columns = {name: _numbers(text, name) for name in (*PRICES, *AMOUNTS)}
    return Table(text, index, columns)


def _days(text: FileText) -> Days:
    days = text.dates if isinstance(text.dates, np.ndarray) else _plain(text.dates)
    if days is None:
        parsed = [_day(text, row) for row in range(len(text.dates))]
        days = np.array(parsed, dtype="datetime64[D]")
    return bounded(text, days)


def bounded(text: FileText, days: Days) -> Days:
    """Dates that bars can have; BrokenData with the place of another."""
    beyond = (days < _EARLIEST) | (days > _LATEST)
    if beyond.any():
        row = int(beyond.argmax())
        raise text.error(row, f"{days[row]} lies outside the years 1678 to 2261, which are read")
    return days


def _plain(dates: Sequence[str]) -> Days | None:
    """Dates that are all written as YYYY-MM-DD; None where one is not, which `_day` tells."""
    if not "".join(dates).replace("-", "").isdigit():  # numpy would take a zone, and warn
        return None
    try:
        days = np.array(dates, dtype="datetime64[D]")
    except ValueError:
        return None
    plain = all(
        np.datetime_as_string(days[at : at + _PIECE]).tolist() == list(dates[at : at + _PIECE])
        for at in range(0, len(days), _PIECE)
    )
    return days if plain and bool((days >= _FIRST_DAY).all()) else None


def _day(text: FileText, row: int) -> date:
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


def _numbers(text: FileText, name: str) -> Floats:
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


def _number(text: FileText, name: str, row: int, cell: str) -> float:
    if cell.strip().casefold() in _BLANK:
        return float("nan")
    try:
        if "_" not in cell:
            return float(cell)
    except ValueError:
        pass
    remedy = "Wanted: a plain number such as 1234.5, or nothing where it is unknown."
    raise text.error(row, f"{text.dates[row]}, {name} {cell[:40]!r} is not a number", remedy)
