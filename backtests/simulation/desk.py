"""The desk: what to trade at a close, and what fills at an open. Engines only turn its clock."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from math import fsum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from backtests.settings import Settings
from backtests.simulation.book import Book, Holdings
from backtests.simulation.cash_events import CashEvents, paying_sessions
from backtests.simulation.decisions import Columns, Decider
from backtests.simulation.execution import Execution
from backtests.simulation.fills import Why
from backtests.simulation.flows import DatedFlows, dated_flows
from backtests.simulation.interest import growth
from backtests.simulation.limits import Limiter, Standing
from backtests.simulation.output import EngineOutput, Explained, LegLimited, Target, cell
from backtests.simulation.sizing import Sizer
from markets.costs.models import CostModel
from markets.market import Market, Mask
from markets.per_market import Itself, per_market
from markets.views.recorder import Recorder
from newsfolio.blame import shortened, writable
from newsfolio.schedules import Schedule
from newsfolio.strategy import Strategy

Goal = tuple[Mapping[int, float], float, Mapping[int, float]]
"""Units wanted by column, the sum of the weights behind them, and weights by column."""


class Tree(Protocol):
    """What the desk asks of a strategy of strategies; nets: the sums of weights behind goals."""

    marks: Mask
    decider: Decider
    nets: dict[int, float]

    @property
    def notes(self) -> tuple[str, ...]: ...

    @property
    def limited(self) -> tuple[LegLimited, ...]: ...

    def goal(self, session: int, equity: float, held: Mapping[int, float]) -> Goal | None: ...


MOST_NOTES = 40
"""Sentences of a strategy that a run keeps."""

CLOCKS = 32
"""Schedules whose marks a market remembers."""


class Desk:
    """Answers "it is the open of session s" and "it is the close of session s".

    See docs/method.md for every rule. The methods must be called in the order of time; sessions
    that `turn` leaves out may be left out.

    marks: (T,) sessions with a decision due; band: drift that asks for one too; stops: sessions
    that matter whatever is held. tree: what decides where the strategy holds strategies.
    asked: what the strategy wanted before limits.
    noting: whether the output says what each decision wanted in units.
    """

    def __init__(
        self, strategy: Strategy, market: Market, settings: Settings, costs: CostModel,
        recorder: Recorder | None = None, tree: Tree | None = None,
    ) -> None:  # fmt: skip
        self.strategy = strategy
        self.market = market
        self.settings = settings
        self.costs = costs
        self._recorder = recorder
        self._growth = growth(market, settings.credit_spread)
        self._targets: list[Target] = []
        self._goal: dict[int, float] = {}
        self._wanted: dict[int, float] = {}
        self._unplaced = 0.0
        self.asked: dict[int, float] = {}
        self._ended: int | None = None
        self._dry: tuple[int, float] | None = None
        self.tree = tree
        self.noting = False
        self._goals: list[tuple[int, int, float]] = []
        if tree is None:
            self.marks, self.stops = clock_of(strategy.rebalance, market)
            self.band = strategy.rebalance.band
        else:
            self.marks, self.band = tree.marks, None
            self.stops = np.flatnonzero(tree.marks | paying_sessions(market))
        self._flows = dated_flows(market, settings.flows) if settings.flows else None
        if self._flows is not None:
            self.stops = np.union1d(self.stops, np.flatnonzero(self._flows.due))

    @cached_property
    def sizer(self) -> Sizer:
        return Sizer(self.market, self.settings, self.costs)

    @cached_property
    def book(self) -> Book:
        return Book(self.market, self._growth, self.settings.cash)

    @property
    def pending(self) -> dict[int, float]:
        """Units still to be traded, by column; negative for sales."""
        return self._execution.pending

    def turn(self, session: int) -> int | None:
        """The next session on which anything can happen; None when the run is over."""
        last = len(self.market.sessions) - 1
        if session >= last:
            return None
        if self.pending or self.band is not None or self._cash_events.carries():
            return session + 1
        place = bisect_right(self._stops, session)
        return self._stops[place] if place < len(self._stops) else last

    def open(self, session: int) -> None:
        """Interest, delistings, dividends, money in and out, and the orders that fill."""
        events = self._cash_events
        flows = self._flows_due(session)
        if not (self.pending or events.paying[session] or flows or events.carries()):
            return
        equity = self.book.equity(session - 1) if flows else 0.0
        self._execution.give_up(session, events.open(session))
        if flows:
            self._flow(session, flows, equity)
        self._execution.open(session)

    def close(self, session: int) -> bool:
        """Ask the strategy if a decision is due; whether there are other orders now."""
        if self._ended is not None:
            return False
        if self._dry is not None or self.book.equity(session) <= 0:
            return self._wind_up(session)
        if not (self.marks[session] or self._drifted(session)):
            return self._place(session)
        self._cash_events.accrue(session)
        if self.tree is not None:
            return self._reach(session, self.goal(session, self.book.equity(session), self._held()))
        wanted = self.limited(session, self.book, self._held)
        if wanted is None:
            return self._place(session)
        self._decide(session, dict(wanted.items()), self.kept)
        return True

    def goal(self, session: int, equity: float, held: Mapping[int, float]) -> Goal | None:
        """What a strategy of strategies wants at the close of `session`, in units."""
        assert self.tree is not None  # noqa: S101 (asked of trees alone)
        return self.tree.goal(session, equity, held)

    def decide(self, session: int, book: Holdings) -> Columns | None:
        """What the strategy wants at the close of `session`; None: nothing."""
        return self.decider.decide(session, book)

    def limited(
        self, session: int, book: Holdings, held: Callable[[], dict[int, float]]
    ) -> Columns | None:
        """The same within the limits of the run; held: units by column."""
        wanted = self.decide(session, book)
        if wanted is None or self.limiter is None:
            return wanted
        self.asked = dict(wanted.items())
        standing = Standing(session, book.equity(session), held())
        return self.limiter.apply(self.asked, standing, self.decider.owner)

    @cached_property
    def limiter(self) -> Limiter | None:
        """What applies the limits; None where there are none."""
        limits = self.settings.limits
        return Limiter(limits, self.sizer, self.strategy.label) if limits else None

    @property
    def kept(self) -> frozenset[int]:
        """Columns whose units the last decision leaves as they are."""
        return self.limiter.kept if self.limiter is not None else frozenset()

    def output(self) -> EngineOutput:
        waiting = sorted(self.pending.items())
        return EngineOutput(
            fills=tuple(self.book.fills),
            events=tuple(self.book.events),
            lapses=tuple(self._execution.lapses),
            targets=tuple(self._targets),
            waiting=tuple((self.market.tickers[column], size) for column, size in waiting),
            debt=self._execution.debt,
            ruined=self._ended if self._dry is None else None,
            dry=self._dry,
            limited=tuple(self.limiter.changed) if self.limiter is not None else (),
            goals=np.array(self._goals).reshape(-1, 3) if self.noting else None,
        )

    def explained(self) -> Explained | None:
        """What the strategy says of its last decision; None where it says nothing."""
        explanation = self.decider.explained()
        if explanation is None:
            return None
        day, table = explanation
        return Explained(
            day.isoformat(),
            tuple(map(str, table.columns)),
            tuple(tuple(map(cell, row)) for row in table.itertuples(index=False)),
        )

    def notes(self) -> tuple[str, ...]:
        """What the strategy noted, each sentence once, with its days."""
        days: dict[str, list[date]] = {}
        for session, text in self.decider.noted:
            days.setdefault(text, []).append(self.market.day(session))
        notes = [f"{_span(decided)}: {shortened(writable(text))}" for text, decided in days.items()]
        more = (f"The strategy noted {len(notes) - MOST_NOTES} more.",)
        own = (*notes[:MOST_NOTES], *(more if len(notes) > MOST_NOTES else ()))
        return own if self.tree is None else (*own, *self.tree.notes)

    @cached_property
    def _cash_events(self) -> CashEvents:
        return CashEvents(self.book, self.market, self.settings, self.costs)

    @cached_property
    def _execution(self) -> Execution:
        return Execution(self.book, self.sizer, self.market, self.settings)

    @cached_property
    def decider(self) -> Decider:
        if self.tree is not None:
            return self.tree.decider
        return Decider(self.strategy, self.market, self._recorder)

    @cached_property
    def _stops(self) -> list[int]:
        return self.stops.tolist()

    # Decisions

    def _drifted(self, session: int) -> bool:
        if self.band is None or not self._targets or self.pending:
            return False
        equity, values = self.book.equity(session), self.book.values(session)
        gaps = (
            abs(value / equity - self._goal.get(column, 0.0))
            for column, value in enumerate(values.tolist())
        )
        return max(gaps, default=0.0) > self.band

    def _decide(
        self, session: int, weights: dict[int, float], kept: frozenset[int] = frozenset()
    ) -> None:
        equity = self.book.equity(session)
        held = self._held()
        wanted, _ = self.sizer.targets(weights, session, equity, held, kept)
        self._send(session, equity, wanted, fsum(weights.values()))
        self._wanted, self._unplaced = weights, 0.0
        worth = self.market.value_rate[session]
        self._goal = {column: size * worth.item(column) / equity for column, size in wanted.items()}
        self._note_target(session, weights)

    def _reach(self, session: int, goal: Goal | None) -> bool:
        if goal is None:
            return False
        units, net, weights = goal
        self._send(session, self.book.equity(session), units, net)
        self._note_target(session, weights)
        return True

    def _send(self, session: int, equity: float, wanted: Mapping[int, float], net: float) -> None:
        held = self._held()
        orders = self.sizer.orders(wanted, held, session, equity)
        if self.noting:
            self._goals += [
                (session, column, held.get(column, 0.0) + orders.get(column, 0.0))
                for column in sorted({*wanted, *held})
            ]
        parts = None
        if self.settings.limits is not None and self._ended is None:
            parts = {c: self.sizer.part(c, session, size) for c, size in orders.items()}
        self._execution.send(orders, net, parts)

    def _note_target(self, session: int, weights: Mapping[int, float]) -> None:
        tickers = self.market.tickers
        self._targets.append(
            Target(session, {tickers[column]: weights[column] for column in sorted(weights)})
        )

    def _wind_up(self, session: int) -> bool:
        self._ended = session
        self._cash_events.accrue(session)
        self._decide(session, {})
        return True

    # Money in and out

    def _flows_due(self, session: int) -> DatedFlows | None:
        """The flows, where some arrive before the opens of a session."""
        flows = self._flows if self._ended is None else None
        return flows if flows is not None and flows.due[session] else None

    def _flow(self, session: int, flows: DatedFlows, equity: float) -> None:
        """Let money in or out, unless that leaves nothing; equity: at the close before."""
        amount, own = flows.on(session, equity)
        if amount < 0 and equity + amount <= 0:
            self._dry = session, -amount
            return
        self.book.post(session, [(Why.FLOW, "", amount)])
        self._unplaced += own

    def _place(self, session: int) -> bool:
        """Put what flowed into what is under its target; whether there are orders for it."""
        if not self._unplaced or not self._targets or self.pending or self.tree is not None:
            return False
        money, self._unplaced = self._unplaced, 0.0
        equity = self.book.equity(session)
        orders = self.sizer.placed(self._wanted, self._held(), session, equity, money)
        self._execution.send(orders, fsum(self._wanted.values()))
        return bool(orders)

    def _held(self) -> dict[int, float]:
        units = self.book.units
        return {column: units.item(column) for column in np.flatnonzero(units).tolist()}


def _span(days: list[date]) -> str:
    """The days of a note: one, or the first and the last with their number."""
    count = len(set(days))
    return f"{days[0]}" if count == 1 else f"{days[0]} to {days[-1]}, {count} decisions"


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
