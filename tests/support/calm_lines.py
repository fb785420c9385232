"""A calm line of bars to plant defects in, and what the gate finds in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from markets.bars import COLUMNS, Bars, Priced
from markets.quality.checks import inspect
from markets.quality.findings import Finding, Severity
from markets.quality.jumps import Limit
from markets.reference.calendars import sessions_of
from markets.reference.price_limits import price_limit
from newsfolio.assets import NEW_YORK, Asset

LINE = Asset("LINE", NEW_YORK, listed=date(2020, 1, 2))


def frame(asset: Asset = LINE, count: int = 300, seed: int = 1) -> pd.DataFrame:
    """One bar a session from its listing on."""
    days = sessions_of(asset.venue)
    days = days[days >= np.datetime64(asset.listed or date(2020, 1, 2))][:count]
    draw = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(draw.normal(0, 0.01, count)))
    made = pd.DataFrame(index=pd.DatetimeIndex(days.astype("datetime64[ns]"), name="session"))
    made["open"] = np.concatenate([[100.0], close[:-1]]) * np.exp(draw.normal(0, 0.002, count))
    made["close"] = close
    made["high"] = made.max(axis=1) * 1.003
    made["low"] = made[["open", "close"]].min(axis=1) * 0.997
    made["volume"] = draw.uniform(900, 1100, count)
    made["dividend"], made["split"] = 0.0, 0.0
    return made[list(COLUMNS)].astype("float64")


def alarms(
    made: pd.DataFrame,
    asset: Asset = LINE,
    priced: Priced = Priced.SPLITS,
    limit: Limit = price_limit,
) -> list[Finding]:
    """What is more than a note."""
    bars = Bars(asset.ticker, made, priced)
    return [finding for finding in inspect(asset, bars, limit) if finding.severity > Severity.NOTE]


def as_files(path: Path, **lines: pd.DataFrame) -> Path:
    """The folder with a price file a line."""
    names = {"open": "Open", "high": "High", "low": "Low", "close": "Close", "volume": "Volume"}
    for ticker, made in lines.items():
        table = made.rename(columns=names)[list(names.values())]
        table["Adj Close"], table["Dividends"] = table["Close"], made["dividend"]
        table["Stock Splits"] = made["split"]
        table.rename_axis("Date").to_csv(path / f"{ticker}.csv", date_format="%Y-%m-%d")
    return path


def bare(made: pd.DataFrame, volume: pd.Series | None = None) -> pd.DataFrame:
    """Closes alone as they come out of a file: the close is the open too."""
    unknown = np.nan
    return made.assign(
        open=made["close"], high=unknown, low=unknown, volume=unknown if volume is None else volume
    )
