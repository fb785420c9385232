"""What the ledger is told of a run, a variant or a failure."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import NamedTuple

from backtests import paths
from backtests.records.exposures import published_on
from backtests.records.ledger import Ledger, Trial, Tried
from backtests.records.ledger.counting import Question
from backtests.records.ledger.trial import UNKNOWN, Exposure
from backtests.records.result import Result
from backtests.records.workspace import Workspace
from backtests.runner.fingerprint import code_behind
from backtests.runner.inputs import settings_for
from backtests.runner.jobs import Job
from backtests.runner.provenance import parameter_values, settings_values
from newsfolio.blame import place_of, said_by, writable
from newsfolio.errors import CommandError, NewsfolioError, OutputError, StrategyError
from newsfolio.strategy import Strategy
from reports.contract.manifest import FiguresByName, Json
from reports.contract.sweep import AskedJson


def tried(ledger: Ledger, question: Question) -> Tried | None:
    """None where the ledger cannot be read."""
    try:
        return ledger.tried(question)
    except OutputError as error:
        warnings.warn(f"this trial's luck is not known: {error}", stacklevel=4)
        return None


@dataclass
class Attempt:
    """A run, or a sweep, from its start to its end, as the ledger is told of it.

    opened: its row `started`, 0 where that could not be written. result: once there is one:
    somebody may have seen it, whatever goes wrong from then on. recorded: whether it has left
    trials.
    """

    ledger: Ledger
    thesis: str = ""
    strategy: str = ""
    opened: int = 0
    exposure: Exposure = UNKNOWN
    result: Result | None = None
    recorded: bool = False

    def question(self, variants: frozenset[str] = frozenset()) -> Question:
        """What the ledger is asked of it. variants: its own, and those of its grid."""
        return Question(self.thesis, self.strategy, self.exposure, variants, self.opened)

    def record(self, trials: Sequence[Trial], *, closes: bool = True) -> None:
        """A ledger that cannot be written costs a warning, not the result."""
        self.recorded = True
        with _uncounted():
            self.ledger.append(trials, paths.now(), self.opened, closes=closes)

    def close(self) -> None:
        """All trials of it are recorded."""
        if self.opened:
            with _uncounted():
                self.ledger.close(self.opened, paths.now())


@contextmanager
def _uncounted() -> Iterator[None]:
    try:
        yield
    except OutputError as error:
        warnings.warn(f"this trial is not counted: {error}", stacklevel=4)


def record_trials(ledger: Ledger, trials: Sequence[Trial]) -> None:
    """Trials that were never started."""
    Attempt(ledger).record(trials)


def finished_trial(job: Job, result: Result, exposure: Exposure = UNKNOWN) -> Trial:
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
        exposure=exposure,
        verdict=about.get("verdict"),
    )


def _scored(result: Result) -> int:
    """Sessions after the divide that somebody has now seen, judged or not."""
    start = result.manifest["scored"]["from"]
    return int((result.equity.index >= start).sum()) if start else 0


def variant_trial(
    result: Result, strategy: Strategy, sharpe: float | None, exposure: Exposure
) -> Trial:
    """A variant of the grid, which nobody asked for by name and which was tried all the same.

    exposure: of the run that it is a variant of.
    """
    about = result.manifest
    return Trial(
        thesis=about["thesis"]["id"] if about["thesis"] else "",
        strategy=strategy.name,
        parameters=parameter_values(strategy),
        code=code_behind(strategy),
        data=about["data"]["snapshot"],
        simulated=result.simulated,
        settings=about["settings"],
        start=about["window"]["start"],
        end=about["window"]["end"],
        scored=_scored(result),
        sharpe=sharpe,
        exposure=exposure,
    )


class SetOutcome(NamedTuple):
    """What came of a set of a sweep, or of its walk-forward; fields as those of a `Trial`.

    figures: headline figures, none where it failed. score: Sharpe ratio of the difference.
    """

    values: Mapping[str, Json]
    error: str
    figures: FiguresByName = {}
    start: str = ""
    end: str = ""
    scored: int = 0
    score: float | None = None


def set_trial(about: AskedJson, outcome: SetOutcome, exposure: Exposure) -> Trial:
    """about: what sweep.json says of the sweep. exposure: of the sweep's own strategy."""
    return Trial(
        thesis=about["thesis"]["id"] if about["thesis"] else "",
        strategy=about["strategy"]["name"],
        parameters=outcome.values,
        code=about["strategy"]["code"],
        data=about["data"]["snapshot"],
        simulated=about["data"]["simulated"],
        settings=about["settings"],
        start=outcome.start,
        end=outcome.end,
        error=outcome.error,
        run=about["id"],
        metrics=outcome.figures,
        scored=outcome.scored,
        sharpe=outcome.score,
        exposure=exposure,
    )


def begun_trial(job: Job, workspace: Workspace) -> Trial:
    """What is known of a run before it is made."""
    strategy, settings = job.strategy, workspace.settings
    with suppress(CommandError):  # the run says so
        settings = settings_for(strategy, settings)
    return Trial(
        thesis=strategy.thesis.id if strategy.thesis else "",
        strategy=job.name,
        parameters=parameter_values(strategy),
        code=code_behind(strategy),
        data="",
        simulated=workspace.source.name == "sample",
        settings=settings_values(settings),
        exposure=Exposure(published_on(strategy)),
    )


def _failed_trial(job: Job, begun: Trial, attempt: Attempt, error: BaseException) -> Trial:
    """One that was stopped, or broke when its figures were there already, has been looked at."""
    message = writable(str(error)) if isinstance(error, NewsfolioError) else said_by(error)
    if attempt.result is not None:
        done = finished_trial(job, attempt.result, attempt.exposure)
        return replace(done, error=message, run="", seen=True)
    return replace(begun, error=message, seen=not isinstance(error, Exception))


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
        error=writable(error),
    )


@contextmanager
def counted_if_unmade(workspace: Workspace, address: str) -> Iterator[None]:
    """Record a trial where a strategy cannot be made: that is a failed run too.

    One that is interrupted, by somebody or by the file itself, stays interrupted.
    """
    try:
        yield
    except (StrategyError, KeyboardInterrupt) as error:
        text = str(error) if isinstance(error, StrategyError) else said_by(error)
        record_trials(workspace.ledger, [unmade_trial(address, workspace, text)])
        raise


@contextmanager
def attempted(job: Job, workspace: Workspace) -> Iterator[Attempt]:
    """Record that a run starts, and a trial whatever is raised: somebody has tried something.

    None is recorded where what failed has left trials already. An error of the author's code comes
    out as one that names his line.
    """
    begun = begun_trial(job, workspace)
    attempt = Attempt(workspace.ledger, begun.thesis, begun.strategy)
    with _uncounted():
        attempt.opened = workspace.ledger.start(begun, paths.now())
    try:
        yield attempt
    except BaseException as error:
        blamed = _blamed(error, job.name)
        if attempt.recorded:
            attempt.close()
        else:
            attempt.record([_failed_trial(job, begun, attempt, blamed)])
        if blamed is error:
            raise
        raise blamed from error


def _blamed(error: BaseException, name: str) -> BaseException:
    """The error itself, or one that names the author's line where his code raised it."""
    if isinstance(error, NewsfolioError | KeyboardInterrupt):
        return error
    place = place_of(error)
    if not place:
        return error
    return StrategyError(f"{name} raised {said_by(error)} ({place}); --debug shows the traceback")
