"""Texts that stand in a folder whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from newsfolio.errors import OutputError

DRAFT = ".draft."
"""With it begin the names of texts that are being written."""


def write_whole(path: Path, text: str, *, new_folder: bool = False) -> Path:
    """Put a text in its place; OutputError where it cannot be written.

    new_folder: whether its folder is made where there is none.
    """
    draft = path.with_name(f"{DRAFT}{uuid4().hex}{path.suffix}")
    with writing(path):
        try:
            if new_folder:
                path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(text, encoding="utf-8")
            draft.replace(path)
        finally:
            with suppress(OSError):
                draft.unlink()
    return path


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """An OutputError in the place of an OSError, of whatever goes into a folder with this file."""
    try:
        yield
    except OSError as error:
        why = error.strerror or error
        raise OutputError(f"cannot write {path}: {why}; give another folder") from error
