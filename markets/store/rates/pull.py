"""Bring the ECB's fixings in the store up to date: all of its file, or nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypedDict

import numpy as np
import pandas as pd

from markets.bars import COLUMNS, Bars, Priced
from markets.reference.fixings_file import FIXING, Days, per_euro, quotes_of
from markets.store.parquet import StoredBars
from markets.store.price_store import Store
from markets.store.rates.history import fetched, read
from newsfolio.errors import BrokenData, NewsfolioError

SOURCE = "ecb"
MARK = f"USD{FIXING}"
"""The line that is written last: the day on which it was retrieved is that of a whole pull."""

LIVING = timedelta(days=30)
"""Before the end of the file a currency must have a rate to be kept; others are packaged."""

GONE = 5
"""Days that a newer file may lack of what is known, and ..."""
RESTATED = 0.01
"""... the share of the known rates that it may tell otherwise; beyond, it is another file."""


class PulledRatesJson(TypedDict):
    """`PulledRates` as `--json` prints them."""

    source: str
    outcome: str
    added: int
    last: str | None
    changed: list[str]
    error: str


@dataclass(frozen=True)
class PulledRates:
    """What became of the fixings. added: new days; last: of the dollar's now, None for nothing.

    changed: currencies whose past was restated. error: why nothing was taken over.
    """

    outcome: str
    added: int = 0
    last: date | None = None
    changed: tuple[str, ...] = ()
    error: str = ""

    def as_json(self) -> PulledRatesJson:
        """As `--json` prints it."""
        return {
            "source": SOURCE, "outcome": self.outcome, "added": self.added,
            "last": self.last.isoformat() if self.last else None,
            "changed": list(self.changed), "error": self.error,
        }  # fmt: skip


def pull_fixings(
    store: Store, today: date, *, fresh: bool = False, ask: Callable[[], bytes] = fetched
) -> PulledRates:
    """Fetch the ECB's file, unless it was fetched today, and keep what is new in it.

    What is stored stands where the file cannot be had, cannot be read, or is worse than what is
    known. Rows dated after today are left for later.
    """
    kept = _kept(store, MARK)
    last = kept.bars.last if kept else None
    if kept and not fresh and 0 <= (kept.retrieved - today).days <= 1:
        return PulledRates("fetched today", last=last)
    try:
        history = read(ask())
        history = history[history.index <= pd.Timestamp(today)]
        with store.locked(MARK):
            changed = _taken_over(store, history, today)
    except NewsfolioError as error:
        return PulledRates("failed", last=last, error=str(error))
    days = history["USD"].dropna().index
    added = len(days) if last is None else int((days > pd.Timestamp(last)).sum())
    return PulledRates("extended" if kept else "new", added, days[-1].date(), changed)


def _taken_over(store: Store, history: pd.DataFrame, today: date) -> tuple[str, ...]:
    """Write every living currency, the dollar last; the currencies whose past is another now."""
    recent = history[history.index >= history.index.max() - LIVING]
    living = sorted(
        recent.columns[recent.notna().any()], key=lambda currency: (currency == "USD", currency)
    )
    if "USD" not in living:
        raise BrokenData("the ECB's file has no living rate of the dollar")
    changed = []
    for currency in living:
        before = _known(store, currency, today)
        if before is not None and _compared(currency, before, history[currency].dropna()):
            changed.append(currency)
    for currency in living:
        bars = _bars(currency, history[currency].dropna())
        store.write(StoredBars(bars, today, SOURCE, currency))
    return tuple(changed)


def _compared(currency: str, before: pd.Series, now: pd.Series) -> bool:
    """Whether a past is told otherwise; BrokenData where the new one is worse, or another's."""
    if now.index[-1] < before.index[-1]:
        raise BrokenData(
            f"the ECB's file ends on {now.index[-1]:%Y-%m-%d}, and {currency} is known up to "
            f"{before.index[-1]:%Y-%m-%d}"
        )
    gone = len(before.index.difference(now.index))
    if gone > GONE:
        raise BrokenData(
            f"the ECB's file is smaller than before: {gone} days of {currency} are gone"
        )
    both = before.index.intersection(now.index)
    other = int((before[both].to_numpy() != now[both].to_numpy()).sum())
    if other > RESTATED * len(before):
        raise BrokenData(f"the ECB's file is another: {other} rates of {currency} differ")
    return bool(gone or other)


def _known(store: Store, currency: str, today: date) -> pd.Series | None:
    """What is known of a currency: what is stored, and else what is packaged up to a day."""
    kept = _kept(store, f"{currency}{FIXING}")
    quotes = quotes_of(kept.bars) if kept else per_euro(currency, {})
    if quotes is None:
        return None
    rates = pd.Series(quotes[1], _index(quotes[0]))
    return rates if kept else rates[rates.index <= pd.Timestamp(today)]


def _kept(store: Store, ticker: str) -> StoredBars | None:
    """A damaged file is fetched again."""
    try:
        return store.read(ticker)
    except BrokenData:
        return None


def _index(days: Days) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(days.astype("datetime64[ns]"), name="session")


def _bars(currency: str, rates: pd.Series) -> Bars:
    columns = {name: np.full(len(rates), np.nan) for name in COLUMNS}
    columns |= {"close": rates.to_numpy(), **dict.fromkeys(COLUMNS[5:], np.zeros(len(rates)))}
    index = _index(rates.index.to_numpy().astype("datetime64[D]"))
    return Bars(f"{currency}{FIXING}", pd.DataFrame(columns, index=index), Priced.LEVEL)
