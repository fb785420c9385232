"""Tables that take long to compute, kept in the user's cache folder from one start to the next."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.int64]


def cache_folder() -> Path:
    """Where nothing lies that could not be made again."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("newsfolio", appauthor=False))


def kept(name: str, compute: Callable[[], Table]) -> Table:
    """The table of this name as it was kept, or else computed and kept.

    name: a file name that says all that the table follows from. A file that is damaged or cannot
    be read counts as none, and a folder that cannot be written costs the next start its time.
    """
    path = cache_folder() / f"{name}.npz"
    table = _read(path)
    if table is None:
        table = compute()
        with suppress(OSError):
            _write(path, table)
    return table


def _read(path: Path) -> Table | None:
    try:
        content = BytesIO(path.read_bytes())
        with np.load(content) as file:  # a zip file, which has checksums
            table: Table = file["table"]
    except Exception:  # whatever is wrong with it, it can be computed again
        return None
    return table


def _write(path: Path, table: Table) -> None:
    """Whole or not at all, also where two processes write it at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            np.savez(file, table=table)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
