"""The look-ahead check of a plain backtrader strategy: its orders must not depend on later bars.

It holds all of its bars, so that it can reach ahead; replays in which later bars differ, or are not
there at all, show it.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from backtests.evaluation.lookahead.access_audit import AccessAudit, undeclared
from backtests.evaluation.lookahead.source_audit import reasons
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
    bars: Snapshot
    market: Market
    settings: Settings
    rng: np.random.Generator
    count: int = 0

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
            except StrategyError:
                yield ChangedDecision(replay, day.isoformat(), "", 0.0, 0.0)
                continue
            yield from self._compared(replay, base, orders, cut)

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
        """What the strategy asks of its broker, by session and line."""
        placed: dict[tuple[int, str], list[AskedOrder]] = defaultdict(list)
        for order in play_plain(self.strategy, market, self.settings, last).placed:
            placed[order.session, order.ticker].append(order)
        return placed

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
        return self._altered({name: getattr(self.market, name)[rows] for name in BARS})

    def _noise(self, cut: int) -> Market:
        """One factor a bar, so that its high stays above its low."""
        factor = np.ones(self.market.close.shape)
        factor[cut + 1 :] = np.exp(self.rng.normal(0, 0.3, factor[cut + 1 :].shape))
        return self._altered({name: getattr(self.market, name) * factor for name in PRICES})

    def _altered(self, changed: Mapping[str, Any]) -> Market:
        return dataclasses.replace(self.market, **changed)


def certify_plain(
    strategy: PlainStrategy, bars: Snapshot, settings: Settings, cuts: int,
    watch: AccessAudit | None = None, seed: int = 0, progress: Progress = silent,
) -> Certificate:  # fmt: skip
    """Replay a plain strategy with other futures, cut at so many sessions, evenly spread."""
    settings = settings_for(strategy, settings)
    market = prepare(strategy, bars, settings)
    replays = _Replays(strategy, bars, market, settings, np.random.default_rng(seed))
    base = replays.orders(market)
    places = _cuts(base, market, cuts)
    changes = sorted(
        (
            change
            for cut in counted(places, "look-ahead replays", len(places), progress)
            for change in replays.changes(base, cut)
        ),
        key=lambda change: change.session,
    )
    kind = author_of(type(strategy))
    opened = undeclared(watch.seen() if watch else (), (), kind)
    suspicious = (*reasons(kind), *opened)
    sessions = len({session for session, _ in base})
    honesty, reason = Honesty.HONEST, f"{replays.count} replays changed no order before them"
    if changes:
        honesty, reason = Honesty.CHEATS, _change(changes[0])
    elif suspicious:
        honesty, reason = Honesty.UNCERTIFIABLE, suspicious[0]
    return Certificate(honesty, reason, replays.count, sessions, tuple(changes[:SHOWN]), suspicious)


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
