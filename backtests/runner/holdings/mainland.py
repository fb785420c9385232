"""What mainland brokers' programs save: GBK, tabs or commas, ="600519", money in a block above."""

from __future__ import annotations

import re

from backtests.runner.holdings.sheet import (
    Decimals,
    NamedRow,
    Sheet,
    SheetRow,
    columns_of,
    has,
    readings,
)
from backtests.runner.holdings.statement import Position, Statement
from backtests.runner.holdings.symbols import Suffixes, currency_of
from backtests.runner.holdings.symbols import mainland as venue_of_digits

_NAMES = {
    "symbol": ("证券代码", "股票代码", "證券代碼"),
    "quantity": (
        "参考持股", "证券数量", "股票余额", "持股数量", "当前持仓", "拥股数量", "持仓数量",
        "证券余额", "实际数量", "库存数量", "當前持倉",
    ),
    "value": ("参考市值", "最新市值", "证券市值", "市值"),
    "name": ("证券名称", "股票名称"),
    "market": ("交易市场", "交易所名称", "交易所", "市场", "市场类型"),
    "currency": ("币种",),
}  # fmt: skip
_MARKETS = (
    ("港股", frozenset({"HK"})), ("上", frozenset({"SS"})), ("沪", frozenset({"SS"})),
    ("深", frozenset({"SZ"})), ("北", frozenset({"BJ"})),
)  # fmt: skip
_TOTAL = re.compile(r"合计|总计|小计")
_CASH = (
    re.compile(r"可用[^\d-]{0,6}(-?[\d,]+\.?\d*)"),
    re.compile(r"余额[^\d-]{0,6}(-?[\d,]+\.?\d*)"),
)
_CURRENCIES = {"人民币": "CNY", "美元": "USD", "港币": "HKD", "港元": "HKD"}


def is_mainland(sheet: Sheet) -> bool:
    """By a header with the code of securities; a block about money may stand above it."""
    return any(has(row, "证券代码") or has(row, "證券代碼") for row in sheet.rows[:30])


def read_mainland(sheet: Sheet) -> Statement:
    """One line a row; the venue by its column, or by the ranges of the codes."""
    rows = [row for row in sheet.rows if row]
    start = next(
        place for place, row in enumerate(rows) if has(row, "证券代码") or has(row, "證券代碼")
    )
    columns = columns_of(sheet, rows[start], _NAMES, ("symbol", "quantity"))
    cash = _cash(rows[:start])
    positions = [
        _position(entry)
        for entry in columns.entries(rows[start + 1 :])
        if not any(map(_TOTAL.search, entry.row.cells[:2]))
    ]
    notes = () if cash else ("the broker's file names no cash: none is counted",)
    return Statement("a mainland broker", tuple(positions), cash, notes=notes)


def _cash(rows: list[SheetRow]) -> dict[str, float]:
    """Money by currency, what can be used where it says so; recalled, not seen."""
    cash: dict[str, float] = {}
    for row in rows:
        text = " ".join(row.cells)
        currency = next((code for name, code in _CURRENCIES.items() if name in text), "")
        amount = next((match[1] for look in _CASH if (match := look.search(text))), "")
        values = readings(amount, Decimals.POINT)
        if currency and values:
            cash[currency] = cash.get(currency, 0.0) + values[0]
    return cash


def _position(entry: NamedRow) -> Position:
    code = entry.text("symbol").lstrip("'")
    suffixes = _venue(entry, code)
    return Position(
        entry.line, (code,), entry.number("quantity"), currency_of(_currency(entry, suffixes)),
        suffixes, entry.number("value"), entry.text("name"),
    )  # fmt: skip


def _venue(entry: NamedRow, code: str) -> Suffixes:
    """Yahoo's suffixes; BrokenData for a code that has lost its zeros."""
    market = entry.text("market")
    named = next((suffixes for name, suffixes in _MARKETS if name in market), None)
    if re.fullmatch(r"[0-9]{6}", code):
        return named or venue_of_digits(code)
    if re.fullmatch(r"[0-9]{5}", code):
        return frozenset({"HK"})
    raise entry.columns.sheet.error(
        entry.line,
        f"证券代码 {code[:20]!r} has not the six digits of a mainland line, nor the five of Hong "
        "Kong; if a spreadsheet took its zeros, write them back",
    )


def _currency(entry: NamedRow, suffixes: Suffixes) -> str:
    """As the file says; else that of the venue, of which B shares have another."""
    currency = entry.text("currency")
    code = entry.text("symbol")
    if currency:
        return _CURRENCIES.get(currency, currency)
    if suffixes == frozenset({"HK"}) or code.startswith("200"):
        return "HKD"
    return "USD" if code.startswith("900") else "CNY"
