"""Highs and lows on the sessions of a market, for whoever needs whole bars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from markets.bars import Bars
from markets.market import Days, Floats
from newsfolio.assets import Asset


def highs_and_lows(
    bars: Mapping[str, Bars], lines: Iterable[Asset], sessions: Days
) -> dict[str, Floats]:
    """(T, N) each, local currency; where one is unknown, what open and close span."""
    columns = [_column(bars[asset.ticker], sessions) for asset in lines]
    high, low = (np.stack(each, axis=1) for each in zip(*columns, strict=True))
    return {"high": high, "low": low}


def _column(line: Bars, sessions: Days) -> tuple[Floats, Floats]:
    frame = line.frame[["open", "high", "low", "close"]]
    prices = frame.reindex(sessions.astype("datetime64[ns]")).to_numpy()
    opened, high, low, close = prices.T
    highest, lowest = np.fmax(opened, close), np.fmin(opened, close)
    return np.where(np.isnan(high), highest, high), np.where(np.isnan(low), lowest, low)
