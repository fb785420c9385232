"""Pages to read: verdict, details and tearsheet of a run, runs side by side, a folder of runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    "write_gallery",
    "write_index",
    "write_pages",
    "write_scoreboard",
    "write_single",
    "write_sweep",
    "write_tearsheet",
    "write_verdict",
]


def write_pages(
    record: RunRecord, folder: Path, tearsheet: bool = True, *, index: bool = False
) -> None:
    """Write `verdict.html`, its script, `details.html` and, if wanted, `tearsheet.html`.

    folder: exists. index: whether it lies in a folder of runs, which has one. OSError where they
    cannot be written.
    """
    if tearsheet:
        write_tearsheet(record, folder, index=index)
    write_verdict(record, folder, tearsheet=(folder / "tearsheet.html").is_file(), index=index)


def write_verdict(record: RunRecord, folder: Path, *, tearsheet: bool, index: bool = False) -> None:
    """Write all pages but the tearsheet, which takes longest.

    tearsheet, index: whether there is one beside them or above, or will be.
    """
    from reports.pages.details import details_page
    from reports.pages.script import write_script
    from reports.pages.verdict import verdict_page

    write_script(folder)
    pages = {"details.html": details_page, "verdict.html": verdict_page}
    for name, page in pages.items():
        (folder / name).write_text(page(record, tearsheet=tearsheet, index=index), encoding="utf-8")


def write_tearsheet(
    record: RunRecord,
    folder: Path,
    background: BackgroundRenderer | None = None,
    *,
    index: bool = False,
) -> None:
    """Write `tearsheet.html`; background: who has begun to draw this run, and knows the index."""
    from reports.pages.tearsheet import tearsheet

    text = background.tearsheet(record) if background else tearsheet(record, index=index)
    (folder / "tearsheet.html").write_text(text, encoding="utf-8")


def write_single(record: RunRecord, path: Path) -> None:
    """Write the verdict as one file that needs no other and no script; OSError."""
    from reports.pages.verdict import verdict_page

    path.write_text(verdict_page(record, single=True), encoding="utf-8")


def write_compare(
    records: Sequence[RunRecord], comparison: RunsComparedJson, folder: Path, *, index: bool = False
) -> Path:
    """Write `compare-ID.html` and its script into a folder that exists; answers its path.

    index: whether that folder has, or will have, a list of all pages to lead back to.
    """
    from reports.pages.comparison import write

    return write(records, comparison, folder, index=index)


def write_index(runs_folder: Path) -> Path:
    """Write `index.html` over all runs in a folder, newest first; answers its path.

    A damaged run is named on the page. OutputError where the folder cannot be read or written.
    """
    from reports.pages.index import write

    return write(runs_folder)


def write_claims(
    articles: Sequence[CheckedArticleJson],
    source: str,
    simulated: bool,
    path: Path,
    *,
    index: bool = False,
) -> None:
    """Write the page of some articles' claims, measured on prices of a source."""
    from reports.pages.claims import write

    write(articles, source, simulated, path, index=index)


def write_scoreboard(board: ScoreboardJson, folder: Path, *, index: bool = False) -> Path:
    """Write `scoreboard.html` among the runs of a folder; answers the page's path."""
    from reports.pages.scoreboard import write

    return write(board, folder, index=index)


def write_gallery(records: Sequence[RunRecord], left_out: Mapping[str, str], folder: Path) -> Path:
    """Write `gallery.html` into the folder of these runs; answers the page's path.

    left_out: why a thesis has no card, by its name. OutputError where it cannot be written.
    """
    from reports.pages.gallery import write

    return write(records, left_out, folder)


def write_sweep(summary: SweepJson, folder: Path, *, index: bool = False) -> Path:
    """Write the page of a sweep into its folder; answers the page's path.

    index: whether the folder above has, or will have, a list of all pages.
    """
    from reports.pages.sweep import write

    return write(summary, folder, index=index)
