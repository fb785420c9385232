"""Where commands put their pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from newsfolio.errors import CommandError, OutputError
from reports import write_tearsheet, write_verdict

if TYPE_CHECKING:
    from backtests.progress import Progress
    from backtests.records.result import Result
    from reports.background import BackgroundRenderer

PAGE = "verdict.html"
"""The page of a run that opens."""


def save_run(result: Result, folder: Path) -> Path:
    return result.save(folder / result.id)


def draw_run(result: Result, folder: Path, tearsheet: bool) -> None:
    """The pages of a run that is saved; its tearsheet, where one is wanted, comes after them."""
    from backtests.records.result import add_pages

    add_pages(
        folder / result.id,
        lambda draft: write_verdict(result, draft, tearsheet=tearsheet, index=True),
    )


def draw_ahead(progress: Progress) -> BackgroundRenderer:
    """Who draws tearsheets while there is something else to do."""
    from reports.background import BackgroundRenderer

    return BackgroundRenderer(progress, index=True)


def draw_tearsheet(result: Result, folder: Path, ahead: BackgroundRenderer) -> None:
    """The tearsheet of a run that somebody has begun to draw."""
    from backtests.records.result import add_pages

    add_pages(folder / result.id, lambda draft: write_tearsheet(result, draft, ahead))


def require_writable(folder: Path) -> None:
    """Find out before the work, not after it."""
    import tempfile

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OutputError(
            f"cannot write to {folder}: {error.strerror}; give another folder"
        ) from error


def browse(page: Path) -> None:
    import webbrowser

    if not page.exists():
        raise CommandError(f"there is no {page}; newsfolio run STRATEGY makes it")
    webbrowser.open(page.resolve().as_uri())
    print(page)
