"""The local store: one Parquet file a ticker, written whole or not at all.

    0700.HK.parquet                     the bars of a ticker
    0700.HK.absent                      the day on which the source did not know it
    versions/0700.HK.<digest>.parquet   bars from before the source restated the past
    snapshots/<id>.json                 what a run read (see `markets.store.snapshots`)

Bars that are merely added to a file make no version: cutting the file at the old last day gives
the old bars again, and their digest proves it.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from urllib.parse import quote, unquote

from markets.bars import Bars
from markets.store.parquet import StoredBars, packed, unpacked
from markets.store.restatements import change_of, cut, extends
from newsfolio.errors import BrokenData, CommandError, MissingData, OutputError

_BARS = ".parquet"
_NOTHING = ".absent"
_DRAFT = ".version.tmp"
_VERSIONS, _RECORDS = "versions", "snapshots"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_RECORD = re.compile(r"[0-9a-f]{16,64}\.json")
_CHANGES_KEPT = 30


class Store:
    """A folder of bars, safe with several processes; made on the first write.

    A reader sees the old file or the new one, never a mixture, whenever a writer dies. Files are
    named after their ticker, with every character but letters, digits and `-._~` percent-quoted
    (`%5EGSPC.parquet`). `patience` is how many seconds to wait for another process.
    """

    def __init__(self, folder: Path, *, patience: float = 120.0) -> None:
        self.folder = Path(folder)
        self._patience = patience

    def path(self, ticker: str) -> Path:
        """The file that holds, or would hold, a ticker's bars; always inside the folder."""
        return self._file(ticker, _BARS)

    def tickers(self) -> list[str]:
        """The tickers that have a file, sorted."""
        return sorted(unquote(path.name.removesuffix(_BARS)) for path in self._files())

    def read(self, ticker: str) -> StoredBars | None:
        """What is kept of a ticker, None if nothing; BrokenData names a file that is damaged."""
        path = self.path(ticker)
        content = _content(path)
        return None if content is None else unpacked(ticker, path, content)

    def write(self, stored: StoredBars) -> None:
        """Replace a ticker's file; OutputError if the disk refuses, the old file then stands.

        Where the past is another than before, the old file is kept as a version first, and the
        new one says what changed.
        """
        ticker = stored.bars.ticker
        with self.locked(ticker):
            self._replace(self.path(ticker), packed(self._with_changes(stored)))
            try:
                for suffix in (_NOTHING, _DRAFT):
                    self._file(ticker, suffix).unlink(missing_ok=True)
            except OSError as error:
                raise self._unwritable(error) from error

    def keep(self, stored: StoredBars) -> None:
        """Put bars among the versions, beside the ticker's file."""
        with self.locked(stored.bars.ticker):
            path = self._version(stored.bars.ticker, stored.bars.digest())
            self._replace(path, packed(stored), self._file(stored.bars.ticker, _DRAFT))

    def find(self, ticker: str, digest: str, last: date) -> Bars | None:
        """The bars with that digest and last day: of the ticker's file, or of a version.

        BrokenData if they are nowhere and a file that may have held them is damaged.
        """
        damage: BrokenData | None = None
        for path in (self.path(ticker), *self.versions(ticker)):
            try:
                content = _content(path)
                bars = unpacked(ticker, path, content).bars if content is not None else None
            except BrokenData as error:
                damage = damage or error
                continue
            past = cut(bars, last) if bars is not None else None
            if past is not None and past.digest() == digest:
                return past
        if damage is not None:
            raise damage
        return None

    def versions(self, ticker: str) -> list[Path]:
        """The files of a ticker's versions, sorted."""
        start, end = quote(ticker, safe="") + ".", len(_BARS)
        return sorted(
            path
            for path in (self.folder / _VERSIONS).glob(f"{start}*{_BARS}")
            if _DIGEST.fullmatch(path.name[len(start) : -end])
        )

    def put(self, name: str, content: bytes) -> None:
        """Write a record, `<hex digits>.json`, whole or not at all."""
        path = self._record(name)
        with self._held(path.with_name("records.lock"), "a snapshot"):
            self._replace(path, content)

    def get(self, name: str) -> bytes | None:
        """A record, None if there is none of that name."""
        return _content(self._record(name))

    def records(self) -> list[str]:
        """The names of all records, sorted."""
        names = (path.name for path in (self.folder / _RECORDS).glob("*.json"))
        return sorted(name for name in names if _RECORD.fullmatch(name))

    def absent(self, ticker: str) -> date | None:
        """The day on which the source last said that there is no such line, if it did."""
        try:
            return date.fromisoformat(self._file(ticker, _NOTHING).read_text("ascii").strip())
        except (OSError, ValueError):
            return None

    def write_absent(self, ticker: str, day: date) -> None:
        """Remember that the source knew nothing of a ticker on `day`; its bars stay."""
        with self.locked(ticker):
            self._replace(self._file(ticker, _NOTHING), day.isoformat().encode("ascii"))

    @contextmanager
    def locked(self, ticker: str) -> Iterator[None]:
        """Keep other processes from writing this ticker; may be nested within one thread."""
        with self._held(self._file(ticker, ".lock"), ticker):
            yield

    @contextmanager
    def _held(self, path: Path, what: str) -> Iterator[None]:
        from filelock import FileLock, Timeout

        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(path, is_singleton=True)
            lock.acquire(timeout=self._patience)
        except Timeout as error:
            raise MissingData(
                f"{what}: another process has held {path} for {self._patience:g} seconds; "
                "wait for it to end and run again"
            ) from error
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            yield
        finally:
            lock.release()

    def _file(self, ticker: str, suffix: str) -> Path:
        if not ticker:
            raise CommandError("a ticker is needed, got an empty one, e.g. AAPL or 0700.HK")
        return self.folder / (quote(ticker, safe="") + suffix)

    def _version(self, ticker: str, digest: str) -> Path:
        return self.folder / _VERSIONS / self._file(ticker, f".{digest}{_BARS}").name

    def _record(self, name: str) -> Path:
        if not _RECORD.fullmatch(name):
            raise CommandError(f"{name[:80]!r} names no record of a store")
        return self.folder / _RECORDS / name

    def _with_changes(self, stored: StoredBars) -> StoredBars:
        """What is to be written, with the changes so far; the old bars are safe afterwards."""
        try:
            old = self.read(stored.bars.ticker)
        except BrokenData:  # nothing of it can be read, so nothing is lost
            return stored
        if old is None:
            return stored
        changes = old.changes
        if not extends(stored.bars, old.bars):
            self.keep(old)
            changes = (*changes, change_of(stored.retrieved, old.bars, stored.bars))
        return dataclasses.replace(stored, changes=changes[-_CHANGES_KEPT:])

    def _files(self) -> list[Path]:
        return [path for path in self.folder.glob("*" + _BARS) if path.is_file()]

    def _replace(self, path: Path, content: bytes, temporary: Path | None = None) -> None:
        # The lock makes the name of the temporary file ours: what a dead writer left is reused.
        temporary = temporary or path.with_name(path.name + ".tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            _discard(temporary)  # a full disk needs its room back
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> OutputError:
        return OutputError(
            f"the store {self.folder} cannot be written: {error.strerror or error}; free some "
            "space or choose a folder that you may write to"
        )


def _content(path: Path) -> bytes | None:
    """A file's bytes, None if there is no such file."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BrokenData(f"{path} cannot be read: {error.strerror or error}") from error


def _discard(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, where the system can open a folder."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
