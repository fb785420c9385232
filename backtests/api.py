"""The one way to run something, for the command line and for notebooks."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from backtests.evaluation.judging import (
    Judging,
    begin_replaying,
    judged,
    refuse_in_replays,
)
from backtests.evaluation.statistics.claim_intervals import interval_of
from backtests.records.exposures import exposure_of, published_on
from backtests.records.freezing import standing
from backtests.records.from_run import result_of
from backtests.records.result import Result
from backtests.records.trials import (
    Attempt,
    attempted,
    counted_if_unmade,
    finished_trial,
)
from backtests.records.workspace import Data, Workspace, open_workspace
from backtests.runner.jobs import Job, Runnable, job_of
from backtests.runner.run import Run
from backtests.runner.run_strategy import run_backtrader, run_strategy
from backtests.settings import RunSettings
from markets.snapshot import Remembers, Snapshot, Source
from newsfolio.errors import CommandError, DataError, OutputError
from reports.contract.manifest import ManifestJson

if TYPE_CHECKING:
    from backtests.evaluation.descriptions.extras import Extras


class RunArguments(RunSettings, total=False):
    """What `run` takes by name."""

    universe: Sequence[str]
    ledger: str | Path | None
    offline: bool
    facts: str | Path | None
    snapshot: str | None
    vendor: str
    verify: bool
    verdict: bool
    placebos: int
    shortcuts: bool


def run(
    strategy: Runnable,
    data: Data = "yahoo",
    *,
    universe: Sequence[str] = (),
    ledger: str | Path | None = None,
    offline: bool = False,
    facts: str | Path | None = None,
    snapshot: str | None = None,
    vendor: str = "",
    verify: bool = False,
    verdict: bool = True,
    placebos: int = 200,
    shortcuts: bool = False,
    **settings: Unpack[RunSettings],
) -> Result:
    """Run a strategy and answer its Result; `result.report(folder)` writes the pages.

    strategy: an address such as "abc-basket", a Strategy, or a class (plain backtrader ones too,
        with `universe`).
    data: "yahoo", "sample", a folder, or anything that loads as a markets.snapshot.Source does;
        prices in memory: a DataFrame of closes (dates x tickers), one with columns by field and
        ticker as yfinance.download() gives, or a dict of frames by ticker.
    vendor: what prices are adjusted for where files or columns do not say: "full" (splits and
        dividends), "split" or "raw"; of files also whose they are, as `--vendor` does.
    facts: a folder of tables that are no prices (NAME.csv), for strategies that read some.
    snapshot: read again what a run on Yahoo's prices read: data.snapshot in its manifest.
    verdict: judge it on the sessions after its article; without, `placebos` does not matter.
    shortcuts: show what each shortcut of careless backtests would have added, and run every start
        where the rule depends on it; no trials.
    settings: the fields of backtests.settings.Settings, e.g. start="2015-01-02", cash=250_000.

    Every run, failed ones too, is appended to the trial ledger. Raises a NewsfolioError.
    """
    refuse_in_replays()
    workspace = open_workspace(
        data, settings, ledger, offline=offline, facts=facts, snapshot=snapshot, vendor=vendor
    )
    with counted_if_unmade(workspace, str(strategy)):
        job = job_of(strategy, universe=universe)
    judging = Judging(placebos=placebos, extras=extras_of(shortcuts)) if verdict else None
    return run_job(job, workspace, verify=verify, judging=judging)


def extras_of(shortcuts: bool) -> Extras | None:
    """What is shown besides; None: nothing more."""
    if not shortcuts:
        return None
    from backtests.evaluation.descriptions.extras import Extras

    return Extras(shortcuts=True)


def run_job(
    job: Job,
    workspace: Workspace,
    *,
    verify: bool = False,
    judging: Judging | None = None,
    notes: Sequence[str] = (),
    begin: Callable[[Result], object] | None = None,
    save: Callable[[Result], object] | None = None,
) -> Result:
    """Run a job, judge it, let `save` keep it, and record the trial whatever happens.

    notes: what a reader must know besides, for the manifest. begin: is shown the result before it
    is judged.
    """
    if judging is not None:
        begin_replaying(job)
    with attempted(job, workspace) as attempt:
        done = _run(job, workspace, verify)
        since = judging.since if judging else None
        attempt.exposure = exposure_of(done, published_on(job.strategy), since)
        attempt.result = result = _standing(result_of(done, since), job, workspace, attempt)
        if begin is not None:
            begin(result)
        result, variants = judged(done, result, attempt, judging) if judging else (result, ())
        result = _noted(result, [*notes, *_other_lines(workspace.source, done.bars)])
        _remember(workspace.source, done.bars)
        if save is not None:
            save(result)
    attempt.record([finished_trial(job, result, attempt.exposure), *variants])
    return result


def _run(job: Job, workspace: Workspace, verify: bool) -> Run:
    source, settings = workspace.source, workspace.settings
    if job.plain is None:
        return run_strategy(
            job.strategy, source, settings, job.address, verify, workspace.progress, interval_of
        )
    if verify:
        raise CommandError(f"--verify does not apply to {job.address}, a plain backtrader strategy")
    return run_backtrader(job.plain, source, settings, job.address, workspace.progress)


def _standing(result: Result, job: Job, workspace: Workspace, attempt: Attempt) -> Result:
    """The result with what was frozen of its rule; without a word where nobody knows."""
    start, days = result.manifest["scored"]["from"], result.equity.index
    scored = [f"{day:%Y-%m-%d}" for day in days[days >= start]] if start else []
    try:
        frozen = standing(workspace.ledger, job, workspace.settings, attempt.question(), scored)
    except OutputError:
        return result
    return dataclasses.replace(result, manifest={**result.manifest, "frozen": frozen})


def _noted(result: Result, notes: Sequence[str]) -> Result:
    """The result with more notes in its manifest."""
    if not notes:
        return result
    manifest: ManifestJson = {**result.manifest, "notes": [*result.manifest["notes"], *notes]}
    return dataclasses.replace(result, manifest=manifest)


def _remember(source: Source, read: Snapshot) -> None:
    """A store that cannot be written costs a warning, not the result."""
    if not isinstance(source, Remembers):
        return
    try:
        source.remember(read)
    except (DataError, OutputError) as error:
        warnings.warn(f"this trial cannot be repeated with --snapshot: {error}", stacklevel=3)


def _other_lines(source: Source, read: Snapshot) -> tuple[str, ...]:
    """What to say where a run did not read just what the snapshot asked for has."""
    if not isinstance(source, Remembers) or source.snapshot in ("", read.id):
        return ()
    return (f"snapshot {source.snapshot} was asked for; this run read other lines or tables of it",)
