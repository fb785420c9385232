"""Commands that answer on the terminal and write no page."""

from __future__ import annotations

from pathlib import Path

from backtests.commands.terminal import print_json, print_table
from backtests.records.registry import listed_runs, run_folder


def runs(*, out: Path | None = None, json: bool = False) -> None:
    """List the runs of a folder, newest first.

    Parameters
    ----------
    out
        Folder of run folders, instead of ./runs.
    json
        Print one JSON object.
    """
    from backtests import paths
    from reports.tables.runs import HEADINGS, text_row

    folder = out or paths.RUNS
    rows = [run.row for run in listed_runs(folder)]
    if json:
        print_json({"runs": rows})
        return
    print_table([HEADINGS, *map(text_row, rows)])
    if not rows:
        print(f"no runs in {folder}; newsfolio run STRATEGY makes one")


def diff(one: str, other: str, *, out: Path | None = None, json: bool = False) -> None:
    """Say why two runs differ: data, code, costs, parameters, dates; and where they part.

    Parameters
    ----------
    one
        A run's id, or the beginning of it.
    other
        Another.
    out
        Folder of run folders, instead of ./runs.
    json
        Print one JSON object.
    """
    from backtests import paths
    from backtests.records.result import intact, load
    from backtests.records.run_diff import difference

    folder = out or paths.RUNS
    places = [run_folder(run, folder) for run in (one, other)]
    with intact(*places):
        differing = difference(*map(load, places))
    if json:
        print_json(differing.as_json())
        return
    for rows in filter(None, (differing.rows, differing.cause_rows)):
        print_table(rows)
        print()
    print(differing.as_text())
