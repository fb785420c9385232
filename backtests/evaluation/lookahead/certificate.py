"""The look-ahead certificate: replays in which only the future differs must decide alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from backtests.engines import kernel
from backtests.engines.trees.desks import tree_of
from backtests.engines.trees.goals import LegGoals
from backtests.evaluation.lookahead.access_audit import undeclared
from backtests.evaluation.lookahead.messages import Step
from backtests.evaluation.lookahead.replay_process import (
    ReplayFailed,
    replay_process,
)
from backtests.evaluation.lookahead.replays import AGAIN, Begun, Replays, Witnesses
from backtests.evaluation.lookahead.source_audit import file_of, kind_of
from backtests.evaluation.lookahead.travelling import Packed, packed
from backtests.evaluation.reruns.workers import shared, usable
from backtests.evaluation.schema import Certificate, ChangedDecision, Honesty
from backtests.progress import Progress, silent
from backtests.runner.inputs import cost_model, prepare, reference_inputs, references_of
from backtests.runner.references import market_beside
from backtests.settings import Settings, with_limits
from backtests.simulation.desk import Desk
from backtests.simulation.output import Target
from markets.market import Market
from markets.snapshot import Snapshot
from newsfolio.errors import DataError, StrategyError
from newsfolio.strategy import Strategy
from newsfolio.trees import leg_names, legs_of

T = TypeVar("T")

SHOWN = 8
"""Changes that a certificate lists, the earliest first."""

OTHER_SEED = "1"
"""Of the order of sets, in the process that a run is repeated in where something changed."""

_RANK = {Honesty.HONEST: 0, Honesty.UNCERTIFIABLE: 1, Honesty.CHEATS: 2}


@dataclass(frozen=True)
class Replaying:
    """How replays are made. seed: of their noise. progress: how far they are.

    workers: processes that ask at the same time; None: as many as can be used.
    """

    seed: int = 0
    progress: Progress = silent
    workers: int | None = None


def certify(
    strategy: Strategy,
    bars: Snapshot,
    settings: Settings,
    *,
    cuts: int = 12,
    decided: Mapping[str, Sequence[Target]] | None = None,
    replaying: Replaying = Replaying(),
) -> Certificate:
    """Replay a strategy with other futures, and say whether a decision before them changed.

    Its benchmark and its controls are replayed too: one that looks ahead to lose makes any strategy
    look good. settings: of the run, with its first and last day. cuts: how many decisions to cut
    the data off at. decided: what the run itself decided where there was one on the same bars, by
    "" and the names of its references; that must be repeated.
    """
    market, ran = prepare(strategy, bars, settings, keep=True), decided or {}
    alone = replace(settings, flows=None)  # no money flows into the account of a leg
    examined = [
        _Examined(strategy, bars, settings, market, "", cuts, 3, ran.get("")),
        *(
            _Examined(leg, bars, with_limits(alone, leg.limits), its_market, f"{name}: ", cuts, 3)
            for name, leg, its_market in _legs("leg ", strategy, market)
        ),
        *(
            _Examined(other, bars, its_own, its_market, f"{name}: ", 1, 1, ran.get(name))
            for name, other, its_market, its_own in _references(strategy, bars, settings, market)
        ),
    ]
    own, *beside = _certificates(examined, replaying)
    worst = max(own, *beside, key=lambda certificate: _RANK[certificate.honesty]) if beside else own
    everyone = [own, *beside]
    return replace(
        worst,
        reason=_unchanged(own, beside) if worst.honesty is Honesty.HONEST else worst.reason,
        replays=sum(certificate.replays for certificate in everyone),
        decisions=own.decisions,
        changes=tuple(change for certificate in everyone for change in certificate.changes)[:SHOWN],
        seen=tuple(line for certificate in everyone for line in certificate.seen),
        declared=tuple(strategy.files),
    )


@dataclass
class _Examined:
    """One strategy, and what is found about it.

    name: what it is besides the strategy that is asked about, or "". cuts, futures: how many of
    each. decided: by its run, or by one that is made for it. failed: why it cannot be replayed.
    """

    strategy: Strategy
    bars: Snapshot
    settings: Settings
    market: Market
    name: str
    cuts: int
    kinds: int
    decided: Sequence[Target] | None = None
    packing: Packed = field(init=False)
    replays: Replays = field(init=False)
    begun: Begun = field(init=False)
    changes: list[ChangedDecision] = field(default_factory=list)
    failed: str = ""

    def pack(self, seed: tuple[int, ...]) -> None:
        """Have it decide here, where it has not yet, and make it ready to travel."""
        costs, accounts = cost_model(self.settings, self.market.fx), None
        tree = tree_of(self.strategy, self.market, self.settings, costs)
        if tree is not None:
            accounts, self.decided = _seen_by(tree)
        elif self.decided is None:
            desk = Desk(self.strategy, self.market, self.settings, costs)
            self.decided = kernel.run(desk).targets
        try:
            self.packing = packed(self.strategy, type(self.strategy))
        except StrategyError as error:
            self.failed = str(error)
            return
        self.replays = Replays(
            self.strategy, self.packing, self.bars, self.settings, replace(self.market, legs=()),
            seed, accounts,
        )  # fmt: skip

    def begin(self) -> _Answer:
        """What a process of its own decides on the true market; a sentence where it fails there."""
        self.replays.witnesses = Witnesses()
        try:
            return self.replays.run(), self.replays.witnesses
        except ReplayFailed as error:
            why = f"in a process of its own, with the same market, it failed: {error}"
            return why, self.replays.witnesses

    def take(self, answer: _Answer) -> None:
        """Go on with what `begin` answered, whichever process it was asked in."""
        begun, self.replays.witnesses = answer
        if isinstance(begun, str):
            self.failed = begun
        else:
            self.begun, self.replays.base = begun, begun.base
            self.changes += begun.changes

    def certificate(self) -> Certificate:
        """What replays found, of this strategy alone."""
        if self.failed:
            return Certificate(Honesty.UNCERTIFIABLE, f"{self.name}{self.failed}")
        seen = (*self.packing.reaches, *self.packing.undeclared, *self._opened())
        honesty, reason = self._judged(seen)
        replays, changes = self.replays, sorted(self.changes, key=_rank)[:SHOWN]
        return Certificate(
            honesty,
            f"{self.name}{reason}",
            replays.witnesses.count,
            len(replays.base.decisions),
            tuple(replace(change, replay=f"{self.name}{change.replay}") for change in changes),
            tuple(f"{self.name}{line}" for line in seen),
        )

    def _opened(self) -> tuple[str, ...]:
        witnesses = self.replays.witnesses
        opened = undeclared(sorted(witnesses.seen), self.strategy.files, type(self.strategy))
        if witnesses.unseen and not opened:
            return (f"something that no hook sees, {witnesses.unseen:,} bytes",)
        return opened

    def _judged(self, seen: Sequence[str]) -> tuple[Honesty, str]:
        """The word, and the sentence that says why."""
        replays, changes, impure = self.replays, self.changes, self.begun.impure
        decided = self.decided or ()
        other = replays.compared("a process with nothing but its market decided", decided)
        if other or changes:
            unlike = _repeated(replays)
            if unlike:
                return Honesty.UNCERTIFIABLE, (*impure, unlike)[0]
        future = [change for change in changes if change.replay != AGAIN]
        if future:
            return Honesty.CHEATS, "; ".join((_change(min(future, key=_rank)), *impure[:1]))
        if impure:
            return Honesty.UNCERTIFIABLE, impure[0]
        if changes:
            return Honesty.UNCERTIFIABLE, f"{_change(changes[0])}; it must depend on its view alone"
        if other:
            return Honesty.UNCERTIFIABLE, _change(other[0])
        if seen:
            return Honesty.UNCERTIFIABLE, _suspicion(seen[0])
        return Honesty.HONEST, ""


_Answer = tuple[Begun | str, Witnesses]


def _certificates(examined: Sequence[_Examined], replaying: Replaying) -> list[Certificate]:
    """All of them, replayed by as many processes as can be used at once."""
    for number, part in enumerate(examined):
        part.pack((replaying.seed, number))
    going = [part for part in examined if not part.failed]
    libraries = tuple(sorted({name for part in going for name in part.packing.libraries}))
    answered = partial(_answered, replaying.workers or usable(), libraries)
    for part, answer in zip(going, answered([part.begin for part in going]), strict=True):
        part.take(answer)
    futures = [
        (part, replay)
        for part in going
        if not part.failed
        for replay in part.replays.futures(part.kinds, part.cuts)
    ]
    report = partial(_reported, replaying.progress, len(futures))
    report(0)
    replayed = answered([replay for _, replay in futures], report=report)
    for (part, _), (changes, witnesses) in zip(futures, replayed, strict=True):
        part.changes += changes
        part.replays.witnesses.add(witnesses)
    report(len(futures))
    return [part.certificate() for part in examined]


def _answered(
    workers: int, libraries: tuple[str, ...], works: Sequence[Callable[[], T]],
    report: Callable[[int], object] = int,
) -> list[T]:  # fmt: skip
    """What works answer, done by processes that each ask a copy of the replaying one."""
    process = replay_process(channels=workers)
    most = min(workers, process.widened(libraries)) if len(works) > 1 else 1
    return shared(
        lambda number: works[number](), len(works), most,
        begin=process.lent, lost=process.stop, report=report,
    )  # fmt: skip


def _reported(progress: Progress, total: int, number: int) -> None:
    share = number / total if total else 1.0
    progress(f"look-ahead replays: {number:,} of {total:,}", share)


def _rank(change: ChangedDecision) -> tuple[bool, str]:
    """The earliest first, and last of all what was asked out of order."""
    return change.replay.startswith(AGAIN), change.session


def _repeated(replays: Replays) -> str:
    """What speaks against a run that another process does not repeat; "" where it does."""
    try:
        again = replays.again(OTHER_SEED)
    except ReplayFailed as error:
        return f"it failed when its run was repeated: {error}"
    unlike = replays.compared("its run was repeated in another process", again.targets)
    if not unlike:
        return ""
    return (
        f"{_change(unlike[0])}: it draws lots without a seed, reads a clock, or goes through a set "
        "in an order that changes; sort, and seed"
    )


def _references(
    strategy: Strategy, bars: Snapshot, settings: Settings, market: Market
) -> Iterator[tuple[str, Strategy, Market, Settings]]:
    """Benchmark and controls that somebody wrote, with the markets that they run on."""
    for reference in references_of(strategy, settings):
        other = reference.strategy
        if other is None or other == strategy:
            continue
        written = not _of_the_house(type(other))
        if not (written or legs_of(other)):
            continue
        try:
            needs = reference_inputs(reference, strategy, settings)
            own = market_beside(needs, market, bars, settings)
        except DataError:
            continue  # a run leaves it out as well
        if written:
            yield reference.name, other, own, with_limits(settings, other.limits)
        for name, leg, its_market in _legs(f"{reference.name}.", other, own):
            alone = with_limits(replace(settings, flows=None), leg.limits)
            yield name, leg, its_market, alone


def _legs(above: str, strategy: Strategy, market: Market) -> Iterator[tuple[str, Strategy, Market]]:
    """The strategies below one that somebody wrote, with the markets that they run on."""
    for (name, leg), own in zip(leg_names(strategy).items(), market.legs, strict=True):
        if not _of_the_house(type(leg)):
            yield f"{above}{name}", leg, own
        yield from _legs(f"{above}{name}.", leg, own)


def _seen_by(tree: LegGoals) -> tuple[tuple[Step, ...], list[Target]]:
    """The accounts at the decisions of a strategy that holds strategies, and what it decided."""
    names = tree.decider.names
    seen = tuple(Step(moment.session, moment.values, moment.equity) for moment in tree.moments)
    decided = [
        Target(moment.session, {names[column]: weight for column, weight in moment.weights.items()})
        for moment in tree.moments
        if moment.weights is not None
    ]
    return seen, decided


def _of_the_house(cls: type) -> bool:
    file = file_of(cls)
    return file is not None and kind_of(str(file)) == "ours"


def _unchanged(own: Certificate, beside: Sequence[Certificate]) -> str:
    count = own.replays + sum(certificate.replays for certificate in beside)
    also = f", nor of {len(beside)} beside it" if beside else ""
    return f"{count} replays changed none of {own.decisions} decisions{also}"


def _change(first: ChangedDecision) -> str:
    if not first.ticker:
        return f"the decision of {first.session} failed where {first.replay}"
    return (
        f"the weight of {first.ticker} decided on {first.session} changed from {first.before:.4f} "
        f"to {first.after:.4f} where {first.replay}"
    )


def _suspicion(first: str) -> str:
    """An opened path is told apart by being one; the rest are sentences."""
    if first.startswith(("/", "\\")) or first[1:2] == ":":
        return f"it opened {first}, which is not declared in `files`"
    return first
