"""Rows of many lines under each other: a date, a ticker, and prices in Yahoo's columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from markets.folder.formats.cells import Dates
from markets.folder.formats.columns import CODE, ColumnFormat, Draft, oldest_first
from markets.folder.formats.format import About, Format, Quotes, Told
from markets.folder.formats.head import Head
from markets.folder.formats.wide import TICKER
from markets.folder.formats.yahoo import by_columns
from markets.folder.names import ticker_of_code, ticker_of_file
from markets.folder.price_file import (
    AMOUNTS,
    ONE_PRICE,
    PRICES,
    closes_alone,
    misspelled,
    one_price,
    table_of,
)
from markets.folder.stacked_parquet import codes_of, is_large_stack, names_in, rows_of
from newsfolio.errors import BrokenData

_CODES = ("ticker", "symbol", "name")
_OURS = ("Date", *PRICES, *AMOUNTS)
_ROWS = 5
"""First rows whose tickers are looked at."""


@dataclass(frozen=True)
class LongFormat(ColumnFormat):
    """Columns in any case; others may stand among them, as exchanges have more to say."""

    def has_columns(self, head: Head) -> bool:
        ours = [name for name in self._names(head) if name]
        return (
            len(set(ours)) == len(ours)
            and {"Date", CODE} <= set(ours)
            and bool({"Close", "Adj Close"} & set(ours))
        )

    def _names(self, head: Head) -> list[str]:
        return _our_names(head.header)

    def draft(self, head: Head, ticker: str, vendor: Told) -> Draft:
        names = self._names(head)
        strange = [name for name, ours in zip(head.header, names, strict=True) if name and not ours]
        return super().draft(head, ticker, vendor).saying(_ignored(head.path, strange))

    def read_parquet(self, path: Path, ticker: str, vendor: Told) -> Quotes:
        """The same of a Parquet file that is too large for text."""
        stack = _stack_in(path)
        codes = codes_of(path, stack.code)
        if "" in codes:
            raise BrokenData(f"{path}: rows without a {stack.code}. Delete them, or name them.")
        own = [code for code in codes if ticker_of_code(code) == ticker]
        others = [code for code in codes if code not in own]
        if others and ticker in (path.stem, ticker_of_file(path.name)):
            raise BrokenData(
                f"{path}: rows of {others[0][:30]!r} in a file of {ticker}. Keep one line a file."
            )
        text = rows_of(path, stack.numbers, stack.date, stack.code, own)
        draft = Draft(self, ticker, vendor, table_of(text), {})
        if closes_alone(text.cells):
            draft = replace(draft, table=one_price(draft.table), found=(ONE_PRICE,))
        return self.finish(oldest_first(draft.saying(_ignored(path, stack.strange))))

    def large_lines(self, path: Path) -> tuple[str, ...]:
        """The tickers in a Parquet file that is too large for text; none where it is no such."""
        stack = _stack_in(path)
        if not is_large_stack(path, stack.numbers, stack.date, stack.code):
            return ()
        return tuple(sorted({*filter(None, map(ticker_of_code, codes_of(path, stack.code)))}))


@dataclass(frozen=True)
class _StackedColumns:
    """What a Parquet file of many lines calls its columns; `numbers` are theirs and ours."""

    date: str
    code: str
    numbers: Mapping[str, str]
    strange: tuple[str, ...]


def _stack_in(path: Path) -> _StackedColumns:
    header = names_in(path)
    pairs = dict(zip(header, _our_names(header), strict=True))
    place = {ours: theirs for theirs, ours in pairs.items() if ours}
    return _StackedColumns(
        place.pop("Date", ""), place.pop(CODE, ""),
        {theirs: ours for ours, theirs in place.items()},
        tuple(theirs for theirs, ours in pairs.items() if not ours),
    )  # fmt: skip


def _our_names(header: Sequence[str]) -> list[str]:
    folded = {name.casefold(): name for name in _OURS} | dict.fromkeys(_CODES, CODE)
    names = [folded.get(name.casefold(), "") for name in header]
    if names.count(CODE) > 1:  # a company's name beside its ticker
        names = ["" if their.casefold() == "name" else ours
                 for their, ours in zip(header, names, strict=True)]  # fmt: skip
    return names


def _ignored(path: Path, strange: Sequence[str]) -> str:
    misspelled(path, strange)
    return f"columns ignored: {', '.join(strange)[:80]}" if strange else ""


def _of_tickers(head: Head) -> bool:
    """Whether the column of codes holds tickers, and no names of companies."""
    names = LONG._names(head)
    place = names.index(CODE)
    cells = [row[place] for _, row in head.rows[1 : 1 + _ROWS] if len(row) > place]
    return bool(cells) and all(
        TICKER.fullmatch(cell.strip()) and ticker_of_code(cell) for cell in cells
    )


LONG = LongFormat(
    "long",
    About("lines under each other", "`Date,Ticker,Close` or more of Yahoo's columns, in any case; "
          "the column of tickers may be called `Symbol` or `Name`", "as Yahoo's"),
    {}, dates=Dates.BY_FILE, finish=by_columns, tells=_of_tickers,
)  # fmt: skip
FORMATS: tuple[Format, ...] = (LONG,)
