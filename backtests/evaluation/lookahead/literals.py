"""Whether a value stands in the source as it is: a table that somebody wrote is code."""

from __future__ import annotations

import ast
import linecache
import sys
from collections.abc import Iterator
from pathlib import Path


def written_out(name: str, value: object) -> bool:
    """Whether a cell, or the script that is running, assigns just this value to the name."""
    return any(value == literal for literal in _literals(name.rpartition(".")[2]))


def _literals(name: str) -> Iterator[object]:
    for text in _sources():
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                    yield from _evaluated(node.value)


def _evaluated(node: ast.expr) -> Iterator[object]:
    try:
        yield ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return


def _sources() -> Iterator[str]:
    """The script that is running, and the cells that were run."""
    script = vars(sys.modules["__main__"]).get("__file__")
    if script and Path(script).is_file():
        yield Path(script).read_text(encoding="utf-8", errors="replace")
    for name, entry in list(linecache.cache.items()):
        if len(entry) == 4 and ("ipykernel" in name or name.startswith("<")):
            yield "".join(entry[2])
