"""What is written in the README is run, and what a document names exists."""

from __future__ import annotations

import importlib
import json
import re
import shlex
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import backtests
from backtests import load
from backtests.cli import app
from tests.support.price_files import HEADER
from tests.support.shell import BARE, SHORT, Shell
from tests.support.source_tree import PACKAGES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [
    path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))
]
PLACES = "newsfolio|strategies|markets|reports|drafts|backtests|tests|benchmarks|docs"
PATH = re.compile(rf"(?<![\w./-])(?:{PLACES})/[\w./-]*")
DOTTED = re.compile(rf"`((?:{PLACES})(?:\.\w+)+)")
LINK = re.compile(r"\]\(([^)#:]*)(?:#([^)]*))?\)")
APART = {"newsfolio.js"}
"""Written beside a page, not a module."""


def blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_strategy_of_the_readme_runs(shell: Shell) -> None:
    (shell.folder / "mine.py").write_text(blocks()[0])
    assert shell("run", "mine.py:Mine", *SHORT).code == 0


def test_the_signal_of_the_readme_is_computed_once_and_certified(shell: Shell) -> None:
    (shell.folder / "stretch.py").write_text(blocks()[1])
    window = "--data", "sample", "--start", "2024-01-02", "--end", "2024-06-28"
    assert shell("check", "stretch.py:Stretch", *window, "--cuts", "1").code == 0


def test_the_article_of_the_readme_is_checked_and_its_thesis_runs(shell: Shell) -> None:
    (shell.folder / "gold.py").write_text(blocks()[2])
    answer = shell("claims", "gold.py", "--data", "sample", "--json")
    verdicts = {claim["id"]: claim["verdict"] for claim in json.loads(answer.out)["claims"]}
    assert verdicts == {"gold-1": "simulated", "gold-2": "untestable"}
    assert shell("run", "gold.py", *SHORT).code == 0


def test_the_declared_lines_of_the_readme_run(shell: Shell) -> None:
    (shell.folder / "half.py").write_text(blocks()[3])
    (shell.folder / "prices").mkdir()
    days = pd.bdate_range("2024-01-02", "2024-12-30").strftime("%Y-%m-%d")
    for ticker in ("OMV.VI", "IGLT.L"):
        rows = [f"{day},10,12,9,{10 + number % 3},{10 + number % 3},{1000 + number},0,0"
                for number, day in enumerate(days)]  # fmt: skip
        file = shell.folder / "prices" / f"{ticker}.csv"
        file.write_text("\n".join([HEADER, *rows]))
    answer = shell("run", "half.py", "--data", "prices", "--currency", "EUR", *BARE)
    assert (answer.code, answer.err) == (0, "")


@pytest.mark.usefixtures("undrawn")
def test_the_notebook_call_of_the_readme_runs(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = partial(backtests.run, placebos=5, ledger=shell.ledger)
    monkeypatch.setattr(backtests, "run", few)  # instead of 200
    names: dict[str, Any] = {}
    exec(compile(blocks()[4], "README.md", "exec"), names)
    folder = shell.runs / "mine"
    assert (folder / "tearsheet.html").exists()
    pd.testing.assert_series_equal(load(folder).equity, names["result"].equity)


def test_the_tree_of_the_readme_runs(shell: Shell) -> None:
    (shell.folder / "tree.py").write_text(blocks()[5])
    answer = shell("run", "tree.py:Core", "--data", "sample", "--start", "2022-01-03", *BARE)
    assert (answer.code, answer.err) == (0, "")
    assert "core" in answer.out


def test_the_terms_of_the_readme_are_taken(shell: Shell) -> None:
    """Costs, flows and limits as it writes them, but for what another page runs already."""
    (terms,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    (shell.folder / "tables").mkdir()
    for name, text in {
        "mine.toml": terms,
        "flows.csv": "date,amount,currency\n2026-02-02,500,EUR\n",
        "limits.toml": 'cap = 0.3\nband = "20%"\n',
        "tables/cpi.csv": "known,value\n2020-01-01,100\n2025-12-31,120\n",
    }.items():
        (shell.folder / name).write_text(text)
    elsewhere = (ROOT / "docs" / "how-to.md").read_text()
    lines = re.findall(
        r"^    newsfolio (run abc-basket --(?:costs|flows|limits) .*)$", README, re.M
    )
    run = [words for words in (shlex.split(line, comments=True) for line in lines)
           if words[3] not in elsewhere]  # fmt: skip
    assert len(run) >= 6
    for words in run:
        window = "--data", "sample", "--start", "2025-12-01", "--engine", "kernel"
        answer = shell(*words, *window, *BARE)
        assert answer.code == 0, answer.err


def test_every_command_stands_in_the_readme() -> None:
    commands = [name for name in app if not name.startswith("-")]
    assert len(commands) >= 7
    for name in commands:
        assert f"`newsfolio {name}" in README


def test_every_command_of_the_readme_exists() -> None:
    used = set(re.findall(r"newsfolio ([a-z]+) ", README.replace("`", " ")))
    assert {"run", "list"} <= used
    assert used <= set(app) | {"is", "tells", "import"}


# --- what a document names exists --------------------------------------------------------------


def missing_paths(text: str, root: Path) -> list[str]:
    named = {path.rstrip(".") for path in PATH.findall(text)}
    return sorted(path for path in named if not (root / path).exists())


def missing_names(text: str) -> list[str]:
    """Dotted names of which there is neither a module nor something in one."""
    return sorted(name for name in set(DOTTED.findall(text)) - APART if not _is_there(name))


def _is_there(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        around, _, last = name.rpartition(".")
        return bool(around) and _is_there(around) and hasattr(sys.modules[around], last)
    return True


def missing_links(text: str, folder: Path) -> list[str]:
    """Links that lead to no file, or to no heading of it; `text` is that of the page itself."""
    lost = []
    for target, heading in LINK.findall(text):
        path = folder / target
        if target and not path.exists():
            lost.append(target)
        elif heading and heading not in headings(path.read_text("utf-8") if target else text):
            lost.append(f"{target}#{heading}")
    return lost


def headings(text: str) -> set[str]:
    """Anchors as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_a_document_names_is_there(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    assert missing_paths(text, ROOT) == []
    assert missing_names(text) == []
    assert missing_links(text, (ROOT / document).parent) == []


def test_every_package_stands_in_the_tree() -> None:
    guide = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    tree = guide.split("```")[1]
    rows: list[tuple[int, str]] = []
    shown: list[str] = []
    for line in tree.strip().splitlines():
        depth, name = (len(line) - len(line.lstrip())) // 2, line.split()[0].rstrip("/")
        rows = [*(row for row in rows if row[0] < depth), (depth, name)]
        shown.append("/".join(part for _, part in rows))
    packages = {
        path.parent.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("__init__.py")
    }
    assert len(shown) == len(set(shown))
    assert packages <= set(shown)
    assert all((ROOT / folder).is_dir() for folder in shown)


def test_what_is_missing_is_reported(tmp_path: Path) -> None:
    (tmp_path / "markets").mkdir()
    text = "`markets/bars.py`, markets/ and `markets/none.py`. [a](none.md) [b](#here)\n# Here\n"
    assert missing_paths(text, tmp_path) == ["markets/bars.py", "markets/none.py"]
    assert missing_names("`reports.write_pages`, `reports.none` and `markets.none.x`") == [
        "markets.none.x", "reports.none",
    ]  # fmt: skip
    assert missing_links(text, tmp_path) == ["none.md"]
    assert missing_links("[b](#there)\n# Here\n", tmp_path) == ["#there"]
