"""From a run to its evaluation, and the certificate."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from backtests.records.ledger import Ledger, Trial
from backtests.records.result import Result
from backtests.records.trials import tried, variant_trial
from backtests.runner.inputs import inputs_alone
from backtests.runner.jobs import Job
from backtests.runner.run import Run
from backtests.settings import Settings
from markets.snapshot import Source
from newsfolio.errors import CommandError
from reports.contract.manifest import ManifestJson, VerdictLineJson

if TYPE_CHECKING:
    from backtests.evaluation.lookahead.access_audit import AccessAudit
    from backtests.evaluation.schema import Certificate, Evaluation


@dataclass(frozen=True)
class Judging:
    """How much to ask of a run: so many placebos, and look-ahead replays cut at so many dates.

    since: the day after which it scores, where that is later than the first decision. chosen: what
    speaks against the choice of the run, whatever its figures. watch: what
    the strategy opened, from its import on; None: nobody looked.
    """

    placebos: int = 200
    cuts: int = 3
    since: date | None = None
    chosen: tuple[str, ...] = ()
    watch: AccessAudit | None = None


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
    from backtests.evaluation.schema import Certificate, Honesty

    if run.strategy is None:
        return Certificate(
            Honesty.UNCHECKED, "a plain backtrader strategy sees all of its bars; no replay is made"
        )
    days = run.account.sessions
    window = dataclasses.replace(run.settings, start=days[0].date(), end=days[-1].date())
    return certify(
        run.strategy,
        run.bars,
        window,
        cuts=judging.cuts,
        watch=judging.watch,
        decided=run.output.targets,
    )


def certificate(
    job: Job, source: Source, settings: Settings, watch: AccessAudit, cuts: int
) -> Certificate:
    """Check a strategy for look-ahead without running it for its figures."""
    from backtests.evaluation.lookahead.certificate import certify

    if job.strategy is None:
        raise CommandError(
            f"{job.address} is a plain backtrader strategy and sees all of its bars; only "
            "subclasses of newsfolio.Strategy can be certified"
        )
    bars = inputs_alone(job.strategy, settings).load(source)
    return certify(job.strategy, bars, settings, cuts=cuts, watch=watch)


def _headline(evaluation: Evaluation) -> VerdictLineJson:
    """The verdict as lists of runs show it."""
    first, scored = evaluation.comparisons[0], evaluation.scored
    return {
        "word": evaluation.verdict.word.value,
        "reason": evaluation.verdict.reason,
        "against": first.name,
        "excess": first.excess.value,
        "low": first.excess.low,
        "high": first.excess.high,
        "since": scored.divide,
        "sessions": scored.sessions,
    }
