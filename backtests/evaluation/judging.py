"""From a run to its evaluation, and the certificate."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from backtests import paths
from backtests.evaluation.lookahead.channel import REPLAYING
from backtests.evaluation.schema import as_json
from backtests.records.checks import last_check, remember_check
from backtests.records.ledger import Ledger, Trial
from backtests.records.result import Result
from backtests.records.trials import tried, variant_trial
from backtests.runner.jobs import Job
from backtests.runner.provenance import Provenance
from backtests.runner.run import Run
from backtests.settings import Settings
from backtests.simulation.output import Target
from markets.snapshot import Source
from newsfolio.errors import CommandError
from newsfolio.formatting import A_YEAR_FROM
from reports.contract.manifest import ManifestJson, VerdictLineJson

if TYPE_CHECKING:
    from backtests.evaluation.schema import Certificate, Evaluation


@dataclass(frozen=True)
class Judging:
    """How much to ask of a run: so many placebos, and look-ahead replays cut at so many dates.

    since: the day after which it scores, where that is later than the first decision. chosen: what
    speaks against the choice of the run, whatever its figures.
    """

    placebos: int = 200
    cuts: int = 3
    since: date | None = None
    chosen: tuple[str, ...] = ()


def begin_replaying() -> None:
    """Start the process that replays while there is something else to do."""
    from backtests.evaluation.lookahead.replay_process import replay_process

    replay_process()


def refuse_in_replays() -> None:
    """CommandError in the process that replays: a run in it would start another, and so on."""
    if REPLAYING in os.environ:
        raise CommandError(
            "its file runs a backtest when it is imported; put that under "
            'if __name__ == "__main__":'
        )


def judged(
    run: Run, result: Result, ledger: Ledger, judging: Judging
) -> tuple[Result, tuple[Trial, ...]]:
    """The result with its evaluation, and the variants that were tried on the way."""
    from backtests.evaluation.evaluate import evaluate

    thesis = run.origin.thesis
    evaluated = evaluate(
        run,
        tried(ledger, str(thesis["id"]) if thesis else ""),
        certificate_of(run, judging),
        since=judging.since,
        selection_doubts=judging.chosen,
        count=judging.placebos,
    )
    evaluation = evaluated.evaluation
    manifest: ManifestJson = {**result.manifest, "verdict": _headline(evaluation)}
    if judging.since is not None:
        manifest["id"] = f"{result.id}-since-{judging.since}"
    variants = tuple(
        variant_trial(result, strategy, sharpe, evaluation.scored.sessions)
        for strategy, sharpe in evaluated.variants
        if strategy != run.strategy
    )
    return dataclasses.replace(
        result, manifest=manifest, evaluation=evaluation.as_json(), placebos=evaluated.placebos
    ), variants


def certificate_of(run: Run, judging: Judging) -> Certificate:
    """Replay a run for look-ahead, with what its strategy was seen to open."""
    from backtests.evaluation.lookahead.certificate import certify

    if run.strategy is None:
        return _remembered(run)
    days = run.account.sessions
    window = dataclasses.replace(run.settings, start=days[0].date(), end=days[-1].date())
    return certify(
        run.strategy,
        run.bars,
        window,
        cuts=judging.cuts,
        decided={"": run.output.targets, **_decided(run)},
    )


def _decided(run: Run) -> Mapping[str, Sequence[Target]]:
    """What the references of a run decided, by name."""
    outputs = ((name, each.output) for name, each in run.references.items())
    return {name: output.targets for name, output in outputs if output is not None}


def certificate(job: Job, source: Source, settings: Settings, cuts: int) -> Certificate:
    """Check a strategy for look-ahead without running it for its figures."""
    from backtests.evaluation.lookahead.certificate import certify
    from backtests.evaluation.lookahead.plain_replays import certify_plain

    inputs = job.inputs(settings)
    bars = inputs.load(source)
    if job.plain:
        found = certify_plain(job.plain, bars, settings, cuts)
        about = Provenance.of(job.plain, job.address, source.name, bars.id).strategy
        remember_check(paths.checks_folder(), about, as_json(found))
        return found
    return certify(job.strategy, bars, inputs.settings, cuts=cuts)


def _remembered(run: Run) -> Certificate:
    """What the last check of a plain strategy said."""
    from backtests.evaluation.schema import Certificate, Honesty

    told = last_check(paths.checks_folder(), run.origin.strategy)
    if told is None:
        why = (
            "a plain backtrader strategy can reach all of its bars, and nobody has checked this one"
        )
        return Certificate(Honesty.UNCHECKED, why)
    return Certificate(**{**told, "honesty": Honesty(told["honesty"])})


def _headline(evaluation: Evaluation) -> VerdictLineJson:
    """The verdict as lists of runs show it."""
    first, scored = evaluation.comparisons[0], evaluation.scored
    long = scored.sessions >= A_YEAR_FROM
    return {
        "word": evaluation.verdict.word.value,
        "reason": evaluation.verdict.reason,
        "against": first.name,
        "excess": first.excess.value if long else None,
        "low": first.excess.low if long else None,
        "high": first.excess.high if long else None,
        "total": first.total,
        "since": scored.divide,
        "sessions": scored.sessions,
    }
