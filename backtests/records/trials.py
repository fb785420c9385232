"""What the ledger is told of a run, a variant or a failure."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from backtests import paths
from backtests.plain_strategy import author_of
from backtests.records.ledger import Ledger, Trial, Tried
from backtests.records.result import Result
from backtests.records.workspace import Workspace
from backtests.runner.fingerprint import code_of
from backtests.runner.jobs import Job
from backtests.runner.provenance import parameter_values, settings_values
from newsfolio.blame import place_of, said_by
from newsfolio.errors import NewsfolioError, OutputError, StrategyError
from newsfolio.strategy import Strategy
from reports.contract.sweep import AskedJson


def tried(ledger: Ledger, thesis: str) -> Tried | None:
    try:
        return ledger.tried(thesis)
    except OutputError as error:
        warnings.warn(f"this trial's luck is not known: {error}", stacklevel=4)
        return None


def record_trials(ledger: Ledger, trials: Sequence[Trial]) -> None:
    """A ledger that cannot be written costs a warning, not the result."""
    try:
        ledger.append(trials, paths.now())
    except OutputError as error:
        warnings.warn(f"this trial is not counted: {error}", stacklevel=3)


def finished_trial(job: Job, result: Result) -> Trial:
    about, evaluation = result.manifest, result.evaluation
    return Trial(
        thesis=about["thesis"]["id"] if about["thesis"] else "",
        strategy=job.name,
        parameters=about["strategy"]["parameters"],
        code=about["strategy"]["code"],
        data=about["data"]["snapshot"],
        simulated=result.simulated,
        settings=about["settings"],
        start=about["window"]["start"],
        end=about["window"]["end"],
        run=result.id,
        metrics=about["metrics"]["strategy"],
        scored=_scored(result),
        sharpe=evaluation["significance"]["sharpe"] if evaluation else None,
    )


def _scored(result: Result) -> int:
    """Sessions after the divide that somebody has now seen, judged or not."""
    start = result.manifest["scored"]["from"]
    return int((result.equity.index >= start).sum()) if start else 0


def variant_trial(result: Result, strategy: Strategy, sharpe: float | None, scored: int) -> Trial:
    """A variant of the grid, which nobody asked for by name and which was tried all the same."""
    about = result.manifest
    return Trial(
        thesis=about["thesis"]["id"] if about["thesis"] else "",
        strategy=strategy.name,
        parameters=parameter_values(strategy),
        code=code_of(author_of(type(strategy))),
        data=about["data"]["snapshot"],
        simulated=result.simulated,
        settings=about["settings"],
        start=about["window"]["start"],
        end=about["window"]["end"],
        scored=scored,
        sharpe=sharpe,
    )


def set_trial(about: AskedJson, row: Mapping[str, Any], metrics: Sequence[str]) -> Trial:
    """A set of a sweep, or its walk-forward, as its row in the table says.

    about: what sweep.json says of the sweep. metrics: columns of the row that the ledger keeps.
    """
    return Trial(
        thesis=about["thesis"]["id"] if about["thesis"] else "",
        strategy=about["strategy"]["name"],
        parameters=row["values"],
        code=about["strategy"]["code"],
        data=about["data"]["snapshot"],
        simulated=about["data"]["simulated"],
        settings=about["settings"],
        start=row.get("start", ""),
        end=row.get("end", ""),
        error=row["error"],
        run=about["id"],
        metrics={} if row["error"] else {name: row[name] for name in metrics},
        scored=row.get("scored", 0),
        sharpe=row.get("score"),
    )


def failed_trial(job: Job, workspace: Workspace, error: str) -> Trial:
    strategy = job.strategy
    return Trial(
        thesis=strategy.thesis.id if strategy.thesis else "",
        strategy=job.name,
        parameters=parameter_values(strategy),
        code=code_of(author_of(type(strategy))),
        data="",
        simulated=workspace.source.name == "sample",
        settings=settings_values(workspace.settings),
        error=error,
    )


def unmade_trial(address: str, workspace: Workspace, error: str) -> Trial:
    """Of a strategy that could not be made: nothing is known of it but where it stands."""
    return Trial(
        thesis="",
        strategy=address,
        parameters={},
        code="",
        data="",
        simulated=workspace.source.name == "sample",
        settings=settings_values(workspace.settings),
        error=error,
    )


@contextmanager
def counted_if_unmade(workspace: Workspace, address: str) -> Iterator[None]:
    """Record a trial where a strategy cannot be made: that is a failed run too."""
    try:
        yield
    except StrategyError as error:
        record_trials(workspace.ledger, [unmade_trial(address, workspace, str(error))])
        raise


@contextmanager
def counted_if_failed(
    job: Job, workspace: Workspace, unless: Callable[[], bool] = lambda: False
) -> Iterator[None]:
    """Record a trial whatever is raised: somebody has tried something.

    unless: answers whether what failed has left trials already. An error of the author's code
    comes out as one that names his line.
    """
    try:
        yield
    except BaseException as error:
        known = _blamed(error, job.name)
        if not unless():
            message = str(known) if isinstance(known, NewsfolioError) else said_by(known)
            record_trials(workspace.ledger, [failed_trial(job, workspace, message)])
        if known is error:
            raise
        raise known from error


def _blamed(error: BaseException, name: str) -> BaseException:
    """The error itself, or one that names the author's line where his code raised it."""
    if isinstance(error, NewsfolioError | KeyboardInterrupt):
        return error
    place = place_of(error)
    if not place:
        return error
    return StrategyError(f"{name} raised {said_by(error)} ({place}); --debug shows the traceback")
