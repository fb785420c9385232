"""What is written in the README is run."""

from __future__ import annotations

import json
import re
from pathlib import Path

from backtests.cli import app
from tests.support.shell import SHORT, Shell

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_strategy_of_the_readme_runs(shell: Shell) -> None:
    (shell.folder / "mine.py").write_text(blocks()[0])
    assert shell("run", "mine.py:Mine", *SHORT).code == 0


def test_the_article_of_the_readme_is_checked_and_its_thesis_runs(shell: Shell) -> None:
    (shell.folder / "gold.py").write_text(blocks()[1])
    told = shell("claims", "gold.py", "--data", "sample", "--json")
    found = {claim["id"]: claim["verdict"] for claim in json.loads(told.out)["claims"]}
    assert found == {"gold-1": "simulated", "gold-2": "untestable"}
    assert shell("run", "gold.py", *SHORT).code == 0


def test_the_notebook_call_of_the_readme_runs(shell: Shell) -> None:
    exec(compile(blocks()[2], "README.md", "exec"), {})
    assert (shell.runs / "mine" / "tearsheet.html").exists()


def test_every_command_stands_in_the_readme() -> None:
    commands = [name for name in app if not name.startswith("-")]
    assert len(commands) >= 7
    for name in commands:
        assert f"`newsfolio {name}" in README


def test_every_command_of_the_readme_exists() -> None:
    used = set(re.findall(r"newsfolio ([a-z]+) ", README.replace("`", " ")))
    assert {"run", "list"} <= used
    assert used <= set(app) | {"is", "tells", "import"}
