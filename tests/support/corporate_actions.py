"""Price files by hand, and the figures in them read without our reader."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from currency_converter import CurrencyConverter

from backtests.runner.run import Run
from backtests.settings import Engine, Settings
from markets.corrections import Correction, read_corrections
from markets.reference.calendars import sessions_of
from markets.snapshot import Snapshot, Source
from newsfolio.assets import Asset
from newsfolio.facts import Facts
from newsfolio.listings import asset_of

CENT = 0.005
EXACT = 1e-12
HEADER = "Date,Open,High,Low,Close,Adj Close,Volume,Dividends,Stock Splits"
ENGINES = (Engine.KERNEL, Engine.BACKTRADER)
USED = pytest.mark.parametrize("engine", ENGINES)


@dataclass(frozen=True)
class Without:
    """A source without some lines; without ^IRX idle cash earns nothing."""

    source: Source
    tickers: frozenset[str] = frozenset({"^IRX"})
    name: str = "without"

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        kept = [asset for asset in assets if asset.ticker not in self.tickers]
        return self.source.load(kept, facts)


def settings(engine: Engine, start: str, end: str, **more: object) -> Settings:
    values = {"currency": "USD", "engine": engine, "start": start, "end": end, **more}
    return Settings(**values)  # type: ignore[arg-type]


def cell(folder: Path, ticker: str, day: str, column: str) -> float:
    """A figure as it stands in the file."""
    with (folder / f"{ticker}.csv").open(encoding="utf-8-sig", newline="") as file:
        return next(float(row[column]) for row in csv.DictReader(file) if row["Date"][:10] == day)


def place(run: Run, day: str) -> int:
    return int(np.searchsorted(run.market.sessions, np.datetime64(day)))


def row_at(run: Run, day: str) -> int:
    return place(run, day) - run.market.first


def shares(run: Run, ticker: str, day: str) -> float:
    """Shares held at a close as they traded that day."""
    column = run.market.place[ticker]
    return float(
        run.account.units[row_at(run, day), column] / run.market.later[place(run, day), column]
    )


@dataclass(frozen=True)
class MadeUp:
    """A price file of the sessions of a line's venue; blank: nobody kept its splits."""

    price: float = 100.0
    dividends: Mapping[str, float] = field(default_factory=dict)
    splits: Mapping[str, float] = field(default_factory=dict)
    blank: bool = False
    still: bool = False

    def write(self, folder: Path, ticker: str, first: str, last: str) -> None:
        sessions = sessions_of(asset_of(ticker).venue)
        days = sessions[(sessions >= np.datetime64(first)) & (sessions <= np.datetime64(last))]
        rows = [HEADER]
        for number, day in enumerate(map(str, days)):
            close = self.price * (1 if self.still else 1 + 0.01 * math.sin(number / 3))
            split = "" if self.blank else f"{self.splits.get(day, 0.0)}"
            prices = f"{close},{close * 1.02},{close * 0.98},{close},{close}"
            rows.append(f"{day},{prices},{1e9 + number},{self.dividends.get(day, 0.0)},{split}")
        (folder / f"{ticker}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def rows_in(folder: Path, *rows: str) -> tuple[Correction, ...]:
    path = folder / "corrections.csv"
    path.write_text("\n".join(["ticker,day,what,value,of,reason", *rows]) + "\n", encoding="utf-8")
    return read_corrections(path)


@cache
def _ecb() -> CurrencyConverter:
    return CurrencyConverter(
        fallback_on_missing_rate=True, fallback_on_missing_rate_method="last_known"
    )  # type: ignore[call-arg]


def ecb(currency: str, base: str, day: date) -> float:
    return float(_ecb().convert(1, currency, base, date=day))


def dated_before(day: str | date) -> date:
    return date.fromisoformat(f"{day}") - pd.Timedelta(days=1).to_pytimedelta()
