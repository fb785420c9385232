"""Pages to read: the tearsheet of a run and the index of a folder of runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backtests.result import Result

__all__ = ["write_index", "write_pages"]


def write_pages(result: Result, folder: Path) -> None:
    """Write `tearsheet.html` into a folder that exists; OSError where it cannot be written."""
    from reports.tearsheet import tearsheet

    (folder / "tearsheet.html").write_text(tearsheet(result), encoding="utf-8")


def write_index(runs_folder: Path) -> Path:
    """Write `index.html` over all runs in a folder, newest first; answers its path.

    A damaged run is named on the page. OutputError where the folder cannot be read or written.
    """
    from reports.index import write

    return write(runs_folder)
