"""What is measured on: the sample market as the peers take it, and a large made-up one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from backtests.runner.inputs import load_bars, prepare
from backtests.settings import Settings
from benchmarks.peers.panel import Floats, Panel
from benchmarks.peers.theses import LINES, Equal
from markets.bars import COLUMNS, Bars, Priced
from markets.reference.calendars import sessions_of
from markets.reference.currencies import EcbRates
from markets.sample.source import SampleSource
from markets.snapshot import Snapshot
from newsfolio.assets import NEW_YORK, Asset
from newsfolio.facts import Facts
from newsfolio.listings import asset_of
from newsfolio.schedules import monthly

END = date(2026, 9, 30)
FEE, CASH = 0.001, 1_000_000.0
HOUSE = ("SPY", "MCHI", "SMH")
"""What a verdict asks for besides the lines."""


@dataclass(frozen=True)
class Held:
    """A source of bars that are in memory already."""

    bars: Mapping[str, Bars]
    name: str = "memory"

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        return Snapshot({a.ticker: self.bars[a.ticker] for a in assets if a.ticker in self.bars})


def window(sessions: int) -> Settings:
    """The last so many sessions of New York up to END."""
    return Settings(start=days_of(sessions)[0].tolist(), end=END, engine="kernel")


def days_of(sessions: int) -> np.ndarray:
    calendar_days = sessions_of(NEW_YORK)
    return calendar_days[calendar_days <= np.datetime64(END)][-sessions:]


def sample_panel(sessions: int, folder: Path) -> Panel:
    """The sample market in total-return dollars, on the sessions of New York."""
    settings = window(sessions)
    market = prepare(Equal(), load_bars(Equal(), SampleSource(), settings), settings)
    days = days_of(sessions)
    columns = [market.place[line] for line in LINES]
    close = market.level[np.searchsorted(market.sessions, days)][:, columns]
    ends = np.isin(days, market.sessions[monthly.marks(market.calendar)])
    ends[0] |= monthly.from_start
    return Panel(days, LINES, np.ascontiguousarray(close), np.flatnonzero(ends), FEE, CASH, folder)


def flat_lines(panel: Panel) -> dict[str, Bars]:
    """The panel as lines of New York that open where they last closed."""
    opened = np.vstack([panel.close[:1], panel.close[:-1]])
    days = pd.DatetimeIndex(panel.days, name="session")
    return {
        ticker: line(ticker, days, opened[:, column], panel.close[:, column])
        for column, ticker in enumerate(names(len(panel.tickers)))
    }


def line(ticker: str, days: pd.DatetimeIndex, opened: Floats, close: Floats) -> Bars:
    """Bars without dividends and splits, and more volume than anybody needs."""
    high, low = np.maximum(opened, close), np.minimum(opened, close)
    none = np.zeros(len(days))
    columns = (opened, high, low, close, np.full(len(days), 1e9), none, none)
    frame = pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)), index=days)
    return Bars(ticker, frame, Priced.SPLITS)


def names(lines: int) -> tuple[str, ...]:
    """Tickers that nobody trades, in the order of the alphabet."""
    return tuple(f"ZZ{number:04d}" for number in range(lines))


def random_lines(lines: int, sessions: int) -> dict[str, Bars]:
    """Random walks with a common factor, in New York."""
    rng = np.random.default_rng(20260930)
    days = pd.DatetimeIndex(days_of(sessions).astype("datetime64[ns]"), name="session")
    factor = rng.normal(0.0003, 0.009, sessions)
    made = {}
    for ticker in names(lines):
        steps = factor * rng.uniform(0.5, 1.5) + rng.normal(0, 0.012, sessions)
        close = np.round(rng.uniform(20, 200) * np.exp(np.cumsum(steps)), 4)
        opened = np.round(close * np.exp(rng.normal(0, 0.004, sessions)), 4)
        made[ticker] = line(ticker, days, opened, close)
    return made


def write_folder(bars: Iterable[Bars], folder: Path) -> None:
    """One Parquet file a ticker, in Yahoo's columns."""
    folder.mkdir(exist_ok=True)
    for bar in bars:
        one_file(bar).to_parquet(folder / f"{bar.ticker}.parquet")


def one_file(bars: Bars) -> pd.DataFrame:
    frame = bars.frame
    names_of = ("Open", "High", "Low", "Close", "Volume", "Dividends", "Stock Splits")
    table = frame.set_axis(list(names_of), axis=1).rename_axis("Date").reset_index()
    paid = frame["dividend"] / frame["close"].shift()
    kept = (1 - paid.fillna(0.0)).iloc[::-1].cumprod().iloc[::-1].shift(-1, fill_value=1.0)
    return table.assign(**{"Adj Close": (frame["close"] * kept).to_numpy()})


def write_sample(folder: Path) -> None:
    """The sample lines, and the euro's rate of the Hong Kong dollar for those who convert."""
    wanted = dict.fromkeys((*LINES, *HOUSE))
    write_folder(SampleSource().load(map(asset_of, wanted)).values(), folder)
    rates = EcbRates().fixings("USD", "HKD")
    late = rates.days >= np.datetime64("2014-01-01")
    days = pd.DatetimeIndex(rates.days[late].astype("datetime64[ns]"), name="session")
    write_folder([line("HKD=X", days, rates.rates[late], rates.rates[late])], folder)
