"""backtrader turns every bar, matches the desk's orders itself and keeps its own cash."""

from __future__ import annotations

from math import fsum

import backtrader as bt

from backtests.engines.backtrader_feed import (
    OverdraftBroker,
    after_the_bars,
    cerebro_of,
    numbers_of,
)
from backtests.simulation.desk import Desk
from backtests.simulation.fills import Fill
from backtests.simulation.output import EngineOutput
from newsfolio.errors import EngineError

AGREE = 1e-9
"""Largest difference between the two cash accounts, as a share of equity or, for an account that
has lost almost everything, of the initial capital: sums keep the rounding of what once was."""


class Fee(bt.CommInfoBase):
    """What the desk says an execution costs: fee and slippage, once an order."""

    params = (("stocklike", True), ("commtype", bt.CommInfoBase.COMM_FIXED))

    def __init__(self) -> None:
        super().__init__()
        self.due = 0.0

    def _getcommission(self, size: float, price: float, pseudoexec: bool) -> float:
        due, self.due = self.due, 0.0  # a flip from long to short asks twice for one order
        return due


class _DeskStrategy(bt.Strategy):
    """Carries the desk's orders to the broker, and compares what the two believe."""

    params = (("desk", None), ("columns", ()), ("fee", None))

    def __init__(self) -> None:
        self._desk: Desk = self.p.desk
        self._data = dict(zip(self.p.columns, self.datas, strict=True))
        self._column = {data: column for column, data in self._data.items()}
        self._session = {day: row for row, day in enumerate(numbers_of(self._desk.market).tolist())}
        self._working: dict[int, bt.Order] = {}
        self._executed: list[tuple[int, float, float]] = []
        self._opened = self._desk.market.first
        self._fills: dict[int, Fill] = {}
        self._summed = 0, 0.0
        self.broker.set_filler(self._fill)

    def prenext(self) -> None:
        self.next()

    def next(self) -> None:
        session = self._session[self.lines.datetime[0]]
        if session < self._desk.market.first:
            return
        self._open(session)
        self._compare(session)
        if self._desk.close(session):
            self._send()
        self._drop()

    def notify_order(self, order: bt.Order) -> None:
        for bit in order.executed.iterpending():
            self._executed.append((self._column[order.data], bit.size, bit.price))

    def _open(self, session: int) -> None:
        """Let the desk have this session's open, once, before the first order is matched."""
        if session <= self._opened:
            return
        self._opened = session
        book = self._desk.book
        before = len(book.fills)
        self._desk.open(session)
        place = self._desk.market.place
        self._fills = {place[fill.asset]: fill for fill in book.fills[before:]}

    def _fill(self, order: bt.Order, price: float, ago: int) -> float:
        """How much of an order executes at this open, and for how much on top of the price."""
        self._open(order.data.row)
        fill = self._fills.get(self._column[order.data])
        if fill is None:
            return 0.0
        self.p.fee.due = fill.fee + fill.slippage
        return abs(fill.quantity)

    def _compare(self, session: int) -> None:
        market = self._desk.market
        expected = [
            (
                column,
                fill.quantity,
                market.open[session, column] * market.rate_before[session, column],
            )
            for column, fill in sorted(self._fills.items())
        ]
        executed, self._executed = sorted(self._executed), []
        if executed != expected:
            raise EngineError(
                f"{market.day(session)}: backtrader executed {executed}, the desk {expected} "
                "(column, units, price); please report this"
            )
        self._fills = {}
        self._agree(session)

    def _agree(self, session: int) -> None:
        """The broker's cash and what moved without a trade together are the book's."""
        desk = self._desk
        gap = fsum([self.broker.cash, self._ledger(), -desk.book.cash])
        allowed = AGREE * desk.settings.cash
        if abs(gap) > allowed and abs(gap) > AGREE * abs(desk.book.equity(session)):
            raise EngineError(
                f"{desk.market.day(session)}: backtrader's cash and the book differ by {gap:g}; "
                "please report this"
            )

    def _ledger(self) -> float:
        """The sum of all cash events, exactly rounded; added up again when there is another one."""
        events = self._desk.book.events
        if len(events) != self._summed[0]:
            self._summed = len(events), fsum([event.amount for event in events])
        return self._summed[1]

    def _send(self) -> None:
        """Replace what works by the orders of a new decision, sells first."""
        for order in self._working.values():
            self.cancel(order)
        self._working = {}
        for column, size in sorted(
            self._desk.pending.items(), key=lambda item: (item[1] > 0, item)
        ):
            trade = self.buy if size > 0 else self.sell
            self._working[column] = trade(data=self._data[column], size=abs(size))

    def _drop(self) -> None:
        """Cancel what the desk has given up."""
        for column in [column for column in self._working if column not in self._desk.pending]:
            self.cancel(self._working.pop(column))


def run(desk: Desk) -> EngineOutput:
    """Turn the desk's clock with backtrader; EngineError where its broker disagrees."""
    fee = Fee()
    broker = OverdraftBroker()
    cerebro, columns = cerebro_of(desk.market, desk.settings.cash, broker)
    broker.addcommissioninfo(fee)
    cerebro.addstrategy(_DeskStrategy, desk=desk, columns=columns, fee=fee)
    cerebro.run(stdstats=False)
    for session in after_the_bars(desk.market):
        desk.open(session)
        desk.close(session)
    return desk.output()
