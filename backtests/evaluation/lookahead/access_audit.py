"""What a strategy opens besides its view: an audit hook, and a look at its source.

A replay cannot see a file that says the same whatever the market does. So every file, connection
and process that a strategy opens is noted, from its import on, and what no hook can see (compiled
readers, other processes' memory) is looked for in its source.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any
from weakref import ref

from backtests.evaluation.lookahead.source_audit import file_of, kind_of

_EVENTS = frozenset({
    "open", "sqlite3.connect", "socket.connect", "socket.getaddrinfo", "subprocess.Popen",
    "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "ctypes.dlopen",
})  # fmt: skip

_CODE = frozenset({".py", ".pyc", ".pyi", ".pyd", ".so", ".dll", ".dylib", ".pth"})
_SYSTEM = ("/proc/", "/sys/", "/dev/", "/etc/", "/usr/share/zoneinfo/", "/usr/share/locale/")

_MEMORY = ("/dev/shm/", "/dev/mem")  # noqa: S108
"""Where other processes may have put what they know."""

COUNTER = "/proc/self/io"
"""Where Linux says how much a process has read."""


class AccessAudit:
    """Notes what strategies open while they are imported or asked, in any thread.

    A hook cannot be removed from a process: once this is stopped, or nobody holds it any more, the
    hook costs one look.
    """

    def __init__(self) -> None:
        self._noted: dict[tuple[str, str], None] = {}
        self._main = threading.get_ident()
        self.opens = 0
        """Of any file by anybody, except for counting what was read."""

    def start(self) -> None:
        """Begin before the strategy's file is imported."""
        listening, key = _listeners(), id(self)
        listening[key] = ref(self, lambda _: listening.pop(key, None))

    def stop(self) -> None:
        _listeners().pop(id(self), None)

    def seen(self) -> tuple[str, ...]:
        """Data files, connections and processes so far, without code and the system's files."""
        lines = (_in_words(event, what) for event, what in list(self._noted))
        return tuple(sorted({line for line in lines if line}))

    def note(self, event: str, args: tuple[Any, ...]) -> None:
        """An event, from the hook."""
        if event == "open" and args[0] != COUNTER:
            self.opens += 1
        what = args[1] if event == "socket.connect" else args[0] if args else ""
        caller = sys._getframe(1)  # of the hook, which is called from what raised the event
        caller = caller.f_back or caller
        if isinstance(what, int) or _imported(str(what), caller):
            return
        if self._of_a_strategy(caller):
            self._noted[event, os.fsdecode(what) if isinstance(what, bytes) else str(what)] = None

    def _of_a_strategy(self, frame: FrameType | None) -> bool:
        """Whether our code called foreign code, which did this; of a thread: whether we did not."""
        foreign = ours = False
        while frame is not None:
            kind = kind_of(frame.f_code.co_filename)
            if kind == "ours" and foreign:
                return True
            ours, foreign = ours or kind == "ours", foreign or kind == "foreign"
            frame = frame.f_back
        return threading.get_ident() != self._main and (foreign or not ours)


@cache
def _listeners() -> dict[int, ref[AccessAudit]]:
    """Who listens now. The one hook of this process is made on the first call."""
    listening: dict[int, ref[AccessAudit]] = {}

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if listening and event in _EVENTS:
            for held in tuple(listening.values()):
                audit = held()
                if audit is not None:
                    audit.note(event, args)

    sys.addaudithook(hook)
    return listening


def _imported(what: str, caller: FrameType) -> bool:
    """Whether the import system, or a traceback that shows a line, opens a file of code."""
    reader = Path(caller.f_code.co_filename).name
    reads_code = reader.startswith("<frozen ") or reader in ("linecache.py", "tokenize.py")
    path = Path(what)
    code = path.suffix in _CODE or path.parent.name == "__pycache__"  # written under another name
    return reads_code and (code or what in sys.path or path.is_dir())


def undeclared(seen: Iterable[str], files: Iterable[str], cls: type) -> tuple[str, ...]:
    """What was opened and is not among the class's declared files."""
    declared = {_absolute(name, cls) for name in files}
    return tuple(path for path in seen if Path(path) not in declared)


def _absolute(name: str, cls: type) -> Path:
    path, source = Path(name).expanduser(), file_of(cls)
    return path if path.is_absolute() or source is None else (source.parent / path)


def _in_words(event: str, what: str) -> str:
    """An event in words, "" where it does not count."""
    if event not in ("open", "sqlite3.connect"):
        return f"{event} {what}"
    path = Path(what).expanduser()
    path = path if path.is_absolute() else Path.cwd() / path
    shared = str(path).startswith(_MEMORY) or (path.parts[1:2] == ("proc",) and path.name == "mem")
    system = str(path).startswith(_SYSTEM) and not shared
    if system or str(path) in sys.path or kind_of(str(path)) == "library":
        return ""
    return str(path)
