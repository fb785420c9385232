"""Fidelity's positions: several accounts in one table, with one field more than the header has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

from backtests.runner.holdings.sheet import Header, NamedRow, Sheet, SheetRow, columns_of, has
from backtests.runner.holdings.statement import FUND, OPTION, Position, Statement
from backtests.runner.holdings.symbols import UNITED_STATES

_NAMES = {
    "account": ("Account Name", "Account Number", "Account Name/Number"),
    "symbol": ("Symbol",),
    "name": ("Description",),
    "quantity": ("Quantity",),
    "value": ("Current Value",),
}
_PENDING = "pending activity"
_CORE = re.compile(r"[A-Z]+\*\*")
"""A money market fund that is the account's cash."""

_OPTION = re.compile(r"-?[A-Z.]+\d{6}[CP][\d.]+")
_FUND = re.compile(r"[A-Z]{4}X")
_BOND = re.compile(r"(?=.*\d)[0-9A-Z]{9}")
_DAY = re.compile(r"date downloaded ([a-z]{3}-\d{2}-\d{4})", re.IGNORECASE)


def is_fidelity(sheet: Sheet) -> bool:
    """By its first columns."""
    first = next((row for row in sheet.rows if row), None)
    return first is not None and (
        has(first, "Account Number", "Account Name") or has(first, "Account Name/Number", "Symbol")
    )


def read_fidelity(sheet: Sheet) -> Statement:
    """Rows down to the empty one; below it stands prose, and the day of the download."""
    rows = list(sheet.rows)
    start = next(place for place, row in enumerate(rows) if row)
    header = rows[start]
    columns = columns_of(sheet, header, _NAMES, ("symbol", "quantity", "value"))
    end = next((place for place in range(start + 1, len(rows)) if not rows[place]), len(rows))
    cash, pending = 0.0, 0.0
    positions: list[Position] = []
    for entry in _entries(columns, rows[start + 1 : end]):
        if _PENDING in " ".join(map(entry.text, ("account", "symbol", "name"))).casefold():
            pending += _amount(entry)
        elif _CORE.fullmatch(entry.text("symbol")):
            cash += _amount(entry)
        else:
            positions.append(_position(entry))
    notes = (f"pending activity of {pending:,.2f} USD counts as cash",) if pending else ()
    return Statement("Fidelity", tuple(positions), {"USD": cash + pending}, _day(rows), notes)


def _entries(columns: Header, rows: list[SheetRow]) -> Iterator[NamedRow]:
    """Rows whose cells stand under their names: a field more is taken at the end, and empty."""
    width = len(columns.header.cells)
    for entry in columns.entries(rows):
        if any(entry.row.cells[width:]):
            raise columns.sheet.error(
                entry.line,
                f"{len(entry.row.cells)} fields where the header has {width}, and the last is not "
                "empty; export the file again",
            )
        yield entry


def _amount(entry: NamedRow) -> float:
    """Money of a row, which must be there."""
    value = entry.number("value")
    if value is None:
        raise entry.columns.sheet.error(entry.line, "money without a Current Value")
    return value


def _position(entry: NamedRow) -> Position:
    symbol = entry.text("symbol")
    if not symbol:
        raise entry.columns.sheet.error(
            entry.line, f"no symbol for {entry.text('name')[:40]!r}; write it in, or delete the row"
        )
    apart = ""
    if _OPTION.fullmatch(symbol):
        apart = OPTION
    elif _BOND.fullmatch(symbol):
        apart = "a bond"
    return Position(
        entry.line, (symbol,), entry.number("quantity"), "USD", UNITED_STATES,
        entry.number("value"), entry.text("name"), apart, FUND if _FUND.fullmatch(symbol) else "",
    )  # fmt: skip


def _day(rows: list[SheetRow]) -> date | None:
    for row in rows[::-1]:
        match = _DAY.search(" ".join(row.cells))
        if match:
            try:
                return datetime.strptime(match[1], "%b-%d-%Y").date()  # a date alone
            except ValueError:
                return None
    return None
