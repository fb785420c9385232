"""The look-ahead certificate: replays in which only the future differs must decide alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backtests.evaluation.lookahead.access_audit import AccessAudit, undeclared
from backtests.evaluation.lookahead.counterfactuals import ObservedStrategy
from backtests.evaluation.lookahead.replays import Replays
from backtests.evaluation.lookahead.source_audit import reasons
from backtests.evaluation.schema import Certificate, ChangedDecision, Honesty
from backtests.progress import Progress, silent
from backtests.runner.inputs import prepare
from backtests.settings import Settings
from backtests.simulation.output import Target
from markets.snapshot import Snapshot
from newsfolio.strategy import Strategy

SHOWN = 8
"""Changes that a certificate lists, the earliest first."""


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
    watch: AccessAudit | None = None,
    decided: Sequence[Target] | None = None,
    replaying: Replaying = Replaying(),
) -> Certificate:
    """Replay a strategy with other futures, and say whether a decision before them changed.

    settings: of the run, with its first and last day. cuts: how many sessions of decisions to cut
    at. watch: what the strategy was seen to open since its import; None: nobody looked. decided:
    the decisions of the run itself, where there was one on the same bars, to be repeated first.
    """
    market = prepare(strategy, bars, settings)
    observed, rng = ObservedStrategy(strategy, watch), np.random.default_rng(replaying.seed)
    replays = Replays(observed, bars, settings, market, rng, replaying.progress)
    changes, count = replays.all(cuts, decided)
    seen = watch.seen() if watch else ()
    opened = undeclared(seen, strategy.files, type(strategy))
    if replays.observed.reads and not opened:
        opened = (f"something that no hook sees, {replays.observed.reads:,} bytes",)
    suspicious = (*reasons(type(strategy)), *opened)
    unchanged = f"{count} replays changed none of {len(replays.base)} decisions"
    if changes:
        honesty, reason = Honesty.CHEATS, _change(changes[0])
    elif suspicious:
        honesty, reason = Honesty.UNCERTIFIABLE, _suspicion(suspicious[0], opened)
    else:
        honesty = Honesty.HONEST
        reason = unchanged if watch else f"{unchanged}; what it opened was not watched"
    return Certificate(
        honesty=honesty,
        reason=reason,
        replays=count,
        decisions=len(replays.base),
        changes=tuple(changes[:SHOWN]),
        seen=suspicious,
        declared=tuple(strategy.files),
    )


def _change(first: ChangedDecision) -> str:
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
