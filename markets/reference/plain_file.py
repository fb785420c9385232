"""Input files read with a limit: no pipe, no device, nothing that fills the memory."""

from __future__ import annotations

import stat
from pathlib import Path

from newsfolio.errors import BrokenData

LARGEST = 100_000_000
"""Bytes of a file of prices or facts: more than a million rows, where a session has one."""


def require_plain(path: Path, most: int = LARGEST) -> None:
    """BrokenData for what is no file on a disk, and for one above `most` bytes."""
    try:
        status = path.stat()
    except OSError as error:
        raise BrokenData(f"{path} cannot be read ({error.strerror or error})") from error
    if not stat.S_ISREG(status.st_mode):
        raise BrokenData(f"{path} is no plain file; copy what it holds to one")
    if status.st_size > most:
        raise BrokenData(
            f"{path} has {status.st_size / 1e6:,.0f} MB, more than the {most / 1e6:,.0f} MB that "
            "are read; keep one row a session"
        )


def state_of(path: Path) -> tuple[int, ...]:
    """What another content of a file changes, though its time may be kept: copied or unpacked."""
    status = path.stat()
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def plain_bytes(path: Path, most: int = LARGEST) -> bytes:
    """The content of a plain file of at most `most` bytes; BrokenData for another."""
    require_plain(path, most)
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise BrokenData(f"{path} cannot be read ({error.strerror or error})") from error
    if len(content) > most:
        raise BrokenData(f"{path} has grown beyond {most / 1e6:,.0f} MB while it was read")
    return content
