"""A format of text that is told by its columns: which of them is what, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd

from markets.folder.formats.cells import Dates, Numbers, days_of, decimal_of, floats_of
from markets.folder.formats.format import About, Adjusted, Quotes, Told
from markets.folder.formats.head import Head
from markets.folder.names import ticker_of_code, ticker_of_file
from markets.folder.price_file import (
    AMOUNTS,
    ONE_PRICE,
    PRICES,
    REVERSED,
    FileText,
    Floats,
    Mask,
    Table,
    bounded,
    chosen,
    closes_alone,
    newest_first,
    no_rows,
    one_price,
)
from markets.reference.csv_file import (
    Row,
    RowGroup,
    TextColumns,
    csv_columns,
    csv_groups,
    csv_rows,
)
from markets.reference.plain_file import state_of
from newsfolio.errors import BrokenData

DATE, CODE = "Date", "Code"
AMOUNT, REFERENCE = "Amount", "Reference"
"""Money of the day's turnover; the close that the venue counts the day's move from."""
_NUMBERS = (*PRICES, *AMOUNTS, AMOUNT, REFERENCE)


KEPT = 32_000_000
"""Cells of a file that are kept from one of its lines to the next: 512 MB."""


@dataclass(frozen=True)
class Draft:
    """The rows of one line on their way: as the file has them, oldest first.

    texts: columns that are neither dates nor numbers. said: parts of the one note, how the file was
    read and what was assumed. found: notes on rows.
    """

    form: ColumnFormat
    ticker: str
    told: Told
    table: Table
    texts: Mapping[str, Sequence[str]]
    said: tuple[str, ...] = ()
    found: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Floats:
        return self.table[name]

    def saying(self, *words: str) -> Draft:
        return replace(self, said=(*self.said, *(word for word in words if word)))

    def scaled(self, **columns: Floats) -> Draft:
        """With other numbers; `Adj_Close` stands for Adj Close."""
        changed = {name.replace("_", " "): values for name, values in columns.items()}
        return replace(self, table=replace(self.table, columns={**self.table.columns, **changed}))

    def without(self, rows: Mask, why: str) -> Draft:
        """Less some rows, with a note that counts them."""
        if not rows.any():
            return self
        note = f"{self.table.dated(rows)} {why}"
        texts = {name: _kept(cells, ~rows) for name, cells in self.texts.items()}
        return replace(self, table=chosen(self.table, ~rows), texts=texts,
                       found=(*self.found, note))  # fmt: skip

    def only_sessions(self) -> Draft:
        """Less the rows of days on which the line was suspended, which repeat the close before."""
        status = self.texts.get("Status")
        if status is None:
            return self
        idle = np.array([cell.strip() == "0" for cell in status])
        return self.without(idle, "of suspended days dropped")

    def assumed(self, adjusted: Adjusted, *words: str) -> Quotes:
        """What the vendor is known for, unless `--vendor` names it and says another."""
        stated = self.told.adjusted if self.form.name in self.told.vendors else None
        return self.quotes(stated or adjusted, *((self.told.said, *words[1:]) if stated else words))

    def quotes(self, adjusted: Adjusted, *words: str, readings: str = "") -> Quotes:
        """What the file says; `words` end the note on how it was read."""
        columns = {name: values for name, values in self.table.columns.items()
                 if name in PRICES or name in AMOUNTS}  # fmt: skip
        how = "; ".join(part for part in (*self.said, *words) if part)
        note = f"read as {self.form.about.title}{': ' * bool(how)}{how}"
        table = replace(self.table, columns=columns)
        return Quotes(table, adjusted, (note, *self.found), readings)


def _plainly(draft: Draft) -> Quotes:
    return draft.assumed(draft.form.adjusted, draft.form.assumed)


@dataclass(frozen=True)
class ColumnFormat:
    """A format with a header of known columns.

    columns: the vendor's names and ours, "" for one that is not read. optional: those of them that
    may be missing. adjusted, assumed: what prices are, and what is taken on trust, for the note.
    tells: what else must be so in the first rows. finish: what is done with the rows.
    """

    name: str
    about: About
    columns: Mapping[str, str]
    adjusted: Adjusted = Adjusted.UNSAID
    assumed: str = ""
    optional: frozenset[str] = frozenset()
    dates: Dates = Dates.ISO
    numbers: Mapping[str, Numbers] = field(default_factory=dict)
    tells: Callable[[Head], bool] = lambda head: True
    finish: Callable[[Draft], Quotes] = _plainly
    trailer: bool = False

    def fits(self, head: Head) -> bool:
        return self.has_columns(head) and self.tells(head)

    def has_columns(self, head: Head) -> bool:
        """Whether the header has all columns and no others; one without a name is an index."""
        names = [name for name in head.header if name]
        ours = [name for name in self._names(head) if name]
        needed = self.columns.keys() - self.optional
        once = len(set(names)) == len(names) and len(set(ours)) == len(ours)
        return once and needed <= set(names) <= self.columns.keys()

    def lines(self, head: Head) -> tuple[str, ...]:
        """The tickers of a column of codes, all of them; none where the file's name is enough."""
        named = ticker_of_file(head.path.name)
        if CODE not in self._names(head) or (
            named and named == self._ticker(head.cell(self.their_name(CODE)))
        ):
            return ()
        codes = groups_of(head, self._names(head).index(CODE))
        return tuple(sorted({*filter(None, map(self._ticker, codes))}))

    def read(self, head: Head, ticker: str, vendor: Told) -> Quotes:
        return self.finish(self.draft(head, ticker, vendor))

    def draft(self, head: Head, ticker: str, vendor: Told) -> Draft:
        """The rows of one line as dates and numbers, oldest first."""
        names = self._names(head)
        wanted = {name: place for place, name in enumerate(names) if name}
        rows = self._rows(head, ticker)
        wanted.pop(CODE, None)
        lines, cells = csv_columns(head.path, rows, len(names), wanted)
        if not lines:
            raise no_rows(head.path)
        table, decided = table_from(head, lines, cells, self, vendor.dates)
        texts = {name: list(cells[name]) for name in wanted if name not in (DATE, *_NUMBERS)}
        draft = Draft(self, ticker, vendor, table, texts)
        if closes_alone(wanted):
            draft = replace(draft, table=one_price(table), found=(ONE_PRICE,))
        reading = decided if self.dates is Dates.BY_FILE else ""
        return oldest_first(draft.saying(reading, *spelling(head)))

    def ignored(self, head: Head) -> str:
        """What a note says of columns that are neither read nor known, "" for none."""
        names = [name for name in head.header if name and name not in self.columns]
        return f"columns ignored: {', '.join(names)[:80]}" if names else ""

    def their_name(self, ours: str) -> str:
        """What the vendor calls one of our columns."""
        return next((theirs for theirs, name in self.columns.items() if name == ours), ours)

    def _names(self, head: Head) -> list[str]:
        """Our names of the columns of a file, in its order."""
        return [self.columns.get(name, "") for name in head.header]

    def _ticker(self, code: str) -> str:
        """The ticker in Yahoo's spelling of a code in the file, "" if it is none."""
        return ticker_of_code(code)

    def _rows(self, head: Head, ticker: str) -> Iterator[Row]:
        """The rows under the header; of a file with codes those of the line."""
        if CODE in self._names(head):
            return self._of_line(head, self._names(head).index(CODE), ticker)
        rows = csv_rows(head.path, head.encoding, head.delimiter)
        next(rows, None)
        return _without_trailer(rows) if self.trailer else rows

    def _of_line(self, head: Head, place: int, ticker: str) -> Iterator[Row]:
        """Refuses, where the file is named like the line, rows of another one."""
        path, groups = head.path, groups_of(head, place)
        others = {code: group for code, group in groups.items() if self._ticker(code) != ticker}
        if ticker in (path.stem, ticker_of_file(path.name)):
            for code, group in others.items():
                raise BrokenData(
                    f"{path} line {group.first_line}: a row of {code[:30]!r} in a file of "
                    f"{ticker}. Keep one line a file."
                )
        require_codes(path, groups, head.header[place])
        own = [group for code, group in groups.items() if code not in others]
        return merge(*own)


class Writing(Protocol):
    """How a vendor writes dates and numbers, and what it calls our columns."""

    @property
    def dates(self) -> Dates: ...

    @property
    def numbers(self) -> Mapping[str, Numbers]: ...

    def their_name(self, ours: str) -> str: ...


def table_from(
    head: Head, lines: Sequence[int], cells: Mapping[str, Sequence[str]], form: Writing,
    stated: str = "",
) -> tuple[Table, str]:  # fmt: skip
    """Cells by our names as dates and numbers, and what had to be decided about the dates.

    BrokenData names the line of a cell that is neither.
    """
    text = FileText(head.path, "line", lines, (), {}, ())

    def wrong(row: int, rule: str, remedy: str) -> BrokenData:
        return text.error(row, rule, remedy)

    days, decided = days_of(cells[DATE], form.dates, stated, wrong)
    bounded(text, days)
    prices = {name: cells[name] for name in PRICES if name in cells}
    # A German spreadsheet writes 31.01.2026,"1,234" between commas too, a French one 31/01/2026.
    by_file = head.delimiter != "," or (
        form.dates is Dates.BY_FILE and ("." in cells[DATE][0] or "Close" not in form.numbers)
        and any("," in cell for column in prices.values() for cell in column)
    )  # fmt: skip
    columns, usual = {}, Numbers(decimal_of(prices, wrong) if by_file else ".")
    for name in _NUMBERS:
        if name not in cells:
            columns[name] = np.full(len(lines), np.nan)
            continue
        numbers = form.numbers.get(name, usual)
        if by_file:
            numbers = replace(numbers, decimal=usual.decimal)
        columns[name] = floats_of(cells[name], form.their_name(name), numbers, wrong)
    index = pd.DatetimeIndex(days.astype("datetime64[us]"), name="session")
    return Table(replace(text, dates=days), index, columns), decided


def side_by_side(
    head: Head, above: int, places: Mapping[str, int]
) -> tuple[Sequence[int], Mapping[str, Sequence[str]]]:
    """The cells of some columns under so many rows of header; rows of a date alone are left out.

    A file with columns of many lines is kept for the next of them, unless it has too many cells.
    """
    kept = _kept_columns(head, above, state_of(head.path))
    if kept is None:
        return csv_columns(head.path, _filled(head, above), len(head.header), places)
    lines, cells = kept
    return lines, {name: cells[str(place)] for name, place in places.items()}


@lru_cache(maxsize=1)
def _kept_columns(
    head: Head, above: int, changed: tuple[int, ...]
) -> tuple[Sequence[int], TextColumns] | None:
    """All of them; None for more than KEPT."""
    del changed
    width, rows = len(head.header), _filled(head, above)
    places = {str(place): place for place in range(width)}
    lines, cells = csv_columns(head.path, islice(rows, KEPT // width), width, places)
    return (lines, cells) if next(rows, None) is None else None


def groups_of(head: Head, place: int) -> Mapping[str, RowGroup]:
    """The rows by their cell in a place; one reading of the file serves all its lines."""
    return _kept_groups(head, place, state_of(head.path))


def require_codes(path: Path, groups: Mapping[str, RowGroup], column: str) -> None:
    """BrokenData for a file without rows, and for a row of which nothing tells whose it is."""
    if not groups:
        raise no_rows(path)
    if column in groups:
        rule = "the header stands there again. Keep one file of one header; import them apart."
        raise BrokenData(f"{path} line {groups[column].first_line}: {rule}")
    if "" in groups:
        rule = f"nothing under {column!r} tells whose the row is. Correct or delete that line."
        raise BrokenData(f"{path} line {groups[''].first_line}: {rule}")


@lru_cache(maxsize=1)
def _kept_groups(head: Head, place: int, changed: tuple[int, ...]) -> Mapping[str, RowGroup]:
    del changed
    return csv_groups(head.path, head.encoding, head.delimiter, place)


def _filled(head: Head, above: int) -> Iterator[Row]:
    rows = islice(csv_rows(head.path, head.encoding, head.delimiter), above, None)
    width = len(head.header)
    return (row for row in rows if len(row[1]) != width or any(row[1][1:]))


def spelling(head: Head) -> Iterator[str]:
    """What the note says of how the text was written."""
    if not head.encoding.startswith("utf"):
        yield f"text in {'GBK' if head.encoding == 'gb18030' else head.encoding}"
    if head.delimiter != ",":
        yield "semicolons between cells" if head.delimiter == ";" else "tabs between cells"


def _without_trailer(rows: Iterator[Row]) -> Iterator[Row]:
    """Less a last row that holds nothing but a number: the length of the answer."""
    before: Row | None = None
    for row in rows:
        if before is not None:
            yield before
        before = row
    if before is not None and not (len(before[1]) == 1 and before[1][0].strip().isdigit()):
        yield before


def _kept(cells: Sequence[str], rows: Mask) -> list[str]:
    return [cell for cell, keep in zip(cells, rows, strict=True) if keep]


def oldest_first(draft: Draft) -> Draft:
    """Reversed, and said so, where the first row is the latest."""
    if not newest_first(draft.table):
        return draft
    backwards = slice(None, None, -1)
    texts = {name: list(cells)[backwards] for name, cells in draft.texts.items()}
    draft = replace(draft, table=chosen(draft.table, backwards), texts=texts)
    return draft.saying(REVERSED)
