"""Packages that only compute, until one of their functions reads a file in compiled code."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

UNSEEN = "its files are read by compiled code that no hook sees; read a declared CSV instead"

_SHOWS_LATER = "what it reads of {} shows only when it runs; name the function"

_READERS = {
    "polars": ("read_", "scan_", "deserialize", "sql", "SQLContext", "io"),
    "xarray": ("open_", "load_", "backends", "tutorial"),
}
"""How their functions that read are called, by the beginnings of their names."""

_LOOKED_UP = frozenset({"getattr", "vars", "globals", "eval", "exec", "__dict__", "attrgetter"})
"""With these a name is put together when the code runs."""


def reads(tree: ast.Module) -> Iterator[tuple[str, int, str]]:
    """Names in a source that may read a file, with their line and why: by such a package alone."""
    names = _bound(tree)
    if not names:
        return
    bases = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (package := names.get(_root(node))):
            if node.attr.startswith(_READERS[package]):
                yield node.attr, node.lineno, UNSEEN
        elif isinstance(node, ast.ImportFrom) and (package := _package(node.module or "")):
            for alias in node.names:
                if f"{node.module}.{alias.name}".startswith(_dotted(package)):
                    yield alias.name, node.lineno, UNSEEN
        elif isinstance(node, ast.Name) and node.id in names and id(node) not in bases:
            yield node.id, node.lineno, _SHOWS_LATER.format(names[node.id])
        elif isinstance(node, ast.Name | ast.Attribute) and _called(node) in _LOOKED_UP:
            yield _called(node), node.lineno, _SHOWS_LATER.format(next(iter(names.values())))


def reads_of_code(name: object) -> str | None:
    """Why a name in code without its source may read a file, where such a package is loaded."""
    loaded = (begins for package, begins in _READERS.items() if package in sys.modules)
    reader = isinstance(name, str) and any(name.startswith(begins) for begins in loaded)
    return UNSEEN if reader else None


def _bound(tree: ast.Module) -> dict[str, str]:
    """Names that stand for a package of readers, or something of it."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if package := _package(alias.name):
                    names[alias.asname or package] = package
        elif isinstance(node, ast.ImportFrom) and (package := _package(node.module or "")):
            names[""] = package
    return names


def _package(module: str) -> str:
    first = module.partition(".")[0]
    return first if first in _READERS else ""


def _dotted(package: str) -> tuple[str, ...]:
    return tuple(f"{package}.{begin}" for begin in _READERS[package])


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else "."


def _called(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr
