"""The commands that run strategies: run, score."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from backtests.commands.data_lines import telling_folder
from backtests.commands.options import (
    MONEY,
    OUTPUT,
    ExtraOptions,
    RunOptions,
    each_from_here,
    lines_of,
)
from backtests.commands.output import (
    PAGE,
    browse,
    draw_ahead,
    draw_run,
    draw_tearsheet,
    require_writable,
    save_run,
)
from backtests.commands.terminal import meter, print_json, progress, reading, say, say_index
from newsfolio.errors import CommandError
from reports import write_index

if TYPE_CHECKING:
    from backtests.records.result import Result
    from reports.tables.runs import RunJson


def run(
    *strategies: str,
    market: RunOptions = RunOptions(),  # frozen
    benchmark: Annotated[str | None, Parameter(group=MONEY)] = None,
    engine: str = "backtrader",
    verify: bool = False,
    universe: str = "",
    verdict: Annotated[bool, Parameter(negative=("--no-verdict",))] = True,
    placebos: int = 200,
    shown: ExtraOptions = ExtraOptions(),  # frozen
    tearsheet: Annotated[bool, Parameter(negative=("--no-tearsheet",), group=OUTPUT)] = True,
    out: Annotated[Path | None, Parameter(group=OUTPUT)] = None,
    ledger: Annotated[Path | None, Parameter(group=OUTPUT)] = None,
    json: Annotated[bool, Parameter(group=OUTPUT)] = False,
    quiet: Annotated[bool, Parameter(group=OUTPUT)] = False,
    open: Annotated[bool, Parameter(group=OUTPUT)] = False,
) -> None:
    """Run strategies and write their pages to runs/<id>/.

    Parameters
    ----------
    strategies
        Addresses: a name (see `newsfolio list`), module:Class or path/file.py:Class.
    benchmark
        A ticker to measure against, instead of the strategy's own.
    engine
        backtrader (turns every bar and keeps its own cash) or kernel (fast); same fills.
    verify
        Run both engines and fail unless their fills are equal.
    universe
        Lines for a plain backtrader strategy, e.g. SPY,KWEB.
    verdict
        Judge the thesis on the sessions after its article.
    placebos
        How many other dates or baskets to rank it among; 0 switches them off.
    tearsheet
        Write the tearsheet beside the verdict page.
    out
        Folder of run folders, instead of ./runs.
    ledger
        The trial ledger to append to, instead of the user's own.
    json
        Print one JSON object instead of the summary.
    quiet
        Print paths only.
    open
        Open the page in a browser.
    """
    from backtests import paths
    from backtests.api import run_job
    from backtests.evaluation.judging import Judging

    if not strategies:
        raise CommandError("name a strategy, e.g. newsfolio run east-rising; see newsfolio list")
    gauge = meter(quiet or json)
    ahead = draw_ahead(gauge) if tearsheet else None
    asked = out or paths.RUNS
    folder = asked.absolute()  # an author's file may go elsewhere
    require_writable(folder)
    lines = lines_of(universe)
    workspace = market.workspace(ledger, quiet=quiet or json, benchmark=benchmark, engine=engine)
    jobs = [market.counted_job(address, workspace, lines) for address in each_from_here(strategies)]
    judging = Judging(placebos, extras=shown.extras(), progress=gauge) if verdict else None
    results: list[Result] = []
    for job in jobs:
        with telling_folder(market.data):
            result = run_job(
                job, workspace, verify=verify, judging=judging,
                begin=ahead.begin if ahead else None,
                save=lambda done: save_run(done, folder),
            )  # fmt: skip
        draw_run(result, folder, tearsheet)
        results.append(result)
        try:
            if not json:
                say(result, asked, quiet=quiet)
        finally:  # a reader who went away leaves no page out
            if ahead:
                draw_tearsheet(result, folder, ahead)
    first = not (folder / "index.html").exists()
    index = write_index(folder)
    if json:
        print_json({"runs": [one_row(result, asked) for result in results]})
    elif not quiet:
        say_index(asked / index.name, first=first)
    if open:
        browse(folder / results[0].id / PAGE)


def score(
    run: str = "",
    *,
    all: bool = False,
    data: str = "yahoo",
    offline: bool = False,
    store: Path | None = None,
    facts: Path | None = None,
    vendor: str = "",
    placebos: int = 200,
    shown: ExtraOptions = ExtraOptions(),
    tearsheet: Annotated[bool, Parameter(negative=("--no-tearsheet",))] = True,
    out: Path | None = None,
    ledger: Path | None = None,
    json: bool = False,
    quiet: bool = False,
) -> int:
    """Judge a saved run's thesis again on the sessions that came since, or all frozen ones.

    Parameters
    ----------
    run
        A run's id, or the beginning of it.
    all
        Judge every rule that was frozen, on its whole record, where new sessions have come.
    data
        yahoo, sample, or a folder of price files: newer data than the run had.
    offline
        Never use the network; the local store alone.
    store
        Folder of the local price store.
    facts
        Folder of tables that are no prices, NAME.csv each.
    vendor
        What the files of a folder do not say, as for a run.
    placebos
        How many other dates or baskets to rank it among; 0 switches them off.
    tearsheet
        Write the tearsheet beside the verdict page.
    out
        Folder of run folders, instead of ./runs.
    ledger
        The trial ledger to append to, instead of the user's own.
    json
        Print one JSON object instead of the summary.
    quiet
        Print the path only.
    """
    from backtests import paths
    from backtests.commands.records.rescore import PagesWanted, score_saved
    from backtests.commands.records.score_all import score_all
    from backtests.evaluation.judging import Judging
    from backtests.records.workspace import open_ledger
    from markets.open import Beside

    if all == bool(run):
        raise CommandError("name a saved run, or --all for every rule that was frozen")
    gauge = meter(quiet or json)
    ahead = draw_ahead(gauge) if tearsheet else None
    source = paths.open_source(
        data, store=store, offline=offline, beside=Beside(facts, vendor=vendor),
        progress=progress(quiet or json), follow=reading(quiet or json),
    )  # fmt: skip
    judging = Judging(placebos, extras=shown.extras(), progress=gauge)
    pages = PagesWanted(out or paths.RUNS, ahead, json, quiet)
    with telling_folder(data):
        if all:
            return score_all(source, open_ledger(ledger), judging, pages)
        score_saved(run, source, open_ledger(ledger), judging, pages)
    return 0


def one_row(result: Result, folder: Path) -> RunJson:
    """A run as `--json` prints it."""
    from reports.tables.runs import json_row

    return json_row(result.manifest, folder / result.id)
