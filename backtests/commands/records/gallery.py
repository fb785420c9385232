"""All shipped theses, each run and judged, on one page of cards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from backtests.commands.options import OUTPUT, RunOptions
from backtests.commands.output import browse, draw_run, require_writable, save_run
from backtests.commands.terminal import meter
from newsfolio.errors import CommandError, NewsfolioError
from reports import write_gallery, write_index

if TYPE_CHECKING:
    from backtests.records.result import Result

FOLDER = Path("gallery")
"""Where the cards and their pages go, unless --out names another place."""


def gallery(
    *,
    market: RunOptions = RunOptions(),  # frozen
    placebos: int = 200,
    out: Annotated[Path | None, Parameter(group=OUTPUT)] = None,
    ledger: Annotated[Path | None, Parameter(group=OUTPUT)] = None,
    quiet: Annotated[bool, Parameter(group=OUTPUT)] = False,
    open: Annotated[bool, Parameter(group=OUTPUT)] = False,
) -> None:
    """Run all shipped theses and put them on one page, a card each that leads to its verdict.

    Parameters
    ----------
    placebos
        How many other dates or baskets to rank each among; 0 switches them off.
    out
        Folder of the page and of its run folders, instead of ./gallery.
    ledger
        The trial ledger to append to, instead of the user's own.
    quiet
        Print the page's path only.
    open
        Open the page in a browser.
    """
    from backtests.api import run_job
    from backtests.evaluation.judging import Judging
    from backtests.strategy_loader import shipped

    asked = out or FOLDER
    folder = asked.absolute()
    require_writable(folder)
    gauge = meter(quiet)
    workspace = market.workspace(ledger, quiet=quiet, engine="kernel")
    judging = Judging(placebos, progress=gauge)
    results: list[Result] = []
    left_out: dict[str, str] = {}
    for name in shipped():
        try:
            job = market.counted_job(name, workspace)
            result = run_job(
                job, workspace, judging=judging, save=lambda done: save_run(done, folder)
            )
        except NewsfolioError as error:
            if isinstance(error, CommandError):
                raise
            left_out[name] = str(error)
            continue
        draw_run(result, folder, tearsheet=False)
        results.append(result)
        if not quiet:
            verdict = result.manifest.get("verdict")
            print(f"{name:<20}{verdict['word'] if verdict else 'not judged'}")
    page = write_gallery(results, left_out, folder)
    write_index(folder)
    say_gallery(asked / page.name, left_out, quiet=quiet)
    if open:
        browse(page)


def say_gallery(page: Path, left_out: dict[str, str], *, quiet: bool) -> None:
    """Where the page is, and what is not on it."""
    if quiet:
        print(page)
        return
    for name, why in left_out.items():
        print(f"{name:<20}left out: {why}")
    print(f"{'page':<20}{page}")
