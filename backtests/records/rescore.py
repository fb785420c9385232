"""A saved run's thesis judged again: parameters frozen, on the sessions that came since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from backtests import strategy_loader
from backtests.records.ledger.rewritten import first_code
from backtests.records.ledger.rule import RuleJson
from backtests.records.result import Result
from backtests.runner.fingerprint import code_behind
from backtests.runner.jobs import Job, Runnable, job_of
from backtests.runner.provenance import parameter_values
from backtests.settings import Settings, settings_of
from newsfolio.errors import CommandError
from newsfolio.strategy import Strategy
from newsfolio.trees import specs_of
from reports.contract.manifest import Json, StrategyJson


def job_again(run: Result, strategy: Runnable | None = None) -> Job:
    """The strategy of a run with the parameters it had; CommandError where they cannot be made.

    strategy: itself, where no address leads to it.
    """
    about = run.manifest["strategy"]
    if strategy is None:
        return job_as_written(about, run.id)
    job = job_of(strategy)
    if parameter_values(job.strategy) != about["parameters"]:
        raise CommandError(
            f"{job.address} has other parameters than {run.id}: {about['parameters']}"
        )
    return job


def job_as_written(about: StrategyJson | RuleJson, where: str) -> Job:
    """The strategy that a record describes: address, universe, parameters; where: for errors."""
    address = str(about["address"])
    cls = strategy_loader.find(address)
    lines = [line for sleeve in about["universe"] for line in sleeve["lines"]]
    if strategy_loader.is_plain(cls):
        kind: type[Strategy] = type(job_of(address, universe=lines).strategy)
        texts = _texts(kind, about["parameters"], where)
        job = job_of(address, texts, lines)
    else:
        job = Job(address, strategy_loader.build(cls, _texts(cls, about["parameters"], where)))
    if parameter_values(job.strategy) != about["parameters"]:
        raise CommandError(f"{address} no longer has the parameters of {where}; restore its file")
    return job


def settings_again(run: Result) -> Settings:
    """The settings of a run, open-ended."""
    start = run.manifest["window"]["start"]
    return settings_of({**run.manifest["settings"], "start": start, "end": None})


def divide_again(run: Result) -> date:
    """The last session that the run knew: later ones were unseen when it was made."""
    return date.fromisoformat(run.manifest["window"]["end"])


def chosen_before(run: Result) -> tuple[str, ...]:
    """Why later sessions prove nothing: the day from which they count was picked."""
    end = run.manifest["settings"]["end"]
    return (f"{run.id} ended on {end} because somebody asked for that",) if end else ()


def changes_since(run: Result, job: Job) -> list[str]:
    """What is not as it was, in sentences."""
    before = str(run.manifest["strategy"]["code"])
    now = code_behind(job.strategy)
    if first_code(before) == first_code(now):
        return []
    return [f"The strategy's file has changed since {run.id}: the rule may not be the frozen one."]


def _texts(cls: type, values: Mapping[str, Json], run: str) -> dict[str, str]:
    """Parameters as a command line would write them, those at their defaults left out."""
    specs = specs_of(cls())
    unknown = [name for name in values if name not in specs]
    if unknown:
        raise CommandError(f"{run} had a parameter {unknown[0]}, which the class no longer has")
    return {
        name: str(value) for name, value in values.items() if value != parameter_values(cls())[name]
    }
