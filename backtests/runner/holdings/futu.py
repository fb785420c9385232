"""Futu and moomoo: positions saved by the app, in columns that the user chose, or by OpenAPI."""

from __future__ import annotations

import re

from backtests.runner.holdings.sheet import NamedRow, Sheet, columns_of, has
from backtests.runner.holdings.statement import OPTION, Position, Statement
from backtests.runner.holdings.symbols import currency_of, mainland

_NAMES = {
    "symbol": ("代码", "代碼", "代號", "股票代码", "code", "symbol"),
    "quantity": ("持有数量", "持仓数量", "持倉數量", "持有數量", "数量", "數量", "qty", "quantity"),
    "currency": ("币种", "幣種", "货币", "貨幣", "currency"),
    "value": ("市值", "market_val", "market value"),
    "name": ("名称", "名稱", "stock_name", "name"),
    "side": ("position_side",),
}
_TOTAL = re.compile(r"合[计計]|总[计計]|total", re.IGNORECASE)
_OPTION = re.compile(r"(?:[A-Z]{2}\.)?[A-Z.]+\d{6}[CP]\d+")


def is_futu(sheet: Sheet) -> bool:
    """By the name of the column of codes, in Chinese or as OpenAPI has it."""
    first = next((row for row in sheet.rows if row), None)
    if first is None:
        return False
    chinese = any(has(first, name) for name in _NAMES["symbol"][:4])
    english = has(first, "Symbol", "Name", "Quantity") and has(first, "Currency")
    return chinese or has(first, "code", "stock_name") or english


def read_futu(sheet: Sheet) -> Statement:
    """One line a row; the file has no cash."""
    rows = [row for row in sheet.rows if row]
    columns = columns_of(sheet, rows[0], _NAMES, ("symbol", "quantity"))
    positions = [
        _position(entry)
        for entry in columns.entries(rows[1:])
        if not any(map(_TOTAL.fullmatch, entry.row.cells[:2]))
    ]
    return Statement("Futu", tuple(positions), notes=("Futu's file has no cash: none is counted",))


def _position(entry: NamedRow) -> Position:
    symbol, quantity = entry.text("symbol").lstrip("'"), entry.number("quantity")
    if not symbol:
        raise entry.columns.sheet.error(entry.line, "no code; write it in, or delete the row")
    if entry.text("side").casefold() == "short" and quantity is not None:
        quantity = -abs(quantity)
    currency = currency_of(entry.text("currency"))
    suffixes = None
    if not currency and re.fullmatch(r"[0-9]{5}", symbol):
        suffixes = frozenset({"HK"})
    elif not currency:
        suffixes = mainland(symbol)
    return Position(
        entry.line, (symbol,), quantity, currency, suffixes, entry.number("value"),
        entry.text("name"), OPTION if _OPTION.fullmatch(symbol) else "",
    )  # fmt: skip
