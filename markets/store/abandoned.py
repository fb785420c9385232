"""Drafts that a killed process has left, told from those of the living by a lock.

A lock ends with its process, however that ends, and belongs to it whatever its number is.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

LOCKS = os.name == "posix"
"""Elsewhere nothing tells the dead from the living, and nothing is swept."""

_OWN_FILE = os.O_NOFOLLOW if LOCKS else 0

MARK = "newsfolio-draft.lock"
"""The file in a folder of a draft that its writer has locked."""

UNMARKED = 3600
"""Seconds after which a folder without the mark, as earlier builds made them, is abandoned."""


def locked(path: Path) -> int | None:
    """The descriptor of a lock on a file, which is made where it is missing.

    None where another process has it, or has just taken the file away. Where there are no locks,
    the file is merely open.
    """
    descriptor = _opened(path)
    try:
        if not LOCKS or _own(descriptor):
            return descriptor
    except OSError:  # a file system without locks
        return descriptor
    os.close(descriptor)
    return None


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | _OWN_FILE, 0o600)


def _own(descriptor: int) -> bool:
    """Whether a file is locked now, and still there."""
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return os.fstat(descriptor).st_nlink > 0


def sweep_folders(folders: Iterable[Path], unmarked: Iterable[Path] = ()) -> None:
    """Take away the folders of drafts that nobody writes any more.

    folders: those with a MARK. unmarked: drafts of earlier builds, gone by their age.
    """
    for folder in folders if LOCKS else ():
        with suppress(OSError):
            if not folder.is_symlink() and (folder / MARK).is_file():
                with os.fdopen(_opened(folder / MARK), "r+b") as mark:
                    if _own(mark.fileno()):
                        shutil.rmtree(folder, ignore_errors=True)
    for folder in unmarked:
        with suppress(OSError):
            if time.time() - folder.lstat().st_mtime > UNMARKED:
                shutil.rmtree(folder, ignore_errors=True)


def sweep_files(files: Iterable[Path]) -> None:
    """Take away the drafts that nobody has locked."""
    for file in files if LOCKS else ():
        with suppress(OSError), os.fdopen(_opened(file), "r+b") as opened:
            if _own(opened.fileno()):
                file.unlink(missing_ok=True)
