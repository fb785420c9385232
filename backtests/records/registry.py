"""The runs that a folder holds, found by their ids."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
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


def run_folder(run: str, folder: Path, remedy: str = "`newsfolio runs` lists them.") -> Path:
    """The folder of the run whose id begins so; the newest where several do.

    A path such as runs/ID is as good as the id, and so is the name that somebody gave its folder.
    remedy: what to do where there is none.
    """
    run = id_in(run, folder)
    runs = listed_runs(folder)
    folders = {saved.folder.name: saved.folder for saved in runs}
    place = _beginning(run, folders) or _beginning(
        run, {saved.row["id"]: saved.folder for saved in runs}
    )
    if place is None:
        raise UnknownName("run", run, folders, remedy)
    return place


def reported_here(run: str) -> Path | None:
    """A folder of the working folder that holds the run whose id begins so, if there is one."""
    places = {}
    for manifest in sorted(Path().glob("*/manifest.json")):
        with suppress(OSError, ValueError, LookupError, TypeError):  # others have such files too
            places[str(json.loads(manifest.read_text(encoding="utf-8"))["id"])] = manifest.parent
    return _beginning(run, places)


def _beginning(run: str, places: Mapping[str, Path]) -> Path | None:
    """What is called so, else the first whose name begins so."""
    if run in places:
        return places[run]
    return next((place for name, place in places.items() if name.startswith(run)), None)
