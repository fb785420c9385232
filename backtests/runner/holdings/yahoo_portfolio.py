"""Yahoo's portfolio: a row a lot or a transaction; what was sold is taken off what was bought."""

from __future__ import annotations

from datetime import date

from backtests.runner.holdings.sheet import NamedRow, Sheet, columns_of, has
from backtests.runner.holdings.statement import BASE, Position, Statement

_NAMES = {
    "symbol": ("Symbol",),
    "quantity": ("Quantity",),
    "price": ("Current Price",),
    "day": ("Date",),
    "type": ("Transaction Type",),
}
_MONEY = "$$CASH_TX"
_SIGNS = {"": 1, "buy": 1, "sell": -1, "deposit": 1, "withdrawal": -1, "withdraw": -1}


def is_yahoo(sheet: Sheet) -> bool:
    """By its first columns."""
    first = next((row for row in sheet.rows if row), None)
    return first is not None and has(first, "Symbol", "Current Price", "Trade Date")


def read_yahoo(sheet: Sheet) -> Statement:
    """Lots added up, line by line; a row without a quantity is of a watch list."""
    rows = [row for row in sheet.rows if row]
    columns = columns_of(sheet, rows[0], _NAMES, ("symbol", "quantity"))
    positions: list[Position] = []
    cash: float | None = None
    days = []
    entries = list(columns.entries(rows[1:]))
    typed = any(entry.text("type") for entry in entries)
    for entry in entries:
        quantity = entry.number("quantity")
        if quantity is None:
            continue
        size, symbol = _sign(entry, typed) * quantity, entry.text("symbol")
        if symbol == _MONEY:
            cash = (cash or 0.0) + size
            continue
        days.append(_day(entry.text("day")))
        price = entry.number("price")
        value = None if price is None else size * price
        positions.append(Position(entry.line, (symbol,), size, value=value))
    notes = () if cash is None else (
        "Yahoo names no currency of cash: what was paid in less what was taken out is in that of "
        "the run",
    )  # fmt: skip
    dated = [day for day in days if day is not None]
    return Statement(
        "Yahoo", tuple(positions), {} if cash is None else {BASE: cash},
        max(dated, default=None), notes,
    )  # fmt: skip


def _sign(entry: NamedRow, typed: bool) -> int:
    """1 or -1 by the transaction; a lot of the older files has no type, and was bought."""
    kind = entry.text("type").casefold()
    if kind not in _SIGNS or (typed and not kind):
        raise entry.columns.sheet.error(
            entry.line,
            f"transaction type {kind[:30]!r}: buy, sell, deposit and withdrawal are read",
        )
    return _SIGNS[kind]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None
