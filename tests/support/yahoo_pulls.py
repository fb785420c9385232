"""Pulls from the Yahoo of `yahoo_server` into a store, and what the store then has."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from markets.bars import Bars
from markets.store.price_store import Store
from markets.yahoo.pull import Pulled, pull
from newsfolio.listings import asset_of
from tests.support.yahoo_server import (
    TODAY,
    TOMORROW,
    Fault,
    Line,
    Yahoo,
    load,
    loopback_session,
)

BEFORE = date(2025, 2, 19)
FIRST, TUESDAY, WEDNESDAY, THURSDAY = (
    date(2025, 1, 15), date(2025, 2, 18), date(2025, 2, 19), date(2025, 2, 20),
)  # fmt: skip


def fetch(
    yahoo: Yahoo, store: Store, *tickers: str, today: date = TODAY, seconds: float = 3.0,
    **options: Any,
) -> tuple[Pulled, ...]:  # fmt: skip
    session = loopback_session(yahoo.address, seconds)
    assets = [asset_of(ticker) for ticker in tickers]
    return pull(store, assets, today, options.pop("workers", 1), session=session, **options)


def bars_of(store: Store, ticker: str = "AAPL") -> Bars:
    stored = store.read(ticker)
    assert stored is not None
    return stored.bars


def undisturbed(yahoo: Yahoo, folder: Path, line: Line) -> str:
    """The digest of the bars of a store that met no fault."""
    yahoo.fault, yahoo.lines["AAPL"], yahoo.now = Fault.NONE, line, None
    clean = Store(folder / "clean")
    load(yahoo, clean, "AAPL", today=TOMORROW)
    return bars_of(clean).digest()
