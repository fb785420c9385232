"""Degiro's portfolio: products by ISIN, in any of its languages, columns in one order."""

from __future__ import annotations

import re

from backtests.runner.holdings.sheet import Decimals, Sheet, SheetRow, decimals_of, readings
from backtests.runner.holdings.statement import Position, Statement
from backtests.runner.holdings.symbols import currency_of

_PRODUCT = ("product", "prodotto", "produkt", "produit", "producto", "produto")
_CASH = re.compile(r"CASH & CASH FUND.*\(([A-Z]{3})\)")
_ISIN = re.compile(r"\b[A-Z]{2}[A-Z0-9]{9}[0-9]\b")
_MONEY = re.compile(r"([A-Z]{3}) (.+)")
_PENCE = {"GBX": 100.0}
"""Currencies that count a part of one."""

_WITHIN = 0.02
"""Of the value: how far price times amount may be from it, for prices of two decimals."""


def is_degiro(sheet: Sheet) -> bool:
    """By its first two columns: names of the first in six languages, and the ISIN."""
    first = next((row for row in sheet.rows if row), None)
    if first is None or len(first.cells) < 5:
        return False
    product, code = (cell.casefold() for cell in first.cells[:2])
    return product in _PRODUCT and ("isin" in code or code == "codice")


def read_degiro(sheet: Sheet) -> Statement:
    """Product, code, amount, price, currency, value; BrokenData where these do not agree.

    Names of the columns are translated, so the order counts, and each row proves it: amount times
    price is the value.
    """
    rows = [row for row in sheet.rows if row][1:]
    decimals = decimals_of(row.cells[3] for row in rows if len(row.cells) > 3)
    positions, cash = [], dict[str, float]()
    for row in rows:
        currency, value = _value(sheet, row)
        money = _CASH.fullmatch(row.cells[0])
        if money:
            cash[money[1]] = cash.get(money[1], 0.0) + value
            continue
        positions.append(_position(sheet, row, currency, value, decimals))
    return Statement("Degiro", tuple(positions), cash)


def _value(sheet: Sheet, row: SheetRow) -> tuple[str, float]:
    """Currency and value of a row, in one cell in older files and in two in newer ones."""
    if len(row.cells) < 6:
        raise sheet.error(
            row.line, f"{len(row.cells)} fields where Degiro has six or seven; export it again"
        )
    match = _MONEY.fullmatch(row.cells[4])
    currency, text = match.groups() if match else (row.cells[4], row.cells[5])
    values = readings(text, decimals_of([text]))
    if len(values) != 1 or not re.fullmatch(r"[A-Z]{3}", currency):
        raise sheet.error(
            row.line, f"expected a currency and a value, found {currency[:20]!r} and {text[:20]!r}"
        )
    return currency, values[0]


def _position(
    sheet: Sheet, row: SheetRow, currency: str, value: float, decimals: Decimals | None
) -> Position:
    name, code, amount, price = row.cells[:4]
    isin = _ISIN.search(code)
    symbols = tuple(part.strip() for part in code.split("|"))
    if isin:
        symbols = (isin[0], *(symbol for symbol in symbols if symbol and symbol != isin[0]))
    if not symbols[0]:
        raise sheet.error(row.line, f"no ISIN for {name[:40]!r}; write it in, or delete the row")
    part = _PENCE.get(currency, 1.0)
    sizes = [size for size in readings(amount, None)
             if any(abs(size * paid - value) <= _WITHIN * abs(value) + part
                    for paid in readings(price, decimals))]  # fmt: skip
    if len(sizes) != 1:
        raise sheet.error(
            row.line,
            f"amount {amount[:20]!r} times price {price[:20]!r} is not the value of {value:,.2f} "
            f"{currency}; export the file again",
        )
    return Position(
        row.line, symbols, sizes[0], currency_of(currency), value=value / part, name=name
    )  # fmt: skip
