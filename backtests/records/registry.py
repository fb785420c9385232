"""The runs that a folder holds, found by their ids."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from newsfolio.errors import UnknownName

if TYPE_CHECKING:
    from reports.saved_runs import SavedRun


def listed_runs(folder: Path) -> list[SavedRun]:
    """Runs, newest first; damaged ones are named and passed over."""
    from reports.saved_runs import saved_runs

    runs, damaged = saved_runs(folder)
    for run in damaged:
        print(f"newsfolio: {run.folder} is damaged ({run.error!r}); run it again", file=sys.stderr)
    return runs


def id_in(text: str, folder: Path) -> str:
    """A run's id as somebody wrote it: by itself, or as the path of its folder among the runs."""
    path = Path(text)
    inside = path.name and path.resolve().parent == folder.resolve()
    return path.resolve().name if inside else text


def run_folder(run: str, folder: Path) -> Path:
    """The folder of the run whose id begins so; the newest where several do.

    A path such as runs/ID is as good as the id.
    """
    run = id_in(run, folder)
    folders = {saved.folder.name: saved.folder for saved in listed_runs(folder)}
    matching = [name for name in folders if name == run] or [
        name for name in folders if name.startswith(run)
    ]
    if not matching:
        raise UnknownName("run", run, folders, "`newsfolio runs` lists them.")
    return folders[matching[0]]
