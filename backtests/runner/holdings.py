"""A portfolio that somebody holds: a CSV of asset,quantity, as spreadsheets save it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from markets.reference.plain_file import plain_bytes
from newsfolio.errors import BrokenData

CASH = "CASH"
"""The row that counts money instead of a line."""

MOST = 1e15
"""Shares, or money, of one line; nobody holds more."""

LARGEST = 10_000_000
"""Bytes of a file of holdings: some 500,000 lines."""

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")
"""What spreadsheets write; not 1_000, which Python reads, nor the digits of other scripts."""


def read_holdings(path: Path, lines: Iterable[str]) -> dict[str, float]:
    """Raw shares by ticker, and money under CASH; rows of one line add up.

    lines: tickers that are known, against which spellings are held. BrokenData names the line.
    """
    known = {line.casefold(): line for line in (*lines, CASH)}
    holdings: dict[str, float] = {}
    for number, asset, text in _rows(path):
        if not asset or not _NUMBER.fullmatch(text) or abs(float(text)) > MOST:
            raise BrokenData(
                f"{path}, line {number}: expected asset,quantity such as 0700.HK,300; "
                f"found {asset[:40]!r},{text[:40]!r}"
            )
        meant = known.get(asset.casefold(), asset)
        if meant != asset:
            raise BrokenData(f"{path}, line {number}: {asset} is written {meant}")
        holdings[asset] = holdings.get(asset, 0.0) + float(text)
    return holdings


def _rows(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, asset and quantity of each row that is not blank."""
    try:
        text = plain_bytes(path, LARGEST).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BrokenData(f"{path} is not UTF-8 text; save it as CSV in UTF-8") from error
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = [name.strip().casefold() for name in next(reader, [])]
        if not {"asset", "quantity"} <= set(header):
            first = (text.splitlines() or [""])[0]
            raise BrokenData(
                f"{path}, line 1: expected the columns asset,quantity; found {first[:60]!r}"
            )
        places = header.index("asset"), header.index("quantity")
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                asset, quantity = (cells[at] if at < len(cells) else "" for at in places)
                yield reader.line_num, asset, quantity
    except csv.Error as error:
        raise BrokenData(f"{path}, line {reader.line_num}: not CSV ({error})") from error
