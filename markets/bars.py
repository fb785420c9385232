"""Daily bars of one line, checked once when they are made."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from newsfolio.assets import Delisting
from newsfolio.errors import BrokenData

COLUMNS = ("open", "high", "low", "close", "volume", "dividend", "split")
NAMES = pd.Index(COLUMNS)
FLOAT = np.dtype("float64")

Days = NDArray[np.datetime64]
Mask = NDArray[np.bool_]

ROUNDING = 1e-6
"""Of a price: what a vendor's adjustment leaves between equal figures."""

LEAST, MOST = 1e-6, 1e15
"""Adjusting for splits has made prices of thousandths and of billions, but none beyond these."""

RATIO = 1e5
"""No split has made so many shares of one, or one of so many."""


class Priced(StrEnum):
    """What the prices of a line are adjusted for."""

    SPLITS = "splits"  # dividends are known as events
    DIVIDENDS = "splits and dividends"  # no dividend can be credited or withheld
    LEVEL = "level"  # an index, a yield or an exchange rate


@dataclass(frozen=True)
class Doubt:
    """Where a source contradicts itself, and on which days; without days it is about all."""

    told: str
    days: tuple[date, ...] = ()


@dataclass(frozen=True, eq=False)
class Bars:
    """The daily bars of one line, in its own currency.

    frame: index `session` (naive dates, ascending, unique), float columns COLUMNS. `close` is
        never NaN. NaN elsewhere means unknown: an open that was not recorded (the bar is a price,
        not a market), a volume that nobody published, a split column that was not kept (not
        "no split"). Prices are split-adjusted; `dividend` is the amount a unit on the ex-date,
        adjusted for later splits; `split` is the ratio (4.0 for 4:1), 0.0 for none.
    later_splits: product of the splits after the last row that the prices are adjusted for, which
        a history that was cut short still needs to tell raw shares.
    simulated: the bars were made up. notes: what a reader must know of them. doubts: what the gate
        passes on. genuine: days whose jumps are real, each with the reason that somebody gave.
    delisted: how the line ended, where a correction says so. checked: the rows are some of a line
        that was checked when it was made.
    """

    ticker: str
    frame: pd.DataFrame
    priced: Priced
    later_splits: float = 1.0
    simulated: bool = False
    notes: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    genuine: tuple[tuple[date, str], ...] = ()
    delisted: Delisting | None = None
    checked: InitVar[bool] = False

    def __post_init__(self, checked: bool) -> None:
        if self.frame.empty:
            raise BrokenData(f"{self.ticker}: no rows with a price")
        if not checked:
            _check(self.ticker, self.frame, self.priced)

    @cached_property
    def days(self) -> Days:
        """The date of each row."""
        days: Days = self.frame.index.to_numpy().astype("datetime64[D]")
        days.flags.writeable = False
        return days

    @cached_property
    def first(self) -> date:
        return self.frame.index[0].date()

    @cached_property
    def last(self) -> date:
        return self.frame.index[-1].date()

    @cached_property
    def columns(self) -> Mapping[str, NDArray[Any]]:
        """The columns of the frame as arrays, read-only."""
        table = self.frame.to_numpy().view()
        table.flags.writeable = False
        return dict(zip(COLUMNS, table.T, strict=True))

    @cached_property
    def has_opens(self) -> bool:
        return not np.isnan(self.columns["open"]).all()

    @cached_property
    def splits_known_to(self) -> date | None:
        """The last session for which the split column says anything."""
        days = self.days[~np.isnan(self.columns["split"])]
        return days[-1].astype(date) if len(days) else None  # type: ignore[no-any-return]

    def splits_after(self, sessions: Days) -> NDArray[np.floating]:
        """The product of the splits after each session, those after the last row included."""
        split = self.columns["split"]
        some = split > 0
        after = np.append(np.cumprod(split[some][::-1])[::-1], 1.0) * self.later_splits
        return after[np.searchsorted(self.days[some], sessions, side="right")]  # type: ignore[no-any-return]

    def until(self, day: date) -> Bars:
        """The same line as it was known after `day`, its prices still adjusted as today."""
        rows = int(np.searchsorted(self.days, np.datetime64(day), side="right"))
        split = self.frame["split"].to_numpy()[rows:]
        later = float(np.prod(split[split > 0])) * self.later_splits
        frame = self.frame.iloc[:rows]
        return dataclasses.replace(self, frame=frame, later_splits=later, checked=True)

    def kept(self, rows: Mask) -> Bars:
        """Only these rows, as they stand: what happened on the others is gone."""
        return dataclasses.replace(self, frame=self.frame[rows], checked=True)

    def at_net_asset_value(self) -> Bars:
        """The same line as a fund: one price a day, and nobody counts how much is dealt at it."""
        close = self.frame["close"]
        prices = dict.fromkeys(("open", "high", "low"), close)
        frame = self.frame.assign(**prices, volume=np.nan)
        return dataclasses.replace(self, frame=frame, checked=True)

    @cached_property
    def traded_on(self) -> date | None:
        """The first day with a volume or more than one price; None: it deals as funds do."""
        prices, close = self.frame.to_numpy()[:, :3], self.frame["close"].to_numpy()
        moves = (np.abs(prices - close[:, None]) > ROUNDING * close[:, None]).any(axis=1)
        days = self.days[moves | (self.frame["volume"].to_numpy() > 0)]
        return days[0].astype(date) if len(days) else None  # type: ignore[no-any-return]

    @cached_property
    def unmoved(self) -> Days:
        """The days whose bar is the one before it, or stands still at the close before."""
        close = self.columns["close"]
        places = np.flatnonzero(close[1:] == close[:-1])  # no close is unknown
        bars = self.frame.to_numpy()[:, :5]  # open, high, low, close, volume
        now, before = bars[places + 1], bars[places]
        same = ((now == before) | (np.isnan(now) & np.isnan(before))).all(axis=1)
        same |= (now[:, :4] == before[:, 3:4]).all(axis=1)
        return self.days[places[same] + 1]

    def reach(self, days: NDArray[np.datetime64]) -> tuple[NDArray[Any], NDArray[Any]]:
        """High and low of each day; where one is unknown, what open and close span; NaN: no bar."""
        prices = self.frame[["open", "high", "low", "close"]].reindex(days.astype("datetime64[ns]"))
        opened, high, low, close = prices.to_numpy().T
        highest, lowest = np.fmax(opened, close), np.fmin(opened, close)
        return np.where(np.isnan(high), highest, high), np.where(np.isnan(low), lowest, low)

    def digest(self) -> str:
        """A hash of everything that a run can depend on."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        sha = hashlib.sha256(
            f"{self.ticker}|{self.priced}|{self.simulated}|{self.later_splits}".encode()
        )
        if self.delisted is not None:
            sha.update(f"{self.delisted.day}|{self.delisted.value}".encode())
        sha.update(self.days.tobytes())
        sha.update(np.ascontiguousarray(self.frame.to_numpy("float64")).data)
        return sha.hexdigest()


def moved_on(frame: pd.DataFrame, keep: NDArray[np.bool_]) -> pd.DataFrame:
    """Only these rows of a frame; an event of any other row moves to the next that is kept."""
    target = frame.index.to_series().where(keep).bfill()
    rows = frame.loc[keep].copy()
    rows["dividend"] = frame["dividend"].groupby(target).sum()
    ratios = frame["split"].replace(0.0, 1.0).groupby(target).prod()
    rows["split"] = ratios.where(ratios != 1.0, 0.0)
    return rows


def _check(ticker: str, frame: pd.DataFrame, priced: Priced) -> None:
    """Raise BrokenData naming the ticker, the date and the rule."""
    if not frame.columns.equals(NAMES) or any(kind != FLOAT for kind in frame.dtypes):
        raise BrokenData(f"{ticker}: columns must be {', '.join(COLUMNS)}, all float64")
    index = frame.index
    if not isinstance(index, pd.DatetimeIndex) or index.tz is not None:
        raise BrokenData(f"{ticker}: the index must be naive dates, one a session")
    instants = index.to_numpy()
    if (instants != instants.astype("datetime64[D]")).any():
        raise BrokenData(f"{ticker}: the index holds times of day; sessions are dates")
    steps = np.diff(instants).astype("int64")
    if not (steps > 0).all():
        if index.has_duplicates:
            raise BrokenData(f"{ticker}: {index[index.duplicated()][0]:%Y-%m-%d} appears twice")
        place = int(np.flatnonzero(steps < 0)[0]) + 1
        raise BrokenData(f"{ticker}: rows are not in date order at {index[place]:%Y-%m-%d}")
    for rule, broken in _rules(frame, priced).items():
        if broken.any():
            raise BrokenData(f"{ticker}: {rule} on {index[broken][0]:%Y-%m-%d}")


def _rules(frame: pd.DataFrame, priced: Priced) -> dict[str, NDArray[np.bool_]]:
    """The rows that break each rule; what is unknown breaks none but the close's."""
    table = frame.to_numpy()
    prices = table[:, :4]
    _, high, low, close, volume, dividend, split = table.T
    traded = priced is not Priced.LEVEL
    with np.errstate(invalid="ignore"):  # of two infinite prices
        crossed = low - high > ROUNDING * np.abs(low)
    return {
        "close is missing": np.isnan(close),
        "price not above 0": (prices <= 0).any(axis=1) & traded,
        "high below low": crossed,
        "infinite number": np.isinf(table).any(axis=1),
        f"price outside {LEAST:g} to {MOST:g}": (
            ((prices < LEAST) | (prices > MOST)).any(axis=1) & traded
        ),
        "volume below 0": volume < 0,
        "dividend below 0": dividend < 0,
        "split below 0": split < 0,
        f"split outside {1 / RATIO:g} to {RATIO:g}": (
            (split > RATIO) | ((split > 0) & (split < 1 / RATIO))
        ),
    }
