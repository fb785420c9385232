"""Where runs go: folders that any name gives, pages written anew, references named in full."""

from __future__ import annotations

import errno
import json
import os
import sys
import tempfile
from pathlib import Path

import pytest

from newsfolio import CommandError
from newsfolio.listings import asset_of
from newsfolio.parameters import folder_name
from tests.support.shell import Shell
from tests.support.small_runs import flat_prices, strategy_file

NAMED = """
universe = ("AAX",)
name = {name!r}

def weights(self, view):
    return {{"AAX": 1.0}}
"""
RUN = ("run", "s.py", "--data", "prices", "--no-tearsheet", "--no-verdict", "--engine", "kernel")


def run(shell: Shell, name: str = "mine", *more: str) -> Path:
    flat_prices(shell.folder / "prices", AAX=100.0)
    strategy_file(shell.folder, NAMED.format(name=name))
    answer = shell(*RUN, "--json", *more)
    assert answer.code == 0, answer.err
    return Path(json.loads(answer.out)["runs"][0]["path"])


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("60/40", "60-40"),
        ("../../../evil", "evil"),
        ("..", "run"),
        ("", "run"),
        (".hidden", "hidden"),
        ("a\nb\0c", "a-b-c"),
        ("C:\\x", "C-x"),
        ("x" * 300, "x" * 50),
        ("東昇" * 100, ("東昇" * 100)[:50]),
        ("east-rising", "east-rising"),
    ],
    ids=range(10),
)
def test_a_runs_folder_is_safe_whatever_the_name(shell: Shell, name: str, folder: str) -> None:
    assert folder_name(name) == folder
    place = run(shell, name)
    assert place.parent == Path("runs")
    assert place.name.startswith(folder + "-")
    assert (shell.runs / place.name / "verdict.html").is_file()
    outside = {path.name for path in shell.folder.iterdir()} - {"__pycache__"}  # of s.py
    assert outside <= {"prices", "s.py", "runs", "trials.sqlite", "trials.sqlite.last", "data"}
    assert place.name in shell("runs").out


def test_report_replaces_a_link_and_follows_none(shell: Shell) -> None:
    place = run(shell)
    page = place / "verdict.html"
    before = page.read_bytes()
    (shell.folder / "precious").write_text("mine")
    page.unlink()
    page.symlink_to(shell.folder / "precious")
    assert shell("report", place.name, "--no-tearsheet").code == 0
    assert (shell.folder / "precious").read_text() == "mine"
    assert not page.is_symlink()
    assert page.read_bytes() == before
    moved = shell.folder / "elsewhere"
    place.rename(moved)
    place.symlink_to(moved)
    answer = shell("report", place.name, "--no-tearsheet")
    assert answer.code == 1
    assert "is a link" in answer.err


def test_report_on_a_full_disk_leaves_the_pages_and_says_so(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = run(shell)
    before = {path.name: path.read_bytes() for path in place.iterdir()}

    def full(path: Path, *_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    answer = shell("report", place.name, "--no-tearsheet")
    assert answer.code == 1
    assert "No space left on device" in answer.err
    assert "complete run" not in answer.err
    assert {path.name: path.read_bytes() for path in place.iterdir()} == before
    assert [path.name for path in shell.runs.iterdir() if path.name.startswith(".")] == []


def test_a_benchmark_that_begins_later_is_named(shell: Shell) -> None:
    flat_prices(shell.folder / "prices", "2024-03-12", BMX=50.0)
    flat_prices(shell.folder / "prices", AAX=100.0)
    strategy_file(shell.folder, NAMED.format(name="mine"))
    answer = shell(*RUN, "--benchmark", "BMX")
    assert answer.code == 1
    assert answer.err == (
        "newsfolio: BMX, the benchmark, begins on 2024-03-12: start then, or take another\n"
    )
    assert shell(*RUN, "--benchmark", "BMX", "--start", "2024-03-12").code == 0


@pytest.mark.parametrize(
    ("written", "right"), [("BRK.B", "BRK-B"), ("BF.B", "BF-B"), ("BRK/A", "BRK-A")]
)
def test_the_spelling_of_other_vendors(written: str, right: str) -> None:
    with pytest.raises(CommandError, match=f"^{written}: Yahoo writes {right}$"):
        asset_of(written)
    assert asset_of(right).currency == "USD"


AWAY = """
import os
import tempfile
from dataclasses import dataclass
from newsfolio import *

{first}

@dataclass(frozen=True)
class S(Strategy):
    universe = ("AAX",)
    days: int = 5

    def weights(self, view):
        {then}
        return {{"AAX": 1.0}}
"""
GO = "os.chdir(tempfile.gettempdir())"


@pytest.mark.parametrize("when", ["first", "then"])
@pytest.mark.parametrize("command", ["run", "sweep", "compare", "score"])
def test_a_strategy_that_goes_elsewhere_does_not_take_the_runs_along(
    shell: Shell, command: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shell.folder)
    elsewhere = shell.folder / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    flat_prices(shell.folder / "prices", AAX=100.0)
    text = AWAY.format(first="", then="")
    if command == "score":
        (shell.folder / "s.py").write_text(text)
        assert shell(*RUN).code == 0
        sys.modules.pop("newsfolio_user_s")
    (shell.folder / "s.py").write_text(AWAY.format(**{"first": "", "then": "", when: GO}))
    (shell.folder / "other.py").write_text(text.replace("1.0", "0.5"))
    answer = shell(*COMMANDS[command], "--data", "prices")
    assert answer.code == 0, answer.err
    os.chdir(shell.folder)
    assert not [path for path in elsewhere.rglob("*") if path.suffix in (".html", ".parquet")]
    pages = [line.split()[-1] for line in answer.out.splitlines() if line.endswith(".html")]
    assert pages
    assert all(page.startswith("runs/") and Path(page).is_file() for page in pages)


COMMANDS = {
    "run": ("run", "s.py", "s.py", "--no-tearsheet", "--no-verdict"),
    "sweep": ("sweep", "s.py", "--grid", "days=5,6", "--ledger", "trials.sqlite"),
    "compare": ("compare", "s.py", "other.py"),
    "score": ("score", "s", "--no-tearsheet", "--placebos", "0"),
}
