"""Cheats that read what they must not: a price file, the store, the network."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from newsfolio import Strategy, View, Weights, equal, monthly

PRICES = Path(__file__).with_name("prices.csv")
STORE = Path(__file__).with_name("KWEB.parquet")


def rises(table: pd.DataFrame, day: object) -> bool:
    """Whether the price is higher a month later."""
    later = table["close"][table.index >= pd.Timestamp(str(day))]
    return bool(len(later)) and later.iloc[min(21, len(later) - 1)] > later.iloc[0]


def prices() -> pd.DataFrame:
    return pd.read_csv(PRICES, index_col=0, parse_dates=True)


@dataclass(frozen=True)
class Reader(Strategy):
    """Looks up the future in a file when it is asked."""

    universe = ("QQQ", "KWEB")
    rebalance = monthly

    def table(self) -> pd.DataFrame:
        return prices()

    def weights(self, view: View) -> Weights:
        return equal("KWEB" if rises(self.table(), view.today) else "QQQ")


@dataclass(frozen=True)
class StoreReader(Reader):
    """Takes the price store, through a compiled reader that no hook sees."""

    def table(self) -> pd.DataFrame:
        return getattr(pd, "read_" + "parquet")(STORE)


@dataclass(frozen=True)
class ThreadReader(Reader):
    """Lets a thread do the reading."""

    def table(self) -> pd.DataFrame:
        frames: list[pd.DataFrame] = []
        worker = threading.Thread(target=lambda: frames.append(prices()))
        worker.start()
        worker.join()
        return frames[0]


@dataclass(frozen=True)
class DeclaredReader(Reader):
    """Says which file it reads: not a cheat, since a reader can look at the file."""

    files = ("prices.csv",)
