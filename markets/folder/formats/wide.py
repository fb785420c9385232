"""Files that somebody made: closes of many lines side by side, and our columns from Excel."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from markets.folder.formats.cells import Dates, Numbers
from markets.folder.formats.columns import (
    ColumnFormat,
    side_by_side,
    spelling,
    table_from,
)
from markets.folder.formats.format import About, Adjusted, Format, Quotes, Told
from markets.folder.formats.head import Head
from markets.folder.formats.yahoo import by_columns
from markets.folder.names import ticker_of_code
from markets.folder.price_file import (
    AMOUNTS,
    ONE_PRICE,
    PRICES,
    REVERSED,
    Table,
    chosen,
    newest_first,
    no_rows,
    one_price,
    table_of,
)
from markets.folder.wide_parquet import closes_of, number_columns
from newsfolio.errors import BrokenData

_DATES = ("", "Date", "date", "Datetime", "日期", "Datum", "Fecha")
TICKER = re.compile(r"\^?[A-Z0-9][A-Z0-9.=^-]*|(?:sh|sz|bj)\.?\d{6}")
_NOTICKERS = frozenset(
    ("OPEN", "HIGH", "LOW", "CLOSE", "VOLUME", "PRICE", "VALUE", "RATE", "LEVEL", "INDEX")
)


@dataclass(frozen=True)
class WideFormat:
    """A date and the close of each line, under its ticker; blank where it did not trade."""

    name: str = "wide"
    about: About = About(
        "closes side by side", "`Date,AAPL,0700.HK,…`: a date, and tickers for columns",
        "not said: a price return with a doubt, unless `--vendor` says it", "none",
        dates="2026-01-02, or as Excel writes it",
    )  # fmt: skip
    dates: Dates = Dates.BY_FILE
    numbers: Mapping[str, Numbers] = field(default_factory=dict)

    def fits(self, head: Head) -> bool:
        return self._dated(head) and not self.strange(head)

    def strange(self, head: Head) -> tuple[str, ...]:
        """Its columns that are no tickers; where none is one, it is no such file."""
        return no_tickers(head.header[1:]) if self._dated(head) else ()

    @staticmethod
    def _dated(head: Head) -> bool:
        return len(head.header) > 1 and head.header[0] in _DATES

    def their_name(self, ours: str) -> str:
        return ours

    def lines(self, head: Head) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(ticker_of_code, head.header[1:])))

    def read(self, head: Head, ticker: str, vendor: Told) -> Quotes:
        places = {"Date": 0, "Close": 1 + _place(head.path, head.header[1:], ticker)}
        lines, cells = side_by_side(head, 1, places)
        if not lines:
            raise no_rows(head.path)
        table, decided = table_from(head, lines, cells, self, vendor.dates)
        return self._quotes(table, vendor, decided, *spelling(head))

    def read_parquet(self, path: Path, ticker: str, vendor: Told) -> Quotes:
        """The same of a Parquet file with a column of days and one of numbers a ticker."""
        columns = number_columns(path)
        text = closes_of(path, columns[_place(path, columns, ticker)])
        return self._quotes(table_of(text), vendor)

    def _quotes(self, table: Table, vendor: Told, *words: str) -> Quotes:
        table = one_price(chosen(table, ~np.isnan(table["Close"])))
        backwards = newest_first(table)
        if backwards:
            table = chosen(table, slice(None, None, -1))
        how = "; ".join(filter(None, (*words, REVERSED * backwards)))
        note = f"read as {self.about.title}{': ' * bool(how)}{how}"
        return Quotes(table, vendor.adjusted or Adjusted.CLOSES, (note, ONE_PRICE))


def no_tickers(names: Sequence[str]) -> tuple[str, ...]:
    """Those of some names of columns that are none."""
    return tuple(
        name for name in names
        if not (TICKER.fullmatch(name) and name not in _NOTICKERS and ticker_of_code(name))
    )  # fmt: skip


def _place(path: Path, names: Sequence[str], ticker: str) -> int:
    """Of the one column of a line; BrokenData where there are two."""
    places = _places(tuple(names))[ticker]
    if len(places) > 1:
        raise BrokenData(f"{path}: {ticker} stands in two columns. Keep one of them.")
    return places[0]


@lru_cache(maxsize=16)
def _places(names: tuple[str, ...]) -> dict[str, list[int]]:
    """The columns of each ticker."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        places.setdefault(ticker_of_code(name), []).append(place)
    return places


# --- our columns as Excel saves them -------------------------------------------------------------

_OURS = ("Date", *PRICES, *AMOUNTS)
_ON_THE_PAGE = {
    "Close Close price adjusted for splits.": "Close",
    "Adj Close Adjusted close price adjusted for splits and dividend and/or capital gain "
    "distributions.": "Adj Close",
}
"""What Yahoo's table of a line says of its columns, as it is copied from the page; recalled."""


def _resaved(head: Head) -> bool:
    """Other cells between the delimiters than Yahoo and yfinance write."""
    dated = head.cell("Date")
    return head.delimiter != "," or "/" in dated or "." in dated or dated[:3].isalpha()


EXCEL = ColumnFormat(
    "yahoo-excel",
    About("Yahoo's columns from Excel", "Yahoo's columns with semicolons or tabs, decimal "
          "commas, or dates such as 31.01.2026", "as Yahoo's", "shares, split-adjusted",
          dates="31.01.2026, 1/31/2026"),
    {name: name for name in _OURS} | _ON_THE_PAGE,
    optional=frozenset({*_OURS[1:], *_ON_THE_PAGE}), dates=Dates.BY_FILE, finish=by_columns,
    tells=lambda head: _resaved(head)
    and bool({"Close", "Adj Close", *_ON_THE_PAGE} & set(head.header)),
)  # fmt: skip

WIDE = WideFormat()
FORMATS: tuple[Format, ...] = (EXCEL, WIDE)
