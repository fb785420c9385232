"""Tearsheets made by a second process while this one goes on judging."""

from __future__ import annotations

import multiprocessing
import signal
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from reports.pages.tearsheet import sheet_page, tearsheet
from reports.tearsheet.inputs import sheet_input
from reports.tearsheet.library_report import import_libraries

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from reports.record import RunRecord

FORKS = sys.platform == "linux"
"""Whether a process can be copied cheaply and safely; elsewhere tearsheets are made in turn."""

PATIENCE = 120.0
"""Seconds to wait for a tearsheet, which takes three, before it is made here."""


USUAL = 5.0
"""Seconds that a tearsheet takes from its beginning, its libraries included."""

GLANCE = 0.2
"""Seconds between two looks at whether it is there."""


class BackgroundRenderer:
    """Draws runs one after the other in a process of its own, which ends with this one.

    It is started before there is anything to draw, because importing what draws takes as long as
    drawing. Where it cannot be started, or died, everything is drawn here; the bytes are the same.
    progress: while somebody waits for a page, what for and the share of the wait that is over.
    index: whether a list of all runs stands above the pages.
    """

    def __init__(
        self, progress: Callable[[str, float], None] | None = None, *, index: bool = False
    ) -> None:
        self._line = _started() if FORKS else None
        self._index = index
        self._progress = progress
        self._begun = 0.0

    def begin(self, record: RunRecord) -> None:
        """Have a run drawn; `tearsheet` then hands the page over."""
        self._begun = time.monotonic()
        if self._line is None:
            return
        try:
            self._line.send(sheet_input(record, index=self._index))
        except OSError:
            self._line = None

    def tearsheet(self, record: RunRecord) -> str:
        """The page of the run that was begun."""
        with suppress(OSError, EOFError):
            if self._line is not None and self._waited(self._line):
                page: str = self._line.recv()
                return page
        self._line = None
        return tearsheet(record, index=self._index)

    def _waited(self, line: Connection) -> bool:
        """Wait for a page, and say how long that takes; False where it takes too long."""
        if self._progress is None:
            return line.poll(PATIENCE)
        since = time.monotonic()
        wait = max(USUAL - (since - self._begun), GLANCE)
        self._progress("the tearsheet", 0.0)
        while not (there := line.poll(GLANCE)) and time.monotonic() - since < PATIENCE:
            self._progress("the tearsheet", min((time.monotonic() - since) / wait, 0.95))
        self._progress("the tearsheet", 1.0)
        return there


def _started() -> Connection | None:
    """The line to a new process; None where there is no room for one."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_draw, args=(theirs, ours), daemon=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # idle threads of libraries
            process.start()
    except OSError:
        return None
    finally:
        theirs.close()
    return ours


def _draw(line: Connection, unused: Connection) -> None:
    """Draw until the other end is closed; an error ends it, and is met again there."""
    unused.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(Exception):
        import_libraries()
        while True:
            line.send(sheet_page(line.recv()))
