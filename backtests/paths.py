"""Where things are kept on this machine, and what day it is; only the calendar cache asks too."""

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
    corrections: Path | None = None,
    snapshot: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Source:
    """`yahoo`, `sample`, or a folder of CSV or Parquet files; CommandError for another word.

    facts: a folder of tables that are no prices, asked before the source's own. corrections: a
    file of corrections besides the `corrections.csv` that lies among the prices, if one does.
    snapshot: the id of what a run on Yahoo's prices read, to read just that again.
    """
    if snapshot is not None:
        return _as_read_before(snapshot, data, store or store_folder(), facts, corrections)
    if data == "sample":
        from markets.sample.source import SampleSource

        source: Source = SampleSource()
    else:
        folder = (store or store_folder()) if data == "yahoo" else Path(data).expanduser()
        source = _corrected(_prices(data, folder, offline, progress), folder, corrections)
    if facts is not None:
        if not facts.expanduser().is_dir():
            raise CommandError(f"--facts {facts}: no such folder")
        from markets.facts import WithFacts

        source = WithFacts(source, facts.expanduser())
    return _remembered(source, store or store_folder()) if data == "yahoo" else source


def _remembered(source: Source, folder: Path) -> Source:
    from markets.store.price_store import Store
    from markets.store.snapshots import Remembering

    return Remembering(source, Store(folder))


def _as_read_before(
    snapshot: str, data: str, folder: Path, facts: Path | None, corrections: Path | None
) -> Source:
    if data != "yahoo":
        raise CommandError(
            f"--snapshot is for --data yahoo, not for {data}: only a store keeps any"
        )
    if facts is not None or corrections is not None:
        raise CommandError("--snapshot brings its own facts and corrections; leave the others out")
    from markets.store.price_store import Store
    from markets.store.snapshots import SnapshotSource

    return _remembered(SnapshotSource(Store(folder), snapshot), folder)


def _corrected(source: Source, folder: Path, more: Path | None) -> Source:
    """The source with the corrections that lie among its prices, those given, and our own."""
    from markets.corrections import DISTRIBUTIONS, FILE, Corrected, read_corrections

    if more is not None and not more.expanduser().is_file():
        raise CommandError(f"--corrections {more}: no such file")
    given = read_corrections(more.expanduser()) if more else ()
    return Corrected(source, (*DISTRIBUTIONS, *read_corrections(folder / FILE), *given))


def _prices(
    data: str, folder: Path, offline: bool, progress: Callable[[str], None] | None
) -> Source:
    """Prices as they are kept."""
    if data == "yahoo":
        from markets.store.price_store import Store
        from markets.yahoo.source import YahooSource

        return YahooSource(Store(folder), today=today(), offline=offline, progress=progress)
    if not folder.is_dir():
        raise CommandError(
            f"--data {data}: neither yahoo, sample nor a folder of price files; check the path"
        )
    from markets.folder.source import FolderSource

    return FolderSource(folder)
