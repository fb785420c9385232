"""A saved run's thesis judged again: run, saved, drawn and said."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from backtests.api import run_job
from backtests.commands.output import draw_run, draw_tearsheet, save_run
from backtests.commands.terminal import print_json, say
from backtests.evaluation.judging import Judging
from backtests.records.ledger import Ledger
from backtests.records.registry import run_folder
from backtests.records.rescore import (
    changes_since,
    chosen_before,
    divide_again,
    job_again,
    settings_again,
)
from backtests.records.result import intact, load
from backtests.records.trials import counted_if_unmade
from backtests.records.workspace import Workspace
from markets.snapshot import Source
from reports import write_index
from reports.background import BackgroundRenderer
from reports.tables.runs import json_row


@dataclass(frozen=True)
class PagesWanted:
    """Where pages go, who draws tearsheets (None: nobody), and how much is said.

    asked: the folder of runs as it was asked for.
    """

    asked: Path
    ahead: BackgroundRenderer | None
    json: bool
    quiet: bool
    folder: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", self.asked.absolute())


def score_saved(
    run: str, source: Source, ledger: Ledger, judging: Judging, pages: PagesWanted
) -> None:
    """Judge a saved run's thesis again on the sessions that came since."""
    place = run_folder(run, pages.folder)
    with intact(place):
        old = load(place)
        workspace = Workspace(source, settings_again(old), ledger, judging.progress)
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
    try:
        if pages.json:
            print_json(json_row(result.manifest, pages.asked / result.id))
        else:
            say(result, pages.asked, quiet=pages.quiet)
    finally:  # a reader who went away leaves no page out
        if pages.ahead:
            draw_tearsheet(result, pages.folder, pages.ahead)
