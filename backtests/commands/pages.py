"""The commands that make pages: open, report, compare, claims."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

from cyclopts import Parameter

from backtests.commands.data_lines import telling_folder
from backtests.commands.options import OUTPUT, RunOptions, each_from_here, lines_of
from backtests.commands.output import PAGE, browse, draw_ahead, draw_run, require_writable, save_run
from backtests.commands.terminal import meter, print_json, progress, reading, say_claims
from backtests.records.registry import id_in, listed_runs, run_folder
from newsfolio.errors import OutputError
from reports import (
    write_claims,
    write_compare,
    write_index,
    write_single,
    write_tearsheet,
    write_verdict,
)

if TYPE_CHECKING:
    from backtests.records.result import Result
    from reports.background import BackgroundRenderer


def open_(run: str = "", *, out: Path | None = None) -> None:
    """Open a report in the browser: of the run named, or else the index.

    Parameters
    ----------
    run
        A run's id, or the beginning of it.
    out
        Folder of run folders, instead of ./runs.
    """
    from backtests import paths

    folder = out or paths.RUNS
    browse(run_folder(run, folder) / PAGE if run else folder / "index.html")


def report(
    run: str,
    *,
    out: Path | None = None,
    tearsheet: Annotated[bool, Parameter(negative=("--no-tearsheet",))] = True,
    single_file: bool = False,
) -> None:
    """Write the pages of a saved run again, from its folder alone.

    Parameters
    ----------
    run
        A run's id, or the beginning of it.
    out
        Folder of run folders, instead of ./runs.
    tearsheet
        Write the tearsheet too.
    single_file
        Write one file to mail instead, ID.html: charts as drawings, no script.
    """
    from backtests import paths
    from backtests.records.result import add_pages, intact, load

    folder = out or paths.RUNS
    place = run_folder(run, folder)
    if place.is_symlink():
        raise OutputError(f"{place} is a link; its pages are written where the run itself lies")
    with intact(place):
        result = load(place)
    if single_file:
        page = f"{result.id}.html"
        add_pages(place, lambda draft: write_single(result, draft / page))
        print(place / page)
        return
    ahead = draw_ahead(meter(False)) if tearsheet else None
    if ahead:
        ahead.begin(result)
    add_pages(place, lambda draft: _draw_again(result, place, draft, ahead))
    write_index(folder)
    print(place / PAGE)


def _draw_again(result: Result, place: Path, draft: Path, ahead: BackgroundRenderer | None) -> None:
    """The pages of a run into an empty folder; a tearsheet that is not drawn anew is kept.

    ahead: who has begun to draw it.
    """
    from backtests.records.result import intact

    sheet = place / "tearsheet.html"
    if ahead is None and sheet.is_file():
        (draft / sheet.name).write_bytes(sheet.read_bytes())
    try:
        with intact(place):
            kept = ahead is None and sheet.is_file()
            write_verdict(result, draft, tearsheet=kept or ahead is not None, index=True)
            if ahead:
                write_tearsheet(result, draft, ahead)
    except OutputError as error:
        if isinstance(error.__cause__, OSError):  # a full disk is no damaged run
            raise error.__cause__ from None
        raise


def compare(
    *runs: str,
    market: RunOptions = RunOptions(),
    engine: str = "kernel",
    universe: str = "",
    out: Annotated[Path | None, Parameter(group=OUTPUT)] = None,
    ledger: Annotated[Path | None, Parameter(group=OUTPUT)] = None,
    json: Annotated[bool, Parameter(group=OUTPUT)] = False,
    open: Annotated[bool, Parameter(group=OUTPUT)] = False,
) -> None:
    """Put strategies or saved runs on one page: the same window, who is surely ahead.

    Parameters
    ----------
    runs
        Strategies, which are run first, or ids of saved runs (or the beginning of them).
    engine
        For strategies that are run: kernel or backtrader; same fills.
    universe
        Lines for plain backtrader strategies that name none, e.g. SPY,KWEB.
    out
        Folder of run folders, instead of ./runs.
    ledger
        The trial ledger to append to, instead of the user's own.
    json
        Print one JSON object instead of the path.
    open
        Open the page in a browser.
    """
    from backtests import paths
    from backtests.api import run_job
    from backtests.evaluation.comparison import compare as compared
    from backtests.evaluation.judging import Judging
    from backtests.records.result import intact, load
    from backtests.records.trials import counted_if_unmade

    asked = out or paths.RUNS
    folder = asked.absolute()  # an author's file may go elsewhere
    require_writable(folder)
    saved = {run.folder.name: run.folder for run in listed_runs(folder)}
    results: list[Result] = []
    for name in each_from_here(runs):
        place = _saved_as(name, saved, folder)
        if place is not None:
            results.append(load(place))
            continue
        workspace = market.workspace(ledger, quiet=json, engine=engine)
        with counted_if_unmade(workspace, name):
            job = market.job(name, lines_of(universe) if _is_plain(name) else ())
        with telling_folder(market.data):
            result = run_job(
                job, workspace, judging=Judging(placebos=0, progress=meter(json)),
                save=lambda done: save_run(done, folder),
            )  # fmt: skip
        draw_run(result, folder, tearsheet=False)
        results.append(result)
    with intact(*(saved[result.id] for result in results if result.id in saved)):
        comparison = compared(results)
        page = write_compare(results, comparison, folder, index=True)
    write_index(folder)
    if json:
        print_json({**comparison, "page": str(asked / page.name)})
    else:
        print(*comparison["notes"][1:], comparison["conclusion"], asked / page.name, sep="\n")
    if open:
        browse(page)


def claims(
    article: str | None = None,
    *,
    data: str = "yahoo",
    offline: bool = False,
    store: Path | None = None,
    facts: Path | None = None,
    vendor: str = "",
    out: Path | None = None,
    json: bool = False,
    quiet: bool = False,
    open: bool = False,
) -> int:
    """Check what an article claims about prices and figures, each claim up to its due day.

    Parameters
    ----------
    article
        Its id, path/file.py[:NAME] of one of your own, or a folder of such files, which are checked
        on one load; all of the shipped ones by default.
    data
        yahoo, sample, or a folder of price files.
    offline
        Never use the network; the local store alone.
    store
        Folder of the local price store.
    facts
        Folder of tables that are no prices, each NAME.csv or NAME.json, asked before our own.
    vendor
        What the files of a folder do not say, as for a run.
    out
        Folder for the page, instead of ./runs.
    json
        Print one JSON object and write no page.
    quiet
        Print the page's path only.
    open
        Open the page in a browser.
    """
    from backtests import paths
    from backtests.evaluation.statistics.claim_intervals import interval_of
    from backtests.public.article_files import articles_at
    from backtests.records.checked_articles import save_checked
    from backtests.runner.claims import articles_of, check_claims
    from markets.open import Beside

    asked = out or paths.RUNS
    folder, wanted = asked.absolute(), articles_at(article)  # whose file may go elsewhere
    source = paths.open_source(
        data, store=store, offline=offline, beside=Beside(facts, vendor=vendor),
        progress=progress(quiet or json), follow=reading(quiet or json),
    )  # fmt: skip
    checked = check_claims(
        wanted.articles, source, wanted.declared, interval_of, paths.today(), meter(quiet or json)
    )
    code = 1 if wanted.problems else 0
    if json:
        measured = [claim.as_json() for claim in checked]
        print_json({"claims": measured, "problems": list(wanted.problems)})
        return code
    rows = articles_of(wanted.articles, checked)
    simulated = any(claim.simulated for claim in checked)
    page = f"claims{'-' if wanted.name else ''}{quote(wanted.name, safe='')}.html"
    write_claims(rows, source.name, simulated, folder / page, index=True)
    save_checked(rows, source.name, simulated, paths.now(), folder / page)
    write_index(folder)
    if not quiet:
        say_claims(rows, source.name, simulated)
    for problem in wanted.problems:
        print(f"NOT CHECKED   {problem}")
    if quiet:
        print(asked / page)
    else:
        for note in wanted.notes:
            print(f"note          {note}")
        print(f"page          {asked / page}")
    if open:
        browse(folder / page)
    return code


def _is_plain(name: str) -> bool:
    from contextlib import chdir

    from backtests import strategy_loader

    with chdir(Path.cwd()):  # the file is looked for again
        return strategy_loader.is_plain(strategy_loader.find(name))


def _saved_as(name: str, saved: Mapping[str, Path], folder: Path) -> Path | None:
    """The saved run that a word means; None where it is a strategy's."""
    from backtests.strategy_loader import is_address

    if is_address(name):
        return None
    begins = id_in(name, folder)
    return next((place for run, place in saved.items() if run.startswith(begins)), None)
