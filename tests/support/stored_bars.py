"""Bars as a store keeps them, with what is unknown and what is odd in them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from markets.bars import COLUMNS, Bars, Priced
from markets.store.parquet import StoredBars


def stored(ticker: str = "AAPL", scale: float = 1.0, rows: int = 3) -> StoredBars:
    days = pd.date_range("2025-02-17", periods=rows, freq="D", name="session", unit="ns")
    values = np.tile([10.1, 11.3, 9.7, 10.5 * scale, 0.0, 0.0, 0.0], (rows, 1))
    values[0, 0] = values[1, 4] = np.nan
    values[1, 5] = 0.1 + 0.2
    frame = pd.DataFrame(values, columns=list(COLUMNS), index=days)
    bars = Bars(ticker, frame, Priced.SPLITS, notes=("a note with “quotes”", "another"))
    return StoredBars(bars, date(2025, 2, 21), "yahoo", "USD")


def same(frame: pd.DataFrame, two: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(frame, two, check_exact=True, check_freq=False)
