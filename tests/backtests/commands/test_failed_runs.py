"""What stops a run is told and counted in one way, whichever command was asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from backtests import sweep
from backtests.records.ledger import Ledger
from newsfolio import StrategyError
from tests.support.shell import Shell
from tests.support.small_runs import strategy_file

MINE = 'universe = ("SPY",)\ndef weights(self, view):\n    return {}'
TURNED = """
from dataclasses import dataclass
from newsfolio import Strategy, monthly, param

@dataclass(frozen=True)
class Turned(Strategy):
    'One parameter to sweep.'
    universe = ("SPY",)
    rebalance = monthly
    n: int = param(1, low=1, high=9, doc="a number")

    def weights(self, view):
        return {"SPY": 1.0}
"""
ASKED = {
    "run": ("run", "{}", "--no-tearsheet", "--no-verdict"),
    "compare": ("compare", "{}", "{}"),
    "sweep": ("sweep", "{}", "--random", "1", "--ledger", "trials.sqlite"),
    "check": ("check", "{}"),
    "weights": ("weights", "{}"),
}


def asked(command: str, strategy: str, data: str) -> tuple[str, ...]:
    return (*(word.format(strategy) for word in ASKED[command]), "--data", data)


@pytest.fixture
def folder(shell: Shell) -> Path:
    (shell.folder / "prices").mkdir()
    (shell.folder / "prices" / "QQQ.csv").write_text("Date,Close\n2024-03-01,10\n")
    strategy_file(shell.folder, MINE)
    return shell.folder


@pytest.mark.parametrize("command", ["run", "compare", "check", "weights"])
def test_a_folder_that_lacks_a_line_says_what_it_holds(
    shell: Shell, folder: Path, command: str
) -> None:
    answer = shell(*asked(command, "s.py", "prices"))
    assert answer.code == 1
    first, second = answer.err.splitlines()
    assert "no data for SPY" in first
    assert second.startswith("prices holds QQQ.csv; a line is read from <TICKER>.csv")


def test_a_file_of_many_lines_that_is_spoilt_is_named_instead(shell: Shell, folder: Path) -> None:
    (folder / "prices" / "last download.csv").write_text("Exceeded the daily hits limit")
    answer = shell(*asked("run", "s.py", "prices"))
    assert answer.err.splitlines()[1] == (
        "prices/last download.csv line 1: no prices, but 'Exceeded the daily hits limit'. "
        "Fetch the file again, or remove it."
    )


@pytest.mark.parametrize("command", ["run", "compare", "sweep"])
def test_a_strategy_that_cannot_be_made_is_a_trial(shell: Shell, command: str) -> None:
    (shell.folder / "broken.py").write_text("raise ValueError('at once')\n")
    answer = shell(*asked(command, "broken.py", "sample"))
    assert (answer.code, answer.out) == (1, "")
    assert "broken.py (line 1) raised ValueError: at once" in answer.err
    (row,) = Ledger(shell.ledger).rows()
    assert (row["strategy"], row["status"], row["run"]) == ("broken.py", "failed", "")
    assert "at once" in row["error"]


def test_a_sweep_in_python_counts_it_too(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("raise ValueError('at once')\n")
    ledger = tmp_path / "trials.sqlite"
    with pytest.raises(StrategyError):
        sweep(str(tmp_path / "broken.py"), "sample", out=tmp_path, ledger=ledger)
    assert [row["status"] for row in Ledger(ledger).rows()] == ["failed"]


def test_a_sweep_whose_sets_lack_a_line_says_what_the_folder_holds(
    shell: Shell, folder: Path
) -> None:
    (shell.folder / "turned.py").write_text(TURNED)
    answer = shell("sweep", "turned.py", "--grid", "n=1,2", "--data", "prices",
                   "--ledger", "trials.sqlite")  # fmt: skip
    lines = answer.out.splitlines()
    failed = next(at for at, line in enumerate(lines) if line.startswith("failed"))
    assert "no data for " in lines[failed]
    assert lines[failed + 1].strip().startswith("prices holds QQQ.csv; a line is read from")


def test_a_score_counts_what_can_no_longer_be_made(
    shell: Shell, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strategy_file(shell.folder, MINE.replace("{}", '{"SPY": 1.0}'))
    made = ("--data", "sample", "--no-tearsheet", "--no-verdict", "--start", "2025-01-02")
    assert shell("run", "s.py", *made).code == 0
    run = next(path.name for path in shell.runs.iterdir() if path.is_dir())
    answer = shell("score", run, "--data", "prices")
    assert answer.code == 1
    assert answer.err.splitlines()[-1].startswith("prices holds QQQ.csv")

    def unmade(_: object) -> None:
        raise StrategyError("s.py raised ValueError: at once")

    monkeypatch.setattr("backtests.commands.records.rescore.job_again", unmade)
    assert shell("score", run, "--data", "sample").code == 1
    errors = [row["error"] for row in Ledger(shell.ledger).rows()]
    assert [bool(error) for error in errors] == [False, True, True]
    assert "at once" in errors[2]
