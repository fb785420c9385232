"""The command line as a test sees it: in this process, with what it printed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Protocol

import pytest

from backtests.cli import main
from reports.tearsheet.library_report import import_libraries

BARE = ("--no-tearsheet", "--no-verdict")
SHORT = ("--data", "sample", "--start", "2025-01-02", "--engine", "kernel", *BARE)
JUDGED = (*SHORT[:-1], "--placebos", "5")


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


class Printed(Protocol):
    @property
    def out(self) -> str: ...
    @property
    def err(self) -> str: ...


class Capture(Protocol):
    """As much of capsys as a shell asks for."""

    def readouterr(self) -> Printed: ...


@dataclass(frozen=True)
class Shell:
    """A working folder of its own, with a ledger in it."""

    folder: Path
    capture: Capture

    def __call__(self, *arguments: str) -> Said:
        if arguments[0] in ("run", "compare", "score"):
            arguments = (*arguments, "--ledger", str(self.ledger))
        if arguments[0] in ("run", "report", "score") and "--no-tearsheet" not in arguments:
            import_libraries()  # once: what draws in the background is a copy of this process
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        printed = self.capture.readouterr()
        return Said(int(stopped.value.code or 0), printed.out, printed.err)

    @property
    def ledger(self) -> Path:
        return self.folder / "trials.sqlite"

    @property
    def runs(self) -> Path:
        return self.folder / "runs"


@dataclass(frozen=True)
class _Streams:
    out: StringIO = field(default_factory=StringIO)
    err: StringIO = field(default_factory=StringIO)

    def readouterr(self) -> Said:
        printed = Said(0, self.out.getvalue(), self.err.getvalue())
        for stream in (self.out, self.err):
            stream.seek(0)
            stream.truncate()
        return printed


@contextmanager
def shell_in(folder: Path) -> Iterator[Shell]:
    """The command line in a folder that several tests look at, outside of any one of them."""
    streams = _Streams()
    with (
        pytest.MonkeyPatch.context() as patch,
        redirect_stdout(streams.out),
        redirect_stderr(streams.err),
    ):
        patch.chdir(folder)
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        yield Shell(folder, streams)
