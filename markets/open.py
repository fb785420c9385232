"""A source by its word: yahoo, sample or a folder, with facts and corrections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from newsfolio.errors import CommandError

if TYPE_CHECKING:
    from markets.snapshot import Follow, Source


@dataclass(frozen=True)
class Beside:
    """What a user puts beside prices.

    facts: a folder of tables that are no prices, asked before the source's own. corrections: a file
    of corrections besides the `corrections.csv` that lies among the prices, if one does. vendor:
    what the files of a folder do not say of themselves.
    """

    facts: Path | None = None
    corrections: Path | None = None
    vendor: str = ""


def open_source(
    data: str,
    store: Path,
    today: date,
    beside: Beside = Beside(),  # frozen
    *,
    offline: bool = False,
    progress: Callable[[str], None] | None = None,
    follow: Follow = iter,
) -> Source:
    """`yahoo`, `sample`, or a folder of CSV or Parquet files; CommandError for another word.

    store: the folder of the local store. Folders stay those of the working folder of now, wherever
    an author's file goes later. today: bars of this day are not final.
    progress: told one line of text a line fetched. follow: sees each line before it is read.
    """
    if beside.corrections is not None and not beside.corrections.expanduser().is_file():
        raise CommandError(f"--corrections {beside.corrections}: no such file")
    if data == "sample":
        from markets.sample.source import SampleSource

        source: Source = SampleSource(follow=follow)
    else:
        from markets.store.price_store import Store
        from markets.store.rates.source import WithFixings

        folder = store if data == "yahoo" else Path(data).expanduser().absolute()
        prices = (
            _stored(folder, today, offline, progress, follow)
            if data == "yahoo"
            else _from_files(data, folder, today, beside.vendor, follow)
        )
        source = _corrected(WithFixings(prices, Store(store)), folder, beside.corrections)
    if beside.vendor and data in ("yahoo", "sample"):
        raise CommandError(f"--vendor is about the files of a folder, not about --data {data}")
    source = _with_facts(source, beside.facts)
    if data == "yahoo":
        from markets.store.snapshots import Remembering

        source = Remembering(source, Store(store))
    return source


def open_frames(data: object, today: date, beside: Beside) -> Source:
    """Frames that a notebook hands over, with the corrections that are ours and facts beside them.

    The vendor may be no name of one, only what the prices are adjusted for.
    """
    from markets.corrections import DISTRIBUTIONS, Corrected
    from markets.folder.formats.format import Told
    from markets.folder.frames import frame_source

    frames = frame_source(data, today, Told.of(beside.vendor, frozenset()))
    return _with_facts(Corrected(frames, DISTRIBUTIONS), beside.facts)


def open_snapshot(
    snapshot: str,
    data: str,
    store: Path,
    beside: Beside = Beside(),  # frozen
    *,
    follow: Follow = iter,
) -> Source:
    """What a run on Yahoo's prices read, to read just that again; the id is in its manifest.

    CommandError for any other source, and for what a snapshot has of its own.
    """
    if data != "yahoo":
        raise CommandError(
            f"--snapshot is for --data yahoo, not for {data}: only a store keeps any"
        )
    if beside.facts is not None or beside.corrections is not None:
        raise CommandError("--snapshot brings its own facts and corrections; leave the others out")
    from markets.store.price_store import Store
    from markets.store.snapshots import SnapshotSource

    return SnapshotSource(Store(store), snapshot, follow)


def _with_facts(source: Source, facts: Path | None) -> Source:
    """The source with a folder of tables beside it, which is asked first."""
    if facts is None:
        return source
    if not facts.expanduser().is_dir():
        raise CommandError(f"--facts {facts}: no such folder")
    from markets.folder.fact_files import WithFacts

    return WithFacts(source, facts.expanduser().absolute())


def _corrected(source: Source, folder: Path, more: Path | None) -> Source:
    """The source with the corrections that lie among its prices, those given, and our own."""
    from markets.corrections import DISTRIBUTIONS, FILE, Corrected, read_corrections

    given = read_corrections(more.expanduser()) if more else ()
    return Corrected(source, (*DISTRIBUTIONS, *read_corrections(folder / FILE), *given))


def _stored(
    folder: Path, today: date, offline: bool, progress: Callable[[str], None] | None,
    follow: Follow,
) -> Source:  # fmt: skip
    """Yahoo's prices as they are kept."""
    from markets.store.price_store import Store
    from markets.yahoo.source import YahooSource

    source = YahooSource(Store(folder), today=today, offline=offline, progress=progress)
    source.follow = follow
    return source


def _from_files(data: str, folder: Path, today: date, vendor: str, follow: Follow) -> Source:
    """The prices of a folder, in whatever format its files are."""
    if not folder.is_dir():
        raise CommandError(
            f"--data {data}: neither yahoo, sample nor a folder of price files; check the path"
        )
    from markets.folder.formats.catalogue import vendor_words
    from markets.folder.source import FolderSource

    return FolderSource(folder, today, vendor_words(vendor), follow)
