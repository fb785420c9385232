"""What is installed and what is handed on: complete, and called the same everywhere."""

from __future__ import annotations

import fnmatch
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import newsfolio
from backtests.cli import COMMANDS
from tests.support.source_tree import PACKAGES

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def left_out(files: list[str], manifest: str, suffixes: list[str]) -> list[str]:
    """Files that no rule puts into the sdist: packages' data goes by suffix, the rest by manifest.

    What setuptools takes by itself: pyproject.toml, MANIFEST.in, the licence and our modules.
    """
    rules = [line.split() for line in manifest.splitlines() if line and line[0] != "#"]
    roots = {folder for word, *folders in rules if word == "graft" for folder in folders}
    names = {name for word, *patterns in rules if word == "include" for name in patterns}
    lost = []
    for file in files:
        top, _, rest = file.partition("/")
        if not rest:
            taken = any(
                fnmatch.fnmatch(file, name)
                for name in names | {"pyproject.toml", "LICENSE", "MANIFEST.in"}
            )
        elif top in PACKAGES:
            taken = any(fnmatch.fnmatch(file.rsplit("/")[-1], name) for name in ["*.py", *suffixes])
        else:
            taken = top in roots
        if not taken:
            lost.append(file)
    return lost


def test_the_sdist_has_every_file_of_the_repository() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("no repository to compare with: this is an sdist")
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    suffixes = PROJECT["tool"]["setuptools"]["package-data"]["*"]
    assert left_out(listed, (ROOT / "MANIFEST.in").read_text(), suffixes) == []


def test_a_file_that_no_rule_takes_is_reported() -> None:
    manifest = "# all\ninclude *.md\ngraft tests\n"
    files = ["a.md", "b.toml", "tests/c.txt", "docs/d.md", "reports/e.css", "reports/f.svg"]
    assert left_out(files, manifest, ["*.css"]) == ["b.toml", "docs/d.md", "reports/f.svg"]


def test_the_packages_are_all_found() -> None:
    patterns = PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]
    assert sorted(patterns) == sorted(f"{package}*" for package in PACKAGES)


def test_the_version_is_the_same_everywhere() -> None:
    citation = (ROOT / "CITATION.cff").read_text()
    assert re.search(r"^version: (.+)$", citation, re.MULTILINE)[1] == newsfolio.__version__  # type: ignore[index]
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert headings[1].split()[0] == newsfolio.__version__


def test_python_runs_the_package_as_the_program() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "newsfolio", "--version"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert answer.stdout.strip() == newsfolio.__version__


def test_what_an_index_shows_leads_nowhere_else() -> None:
    """A link or a picture of ours has no address there; commands are such as there are."""
    text = PROJECT["project"]["readme"]["text"]
    assert not re.search(r"\]\(|<(a|img)\b|^\[", text, re.MULTILINE)
    assert set(re.findall(r"^    newsfolio (\w+)", text, re.MULTILINE)) <= set(COMMANDS)
    extras = set(re.findall(r"newsfolio\[(\w+)\]", text))
    assert extras == set(PROJECT["project"]["optional-dependencies"]) - {"docs", "dev"}


def test_every_version_of_python_is_tried() -> None:
    """The classifiers say what the workflows try, and nothing more."""
    declared = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))
    for name in ("tests.yml", "wheels.yml"):
        text = (ROOT / ".github" / "workflows" / name).read_text()
        (matrix,) = re.findall(r"python: \[(.+)\]", text)
        assert re.findall(r"3\.\d+", matrix) == declared
    assert PROJECT["project"]["requires-python"] == f">={declared[0]}"


def test_every_dependency_has_a_lowest_version_and_a_pin() -> None:
    wanted = [*PROJECT["project"]["dependencies"]]
    for extra in PROJECT["project"]["optional-dependencies"].values():
        wanted += extra
    pins = {
        line.split("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    }
    for requirement in wanted:
        name = re.match(r"([\w.-]+)(\[\w+\])?(==|>=)[\d.]+", requirement)
        assert name, requirement
        assert name[1].lower().replace("_", "-") in pins | NOT_PINNED, requirement


NOT_PINNED = {"distributed"}
"""Whoever has a cluster has a version of it already."""


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_publish_nothing(path: Path) -> None:
    text = path.read_text()
    assert "contents: read" in text
    assert not re.search(r"twine|publish|secrets\.|id-token|index-url|https?://", text.replace(
        "Nothing is published", ""))  # fmt: skip
