"""From weights to whole lots: one rounding, one estimate of what trading costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor, fsum, sqrt

import numpy as np

from backtests.settings import Lots, Settings
from markets.costs.models import CostModel
from markets.market import Market

STAR_MINIMUM = 200
"""Shares that an order on the STAR board has at least; above it, single shares."""

DUST = 1e-9
"""Fractional orders below this share of equity are not worth sending."""

ROUNDING = 1e-9
"""Of a position: differences below it are the arithmetic's, not the strategy's."""

MOST = 0.5
"""Of the price: the square-root law was never measured where it would take more."""

ROUNDS = 20
"""With whole lots the estimate settles in two or three; fractions converge to nothing by then."""

WINDOW = 60
ENOUGH = 20


@dataclass(frozen=True)
class Quote:
    """What an order for some units costs: all in the line's currency but `rate` and `fee`."""

    price: float
    rate: float
    fee: float
    slippage: float


Quotes = dict[tuple[int, float], Quote]


@dataclass(frozen=True)
class Sizer:
    """Lots, prices and fees of one market under one set of assumptions; it remembers nothing."""

    market: Market
    settings: Settings
    costs: CostModel

    def round_lot(self, column: int, session: int, units: float) -> float:
        """`units` towards zero to whole lots, as of `session`."""
        if self.settings.lots is Lots.FRACTIONAL:
            return units
        asset = self.market.assets[column]
        later = self.market.later.item(session, column)
        lot = (1 if asset.star else asset.lot.at(self.market.day(session))) * later
        whole = floor(abs(units) / lot + 1e-9) * lot
        if asset.star and whole < STAR_MINIMUM * later:
            return 0.0
        return whole if units > 0 else -whole

    def orders(
        self, wanted: Mapping[int, float], units: Mapping[int, float], session: int, equity: float
    ) -> dict[int, float]:
        """What is to be traded from `units` to `wanted`, by column in ascending order."""
        orders = {}
        for column in sorted({*wanted, *units}):
            goal, held = wanted.get(column, 0.0), units.get(column, 0.0)
            moves = abs(goal - held) > ROUNDING * max(abs(goal), abs(held))
            if moves and (not goal or self.worth_sending(column, session, goal - held, equity)):
                orders[column] = goal - held
        return orders

    def worth_sending(self, column: int, session: int, size: float, equity: float) -> bool:
        """Whether an order that does not close its position is large enough to be made."""
        if self.settings.lots is Lots.FRACTIONAL:
            return abs(size) * self.market.value_rate.item(session, column) > DUST * equity
        if self.market.assets[column].star and size > 0:
            return size >= STAR_MINIMUM * self.market.later.item(session, column)
        return True

    def quote(
        self, column: int, session: int, quantity: float, price: float | None = None
    ) -> Quote:
        """A fill of `quantity` on `session` at its open, or at `price`, at the rate before it."""
        at = self.market.open.item(session, column) if price is None else price
        rate = self.market.rate_before.item(session, column)
        return self._quote(column, session, quantity, at, rate, session)

    def estimate(self, column: int, session: int, quantity: float) -> Quote:
        """What an order is expected to cost as of the close of `session`."""
        market = self.market
        price, rate = market.last.item(session, column), market.rate.item(session, column)
        return self._quote(column, session, quantity, price, rate, session + 1)

    def targets(
        self, weights: Mapping[int, float], session: int, equity: float,
        units: Mapping[int, float], kept: frozenset[int] = frozenset(),
        quotes: Quotes | None = None,
    ) -> tuple[dict[int, float], float]:  # fmt: skip
        """Units wanted by column, and the cost that was kept aside for getting there.

        The cost of the orders depends on their size and the other way round: repeat with the
        highest cost so far until it covers the orders. kept: columns whose units stay. quotes:
        estimates of this close, by column and size, for who sizes several times.
        """
        cost = 0.0
        quotes = {} if quotes is None else quotes
        for _ in range(ROUNDS):
            wanted = {
                column: units.get(column, 0.0)
                if column in kept
                else self._target(column, session, weight * (equity - cost))
                for column, weight in weights.items()
            }
            orders = self.orders(wanted, units, session, equity)
            needed = self._cost_of(orders, session, quotes)
            if needed <= cost:
                break
            cost = min(needed, equity)
        return wanted, cost

    def placed(
        self, weights: Mapping[int, float], units: Mapping[int, float], session: int,
        equity: float, money: float,
    ) -> dict[int, float]:  # fmt: skip
        """Orders that put money into what is under its weight, or take it from what is above.

        By the size of the gaps, at most all of them; costs are kept aside as for `targets`.
        """
        worth = self.market.value_rate[session]
        gaps = {
            column: gap
            for column in sorted({*weights, *units})
            if (gap := weights.get(column, 0.0) * equity
                - units.get(column, 0.0) * worth.item(column)) * money > 0
        }  # fmt: skip
        room, cost, orders = fsum(gaps.values()), 0.0, dict[int, float]()
        quotes: Quotes = {}
        held = {column: units.get(column, 0.0) for column in gaps}
        for _ in range(ROUNDS if gaps else 0):
            share = max(0.0, min(1.0, (money - cost) / room))
            wanted = {}
            for column, gap in gaps.items():
                goal = held[column] + share * gap / worth.item(column)
                goal = self.round_lot(column, session, goal)
                wanted[column] = (max if gap > 0 else min)(held[column], goal)
            orders = self.orders(wanted, held, session, equity)
            needed = self._cost_of(orders, session, quotes)
            if needed <= cost:
                break
            cost = needed
        least = self.settings.limits.order if self.settings.limits else 0.0
        return {
            column: size
            for column, size in orders.items()
            if not wanted[column] or abs(size) * worth.item(column) >= least
        }

    def cost_of(self, orders: Mapping[int, float], session: int) -> float:
        """Fees and slippage of orders, base currency, estimated at the close of `session`."""
        return self._cost_of(orders, session, {})

    def _cost_of(self, orders: Mapping[int, float], session: int, quotes: Quotes) -> float:
        """As `cost_of`; what was estimated before at this close stands in `quotes`."""
        for order in orders.items():
            if order not in quotes:
                quotes[order] = self.estimate(order[0], session, order[1])
        asked = map(quotes.__getitem__, orders.items())
        return fsum(quote.fee + quote.slippage for quote in asked)

    def part(self, column: int, session: int, size: float) -> float:
        """How much of an order may fill in a session, where it shall fill over several."""
        over = self.settings.limits.over if self.settings.limits else 1
        if over == 1 or self.settings.lots is Lots.FRACTIONAL:
            return abs(size) / over
        asset, later = self.market.assets[column], self.market.later.item(session, column)
        lot = (1 if asset.star else asset.lot.at(self.market.day(session))) * later
        whole = ceil(abs(size) / over / lot - 1e-9) * lot
        return max(whole, STAR_MINIMUM * later) if asset.star else whole

    def cap(self, column: int, session: int) -> float:
        """The most units that may fill on `session`; infinite without a participation limit."""
        share = self.settings.participation
        if share is None:
            return float("inf")
        volume = self._median_volume(column, session)
        return float("inf") if volume is None else self.round_lot(column, session, share * volume)

    def _target(self, column: int, session: int, value: float) -> float:
        worth = self.market.value_rate.item(session, column)
        return self.round_lot(column, session, value / worth)

    def _quote(
        self, column: int, session: int, quantity: float, price: float, rate: float, until: int
    ) -> Quote:
        asset, day = self.market.assets[column], self.market.day(session)
        later = self.market.later.item(session, column)
        spread = self.costs.half_spread(asset, day, price * later)
        off = spread + self._impact(column, until, abs(quantity))
        paid = price * (1 + off) if quantity > 0 else price * (1 - off)
        value = abs(quantity) * paid
        fee = self.costs.fee(asset, day, quantity / later, value) * rate
        return Quote(paid, rate, fee, abs(quantity) * price * off * rate)

    def _impact(self, column: int, until: int, quantity: float) -> float:
        """Y sigma sqrt(Q / ADV) (Toth et al. 2011), from bars before session `until`."""
        if not self.settings.impact:
            return 0.0
        volume = self._median_volume(column, until)
        closes = self.market.close[:until, column]
        closes = closes[~np.isnan(closes)][-WINDOW - 1 :]
        if volume is None or len(closes) < ENOUGH:
            return 0.0
        sigma = float(np.std(closes[1:] / closes[:-1] - 1, ddof=1))
        return min(self.settings.impact * sigma * sqrt(quantity / volume), MOST)

    def _median_volume(self, column: int, until: int) -> float | None:
        volume = self.market.volume[:until, column]
        volume = volume[volume > 0][-WINDOW:]
        return float(np.median(volume)) if len(volume) >= ENOUGH else None
