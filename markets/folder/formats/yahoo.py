"""Yahoo's own columns, as its site and yfinance write them; also the form that is ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

import numpy as np

from markets.folder.formats.cells import Dates, Numbers, days_of
from markets.folder.formats.columns import ColumnFormat, Draft, side_by_side, table_from
from markets.folder.formats.format import About, Adjusted, Format, Quotes, Told
from markets.folder.formats.head import Head
from markets.folder.price_file import (
    AMOUNTS,
    ONE_PRICE,
    PRICES,
    FileText,
    Table,
    chosen,
    closes_alone,
    no_rows,
    one_price,
    read_csv,
    table_of,
)
from newsfolio.errors import BrokenData

_CLOSES = frozenset({"Close", "Adj Close"})


READINGS = (
    "adjusted for splits and dividends (Stooq: --vendor full), for splits alone (MarketWatch, "
    "Google: --vendor split) or not at all (an exchange: --vendor raw)"
)
_WHOLE = frozenset({"Open", "High", "Low", "Close"})
_TELLING = frozenset({"Adj Close", "Dividends", "Stock Splits", "Capital Gains"})
"""Columns that Yahoo and yfinance write and nobody else does."""


def quotes_of(text: FileText, vendor: Told) -> Quotes:
    """Yahoo's columns; without any that tells what prices are adjusted for nobody says it."""
    table, alone = table_of(text), closes_alone(text.cells)
    adjusted = adjusted_by(text.cells.keys(), vendor)
    note = f"read as {OWN.about.title}: {vendor.said}" if adjusted is vendor.adjusted else ""
    notes = tuple(filter(None, (note, ONE_PRICE * alone)))
    return Quotes(one_price(table) if alone else table, adjusted, notes, readings=READINGS)


def adjusted_by(columns: Set[str], vendor: Told) -> Adjusted:
    """What prices in our columns are adjusted for: by the columns, else as the user vendor."""
    if columns & _TELLING:
        return Adjusted.BY_COLUMNS
    return vendor.adjusted or (Adjusted.UNSAID if columns >= _WHOLE else Adjusted.CLOSES)


def by_columns(draft: Draft) -> Quotes:
    """Our columns as somebody else wrote them."""
    filled = {name for name in (*PRICES, *AMOUNTS) if draft.table.has(name)}
    adjusted = adjusted_by(filled, draft.told)
    how = draft.told.said if adjusted is draft.told.adjusted else ""
    if adjusted is Adjusted.BY_COLUMNS:
        how = "adjusted as its columns say"
    return draft.quotes(adjusted, how, readings=READINGS)


def _text(head: Head) -> FileText:
    """The cells, in UTF-8 or UTF-16: another encoding is none of these columns'."""
    return read_csv(head.path, *([head.encoding] if head.encoding.startswith("utf") else []))


@dataclass(frozen=True)
class OwnFormat:
    """Yahoo's columns by their names, of which Date and a close are enough."""

    name: str = "yahoo"
    about: About = About(
        "Yahoo's columns",
        "`Date,Open,High,Low,Close,Adj Close,Volume` and any of `Dividends`, `Stock Splits`, "
        "`Capital Gains`; `Date` and `Close` or `Adj Close` are enough",
        "split where Adj Close and Dividends are there, else full on the scale of Adj Close; "
        "closes without any such column are a price return with a doubt",
        "shares, split-adjusted", "either way",
    )  # fmt: skip

    def fits(self, head: Head) -> bool:
        return "Date" in head.header and bool(_CLOSES & set(head.header)) and head.delimiter == ","

    def lines(self, head: Head) -> tuple[str, ...]:
        return ()

    def read(self, head: Head, ticker: str, vendor: Told) -> Quotes:
        return quotes_of(_text(head), vendor)


@dataclass(frozen=True)
class HistoryFormat:
    """What `yfinance.Ticker.history().to_csv()` writes: Yahoo's columns, and dates with a zone."""

    name: str = "yfinance-history"
    about: About = About(
        "yfinance history()",
        "Yahoo's columns, `Dividends` and `Stock Splits` among them, and dates with a zone",
        "full; split where Adj Close is there (`auto_adjust=False`)",
        "shares, split-adjusted",
        dates="2026-01-02 00:00:00-05:00: the venue's own day, whatever the zone",
    )

    def fits(self, head: Head) -> bool:
        dated = head.cell("Date")
        return OWN.fits(head) and len(dated) > 19 and dated[19:20] in "+-" and ":" in dated[20:]

    def lines(self, head: Head) -> tuple[str, ...]:
        return ()

    def read(self, head: Head, ticker: str, vendor: Told) -> Quotes:
        text = _text(head)

        def wrong(row: int, rule: str, remedy: str) -> BrokenData:
            return text.error(row, rule, remedy)

        days, _ = days_of(list(map(str, text.dates)), Dates.ISO, "", wrong)
        table = table_of(replace(text, dates=days))
        full = "Adj Close" not in head.header
        assumed = "adjusted for splits and dividends" if full else "Adj Close holds the dividends"
        note = f"read as {self.about.title}: the venue's own dates, zone left out; {assumed}"
        return Quotes(table, Adjusted.FULL if full else Adjusted.BY_COLUMNS, (note,))


@dataclass(frozen=True)
class DownloadFormat:
    """What `yfinance.download().to_csv()` writes: two or three lines of header, a column a ticker.

    The levels stand either way round (`group_by="ticker"`).
    """

    name: str = "yfinance-download"
    about: About = About(
        "yfinance download()",
        "three lines of header: `Price,…`, `Ticker,…`, `Date,…`; several tickers side by side",
        "full; split where Adj Close and Dividends are there, else on the scale of Adj Close",
        "shares, split-adjusted",
    )

    dates: Dates = Dates.ISO
    numbers: Mapping[str, Numbers] = field(default_factory=dict)

    def fits(self, head: Head) -> bool:
        return self._levels(head) is not None

    def their_name(self, ours: str) -> str:
        return ours

    def lines(self, head: Head) -> tuple[str, ...]:
        levels = self._levels(head)
        return tuple(dict.fromkeys(levels[1])) if levels else ()

    def read(self, head: Head, ticker: str, vendor: Told) -> Quotes:
        fields, tickers = self._levels(head) or ((), ())
        places = {"Date": 0} | {
            field: place for place, (field, of) in enumerate(zip(fields, tickers, strict=True), 1)
            if of == ticker and field in (*PRICES, *AMOUNTS)
        }  # fmt: skip
        twice = len(places) <= sum(of == ticker for of in tickers) - len(
            {field for field, of in zip(fields, tickers, strict=True)
             if of == ticker and field not in places})  # fmt: skip
        if twice:
            raise BrokenData(f"{head.path}: a column of {ticker} appears twice. Keep one of them.")
        lines, cells = side_by_side(head, 2, places)
        if not lines:
            raise no_rows(head.path)
        table, _ = table_from(head, lines, cells, self)
        table, alone, full = _traded(table), closes_alone(places), "Adj Close" not in places
        assumed = "adjusted for splits and dividends" if full else "Adj Close holds the dividends"
        notes = f"read as {self.about.title}: {assumed}", *([ONE_PRICE] * alone)
        adjusted = Adjusted.FULL if full else Adjusted.BY_COLUMNS
        return Quotes(one_price(table) if alone else table, adjusted, notes)

    @staticmethod
    def _levels(head: Head) -> tuple[Sequence[str], Sequence[str]] | None:
        """What each column is, and of which ticker; None for another file."""
        if len(head.rows) < 3:
            return None
        (first, *upper), (second, *lower) = (head.rows[row][1] for row in (0, 1))
        if first not in ("", "Price", "Ticker") or second not in ("", "Price", "Ticker"):
            return None
        if len(upper) != len(lower) or not upper:
            return None
        columns = {*PRICES, *AMOUNTS, "Repaired?"}
        if set(upper) <= columns:
            return upper, lower
        return (lower, upper) if set(lower) <= columns else None


def _traded(table: Table) -> Table:
    """Less the days on which only other tickers of the file have a bar."""
    prices = np.array([table[name] for name in PRICES])
    events = np.array([np.nan_to_num(table[name]) for name in AMOUNTS])
    rows = ~np.isnan(prices).all(axis=0) | (events > 0).any(axis=0)
    return chosen(table, rows)


def _by_its_order(draft: Draft) -> Quotes:
    """An order of columns tells little: what `--vendor` says counts before it."""
    stated = draft.told.adjusted
    if stated is not None:
        return draft.quotes(stated, draft.told.said)
    return draft.quotes(Adjusted.FULL, "adjusted for splits and dividends")


_FLAT = ("Date", "Close", "High", "Low", "Open", "Volume")
FLAT = ColumnFormat(
    "yfinance-flat",
    About("yfinance download(multi_level_index=False)", "`Date,Close,High,Low,Open,Volume`, in "
          "that order", "full", "shares, split-adjusted"),
    {name: name for name in _FLAT}, tells=lambda head: head.header == _FLAT, finish=_by_its_order,
)  # fmt: skip

OWN = OwnFormat()
FORMATS: tuple[Format, ...] = (DownloadFormat(), HistoryFormat(), FLAT)
