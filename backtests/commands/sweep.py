"""The command that sweeps: its options, and what it shows on the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from backtests.commands.data_lines import held_instead, telling_folder
from backtests.commands.options import OUTPUT, RunOptions, lines_of
from backtests.commands.terminal import print_json, print_table, progress
from newsfolio.formatting import defined, growth, percent
from reports.tables.sweep import ends, shown

if TYPE_CHECKING:
    from reports.contract.sweep import SweepJson, WalkForwardJson


def sweep(
    strategy: str,
    *,
    grid: tuple[str, ...] = (),
    random: int | None = None,
    seed: int = 0,
    market: RunOptions = RunOptions(),
    universe: str = "",
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
    universe
        Lines for a plain backtrader strategy, e.g. SPY,KWEB.
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
    from backtests.sweeps.executors import executor_of
    from backtests.sweeps.grid import grid_of, read_grid
    from backtests.sweeps.summary import ranks_by
    from backtests.sweeps.sweep import SweepRequest, run_sweep
    from backtests.sweeps.walk_forward.plan import WalkForward
    from reports import write_index, write_sweep

    asked = out or paths.RUNS
    folder = asked.absolute()  # an author's file may go elsewhere
    workspace = market.workspace(ledger, quiet=quiet or json, benchmark=benchmark, engine="kernel")
    job = market.counted_job(strategy, workspace, lines_of(universe))
    sets = grid_of(job.strategy, read_grid(grid), random, seed)
    executor = executor_of(workers, cluster)
    ranks_by(by, scored=False)
    forward = WalkForward(*walk_forward) if walk_forward else None
    request, say_progress = SweepRequest(sets, by, forward), progress(quiet or json)
    with telling_folder(market.data):
        result = run_sweep(request, workspace, executor, folder, say_progress)
    written = write_sweep(result.summary, result.folder, index=True)
    page = asked / written.relative_to(folder)
    write_index(folder)
    if say_progress:
        say_progress("")
    if json:
        print_json({**result.summary, "page": str(page)})
    elif quiet:
        print(page)
    else:
        say(result.summary, page, market.data)


def say(summary: SweepJson, page: Path, data: str) -> None:
    """How the sets lie, the plateau of each parameter, and a few of both ends."""
    if summary["data"]["simulated"]:
        print("SIMULATED: the sample market is made up; nothing below happened")
    print(f"{'sweep':<14}{summary['id']}")
    print(f"{'sets':<14}{summary['sets']:,}, {summary['failed']:,} failed")
    for note in summary["notes"]:
        if "rates of" in note:
            print(f"{'note':<14}{note}")
    for row in summary["errors"]:
        print(f"{'failed':<14}{row['sets']:,}: {row['error']}")
        print(f"{'':<14}{held}\n" if (held := held_instead(data, row["error"])) else "", end="")
    spread = summary["quantiles"]
    if spread is None:
        hint = "; growth of fewer than 90 sessions is --by total_return"
        print(f"{'result':<14}no set has a figure to rank by ({summary['by']})"
              f"{hint if summary['by'] == 'cagr' else ''}")  # fmt: skip
        print(f"{'page':<14}{page}")
        return
    if "walk_forward" in summary:
        say_walk(summary["walk_forward"])
    by = summary["by"]
    low, high = shown(by, spread["quarter"]), shown(by, spread["three_quarters"])
    print(f"{by:<14}the middle half from {low} to {high}, median {shown(by, spread['median'])}; "
          f"above 0: {percent(summary['above_zero'], 0)}")  # fmt: skip
    for name, rows in summary["plateau"].items():
        print(f"\n{name}: median {by} over the other parameters")
        print_table([("value", "sets", "median", "quarter", "three quarters"), *(
            (str(row["value"]), f"{row['sets']:,}",
             shown(by, row["median"]), shown(by, row["low"]), shown(by, row["high"]))
            for row in rows
        )])  # fmt: skip
    names = list(summary["plateau"])
    for word in ("best", "worst"):
        if summary[word]:
            print(f"\na few of the {word}, which many trials make look {_look(word)} than they are")
            print_table(ends(summary[word], names, summary["columns"]))
    print(f"\n{'page':<14}{page}")


def say_walk(summary: WalkForwardJson) -> None:
    """The walk-forward in a few lines: what came of it, what was chosen when."""
    if summary["why"]:
        print(f"{'walk-forward':<14}not made: {summary['why']}")
        return
    names = {"walk": "walk-forward", "base": "as declared"}
    width = 2 + max(12, *(len(names.get(name, name)) for name in summary["metrics"]))
    for name, row in summary["metrics"].items():
        print(f"{names.get(name, name):<{width}}{'CAGR ' if defined(row['cagr']) else ''}"
              f"{growth(row['cagr'], row.get('total_return'))}, "
              f"Sharpe {shown('sharpe', row['sharpe'])}, "
              f"deepest drawdown {percent(row['max_drawdown'])}")  # fmt: skip
    rate = "a year" if defined(summary["metrics"]["walk"]["cagr"]) else "in total"
    print(f"{'switching':<14}{summary['changes']} changes, {percent(summary['switching'])} {rate}")
    cross = summary["cross"]
    finding = cross["why"] or (
        f"chosen set below the middle in {percent(cross['below'], 0)} of {cross['splits']} splits, "
        f"PBO {percent(cross['pbo'], 0)}"
    )
    print(f"{'overfitting':<14}{finding}")
    parameters = list(summary["windows"][0]["values"])
    print("\nchosen at the close of each day")
    print_table([("day", *parameters), *(
        (row["decided"], *(str(row["values"][name]) for name in parameters))
        for row in summary["windows"]
    )])  # fmt: skip
    print()


def _look(word: str) -> str:
    return "better" if word == "best" else "worse"
