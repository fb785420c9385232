"""The look-ahead check of a plain backtrader strategy: its orders must not depend on later bars.

It holds all of its bars, so that it can reach ahead; replays in which later bars differ, or are not
there at all, show it.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from backtests.evaluation.lookahead.access_audit import undeclared
from backtests.evaluation.lookahead.altered_markets import with_arrays
from backtests.evaluation.lookahead.messages import Opened, OrdersTask
from backtests.evaluation.lookahead.replay_process import ReplayFailed, replay_process
from backtests.evaluation.lookahead.travelling import Packed, packed
from backtests.evaluation.schema import Certificate, ChangedDecision, Honesty
from backtests.plain_strategy import PlainStrategy, author_of
from backtests.progress import Progress, counted, silent
from backtests.runner.inputs import prepare, settings_for
from backtests.runner.run_strategy import play_plain
from backtests.settings import Settings
from markets.market import Market
from markets.snapshot import Snapshot
from newsfolio.errors import DataError, StrategyError

if TYPE_CHECKING:
    from backtests.engines.native_broker import AskedOrder

PRICES = ("open", "high", "low", "close", "last")
BARS = (*PRICES, "volume", "fillable")

SAME = 1e-9
"""Relative; sizes and prices closer than this are the same order."""

SHOWN = 8

Orders = Mapping[tuple[int, str], list["AskedOrder"]]


@dataclass
class _Replays:
    strategy: PlainStrategy
    packed: Packed
    bars: Snapshot
    market: Market
    settings: Settings
    rng: np.random.Generator
    count: int = 0
    seen: set[str] = field(default_factory=set)

    def changes(self, base: Orders, cut: int) -> Iterator[ChangedDecision]:
        """What was ordered up to a session and is ordered otherwise where later bars differ."""
        day = self.market.day(cut)
        for replay, market in (
            *self._truncated(cut),
            (f"the sessions after {day} were shuffled", self._shuffled(cut)),
            (f"the prices after {day} were replaced by noise", self._noise(cut)),
        ):
            self.count += 1
            try:
                orders = self.orders(market, cut)
            except ReplayFailed:
                yield ChangedDecision(replay, day.isoformat(), "", 0.0, 0.0)
                continue
            yield from self._compared(replay, base, orders, cut)

    def unlike(self, base: Orders) -> Iterator[ChangedDecision]:
        """What a process with nothing but the true market orders otherwise."""
        replay = "a process with nothing but its market was asked"
        last = len(self.market.sessions) - 1
        yield from self._compared(replay, base, self.orders(self.market), last)

    def _truncated(self, cut: int) -> Iterator[tuple[str, Market]]:
        """The bars as they stood then, the market built anew from them; see `Replays`."""
        first, last = self.market.first, len(self.market.sessions) - 1
        for end in range(max(cut, first + 1), min(cut + 5, last) + 1):
            day = self.market.day(end)
            window = dataclasses.replace(self.settings, start=self.market.day(first), end=day)
            try:
                market = prepare(self.strategy, self.bars.until(day), window)
            except DataError:
                continue
            if not market.missing:
                yield f"the data ended on {day}", market
                return

    def orders(self, market: Market, last: int | None = None) -> Orders:
        """What the strategy asks of its broker in a process of its own, by session and line."""
        with replay_process().market(self.packed, Opened(market)) as copy:
            placed = copy.ask(OrdersTask(self.settings, last))
        self.seen |= set(copy.witnessed.seen)
        return _by_line(placed)

    def _compared(
        self, replay: str, base: Orders, other: Orders, cut: int
    ) -> Iterator[ChangedDecision]:
        for session, ticker in sorted({*base, *other}):
            before, after = base.get((session, ticker), []), other.get((session, ticker), [])
            if session <= cut and not _alike(before, after):
                day = self.market.day(session).isoformat()
                yield ChangedDecision(replay, day, ticker, _units(before), _units(after))

    def _shuffled(self, cut: int) -> Market:
        rows = np.arange(len(self.market.sessions))
        rows[cut + 1 :] = self.rng.permutation(rows[cut + 1 :])
        return with_arrays(self.market, {name: getattr(self.market, name)[rows] for name in BARS})

    def _noise(self, cut: int) -> Market:
        """One factor a bar, so that its high stays above its low."""
        factor = np.ones(self.market.close.shape)
        factor[cut + 1 :] = np.exp(self.rng.normal(0, 0.3, factor[cut + 1 :].shape))
        return with_arrays(
            self.market, {name: getattr(self.market, name) * factor for name in PRICES}
        )


def certify_plain(
    strategy: PlainStrategy, bars: Snapshot, settings: Settings, cuts: int, seed: int = 0,
    progress: Progress = silent,
) -> Certificate:  # fmt: skip
    """Replay a plain strategy with other futures, cut at so many sessions, evenly spread."""
    settings = settings_for(strategy, settings)
    market = prepare(strategy, bars, settings)
    kind = author_of(type(strategy))
    base = _by_line(play_plain(strategy, market, settings).placed)
    try:
        packing = packed(strategy, kind)
        replays = _Replays(strategy, packing, bars, market, settings, np.random.default_rng(seed))
        changes = [*replays.unlike(base)]
    except StrategyError as error:
        return Certificate(Honesty.UNCERTIFIABLE, f"in a process of its own it failed: {error}")
    places = _cuts(base, market, cuts)
    for cut in counted(places, "look-ahead replays", len(places), progress):
        changes += replays.changes(base, cut)
    changes.sort(key=lambda change: change.session)
    opened = undeclared(sorted(replays.seen), (), kind)
    suspicious = (*packing.reaches, *packing.undeclared, *opened)
    sessions = len({session for session, _ in base})
    honesty, reason = Honesty.HONEST, f"{replays.count} replays changed no order before them"
    if changes:
        honesty, reason = Honesty.CHEATS, _change(changes[0])
    elif suspicious:
        honesty, reason = Honesty.UNCERTIFIABLE, suspicious[0]
    return Certificate(honesty, reason, replays.count, sessions, tuple(changes[:SHOWN]), suspicious)


def _by_line(placed: Iterable[AskedOrder]) -> Orders:
    orders: dict[tuple[int, str], list[AskedOrder]] = defaultdict(list)
    for order in placed:
        orders[order.session, order.ticker].append(order)
    return orders


def _cuts(orders: Iterable[tuple[int, str]], market: Market, count: int) -> list[int]:
    """Sessions on which something was ordered, or any where nothing was, evenly spread."""
    last = len(market.sessions) - 1
    ordered = sorted({session for session, _ in orders if market.first <= session < last})
    places = ordered or list(range(market.first, last))
    if not places:
        return []
    chosen = np.linspace(0, len(places) - 1, min(count, len(places))).round().astype(int)
    return sorted({places[number] for number in chosen.tolist()})


def _alike(before: list[AskedOrder], after: list[AskedOrder]) -> bool:
    return len(before) == len(after) and all(
        order.what == other.what and _close(order, other)
        for order, other in zip(before, after, strict=True)
    )


def _close(asked: AskedOrder, other: AskedOrder) -> bool:
    first, second = (
        [order.quantity, *(0.0 if term is None else term for term in order.terms)]
        for order in (asked, other)
    )
    return bool(np.allclose(first, second, rtol=SAME, atol=0, equal_nan=True))


def _units(orders: list[AskedOrder]) -> float:
    return float(sum(order.quantity for order in orders))


def _change(first: ChangedDecision) -> str:
    if not first.ticker:
        return f"it failed on {first.session} where {first.replay}"
    return (
        f"its orders for {first.ticker} on {first.session} changed ({first.before:g} units, then "
        f"{first.after:g}, or at other prices) where {first.replay}"
    )
