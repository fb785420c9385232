"""`python -m ...` or `-c ...` in a copy of this process, which has imported what it needs.

For tests that look at what a command does. That it starts in a process of its own, from nothing,
is for tests that start one.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import IO

import pytest

from benchmarks import speed
from benchmarks.peers import crew
from reports.tearsheet.library_report import import_libraries
from tests.support.undrawn import leave_out_drawings


class Forked:
    """As much of a Popen as is asked for here and in benchmarks/peers/crew.py.

    log: where standard error goes. It leads a session of its own, as a command of a shell does.
    """

    def __init__(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str], log: IO[str]
    ) -> None:
        theirs_in, ours_in = os.pipe()
        ours_out, theirs_out = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            os.close(ours_in)
            os.close(ours_out)
            os.setsid()
            os.chdir(folder)
            os.environ.update(environment)
            _become(command, (theirs_in, theirs_out, log.fileno()))
        os.close(theirs_in)
        os.close(theirs_out)
        self.stdin, self.stdout = os.fdopen(ours_in, "w"), os.fdopen(ours_out)
        self.returncode: int | None = None

    def wait(self) -> int:
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.returncode

    def communicate(self) -> str:
        """What it prints until it ends, and all that hold its standard output."""
        self.stdin.close()
        with self.stdout:
            text = self.stdout.read()
        self.wait()
        return text


def _become(command: Sequence[str], files: tuple[int, int, int]) -> None:
    code: object = 1
    try:
        for number, file in enumerate(files):
            os.dup2(file, number)
        sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _, option, module_or_code, *sys.argv[1:] = command
        warnings.simplefilter("default")
        warnings.filterwarnings("ignore", message=".*found in sys.modules", module="runpy")
        if option == "-c":
            exec(module_or_code, {"__name__": "__main__"})
        else:
            runpy.run_module(module_or_code, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as stop:
        code = stop.code or 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


def _started(command: Sequence[str], root: Path, folder: Path, log: IO[str]) -> Forked:
    return Forked(command, root, crew.surroundings(root, folder), log)


def _clocked(command: Sequence[str], root: Path, folder: Path) -> float:
    began = time.perf_counter()
    with (folder / "command.log").open("w+") as log:
        done = _started(command, root, folder, log)
        done.communicate()
        if done.returncode:
            log.seek(0)
            raise crew.NotHere(log.read())
    return time.perf_counter() - began


@contextmanager
def forked_commands() -> Iterator[None]:
    """What benchmarks/speed.py starts is forked, and draws nothing on its tearsheets."""
    import_libraries()
    for name in ("with_newsfolio", "with_backtrader", "plain_pandas"):
        import_module(f"benchmarks.peers.{name}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crew, "_started", _started)
        patch.setattr(speed, "clocked", _clocked)
        leave_out_drawings(patch)
        yield
