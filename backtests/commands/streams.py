"""Where text goes: JSON alone on standard output, and somewhere always."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


class Diverted(io.TextIOBase):
    """Standard output while JSON is asked for: what is printed goes to standard error.

    plain: where the JSON itself goes.
    """

    def __init__(self, plain: TextIO) -> None:
        self.plain = plain

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()

    def fileno(self) -> int:
        return sys.stderr.fileno()

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True


@contextmanager
def json_alone() -> Iterator[None]:
    """Send to standard error whatever anybody prints but `print_json`."""
    plain = sys.stdout
    sys.stdout = Diverted(plain)
    try:
        yield
    finally:
        sys.stdout = plain


def json_output() -> TextIO:
    """Where JSON goes."""
    return sys.stdout.plain if isinstance(sys.stdout, Diverted) else sys.stdout


def with_streams() -> None:
    """A daemon has no standard output or error: what is written there goes nowhere, unharmed.

    A character that the terminal's encoding lacks (GBK has no ø) is printed by its number.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def kept_open() -> Iterator[None]:
    """Standard output and error stay open whatever closes them: an author's file has no say."""
    streams = [stream for stream in (sys.stdout, sys.stderr) if isinstance(stream, io.TextIOBase)]
    for stream in streams:
        vars(stream)["close"] = stream.flush
    try:
        yield
    finally:
        for stream in streams:
            vars(stream).pop("close", None)


def is_shut(stream: TextIO | None) -> bool:
    """Whether nothing can be written there: taken away, detached, or its descriptor closed."""
    try:
        if stream is None or stream.closed:
            return True
        number = stream.fileno()
    except io.UnsupportedOperation:  # no file, as a notebook's
        return False
    except ValueError:  # detached
        return True
    try:
        os.fstat(number)
    except OSError:
        return True
    return False
