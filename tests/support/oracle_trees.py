"""The oracle for strategies of strategies, from docs/method.md alone; legs are oracles themselves.

Every strategy here answers from a table by date, whatever it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from backtests.settings import Settings
from markets.costs.models import CostModel
from markets.market import Market
from newsfolio import Strategy, View
from newsfolio.trees import legs_of
from tests.support.oracle import Account, OracleRun
from tests.support.oracle_stand_ins import placed

Held = dict[str, float]


@dataclass
class Alone:
    """What a leg did on its own account, by session: worth, units held and on order, its net."""

    worth: list[float] = field(default_factory=list)
    goal: list[Held] = field(default_factory=list)
    net: list[float] = field(default_factory=list)
    decided: set[int] = field(default_factory=set)


def simulate_tree(
    strategy: Strategy, market: Market, settings: Settings, costs: CostModel
) -> Account:
    """The one account of a tree whose legs all run on the parent's own lines."""
    run = _Tree(strategy, market, settings, costs)
    _turn(run, market)
    run.account.waiting = dict(run.orders)
    return run.account


def _turn(run: OracleRun, market: Market) -> Alone:
    alone = Alone()
    for s in range(market.first, len(market.sessions)):
        before = (id(run.orders), len(run.account.decisions))
        if s > market.first:
            run.open(s)
            before = (id(run.orders), len(run.account.decisions))
        run.close(s)
        if id(run.orders) != before[0]:  # a decision makes a new dict of orders
            alone.decided.add(s)
        goal = {name: run.units[name] + run.orders.get(name, 0.0) for name in run.units}
        alone.goal.append({name: units for name, units in goal.items() if units})
        alone.worth.append(run.account.equity[market.day(s)])
        alone.net.append(run.net)
    return alone


class _Tree(OracleRun):
    """An account whose decisions are its parent's and its legs'."""

    def __init__(
        self, strategy: Strategy, market: Market, settings: Settings, costs: CostModel
    ) -> None:
        super().__init__(strategy, market, settings, costs)
        self.legs = []
        no_flows = replace(settings, flows=None)
        for leg, own in zip(legs_of(strategy), market.legs, strict=True):
            kind = _Tree if legs_of(leg) else OracleRun
            self.legs.append((leg, _turn(kind(leg, own, no_flows, costs), own)))
        self.wanted: dict[Strategy | str, float] | None = None
        self.since = market.first
        self.multiples: dict[Strategy, float] = {}
        self.own: Held = {}
        self.ended = False

    def _shares(self, s: int) -> dict[Strategy | str, float]:
        """What each part of the last decision has become, and `cash`, of 1 then."""
        first, wanted = self.market.first, self.wanted or {}
        became: dict[Strategy | str, float] = {}
        for leg, alone in self.legs:
            start = alone.worth[self.since - first]
            if leg in wanted and start > 0:
                became[leg] = wanted[leg] * max(alone.worth[s - first], 0.0) / start
        level = self.market.level
        for name, share in wanted.items():
            if isinstance(name, str):
                column = self.market.place[name]
                became[name] = share * level[s, column] / level[self.since, column]
        dead = {leg for leg, alone in self.legs if alone.worth[self.since - first] <= 0}
        idle = 1.0 - sum(share for part, share in wanted.items() if part not in dead)
        for t in range(self.since + 1, s + 1):
            rate = float(self.market.cash_rate[t])
            rate += 0.0 if idle >= 0 else self.settings.credit_spread
            idle *= 1 + rate * (self.market.day(t) - self.market.day(t - 1)).days / 360
        return {**became, "cash": idle}

    def _parent_due(self, s: int) -> bool:
        band = self.strategy.rebalance.band
        shares = self._shares(s)
        total = sum(shares.values())
        due = self.marks[s] or (
            band is not None
            and self.wanted is not None
            and any(
                abs(shares.get(part, 0.0) - share * total) > band * total
                for part, share in self.wanted.items()
            )
        )
        self.ended |= due and total <= 0
        return due and not self.ended

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
            return
        asked = self._asked(s) if self._parent_due(s) else None
        if asked is not None:
            self.wanted, self.since = asked, s
            self._share_out(s, equity)
        elif not any(s in alone.decided and self.multiples.get(leg) for leg, alone in self.legs):
            return
        self.account.decisions.append(day)
        goal = self._units(s)
        self.net = sum(
            share if isinstance(part, str) else share * self._alone(part).net[s - self.market.first]
            for part, share in (self.wanted or {}).items()
        )
        self.orders, self.late = self._wishes(s, goal, equity), set()

    def _asked(self, s: int) -> dict[Strategy | str, float] | None:
        view = View(self.market.day(s), self.market.universe, frozenset(), None, {}, None)  # type: ignore[arg-type]
        asked = self.strategy.weights(view)
        if asked is None:
            return None
        lines = {part: share for part, share in asked.items() if isinstance(part, str)}
        legs = {part: share for part, share in asked.items() if not isinstance(part, str)}
        return {**placed(self.market, self.lines, s, lines, self.owner), **legs}

    def _alone(self, leg: Strategy | str) -> Alone:
        return next(alone for other, alone in self.legs if other is leg)

    def _share_out(self, s: int, equity: float) -> None:
        reserve = 0.0
        for _ in range(20):
            self._by(s, equity - reserve)
            cost = self._estimate(s, self._wishes(s, self._units(s), equity))
            if cost <= reserve:
                return
            reserve = min(cost, equity)
        self._by(s, equity - reserve)

    def _by(self, s: int, money: float) -> None:
        self.multiples, self.own = {}, {}
        for part, share in (self.wanted or {}).items():
            if isinstance(part, str):
                self.own[part] = share * money / self._price(s, part)
            else:
                worth = self._alone(part).worth[s - self.market.first]
                self.multiples[part] = share * money / worth if worth > 0 else 0.0

    def _units(self, s: int) -> Held:
        total = dict(self.own)
        for leg, alone in self.legs:
            for name, units in alone.goal[s - self.market.first].items():
                part = self.multiples.get(leg, 0.0) * units
                total[name] = total.get(name, 0.0) + part
        goal = {}
        for name, units in total.items():
            paid = self.lines[name].pays_on
            whole = 0.0 if paid is not None and paid <= s else self._whole(s, name, units)
            goal[name] = 0.0 if self._too_small(s, name, whole) else whole
        return goal
