"""Classes without a file travel by their code; what is data among their globals is named."""

from __future__ import annotations

import linecache
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import backtests
from backtests import strategy_loader
from backtests.evaluation.lookahead.messages import Opened, RunTask
from backtests.evaluation.lookahead.replay_process import (
    ReplayFailed,
    ReplayProcess,
    replay_process,
)
from backtests.evaluation.lookahead.source_audit import runs_at_import
from backtests.evaluation.lookahead.travelling import foreseen, packed
from backtests.runner.inputs import inputs_of
from backtests.settings import Settings
from markets.market import Market
from markets.sample.source import SampleSource
from newsfolio import Strategy
from tests.support.cheats.oddities import made_by

CELL = """
from dataclasses import dataclass
from functools import lru_cache
import numpy as np, pandas as pd
from newsfolio import Strategy, equal, monthly

PAIR = ("SPY", "TLT")
{globals}

@lru_cache(maxsize=4)
def twice(number):
    return 2 * number

def stronger(view):
    return view.momentum("TLT", twice(30)) > view.momentum("SPY", 60)

@dataclass(frozen=True)
class Cell(Strategy):
    days: int = 60
    universe = PAIR
    rebalance = monthly
    {attributes}

    def weights(self, view):
        {body}
        return equal(PAIR[int(stronger(view))])
"""


@pytest.fixture
def cell(request: pytest.FixtureRequest) -> Iterator[Strategy]:
    """A strategy of a notebook's cell, as IPython runs one."""
    parts = {"globals": "", "attributes": "", "body": "pass", **request.param}
    text, name = CELL.format(**parts), "/tmp/ipykernel_1/2.py"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(text, name, "exec"), names)
    yield names["Cell"]()
    del linecache.cache[name]


DATA = [
    ("TABLE = pd.Series([1.0, 2.0])", "", "TABLE", "TABLE is a Series"),
    ("TABLE = np.ones(3)", "", "TABLE", "TABLE is a ndarray"),
    ("TABLE = {day: day / 7 for day in range(300)}", "", "TABLE", "TABLE is a dict"),
    ("TABLE = [[1.5] * 60, [2.5] * 60]", "", "TABLE", "TABLE is a list"),
    ("TABLE = {'prices': [pd.Series([1.0])]}", "", "TABLE", "TABLE is a dict"),
    ("", "table = np.arange(9)", "self.table", "Cell.table is a ndarray"),
    ("def make(table=np.arange(9)): return table", "", "make()", "table is a ndarray"),
]


@pytest.mark.parametrize(
    ("cell", "named"),
    [({"globals": g, "attributes": a, "body": b}, named) for g, a, b, named in DATA],
    indirect=["cell"],
)
def test_data_that_travels_along_is_named(cell: Strategy, named: str) -> None:
    (line,) = packed(cell, type(cell)).undeclared
    assert line == f"{named}, which is data that `files` does not name"


@pytest.mark.parametrize(
    "cell",
    [
        {"globals": "TABLE = np.ones(3)", "attributes": "files = ('TABLE',)", "body": "TABLE"},
        {"globals": "TABLE = np.ones(3)"},
        {"globals": f"TABLE = {list(range(200))}", "body": "TABLE"},
        {"globals": "TABLE = {'SPY': 0.5, 'TLT': 0.5}", "body": "TABLE"},
        {"globals": "TABLE = np.float64(0.5)", "body": "TABLE"},
        {"globals": "from newsfolio import Sleeve\nTABLE = Sleeve('all', PAIR)", "body": "TABLE"},
        {"globals": "NAMES = [f'T{n}' for n in range(500)]", "body": "NAMES"},
    ],
    indirect=True,
)
def test_plain_values_travel(cell: Strategy) -> None:
    """Declared, not named by the code, written out in the cell, few, or names."""
    assert packed(cell, type(cell)).undeclared == ()


@pytest.mark.parametrize(
    ("cell", "reached"),
    [
        ({"body": "import yfinance"}, "Cell.weights uses yfinance"),
        ({"body": "view._history"}, "Cell.weights uses _history"),
    ],
    indirect=["cell"],
)
def test_code_without_source_is_searched(cell: Strategy, reached: str) -> None:
    (line,) = packed(cell, type(cell)).reaches
    assert line.startswith(reached)


@pytest.fixture(scope="module")
def market() -> Market:
    strategy = made_by(30)()
    settings = Settings(start="2023-01-03", end="2023-12-29")  # type: ignore[arg-type]
    inputs = inputs_of(strategy, settings)
    return inputs.market(inputs.load(SampleSource()))


def test_a_class_of_a_function_decides_in_another_process_as_here(market: Market) -> None:
    """And what the process was asked before leaves nothing behind: each copy ends."""
    strategy, settings = made_by(30)(), Settings(start="2023-01-03", end="2023-12-29")  # type: ignore[arg-type]
    replies = []
    for _ in range(2):
        with replay_process().market(packed(strategy, type(strategy)), Opened(market)) as copy:
            replies.append(copy.ask(RunTask(settings)))
        assert copy.witnessed.seen == ()
    assert len(replies[0].decisions) == 13
    assert replies[0].targets == replies[1].targets


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ({"body": "import os; os._exit(7)"}, "exit code 7"),
        ({"body": "raise ValueError('no')"}, "ValueError: no"),
        ({"globals": "import sys", "body": "sys.exit(3)"}, "SystemExit"),
    ],
    indirect=["cell"],
)
def test_a_strategy_that_ends_its_process_ends_no_check(
    cell: Strategy, message: str, market: Market
) -> None:
    with (
        pytest.raises(ReplayFailed, match=message),
        replay_process().market(packed(cell, type(cell)), Opened(market)) as copy,
    ):
        copy.ask(RunTask(Settings(start="2023-01-03", end="2023-12-29")))  # type: ignore[arg-type]


SCRIPT = """
from dataclasses import dataclass
from backtests import run
from newsfolio import Strategy, equal, monthly

print("the script runs")

@dataclass(frozen=True)
class Mine(Strategy):
    universe = ("SPY", "TLT")
    rebalance = monthly

    def weights(self, view):
        return equal("SPY" if view.momentum("SPY", 60) > 0 else "TLT")

result = run(Mine, data="sample", start="2024-01-02", end="2024-12-31", placebos=0,
             ledger="trials.db")
print(result.evaluation["certificate"]["honesty"])
"""


def test_a_file_that_runs_a_backtest_when_it_is_imported_travels_by_its_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    monkeypatch.setattr(backtests, "run", lambda *_, **__: SimpleNamespace(
        evaluation={"certificate": {"honesty": "not asked"}}))  # fmt: skip
    strategy = strategy_loader.find(str(tmp_path / "script.py"))()
    packing = packed(strategy, type(strategy))
    assert "script.py" in {Path(name).name for name in packing.luggage.code}
    assert packing.undeclared == packing.reaches == ()


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("result = run(Mine)", True),
        ("print(backtests.run(Mine).metrics)", True),
        ("if __name__ == '__main__':\n    run(Mine)", False),
        ("def later():\n    return run(Mine)", False),
        ("run = 3", False),
    ],
)
def test_what_runs_at_import_is_told_by_the_source(text: str, runs: bool, tmp_path: Path) -> None:
    (tmp_path / "some.py").write_text(text)
    assert runs_at_import(str(tmp_path / "some.py")) is runs


def test_a_script_without_a_guard_is_certified_and_runs_once(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    script = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={"PYTHONPATH": str(Path(__file__).parents[4]), "HOME": str(tmp_path)},
    )  # fmt: skip
    assert script.stdout.split("\n")[:2] == ["the script runs", "honest"]


def test_libraries_that_a_strategy_will_import_are_foreseen() -> None:
    """Packages of the environment alone: not the standard library, nor our own."""
    assert foreseen(strategy_loader.find("targets-raised")) == ("numpy", "pandas")
    assert foreseen(strategy_loader.find("abc-basket")) == ("numpy",)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux")
def test_a_market_is_sent_once_the_libraries_are_there(market: Market) -> None:
    """What was asked ahead is answered first, and the answer is not taken for another's."""
    process, strategy = ReplayProcess(channels=2), made_by(30)()
    process.foresee(("pandas",))
    try:
        with process.market(packed(strategy, type(strategy)), Opened(market)) as copy:
            settings = Settings(start="2023-01-03", end="2023-12-29")  # type: ignore[arg-type]
            assert len(copy.ask(RunTask(settings)).decisions) == 13
        assert process.widened(()) == 2
    finally:
        process.stop()
