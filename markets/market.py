"""The Market: every line of a run on one session axis, with its rates, ready for an engine."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from markets.reference.calendars import RunCalendar
from markets.reference.currencies import EcbRates, FxSource
from newsfolio.assets import Asset, Sleeve
from newsfolio.errors import BrokenData
from newsfolio.listings import asset_of

Days = NDArray[np.datetime64]
Floats = NDArray[np.floating]
Array: TypeAlias = NDArray[Any]
"""Of any kind of values."""
Mask = NDArray[np.bool_]
Signs = NDArray[np.int8]

DERIVED = ("level", "value_rate", "traded_value", "bar_level")
"""Arrays that a market works out of the others when they are first asked for."""


@dataclass(frozen=True, eq=False)
class Placed:
    """A table of facts on the sessions of a run: row r may be used from session `places[r]` on."""

    frame: pd.DataFrame
    places: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Market:
    """T sessions x N lines, lines in the order of their tickers; all arrays are read-only.

    sessions: (T,) datetime64[D], ascending; history before the run's start included.
    first: the place of the run's first session; the last is T - 1.
    ready: the place of the first session on which every sleeve can be held; None: there is none.
    open, close: (T, N) local currency, split-adjusted; NaN without a bar (or without an open).
    last: (T, N) the last close known, NaN before the first bar.
    fillable: (T, N) an order can fill at this session's open.
    locked: (T, N) 1 where it opened at its upper price limit and no purchase fills, -1 at its
        lower one and no sale does, else 0.
    opened: (T, N) the line's venue had an opening, whatever the line did.
    volume: (T, N) units; NaN unknown.
    dividend: (T, N) local currency a unit going ex on the session, 0 for none.
    factor: (T, N) total-return factor, 1 at first, growing on each ex-date.
    later: (T, N) product of the splits dated after the session; raw shares = units / later.
    rate_before, rate: (T, N) base for one unit of local currency: the last fixing dated before the
        session (fills, fees, dividends), and the one that values its close.
    usable: (T, N) may be held by a decision at this close.
    pays_off: place of the session on which a delisted line pays, by line; `payoff` how much a unit.
    cash_rate: (T,) a year's interest on base-currency cash as known before the session;
        `cash_line` the line that tells it, "" where none does.
    signals: (T,) arrays by ticker, as of each close, in their own units.
    facts: tables by name, each row with the first session whose decision may use it.
    high, low: (T, N) as `close`; None where nobody asked for whole bars.
    fx: where the rates come from, for what is neither a line nor the base.
    bare_cash: idle cash earns nothing and the proceeds of a short sale are cash, as in backtrader.
    legs: the markets of the strategies that the run's own holds, in their order.
    """

    base: str
    sleeves: tuple[Sleeve, ...]
    assets: tuple[Asset, ...]
    sessions: Days
    first: int
    ready: int | None
    open: Floats
    close: Floats
    last: Floats
    fillable: Mask
    locked: Signs
    opened: Mask
    volume: Floats
    dividend: Floats
    factor: Floats
    later: Floats
    rate_before: Floats
    rate: Floats
    usable: Mask
    pays_off: Mapping[int, int]
    payoff: Mapping[int, float]
    cash_rate: Floats
    signals: Mapping[str, Floats]
    facts: Mapping[str, Placed]
    calendar: RunCalendar
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    snapshot: str
    simulated: bool
    high: Floats | None = None
    low: Floats | None = None
    bare_cash: bool = False
    cash_line: str = ""
    fx: FxSource = field(default_factory=EcbRates)
    legs: tuple[Market, ...] = ()

    def __post_init__(self) -> None:
        for attribute in dataclasses.fields(self):
            value = getattr(self, attribute.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False
        for signal in self.signals.values():
            signal.flags.writeable = False

    @property
    def first_decision(self) -> int | None:
        """The place of the first session whose close could act on the article; None without one."""
        return self.calendar.first_decision

    @cached_property
    def tickers(self) -> tuple[str, ...]:
        return tuple(asset.ticker for asset in self.assets)

    @cached_property
    def by_ticker(self) -> Mapping[str, Asset]:
        """Every asset that the run knows: with data or without."""
        wanted = (line for sleeve in self.sleeves for line in sleeve.lines)
        return {asset.ticker: asset for asset in (*map(asset_of, wanted), *self.assets)}

    @cached_property
    def place(self) -> Mapping[str, int]:
        """The column of each ticker."""
        return {ticker: column for column, ticker in enumerate(self.tickers)}

    @cached_property
    def universe(self) -> tuple[str, ...]:
        """The tickers of the universe that have data, in the author's order."""
        lines = (ticker for sleeve in self.sleeves for ticker in sleeve.tickers)
        return tuple(ticker for ticker in dict.fromkeys(lines) if ticker in self.place)

    @cached_property
    def value_rate(self) -> Floats:
        """(T, N) base currency for one unit held: last close times rate."""
        return _frozen(self.last * self.rate)

    @cached_property
    def level(self) -> Floats:
        """(T, N) total-return index in base currency, 100 on a line's first bar; the last known.

        It starts at 100 because a split-adjusted price tells the splits that are still to come.
        """
        worth = self.last * self.factor * self.rate
        start = np.argmax(~np.isnan(worth), axis=0)
        return _frozen(100 * worth / worth[start, np.arange(worth.shape[1])])

    @cached_property
    def traded_value(self) -> Floats:
        """(T, N) close x volume in base currency; NaN where either is unknown."""
        return _frozen(self.close * self.volume * self.rate)

    @cached_property
    def bar_level(self) -> Floats:
        """(T, N) the level where a line had a bar, else NaN."""
        return _frozen(np.where(np.isnan(self.close), np.nan, self.level))

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if name in _FIELDS}

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The sessions as dates."""
        return tuple(self.sessions.tolist())

    @cached_property
    def index(self) -> pd.DatetimeIndex:
        """The sessions of the run, from the first on."""
        return pd.DatetimeIndex(
            self.sessions[self.first :].astype("datetime64[ms]"), name="session"
        )

    @cached_property
    def row_of(self) -> Mapping[date, int]:
        """The place of each session."""
        return {day: row for row, day in enumerate(self.days)}

    def day(self, session: int) -> date:
        return self.days[session]

    @property
    def whole(self) -> Market:
        """The market that `window` cut this one from, else itself: they are alike at each close."""
        whole: Market = vars(self).get("_whole", self)
        return whole

    def window(self, first: int, last: int, first_decision: int | None) -> Market:
        """The market of a run from session `first` to `last`, its history before that included.

        first_decision: the session on which such a run could first act on its article.
        """
        end = last + 1
        cut = {
            field.name: getattr(self, field.name)[:end]
            for field in dataclasses.fields(self)
            if isinstance(getattr(self, field.name), np.ndarray)
        }
        calendar = RunCalendar(self.sessions[:end], self.calendar.clock, first_decision)
        window = dataclasses.replace(
            self,
            **cut,
            first=first,
            calendar=calendar,
            signals={ticker: signal[:end] for ticker, signal in self.signals.items()},
            pays_off={line: place for line, place in self.pays_off.items() if place < end},
            legs=tuple(self._leg_window(leg, first, last, first_decision) for leg in self.legs),
        )
        derived = {name: getattr(self, name)[:end] for name in DERIVED}
        vars(window).update(derived, _whole=self.whole)
        return window

    def _leg_window(self, leg: Market, first: int, last: int, first_decision: int | None) -> Market:
        """A leg's market over the same days; its article moves by as many sessions as this one's.

        One that would come before all data is taken to be there from the first session.
        """
        begin = int(np.searchsorted(leg.sessions, self.sessions[first]))
        end = int(np.searchsorted(leg.sessions, self.sessions[last], side="right")) - 1
        acted, own = leg.first_decision, self.first_decision
        if acted is None or own is None or first_decision is None:
            return leg.window(begin, end, None)
        new, old = np.searchsorted(leg.sessions, self.sessions[[first_decision, own]]).tolist()
        return leg.window(begin, end, max(0, acted + new - old))

    def reinvested(self) -> Market:
        """The same market in total-return prices: nothing is paid, dividends are in the price.

        A unit stands for `factor` split-adjusted shares, so `later` shrinks as it grows, and lots,
        ticks and fees remain those of the shares that traded. BrokenData for a dividend that is not
        below the close before it, which no such price can hold.
        """
        before = np.vstack([np.full((1, len(self.assets)), np.nan), self.last[:-1]])
        for session, column in np.argwhere(self.dividend >= before)[:1]:
            raise BrokenData(
                f"{self.tickers[column]}: the dividend of {self.day(session)}, "
                f"{self.dividend[session, column]:g}, is not below the close before it "
                f"({before[session, column]:g}): no total-return price holds it; run with "
                "--dividends cash, or correct it"
            )
        return dataclasses.replace(
            self,
            later=self.later / self.factor,
            volume=self.volume / self.factor,
            open=self.open * self.factor,
            close=self.close * self.factor,
            last=self.last * self.factor,
            high=None if self.high is None else self.high * self.factor,
            low=None if self.low is None else self.low * self.factor,
            dividend=np.zeros_like(self.dividend),
            factor=np.ones_like(self.factor),
            payoff={line: pay * self.factor[-1, line] for line, pay in self.payoff.items()},
        )


_FIELDS = frozenset(field.name for field in dataclasses.fields(Market))


def _frozen(array: Floats) -> Floats:
    array.flags.writeable = False
    return array
