"""docs/first_verdict.ipynb, cell by cell in IPython, in a process and a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import newsfolio

ROOT = Path(newsfolio.__file__).parent.parent
NOTEBOOK = json.loads((ROOT / "docs" / "first_verdict.ipynb").read_text(encoding="utf-8"))
CELLS = [cell for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]
AFTER = [
    "from backtests.runner.fingerprint import code_of",
    "before = code_of(ChinaFirst)",
    "class ChinaFirst(ChinaFirst):\n"
    "    def weights(self, view):\n        return {'SPY': 1.0}\n"
    "before == code_of(ChinaFirst)",
]
"""An edited cell is another variant."""
DRIVER = """
import io, json, sys
from contextlib import redirect_stdout
from IPython.core.interactiveshell import InteractiveShell
import IPython, __main__
__main__.__file__ = IPython.__file__  # as a kernel has that of its launcher
shell = InteractiveShell.instance(user_module=__main__)
shell.ast_node_interactivity = "last_expr"
answers = []
for cell in json.load(sys.stdin):
    printed = io.StringIO()
    with redirect_stdout(printed):
        done = shell.run_cell(cell)
    shown = shell.display_formatter.format(done.result)[0] if done.result is not None else {}
    answers.append({"printed": printed.getvalue(), "shown": shown, "raised": not done.success})
json.dump(answers, sys.__stdout__)
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What each code cell printed and shows, and whether it raised."""
    folder = tmp_path_factory.mktemp("notebook")
    code = [*("".join(cell["source"]) for cell in CELLS), *AFTER]
    done = subprocess.run(
        [sys.executable, "-c", DRIVER], input=json.dumps(code), cwd=folder, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder), "NO_COLOR": "1",
             "XDG_DATA_HOME": str(folder / "data"), "IPYTHONDIR": str(folder / "ipython")},
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answered: list[dict[str, Any]] = json.loads(done.stdout)
    return answered


def answer(answers: list[dict[str, Any]], text: str) -> dict[str, Any]:
    """Of the one cell whose code begins so."""
    places = [at for at, cell in enumerate(CELLS) if "".join(cell["source"]).startswith(text)]
    assert len(places) == 1
    return answers[places[0]]


def test_only_the_cell_that_is_meant_to_raises(answers: list[dict[str, Any]]) -> None:
    tagged = ["raises-exception" in cell["metadata"].get("tags", []) for cell in CELLS]
    assert [given["raised"] for given in answers[: len(CELLS)]] == tagged
    assert sum(tagged) == 1


def test_the_verdict_is_shown(answers: list[dict[str, Any]]) -> None:
    shown = answer(answers, "from backtests import")["shown"]["text/html"]
    assert "SIMULATED data" in shown
    assert "Simulated. Made-up prices." in shown
    assert "<svg" in shown
    assert answer(answers, "print(result.verdict)")["printed"].startswith("SIMULATED. Made-up")


@pytest.mark.parametrize("code", ["from dataclasses", "@dataclass", "claims", "sweep", "compare"])
def test_what_a_cell_answers_is_shown_as_html(answers: list[dict[str, Any]], code: str) -> None:
    assert "<table" in answer(answers, code)["shown"]["text/html"]


def test_a_mistake_is_one_line(answers: list[dict[str, Any]]) -> None:
    printed = answer(answers, "run(ChinaFirst(part=")["printed"]
    assert printed.strip() == (
        "ParameterError: china-first: part='half' is not of type float (default 0.5)"
    )


def test_an_edited_cell_is_another_variant(answers: list[dict[str, Any]]) -> None:
    assert answers[-1]["shown"]["text/plain"] == "False"


def test_it_is_kept_without_what_it_answered() -> None:
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in CELLS)
