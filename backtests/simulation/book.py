"""Cash and units during a run: the only state that changes, in one small class."""

from __future__ import annotations

from collections.abc import Iterable
from math import fsum
from typing import Protocol

import numpy as np

from backtests.simulation.fills import CashEvent, Fill, Why
from backtests.simulation.interest import Growth
from markets.market import Floats, Market

DUST = 1e-12
"""Of an order: what rounding leaves behind when a fractional position is closed."""


class Holdings(Protocol):
    """What a decision may ask of an account."""

    def equity(self, session: int) -> float: ...
    def values(self, session: int) -> Floats: ...


class Book:
    """What is held, and every reason why it is.

    `cash` is base currency as of session `touched`; interest since then has not been posted.
    Values are at last closes, sums exactly rounded, so the order of the lines cannot matter.
    """

    def __init__(self, market: Market, growth: Growth, cash: float) -> None:
        self._market = market
        self._worth = market.value_rate
        self._asked: tuple[int, bytes] | None = None
        self._values: Floats = np.zeros(0)
        self.growth = growth
        self.cash = cash
        self.units: Floats = np.zeros(len(market.assets))
        self.touched = market.first
        self.fills: list[Fill] = []
        self.events: list[CashEvent] = []

    def balance(self, session: int) -> float:
        """Cash at the close of `session`, interest since the last touch included."""
        return self.cash * self.growth.over(self.touched, session, self.cash)

    def values(self, session: int) -> Floats:
        """(N,) base-currency value of what is held at the close of `session`, 0 where nothing."""
        asked = session, self.units.tobytes()
        if asked != self._asked:
            self._asked, self._values = asked, self.units * self._worth[session]
            self._values[self.units == 0] = 0.0  # a line that was never quoted is worth NaN
        return self._values

    def equity(self, session: int) -> float:
        return fsum([self.balance(session), *self.values(session).tolist()])

    def post(self, session: int, flows: Iterable[tuple[Why, str, float]]) -> None:
        """Move cash for reasons that are not trades: why, which line, how much."""
        day = self._market.day(session)
        events = [
            CashEvent(day, why, asset, amount)
            for why, asset, amount in flows
            if amount or why is Why.DELISTING  # a worthless one ends the position all the same
        ]
        self.cash = fsum([self.cash, *(event.amount for event in events)])
        self.events += events

    def settle(self, fills: Iterable[Fill]) -> None:
        """Book executions that happen together."""
        flows = [self.cash]
        for fill in fills:
            flows += [-fill.quantity * fill.price * fill.rate, -fill.fee]
            column = self._market.place[fill.asset]
            left = self.units.item(column) + fill.quantity
            self.units[column] = 0.0 if abs(left) <= DUST * abs(fill.quantity) else left
            self.fills.append(fill)
        self.cash = fsum(flows)
