"""What takes long to make, kept in the user's cache folder from one start to the next.

A file is pages of numbers, a description in JSON, and at the end a seal: the sums of all rows and
columns of the pages, and a hash over these and the description. A file that was cut off, damaged or
written by another build is no file. Files are mapped into memory, not read.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.metadata import version
from pathlib import Path
from threading import get_ident
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

import newsfolio

Array = NDArray[np.generic]
Table = NDArray[np.int64]

MOST = 4 * 10**9
"""Bytes of all files; what nobody asked for longest goes first."""

FORM = b"newsfolio seal 1"
ENDING = ".seal"
_PAGE = 4096
_TOGETHER = 256
"""Pages whose sums are taken at once: they stay in the processor's own memory."""
_ABANDONED = 3600
"""Seconds after which a draft is of a process that ended."""


ROOT = Path(newsfolio.__file__).parent.parent
"""Where this build is."""


@dataclass(frozen=True)
class KeptFile:
    """A description, as JSON or whatever its writer likes, and arrays by name."""

    about: str
    arrays: Mapping[str, Array]


def cache_folder() -> Path:
    """Where nothing lies that could not be made again."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("newsfolio", appauthor=False))


def keeps_markets() -> bool:
    """Whether prices and markets may be kept at all."""
    return os.environ.get("NEWSFOLIO_CACHE", "").casefold() != "off"


@lru_cache(maxsize=1)
def own_build() -> str:
    """What tells this build: versions, and size and time of each file that makes bars of prices."""
    parts = [newsfolio.__version__, np.__version__, version("pandas")]
    for room in ("markets", "newsfolio"):
        for folder, folders, names in os.walk(ROOT / room):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            for name in sorted(names):
                status = (Path(folder) / name).stat()
                parts.append(f"{folder}/{name} {status.st_size} {status.st_mtime_ns}")
    return name_of(parts)


def name_of(parts: Iterable[str]) -> str:
    """A short name of all that something follows from."""
    text = "\0".join(parts).encode("utf-8", "surrogateescape")
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def kept(name: str, compute: Callable[[], Table]) -> Table:
    """The table of this name as it was kept, or else computed and kept.

    name: a file name that says all that the table follows from. A file that is damaged or cannot
    be read counts as none, and a folder that cannot be written costs the next start its time.
    """
    file = read(name)
    if file is not None:
        return file.arrays["table"].astype(np.int64, copy=False)
    table = compute()
    keep(name, "", {"table": [table]})
    return table


def read(name: str) -> KeptFile | None:
    """What was kept under a name; None for nothing, or nothing that is whole."""
    path = cache_folder() / f"{name}{ENDING}"
    try:
        with path.open("rb") as file:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        opened = _opened(content)
    except (OSError, ValueError):  # none, or not whole
        return None
    with suppress(OSError):
        os.utime(path)
    return opened


def keep(name: str, about: str, blocks: Mapping[str, Sequence[Array]], instead: str = "") -> None:
    """Keep arrays, each given in parts, of which more than one make a flat one; or keep nothing.

    Whole or not at all, also where two processes write it at once. instead: how the names begin of
    what nobody will ask for again.
    """
    folder = cache_folder()
    size = sum(part.nbytes for parts in blocks.values() for part in parts)
    draft = folder / f".{name}.{os.getpid()}.{get_ident()}"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        if size > min(MOST, shutil.disk_usage(folder).free) / 2:
            return
        try:
            with draft.open("w+b") as file:
                _write(file, about, blocks)
            for old in folder.glob(f"{instead}*{ENDING}") if instead else ():
                old.unlink(missing_ok=True)
            draft.replace(folder / f"{name}{ENDING}")
        finally:
            draft.unlink(missing_ok=True)
        _make_room(folder)


def _write(file: BinaryIO, about: str, blocks: Mapping[str, Sequence[Array]]) -> None:
    placed = {}
    for name, parts in blocks.items():
        file.write(bytes(-file.tell() % _PAGE))
        shape = parts[0].shape if len(parts) == 1 else (sum(part.size for part in parts),)
        placed[name] = (file.tell(), parts[0].dtype.str if parts else "<f8", shape)
        for part in parts:
            file.write(np.ascontiguousarray(part).data.cast("B") if part.size else b"")
    file.write(bytes(-file.tell() % _PAGE))
    pages = file.tell()
    text = json.dumps({"about": about, "blocks": placed}).encode()
    file.seek(0)
    seal = _seal(iter(partial(file.read, _TOGETHER * _PAGE), b""), text)
    file.write(text + FORM + pages.to_bytes(8, "little") + seal)


def _opened(content: mmap.mmap) -> KeptFile:
    """What a file holds; ValueError for one that is not whole."""
    end = len(content) - 32
    form, pages = content[end - 24 : end - 8], int.from_bytes(content[end - 8 : end], "little")
    text = content[pages : end - 24]
    parts = (memoryview(content)[start : min(pages, start + _TOGETHER * _PAGE)]
             for start in range(0, pages, _TOGETHER * _PAGE))  # fmt: skip
    if form != FORM or _seal(parts, text) != content[end:]:
        raise ValueError("not whole")
    described = json.loads(text)
    arrays = {
        name: np.frombuffer(content, kind, int(np.prod(shape)), offset).reshape(shape)
        for name, (offset, kind, shape) in described["blocks"].items()
    }
    return KeptFile(described["about"], arrays)


def _seal(parts: Iterable[bytes | memoryview], text: bytes) -> bytes:
    """32 bytes that another number, a missing page or two that changed places would alter."""
    sha = hashlib.blake2b(text, digest_size=32)
    for part in parts:
        words = np.frombuffer(part, "<u8").reshape(-1, _PAGE // 8)
        sha.update(words.sum(axis=1).tobytes() + words.sum(axis=0).tobytes())
    return sha.digest()


def _make_room(folder: Path) -> None:
    """Remove what was not asked for longest, and drafts that nobody will finish."""
    for draft in folder.glob(".*"):
        if draft.stat().st_mtime < time.time() - _ABANDONED:
            draft.unlink(missing_ok=True)
    files = [(path, path.stat()) for path in folder.glob(f"*{ENDING}")]
    total = sum(status.st_size for _, status in files)
    for path, status in sorted(files, key=lambda item: item[1].st_mtime):
        if total <= MOST:
            break
        path.unlink(missing_ok=True)
        total -= status.st_size
