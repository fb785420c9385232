"""Decisions asked again on altered futures, and where they differ.

A replay repeats the decisions of one run in a process that never has what came after them: it is
shown a session, with the account as it stood then, and only once its answer is here is it sent what
follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from types import TracebackType

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
from backtests.progress import Progress, counted, silent
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
class Replays:
    """One strategy on one market, and on that market with other futures.

    accounts: what a strategy saw that holds strategies; their markets do not travel.
    """

    strategy: Strategy
    packed: Packed
    bars: Snapshot
    settings: Settings
    market: Market
    rng: np.random.Generator
    progress: Progress = silent
    accounts: tuple[Step, ...] | None = None
    base: RunReply = field(init=False)
    count: int = 0
    seen: set[str] = field(default_factory=set)
    unseen: int = 0
    impure: tuple[str, ...] = ()

    def run(self) -> list[ChangedDecision]:
        """Run it on the true market, and ask it there in other ways; what changed."""
        with self._copy(Opened(self.market)) as copy:
            self.base = copy.ask(RunTask(self.settings, self.accounts))
            baited = "random numbers stood in the rows that had not been written"
            changes = self._decided(copy, baited, bait=int(self.rng.integers(2**31)))
            if changes:
                changes = self._decided(copy, UNCHANGED) or changes
            changes += self._asked_again(copy)
            self.impure = copy.ask(OnceTask(ASKED_AGAIN))
            changes += self._vectorised(copy)
        return changes

    def again(self, seed: str) -> RunReply:
        """The same run in another process, whose sets have another order."""
        with replay_process(seed).market(self.packed, Opened(self.market)) as copy:
            reply: RunReply = copy.ask(RunTask(self.settings, self.accounts))
        return reply

    def with_other_futures(self, kinds: int, cuts: int) -> list[ChangedDecision]:
        """What follows each decision is something else until it has come; or the data end there."""
        futures = (
            ("the prices after each decision were noise until they came", noise(self.rng)),
            ("the prices after each decision were other noise", noise(self.rng, -SHIFT)),
            ("the sessions after each decision were blank until they came", blank),
        )
        works = [
            *(partial(self._flowing, replay, alter) for replay, alter in futures[:kinds]),
            *(partial(self._cut_off, cut) for cut in self._cuts(cuts)),
        ]
        changes: list[ChangedDecision] = []
        for work in counted(works, "look-ahead replays", len(works), self.progress):
            changes += work()
        return changes

    def _flowing(self, replay: str, alter: Alter) -> list[ChangedDecision]:
        flowing = FlowingMarket(self.market, alter)
        with self._copy(flowing.opened()) as copy:
            return self._decided(copy, replay, flowing)

    def _cut_off(self, cut: int) -> list[ChangedDecision]:
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
        self.count += 1
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

    def _asked_again(self, copy: Copy) -> list[ChangedDecision]:
        """Single decisions out of their order, each with the very view that it had."""
        chosen = self.rng.permutation(len(self.base.decisions))[:ASKED_AGAIN].tolist()
        self.count += len(chosen)
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
        self.count += 1
        last = len(self.market.sessions) if self.base.ended is None else self.base.ended
        asked = {target.session: target.weights for target in self.base.targets}
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
        self._replays.seen |= set(self._copy.witnessed.seen)
        self._replays.unseen = max(self._replays.unseen, self._copy.witnessed.unseen)
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
