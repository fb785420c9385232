"""The command that sweeps: its options, and what it shows on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from backtests.commands.options import OUTPUT, RunOptions
from backtests.commands.terminal import print_json, print_table, progress
from newsfolio.formatting import percent
from reports.tables.sweep import ends, shown


def sweep(
    strategy: str,
    *,
    grid: tuple[str, ...] = (),
    random: int | None = None,
    seed: int = 0,
    market: RunOptions = RunOptions(),
    benchmark: str | None = None,
    by: str = "",
    walk_forward: tuple[int, int] | None = None,
    workers: int = 1,
    cluster: str | None = None,
    out: Annotated[Path | None, Parameter(group=OUTPUT)] = None,
    ledger: Annotated[Path | None, Parameter(group=OUTPUT)] = None,
    json: Annotated[bool, Parameter(group=OUTPUT)] = False,
    quiet: Annotated[bool, Parameter(group=OUTPUT)] = False,
) -> None:
    """Play many sets of parameters of a strategy: a table, a plateau map, no single winner.

    Parameters
    ----------
    strategy
        Its address: a name, module:Class or path/file.py:Class.
    grid
        Values of a parameter, name=1,2,3; may be repeated. By default the strategy's own grid.
    random
        Draw so many sets: of the grid given, or within the bounds of each number.
    seed
        Names the draw.
    benchmark
        A ticker to measure against, instead of the strategy's own.
    by
        The figure to rank by, e.g. cagr; score where the thesis is scored, else sharpe.
    walk_forward
        Months to choose a set on, and months to trade with it until the next choice, e.g. 36 12.
    workers
        Processes of this machine.
    cluster
        Address of a dask scheduler, e.g. tcp://10.0.0.5:8786, whose workers play the sets.
    out
        Folder of run folders, instead of ./runs. An interrupted sweep goes on where it stopped.
    ledger
        The trial ledger to append to, instead of the user's own.
    json
        Print one JSON object instead of the tables.
    quiet
        Print the page's path only.
    """
    from backtests import paths
    from backtests.records.ledger import Ledger
    from backtests.sweeps.executors import executor_of
    from backtests.sweeps.grid import grid_of, read_grid
    from backtests.sweeps.summary import ranks_by
    from backtests.sweeps.sweep import SweepRequest, run_sweep
    from backtests.sweeps.walk_forward.plan import WalkForward
    from newsfolio.errors import CommandError
    from reports import write_sweep

    job = market.job(strategy)
    if job.strategy is None:
        raise CommandError(f"{strategy} is a plain backtrader strategy and has no parameters")
    sets = grid_of(job.strategy, read_grid(grid), random, seed)
    executor = executor_of(workers, cluster)
    ranks_by(by, scored=False)
    forward = WalkForward(*walk_forward) if walk_forward else None
    settings = market.settings(benchmark=benchmark, engine="kernel")
    request = SweepRequest(sets, settings, by, forward)
    book, say_progress = Ledger(ledger or paths.ledger_path()), progress(quiet or json)
    source, folder = market.source(quiet or json), out or paths.RUNS
    result = run_sweep(request, source, book, executor, folder, say_progress)
    page = write_sweep(result.summary, result.folder)
    if say_progress:
        say_progress("")
    if json:
        print_json({**result.summary, "page": str(page)})
    elif quiet:
        print(page)
    else:
        say(result.summary, page)


def say(found: Mapping[str, Any], page: Path) -> None:
    """How the sets lie, the plateau of each parameter, and a few of both ends."""
    if found["data"]["simulated"]:
        print("SIMULATED: the sample market is made up; nothing below happened")
    print(f"{'sweep':<14}{found['id']}")
    print(f"{'sets':<14}{found['sets']:,}, {found['failed']:,} failed")
    for row in found["errors"]:
        print(f"{'failed':<14}{row['sets']:,}: {row['error']}")
    spread = found["quantiles"]
    if spread is None:
        print(f"{'result':<14}no set has a figure to rank by ({found['by']})")
        print(f"{'page':<14}{page}")
        return
    if "walk_forward" in found:
        say_walk(found["walk_forward"])
    by = found["by"]
    low, median, high = (
        shown(by, spread[name]) for name in ("quarter", "median", "three_quarters")
    )
    print(f"{by:<14}the middle half from {low} to {high}, median {median}; "
          f"above 0: {found['above_zero']:.0%}")  # fmt: skip
    for name, rows in found["plateau"].items():
        print(f"\n{name}: median {by} over the other parameters")
        print_table([("value", "sets", "median", "quarter", "three quarters"), *(
            (str(row["value"]), f"{row['sets']:,}",
             *(shown(by, row[key]) for key in ("median", "low", "high")))
            for row in rows
        )])  # fmt: skip
    names = list(found["plateau"])
    for word in ("best", "worst"):
        if found[word]:
            print(f"\na few of the {word}, which many trials make look {_look(word)} than they are")
            print_table(ends(found[word], names, found["columns"]))
    print(f"\n{'page':<14}{page}")


def say_walk(found: Mapping[str, Any]) -> None:
    """The walk-forward in a few lines: what came of it, what was chosen when."""
    if found["why"]:
        print(f"{'walk-forward':<14}not made: {found['why']}")
        return
    told = {"walk": "walk-forward", "base": "as declared"}
    for name, row in found["metrics"].items():
        print(f"{told.get(name, name)[:13]:<14}CAGR {percent(row['cagr'])}, "
              f"Sharpe {shown('sharpe', row['sharpe'])}, "
              f"deepest drawdown {percent(row['max_drawdown'])}")  # fmt: skip
    print(f"{'switching':<14}{found['changes']} changes, {percent(found['switching'])} a year")
    cross = found["cross"]
    said = cross["why"] or (
        f"chosen set below the middle in {cross['below']:.0%} of {cross['splits']} splits, "
        f"PBO {cross['pbo']:.0%}"
    )
    print(f"{'overfitting':<14}{said}")
    names = list(found["windows"][0]["values"])
    print("\nchosen at the close of each day")
    print_table([("day", *names), *(
        (row["decided"], *(str(row["values"][name]) for name in names)) for row in found["windows"]
    )])  # fmt: skip
    print()


def _look(word: str) -> str:
    return "better" if word == "best" else "worse"
