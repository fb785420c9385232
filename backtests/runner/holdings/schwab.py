"""Schwab's positions: a title with account and day, a header, one line a row, a total."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from backtests.runner.holdings.sheet import Header, NamedRow, Sheet, SheetRow, columns_of, has
from backtests.runner.holdings.statement import FUND, OPTION, Position, Statement
from backtests.runner.holdings.symbols import UNITED_STATES

_NAMES = {
    "symbol": ("Symbol",),
    "quantity": ("Qty (Quantity)", "Quantity", "Qty"),
    "value": ("Mkt Val (Market Value)", "Market Value", "Mkt Val"),
    "name": ("Description",),
    "type": ("Security Type", "Asset Type"),
}
_CASH = re.compile(r"cash & cash investments|cash and cash investments", re.IGNORECASE)
_TOTAL = re.compile(r"(positions|account) total", re.IGNORECASE)
_FUTURES = re.compile(r"futures (cash|positions market value)", re.IGNORECASE)
_OPTION = re.compile(r"[A-Z.]+ \d{2}/\d{2}/\d{4} [\d.]+ [CP]")
_DAY = re.compile(r"as of .*?(\d{4})/(\d{2})/(\d{2})")
_SHARES = ("equity", "etf", "stock", "adr", "closed end")


def is_schwab(sheet: Sheet) -> bool:
    """By its title, or by a header of its own among the first rows."""
    rows = [row for row in sheet.rows if row][:5]
    return any(_title(row) or _header(row) for row in rows)


def read_schwab(sheet: Sheet) -> Statement:
    """One account or several; each has a header of its own, and a total that is passed over."""
    columns: Header | None = None
    positions: list[Position] = []
    cash = 0.0
    day, titled, ended = None, 0, False
    for row in sheet.rows:
        if _title(row):
            day, columns, titled = _day(row) or day, None, row.line
        elif has(row, "Symbol"):
            ended = False
            columns = columns_of(sheet, row, _NAMES, ("symbol", "quantity", "value"))
        elif columns is not None and len([cell for cell in row.cells if cell]) > 1:
            ended = ended or bool(_TOTAL.fullmatch(row.cells[0]))
            for entry in columns.entries([row]):
                cash += _money(entry)
                positions += _position(entry)
    if columns is None:
        raise sheet.error(titled or 1, "no header with Symbol below the title; export it again")
    if not ended:
        raise sheet.error(sheet.rows[-1].line, "no total below the positions; export it again")
    return Statement("Schwab", tuple(positions), {"USD": cash}, day)


def _title(row: SheetRow) -> bool:
    return row.cells[:1] != () and row.cells[0].casefold().startswith("positions for ")


def _header(row: SheetRow) -> bool:
    return has(row, "Symbol", "Description") and any(
        has(row, name) for name in ("Mkt Val (Market Value)", "Market Value")
    )


def _day(row: SheetRow) -> date | None:
    match = _DAY.search(row.cells[0])
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _money(entry: NamedRow) -> float:
    return (entry.number("value") or 0.0) if _CASH.fullmatch(entry.text("symbol")) else 0.0


def _position(entry: NamedRow) -> Iterator[Position]:
    symbol, kind = entry.text("symbol"), entry.text("type").casefold()
    if not symbol or _TOTAL.fullmatch(symbol) or _CASH.fullmatch(symbol):
        return
    apart = ""
    if _FUTURES.fullmatch(symbol):
        apart = "of futures"
    elif "option" in kind or _OPTION.fullmatch(symbol):
        apart = OPTION
    elif "fixed income" in kind:
        apart = "a bond"
    fund = "" if not kind or any(word in kind for word in _SHARES) else FUND
    yield Position(
        entry.line, (symbol,), entry.number("quantity"), "USD", UNITED_STATES,
        entry.number("value"), entry.text("name"), apart, fund if "fund" in kind else "",
    )  # fmt: skip
