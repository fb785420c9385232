"""The desk: what to trade at a close, and what fills at an open. Engines only turn its clock."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import fsum

import numpy as np
from numpy.typing import NDArray

from backtests.settings import Funding, Settings
from backtests.simulation.book import DUST, Book, Held
from backtests.simulation.cash_events import CashEvents, paying_sessions
from backtests.simulation.decisions import Columns, Decider
from backtests.simulation.fills import Fill, Lapse
from backtests.simulation.interest import growth
from backtests.simulation.output import EngineOutput, Explained, Target, cell
from backtests.simulation.sizing import Quote, Sizer
from markets.costs.models import CostModel
from markets.market import Market, Mask
from markets.per_market import Itself, per_market
from markets.views.recorder import Recorder
from newsfolio.schedules import Schedule
from newsfolio.strategy import Strategy

CLOCKS = 32
"""Schedules whose marks a market remembers."""


@dataclass
class _Orders:
    """The orders of one decision that wait for their opens."""

    sizes: dict[int, float] = field(default_factory=dict)
    net: float = 0.0


class Desk:
    """Answers "it is the open of session s" and "it is the close of session s".

    See docs/method.md for every rule. The methods must be called in the order of time; sessions
    that `turn` leaves out may be left out.

    marks: (T,) sessions with a decision due; band: drift that asks for one too; stops: sessions
    that matter whatever is held.
    """

    def __init__(
        self, strategy: Strategy, market: Market, settings: Settings, costs: CostModel,
        recorder: Recorder | None = None,
    ) -> None:  # fmt: skip
        self.strategy = strategy
        self.market = market
        self.settings = settings
        self.costs = costs
        self._recorder = recorder
        self._growth = growth(market, settings.credit_spread)
        self._orders = _Orders()
        self._targets: list[Target] = []
        self._goal: dict[int, float] = {}
        self._lapses: list[Lapse] = []
        self._debt: tuple[int, float] | None = None
        self._ruined: int | None = None
        self.marks, self.stops = clock_of(strategy.rebalance, market)
        self.band = strategy.rebalance.band

    @cached_property
    def sizer(self) -> Sizer:
        return Sizer(self.market, self.settings, self.costs)

    @cached_property
    def book(self) -> Book:
        return Book(self.market, self._growth, self.settings.cash)

    @property
    def pending(self) -> dict[int, float]:
        """Units still to be traded, by column; negative for sales."""
        return self._orders.sizes

    def turn(self, session: int) -> int | None:
        """The next session on which anything can happen; None when the run is over."""
        last = len(self.market.sessions) - 1
        if session >= last:
            return None
        if self._orders.sizes or self.band is not None or self._cash_events.carries():
            return session + 1
        place = bisect_right(self._stops, session)
        return self._stops[place] if place < len(self._stops) else last

    def open(self, session: int) -> None:
        """Interest, delistings, dividends, and the orders that fill at this session's opens."""
        if not (
            self._orders.sizes or self._cash_events.paying[session] or self._cash_events.carries()
        ):
            return
        for column in self._cash_events.open(session):
            if column in self._orders.sizes:
                self._lapse(session, column, self._orders.sizes.pop(column), "delisted")
        if self._orders.sizes:
            equity = fsum([self.book.cash, *self.book.values(session - 1).tolist()])
            for group in self._groups:
                self._trade(session, group, equity)
                self._note_debt(session)
        self._note_debt(session)

    def close(self, session: int) -> bool:
        """Ask the strategy if a decision is due; whether it decided."""
        if self._ruined is not None:
            return False
        if self.book.equity(session) <= 0:
            return self._wind_up(session)
        if not (self.marks[session] or self._drifted(session)):
            return False
        self._cash_events.accrue(session)
        wanted = self.decide(session, self.book)
        if wanted is None:
            return False
        self._decide(session, dict(wanted.items()))
        return True

    def decide(self, session: int, book: Held) -> Columns | None:
        """What the strategy wants at the close of `session`; None: nothing."""
        return self._decider.decide(session, book)

    def output(self) -> EngineOutput:
        waiting = sorted(self._orders.sizes.items())
        return EngineOutput(
            fills=tuple(self.book.fills),
            events=tuple(self.book.events),
            lapses=tuple(self._lapses),
            targets=tuple(self._targets),
            waiting=tuple((self.market.tickers[column], size) for column, size in waiting),
            debt=self._debt,
            ruined=self._ruined,
        )

    def explained(self) -> Explained | None:
        """What the strategy says of its last decision; None where it says nothing."""
        found = self._decider.explained()
        if found is None:
            return None
        day, table = found
        return Explained(
            day.isoformat(),
            tuple(map(str, table.columns)),
            tuple(tuple(map(cell, row)) for row in table.itertuples(index=False)),
        )

    @cached_property
    def _cash_events(self) -> CashEvents:
        return CashEvents(self.book, self.market, self.settings, self.costs)

    @cached_property
    def _decider(self) -> Decider:
        return Decider(self.strategy, self.market, self._recorder)

    @cached_property
    def _stops(self) -> list[int]:
        return self.stops.tolist()

    @cached_property
    def _groups(self) -> tuple[tuple[int, ...], ...]:
        return by_opening(self.market)

    # Decisions

    def _drifted(self, session: int) -> bool:
        if self.band is None or not self._targets or self._orders.sizes:
            return False
        equity, values = self.book.equity(session), self.book.values(session)
        gaps = (
            abs(value / equity - self._goal.get(column, 0.0))
            for column, value in enumerate(values.tolist())
        )
        return max(gaps, default=0.0) > self.band

    def _decide(self, session: int, weights: dict[int, float]) -> None:
        equity = self.book.equity(session)
        held = self._held()
        wanted, _ = self.sizer.targets(weights, session, equity, held)
        sizes = self.sizer.orders(wanted, held, session, equity)
        self._orders = _Orders(sizes, fsum(weights.values()))
        worth = self.market.value_rate[session]
        self._goal = {column: size * worth.item(column) / equity for column, size in wanted.items()}
        tickers = self.market.tickers
        self._targets.append(
            Target(session, {tickers[column]: weights[column] for column in sorted(weights)})
        )

    def _wind_up(self, session: int) -> bool:
        self._ruined = session
        self._cash_events.accrue(session)
        self._decide(session, {})
        return True

    def _held(self) -> dict[int, float]:
        units = self.book.units
        return {column: units.item(column) for column in np.flatnonzero(units).tolist()}

    # Fills

    def _trade(self, session: int, group: tuple[int, ...], equity: float) -> None:
        """Sells, then as many buys as the allowed debt carries."""
        fillable = self.market.fillable
        ready = [
            column
            for column in group
            if column in self._orders.sizes and fillable.item(session, column)
        ]
        sells = [column for column in ready if self._orders.sizes[column] < 0]
        self._fill(session, {column: -self._capped(session, column) for column in sells}, {})
        buys = {
            column: self._capped(session, column)
            for column in ready
            if self._orders.sizes.get(column, 0.0) > 0
        }
        if buys:
            self._buy(session, buys, equity)

    def _buy(self, session: int, buys: dict[int, float], equity: float) -> None:
        """Covers in full; the rest by one factor, as far as cash and credit go."""
        covers = {
            column: min(size, max(0.0, -float(self.book.units[column])))
            for column, size in buys.items()
        }
        quotes = {column: self.sizer.quote(column, session, size) for column, size in buys.items()}
        price = {column: quote.price * quote.rate for column, quote in quotes.items()}
        due = fsum([
            *(quote.fee for quote in quotes.values()),
            *(covers[column] * price[column] for column in buys),
        ])  # fmt: skip
        rest = fsum((buys[column] - covers[column]) * price[column] for column in buys)
        purse = self.book.cash + self._allowed_debt(session, equity) - due
        factor = 1.0 if rest <= max(purse, 0.0) else max(0.0, purse / rest)
        fits = {
            column: size
            if factor == 1.0
            else covers[column]
            + self.sizer.round_lot(column, session, factor * (size - covers[column]))
            for column, size in buys.items()
        }
        self._fill(session, fits, quotes if factor == 1.0 else {})
        for column, size in buys.items():
            if fits[column] < size and column in self._orders.sizes:
                self._cut(session, column, size - fits[column])

    def _cut(self, session: int, column: int, size: float) -> None:
        """What credit did not carry lapses; in a cash account it waits for the sells."""
        selling = any(left < 0 for left in self._orders.sizes.values())
        if self.settings.funding is Funding.WAIT and selling:
            return
        left = self._orders.sizes[column] - size
        if left > DUST * size:
            self._orders.sizes[column] = left
        else:
            del self._orders.sizes[column]
        self._lapse(session, column, size, "not enough cash and credit at the open")

    def _allowed_debt(self, session: int, equity: float) -> float:
        """How far below zero the purchases of an open may push the cash."""
        borrowed = max(0.0, self._orders.net - 1) * equity
        if self.settings.funding is Funding.WAIT:
            return borrowed
        gap = self.settings.tolerance * max(equity, 0.0)
        return fsum([borrowed, self._unfilled_sells(session), gap])

    def _unfilled_sells(self, session: int) -> float:
        """What this decision's waiting sells would bring at the last close, less their costs."""
        values = []
        for column, size in self._orders.sizes.items():
            if size < 0:
                quote = self.sizer.estimate(column, session - 1, size)
                values.append(-size * quote.price * quote.rate - quote.fee)
        return fsum(values)

    def _capped(self, session: int, column: int) -> float:
        """How much of an order may fill at this open."""
        size = self._orders.sizes[column]
        capped = min(abs(size), self.sizer.cap(column, session))
        sent = size < 0 or self.sizer.worth_sending(column, session, capped, 0.0)
        return capped if sent else 0.0

    def _fill(
        self, session: int, quantities: Mapping[int, float], quotes: Mapping[int, Quote]
    ) -> None:
        """Book what executes together at one hour; `quotes` are those already at hand."""
        sizes = self._orders.sizes
        filled = {column: quantity for column, quantity in quantities.items() if quantity}
        self.book.settle(
            self._executed(session, column, quantity, quotes.get(column))
            for column, quantity in filled.items()
        )
        for column, quantity in filled.items():
            left = sizes[column] - quantity
            if abs(left) <= DUST * abs(quantity):
                del sizes[column]
            else:
                sizes[column] = left

    def _executed(self, session: int, column: int, quantity: float, known: Quote | None) -> Fill:
        asset, quote = self.market.assets[column], known
        if quote is None:
            quote = self.sizer.quote(column, session, quantity)
        return Fill(
            self.market.day(session), asset.ticker, float(quantity), quote.price,
            asset.currency, quote.rate, quote.fee, quote.slippage,
        )  # fmt: skip

    def _lapse(self, session: int, column: int, size: float, reason: str) -> None:
        self._lapses.append(
            Lapse(self.market.day(session), self.market.tickers[column], float(size), reason)
        )

    def _note_debt(self, session: int) -> None:
        """Remember the largest credit, that between two opens of one session included."""
        if self.book.cash < 0 and (self._debt is None or -self.book.cash > self._debt[1]):
            self._debt = (session, -self.book.cash)


def clock_of(schedule: Schedule, market: Market) -> tuple[Mask, NDArray[np.int64]]:
    """(T,) the sessions with a decision due, and the places of those that matter anyway.

    Remembered on the market, for the next strategy with the very same schedule: an author's own may
    be equal and mark otherwise. Read-only.
    """
    return _clock(market, Itself(schedule))


@per_market(most=CLOCKS)
def _clock(market: Market, schedule: Itself[Schedule]) -> tuple[Mask, NDArray[np.int64]]:
    marks = schedule.value.marks(market.calendar).copy()
    marks[: market.first] = False
    marks[market.first] |= schedule.value.from_start
    stops = np.flatnonzero(marks | paying_sessions(market))
    marks.flags.writeable = stops.flags.writeable = False
    return marks, stops


def by_opening(market: Market) -> tuple[tuple[int, ...], ...]:
    """Columns whose venues open at the same hour, in the order of the day."""
    groups: dict[object, list[int]] = defaultdict(list)
    for column, asset in enumerate(market.assets):
        groups[asset.venue.opens].append(column)
    return tuple(tuple(groups[hour]) for hour in sorted(groups))  # type: ignore[type-var]
