"""What a strategy opens besides its view: an audit hook in the process that replays.

A replay cannot see a file that says the same whatever the market does. So every file, connection
and process that a strategy opens is noted, from its import on. What libraries open for themselves
(their own files when they are imported, a cache of fonts, the number of cores) does not count; what
they open at the author's word does.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import FrameType
from typing import NamedTuple
from weakref import ref

from backtests.evaluation.lookahead.announcements import LINK, SHARED, announce
from backtests.evaluation.lookahead.source_audit import file_of, kind_of

_FILES = frozenset({"open", "sqlite3.connect", "os.getxattr", "os.listxattr"})
"""Attributes of a file are read like what is in it."""

_FOLDERS = frozenset({"os.listdir", "os.scandir"})

_LINKS = frozenset({"os.rename", "os.link", "os.symlink"})

_OUTSIDE = frozenset({
    "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto",
    "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork",
    "os.forkpty", "pty.spawn",
})  # fmt: skip

_MEMORY_EVENTS = frozenset({
    "gc.get_objects", "gc.get_referrers", "gc.get_referents", "sys._getframe",
    "sys._current_frames", "sys._current_exceptions", "sys.settrace", "sys.setprofile",
    "sys.addaudithook", "object.__getattr__", "ctypes.dlopen", "ctypes.PyObj_FromPtr",
    "ctypes.string_at", "ctypes.wstring_at",
})  # fmt: skip
"""They lead to what others hold in the memory of the process."""

_FRAMES = frozenset({"tb_frame", "gi_frame", "cr_frame", "ag_frame"})
"""Attributes that answer with a frame; reading other ones is ordinary."""

_HELPERS = ("inspect.py", "threading.py", "subprocess.py", "ctypes/__init__.py", "pathlib.py",
            "glob.py")  # fmt: skip
"""Of Python's own library: they do it for whoever calls them."""

_CODE = frozenset({".py", ".pyc", ".pyi", ".pyd", ".so", ".dll", ".dylib", ".pth", ".nbi", ".nbc"})

_DATA = frozenset({
    ".csv", ".tsv", ".gz", ".zip", ".bz2", ".xz", ".zst", ".parquet", ".feather", ".arrow", ".orc",
    ".h5", ".hdf", ".hdf5", ".npy", ".npz", ".mat", ".dta", ".xls", ".xlsx", ".pkl", ".pickle",
    ".joblib", ".db", ".sqlite",
})  # fmt: skip

_CARRIERS = ("dataset", "currency_converter")
"""Parts of a path among installed packages where prices, rates and other history lie."""

_LOOKS_AT_MACHINE = frozenset({"lscpu", "uname", "fc-list", "ldconfig", "sysctl", "getconf"})
"""Commands that libraries ask about the machine: cores, fonts, the system's name."""

_SYSTEM = ("/proc/", "/sys/", "/dev/", "/etc/", "/usr/share/")

_LINKED = ("/proc/", "/dev/fd/", "/dev/std")
"""Where links lead out of the system's files, to anywhere."""

_MEMORY = (SHARED, "/dev/mem")
"""Where other processes may have put what they know."""

COUNTER = "/proc/self/io"
"""Where Linux says how much a process has read."""

_READS = 4
"""How often a file that was opened may be read."""

_UNCOUNTED = 10**12
"""Of a file that belongs to a library, such as a font, which is read to and fro for ever."""

_EACH_OPEN = 65_536
"""Bytes that may be read of a file besides: it grows, or it has no length."""


class _Caller(NamedTuple):
    """Who did it: whether the author's code called for it, itself, or by importing a library."""

    author: bool
    direct: bool
    importing: bool


class AccessAudit:
    """Notes what strategies open while they are imported or asked, in any thread.

    A hook cannot be removed from a process: once this is stopped, or nobody holds it any more, the
    hook costs one look.
    """

    def __init__(self) -> None:
        self._noted: dict[tuple[str, str], None] = {}
        self._written: set[str] = set()
        self._moved: set[str] = set()
        self._links: set[str] = set()
        self._main = threading.get_ident()
        self.looked_at_machine = False
        self.allowance = 0
        """Bytes that may have been read, by all files that anybody opened."""

    def start(self) -> None:
        """Begin before the strategy's file is imported."""
        listening, key = _listeners(), id(self)
        listening[key] = ref(self, lambda _: listening.pop(key, None))

    def stop(self) -> None:
        _listeners().pop(id(self), None)

    def seen(self) -> tuple[str, ...]:
        """Data files, connections and processes so far, without code and the system's files."""
        return tuple(sorted({_in_words(event, what) for event, what in list(self._noted)}))

    def note(self, event: str, args: tuple[object, ...]) -> None:
        """An event, from the hook."""
        frame = sys._getframe(1)  # of the hook, which is called from what raised the event
        frame = frame.f_back or frame
        if event == "import":
            self.allowance += _EACH_OPEN
        elif event in _FILES:
            self._file(event, args, frame)
        elif event in _LINKS:
            self._moved.add(_full(args[1]))
            if event == "os.symlink":
                self._links.add(_full(args[1]))
        elif event == "os.mkdir":
            self._written.add(_full(args[0]))
        elif event in _FOLDERS:
            self._folder(event, args, frame)
        elif event in _MEMORY_EVENTS:
            self._memory(event, args, frame)
        elif event == LINK:
            self._link(args[0], frame)
        else:
            self._outside(event, args, frame)

    def _file(self, event: str, args: tuple[object, ...], frame: FrameType) -> None:
        if isinstance(args[0], int) or args[0] in (COUNTER, ":memory:", ""):
            return
        path = _full(args[0])
        own = kind_of(path) == "library" and Path(path).suffix not in _CODE
        self.allowance += _UNCOUNTED if own else _READS * _size(path) + _EACH_OPEN
        flags = args[2] if event == "open" and len(args) > 2 and isinstance(args[2], int) else 0
        if flags & (os.O_WRONLY | os.O_RDWR) and flags & (os.O_TRUNC | os.O_EXCL):
            self._written.add(path)  # what is in it comes from here
        if flags & os.O_WRONLY or self._from_here(path) or _imported(path, frame):
            return
        caller = self._caller(frame)
        if caller.author and _counts(path, caller):
            self._noted[event, path] = None

    def _folder(self, event: str, args: tuple[object, ...], frame: FrameType) -> None:
        """What lies in a folder is data as well; a search for modules or fonts is not."""
        if isinstance(args[0], int) or Path(frame.f_code.co_filename).name.startswith("<frozen "):
            return
        path = _full(args[0] or ".")
        caller = self._caller(frame)
        searched = path in sys.path and not caller.direct  # for what is installed
        ours = searched or self._from_here(path) or path.startswith(_SYSTEM)
        asked = caller.author and not caller.importing
        if asked and not ours and kind_of(path + os.sep) != "library":
            self._noted[event, path] = None

    def _link(self, what: object, frame: FrameType) -> None:
        """Paths are made whole through links; one that leads nowhere, or is asked for, is data."""
        caller = self._caller(frame.f_back)  # behind what raises the event
        path = _full(what)
        speaks = path not in self._links and (caller.direct or not Path(path).exists())
        if caller.author and speaks and not path.startswith(_SYSTEM) and kind_of(path) != "library":
            self._noted[LINK, path] = None

    def _memory(self, event: str, args: tuple[object, ...], frame: FrameType) -> None:
        if event == "object.__getattr__" and (len(args) < 2 or args[1] not in _FRAMES):
            return
        if self._caller(frame).direct:
            what = str(args[1]) if event == "object.__getattr__" else ""
            self._noted[event, what] = None

    def _outside(self, event: str, args: tuple[object, ...], frame: FrameType) -> None:
        what = args[1] if event in ("socket.connect", "socket.sendto") else args[0] if args else ""
        text = os.fsdecode(what) if isinstance(what, bytes) else str(what)
        caller = self._caller(frame)
        if Path(text).name in _LOOKS_AT_MACHINE and not caller.direct:
            self.looked_at_machine = True
        elif caller.author:
            self._noted[event, text] = None

    def _from_here(self, path: str) -> bool:
        """Whether a file or a folder was made by this process, and nothing was moved there."""
        made = path in self._written or any(
            str(parent) in self._written for parent in Path(path).parents
        )
        return made and path not in self._moved

    def _caller(self, frame: FrameType | None) -> _Caller:
        """Whether our code called foreign code, which did this; of a thread: whether we did not."""
        foreign = ours = importing = False
        direct: bool | None = None
        while frame is not None:
            file = frame.f_code.co_filename
            kind = kind_of(file)
            if direct is None and not (kind == "library" and file.endswith(_HELPERS)):
                direct = kind == "foreign"
            importing = importing or (not foreign and file.startswith("<frozen importlib"))
            if kind == "ours" and foreign:
                return _Caller(True, bool(direct), importing)
            ours, foreign = ours or kind == "ours", foreign or kind == "foreign"
            frame = frame.f_back
        thread = threading.get_ident() != self._main and (foreign or not ours)
        return _Caller(thread, thread and bool(direct), importing)


class _Noting(threading.local):
    """Whether this thread is noting an event; what is done for that is none."""

    now = False


@cache
def _listeners() -> dict[int, ref[AccessAudit]]:
    """Who listens now. The one hook of this process is made on the first call."""
    listening: dict[int, ref[AccessAudit]] = {}
    events = _FILES | _FOLDERS | _LINKS | _OUTSIDE | _MEMORY_EVENTS
    events |= {"import", "os.mkdir", LINK}

    noting = _Noting()

    def hook(event: str, args: tuple[object, ...]) -> None:
        if listening and event in events and not noting.now:
            noting.now = True
            try:
                for held in tuple(listening.values()):
                    audit = held()
                    if audit is not None:
                        audit.note(event, args)
            finally:
                noting.now = False

    sys.addaudithook(hook)
    announce()
    return listening


def _imported(what: str, caller: FrameType) -> bool:
    """Whether the import system, or a traceback that shows a line, opens a file of code."""
    reader = Path(caller.f_code.co_filename).name
    reads_code = reader.startswith("<frozen ") or caller.f_code.co_filename.endswith(_CODE_READERS)
    path = Path(what)
    code = path.suffix in _CODE or path.parent.name == "__pycache__"  # written under another name
    return reads_code and (code or what in sys.path or path.is_dir())


_CODE_READERS = ("linecache.py", "tokenize.py", f"numba{os.sep}core{os.sep}caching.py")
"""They show a line of a file of code, or ask whether what was compiled of it still holds."""


def _counts(path: str, caller: _Caller) -> bool:
    """Whether a file is data that the author's code has asked for."""
    shared = path.startswith(_MEMORY) or _of_another_process(path)
    if shared:
        return True
    if path.startswith(_SYSTEM) or path in sys.path:
        return False
    file = Path(path)
    described = file.parent.suffix in (".dist-info", ".egg-info")
    data = file.suffix.lower() in _DATA
    if kind_of(path) == "library":
        return data and any(name in path for name in _CARRIERS)
    return not described and (data or not caller.importing)


def _of_another_process(path: str) -> bool:
    parts = Path(path).parts
    if parts[1:2] != ("proc",) or len(parts) < 3:
        return False
    return parts[-1] == "mem" or (parts[2].isdigit() and parts[2] != str(os.getpid()))


def undeclared(seen: Iterable[str], files: Iterable[str], cls: type) -> tuple[str, ...]:
    """What was opened and is not among the class's declared files."""
    declared = {_absolute(name, cls) for name in files}
    return tuple(path for path in seen if Path(path) not in declared)


def _absolute(name: str, cls: type) -> Path:
    """A declared file: beside its class, or in the working folder where that has no file."""
    path, source = Path(name).expanduser(), file_of(cls)
    folder = Path.cwd() if source is None else source.parent
    return Path(os.path.normpath(path if path.is_absolute() else folder / path))


def _full(what: object) -> str:
    """The whole path; what lies behind the system's own links (`/proc/self/root`) is looked at."""
    path = Path(os.fsdecode(what) if isinstance(what, bytes) else str(what)).expanduser()
    whole = os.path.normpath(path if path.is_absolute() else Path.cwd() / path)
    return os.path.realpath(whole) if whole.startswith(_LINKED) else whole


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except (OSError, ValueError):
        return 0


def _in_words(event: str, what: str) -> str:
    return what if event in _FILES else f"{event} {what}".rstrip()
