"""A saved run's thesis judged again: parameters frozen, on the sessions that came since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from backtests import strategy_loader
from backtests.api import run_job
from backtests.commands.output import draw_run, draw_tearsheet, save_run
from backtests.commands.terminal import print_json, say
from backtests.evaluation.judging import Judging
from backtests.plain_strategy import author_of
from backtests.records.ledger import Ledger
from backtests.records.registry import run_folder
from backtests.records.result import Result, intact, load
from backtests.records.trials import counted_if_unmade
from backtests.records.workspace import Workspace
from backtests.runner.fingerprint import code_of
from backtests.runner.jobs import Job, job_of
from backtests.runner.provenance import parameter_values
from backtests.settings import Settings
from markets.snapshot import Source
from newsfolio.errors import CommandError
from newsfolio.parameters import parameters
from newsfolio.strategy import Strategy
from reports import write_index
from reports.background import BackgroundRenderer
from reports.tables.runs import json_row


@dataclass(frozen=True)
class PagesWanted:
    """Where pages go, who draws tearsheets (None: nobody), and how much is said.

    said: the folder of runs as it was asked for.
    """

    said: Path
    ahead: BackgroundRenderer | None
    json: bool
    quiet: bool
    folder: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", self.said.absolute())


def score_saved(
    run: str, source: Source, ledger: Ledger, judging: Judging, pages: PagesWanted
) -> None:
    """Judge a saved run's thesis again on the sessions that came since."""
    place = run_folder(run, pages.folder)
    with intact(place):
        old = load(place)
        workspace = Workspace(source, settings_again(old), ledger)
        judging = replace(judging, since=divide_again(old), chosen=chosen_before(old))
        with counted_if_unmade(workspace, old.manifest["strategy"]["address"]):
            job = job_again(old)
    result = run_job(
        job,
        workspace,
        judging=judging,
        notes=changes_since(old, job),
        begin=pages.ahead.begin if pages.ahead else None,
        save=lambda done: save_run(done, pages.folder),
    )
    draw_run(result, pages.folder, pages.ahead is not None)
    write_index(pages.folder)
    if pages.json:
        print_json(json_row(result.manifest, pages.said / result.id))
    else:
        say(result, pages.said, quiet=pages.quiet)
    if pages.ahead:
        draw_tearsheet(result, pages.folder, pages.ahead)


def job_again(run: Result) -> Job:
    """The strategy of a run with the parameters it had; CommandError where they cannot be made."""
    return job_as_written(run.manifest["strategy"], run.id)


def job_as_written(about: Mapping[str, Any], where: str) -> Job:
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
    values: dict[str, Any] = {**run.manifest["settings"]}
    return Settings(**{**values, "start": run.manifest["window"]["start"], "end": None})


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
    now = code_of(author_of(type(job.strategy)))
    if before == now:
        return []
    return [f"The strategy's file has changed since {run.id}: the rule may not be the frozen one."]


def _texts(cls: type, values: Mapping[str, Any], run: str) -> dict[str, str]:
    """Parameters as a command line would write them, those at their defaults left out."""
    specs = {spec.name: spec for spec in parameters(cls)}
    unknown = [name for name in values if name not in specs]
    if unknown:
        raise CommandError(f"{run} had a parameter {unknown[0]}, which the class no longer has")
    return {
        name: str(value) for name, value in values.items() if value != parameter_values(cls())[name]
    }
