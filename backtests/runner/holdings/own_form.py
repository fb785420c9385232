"""Holdings written by hand: asset,quantity in any spelling that Excel has for such a file."""

from __future__ import annotations

import re

from backtests.runner.holdings.sheet import Decimals, Sheet, SheetRow, decimals_of, readings
from backtests.runner.holdings.statement import BASE, MOST, Position, Statement
from newsfolio.errors import BrokenData

CASH = "CASH"
"""The row that counts money instead of a line; `CASH EUR` counts money of another currency."""

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")
"""What spreadsheets write; not 1_000, which Python reads, nor the digits of other scripts."""

_MONEY = re.compile(rf"{CASH}(?: ([A-Z]{{3}}))?", re.IGNORECASE)


def read_own_form(sheet: Sheet) -> Statement:
    """Rows of asset and quantity below a header that names both; BrokenData names the line."""
    rows = [row for row in sheet.rows if row]
    header = [name.casefold() for name in rows[0].cells] if rows else []
    if not {"asset", "quantity"} <= set(header):
        first = sheet.separator.join(rows[0].cells) if rows else ""
        raise sheet.error(
            1,
            f"expected the columns asset,quantity, or a broker's export; found {first[:60]!r}",
        )
    twice = next((name for name in ("asset", "quantity") if header.count(name) > 1), "")
    if twice:
        raise sheet.error(rows[0].line, f"two columns are called {twice}; keep one of them")
    if len(rows) == 1:
        raise sheet.error(
            rows[0].line, "a header and nothing below it; write the holdings, or CASH,0 for none"
        )
    places = header.index("asset"), header.index("quantity")
    for row in rows[1:]:
        if any(row.cells[len(header) :]):
            raise sheet.error(
                row.line, f"{len(row.cells)} fields where the header has {len(header)}; write a "
                "quantity without a mark for thousands",
            )  # fmt: skip
    cells = [tuple(row.cells[at] if at < len(row.cells) else "" for at in places)
             for row in rows[1:]]  # fmt: skip
    texts = [text for _, text in cells]
    marked = sheet.separator != "," or any("," in text for text in texts)
    decimals = decimals_of(texts) if marked else Decimals.POINT
    positions, cash = [], dict[str, float]()
    for row, (asset, text) in zip(rows[1:], cells, strict=True):
        size = _size(sheet, row, asset, text, decimals)
        money = _MONEY.fullmatch(asset)
        if money is None:
            positions.append(Position(row.line, (asset,), size))
            continue
        if asset != asset.upper():
            raise sheet.error(row.line, f"{asset} is written {asset.upper()}")
        currency = money[1] or BASE
        cash[currency] = cash.get(currency, 0.0) + size
    return Statement("", tuple(positions), cash)


def _size(sheet: Sheet, row: SheetRow, asset: str, text: str, decimals: Decimals | None) -> float:
    """The quantity of a row, which must be there."""
    values: tuple[float, ...]
    plain = sheet.separator == "," and "," not in text and decimals is not Decimals.COMMA
    if plain:
        values = (float(text),) if asset and _NUMBER.fullmatch(text) else ()
    else:
        values = readings(text, decimals) if asset else ()
    if len(values) > 1:
        both = " or ".join(f"{value:.10g}" for value in values)
        raise sheet.error(row.line, f"{text!r} is {both}; write it without a mark for thousands")
    if not values or abs(values[0]) > MOST:
        raise _unread(sheet, row, asset, text)
    return values[0]


def _unread(sheet: Sheet, row: SheetRow, asset: str, text: str) -> BrokenData:
    return sheet.error(
        row.line,
        f"expected asset,quantity such as 0700.HK,300; found {asset[:40]!r},{text[:40]!r}",
    )
