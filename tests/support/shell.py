"""The command line as a test sees it: in this process, with what it printed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from backtests.cli import main
from reports.tearsheet.library_report import import_libraries

SHORT = ("--data", "sample", "--start", "2025-01-02", "--engine", "kernel", "--no-tearsheet",
         "--no-verdict")  # fmt: skip
JUDGED = (*SHORT[:-1], "--placebos", "5")


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Shell:
    """A working folder of its own, with a ledger in it."""

    folder: Path
    capture: pytest.CaptureFixture[str]

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
