"""The look-ahead certificate: replays in which only the future differs must decide alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from backtests.engines import kernel
from backtests.engines.trees.desks import tree_of
from backtests.engines.trees.goals import LegGoals
from backtests.evaluation.lookahead.access_audit import undeclared
from backtests.evaluation.lookahead.messages import Step
from backtests.evaluation.lookahead.replay_process import ReplayFailed
from backtests.evaluation.lookahead.replays import AGAIN, Replays
from backtests.evaluation.lookahead.source_audit import file_of, kind_of
from backtests.evaluation.lookahead.travelling import packed
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

SHOWN = 8
"""Changes that a certificate lists, the earliest first."""

OTHER_SEED = "1"
"""Of the order of sets, in the process that a run is repeated in where something changed."""

_RANK = {Honesty.HONEST: 0, Honesty.UNCERTIFIABLE: 1, Honesty.CHEATS: 2}


@dataclass(frozen=True)
class Replaying:
    """How replays are made. seed: of their noise. progress: how far they are."""

    seed: int = 0
    progress: Progress = silent


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
    rng = np.random.default_rng(replaying.seed)
    own = _Examined(strategy, bars, settings, market, rng, "", replaying.progress).by(
        cuts, 3, ran.get("")
    )
    beside = [
        *(
            _Examined(leg, bars, with_limits(alone, leg.limits), its_market, rng, f"{name}: ").by(
                cuts, 3, None
            )
            for name, leg, its_market in _legs("leg ", strategy, market)
        ),
        *(
            _Examined(other, bars, its_own, its_market, rng, f"{name}: ").by(1, 1, ran.get(name))
            for name, other, its_market, its_own in _references(strategy, bars, settings, market)
        ),
    ]
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
    """One strategy, and what is found about it; name: what it is besides the strategy, or ""."""

    strategy: Strategy
    bars: Snapshot
    settings: Settings
    market: Market
    rng: np.random.Generator
    name: str = ""
    progress: Progress = silent

    def by(self, cuts: int, futures: int, decided: Sequence[Target] | None) -> Certificate:
        """What replays found, of this strategy alone."""
        costs, accounts = cost_model(self.settings, self.market.fx), None
        tree = tree_of(self.strategy, self.market, self.settings, costs)
        if tree is not None:
            accounts, decided = _seen_by(tree)
        elif decided is None:
            decided = kernel.run(Desk(self.strategy, self.market, self.settings, costs)).targets
        try:
            packing = packed(self.strategy, type(self.strategy))
        except StrategyError as error:
            return self._said(Honesty.UNCERTIFIABLE, str(error))
        replays = Replays(
            self.strategy, packing, self.bars, self.settings, replace(self.market, legs=()),
            self.rng, self.progress, accounts,
        )  # fmt: skip
        try:
            changes = replays.run()
        except ReplayFailed as error:
            why = f"in a process of its own, with the same market, it failed: {error}"
            return self._said(Honesty.UNCERTIFIABLE, why)
        changes += replays.with_other_futures(futures, cuts)
        opened = self._opened(replays)
        seen = (*packing.reaches, *packing.undeclared, *opened)
        honesty, reason = self._judged(replays, changes, decided, seen)
        return Certificate(
            honesty, f"{self.name}{reason}", replays.count, len(replays.base.decisions),
            tuple(replace(change, replay=f"{self.name}{change.replay}") for change in
                  sorted(changes, key=_rank)[:SHOWN]),
            tuple(f"{self.name}{line}" for line in seen),
        )  # fmt: skip

    def _said(self, honesty: Honesty, reason: str) -> Certificate:
        return Certificate(honesty, f"{self.name}{reason}")

    def _opened(self, replays: Replays) -> tuple[str, ...]:
        opened = undeclared(sorted(replays.seen), self.strategy.files, type(self.strategy))
        if replays.unseen and not opened:
            return (f"something that no hook sees, {replays.unseen:,} bytes",)
        return opened

    def _judged(
        self, replays: Replays, changes: Sequence[ChangedDecision], decided: Sequence[Target],
        seen: Sequence[str],
    ) -> tuple[Honesty, str]:  # fmt: skip
        """The word, and the sentence that says why."""
        other = replays.compared("a process with nothing but its market decided", decided)
        if other or changes:
            unlike = _repeated(replays)
            if unlike:
                return Honesty.UNCERTIFIABLE, (*replays.impure, unlike)[0]
        future = [change for change in changes if change.replay != AGAIN]
        if future:
            return Honesty.CHEATS, "; ".join((_change(min(future, key=_rank)), *replays.impure[:1]))
        if replays.impure:
            return Honesty.UNCERTIFIABLE, replays.impure[0]
        if changes:
            return Honesty.UNCERTIFIABLE, f"{_change(changes[0])}; it must depend on its view alone"
        if other:
            return Honesty.UNCERTIFIABLE, _change(other[0])
        if seen:
            return Honesty.UNCERTIFIABLE, _suspicion(seen[0])
        return Honesty.HONEST, ""


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
