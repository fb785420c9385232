"""Where things are kept on this machine, and what day it is: the only file that asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from newsfolio.errors import CommandError

if TYPE_CHECKING:
    from markets.bars import Source

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


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    """The date here; bars of today are not final and are never kept."""
    return date.today()


def open_source(
    data: str,
    *,
    store: Path | None = None,
    offline: bool = False,
    facts: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Source:
    """`yahoo`, `sample`, or a folder of CSV or Parquet files; CommandError for another word.

    facts: a folder of tables that are no prices, asked before the source's own.
    """
    source = _prices(data, store, offline, progress)
    if facts is None:
        return source
    if not facts.expanduser().is_dir():
        raise CommandError(f"--facts {facts}: no such folder")
    from markets.facts import WithFacts

    return WithFacts(source, facts.expanduser())


def _prices(
    data: str, store: Path | None, offline: bool, progress: Callable[[str], None] | None
) -> Source:
    if data == "sample":
        from markets.sample import SampleSource

        return SampleSource()
    if data == "yahoo":
        from markets.store import Store
        from markets.yahoo import YahooSource

        folder = Store(store or store_folder())
        return YahooSource(folder, today=today(), offline=offline, progress=progress)
    folder_path = Path(data).expanduser()
    if not folder_path.is_dir():
        raise CommandError(
            f"--data {data}: neither yahoo, sample nor a folder of price files; check the path"
        )
    from markets.folder import FolderSource

    return FolderSource(folder_path)
