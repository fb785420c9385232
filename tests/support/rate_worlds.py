"""Bars that go on after the last packaged fixing, and pairs that go on with it or not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd

from markets.bars import COLUMNS, Bars, Priced
from markets.reference.calendars import sessions_of
from markets.reference.currencies import EcbRates
from markets.snapshot import Snapshot
from newsfolio.assets import Asset
from newsfolio.facts import Facts
from newsfolio.listings import asset_of

FIRST, FIXED, LAST = date(2026, 6, 1), date(2026, 10, 30), date(2026, 11, 27)
"""The prices, the last packaged fixing among them, and twenty sessions after it."""


def bars(ticker: str, days: np.ndarray, closes: np.ndarray | float, priced: Priced) -> Bars:
    level = np.broadcast_to(closes, len(days)).astype("float64")
    columns = dict.fromkeys(COLUMNS[:4], level) | dict.fromkeys(COLUMNS[4:], np.zeros(len(days)))
    columns["volume"] = np.full(len(days), 1e9)
    index = pd.DatetimeIndex(days.astype("datetime64[ns]"), name="session")
    return Bars(ticker, pd.DataFrame(columns, index=index)[list(COLUMNS)], priced)


def stock(ticker: str, last: date = LAST, first: date = FIRST) -> Bars:
    """A line that moves a little on the sessions of its venue."""
    sessions = sessions_of(asset_of(ticker).venue)
    days = sessions[(sessions >= np.datetime64(first)) & (sessions <= np.datetime64(last))]
    closes = 100 * np.exp(0.01 * np.sin(np.arange(len(days)) / 3))
    return bars(ticker, days, closes, Priced.SPLITS)


def weekdays(first: date = FIRST, last: date = LAST) -> np.ndarray:
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    return days[np.is_busday(days)]


def pair(name: str, times: float = 1.0, after: float | None = None, last: date = LAST) -> Bars:
    """A pair by the fixings, then at one value, and `times` that; one never fixed at `after`."""
    currency = name.removesuffix("=X").removesuffix("USD")
    days = weekdays(date(2026, 5, 1), last)
    capped = np.minimum(days, np.datetime64(FIXED))
    try:
        fixings = EcbRates().fixings("USD", currency)
        rates = fixings.until(capped)
        rates = 1 / rates if name.endswith("USD=X") else rates
    except LookupError:
        rates = np.full(len(days), np.nan)
    if after is not None:
        rates = np.where(np.isnan(rates) | (days > np.datetime64(FIXED)), after, rates)
    return bars(name, days, rates * times, Priced.LEVEL)


class Lines:
    """A source of these bars; `asked` are the names of each call."""

    name = "made up"

    def __init__(self, lines: Iterable[Bars]) -> None:
        self.lines = {line.ticker: line for line in lines}
        self.asked: list[list[str]] = []

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        names = [asset.ticker for asset in assets]
        self.asked.append(names)
        return Snapshot({name: self.lines[name] for name in names if name in self.lines})
