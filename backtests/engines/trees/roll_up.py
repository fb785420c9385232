"""What each leg came to in the one account, what netting their orders saved, and what is left."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TypedDict, Unpack

import numpy as np

from backtests.engines.kernel_inputs import Integers
from backtests.engines.trees.goals import LegGoals
from backtests.simulation.account import Account
from backtests.simulation.flows import FLOW
from backtests.simulation.metrics import DAYS_A_YEAR
from backtests.simulation.sizing import Sizer
from markets.market import Floats, Market
from reports.contract.manifest import LegJson

Place = tuple[int, int]
"""A decision's session, and a column."""

Orders = Mapping[Place, float]
"""Units before rounding, of one leg or one parent, at the size of the one account."""


def rolled_up(tree: LegGoals, sizer: Sizer, account: Account, costs: float) -> list[LegJson]:
    """The rows of a run; costs: fees and slippage that it paid."""
    market = tree.market
    priced, frame = _Priced(tree, sizer, account), _Frame.of(market, market)
    below = _below(tree, priced, frame, np.ones(len(market.sessions)), 0)
    events = account.transactions.events
    flowed = math.fsum(events[events[:, 1] == FLOW, 3].tolist())
    gained = float(account.worth[-1] - account.worth[0]) - flowed
    rest = _row("rest", earned=gained - below.earned, costs=costs - below.costs)
    whole = _row("whole", earned=gained, costs=costs)
    return [*below.rows, rest, whole]


@dataclass(frozen=True, eq=False)
class _Frame:
    """Where a market of S sessions and M lines lies on the T sessions and N lines of the account's.

    rows: (S,) and columns: (M,) there; before: (T,) the own row as of each session there.
    """

    rows: Integers
    columns: Integers
    before: Integers

    @classmethod
    def of(cls, whole: Market, own: Market) -> _Frame:
        before = np.searchsorted(own.sessions, whole.sessions, side="right") - 1
        columns = np.array([whole.place[ticker] for ticker in own.tickers], dtype="int64")
        return cls(np.searchsorted(whole.sessions, own.sessions), columns, np.maximum(before, 0))


@dataclass(frozen=True, eq=False)
class _Below:
    """Rows of all below one parent; its orders after netting; earned and paid for them."""

    rows: list[LegJson]
    orders: Orders
    earned: float
    costs: float


def _below(tree: LegGoals, priced: _Priced, frame: _Frame, scale: Floats, depth: int) -> _Below:
    """Of a parent. scale: (T,) units of the one account for each of the parent's own."""
    rows: list[LegJson] = []
    parts: list[Orders] = []
    earned = 0.0
    for place, leg in enumerate(tree.legs):
        own = scale * tree.multiple_of(place)[frame.before]
        worth = leg.worth[frame.before]
        gains, inner = float((own[:-1] * np.diff(worth)).sum()), None
        if isinstance(leg.tree, LegGoals):
            inside = _Frame.of(priced.market, leg.tree.market)
            inner = _below(leg.tree, priced, inside, own, depth + 1)
        orders = inner.orders if inner else _own_orders(tree, place, frame, scale)
        alone = float(worth[-1] / worth[priced.market.first] - 1)
        rows.append(
            _row("leg", leg.strategy.label, depth, decisions=int(leg.decided.sum()), total=alone,
                 share=priced.share(own * worth), earned=gains, **priced.told(orders))
        )  # fmt: skip
        rows += inner.rows if inner else []
        parts.append(orders)
        earned += gains
    moves = _moves(tree, frame, scale)
    units = np.zeros((len(scale), len(priced.market.assets)))
    units[:, frame.columns] = scale[:, None] * tree.own_lines()[frame.before]
    gains = priced.gains(units)
    rows.append(
        _row("moves", "", depth, decisions=len(tree.moments), earned=gains,
             share=priced.share(priced.worth(units)), **priced.told(moves))
    )  # fmt: skip
    net = _added([*parts, moves])
    costs = priced.cost(net)
    saved = math.fsum(map(priced.cost, [*parts, moves])) - costs
    rows.append(_row("netting", "", depth, earned=saved, costs=-saved))
    return _Below(rows, net, earned + gains + saved, costs)


class _Traded(TypedDict):
    """What orders came to."""

    turnover: float | None
    costs: float


class _Figures(TypedDict, total=False):
    """What a row may say."""

    decisions: int | None
    share: float | None
    total: float | None
    earned: float | None
    turnover: float | None
    costs: float | None


def _row(kind: str, name: str = "", depth: int = 0, **figures: Unpack[_Figures]) -> LegJson:
    blank: LegJson = {
        "kind": kind, "name": name, "depth": depth, "decisions": None, "share": None,
        "total": None, "earned": None, "turnover": None, "costs": None,
    }  # fmt: skip
    return {**blank, **figures}


def _own_orders(tree: LegGoals, place: int, frame: _Frame, scale: Floats) -> Orders:
    """What a leg itself wanted changed at each decision, by the multiple after it."""
    leg, orders = tree.legs[place], dict[Place, float]()
    for session, multiple in tree.multiples.items():
        size = scale.item(frame.rows[session]) * multiple.item(place)
        if size and leg.decided[session]:
            change = leg.goal[session] - _before(leg.goal, session)
            _note(orders, frame, session, size * change)
    return orders


def _moves(tree: LegGoals, frame: _Frame, scale: Floats) -> Orders:
    """What a parent moved between legs, and of its own lines, at its own decisions."""
    orders: dict[Place, float] = {}
    multiple: Floats = np.zeros(len(tree.legs))
    own: Floats = np.zeros(len(tree.market.assets))
    for session, after in tree.multiples.items():
        moved = tree.lines[session] - own
        for leg, change in zip(tree.legs, (after - multiple).tolist(), strict=True):
            moved = moved + change * _before(leg.goal, session)
        _note(orders, frame, session, scale.item(frame.rows[session]) * moved)
        multiple, own = after, tree.lines[session]
    return orders


def _before(goal: Floats, session: int) -> Floats:
    return goal[session - 1] if session else np.zeros_like(goal[0])


def _note(orders: dict[Place, float], frame: _Frame, session: int, sizes: Floats) -> None:
    row = int(frame.rows[session])
    for column in np.flatnonzero(sizes).tolist():
        orders[row, int(frame.columns[column])] = sizes.item(column)


def _added(parts: Iterable[Orders]) -> Orders:
    total: dict[Place, float] = defaultdict(float)
    for orders in parts:
        for place, size in orders.items():
            total[place] += size
    return total


class _Priced:
    """Orders at the opens at which the account's could fill."""

    def __init__(self, tree: LegGoals, sizer: Sizer, account: Account) -> None:
        self.market: Market = tree.market
        self._sizer = sizer
        decisions = [*tree.multiples, len(tree.market.sessions) - 1]
        self._until = dict(pairwise(decisions))
        self._equity = np.ones(len(tree.market.sessions))
        self._equity[tree.market.first :] = account.worth
        days = tree.market.day(-1) - tree.market.day(tree.market.first)
        self._years = days.days / DAYS_A_YEAR
        self._costs: dict[tuple[Place, float], float] = {}

    def told(self, orders: Orders) -> _Traded:
        return {"turnover": self.turnover(orders), "costs": self.cost(orders)}

    def cost(self, orders: Orders) -> float:
        """Fees and slippage."""
        return math.fsum(self._cost(place, size) for place, size in orders.items())

    def turnover(self, orders: Orders) -> float | None:
        """One-way, of the equity at the close before, a year."""
        shares = []
        for (session, column), size in orders.items():
            at = self._opens(session, column)
            if at is not None:
                price = self.market.open.item(at, column) * self.market.rate_before.item(at, column)
                shares.append(abs(size) * price / float(self._equity[at - 1]))
        return math.fsum(shares) / 2 / self._years if self._years else None

    def share(self, worth: Floats) -> float:
        """Mean share of equity over the run."""
        first = self.market.first
        return float(np.mean(worth[first:] / self._equity[first:]))

    def worth(self, units: Floats) -> Floats:
        """(T,) of (T, N) units at each close."""
        return np.asarray(np.nan_to_num(units * self.market.value_rate).sum(axis=1))

    def gains(self, units: Floats) -> float:
        """(T, N) units held after each close: what prices and dividends made of them."""
        market, first = self.market, self.market.first
        moves = np.diff(np.nan_to_num(market.value_rate), axis=0)
        paid = market.dividend[1:] * np.nan_to_num(market.rate_before[1:])
        return float((units[:-1] * (moves + paid))[first:].sum())

    def _cost(self, place: Place, size: float) -> float:
        key = place, size
        if key not in self._costs:
            at = self._opens(*place)
            quote = None if at is None or not size else self._sizer.quote(place[1], at, size)
            self._costs[key] = 0.0 if quote is None else quote.fee + quote.slippage
        return self._costs[key]

    def _opens(self, session: int, column: int) -> int | None:
        """The first session after a decision on which a line can fill, up to the next decision."""
        until = self._until.get(session, session)
        open_on = np.flatnonzero(self.market.fillable[session + 1 : until + 1, column])
        return session + 1 + int(open_on[0]) if len(open_on) else None
