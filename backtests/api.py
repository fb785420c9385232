"""The one way to run something, for the command line and for notebooks."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from backtests.evaluation.judging import (
    Judging,
    begin_replaying,
    judged,
    refuse_in_replays,
)
from backtests.records.from_run import result_of
from backtests.records.result import Result
from backtests.records.trials import (
    counted_if_unmade,
    failed_trial,
    finished_trial,
    record_trials,
)
from backtests.records.workspace import Data, Workspace, open_workspace
from backtests.runner.jobs import Job, Runnable, job_of
from backtests.runner.run import Run
from backtests.runner.run_strategy import run_backtrader, run_strategy
from markets.snapshot import Remembers, Snapshot, Source
from newsfolio.blame import place_of, said_by
from newsfolio.errors import CommandError, DataError, NewsfolioError, OutputError, StrategyError
from reports.contract.manifest import ManifestJson


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
    **settings: Any,
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
    settings: the fields of backtests.settings.Settings, e.g. start="2015-01-02", cash=250_000.

    Every run, failed ones too, is appended to the trial ledger. Raises a NewsfolioError.
    """
    refuse_in_replays()
    workspace = open_workspace(
        data, settings, ledger, offline=offline, facts=facts, snapshot=snapshot, vendor=vendor
    )
    with counted_if_unmade(workspace, str(strategy)):
        job = job_of(strategy, universe=universe)
    judging = Judging(placebos=placebos) if verdict else None
    return run_job(job, workspace, verify=verify, judging=judging)


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
    ledger = workspace.ledger
    if judging is not None:
        begin_replaying()
    try:
        done = _run(job, workspace, verify)
        result = result_of(done, judging.since if judging else None)
        if begin is not None:
            begin(result)
        result, variants = judged(done, result, ledger, judging) if judging else (result, ())
        result = _noted(result, [*notes, *_other_lines(workspace.source, done.bars)])
        _remember(workspace.source, done.bars)
        if save is not None:
            save(result)
    except BaseException as error:  # whatever was raised, somebody has tried something
        known = blamed(error, job.name)
        record_trials(ledger, [failed_trial(job, workspace, failure_of(known))])
        if known is error:
            raise
        raise known from error
    record_trials(ledger, [finished_trial(job, result), *variants])
    return result


def failure_of(error: BaseException) -> str:
    """What the ledger keeps of an error."""
    return str(error) if isinstance(error, NewsfolioError) else said_by(error)


def blamed(error: BaseException, name: str) -> BaseException:
    """The error itself, or one that names the author's line where his code raised it."""
    if isinstance(error, NewsfolioError | KeyboardInterrupt):
        return error
    place = place_of(error)
    if not place:
        return error
    return StrategyError(f"{name} raised {said_by(error)} ({place}); --debug shows the traceback")


def _run(job: Job, workspace: Workspace, verify: bool) -> Run:
    source, settings = workspace.source, workspace.settings
    if job.plain is None:
        return run_strategy(job.strategy, source, settings, job.address, verify)
    if verify:
        raise CommandError(f"--verify does not apply to {job.address}, a plain backtrader strategy")
    return run_backtrader(job.plain, source, settings, job.address)


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
