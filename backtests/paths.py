"""Where things are kept on this machine, and what day it is; only the calendar cache asks too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markets.open import Beside
    from markets.snapshot import Follow, Source

RUNS = Path("runs")
"""Run folders, in the working directory."""


def store_folder() -> Path:
    """The local store of Yahoo's prices."""
    import platformdirs

    return Path(platformdirs.user_data_dir("newsfolio", appauthor=False)) / "prices"


def ledger_path() -> Path:
    """The trial ledger, one per user."""
    import platformdirs

    return Path(platformdirs.user_data_dir("newsfolio", appauthor=False)) / "trials.sqlite"


def checks_folder() -> Path:
    """What was found when plain backtrader strategies were checked for look-ahead."""
    import platformdirs

    return Path(platformdirs.user_data_dir("newsfolio", appauthor=False)) / "checks"


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    """The date here; bars of today are not final and are never kept."""
    return date.today()


def open_frames(data: object, beside: Beside) -> Source:
    """Frames in memory, with this machine's day."""
    from markets.open import open_frames as opened

    return opened(data, today(), beside)


def open_source(
    data: str,
    *,
    store: Path | None = None,
    offline: bool = False,
    beside: Beside | None = None,
    snapshot: str | None = None,
    progress: Callable[[str], None] | None = None,
    follow: Follow = iter,
) -> Source:
    """A source of `markets.open` with this machine's store and day."""
    from markets.open import Beside, open_snapshot, open_source

    beside = beside or Beside()
    store = (store or store_folder()).absolute()
    if snapshot is not None:
        return open_snapshot(snapshot, data, store, beside, follow=follow)
    return open_source(
        data, store, today(), beside, offline=offline, progress=progress, follow=follow
    )
