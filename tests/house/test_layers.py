"""The layer contract: who may import whom. Imports inside functions and for types count too."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import newsfolio
from tests.support.source_tree import (
    PACKAGES,
    ROOT,
    circles,
    crowded_folders,
    import_graph,
    imported_packages,
    project_files,
    source_files,
    upward_imports,
)

MAY_IMPORT = {
    "newsfolio": set(),
    "strategies": {"newsfolio"},
    "markets": {"newsfolio"},
    "reports": {"newsfolio"},
    "drafts": {"newsfolio"},
    "backtests": {"newsfolio", "markets", "reports", "drafts"},
}
LAYERS = {
    "markets": (
        ("markets",),
        ("markets.open",),
        ("markets.yahoo",),
        ("markets.folder", "markets.sample", "markets.corrections", "markets.store"),
        ("markets.quality", "markets.views", "markets.build"),
        ("markets.per_market",),
        ("markets.market", "markets.snapshot"),
        ("markets.facts", "markets.universe"),
        ("markets.costs",),
        ("markets.reference",),
        ("markets.bars",),
    ),
    "reports": (
        ("reports",),
        ("reports.background",),
        ("reports.pages",),
        ("reports.tearsheet",),
        ("reports.saved_runs",),
        ("reports.tables",),
        ("reports.charts",),
        ("reports.record",),
        ("reports.contract", "reports.whole_files"),
    ),
    "drafts": (
        ("drafts.writing",),
        ("drafts.drafting", "drafts.plugin", "drafts.proposal"),
        ("drafts.drafted",),
        ("drafts.documents", "drafts.statements"),
        ("drafts.language",),
        ("drafts",),
    ),
    "backtests": (
        ("backtests", "backtests.__main__"),
        ("backtests.cli",),
        ("backtests.commands",),
        ("backtests.public",),
        ("backtests.api", "backtests.sweeps"),
        ("backtests.evaluation",),
        ("backtests.records",),
        ("backtests.runner",),
        ("backtests.engines",),
        ("backtests.simulation",),
        ("backtests.compiled",),
        (
            "backtests.progress",
            "backtests.settings",
            "backtests.paths",
            "backtests.strategy_loader",
            "backtests.plain_strategy",
        ),
    ),
}
"""Top to bottom; the names of a row do not know each other. docs/architecture.md draws them."""

CROWDED = {
    "newsfolio": "its import paths are in the hashes of strategies, so modules stay where they are",
    "newsfolio/venues": "a file a market",
    "strategies": "a file a thesis",
}
HEAVY = {
    "backtrader": {"backtests/engines/backtrader_feed.py", "backtests/engines/event_driven.py",
                   "backtests/engines/native_backtrader.py",
                   "backtests/engines/native_broker.py"},
    "yfinance": {"markets/yahoo/isolation.py"},
    "quantstats": {"reports/tearsheet/library_report.py"},
    "matplotlib": {"reports/tearsheet/matplotlib_svg.py"},
    "ahocorasick": {"drafts/language/names.py"},
    "bs4": {"drafts/documents/html.py"},
    "fastjsonschema": {"drafts/plugin.py"},
    "sentencex": {"drafts/language/sentences.py"},
    "distributed": {"backtests/sweeps/executors.py"},
}  # fmt: skip


@cache
def graph_of_packages() -> dict[str, set[str]]:
    return import_graph(project_files(*PACKAGES))


def package(module: str) -> str:
    return module.partition(".")[0]


def test_no_import_is_relative() -> None:
    assert not [
        file.path
        for file in project_files(*PACKAGES)
        for source, _ in file.imports
        if source[:1] == "."
    ]


def test_no_package_imports_upwards() -> None:
    upwards = {
        f"{module} -> {target}"
        for module, targets in graph_of_packages().items()
        for target in targets
        if package(target) not in MAY_IMPORT[package(module)] | {package(module)}
    }
    assert not upwards


@pytest.mark.parametrize("name", LAYERS)
def test_no_layer_imports_upwards(name: str) -> None:
    inside = {
        module: targets
        for module, targets in graph_of_packages().items()
        if package(module) == name
    }
    only = {
        module: {target for target in targets if target in inside}
        for module, targets in inside.items()
    }
    assert upward_imports(only, LAYERS[name]) == {}


def test_no_modules_import_in_a_circle() -> None:
    assert circles(graph_of_packages()) == []


def test_every_layer_is_there() -> None:
    layers = {name for rows in LAYERS.values() for row in rows for name in row}
    assert layers <= {".".join(module.split(".")[:2]) for module in graph_of_packages()}


@pytest.mark.parametrize("name", LAYERS)
def test_the_layers_are_drawn_as_they_are_tested(name: str) -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawing = " ".join(page.split("## Who may import whom")[1].split("```")[1].split())
    rows = (
        " | ".join(inner or "__init__" for inner in shortened(row, name)) for row in LAYERS[name]
    )
    assert f"{name} {' > '.join(rows)}" in drawing


def shortened(row: tuple[str, ...], name: str) -> list[str]:
    return [layer.removeprefix(name).removeprefix(".") for layer in row]


def test_no_folder_is_crowded() -> None:
    assert crowded_folders(ROOT, PACKAGES).keys() == CROWDED.keys()


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_package_has_its_files(name: str) -> None:
    assert imported_packages(project_files(*PACKAGES))[name] == HEAVY[name]


# --- what authors see --------------------------------------------------------------------------


def test_the_authors_words_are_a_sorted_list_and_all_there() -> None:
    names = newsfolio.__all__
    constants = [name for name in names if name.isupper()]
    classes = [name for name in names if name[0].isupper() and not name.isupper()]
    functions = [name for name in names if name[0].islower()]
    assert names == [*sorted(constants), *sorted(classes), *sorted(functions)]
    assert len(names) == len(set(names))
    assert all(hasattr(newsfolio, name) for name in names)


def test_every_public_word_is_in_the_list() -> None:
    """Submodules apart, what the package's own file imports is what an author may use."""
    (own,) = (file for file in project_files("newsfolio") if file.path == "newsfolio/__init__.py")
    assert {name for source, name in own.imports if source != "__future__"} == set(
        newsfolio.__all__
    )


def test_users_files_import_newsfolio_alone() -> None:
    shipped = project_files("strategies")
    ours = {name: users for name, users in imported_packages(shipped).items() if name in PACKAGES}
    assert set(ours) == {"newsfolio"}


# --- the rules can fail ------------------------------------------------------------------------


def tree(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


@pytest.mark.parametrize(
    "upper",
    [
        "import p.low.b",
        "from p.low import b",
        "from p.low.b import thing",
        "def late():\n    from p.low.b import thing",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.low.b import thing",
    ],
)
def test_every_kind_of_import_is_seen(tmp_path: Path, upper: str) -> None:
    root = tree(tmp_path, {"p/top/a.py": upper, "p/low/b.py": "import p.top.a"})
    graph = import_graph(source_files(root, "p"))
    assert graph == {"p.top.a": {"p.low.b"}, "p.low.b": {"p.top.a"}}
    assert circles(graph) == [["p.low.b", "p.top.a"]]
    assert upward_imports(graph, (("p.top",), ("p.low",))) == {
        "p.low.b -> p.top.a": "p.low does not stand above p.top"
    }


def test_a_row_does_not_know_itself_and_a_stranger_is_reported(tmp_path: Path) -> None:
    root = tree(
        tmp_path, {"p/left.py": "import p.right", "p/right.py": "", "p/other.py": "import p.left"}
    )
    graph = import_graph(source_files(root, "p"))
    assert circles(graph) == []
    assert upward_imports(graph, (("p.left", "p.right"),)) == {
        "p.other": "is in no layer",
        "p.left -> p.right": "p.left does not stand above p.right",
    }


def test_a_compiled_file_imports_too(tmp_path: Path) -> None:
    root = tree(tmp_path, {"p/core.pyx": "from p.plain cimport x\nimport p.b", "p/plain.py": "",
                           "p/b.py": ""})  # fmt: skip
    assert import_graph(source_files(root, "p"))["p.core"] == {"p.plain", "p.b"}


def test_an_eighteenth_entry_is_one_too_many(tmp_path: Path) -> None:
    root = tree(tmp_path, {f"p/m{number}.py": "" for number in range(17)} | {"p/__init__.py": ""})
    assert crowded_folders(root, ["p"]) == {}
    tree(root, {"p/sub/__init__.py": ""})
    assert crowded_folders(root, ["p"]) == {"p": "18 entries"}
