"""A second simulator, written from docs/method.md alone: every session, one line after the other.

It shares no arithmetic with `backtests`: plain floats and dicts keyed by ticker, no sparse clock,
no common helper. It takes prices, rates and masks from the Market, fees from the cost model and
marks from the calendar, and nothing else. Slow and plain on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import floor, sqrt

from backtests.settings import CostTable, Funding, Lots, Settings, Withholding
from markets.costs.models import CostModel
from markets.market import Market
from newsfolio import Strategy, View
from tests.support.oracle_account import Account, Trade
from tests.support.oracle_flows import FlowDiary
from tests.support.oracle_line import Line, dealing_hour
from tests.support.oracle_stand_ins import placed

DUST = 1e-9
STAR_MINIMUM = 200


def simulate(strategy: Strategy, market: Market, settings: Settings, costs: CostModel) -> Account:
    """The run from the market's first session on, by the rules of docs/method.md."""
    run = OracleRun(strategy, market, settings, costs)
    for session in range(market.first, len(market.sessions)):
        if session > market.first:
            run.open(session)
        run.close(session)
    run.account.waiting = dict(run.orders)
    return run.account


class OracleRun:
    """Cash, units and orders of one run, and the day's work on them."""

    def __init__(
        self, strategy: Strategy, market: Market, settings: Settings, costs: CostModel
    ) -> None:
        self.strategy, self.market = strategy, market
        self.settings, self.costs = settings, costs
        self.lines = {name: Line(market, name, settings) for name in reversed(market.tickers)}
        self.units = dict.fromkeys(self.lines, 0.0)
        self.cash = settings.cash
        self.orders: dict[str, float] = {}
        self.net = 0.0
        self.late: set[str] = set()
        self.targets: dict[str, float] | None = None
        self.taxed_years: set[tuple[str, int]] = set()
        self.account = Account()
        self.diary = FlowDiary(market, settings)
        self.shares: dict[str, float] = {}
        self.to_place = 0.0
        marks = strategy.rebalance.marks(market.calendar).tolist()
        marks[market.first] = marks[market.first] or strategy.rebalance.from_start
        self.marks = marks

    # --- the open ----------------------------------------------------------------------------

    def open(self, s: int) -> None:
        days = (self.market.day(s) - self.market.day(s - 1)).days
        closed = self.cash + self._worth(s - 1)
        self._interest(s, days)
        self._carry(s, days)
        self._pay_off(s)
        self._dividends(s)
        if self.account.ruined is None and self.account.dry is None:
            self._flow(s, closed)
        equity = self.cash + self._worth(s - 1)
        for hour in sorted({dealing_hour(line.asset) for line in self.lines.values()}):
            due = {
                name: quantity
                for name, quantity in self.orders.items()
                if dealing_hour(self.lines[name].asset) == hour
            }
            self._sell(s, due)
            self.late |= {n for n in due if self.orders.get(n, 0) < 0 and self.lines[n].opened[s]}
            self._buy(s, due, equity)

    def _event(self, why: str, amount: float) -> None:
        self.account.events[why] += amount
        self.cash += amount

    def _interest(self, s: int, days: int) -> None:
        rate, year = float(self.market.cash_rate[s]), days / 360
        shorted = -sum(min(0.0, value) for value in self._values(s - 1).values())
        free = self.cash - shorted
        spread = self.settings.credit_spread if free < 0 else 0.0
        self._event("interest", (free * (rate + spread) + shorted * rate) * year)

    def _carry(self, s: int, days: int) -> None:
        if self.settings.costs is CostTable.NONE:
            return
        paid = 0.0
        for name, value in self._values(s - 1).items():
            asset = self.lines[name].asset
            longs = self.costs.holding_rate(asset, self.market.day(s))
            paid += -value * asset.borrow * days / 360 if value < 0 else value * longs * days / 365
        self._event("carry", -paid)

    def _pay_off(self, s: int) -> None:
        for name, line in self.lines.items():
            if line.pays_on == s:
                self._event("delisting", self.units[name] * line.payoff * line.before[s])
                self.units[name] = 0.0
                self.account.lapsed[name] += abs(self.orders.pop(name, 0.0))

    def _dividends(self, s: int) -> None:
        for name, line in self.lines.items():
            units, day = self.units[name], self.market.day(s)
            if line.dividend[s] == 0 or units == 0:
                continue
            gross = units * line.dividend[s] * line.before[s]
            self._event("dividend", gross)
            if units < 0:
                continue
            foreign = self.settings.withholding is Withholding.FOREIGN
            withheld = gross * line.asset.withholding.at(day) if foreign else 0.0
            self._event("withholding", -withheld)
            self._depositary(s, name, gross - withheld)

    def _depositary(self, s: int, name: str, net: float) -> None:
        line, year = self.lines[name], (name, self.market.day(s).year)
        if self.settings.costs is CostTable.NONE or year in self.taxed_years:
            return
        self.taxed_years.add(year)
        fee = line.shares(self.units[name], s) * line.asset.adr_fee * line.before[s]
        self._event("adr fee", -min(fee, net))

    def _flow(self, s: int, closed: float) -> None:
        """Money in and out; closed: equity at the close before."""
        money, for_targets = self.diary.on(s, closed)
        if money < 0 and closed + money <= 0:
            self.account.dry = self.market.day(s)
        elif money:
            self._event("flow", money)
            self.to_place += for_targets

    # --- trading -----------------------------------------------------------------------------

    def _spread(self, s: int, name: str, price: float, quantity: float, until: int) -> float:
        """Half-spread and impact as a fraction of the price; bars before `known` count."""
        line = self.lines[name]
        own = self.costs.half_spread(line.asset, self.market.day(s), line.raw(price, s))
        liquid = line.liquidity(until) if self.settings.impact else None
        if liquid is None:
            return own
        return own + self.settings.impact * liquid[0] * sqrt(abs(quantity) / liquid[1])

    def _deal(self, s: int, name: str, quantity: float) -> tuple[float, float, float]:
        """Price, cost of the units in base currency (negative for sales), and fee."""
        line, side = self.lines[name], 1 if quantity > 0 else -1
        price = line.open[s] * (1 + side * self._spread(s, name, line.open[s], quantity, s))
        shares = line.shares(quantity, s)
        fee = self.costs.fee(line.asset, self.market.day(s), shares, abs(quantity) * price)
        return price, quantity * price * line.before[s], fee * line.before[s]

    def _execute(self, s: int, name: str, quantity: float) -> None:
        if quantity == 0:
            return
        price, value, fee = self._deal(s, name, quantity)
        self.cash -= value + fee
        self.units[name] += quantity
        left = self.orders[name] - quantity
        self.orders[name] = left
        if abs(left) <= DUST * abs(quantity):
            del self.orders[name]
        if abs(self.units[name]) <= DUST * abs(quantity):
            self.units[name] = 0.0
        rate = self.lines[name].before[s]
        self.account.fills.append(Trade(self.market.day(s), name, quantity, price, rate, fee))

    def _whole(self, s: int, name: str, quantity: float) -> float:
        """Rounded down to lots, towards zero."""
        if self.settings.lots is Lots.FRACTIONAL:
            return quantity
        lot = self.lines[name].lot(s)
        size = lot * floor(abs(quantity) / lot + DUST)
        return size if quantity > 0 else -size

    def _too_small(self, s: int, name: str, units: float) -> bool:
        line = self.lines[name]
        whole = self.settings.lots is not Lots.FRACTIONAL
        return whole and line.asset.star and line.shares(units, s) < STAR_MINIMUM - 1e-6

    def _capped(self, s: int, name: str, quantity: float) -> float:
        share = self.settings.participation
        liquid = self.lines[name].liquidity(s) if share else None
        if liquid is None or share is None:
            return quantity
        limit = self._whole(s, name, share * liquid[1])
        limit = 0.0 if self._too_small(s, name, limit) else limit
        return max(-limit, min(limit, quantity))

    def _sell(self, s: int, due: Mapping[str, float]) -> None:
        for name, quantity in due.items():
            if quantity < 0 and self.lines[name].sellable[s]:
                self._execute(s, name, self._capped(s, name, quantity))

    def _buy(self, s: int, due: Mapping[str, float], equity: float) -> None:
        wanted = {
            name: self._capped(s, name, q)
            for name, q in due.items()
            if q > 0 and self.lines[name].buyable[s]
        }
        wanted = {
            name: q for name, q in wanted.items() if q > 0 and not self._too_small(s, name, q)
        }
        deals = {name: self._deal(s, name, q) for name, q in wanted.items()}
        room = self.cash + self._debt(s, equity)
        if sum(value + fee for _, value, fee in deals.values()) <= room:
            for name, quantity in wanted.items():
                self._execute(s, name, quantity)
            return
        covers = {name: min(q, max(0.0, -self.units[name])) for name, q in wanted.items()}
        fixed = sum(
            fee + value * covers[name] / wanted[name] for name, (_, value, fee) in deals.items()
        )
        rest = sum(
            value * (1 - covers[name] / wanted[name]) for name, (_, value, _) in deals.items()
        )
        part = max(0.0, room - fixed) / rest if rest else 0.0
        for name, quantity in wanted.items():
            self._buy_part(s, name, quantity, covers[name], min(1.0, part))

    def _buy_part(self, s: int, name: str, wanted: float, cover: float, part: float) -> None:
        quantity = cover + self._whole(s, name, part * (wanted - cover))
        if self._too_small(s, name, quantity):
            quantity = 0.0
        self._execute(s, name, quantity)
        waits = self._unsold(self.late) or (
            self.settings.funding is Funding.WAIT and self._unsold(set(self.orders))
        )
        if waits or name not in self.orders:
            return
        cut = wanted - quantity
        self.account.lapsed[name] += cut
        self.orders[name] -= cut
        if self.orders[name] <= DUST * wanted:
            del self.orders[name]

    def _unsold(self, names: set[str]) -> bool:
        return any(name in names and left < 0 for name, left in self.orders.items())

    def _debt(self, s: int, equity: float) -> float:
        allowed = max(0.0, self.net - 1) * equity
        if self.settings.funding is Funding.WAIT:
            return allowed
        sells = {n: q for n, q in self.orders.items() if q < 0 and n not in self.late}
        slack = 0.0 if self.late else self.settings.tolerance * equity
        proceeds = sum(-q * self._price(s - 1, name) for name, q in sells.items())
        return allowed + proceeds - self._estimate(s - 1, sells) + slack

    # --- the close ---------------------------------------------------------------------------

    def _price(self, s: int, name: str) -> float:
        return self.lines[name].price[s] * self.lines[name].rate[s]

    def _values(self, s: int) -> dict[str, float]:
        return {name: held * self._price(s, name) for name, held in self.units.items() if held}

    def _worth(self, s: int) -> float:
        return sum(self._values(s).values())

    def close(self, s: int) -> None:
        day, worth = self.market.day(s), self._worth(s)
        equity = self.cash + worth
        self.account.cash[day], self.account.invested[day] = self.cash, worth
        self.account.equity[day] = equity
        if self.account.ruined or (self.account.dry and self.account.dry < day):
            return
        if equity <= 0 or self.account.dry:
            self.account.ruined = None if self.account.dry else day
            self.orders = {name: -held for name, held in self.units.items() if held}
            self.net, self.late = 0.0, set()
        elif not ((self.marks[s] or self._drifted(s, equity)) and self._decide(s, equity)):
            self._put_in_place(s, equity)

    def _drifted(self, s: int, equity: float) -> bool:
        band = self.strategy.rebalance.band
        if band is None or self.orders or self.targets is None:
            return False
        values = self._values(s)
        return any(
            abs(values.get(name, 0.0) / equity - self.targets.get(name, 0.0)) > band
            for name in self.lines
        )

    def _put_in_place(self, s: int, equity: float) -> None:
        """Buy what is under its target, or sell what is above it, for the money that flowed."""
        if not self.to_place or self.targets is None or self.orders:
            return
        money, self.to_place = self.to_place, 0.0
        held = self._values(s)
        off = {n: self.shares.get(n, 0.0) * equity - held.get(n, 0.0) for n in self.lines}
        off = {n: gap for n, gap in off.items() if (gap > 0) == (money > 0) and gap}
        reserve, orders = 0.0, dict[str, float]()
        for _ in range(20):
            part = min(1.0, max(0.0, (money - reserve) / sum(off.values()))) if off else 0.0
            goal = dict(self.units)
            for name, gap in off.items():
                units = self._target(s, name, held.get(name, 0.0) + part * gap)
                goal[name] = (max if money > 0 else min)(self.units[name], units)
            orders = self._wishes(s, goal, equity)
            cost = self._estimate(s, orders)
            if cost <= reserve:
                break
            reserve = cost
        self.orders, self.late = orders, set()

    def _decide(self, s: int, equity: float) -> bool:
        today = self.market.day(s)
        view = View(today, self.market.universe, frozenset(), None, {}, None)  # type: ignore[arg-type]
        asked = self.strategy.weights(view)
        self.account.decisions.append(today)
        if asked is None:
            return False
        weights = placed(self.market, self.lines, s, asked)
        self.shares, self.to_place = weights, 0.0
        self.net = sum(weights.values())
        goal = self._size(s, equity, weights)
        self.orders, self.late = self._wishes(s, goal, equity), set()
        self.targets = {name: units * self._price(s, name) / equity for name, units in goal.items()}
        return True

    def _size(self, s: int, equity: float, weights: Mapping[str, float]) -> dict[str, float]:
        reserve, goal = 0.0, dict[str, float]()
        for _ in range(20):
            goal = {
                name: self._target(s, name, share * (equity - reserve))
                for name, share in weights.items()
            }
            cost = self._estimate(s, self._wishes(s, goal, equity))
            if cost <= reserve:
                break
            reserve = cost
        return goal

    def _target(self, s: int, name: str, money: float) -> float:
        units = self._whole(s, name, money / self._price(s, name))
        return 0.0 if self._too_small(s, name, units) else units

    def _wishes(self, s: int, goal: Mapping[str, float], equity: float) -> dict[str, float]:
        orders = {}
        for name, line in self.lines.items():
            target, held = goal.get(name, 0.0), self.units[name]
            quantity = target - held
            if abs(quantity) <= DUST * max(abs(held), abs(target)):
                continue
            fractional = self.settings.lots is Lots.FRACTIONAL
            value = abs(quantity) * self._price(s, name)
            if fractional and target != 0 and value < DUST * equity:
                continue
            if quantity > 0 and target > 0 and self._too_small(s, line.asset.ticker, quantity):
                continue
            orders[name] = quantity
        return orders

    def _estimate(self, s: int, orders: Mapping[str, float]) -> float:
        """What the orders would cost at this close, in base currency."""
        total = 0.0
        for name, quantity in orders.items():
            line, side = self.lines[name], 1 if quantity > 0 else -1
            spread = self._spread(s, name, line.price[s], quantity, s + 1)
            value = abs(quantity) * line.price[s]
            fee = self.costs.fee(
                line.asset,
                self.market.day(s),
                line.shares(quantity, s),
                value * (1 + side * spread),
            )
            total += (fee + value * spread) * line.rate[s]
        return total
