"""Limits of an account: from what a strategy wants and what is held to what is ordered."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum
from typing import TypeVar

from backtests.simulation.output import Limited
from backtests.simulation.sizing import Quotes, Sizer
from markets.market import Market
from newsfolio.errors import StrategyError
from newsfolio.formatting import percent
from newsfolio.limits import CASH, Limits, require_room

Weights = Mapping[int, float]
Key = TypeVar("Key", int, str)

NAMED = 6
"""Lines and sleeves that a message names."""

SAME = 1e-12
"""Weights that differ by less are one."""


@dataclass(frozen=True)
class Standing:
    """What limits look at: a close, equity, and units held by column."""

    session: int
    equity: float
    units: Weights


class Limiter:
    """Applies limits to decisions on a market.

    kept: columns of the last decision whose units stay as they are.
    """

    def __init__(self, limits: Limits, sizer: Sizer, label: str) -> None:
        self._limits = limits
        self._sizer = sizer
        self._market: Market = sizer.market
        self._label = label
        self._sleeve = {
            ticker: sleeve.name for sleeve in self._market.sleeves for ticker in sleeve.tickers
        }
        self.kept: frozenset[int] = frozenset()
        self.changed: list[Limited] = []

    def apply(
        self, wanted: Weights, account: Standing, owner: Mapping[int, str]
    ) -> dict[int, float]:
        """The weights to size, by column. owner: the line for which each column is held."""
        session, worth = account.session, self._market.value_rate[account.session]
        held = {
            column: size * worth.item(column) / account.equity
            for column, size in account.units.items()
        }
        why: dict[int, list[str]] = {}
        weights = self._boxed(wanted, session, owner)
        _note(why, "cap or floor", wanted, weights)
        room = fsum(weights.values())
        kept = {column for column, weight in weights.items() if self._within(weight, held, column)}
        calm = {**weights, **{column: held.get(column, 0.0) for column in kept}}
        _note(why, "band", weights, calm)
        slow = self._slowed(calm, held)
        _note(why, "turnover", calm, slow)
        paid = _affordable(slow, held, room)
        _note(why, "cash", slow, paid)
        paid, kept = self._whole_orders(paid, held, kept, account, room, why)
        self.kept = frozenset(kept)
        self.changed = [row for row in self.changed if row.session != session] + [
            Limited(session, self._market.tickers[column], wanted.get(column, 0.0),
                    held.get(column, 0.0), paid.get(column, 0.0), ", ".join(why[column]))
            for column in sorted(why)
            if abs(wanted.get(column, 0.0) - paid.get(column, 0.0)) > SAME
        ]  # fmt: skip
        return {column: weight for column, weight in paid.items() if weight}

    # Caps and floors

    def _boxed(self, wanted: Weights, session: int, owner: Mapping[int, str]) -> dict[int, float]:
        """Within caps and floors: what one line may not have goes to the others, by weight."""
        limits = self._limits
        if not (limits.caps or limits.floors):
            return dict(wanted)
        names = {column: self._named(column, owner) for column in wanted}
        names |= self._floored(session, owner)
        parts = _parts(names, wanted)
        low = {column: limits.floor_of(name) * parts[column] for column, name in names.items()}
        high = {c: limits.cap_of(name) * (parts[c] or 1.0) for c, name in names.items()}
        shorts = {c: max(w, -high[c]) for c, w in wanted.items() if w < 0 and not low[c]}
        longs = {c: max(wanted.get(c, 0.0), 0.0) for c in names if c not in shorts}
        least = 1 - dict(limits.caps).get(CASH, math.inf)
        total = max(fsum(wanted.get(c, 0.0) for c in longs), least, 0.0)
        groups = self._groups(longs, owner)
        sums = {name: fsum(longs[c] for c in group) for name, group in groups.items()}
        sleeve_low = {n: max(_own(limits.floors, n, 0.0), fsum(low[c] for c in g))
                      for n, g in groups.items()}  # fmt: skip
        sleeve_high = {
            n: min(_own(limits.caps, n, math.inf),
                   fsum(high[c] if longs[c] > 0 else low[c] for c in g))
            for n, g in groups.items()
        }  # fmt: skip
        shared = spread(sums, sleeve_low, sleeve_high, total)
        boxed = dict(shorts)
        for name, group in groups.items():
            own = {c: longs[c] for c in group}
            equal = own if any(own.values()) else dict.fromkeys(group, 1.0)
            boxed |= spread(equal, low, high, shared[name])
        self._require_invested(fsum(w for w in boxed.values() if w > 0), least, session)
        return {column: weight for column, weight in boxed.items() if weight}

    def _named(self, column: int, owner: Mapping[int, str]) -> str:
        """The key of a column: its ticker, or that of the line for which it is held."""
        ticker = self._market.tickers[column]
        keys = dict((*self._limits.caps, *self._limits.floors))
        return ticker if ticker in keys else owner.get(column, ticker)

    def _floored(self, session: int, owner: Mapping[int, str]) -> dict[int, str]:
        """The columns that can be held and have a floor, or are of a sleeve that has one."""
        able, floors = self._market.usable[session], dict(self._limits.floors)
        columns = [self._market.place[line] for line in self._market.universe]
        names = {column: self._named(column, owner) for column in columns if able[column]}
        return {
            c: name
            for c, name in names.items()
            if self._limits.floor_of(name) or floors.get(self._sleeve_of(c, owner))
        }

    def _sleeve_of(self, column: int, owner: Mapping[int, str]) -> str:
        """The sleeve of a column, or of the line for which it is held; else that line."""
        line = owner.get(column, self._market.tickers[column])
        return self._sleeve.get(line, line)

    def _groups(self, longs: Weights, owner: Mapping[int, str]) -> dict[str, list[int]]:
        """Columns by sleeve where a sleeve has a limit, else all as one."""
        keys = {key for key, _ in (*self._limits.caps, *self._limits.floors)}
        if not keys & {*self._sleeve.values()} - {*self._market.tickers}:
            return {"": list(longs)}
        groups: dict[str, list[int]] = {}
        for column in longs:
            groups.setdefault(self._sleeve_of(column, owner), []).append(column)
        return groups

    def _require_invested(self, total: float, least: float, session: int) -> None:
        if total < least - 1e-9:
            raise StrategyError(
                f"{self._label}: on {self._market.day(session)} the caps of what is wanted leave "
                f"{percent(1 - total)} in cash, above its cap of {percent(1 - least)}; raise a cap"
            )

    # Band, turnover, smallest order

    def _within(self, weight: float, held: Weights, column: int) -> bool:
        """Whether a line stays as it is; one that is wanted no more is always sold."""
        width = self._limits.width * (abs(weight) if self._limits.relative else 1.0)
        return bool(weight) and abs(weight - held.get(column, 0.0)) <= width

    def _slowed(self, weights: Weights, held: Weights) -> dict[int, float]:
        """All moves by one factor, so that half of them is no more than the turnover."""
        moves = {c: weights.get(c, 0.0) - held.get(c, 0.0) for c in {*weights, *held}}
        traded = fsum(map(abs, moves.values())) / 2
        most = self._limits.turnover
        if most is None or traded <= most:
            return dict(weights)
        factor = most / traded
        return {c: held.get(c, 0.0) + factor * move for c, move in sorted(moves.items())}

    def _whole_orders(
        self, weights: dict[int, float], held: Weights, kept: set[int], account: Standing,
        room: float, why: dict[int, list[str]],
    ) -> tuple[dict[int, float], set[int]]:  # fmt: skip
        """Leave out the orders that are too small, until there is none."""
        least, session = self._limits.order, account.session
        worth, quotes = self._market.value_rate[session], Quotes()
        while least:
            wanted, _ = self._sizer.targets(
                weights, session, account.equity, account.units, frozenset(kept), quotes
            )
            orders = self._sizer.orders(wanted, account.units, session, account.equity)
            small = {c for c, size in orders.items()
                     if weights.get(c) and abs(size) * worth.item(c) < least}  # fmt: skip
            if not small:
                break
            kept |= small
            before = weights
            weights = {**weights, **{column: held.get(column, 0.0) for column in small}}
            _note(why, "order", before, weights)
            before, weights = weights, _affordable(weights, held, room)
            _note(why, "cash", before, weights)
        return weights, kept


def spread(
    wanted: Mapping[Key, float], low: Mapping[Key, float], high: Mapping[Key, float], total: float
) -> dict[Key, float]:
    """Weights between bounds that add up to a total, as far as bounds let them.

    All are scaled by one factor and cut to their bounds; what weighs 0 gets its lower bound.
    """
    within = all(low[key] <= weight <= high[key] for key, weight in wanted.items())
    if within and abs(fsum(wanted.values()) - total) <= SAME:
        return dict(wanted)
    edges = sorted(
        bound / weight
        for key, weight in wanted.items()
        if weight > 0
        for bound in (low[key], high[key])
        if bound < math.inf
    )

    def cut(factor: float) -> dict[Key, float]:
        return {
            key: min(max(factor * weight, low[key]), high[key]) if weight > 0 else low[key]
            for key, weight in wanted.items()
        }

    below = max((e for e in edges if fsum(cut(e).values()) <= total), default=0.0)
    above = min((e for e in edges if fsum(cut(e).values()) >= total), default=math.inf)
    if above < math.inf and below >= above:
        return cut(above)
    middle = (below + above) / 2 if above < math.inf else 2 * below + 1
    free = {key: w for key, w in wanted.items() if w > 0 and low[key] < middle * w < high[key]}
    if not free:
        return cut(below if fsum(cut(below).values()) <= total else above)
    fixed = fsum(weight for key, weight in cut(middle).items() if key not in free)
    factor = (total - fixed) / fsum(free.values())
    return cut(min(max(factor, below), above))


def _affordable(weights: Weights, held: Weights, room: float) -> dict[int, float]:
    """Purchases cut to what sales pay for, where a limit has left some of them out."""
    over = fsum(weights.values()) - room
    buys = {c: w - held.get(c, 0.0) for c, w in weights.items() if w > held.get(c, 0.0)}
    if over <= SAME or not buys:
        return dict(weights)
    share = max(0.0, 1 - over / fsum(buys.values()))
    return {c: held.get(c, 0.0) + share * buys[c] if c in buys else w for c, w in weights.items()}


def _note(why: dict[int, list[str]], limit: str, before: Weights, after: Weights) -> None:
    for column in sorted({*before, *after}):
        moved = abs(before.get(column, 0.0) - after.get(column, 0.0)) > SAME
        if moved and limit not in why.setdefault(column, []):
            why[column].append(limit)
    for column in [column for column, limits in why.items() if not limits]:
        del why[column]


def _own(pairs: Iterable[tuple[str, float]], name: str, other: float) -> float:
    """The bound of a sleeve; that of every line is none of a sleeve's."""
    return dict(pairs).get(name, other) if name else other


def _parts(names: Mapping[int, str], wanted: Weights) -> dict[int, float]:
    """What part of its line each column is: 1, or less where several stand in for the line."""
    of_line: dict[str, list[int]] = {}
    for column, name in names.items():
        of_line.setdefault(name, []).append(column)
    parts = dict[int, float]()
    for columns in of_line.values():
        sizes = [abs(wanted.get(column, 0.0)) for column in columns]
        total = fsum(sizes)
        for column, size in zip(columns, sizes, strict=True):
            parts[column] = size / total if total else 1 / len(columns)
    return parts


def require_possible(limits: Limits | None, market: Market, label: str) -> None:
    """StrategyError for limits that no decision can meet, or of names that nobody has."""
    if limits is None:
        return
    sleeves = {sleeve.name: sleeve.tickers for sleeve in market.sleeves}
    lines = dict.fromkeys(ticker for tickers in sleeves.values() for ticker in tickers)
    own = list(dict.fromkeys((*lines, *sleeves)))
    for key in dict((*limits.caps, *limits.floors)):
        if key not in ("", CASH, *sleeves, *lines, *market.tickers):
            names = ", ".join(own[:NAMED]) + ", ..." * (len(own) > NAMED)
            raise StrategyError(
                f"{label}: limits of {key}, which is no line and no sleeve of it: {names}"
            )
    for line in (*lines, *market.tickers):
        require_room(limits, line)
    least = 1 - dict(limits.caps).get(CASH, math.inf)
    low, high = dict[str, float](), dict[str, float]()
    for name, tickers in sleeves.items():
        floor = fsum(limits.floor_of(line) for line in tickers)
        cap = fsum(min(limits.cap_of(line), 1.0) for line in tickers)
        low[name] = max(floor, _own(limits.floors, name, 0.0))
        high[name] = min(cap, _own(limits.caps, name, math.inf))
        if low[name] > high[name] + 1e-9:
            raise StrategyError(
                f"{label}: the floors of {name} add up to {low[name]:g}, and its caps to "
                f"{high[name]:g}: lower a floor or raise a cap"
            )
    caps, floors = fsum(high.values()), fsum(low.values())
    if caps < least - 1e-9:
        raise StrategyError(
            f"{label}: the caps of its lines add up to {caps:g}, and cash may be at most "
            f"{1 - least:g}: raise a cap"
        )
    if floors > 1 + 1e-9:
        raise StrategyError(f"{label}: the floors of its lines add up to {floors:g}, above 1")
