"""Small markets by hand: sessions, lines of closes, and the market they make."""

from __future__ import annotations

import numpy as np
import pandas as pd

from markets.bars import Bars, Priced
from markets.build import build_market
from markets.reference.calendars import sessions_of
from markets.reference.currencies import EcbRates
from markets.universe import Want
from newsfolio import NEW_YORK, Asset, Sleeve


def bdays(start: str, count: int) -> list[str]:
    """The first so many sessions of New York from a day on."""
    sessions = sessions_of(NEW_YORK)
    place = int(np.searchsorted(sessions, np.datetime64(start)))
    return [str(day) for day in sessions[place : place + count]]


def line(ticker: str, sessions: list[str], close: list[float], **columns: list[float]) -> Bars:
    """A line whose sessions trade at one price each, a million units."""
    frame = pd.DataFrame(
        {
            "open": close, "high": close, "low": close, "close": close,
            "volume": 1e6, "dividend": 0.0, "split": 0.0, **columns,
        },
        index=pd.DatetimeIndex(pd.to_datetime(sessions), name="session"), dtype="float64",
    )  # fmt: skip
    return Bars(ticker, frame, Priced.SPLITS)


def market_of(lines: list[Bars], *parts: str | Asset | Sleeve, **want: object):  # type: ignore[no-untyped-def]
    """The market of lines, in dollars; `want` are fields of `Want`."""
    sleeves = tuple(
        part if isinstance(part, Sleeve) else Sleeve(str(part), (part,)) for part in parts
    )
    bars = {bar.ticker: bar for bar in lines}
    return build_market(bars, Want(sleeves, "USD", **want), EcbRates())  # type: ignore[arg-type]
