"""Money in and out as the oracle counts it: a list of payments by session, in plain floats."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from datetime import date
from math import isnan

from backtests.settings import Settings
from markets.market import Market
from newsfolio import Flow


class FlowDiary:
    """The flows of a run by session, each at the moment at which it comes."""

    def __init__(self, market: Market, settings: Settings) -> None:
        self.market = market
        self.days = [day.item() for day in market.sessions]
        self.by_session: dict[int, list[Flow]] = defaultdict(list)
        for flow in settings.flows or ():
            for s in self._sessions(flow):
                if s > market.first:
                    self.by_session[s].append(flow)

    def _sessions(self, flow: Flow) -> list[int]:
        if isinstance(flow.on, date):
            s = bisect_left(self.days, flow.on)
            return [s] if s < len(self.days) else []
        assert flow.schedule is not None
        marks = flow.schedule.marks(self.market.calendar).tolist()
        first, last = flow.since or date.min, flow.until or date.max
        return [
            s for s, day in enumerate(self.days) if marks[s] and str(first) <= str(day) <= str(last)
        ]

    def on(self, s: int, closed: float) -> tuple[float, float]:
        """All that flows on a session, and of it what goes into targets; base currency."""
        every = [(flow, self._money(flow, s, closed)) for flow in self.by_session.get(s, ())]
        own = sum(money for flow, money in every if flow.into == "targets")
        return sum(money for _, money in every), own

    def _money(self, flow: Flow, s: int, closed: float) -> float:
        if isinstance(flow.amount, str):
            return float(flow.amount[:-1]) / 100 * closed
        money = flow.amount
        if flow.linked:
            money *= self._known(flow, s - 1) / self._known(flow, self.market.first)
        if flow.currency not in ("", self.market.base):
            fixings = self.market.fx.fixings(flow.currency, self.market.base)
            dated = [
                rate
                for day, rate in zip(fixings.days.tolist(), fixings.rates.tolist(), strict=True)
                if day < self.days[s]
            ]
            money *= dated[-1]
        return money

    def _known(self, flow: Flow, s: int) -> float:
        """The last value of a table's column that a decision at this close may know."""
        name, _, column = flow.linked.partition(":")
        placed = self.market.facts[name]
        cells = zip(placed.frame[column or "value"].tolist(), placed.places.tolist(), strict=True)
        values = [value for value, place in cells if place <= s and not isnan(value)]
        return values[-1]
