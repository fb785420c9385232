"""The run folders that a folder holds: one rule for the index and the terminal.

Of many runs, a row each is remembered in `.newsfolio-runs` beside them, so that nothing is read of
those that have not changed since. The file is a memory and no record: whatever it lacks, has
wrong, or has from another build is read again from the folders themselves.
"""

from __future__ import annotations

import json
import os
import stat
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from uuid import uuid4

from markupsafe import Markup

from reports.contract.manifest import ManifestJson
from reports.tables.runs import RunJson, index_row, json_row, text_row
from reports.whole_files import DRAFT

MEMORY = ".newsfolio-runs"
LAYOUT = 1
ABANDONED = 3600
"""Seconds after which nobody writes on a draft any more."""

FEW = 20
"""Runs that are read sooner than remembered."""

LARGEST = 200_000_000
"""Bytes of a memory; a run takes 4,000."""

_ROOT = Path(__file__).parent
_MAKERS = (_ROOT, _ROOT / "tables", _ROOT / "charts", _ROOT / "pages", _ROOT / "templates",
           _ROOT.parent / "newsfolio")  # fmt: skip


@dataclass(frozen=True)
class SavedRun:
    """A run folder that can be listed.

    stamp: of what its row was made from; another one, and the row is made anew. told: its row as
    JSON. drawn: its row on the index, as JSON too; empty where that was not made yet.
    """

    parent: Path
    name: str
    stamp: bytes
    told: bytes
    drawn: bytes = b""

    @property
    def folder(self) -> Path:
        return self.parent / self.name

    @property
    def row(self) -> RunJson:
        row: RunJson = json.loads(self.told)
        return {**row, "path": str(self.folder), "made": self.made}

    @property
    def made(self) -> str:
        """When its manifest was written, in local time, to the minute."""
        written = int(self.stamp.split()[1]) / 1e9
        return datetime.fromtimestamp(written).astimezone().isoformat(timespec="minutes")

    @cached_property
    def manifest(self) -> ManifestJson:
        return _manifest(self.folder)


@dataclass(frozen=True)
class DamagedRun:
    """A folder whose manifest is none of ours, and what came of reading it."""

    folder: Path
    error: Exception


def saved_runs(folder: Path) -> tuple[list[SavedRun], list[DamagedRun]]:
    """Runs that can be listed, the newest manifest first, and those that cannot.

    Folders whose name begins with a dot are somebody's draft.
    """
    return _listed(folder, lambda run: run)


def drawn_runs(
    folder: Path, draw: Callable[[SavedRun], Markup]
) -> tuple[list[SavedRun], list[DamagedRun]]:
    """The same runs, each with its row on the index; `draw` makes those that are not remembered."""
    return _listed(folder, lambda run: run if run.drawn else replace(run, drawn=_json(draw(run))))


def _listed(
    folder: Path, made: Callable[[SavedRun], SavedRun]
) -> tuple[list[SavedRun], list[DamagedRun]]:
    remembered = _remembered(folder)
    runs: list[SavedRun] = []
    damaged: list[DamagedRun] = []
    for name, stamp in _stamps(folder):
        kept = remembered.get(name)
        try:
            runs.append(made(kept if kept and kept.stamp == stamp else _read(folder, name, stamp)))
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            damaged.append(DamagedRun(folder / name, error))
    if len(runs) != len(remembered) or any(remembered.get(run.name) is not run for run in runs):
        _remember(folder, runs)
    return runs, damaged


def _read(parent: Path, name: str, stamp: bytes) -> SavedRun:
    manifest = _manifest(parent / name)
    row = json_row(manifest, parent / name)
    text_row(row)
    index_row(manifest)
    return SavedRun(parent, name, stamp, _json(row))


def _json(value: object) -> bytes:
    """In one line and without a tab."""
    return json.dumps(value).encode()


def _manifest(folder: Path) -> ManifestJson:
    manifest: ManifestJson = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def _stamps(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Name and stamp of each folder with a manifest, the newest manifest first."""
    stamps = []
    with suppress(FileNotFoundError, NotADirectoryError):
        for entry in os.scandir(folder):
            with suppress(OSError):  # no folder, or gone meanwhile
                if entry.name.startswith((f"{MEMORY}.", DRAFT)):
                    _sweep(entry)
                elif not entry.name.startswith("."):
                    manifest = _about(f"{entry.path}/manifest.json")
                    inside = entry.stat()  # changes with every page that comes or goes
                    stamp = f"{inside.st_mtime_ns} {_state(manifest)} {_curve(entry.path)}"
                    stamps.append((-manifest.st_mtime_ns, entry.name, stamp.encode()))
    yield from ((name, stamp) for _, name, stamp in sorted(stamps))


def _sweep(draft: os.DirEntry[str]) -> None:
    """Take away what a killed process has left of a list of runs."""
    if time.time() - draft.stat(follow_symlinks=False).st_mtime > ABANDONED:
        Path(draft.path).unlink()


_about = os.stat  # of thousands: a Path takes longer than the answer


def _curve(folder: str) -> str:
    try:
        return _state(_about(f"{folder}/equity.parquet"))
    except OSError:
        return "none"


def _state(file: os.stat_result) -> str:
    return f"{file.st_mtime_ns} {file.st_ctime_ns} {file.st_size}"


# --- the memory --------------------------------------------------------------------------------


def _remembered(folder: Path) -> dict[str, SavedRun]:
    """Rows by the name of their folder; a line that is not whole is passed over."""
    rows: dict[str, SavedRun] = {}
    path = folder / MEMORY
    with suppress(OSError):
        about = path.stat()
        if stat.S_ISREG(about.st_mode) and about.st_size <= LARGEST:
            lines = path.read_bytes().split(b"\n")
            for line in lines[1:-1] if lines[0] == _head() else ():
                seal, *cells = line.split(b"\t")
                if len(cells) == 4 and seal == _seal(memoryview(line)[9:]):
                    name: str = json.loads(cells[0])
                    rows[name] = SavedRun(folder, name, *cells[1:])
    return rows


def _remember(folder: Path, runs: Sequence[SavedRun]) -> None:
    """Keep rows for the next who asks; where that cannot be written, nothing is remembered."""
    path, draft = folder / MEMORY, folder / f"{MEMORY}.{uuid4().hex}"
    with suppress(OSError):
        if len(runs) <= FEW:
            path.unlink(missing_ok=True)
            return
        rows = (b"\t".join((_json(run.name), run.stamp, run.told, run.drawn)) for run in runs)
        try:
            lines = [_head(), *map(_sealed, rows)]
            draft.write_bytes(b"\n".join([*lines, b""]))
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)


def _sealed(text: bytes) -> bytes:
    return b"%b\t%b" % (_seal(text), text)


def _seal(text: bytes | memoryview) -> bytes:
    return b"%08x" % zlib.crc32(text)


def _head() -> bytes:
    """The first line: the layout, and the state of all that makes a row."""
    states = [
        f"{entry.name} {entry.stat().st_mtime_ns} {entry.stat().st_size}"
        for place in _MAKERS
        for entry in sorted(os.scandir(place), key=lambda entry: entry.name)
        if entry.is_file()
    ]
    return _sealed(f"newsfolio runs {LAYOUT} {zlib.crc32(' '.join(states).encode()):08x}".encode())
