"""Decisions asked again on altered futures, and where they differ.

A replay repeats the decisions of one run in a process that never has what came after them: it is
shown a session, with the account as it stood then, and only once its answer is here is it sent what
follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from types import TracebackType
from typing import NamedTuple

import numpy as np

from backtests.evaluation.lookahead.altered_markets import (
    SHIFT,
    Alter,
    FlowingMarket,
    as_of,
    blank,
    noise,
)
from backtests.evaluation.lookahead.messages import (
    AgainTask,
    Begin,
    Decided,
    Failed,
    OnceTask,
    Opened,
    RunReply,
    RunTask,
    Step,
    Steps,
    TableTask,
    Weights,
)
from backtests.evaluation.lookahead.replay_process import Copy, ReplayFailed, replay_process
from backtests.evaluation.lookahead.travelling import Packed
from backtests.evaluation.schema import ChangedDecision
from backtests.settings import Settings
from backtests.simulation.output import Target
from markets.market import Floats, Market
from markets.snapshot import Snapshot
from newsfolio.errors import DataError
from newsfolio.strategy import Strategy

SAME = 1e-9
"""Weights closer than this are the same decision."""

LIKE = 1e-6
"""Weights of two processes closer than this are; their libraries may add up in another order."""

ENOUGH = 8
"""Changes after which a replay need not go on."""

ASKED_AGAIN = 24
"""Decisions that are asked again one by one, in another order."""

UNCHANGED = "nothing was changed at all"
AGAIN = "it was asked a second time, out of order"


@dataclass
class Witnesses:
    """How many replays there were, and what was seen in them; see `Witnessed`."""

    count: int = 0
    seen: set[str] = field(default_factory=set)
    unseen: int = 0

    def add(self, other: Witnesses) -> None:
        self.count += other.count
        self.seen |= other.seen
        self.unseen = max(self.unseen, other.unseen)


Replayed = tuple[list[ChangedDecision], Witnesses]
"""What one replay changed, and what was seen in it."""


class Begun(NamedTuple):
    """What a process with nothing but the true market decided.

    changes: where it was asked there in other ways. impure: what speaks against functions of
    `view.once`.
    """

    base: RunReply
    changes: list[ChangedDecision]
    impure: tuple[str, ...]


@dataclass
class Replays:
    """One strategy on one market, and on that market with other futures.

    seed: of all that is drawn; what one replay draws does not depend on the others. accounts: what
    a strategy saw that holds strategies; their markets do not travel. base: once it has run.
    """

    strategy: Strategy
    packed: Packed
    bars: Snapshot
    settings: Settings
    market: Market
    seed: tuple[int, ...]
    accounts: tuple[Step, ...] | None = None
    base: RunReply = field(init=False)
    witnesses: Witnesses = field(default_factory=Witnesses)

    def run(self) -> Begun:
        """Run it on the true market, and ask it there in other ways."""
        rng = np.random.default_rng(self.seed)
        with self._copy(Opened(self.market)) as copy:
            self.base = copy.ask(RunTask(self.settings, self.accounts))
            baited = "random numbers stood in the rows that had not been written"
            changes = self._decided(copy, baited, bait=int(rng.integers(2**31)))
            if changes:
                changes = self._decided(copy, UNCHANGED) or changes
            changes += self._asked_again(copy, rng)
            impure = copy.ask(OnceTask(ASKED_AGAIN))
            changes += self._vectorised(copy)
        return Begun(self.base, changes, impure)

    def again(self, seed: str) -> RunReply:
        """The same run in another process, whose sets have another order."""
        with replay_process(seed).market(self.packed, Opened(self.market)) as copy:
            reply: RunReply = copy.ask(RunTask(self.settings, self.accounts))
        return reply

    def futures(self, kinds: int, cuts: int) -> list[Callable[[], Replayed]]:
        """Replays in which what follows a decision is something else, or the data end there."""
        first, second = (np.random.default_rng((*self.seed, kind)) for kind in (1, 2))
        others = (
            ("the prices after each decision were noise until they came", noise(first)),
            ("the prices after each decision were other noise", noise(second, -SHIFT)),
            ("the sessions after each decision were blank until they came", blank),
        )
        works: list[Callable[[Replays], list[ChangedDecision]]] = [
            *(partial(Replays.flowing, replay=name, alter=alter) for name, alter in others[:kinds]),
            *(partial(Replays.cut_off, cut=cut) for cut in self._cuts(cuts)),
        ]
        return [partial(self._apart, work) for work in works]

    def _apart(self, replay: Callable[[Replays], list[ChangedDecision]]) -> Replayed:
        """What a replay changed, and what was seen in it alone."""
        other = copy(self)
        other.witnesses = Witnesses()
        return replay(other), other.witnesses

    def flowing(self, replay: str, alter: Alter) -> list[ChangedDecision]:
        """What follows each decision is something else until it has come."""
        flowing = FlowingMarket(self.market, alter)
        with self._copy(flowing.opened()) as copy:
            return self._decided(copy, replay, flowing)

    def cut_off(self, cut: int) -> list[ChangedDecision]:
        """On the bars as they stood after a decision, the market built anew from them."""
        market = self._as_of(cut)
        if market is None:
            return []
        with self._copy(Opened(market)) as copy:
            return self._decided(copy, f"the data ended on {market.day(-1)}", on=market)

    def compared(self, replay: str, decided: Sequence[Target]) -> list[ChangedDecision]:
        """The decisions of a run in this process, against those of the replaying one."""
        here, there = (
            {self.market.day(target.session): target.weights for target in targets}
            for targets in (decided, self.base.targets)
        )
        return [
            change
            for day in sorted({*here, *there})
            for change in changed(replay, day, here.get(day), there.get(day), LIKE)
        ]

    def _copy(self, opened: Opened) -> _Watched:
        return _Watched(self, opened)

    def _decided(
        self, copy: Copy, replay: str, flowing: FlowingMarket | None = None, *,
        bait: int | None = None, on: Market | None = None,
    ) -> list[ChangedDecision]:  # fmt: skip
        """Every decision of the run up to the end of a market, in their order."""
        self.witnesses.count += 1
        copy.ask(Begin(bait))
        market = on or self.market
        asked = [
            decision for decision in self.base.decisions if self._day(decision) in market.row_of
        ]
        answers = (
            self._one_by_one(copy, asked, flowing)
            if flowing
            else copy.ask(Steps(tuple(self._step(decision, market) for decision in asked)))
        )
        changes: list[ChangedDecision] = []
        for decided, answer in zip(asked, answers, strict=False):
            day = self._day(decided)
            if isinstance(answer, Failed):
                changes.append(ChangedDecision(replay, day.isoformat(), "", 0.0, 0.0))
                break
            changes += changed(replay, day, decided.weights, answer)
            if len(changes) > ENOUGH:
                break
        return changes

    def _one_by_one(
        self, copy: Copy, asked: Sequence[Decided], flowing: FlowingMarket
    ) -> Iterator[Weights | Failed | None]:
        """Answers to decisions of which each is sent once the answer before it is here."""
        for decided in asked:
            step = replace(self._step(decided), rows=flowing.rows(decided.session))
            try:
                yield copy.ask(step)
            except ReplayFailed as error:
                yield Failed(str(error))

    def _step(self, decided: Decided, on: Market | None = None) -> Step:
        """A decision with its place and its account in a market."""
        market = on or self.market
        return Step(
            market.row_of[self._day(decided)], self._values(decided, market), decided.equity
        )

    def _day(self, decided: Decided) -> date:
        return self.market.day(decided.session)

    def _values(self, decided: Decided, market: Market) -> Floats:
        """The account by the columns of another market."""
        if market.tickers == self.market.tickers:
            return decided.values
        values = np.zeros(len(market.tickers))
        for ticker, value in zip(self.market.tickers, decided.values.tolist(), strict=False):
            if value:
                values[market.place[ticker]] = value
        return np.append(values, decided.values[len(self.market.tickers) :])

    def _asked_again(self, copy: Copy, rng: np.random.Generator) -> list[ChangedDecision]:
        """Single decisions out of their order, each with the very view that it had."""
        chosen = rng.permutation(len(self.base.decisions))[:ASKED_AGAIN].tolist()
        self.witnesses.count += len(chosen)
        changes: list[ChangedDecision] = []
        for number, (before, after) in zip(chosen, copy.ask(AgainTask(tuple(chosen))), strict=True):
            day = self.market.day(self.base.decisions[number].session)
            failed = isinstance(after, Failed)
            replay = f"{AGAIN}, with the view that it had, and failed" if failed else AGAIN
            changes += changed(replay, day, before, None if isinstance(after, Failed) else after)
        return changes

    def _vectorised(self, copy: Copy) -> list[ChangedDecision]:
        """The strategy's vectorised form, against the decisions that were asked one by one."""
        try:
            table: Mapping[int, Weights] | None = copy.ask(TableTask(self.settings))
        except ReplayFailed as error:
            day = self.market.day(self.market.first).isoformat()
            return [ChangedDecision(f"its vectorised form: {error}", day, "", 0.0, 0.0)]
        if table is None:
            return []
        self.witnesses.count += 1
        last = len(self.market.sessions) if self.base.ended is None else self.base.ended
        asked = {
            decided.session: decided.weights
            for decided in self.base.decisions
            if decided.weights is not None
        }
        sessions = sorted(session for session in {*table, *asked} if session < last)
        return [
            change
            for session in sessions
            for change in changed(
                "its vectorised form decided", self.market.day(session),
                asked.get(session), table.get(session),
            )
        ]  # fmt: skip

    def _cuts(self, count: int) -> list[int]:
        """Places of decisions, evenly spread from the first; the future begins on the next session.

        The first decision on the article is always one of them.
        """
        first, last = self.market.first, len(self.market.sessions) - 1
        places = [
            decision.session for decision in self.base.decisions if first <= decision.session < last
        ]
        if not places:
            return []
        chosen = np.linspace(0, len(places) - 1, min(count, len(places))).round().astype(int)
        article = self.market.first_decision
        after = [place for place in places if article is not None and place >= article][:1]
        return sorted({*after, *(places[number] for number in chosen.tolist())})

    def _as_of(self, cut: int) -> Market | None:
        """The market of the bars as they stood at a decision.

        A run cannot end while a line is halted, nor on its first session: then a few days later.
        """
        first, last = self.market.first, len(self.market.sessions) - 1
        for end in range(max(cut, first + 1), min(cut + 5, last) + 1):
            with suppress(DataError):
                return as_of(self.strategy, self.bars, self.settings, self.market, end)
        return None


class _Watched:
    """A copy of the replaying process; what it saw is added up when it ends."""

    def __init__(self, replays: Replays, opened: Opened) -> None:
        self._replays = replays
        self._context = replay_process().market(replays.packed, opened)

    def __enter__(self) -> Copy:
        self._copy = self._context.__enter__()
        return self._copy

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        suppressed = self._context.__exit__(kind, error, trace)
        witnessed = self._copy.witnessed
        self._replays.witnesses.add(Witnesses(0, set(witnessed.seen), witnessed.unseen))
        return suppressed


def changed(
    replay: str, day: date, before: Weights | None, after: Weights | None, same: float = SAME
) -> Iterator[ChangedDecision]:
    """The lines of one decision that weigh otherwise."""
    old, new = before or {}, after or {}
    for ticker in sorted({*old, *new}):
        was, now = old.get(ticker, 0.0), new.get(ticker, 0.0)
        if abs(was - now) > same:
            yield ChangedDecision(replay, day.isoformat(), ticker, float(was), float(now))
