"""Price files written line by line, and bars read back as rows."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd

from markets.bars import Bars
from markets.folder.source import FolderSource
from newsfolio.assets import NEW_YORK, Asset, Kind

HEADER = "Date,Open,High,Low,Close,Adj Close,Volume,Dividends,Stock Splits"
STOCK = Asset("ACME", NEW_YORK)
INDEX = Asset("^ACME", NEW_YORK, Kind.INDEX)
RATE = Asset("ACM=X", NEW_YORK, Kind.CURRENCY)
UNKNOWN = math.nan
GOOD = "2024-01-02,10,12,9,11,11,100,0.0,0.0"


def write(folder: Path, *rows: str, header: str = HEADER, ticker: str = "ACME") -> Path:
    path = folder / f"{ticker}.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def write_bars(folder: Path, line: Bars) -> Path:
    """Bars of closes that pay nothing, a million shares a day."""
    rows = (
        f"{day:%Y-%m-%d},{close!r},{close!r},{close!r},{close!r},{close!r},1000000,0.0,0.0"
        for day, close in zip(line.frame.index, line.frame["close"].tolist(), strict=True)
    )
    return write(folder, *rows, ticker=line.ticker)


def read(folder: Path, asset: Asset = STOCK) -> Bars:
    return FolderSource(folder).load([asset])[asset.ticker]


def rows_of(bars: Bars) -> list[tuple[float | str, ...]]:
    return [
        (f"{day:%Y-%m-%d}", *row)
        for day, row in zip(bars.frame.index, bars.frame.to_numpy().tolist(), strict=True)
    ]


def same(rows: list[tuple[float | str, ...]], wanted: list[tuple[float | str, ...]]) -> bool:
    """Equal to the last bit, NaN equal to NaN."""
    return repr(rows) == repr(wanted)


def a_frame() -> pd.DataFrame:
    days = pd.DatetimeIndex(["2024-01-02", "2024-01-03"], name="Date")
    return pd.DataFrame(
        {
            "Open": [10.0, 11.0], "High": [12.0, 11.5], "Low": [9.0, 10.0], "Close": [11.0, 10.5],
            "Adj Close": [5.25, 5.25], "Volume": [100, 200], "Dividends": [0.0, 0.5],
        },
        index=days,
    )  # fmt: skip
