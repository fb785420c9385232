"""Every command and every block of code in the documents is run, on the sample market.

A block with a title is a file of that name. Commands are cut short: one engine, few placebos, a
window of two years, no tearsheet. What needs a network or another machine is parsed, not run.
"""

from __future__ import annotations

import re
import shlex
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

import backtests
import reports
from backtests.cli import app
from tests.support.shell import Shell, shell_in

ROOT = Path(__file__).parents[2]
PAGES = [
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "AGENTS.md", *sorted(ROOT.glob("docs/**/*.md")))
]
BLOCK = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```", re.DOTALL | re.MULTILINE)
INDENTED = re.compile(r"^    (newsfolio [^\n#]+)", re.MULTILINE)
NOT_RUN = re.compile(
    r"RUN\b|FILE|STRATEGY|gallery|--cluster|--offline|--snapshot|data (pull|status|check)|"
    r"score --all|--vendor stooq|prices/$|--walk-forward|compare abc"
)
"""Placeholders, Yahoo, another machine, what takes long: the parser alone looks at these."""
OTHERS = ("make ", "pip install", "dask ", "python ", ".ci/", "git ", "source ", "cd ")
WINDOW = ("--start", "2026-01-02")
ENGINE = ("--engine", "kernel")
JUDGED = {"docs/tutorials/thesis.md"}
"""Pages whose runs are judged; elsewhere a run is simulated and drawn."""


class Block:
    """What stands between two fences: a language, the name of a file or "", the text."""

    def __init__(self, language: str, title: str, text: str) -> None:
        self.language, self.title, self.text = language, title, text


@cache
def blocks(page: str) -> list[Block]:
    return [Block(*match) for match in BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))]


def commands(page: str) -> list[str]:
    """The lines of shells: of fenced blocks, and of ours that are indented."""
    fenced = [
        line.split("  #")[0].strip()
        for block in blocks(page)
        if block.language == "sh"
        for line in block.text.splitlines()
        if line.strip()
    ]
    text = (ROOT / page).read_text(encoding="utf-8")
    return fenced + [line.strip() for line in INDENTED.findall(text)]


def shortened(words: list[str], judged: bool) -> list[str]:
    """The same command on the sample market, with less to do."""
    more: list[str] = []
    if words[0] in ("run", "check", "sweep", "compare"):
        if words[0] == "run":
            more += ["--no-tearsheet", *(["--placebos", "3"] if judged else ["--no-verdict"])]
            more += ENGINE if "--verify" not in words else ()
        if words[0] == "check":
            more += ["--cuts", "1"]
        if "--data" not in words:
            more += ["--data", "sample"]
        if not {"--start", "prices/"} & set(words):
            more += ("--start", "2025-01-02") if judged else WINDOW
    return words + more


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)])
def test_every_command_is_one(page: str) -> None:
    """Its name and its options are known, and what is not ours is a tool that we name."""
    for line in commands(page):
        words = shlex.split(line)
        if words[0] != "newsfolio":
            assert line.startswith(OTHERS), line
        elif "[--" not in line and "..." not in line:
            app.parse_args(words[1:], exit_on_error=False, print_error=False)


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)])
def test_every_block_runs(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (text,) = (block.text for block in blocks("docs/tutorials/article.md") if block.title)
    (tmp_path / "article.txt").write_text(text, encoding="utf-8")
    names: dict[str, Any] = _cheap_calls(tmp_path, monkeypatch)
    with shell_in(tmp_path) as shell:
        for block in blocks(page):
            if block.title:
                path = tmp_path / block.title
                path.parent.mkdir(exist_ok=True)
                path.write_text(block.text, encoding="utf-8")
            elif block.language == "python":
                exec(compile(block.text, page, "exec"), names)
            elif block.language == "sh":
                _run_lines(block.text, shell, page in JUDGED)


def _run_lines(text: str, shell: Shell, judged: bool) -> None:
    for line in text.splitlines():
        words = shlex.split(line.split("  #")[0])
        if words[:1] != ["newsfolio"] or NOT_RUN.search(shlex.join(words)):
            continue
        answer = shell(*shortened(words[1:], judged))
        assert answer.code == 0, f"{line}\n{answer.err}"


def _cheap_calls(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The calls of a notebook with a ledger of their own, few placebos and no tearsheet."""
    ledger = folder / "trials.sqlite"
    monkeypatch.setattr(backtests, "run", partial(backtests.run, placebos=3, ledger=ledger))
    monkeypatch.setattr(backtests, "sweep", partial(backtests.sweep, ledger=ledger))
    monkeypatch.setattr(reports, "write_pages", partial(reports.write_pages, tearsheet=False))
    return {}


def test_a_command_that_is_none_is_reported() -> None:
    with pytest.raises(Exception, match="strat"):
        app.parse_args(["run", "--strat", "x"], exit_on_error=False, print_error=False)
