"""Rows of many lines under each other: a date, a ticker, and prices in Yahoo's columns."""

from __future__ import annotations

from dataclasses import dataclass

from markets.folder.formats.cells import Dates
from markets.folder.formats.columns import CODE, ColumnFormat, Draft
from markets.folder.formats.format import About, Format, Told
from markets.folder.formats.head import Head
from markets.folder.formats.wide import TICKER
from markets.folder.formats.yahoo import by_columns
from markets.folder.names import ticker_of_code
from markets.folder.price_file import AMOUNTS, PRICES, misspelled

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
        folded = {name.casefold(): name for name in _OURS} | dict.fromkeys(_CODES, CODE)
        names = [folded.get(name.casefold(), "") for name in head.header]
        if names.count(CODE) > 1:  # a company's name beside its ticker
            names = ["" if their.casefold() == "name" else ours
                     for their, ours in zip(head.header, names, strict=True)]  # fmt: skip
        return names

    def draft(self, head: Head, ticker: str, vendor: Told) -> Draft:
        names = self._names(head)
        strange = [name for name, ours in zip(head.header, names, strict=True) if name and not ours]
        misspelled(head.path, strange)
        note = f"columns ignored: {', '.join(strange)[:80]}" if strange else ""
        return super().draft(head, ticker, vendor).saying(note)


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
