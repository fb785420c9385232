"""Pages to read: verdict, details and tearsheet of a run, runs side by side, a folder of runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.background import BackgroundRenderer
    from reports.contract.claims import CheckedArticleJson
    from reports.contract.comparison import RunsComparedJson
    from reports.contract.scoreboard import ScoreboardJson
    from reports.contract.sweep import SweepJson
    from reports.record import RunRecord

__all__ = [
    "write_claims",
    "write_compare",
    "write_index",
    "write_pages",
    "write_scoreboard",
    "write_single",
    "write_sweep",
]


def write_pages(
    record: RunRecord,
    folder: Path,
    tearsheet: bool = True,
    background: BackgroundRenderer | None = None,
    *,
    index: bool = False,
) -> None:
    """Write `verdict.html`, its script, `details.html` and, if wanted, `tearsheet.html`.

    folder: exists. background: who has begun to draw this run. index: whether it will lie in a
    folder that has an index. OSError where they cannot be written.
    """
    from reports.pages.details import details_page
    from reports.pages.script import write_script
    from reports.pages.verdict import verdict_page

    sheet = folder / "tearsheet.html"
    if tearsheet:
        from reports.pages.tearsheet import tearsheet as drawn

        text = background.tearsheet(record) if background else drawn(record)
        sheet.write_text(text, encoding="utf-8")
    write_script(folder)
    details = details_page(record, tearsheet=sheet.is_file(), index=index)
    (folder / "details.html").write_text(details, encoding="utf-8")
    page = verdict_page(record, tearsheet=sheet.is_file(), index=index)
    (folder / "verdict.html").write_text(page, encoding="utf-8")


def write_single(record: RunRecord, path: Path) -> None:
    """Write the verdict as one file that needs no other and no script; OSError."""
    from reports.pages.verdict import verdict_page

    path.write_text(verdict_page(record, single=True), encoding="utf-8")


def write_compare(records: Sequence[RunRecord], comparison: RunsComparedJson, folder: Path) -> Path:
    """Write `compare-ID.html` and its script into a folder that exists; answers its path."""
    from reports.pages.comparison import write

    return write(records, comparison, folder)


def write_index(runs_folder: Path) -> Path:
    """Write `index.html` over all runs in a folder, newest first; answers its path.

    A damaged run is named on the page. OutputError where the folder cannot be read or written.
    """
    from reports.pages.index import write

    return write(runs_folder)


def write_claims(
    articles: Sequence[CheckedArticleJson], source: str, simulated: bool, path: Path
) -> None:
    """Write the page of some articles' claims, measured on prices of a source."""
    from reports.pages.claims import write

    write(articles, source, simulated, path)


def write_scoreboard(board: ScoreboardJson, folder: Path) -> Path:
    """Write `scoreboard.html` among the runs of a folder; answers the page's path."""
    from reports.pages.scoreboard import write

    return write(board, folder)


def write_sweep(summary: SweepJson, folder: Path) -> Path:
    """Write the page of a sweep into its folder; answers the page's path."""
    from reports.pages.sweep import write

    return write(summary, folder)
