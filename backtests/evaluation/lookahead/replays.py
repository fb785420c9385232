"""Decisions asked again on altered futures, and where they differ."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np

from backtests.engines import kernel
from backtests.evaluation.lookahead.counterfactuals import (
    WRITTEN,
    ObservedStrategy,
    StepwiseDesk,
    TruncatedDesk,
    UnwrittenMarket,
)
from backtests.evaluation.schema import ChangedDecision
from backtests.progress import Progress, counted, silent
from backtests.runner.inputs import cost_model, prepare
from backtests.settings import Settings
from backtests.simulation.decision_tables import table_of
from backtests.simulation.desk import Desk
from backtests.simulation.output import EngineOutput, Target
from markets.market import Market, Placed
from markets.snapshot import Snapshot
from markets.views.recorder import Recorder
from newsfolio.errors import DataError, NewsfolioError, StrategyError

SAME = 1e-9
"""Weights closer than this are the same decision."""

ASKED_AGAIN = 24
"""Decisions that are asked again one by one, in another order."""

NOISE_REPLAYS = 2
"""Replays in which everything after today is noise, at every decision."""

Decisions = Mapping[date, Mapping[str, float]]


@dataclass
class Replays:
    """One strategy on one market, and on that market with other futures."""

    observed: ObservedStrategy
    bars: Snapshot
    settings: Settings
    market: Market
    rng: np.random.Generator
    progress: Progress = silent
    base: Decisions = field(default_factory=dict)
    count: int = 0

    def all(self, cuts: int, decided: Sequence[Target] | None) -> tuple[list[ChangedDecision], int]:
        """Every change that was found, the earliest first, and how many replays there were."""
        output = self._output(self.market)
        again = _by_day(self.market, output.targets)
        self.base = again if decided is None else _by_day(self.market, decided)
        changes = [*self._compared("nothing was changed at all", again, self.market.day(-1))]
        kinds = [
            *map(self._cut, self._cuts(cuts)),
            self._unwritten(),
            self._baited(),
            self._asked_again(),
            self._vectorised(again, output.ruined),
            self._started_later(cuts),
        ]  # none begins before its turn
        for kind in counted(kinds, "look-ahead replays", len(kinds), self.progress):
            changes += kind
        return sorted(changes, key=lambda change: change.session), self.count

    def _cuts(self, count: int) -> list[int]:
        """Places of decisions, evenly spread from the first; the future begins on the next session.

        The first decision on the article is always one of them.
        """
        places = [place for place in map(self._place, self.base)
                  if self._first <= place < self._last]  # fmt: skip
        if not places:
            return []
        chosen = np.linspace(0, len(places) - 1, min(count, len(places))).round().astype(int)
        article = self.market.first_decision
        after = [place for place in places if article is not None and place >= article][:1]
        return sorted({*after, *(places[number] for number in chosen.tolist())})

    def _cut(self, cut: int) -> Iterator[ChangedDecision]:
        """The future after one decision cut off, shuffled, and replaced by noise."""
        yield from self._truncated(cut)
        day = self.market.day(cut)
        for replay, altered in (
            (f"the sessions after {day} were shuffled", self._shuffled(cut)),
            (f"the prices after {day} were replaced by noise", self._noise(cut)),
        ):
            yield from self._replayed(replay, altered, cut)

    def _truncated(self, cut: int) -> Iterator[ChangedDecision]:
        """On the bars as they stood then, the market built anew from them.

        A run cannot end while a line is halted, nor on its first session: then a few days later.
        """
        for end in range(max(cut, self._first + 1), min(cut + 5, self._last) + 1):
            day = self.market.day(end)
            try:
                market = self._as_of(day)
            except DataError:
                continue
            yield from self._replayed(f"the data ended on {day}", market, len(market.sessions) - 1)
            return

    def _as_of(self, day: date) -> Market:
        window = dataclasses.replace(self.settings, start=self.market.day(self._first), end=day)
        return prepare(self.observed.strategy, self.bars.until(day), window)

    def _unwritten(self) -> Iterator[ChangedDecision]:
        """The future is noise at every single decision, not only after a few of them."""
        for _ in range(NOISE_REPLAYS):
            unwritten = UnwrittenMarket(self.market, self.rng)
            replay = "the prices after each decision were noise until they came"
            yield from self._replayed(replay, unwritten.market, self._last, unwritten=unwritten)

    def _baited(self) -> Iterator[ChangedDecision]:
        """With random numbers in the rows that have not been written."""
        bait = Recorder(self.market, self.rng)
        replay = "random numbers stood in the rows that had not been written"
        yield from self._replayed(replay, self.market, self._last, bait)

    def _asked_again(self) -> Iterator[ChangedDecision]:
        """Single decisions out of their order, each with the very view that it had."""
        views = self.observed.views[: len(self.observed.views)]
        chosen = self.rng.permutation(len(views))[:ASKED_AGAIN]
        for view, answer in [views[number] for number in chosen.tolist()]:
            recorder = Recorder(self.market)
            recorder.write(self.market, self._place(view.today))
            fresh = dataclasses.replace(view, _history=recorder)
            self.count += 1
            try:
                weights = self.observed.strategy.weights(fresh)
            except Exception:
                weights = {"": np.inf}
            yield from _changed(
                "it was asked a second time, out of order",
                view.today,
                answer or {},
                {} if weights is None else dict(weights),
            )

    def _vectorised(self, asked: Decisions, ruined: int | None) -> Iterator[ChangedDecision]:
        """The strategy's vectorised form, against the decisions that were asked one by one."""
        strategy, market = self.observed.strategy, self.market
        desk = Desk(strategy, market, self.settings, cost_model(self.settings, market.fx))
        decided = table_of(strategy, market, desk.marks)
        if decided is None:
            return
        self.count += 1
        decisions = {
            market.day(session): dict(
                zip(market.tickers, decided.weights[row].tolist(), strict=True)
            )
            for row, session in enumerate(decided.sessions.tolist())
            if decided.asked[row]
        }
        until = market.day(self._last if ruined is None else ruined - 1)
        yield from self._compared("its vectorised form decided", decisions, until, asked)

    def _started_later(self, cuts: int) -> Iterator[ChangedDecision]:
        """Runs that start in the middle, with their own future and with noise for it."""
        places = self._cuts(max(3, cuts // 2))[1:]
        for start, cut in pairwise(places):
            replay = f"it started on {self.market.day(start)} and later prices were noise"
            later = self.market.window(start, self._last, self.market.first_decision)
            noise = self._noise(cut).window(start, self._last, self.market.first_decision)
            try:
                expected = self._decisions(later, cut)
            except NewsfolioError:
                continue  # it cannot start there, whatever the future
            yield from self._replayed(replay, noise, cut, expected=expected)

    def _replayed(
        self, replay: str, market: Market, cut: int, recorder: Recorder | None = None,
        expected: Decisions | None = None, unwritten: UnwrittenMarket | None = None,
    ) -> Iterator[ChangedDecision]:  # fmt: skip
        """Decisions up to a cut against those that were expected; a new failure is a change."""
        self.count += 1
        try:
            decisions = self._decisions(market, cut, recorder, unwritten)
        except StrategyError:
            yield ChangedDecision(replay, market.day(cut).isoformat(), "", 0.0, 0.0)
            return
        yield from self._compared(replay, decisions, market.day(cut), expected)

    def _compared(
        self, replay: str, decisions: Decisions, until: date, expected: Decisions | None = None
    ) -> Iterator[ChangedDecision]:
        base = self.base if expected is None else expected
        for day in sorted({*base, *decisions}):
            if day <= until:
                yield from _changed(replay, day, base.get(day, {}), decisions.get(day, {}))

    def _decisions(
        self, market: Market, cut: int | None = None, recorder: Recorder | None = None,
        unwritten: UnwrittenMarket | None = None,
    ) -> Decisions:  # fmt: skip
        """What the strategy decides up to a session, by day."""
        return _by_day(market, self._output(market, cut, recorder, unwritten).targets)

    def _output(
        self, market: Market, cut: int | None = None, recorder: Recorder | None = None,
        unwritten: UnwrittenMarket | None = None,
    ) -> EngineOutput:  # fmt: skip
        last = len(market.sessions) - 1 if cut is None else cut
        if unwritten is None:
            return kernel.run(TruncatedDesk(self.observed, market, last, self.settings, recorder))
        desk = StepwiseDesk(self.observed, market, last, self.settings, recorder)
        return desk.run(unwritten.begin())

    def _shuffled(self, cut: int) -> Market:
        """The rows after a session in another order, the same one for all that they hold."""
        rows = np.arange(len(self.market.sessions))
        rows[cut + 1 :] = self.rng.permutation(rows[cut + 1 :])
        return self._altered(lambda name, values: values[rows], cut)

    def _noise(self, cut: int) -> Market:
        """Everything after a session multiplied by noise."""

        def noisy(name: str, values: np.ndarray) -> np.ndarray:
            factor = np.ones(values.shape)
            factor[cut + 1 :] = np.exp(self.rng.normal(0, 0.3, values[cut + 1 :].shape))
            return values * factor

        return self._altered(noisy, cut)

    def _altered(self, change: Callable[[str, np.ndarray], np.ndarray], cut: int) -> Market:
        changed: dict[str, Any] = {
            name: change(name, getattr(self.market, name)) for name in WRITTEN
        }
        signals = {name: change(name, values) for name, values in self.market.signals.items()}
        facts = {name: self._altered_table(table, cut) for name, table in self.market.facts.items()}
        return dataclasses.replace(self.market, **changed, signals=signals, facts=facts)

    def _altered_table(self, table: Placed, cut: int) -> Placed:
        """A table whose rows after a session say something else."""
        frame, later = table.frame.copy(), table.places > cut
        for name in frame.columns[1:]:
            values = frame.loc[later, name]
            frame.loc[later, name] = (
                values * np.exp(self.rng.normal(0, 0.3, len(values)))
                if values.dtype.kind == "f"
                else self.rng.permutation(values.to_numpy())
            )
        return dataclasses.replace(table, frame=frame)

    @property
    def _first(self) -> int:
        return self.market.first

    @property
    def _last(self) -> int:
        return len(self.market.sessions) - 1

    def _place(self, day: date) -> int:
        return int(np.searchsorted(self.market.sessions, np.datetime64(day)))


def _by_day(market: Market, targets: Sequence[Target]) -> Decisions:
    return {market.day(target.session): target.weights for target in targets}


def _changed(
    replay: str, day: date, before: Mapping[str, float], after: Mapping[str, float]
) -> Iterator[ChangedDecision]:
    """The lines of one decision that weigh otherwise."""
    for ticker in sorted({*before, *after}):
        old, new = before.get(ticker, 0.0), after.get(ticker, 0.0)
        if abs(old - new) > SAME:
            yield ChangedDecision(replay, day.isoformat(), ticker, float(old), float(new))
