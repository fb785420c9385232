"""The rooms of the house: who may import whom, and what a room shows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import newsfolio

ROOT = Path(newsfolio.__file__).parent.parent
ROOMS = {
    "newsfolio": set(),
    "strategies": {"newsfolio"},
    "markets": {"newsfolio"},
    "reports": {"newsfolio"},
    "backtests": {"newsfolio", "markets", "reports"},
}
HEAVY = {
    "backtrader": {"backtests/engines/backtrader_feed.py", "backtests/engines/event_driven.py",
                   "backtests/engines/native_backtrader.py"},
    "yfinance": {"markets/yahoo/source.py"},
    "quantstats": {"reports/charts/quantstats_plots.py"},
}  # fmt: skip


def files() -> Iterator[tuple[str, Path]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield room, path


def imported(path: Path) -> set[str]:
    """The top-level packages that a file imports anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add((node.module or "").partition(".")[0])
    return found


@pytest.mark.parametrize(
    ("room", "path"),
    list(files()),
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_no_room_imports_upwards(room: str, path: Path) -> None:
    assert imported(path) & set(ROOMS) <= ROOMS[room] | {room}


@pytest.mark.parametrize("package", HEAVY)
def test_a_heavy_package_has_its_files(package: str) -> None:
    users = {path.relative_to(ROOT).as_posix() for _, path in files() if package in imported(path)}
    assert users == HEAVY[package]


def test_the_authors_words_are_a_sorted_list_and_all_there() -> None:
    names = newsfolio.__all__
    kinds = [name.isupper() for name in names], [name[0].isupper() for name in names]
    assert all(kind == sorted(kind, reverse=True) for kind in kinds)
    constants = [name for name in names if name.isupper()]
    classes = [name for name in names if name[0].isupper() and not name.isupper()]
    functions = [name for name in names if name[0].islower()]
    assert names == [*sorted(constants), *sorted(classes), *sorted(functions)]
    assert len(names) == len(set(names))
    assert all(hasattr(newsfolio, name) for name in names)


def test_every_public_word_is_in_the_list() -> None:
    """Submodules apart, what the package's own file imports is what an author may use."""
    tree = ast.parse(Path(newsfolio.__file__).read_text(encoding="utf-8"))
    shown = {name.asname or name.name for node in tree.body if isinstance(node, ast.ImportFrom)
             for name in node.names}  # fmt: skip
    assert shown == set(newsfolio.__all__)
