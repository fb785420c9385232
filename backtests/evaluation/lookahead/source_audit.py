"""What a strategy's source says it may reach: imports and names, read without running it."""

from __future__ import annotations

import ast
import dis
import os
import re
import site
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import CodeType

import newsfolio
from backtests.evaluation.lookahead.compiled_readers import UNSEEN, reads, reads_of_code
from newsfolio.blame import source_file

_NETWORK = "a strategy needs no network"

_WHOLE_MARKET = "it holds the whole market; a strategy needs newsfolio alone"

_REACHES = "it reaches for what a strategy must not have"

IMPORTS = {
    **dict.fromkeys(("markets", "backtests", "reports"), _WHOLE_MARKET),
    **dict.fromkeys(
        (
            "yfinance",
            "requests",
            "httpx",
            "aiohttp",
            "urllib",
            "urllib3",
            "http",
            "socket",
            "curl_cffi",
            "pycurl",
            "primp",
            "grpc",
            "zmq",
            "uvloop",
            "psycopg",
            "psycopg2",
            "pyodbc",
            "connectorx",
        ),
        _NETWORK,
    ),
    **dict.fromkeys(
        ("pyarrow", "duckdb", "fastparquet", "tables", "h5py", "netCDF4", "lxml"),
        UNSEEN,
    ),
    **dict.fromkeys(("ctypes", "cffi"), _REACHES),
}
"""Packages that a strategy cannot be certified with, and why."""

NAMES = {
    **dict.fromkeys(("read_parquet", "read_feather", "read_orc", "read_hdf"), UNSEEN),
    **dict.fromkeys(
        ("_getframe", "_current_frames", "currentframe", "tb_frame", "f_back", "f_locals",
         "get_objects", "get_referrers", "get_referents"), _REACHES,
    ),
    **dict.fromkeys(("import_module", "__import__"), "what it imports shows only when it runs"),
    "_history": "a view's private parts are not for strategies",
}  # fmt: skip
"""Names that do the same without an import of their own."""

INNOCENT = frozenset({
    "backtests", "backtests.run", "backtests.sweep", "backtests.load", "backtests.Result",
    "urllib.parse", "urllib.error", "http.HTTPStatus",
})  # fmt: skip
"""What a script calls to run its own strategy, and parts that reach for nothing."""

_ROOT = str(Path(newsfolio.__file__).parent.parent) + os.sep

_OURS = tuple(f"{_ROOT}{room}{os.sep}" for room in ("newsfolio", "markets", "backtests", "reports"))

_SITES = tuple(path for path in sys.path if Path(path).name in ("site-packages", "dist-packages"))

_LIBRARIES = tuple(
    {
        str(Path(path)) + os.sep
        for path in (*sysconfig.get_paths().values(), *site.getsitepackages(), *_SITES)
    }
    - {str(Path(sysconfig.get_path(name))) + os.sep for name in ("scripts", "data")}
)

_HOOK = re.compile(r"__editable__\..+\.__path_hook__")
"""What editable installations put on the path of imports; libraries that walk it ask for it."""


def reasons(cls: type) -> tuple[str, ...]:
    """What the strategy's source, and the modules beside it that it imports, reaches for.

    Of a class without a file that could be imported again, what its code names.
    """
    texts: dict[str, None] = {}
    for path in _sources(cls):
        for name, line, why in _reaches(path):
            texts[f"{path.name} line {line} uses {name}: {why}"] = None
    return tuple(texts)


def reasons_of_code(codes: Iterable[CodeType]) -> tuple[str, ...]:
    """The same of code without its source."""
    texts: dict[str, None] = {}
    for code in codes:
        for step in dis.get_instructions(code):
            if step.opname == "IMPORT_NAME":
                why = _why_import(step.argval)
            else:
                why = NAMES.get(step.argval) if isinstance(step.argval, str) else None
                why = why or reads_of_code(step.argval)
            if why:
                texts[f"{code.co_qualname} uses {step.argval}: {why}"] = None
    return tuple(texts)


def _reaches(path: Path) -> Iterator[tuple[str, int, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield from reads(tree)
    for node in ast.walk(tree):
        for name in _named(node):
            last = name.rpartition(".")[2]
            why = _why_import(name) or NAMES.get(last) if _imports(node) else NAMES.get(name)
            if why:
                yield name, getattr(node, "lineno", 0), why
                break


def _why_import(name: str) -> str | None:
    """Why a strategy cannot be certified with a module."""
    return None if name in INNOCENT else IMPORTS.get(name.partition(".")[0])


def _imports(node: ast.AST) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _named(node: ast.AST) -> list[str]:
    """Modules that an import names, the name of an attribute, or a text that may become one."""
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        names = [f"{module}.{name.name}".lstrip(".") for name in node.names]
        return names if INNOCENT.issuperset(names) else [module, *names]
    if isinstance(node, ast.Attribute):
        return [node.attr]
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    return []


def runs_at_import(file: str) -> bool:
    """Whether a strategy's file calls `run` or `sweep` outside functions and an `if`."""
    if not file.endswith(".py") or kind_of(file) != "foreign" or not Path(file).is_file():
        return False
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    inner = (ast.FunctionDef, ast.ClassDef, ast.If, ast.Import, ast.ImportFrom)
    called = {
        ast.unparse(node.func)
        for statement in tree.body
        if not isinstance(statement, inner)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
    }
    return bool(called & {"run", "sweep", "backtests.run", "backtests.sweep"})


def imported(cls: type) -> Iterator[str]:
    """Modules that the files of a strategy import somewhere, by name."""
    for path in _sources(cls):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if _imports(node):
                yield from _named(node)


def _sources(cls: type) -> Iterator[Path]:
    """The files of the class and its ancestors, and of the neighbours that they import."""
    todo = [path for base in cls.__mro__ if (path := file_of(base)) is not None]
    done: set[Path] = set()
    while todo:
        path = todo.pop()
        if path in done or not path.is_file() or kind_of(str(path)) in ("ours", "library"):
            continue
        done.add(path)
        yield path
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if _imports(node):
                todo += [near for name in _named(node) if (near := _beside(path, name)).is_file()]


def _beside(path: Path, module: str) -> Path:
    return path.parent / (module.rpartition(".")[2] + ".py")


def file_of(cls: type) -> Path | None:
    return source_file(cls)


_CODE_NAMES: set[str] = set()
_AUTHORS_FOLDERS: list[str] = []


def know_author(code: Iterable[str], folders: Iterable[str]) -> None:
    """Names that the code of a strategy without a file goes by, and where installed ones lie."""
    _CODE_NAMES.update(code)
    _AUTHORS_FOLDERS.extend(folders)


def kind_of(path: str) -> str:
    """Whose code or file a path is: "ours", "library", or "foreign" (a strategy's, a user's)."""
    if path in _CODE_NAMES or path.startswith(tuple(_AUTHORS_FOLDERS)):
        return "foreign"
    if path.startswith(_OURS):
        return "ours"
    if path.startswith(f"{_ROOT}strategies{os.sep}"):
        return "foreign"
    if _HOOK.fullmatch(Path(path).name) and not os.path.lexists(path):
        return "library"
    return "library" if path.startswith((*_LIBRARIES, "<")) else "foreign"
