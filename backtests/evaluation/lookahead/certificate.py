"""The look-ahead certificate: replays in which only the future differs must decide alike."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any, cast

import numpy as np

from backtests.engines import kernel
from backtests.evaluation.lookahead.access_audit import COUNTER, Watch, reasons, undeclared
from backtests.evaluation.schema import Certificate, Change, Honesty
from backtests.runner.run_strategy import cost_model, prepare
from backtests.settings import Settings
from backtests.simulation.book import Held
from backtests.simulation.decisions import Columns, Decider, table_of
from backtests.simulation.desk import Desk, Played, Target
from markets.facts import Snapshot
from markets.market import Market, Placed
from markets.views.recorder import Recorder
from newsfolio.errors import DataError, NewsfolioError, StrategyError
from newsfolio.strategy import Strategy, Weights
from newsfolio.view import View

SAME = 1e-9
"""Weights closer than this are the same decision."""

ASKED_AGAIN = 24
"""Decisions that are asked again one by one, in another order."""

SHOWN = 8
"""Changes that a certificate lists, the earliest first."""

WALKS = 2
"""Replays in which everything after today is noise, at every decision."""

_WRITTEN = ("open", "close", "last", "volume", "dividend", "factor", "rate_before", "rate",
            "cash_rate")  # fmt: skip
_DERIVED = ("level", "value_rate", "traded_value")

Decisions = Mapping[date, Mapping[str, float]]


def certify(
    strategy: Strategy,
    bars: Snapshot,
    settings: Settings,
    *,
    cuts: int = 12,
    seed: int = 0,
    watch: Watch | None = None,
    decided: Sequence[Target] | None = None,
) -> Certificate:
    """Replay a strategy with other futures, and say whether a decision before them changed.

    settings: of the run, with its first and last day. cuts: how many sessions of decisions to cut
    at. watch: what the strategy was seen to open since its import; None: nobody looked. decided:
    the decisions of the run itself, where there was one on the same bars, to be repeated first.
    """
    market = prepare(strategy, bars, settings)
    replays = _Replays(_Asked(strategy, watch), bars, settings, market, np.random.default_rng(seed))
    changes, count = replays.all(cuts, decided)
    seen = watch.seen() if watch else ()
    opened = undeclared(seen, strategy.files, type(strategy))
    if replays.asked.reads and not opened:
        opened = (f"something that no hook sees, {replays.asked.reads:,} bytes",)
    suspicious = (*reasons(type(strategy)), *opened)
    told = f"{count} replays changed none of {len(replays.base)} decisions"
    if changes:
        honesty, reason = Honesty.CHEATS, _sentence(changes[0])
    elif suspicious:
        honesty, reason = Honesty.UNCERTIFIABLE, _suspicion(suspicious[0], opened)
    else:
        honesty = Honesty.HONEST
        reason = told if watch else f"{told}; what it opened was not watched"
    return Certificate(
        honesty=honesty,
        reason=reason,
        replays=count,
        decisions=len(replays.base),
        changes=tuple(changes[:SHOWN]),
        seen=suspicious,
        declared=tuple(strategy.files),
    )


def _sentence(first: Change) -> str:
    if not first.ticker:
        return f"the decision of {first.session} failed where {first.replay}"
    return (
        f"the weight of {first.ticker} decided on {first.session} changed from {first.before:.4f} "
        f"to {first.after:.4f} where {first.replay}"
    )


def _suspicion(first: str, opened: Sequence[str]) -> str:
    if first in opened:
        return f"it opened {first}, which is not declared in `files`"
    return first


@dataclass
class _Asked:
    """A strategy that is looked at while it answers: views shown, bytes read behind the hooks."""

    strategy: Strategy
    watch: Watch | None
    views: list[tuple[View, Weights | None]] = field(default_factory=list)
    reads: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.strategy, name)

    def weights(self, view: View) -> Weights | None:
        opens, before = self.watch.opens if self.watch else 0, _bytes_read()
        answer = self.strategy.weights(view)
        if self.watch and self.watch.opens == opens:
            self.reads += max(0, _bytes_read()[0] - sum(before))
        self.views.append((view, None if answer is None else dict(answer)))
        return answer


def _bytes_read() -> tuple[int, int]:
    """What this process had read before this look, and the look itself; 0 where nobody counts."""
    try:
        file = os.open(COUNTER, os.O_RDONLY)
    except OSError:
        return 0, 0
    try:
        text = os.read(file, 4096)
    finally:
        os.close(file)
    return int(text.split()[1]), len(text)


@dataclass
class _Replays:
    """One strategy on one market, and on that market with other futures."""

    asked: _Asked
    bars: Snapshot
    settings: Settings
    market: Market
    rng: np.random.Generator
    base: Decisions = field(default_factory=dict)
    count: int = 0

    def all(self, cuts: int, decided: Sequence[Target] | None) -> tuple[list[Change], int]:
        """Every change that was found, the earliest first, and how many replays there were."""
        played = self._played(self.market)
        again = _by_day(self.market, played.targets)
        self.base = again if decided is None else _by_day(self.market, decided)
        changes = [*self._compared("nothing was changed at all", again, self.market.day(-1))]
        for cut in self._cuts(cuts):
            changes += self._cut(cut)
        changes += self._walked()
        changes += self._baited()
        changes += self._asked_again()
        changes += self._at_once(again, played.ruined)
        changes += self._started_later(cuts)
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
        known = self.market.first_decision
        after = [place for place in places if known is not None and place >= known][:1]
        return sorted({*after, *(places[number] for number in chosen.tolist())})

    def _cut(self, cut: int) -> Iterator[Change]:
        """The future after one decision cut off, shuffled, and replaced by noise."""
        yield from self._truncated(cut)
        day = self.market.day(cut)
        for told, altered in (
            (f"the sessions after {day} were shuffled", self._shuffled(cut)),
            (f"the prices after {day} were replaced by noise", self._noise(cut)),
        ):
            yield from self._tried(told, altered, cut)

    def _truncated(self, cut: int) -> Iterator[Change]:
        """On the bars as they stood then, the market built anew from them.

        A run cannot end while a line is halted, nor on its first session: then a few days later.
        """
        for end in range(max(cut, self._first + 1), min(cut + 5, self._last) + 1):
            day = self.market.day(end)
            try:
                market = self._as_of(day)
            except DataError:
                continue
            yield from self._tried(f"the data ended on {day}", market, len(market.sessions) - 1)
            return

    def _as_of(self, day: date) -> Market:
        window = dataclasses.replace(self.settings, start=self.market.day(self._first), end=day)
        return prepare(self.asked.strategy, self.bars.until(day), window)

    def _walked(self) -> Iterator[Change]:
        """The future is noise at every single decision, not only after a few of them."""
        for _ in range(WALKS):
            walk = _Unwritten(self.market, self.rng)
            told = "the prices after each decision were noise until they came"
            yield from self._tried(told, walk.market, self._last, unwritten=walk)

    def _baited(self) -> Iterator[Change]:
        """With random numbers in the rows that have not been written."""
        bait = Recorder(self.market, self.rng)
        told = "random numbers stood in the rows that had not been written"
        yield from self._tried(told, self.market, self._last, bait)

    def _asked_again(self) -> Iterator[Change]:
        """Single decisions out of their order, each with the very view that it had."""
        views = self.asked.views[: len(self.asked.views)]
        chosen = self.rng.permutation(len(views))[:ASKED_AGAIN]
        for view, answer in [views[number] for number in chosen.tolist()]:
            recorder = Recorder(self.market)
            recorder.write(self.market, self._place(view.today))
            fresh = dataclasses.replace(view, _history=recorder)
            self.count += 1
            try:
                found = self.asked.strategy.weights(fresh)
            except Exception:
                found = {"": np.inf}
            yield from _apart(
                "it was asked a second time, out of order",
                view.today,
                answer or {},
                {} if found is None else dict(found),
            )

    def _at_once(self, asked: Decisions, ruined: int | None) -> Iterator[Change]:
        """The strategy's vectorised form, against the decisions that were asked one by one."""
        strategy, market = self.asked.strategy, self.market
        desk = Desk(strategy, market, self.settings, cost_model(self.settings))
        decided = table_of(strategy, market, desk.marks)
        if decided is None:
            return
        self.count += 1
        found = {
            market.day(session): dict(
                zip(market.tickers, decided.weights[row].tolist(), strict=True)
            )
            for row, session in enumerate(decided.sessions.tolist())
            if decided.asked[row]
        }
        until = market.day(self._last if ruined is None else ruined - 1)
        yield from self._compared("its vectorised form decided", found, until, asked)

    def _started_later(self, cuts: int) -> Iterator[Change]:
        """Runs that start in the middle, with their own future and with noise for it."""
        places = self._cuts(max(3, cuts // 2))[1:]
        for start, cut in pairwise(places):
            told = f"it started on {self.market.day(start)} and later prices were noise"
            later = self.market.window(start, self._last, self.market.first_decision)
            noise = self._noise(cut).window(start, self._last, self.market.first_decision)
            try:
                expected = self._decisions(later, cut)
            except NewsfolioError:
                continue  # it cannot start there, whatever the future
            yield from self._tried(told, noise, cut, expected=expected)

    def _tried(
        self, told: str, market: Market, cut: int, recorder: Recorder | None = None,
        expected: Decisions | None = None, unwritten: _Unwritten | None = None,
    ) -> Iterator[Change]:  # fmt: skip
        """Decisions up to a cut against those that were expected; a new failure is a change."""
        self.count += 1
        try:
            found = self._decisions(market, cut, recorder, unwritten)
        except StrategyError:
            yield Change(told, market.day(cut).isoformat(), "", 0.0, 0.0)
            return
        yield from self._compared(told, found, market.day(cut), expected)

    def _compared(
        self, told: str, found: Decisions, until: date, expected: Decisions | None = None
    ) -> Iterator[Change]:
        base = self.base if expected is None else expected
        for day in sorted({*base, *found}):
            if day <= until:
                yield from _apart(told, day, base.get(day, {}), found.get(day, {}))

    def _decisions(
        self, market: Market, cut: int | None = None, recorder: Recorder | None = None,
        unwritten: _Unwritten | None = None,
    ) -> Decisions:  # fmt: skip
        """What the strategy decides up to a session, by day."""
        return _by_day(market, self._played(market, cut, recorder, unwritten).targets)

    def _played(
        self, market: Market, cut: int | None = None, recorder: Recorder | None = None,
        unwritten: _Unwritten | None = None,
    ) -> Played:  # fmt: skip
        last = len(market.sessions) - 1 if cut is None else cut
        if unwritten is None:
            return kernel.play(_Before(self.asked, market, last, self.settings, recorder))
        desk = _Walking(self.asked, market, last, self.settings, recorder)
        return desk.walked(unwritten.begin())

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
            name: change(name, getattr(self.market, name)) for name in _WRITTEN
        }
        signals = {name: change(name, values) for name, values in self.market.signals.items()}
        facts = {name: self._other(table, cut) for name, table in self.market.facts.items()}
        return dataclasses.replace(self.market, **changed, signals=signals, facts=facts)

    def _other(self, table: Placed, cut: int) -> Placed:
        """A table whose rows after a session say something else."""
        frame, later = table.frame.copy(), table.places > cut
        for name in frame.columns[1:]:
            shown = frame.loc[later, name]
            frame.loc[later, name] = (
                shown * np.exp(self.rng.normal(0, 0.3, len(shown)))
                if shown.dtype.kind == "f"
                else self.rng.permutation(shown.to_numpy())
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


class _Before(Desk):
    """A desk whose run ends at a session, for a strategy whose market goes on."""

    def __init__(
        self, strategy: _Asked, market: Market, last: int, settings: Settings,
        recorder: Recorder | None,
    ) -> None:  # fmt: skip
        asked = cast(Strategy, strategy)
        super().__init__(asked, _ending(market, last), settings, cost_model(settings))
        self._decider = Decider(asked, market, recorder)


class _Walking(_Before):
    """One whose market is written as it goes: at every decision, nothing later is."""

    _write: Callable[[int], None]

    def walked(self, write: Callable[[int], None]) -> Played:
        """Play a market that `write` makes known up to a session."""
        if self.band is not None:
            return _turned(self, write)  # drift may call for a decision on any session
        self._write = write
        self._write_on(self.market.first)
        return kernel.play(self)

    def decide(self, session: int, book: Held) -> Columns | None:
        wanted = super().decide(session, book)
        if self.band is None:
            self._write_on(session + 1)
        return wanted

    def _write_on(self, session: int) -> None:
        """Up to the next decision from a session on."""
        due = np.flatnonzero(self.marks[session:])
        self._write(session + int(due[0]) if len(due) else len(self.market.sessions) - 1)


def _ending(market: Market, last: int) -> Market:
    """The market up to a session."""
    if last == len(market.sessions) - 1:
        return market
    decision = market.first_decision
    later = decision is None or decision > last
    return market.window(market.first, last, None if later else decision)


def _turned(desk: Desk, write: Callable[[int], None]) -> Played:
    """The kernel's order of things, with each session written before it is played."""
    session = desk.market.first
    desk.close(session)
    while (following := desk.turn(session)) is not None:
        session = following
        write(session)
        desk.open(session)
        desk.close(session)
    return desk.played()


class _Unwritten:
    """A market whose sessions hold noise until they are played.

    It starts out true, so that what a desk works out beforehand (interest, days of payment) is.
    """

    def __init__(self, market: Market, rng: np.random.Generator) -> None:
        self._known = market.first
        self._true = [getattr(market, name) for name in (*_WRITTEN, *_DERIVED)]
        self._true += market.signals.values()
        self._now = [values.copy() for values in self._true]
        self._noise = [values * np.exp(rng.normal(0, 0.3, values.shape)) for values in self._true]
        shown = iter([values.view() for values in self._now])
        written: dict[str, Any] = {name: next(shown) for name in _WRITTEN}
        derived = {name: next(shown) for name in _DERIVED}
        signals = {name: next(shown) for name in market.signals}
        self.market = dataclasses.replace(market, **written, signals=signals)
        vars(self.market).update(derived)  # cached on first use, and then no longer true

    def begin(self) -> Callable[[int], None]:
        """Replace everything after the first session; answers what makes a later one known."""
        for now, noise in zip(self._now, self._noise, strict=True):
            now[self._known + 1 :] = noise[self._known + 1 :]
        return self._write

    def _write(self, session: int) -> None:
        rows = slice(self._known + 1, session + 1)
        for now, true in zip(self._now, self._true, strict=True):
            now[rows] = true[rows]
        self._known = session


def _by_day(market: Market, targets: Sequence[Target]) -> Decisions:
    return {market.day(target.session): target.weights for target in targets}


def _apart(
    told: str, day: date, before: Mapping[str, float], after: Mapping[str, float]
) -> Iterator[Change]:
    """The lines of one decision that weigh otherwise."""
    for ticker in sorted({*before, *after}):
        one, other = before.get(ticker, 0.0), after.get(ticker, 0.0)
        if abs(one - other) > SAME:
            yield Change(told, day.isoformat(), ticker, float(one), float(other))
