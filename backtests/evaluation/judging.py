"""From a run to its evaluation, and the certificate."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from backtests import paths
from backtests.evaluation.lookahead.channel import REPLAYING
from backtests.evaluation.verdict import voided
from backtests.progress import Progress, silent
from backtests.records.checks import last_check, remember_check
from backtests.records.ledger import Trial
from backtests.records.result import Result
from backtests.records.trials import Attempt, tried, variant_trial
from backtests.runner.divide import scored_window
from backtests.runner.jobs import Job
from backtests.runner.provenance import Provenance
from backtests.runner.run import Run
from backtests.settings import Settings
from backtests.simulation.output import Target
from markets.snapshot import Source
from newsfolio.errors import CommandError
from newsfolio.falsifier import Falsifier
from newsfolio.formatting import A_YEAR_FROM
from reports.contract.manifest import HorizonJson, ManifestJson, VerdictLineJson

if TYPE_CHECKING:
    from backtests.evaluation.descriptions.extras import Extras
    from backtests.evaluation.schema import Certificate, Evaluation


@dataclass(frozen=True)
class Judging:
    """How much to ask of a run: so many placebos, and look-ahead replays cut at so many dates.

    since: the day after which it scores, where that is later than the first decision. chosen: what
    speaks against the choice of the run, whatever its figures. extras: what is shown besides.
    progress: how far replays and placebos are.
    """

    placebos: int = 200
    cuts: int = 3
    since: date | None = None
    chosen: tuple[str, ...] = ()
    extras: Extras | None = None
    progress: Progress = silent


def begin_replaying(job: Job | None = None) -> None:
    """Start the process that replays while there is something else to do.

    job: what it will replay, so that it imports the libraries of that meanwhile.
    """
    from backtests.evaluation.lookahead.replay_process import replay_process
    from backtests.evaluation.lookahead.travelling import foreseen
    from backtests.evaluation.reruns.workers import usable

    process = replay_process(channels=usable())
    if job is not None and job.plain is None:
        process.foresee(foreseen(type(job.strategy)))


def refuse_in_replays() -> None:
    """CommandError in the process that replays: a run in it would start another, and so on."""
    if REPLAYING in os.environ:
        raise CommandError(
            "its file runs a backtest when it is imported; put that under "
            'if __name__ == "__main__":'
        )


def judged(
    run: Run, result: Result, attempt: Attempt, judging: Judging
) -> tuple[Result, tuple[Trial, ...]]:
    """The result with its evaluation, and the variants that were tried on the way."""
    from backtests.evaluation.descriptions.extras import NOTHING_MORE
    from backtests.evaluation.evaluate import evaluate
    from backtests.evaluation.reruns.variants import variant_names

    with certificate_beside(run, judging) as certificate:
        evaluated = evaluate(
            run,
            tried(attempt.ledger, attempt.question(variant_names(run))),
            certificate,
            since=judging.since,
            selection_doubts=judging.chosen,
            count=judging.placebos,
            extras=dataclasses.replace(judging.extras or NOTHING_MORE, progress=judging.progress),
        )
    evaluation = _with_falsifier(evaluated.evaluation, run, result, judging.since)
    headline: VerdictLineJson = {**_headline(evaluation), **_at_horizon(run, result, judging.since)}
    manifest: ManifestJson = {**result.manifest, "verdict": headline}
    if judging.since is not None:
        manifest["id"] = f"{result.id}-since-{judging.since}"
    variants = tuple(
        variant_trial(result, strategy, sharpe, attempt.exposure)
        for strategy, sharpe in evaluated.variants
        if strategy != run.strategy
    )
    return dataclasses.replace(
        result, manifest=manifest, evaluation=evaluation.as_json(), placebos=evaluated.placebos
    ), variants


def _with_falsifier(
    evaluation: Evaluation, run: Run, result: Result, since: date | None
) -> Evaluation:
    """Beside the rule: what was frozen would show that it is wrong, else what the thesis says."""
    from backtests.evaluation.descriptions.falsifying import falsified

    frozen = result.manifest.get("frozen")
    thesis = run.strategy.thesis if run.strategy else None
    stated = thesis.falsifier if thesis else None
    if frozen and frozen["falsifier"]:
        stated = Falsifier.read(frozen["falsifier"])
    if stated is None:
        return evaluation
    return dataclasses.replace(
        evaluation, falsifier=falsified(run, scored_window(run, since), stated)
    )


@contextmanager
def certificate_beside(run: Run, judging: Judging) -> Iterator[Callable[[], Certificate]]:
    """Replay a run in a copy of this process while there is something else to do, if that can be.

    What is yielded waits for it. The replays are those that this process would make: the copy has
    what it has, and asks the same process.
    """
    from backtests.evaluation.lookahead.replay_process import replay_process
    from backtests.evaluation.reruns.workers import CopiedWork, usable

    alone = partial(certificate_of, run, judging)
    if run.strategy is None or usable() == 1:
        yield alone
        return
    process = replay_process(channels=usable())
    process.widened(())

    def work(progress: Progress) -> Certificate:
        process.lent(0)
        return certificate_of(run, dataclasses.replace(judging, progress=progress))

    def answer() -> Certificate:
        certificate = beside.answer(judging.progress)
        if certificate is None:
            process.stop()
            return alone()
        return certificate

    beside = CopiedWork(work)
    try:
        yield answer
    finally:
        beside.end()
        if not beside.answered:
            process.stop()  # it may have been left in the middle of an answer


def certificate_of(run: Run, judging: Judging) -> Certificate:
    """Replay a run for look-ahead, with what its strategy was seen to open."""
    from backtests.evaluation.lookahead.certificate import Replaying, certify

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
        replaying=Replaying(progress=judging.progress),
    )


def _decided(run: Run) -> Mapping[str, Sequence[Target]]:
    """What the references of a run decided, by name."""
    outputs = ((name, reference.output) for name, reference in run.references.items())
    return {name: output.targets for name, output in outputs if output is not None}


def certificate(
    job: Job, source: Source, settings: Settings, cuts: int, progress: Progress = silent
) -> Certificate:
    """Check a strategy for look-ahead without running it for its figures."""
    from backtests.evaluation.lookahead.certificate import Replaying, certify
    from backtests.evaluation.lookahead.plain_replays import certify_plain

    begin_replaying(job)
    inputs = job.inputs(settings)
    bars = inputs.load(source)
    if job.plain:
        certified = certify_plain(job.plain, bars, settings, cuts, progress=progress)
        about = Provenance.of(job.plain, job.address, source.name, bars.id).strategy
        remember_check(paths.checks_folder(), about, certified.as_json())
        return certified
    replaying = Replaying(progress=progress)
    return certify(job.strategy, bars, inputs.settings, cuts=cuts, replaying=replaying)


def _remembered(run: Run) -> Certificate:
    """What the last check of a plain strategy said."""
    from backtests.evaluation.schema import Certificate, Honesty

    check = last_check(paths.checks_folder(), run.origin.strategy)
    if check is None:
        why = (
            "a plain backtrader strategy can reach all of its bars, and nobody has checked this one"
        )
        return Certificate(Honesty.UNCHECKED, why)
    return Certificate(
        Honesty(check["honesty"]), check["reason"], check["replays"], check["decisions"]
    )


def _headline(evaluation: Evaluation) -> VerdictLineJson:
    """The verdict as lists of runs show it."""
    first, scored, record = evaluation.comparisons[0], evaluation.scored, evaluation.record
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
        "trials": evaluation.significance.trials,
        "family": evaluation.significance.family,
        "joined": [joined.sentence for joined in record.joined] if record else [],
        "gaps": list(record.gaps) if record else [],
        "low_always": first.excess_always.low if long else None,
        "high_always": first.excess_always.high if long else None,
        "void": voided(evaluation.verdict),
    }


def _at_horizon(run: Run, result: Result, since: date | None) -> HorizonJson:
    """Whether it was ahead of its control on the day that its author stated, and how sure he was.

    What was frozen goes before the class. No session after that day is looked at.
    """
    from backtests.evaluation.descriptions.falsifying import falsified

    thesis = run.strategy.thesis if run.strategy else None
    if thesis is None:
        return {"horizon": ""}
    frozen = result.manifest.get("frozen")
    day, chance = thesis.horizon, thesis.probability
    if frozen:
        day = date.fromisoformat(frozen["horizon"]) if frozen["horizon"] else day
        chance = chance if frozen["probability"] is None else frozen["probability"]
    if day is None:
        return {"horizon": "", "probability": chance}
    behind = Falsifier("excess", "<=", 0.0, day)
    outcome = falsified(run, scored_window(run, since), behind)
    return {
        "horizon": day.isoformat(),
        "probability": chance,
        "ahead": None if outcome.met is None else not outcome.met,
        "at_horizon": None if outcome.met is None else outcome.value,
    }
