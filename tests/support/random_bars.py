"""Random bars of one line, with all that made a backtest wrong before.

Gaps, long halts, bars without an open or a volume, rows on closed days and weekends, repeated bars,
days at a price limit, splits, dividends and jumps.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from markets.bars import COLUMNS, Bars, Priced
from markets.reference.calendars import among, sessions_of
from newsfolio import MAINLAND, Asset, Kind

Rng = np.random.Generator


def chance(rng: Rng, odds: float) -> bool:
    return bool(rng.random() < odds)


def bars_of(rng: Rng, asset: Asset, days: np.ndarray, liquid: bool) -> Bars:
    """The venue's own sessions, with gaps; rows before a listing are there, as in real files."""
    if asset.venue.continuous:
        days = np.arange(days[0], days[-1] + 1)
    open_ = among(sessions_of(asset.venue), days)
    own = days[open_ | (rng.random(len(days)) < rng.choice([0.0, 0.5]))]
    keep = rng.random(len(own)) > rng.choice([0.0, 0.0, 0.03, 0.3])
    if chance(rng, 0.2):  # a halt of up to 30 sessions
        keep[int(rng.integers(len(own))) :][: int(rng.integers(30))] = False
    keep[[0, -1]] = True
    if asset.delisted is not None and chance(rng, 0.5):
        keep &= own <= np.datetime64(asset.delisted.day)
        keep[0] = True
    frame = _frame(rng, pd.DatetimeIndex(own[keep]), liquid)
    if asset.venue.code == MAINLAND.code and chance(rng, 0.5):
        frame = _stopped(rng, frame)
    frame = _repeated(rng, frame)
    if asset.kind is Kind.FUND:
        close = dict.fromkeys(("open", "high", "low"), frame["close"])
        frame = frame.assign(**close, volume=0.0)
    later = float(rng.choice([1.0, 1.0, 2.0]))
    return Bars(asset.ticker, frame, Priced.SPLITS, later, simulated=True)


def _frame(rng: Rng, index: pd.DatetimeIndex, liquid: bool) -> pd.DataFrame:
    count = len(index)
    jumps = np.where(rng.random(count) < 0.01, rng.choice([0.3, 0.6, 1.6, 3.0], count), 1.0)
    close = rng.choice([4, 30, 400]) * np.exp(np.cumsum(rng.normal(0, 0.02, count))) * jumps
    opened = close * np.exp(rng.normal(0, 0.02, count))
    volume = np.round(np.exp(rng.normal(13 if liquid else rng.choice([6, 9, 12]), 1, count)))
    volume[rng.random(count) < 0.03] = 0.0
    volume[rng.random(count) < rng.choice([0.0, 0.05, 1.0], p=[0.6, 0.2, 0.2])] = np.nan
    dividend = np.where(rng.random(count) < 0.02, close * rng.choice([0.001, 0.02], count), 0.0)
    columns = {
        "open": np.where((rng.random(count) < 0.03) & (np.arange(count) > 0), np.nan, opened),
        "high": np.maximum(opened, close),
        "low": np.minimum(opened, close),
        "close": close,
        "volume": volume,
        "dividend": dividend,
        "split": _splits(rng, count),
    }
    return _weekend(rng, pd.DataFrame(columns, index=index)[list(COLUMNS)])


def _stopped(rng: Rng, frame: pd.DataFrame) -> pd.DataFrame:
    """Without splits and dividends; on some days in a row at 5, 10 or 20 % from the last close."""
    days, side = rng.random(len(frame)) < 0.05, rng.choice([0.05, 0.1, -0.1, 0.2, -0.2], len(frame))
    days |= np.roll(days, 1) & (rng.random(len(frame)) < 0.5)
    close, opened = frame["close"].to_numpy().copy(), frame["open"].to_numpy().copy()
    for at in np.flatnonzero(days[1:]) + 1:
        reference = np.floor(close[at - 1] / 0.01 + 0.5) * 0.01
        limit = np.floor(reference * (1 + side[at]) / 0.01 + 0.5) * 0.01
        opened[at] = limit
        close[at] = limit if rng.random() < 0.7 else close[at - 1]
    ends = {"high": np.fmax(opened, close), "low": np.fmin(opened, close)}
    return frame.assign(open=opened, close=close, **ends, split=0.0, dividend=0.0)


def _repeated(rng: Rng, frame: pd.DataFrame) -> pd.DataFrame:
    """Now and then a bar like the one before it, volume and all."""
    prices = list(COLUMNS[:5])
    rows = frame[prices].to_numpy(copy=True)
    for at in np.flatnonzero(rng.random(len(frame)) < 0.02):
        if at:
            rows[at] = rows[at - 1]
    return frame.assign(**dict(zip(prices, rows.T, strict=True)))


def _splits(rng: Rng, count: int) -> np.ndarray:
    if chance(rng, 0.1):
        return np.full(count, np.nan)
    ratios = rng.choice([2.0, 10.0, 0.2, 1 / 3, 1.5], count)
    return np.where(rng.random(count) < 0.01, ratios, 0.0)


def _weekend(rng: Rng, frame: pd.DataFrame) -> pd.DataFrame:
    """Now and then a row on a Saturday, with a dividend that counts on the next session."""
    fridays = np.flatnonzero(np.array([day.weekday() for day in frame.index]) == 4)
    every_day = frame.index.day_of_week.max() > 4
    if not chance(rng, 0.1) or every_day or not len(fridays):
        return frame
    friday = frame.iloc[[fridays[len(fridays) // 2]]]
    saturday = friday.assign(dividend=friday["close"] * 0.01)
    saturday.index = saturday.index + pd.Timedelta(days=1)
    return pd.concat([frame, saturday]).sort_index()
