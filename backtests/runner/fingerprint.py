"""Hashes of code, and versions: what a number can depend on besides the data."""

from __future__ import annotations

import ast
import hashlib
import inspect
import platform
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import CodeType

import newsfolio
from backtests import strategy_loader
from backtests.plain_strategy import author_of
from newsfolio.assets import sleeves_of
from newsfolio.blame import source_file
from newsfolio.membership import dated_sleeves
from newsfolio.strategy import Strategy
from newsfolio.trees import all_legs

PACKAGES = ("backtrader", "CurrencyConverter", "exchange_calendars", "numpy", "pandas")

ROOMS = ("newsfolio", "markets", "backtests")

SOURCES = (".py", ".pyx", ".pxi")


def code_of(kind: type) -> str:
    """A hash of the files that a strategy and its bases stand in.

    Of a class without a file, as in a notebook: what it holds.
    """
    bases = (base for base in kind.__mro__[1:] if base.__module__.partition(".")[0] not in _GIVEN)
    parts = dict.fromkeys(_source_of(base) for base in (kind, *bases))
    return hashlib.sha256(b"".join(parts)).hexdigest()[:16]


def code_behind(strategy: Strategy) -> str:
    """A hash of the files of a strategy and of all its legs, and of their tables of members.

    Who was a member when is part of a rule, in whatever file it stands.
    """
    parts = (strategy, *all_legs(strategy))
    codes = [code_of(author_of(type(part))) for part in parts]
    dated = (dated_sleeves(sleeves_of(part.universe)) for part in parts)
    codes += [repr(sleeve.spans) for sleeves in dated for sleeve in sleeves]
    return codes[0] if len(codes) == 1 else hashlib.sha256("".join(codes).encode()).hexdigest()[:16]


_GIVEN = frozenset({"newsfolio", "backtrader", "builtins", "abc", "typing"})
"""Where the bases come from that no author writes."""


def _source_of(kind: type) -> bytes:
    file = source_file(kind)
    try:
        files = (file, *_imported_beside(file)) if file is not None else ()
        text = b"".join(path.read_bytes() for path in files)
    except OSError:
        text = b""
    return text or b"".join(_attribute(name, value) for name, value in vars(kind).items())


def _imported_beside(file: Path) -> list[Path]:
    """The modules beside a strategy's file that it imports, and those that they import."""
    modules: dict[Path, None] = {}
    todo = [file] if strategy_loader.beside(file) else []
    while todo:
        for name in _imports(todo.pop()):
            near = file.parent / f"{name}.py"
            if near != file and near not in modules and near.is_file():
                modules[near] = None
                todo.append(near)
    return sorted(modules)


def _imports(file: Path) -> set[str]:
    """Top names of the modules that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names - {""}


def _attribute(name: str, value: object) -> bytes:
    """A method's instructions, or the value of an attribute that says the same in every process."""
    inner = (getattr(value, part, None) for part in ("fget", "func", "__func__"))
    function = next(filter(inspect.isfunction, inner), value)
    if inspect.isfunction(function):
        return name.encode() + _instructions(function.__code__)
    text = "" if name.startswith("__") else _in_words(value)
    return b"" if not text or " at 0x" in text else f"{name}={text}".encode()


def _instructions(code: CodeType) -> bytes:
    """Without the file and the lines, which differ each time that a cell is run."""
    parts = [code.co_code, repr((code.co_names, code.co_varnames, code.co_freevars)).encode()]
    for value in code.co_consts:
        if isinstance(value, CodeType):
            parts.append(_instructions(value))
        else:
            parts.append(_in_words(value).encode())
    return b"".join(parts)


def _in_words(value: object) -> str:
    """A value in words; sets in one order."""
    return repr(sorted(map(repr, value)) if isinstance(value, set | frozenset) else value)


@lru_cache(maxsize=1)
def engine_code() -> str:
    """A hash of the project's own code, the shipped strategies and the pages left out."""
    root = Path(newsfolio.__file__).parent.parent
    files = sorted(
        path for room in ROOMS for path in (root / room).rglob("*.p*") if path.suffix in SOURCES
    )
    sha = hashlib.sha256()
    for path in files:
        sha.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return sha.hexdigest()[:16]


def versions() -> dict[str, str]:
    """The project, its code, Python, and the packages that a number can depend on."""
    packages = {
        "newsfolio": newsfolio.__version__,
        "code": engine_code(),
        "python": platform.python_version(),
    }
    for package in PACKAGES:
        try:
            packages[package] = version(package)
        except PackageNotFoundError:
            packages[package] = "not installed"
    return packages
