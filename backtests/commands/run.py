"""The commands that run strategies: run, score."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from backtests.commands.data_lines import telling_folder
from backtests.commands.options import MONEY, OUTPUT, ExtraOptions, RunOptions, lines_of
from backtests.commands.output import PAGE, browse, draw_run, require_writable, save_run
from backtests.commands.terminal import print_json, progress, say
from backtests.records.registry import run_folder
from newsfolio.errors import CommandError
from reports import write_index

if TYPE_CHECKING:
    from backtests.records.result import Result
    from reports.background import BackgroundRenderer


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
    from backtests.evaluation.lookahead.access_audit import AccessAudit

    if not strategies:
        raise CommandError("name a strategy, e.g. newsfolio run east-rising; see newsfolio list")
    ahead = draw_ahead() if tearsheet else None
    lines = lines_of(universe)
    watch = AccessAudit()
    watch.start()
    workspace = market.workspace(ledger, quiet=quiet or json, benchmark=benchmark, engine=engine)
    jobs = [market.counted_job(address, workspace, lines) for address in strategies]
    folder = out or paths.RUNS
    require_writable(folder)
    judging = Judging(placebos, watch=watch, extras=shown.extras()) if verdict else None
    results: list[Result] = []
    for job in jobs:
        with telling_folder(market.data):
            result = run_job(
                job, workspace, verify=verify, judging=judging,
                begin=ahead.begin if ahead else None,
                save=lambda done: save_run(done, folder),
            )  # fmt: skip
        draw_run(result, folder, tearsheet, ahead)
        results.append(result)
        if not json:
            say(result, folder, quiet=quiet)
    index = write_index(folder)
    if json:
        from reports.tables.runs import json_row

        print_json({"runs": [json_row(result.manifest, folder / result.id) for result in results]})
    elif not quiet:
        print(f"index         {index}")
    if open:
        browse(folder / results[0].id / PAGE)


def score(
    run: str,
    *,
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
) -> None:
    """Judge a saved run's thesis again on the sessions that came since, parameters frozen.

    Parameters
    ----------
    run
        A run's id, or the beginning of it.
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
    from backtests.api import run_job
    from backtests.evaluation.judging import Judging
    from backtests.evaluation.lookahead.access_audit import AccessAudit
    from backtests.records import rescore
    from backtests.records.result import intact, load
    from backtests.records.trials import counted_if_unmade
    from backtests.records.workspace import Workspace, open_ledger
    from markets.open import Beside

    folder = out or paths.RUNS
    place = run_folder(run, folder)
    watch = AccessAudit()
    watch.start()
    beside, show = Beside(facts, vendor=vendor), progress(quiet or json)
    source = paths.open_source(data, store=store, offline=offline, beside=beside, progress=show)
    with intact(place):
        old = load(place)
        workspace = Workspace(source, rescore.settings_again(old), open_ledger(ledger))
        since, chosen = rescore.divide_again(old), rescore.chosen_before(old)
        with counted_if_unmade(workspace, old.manifest["strategy"]["address"]):
            job = rescore.job_again(old)
    with telling_folder(data):
        result = run_job(
            job,
            workspace,
            judging=Judging(
                placebos, since=since, chosen=chosen, watch=watch, extras=shown.extras()
            ),
            notes=rescore.changes_since(old, job),
            save=lambda done: save_run(done, folder),
        )
    draw_run(result, folder, tearsheet)
    write_index(folder)
    if json:
        from reports.tables.runs import json_row

        print_json(json_row(result.manifest, folder / result.id))
    else:
        say(result, folder, quiet=quiet)


def draw_ahead() -> BackgroundRenderer:
    """Who draws while runs are judged."""
    from reports.background import BackgroundRenderer

    return BackgroundRenderer()
