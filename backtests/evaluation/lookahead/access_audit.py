"""What a strategy opens besides its view: an audit hook, and a look at its source.

A replay cannot see a file that says the same whatever the market does. So every file, connection
and process that a strategy opens is noted, from its import on, and what no hook can see (compiled
readers, other processes' memory) is looked for in its source.
"""

from __future__ import annotations

import ast
import inspect
import os
import site
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import newsfolio

_EVENTS = frozenset({
    "open", "sqlite3.connect", "socket.connect", "socket.getaddrinfo", "subprocess.Popen",
    "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "ctypes.dlopen",
})  # fmt: skip

_CODE = frozenset({".py", ".pyc", ".pyi", ".pyd", ".so", ".dll", ".dylib", ".pth"})
_SYSTEM = ("/proc/", "/sys/", "/dev/", "/etc/", "/usr/share/zoneinfo/", "/usr/share/locale/")

_MEMORY = ("/dev/shm/", "/dev/mem")  # noqa: S108
"""Where other processes may have put what they know."""

_UNSEEN = "its files are read by compiled code that no hook sees; read a declared CSV instead"
_NETWORK = "a strategy needs no network"
_ROOM = "it holds the whole market; a strategy needs newsfolio alone"
_REACHES = "it reaches for what a strategy must not have"
COUNTER = "/proc/self/io"
"""Where Linux says how much a process has read."""

IMPORTS = {
    **dict.fromkeys(("markets", "backtests", "reports"), _ROOM),
    **dict.fromkeys(
        ("yfinance", "requests", "httpx", "aiohttp", "urllib", "urllib3", "http", "socket"),
        _NETWORK,
    ),
    **dict.fromkeys(
        ("pyarrow", "polars", "duckdb", "fastparquet", "tables", "h5py", "netCDF4", "xarray"),
        _UNSEEN,
    ),
    **dict.fromkeys(("ctypes", "cffi", "gc", "subprocess", "multiprocessing"), _REACHES),
}
"""Packages that a strategy cannot be certified with, and why."""

NAMES = {
    **dict.fromkeys(("read_parquet", "read_feather", "read_orc", "read_hdf"), _UNSEEN),
    **dict.fromkeys(
        ("_getframe", "_current_frames", "currentframe", "tb_frame", "f_back", "f_locals",
         "get_objects"), _REACHES,
    ),
    **dict.fromkeys(("import_module", "__import__"), "what it imports shows only when it runs"),
    "_history": "a view's private parts are not for strategies",
}  # fmt: skip
"""Names that do the same without an import of their own."""


class Watch:
    """Notes what strategies open while they are imported or asked, in any thread.

    A hook cannot be removed from a process: once stopped, it costs one look at a flag.
    """

    def __init__(self) -> None:
        self._noted: dict[tuple[str, str], None] = {}
        self._main = threading.get_ident()
        self.opens = 0
        """Of any file by anybody, except for counting what was read."""

    def start(self) -> None:
        """Begin before the strategy's file is imported."""
        _listeners()[self] = self._note

    def stop(self) -> None:
        _listeners().pop(self, None)

    def seen(self) -> tuple[str, ...]:
        """Data files, connections and processes so far, without code and the system's files."""
        found = (_told(event, what) for event, what in list(self._noted))
        return tuple(sorted({text for text in found if text}))

    def _note(self, event: str, args: tuple[Any, ...]) -> None:
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
            kind = _kind(frame.f_code.co_filename)
            if kind == "ours" and foreign:
                return True
            ours, foreign = ours or kind == "ours", foreign or kind == "foreign"
            frame = frame.f_back
        return threading.get_ident() != self._main and (foreign or not ours)


@cache
def _listeners() -> dict[Watch, Callable[[str, tuple[Any, ...]], None]]:
    """Who listens now. The one hook of this process is made on the first call."""
    listening: dict[Watch, Callable[[str, tuple[Any, ...]], None]] = {}

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if listening and event in _EVENTS:
            for note in tuple(listening.values()):
                note(event, args)

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


def reasons(cls: type) -> tuple[str, ...]:
    """What the strategy's source, and the modules beside it that it imports, reaches for."""
    found: dict[str, None] = {}
    home = _file(cls)
    if home is None or _kind(str(home)) == "library":
        found[f"{cls.__name__} lies among installed packages, where nobody is watched"] = None
    for path in _sources(cls):
        for name, line, why in _reaches(path):
            found[f"{path.name} line {line} uses {name}: {why}"] = None
    return tuple(found)


def _reaches(path: Path) -> Iterator[tuple[str, int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for name in _named(node):
            first, _, last = name.partition(".")
            why = IMPORTS.get(first) or NAMES.get(last) if _imports(node) else NAMES.get(name)
            if why:
                yield name, getattr(node, "lineno", 0), why
                break


def _imports(node: ast.AST) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _named(node: ast.AST) -> list[str]:
    """Modules that an import names, the name of an attribute, or a text that may become one."""
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        return [module, *(f"{module}.{name.name}".lstrip(".") for name in node.names)]
    if isinstance(node, ast.Attribute):
        return [node.attr]
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    return []


def _sources(cls: type) -> Iterator[Path]:
    """The files of the class and its ancestors, and of the neighbours that they import."""
    todo = [path for one in cls.__mro__ if (path := _file(one)) is not None]
    done: set[Path] = set()
    while todo:
        path = todo.pop()
        if path in done or _kind(str(path)) in ("ours", "library"):
            continue
        done.add(path)
        yield path
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if _imports(node):
                todo += [near for name in _named(node) if (near := _beside(path, name)).is_file()]


def _beside(path: Path, module: str) -> Path:
    return path.parent / (module.rpartition(".")[2] + ".py")


def _file(cls: type) -> Path | None:
    try:
        return Path(inspect.getfile(cls))
    except (OSError, TypeError):
        return None


def _absolute(name: str, cls: type) -> Path:
    path, home = Path(name).expanduser(), _file(cls)
    return path if path.is_absolute() or home is None else (home.parent / path)


def _told(event: str, what: str) -> str:
    """An event in words, "" where it does not count."""
    if event not in ("open", "sqlite3.connect"):
        return f"{event} {what}"
    path = Path(what).expanduser()
    path = path if path.is_absolute() else Path.cwd() / path
    shared = str(path).startswith(_MEMORY) or (path.parts[1:2] == ("proc",) and path.name == "mem")
    system = str(path).startswith(_SYSTEM) and not shared
    if system or str(path) in sys.path or _kind(str(path)) == "library":
        return ""
    return str(path)


_ROOT = str(Path(newsfolio.__file__).parent.parent) + os.sep
_OURS = tuple(f"{_ROOT}{room}{os.sep}" for room in ("newsfolio", "markets", "backtests", "reports"))
_LIBRARIES = tuple(
    {
        str(Path(path)) + os.sep
        for path in (*sysconfig.get_paths().values(), *site.getsitepackages())
    }
    - {str(Path(sysconfig.get_path(name))) + os.sep for name in ("scripts", "data")}
)


def _kind(path: str) -> str:
    """Whose code or file a path is: "ours", "library", or "foreign" (a strategy's, a user's)."""
    if path.startswith(_OURS):
        return "ours"
    if path.startswith(f"{_ROOT}strategies{os.sep}"):
        return "foreign"
    return "library" if path.startswith((*_LIBRARIES, "<")) else "foreign"
