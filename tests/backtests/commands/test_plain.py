"""Plain backtrader strategies on the command line: parameters, sweeps, pages, and the check."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backtests.records.result import load
from tests.support.shell import Shell
from tests.support.sweeps import CROSS

CHEAT = """
import backtrader as bt


class Cheat(bt.Strategy):
    universe = ("SPY",)

    def next(self):
        try:
            rises = self.data.close[1] > self.data.close[0]
        except IndexError:
            return
        if rises and not self.position:
            self.order_target_percent(target=0.9)
        elif not rises and self.position:
            self.close()
"""
SEER = """
import backtrader as bt


class Seer(bt.Strategy):
    universe = ("SPY",)

    def next(self):
        if len(self) == self.data.buflen() - 60:
            self.order_target_percent(target=0.9)
"""
WINDOW = ("--data", "sample", "--start", "2024-01-02", "--end", "2024-12-30")
ALONE = (*WINDOW, "--no-tearsheet", "--no-verdict")


@pytest.fixture
def files(shell: Shell) -> Shell:
    (shell.folder / "cross.py").write_text(CROSS)
    (shell.folder / "cheat.py").write_text(CHEAT)
    (shell.folder / "seer.py").write_text(SEER)
    return shell


def page_of(shell: Shell, name: str) -> str:
    (folder,) = shell.runs.glob(f"{name}-*")
    return (folder / "verdict.html").read_text(encoding="utf-8")


def test_until_a_check_has_run_terminal_and_page_say_so(files: Shell) -> None:
    answer = files("run", "cross.py", *ALONE)
    assert "look-ahead not checked" in answer.out
    top = page_of(files, "cross").partition("<main")[0]
    assert "Not checked for look-ahead" in top
    assert "newsfolio check cross.py --universe SPY,TLT" in top
    checked = files("check", "cross.py", *WINDOW, "--cuts", "3")
    assert (checked.code, "cross: honest. 9 replays" in checked.out) == (0, True)
    again = files("run", "cross.py", *WINDOW, "--no-tearsheet")
    assert "look-ahead" not in again.out
    (folder,) = files.runs.glob("cross-*")
    assert load(folder).evaluation["certificate"]["honesty"] == "honest"  # type: ignore[index]
    other = files("run", "cross.py", *ALONE, "--set", "fast=6")
    assert "look-ahead not checked" in other.out, "a check is of one set of parameters"


def test_one_that_reads_tomorrow_is_found_out(files: Shell) -> None:
    checked = files("check", "cheat.py", *WINDOW, "--cuts", "4", "--json")
    report = json.loads(checked.out)
    assert (checked.code, report["honesty"]) == (1, "cheats")
    assert "its orders for SPY on 2024-" in report["reason"]
    answer = files("run", "cheat.py", *ALONE)
    assert "look-ahead: cheats" in answer.out
    assert "It looks ahead" in page_of(files, "cheat").partition("<main")[0]


def test_one_that_knows_where_the_data_end_is_found_out(files: Shell) -> None:
    """It buys sixty sessions before the last, whatever the prices."""
    checked = files("check", "seer.py", *WINDOW, "--cuts", "2", "--json")
    report = json.loads(checked.out)
    assert (checked.code, report["honesty"]) == (1, "cheats")
    assert "where the data ended on 2024-" in report["reason"]


def test_parameters_are_set_shown_swept_and_compared(files: Shell) -> None:
    shown = files("show", "cross.py", "--set", "fast=7").out
    assert "cross(fast=7): a plain backtrader strategy" in shown
    assert "fast = 7" in shown
    assert shown.index("SPY") < shown.index("TLT")
    assert files("run", "cross.py", *ALONE, "--set", "fast=3").code == 0
    swept = files("sweep", "cross.py", *WINDOW, "--grid", "fast=3,8", "--grid", "slow=30", "--json",
                  "--ledger", str(files.ledger))  # fmt: skip
    summary = json.loads(swept.out)
    assert (summary["sets"], summary["failed"]) == (2, 0)
    compared = files("compare", "cross.py", "abc-basket", *WINDOW, "--json")
    assert compared.code == 0, compared.err


def test_a_set_of_a_sweep_is_the_run_with_those_parameters(files: Shell) -> None:
    """One figure by two ways: the sweep's table and the run's manifest."""
    files("run", "cross.py", *ALONE, "--set", "fast=3")
    (folder,) = files.runs.glob("cross-*")
    alone = load(folder).metrics["cagr"]
    swept = files("sweep", "cross.py", *WINDOW, "--grid", "fast=3,8", "--by", "cagr", "--json",
                  "--ledger", str(files.ledger))  # fmt: skip
    rows = [*json.loads(swept.out)["best"], *json.loads(swept.out)["worst"]]
    (cagr,) = {row["cagr"] for row in rows if row["fast"] == 3}
    assert cagr == pytest.approx(alone, rel=1e-12)


def test_a_saved_run_is_judged_again_with_its_parameters(files: Shell) -> None:
    files("run", "cross.py", *WINDOW, "--no-tearsheet", "--set", "fast=3")
    (folder,) = files.runs.glob("cross-*")
    answer = files("score", f"runs/{folder.name}", "--data", "sample", "--no-tearsheet", "--json")
    assert answer.code == 0, answer.err
    again = load(Path(json.loads(answer.out)["path"])).manifest["strategy"]
    assert again["parameters"] == {"fast": 3, "slow": 20}
    assert [sleeve["lines"] for sleeve in again["universe"]] == [["SPY"], ["TLT"]]


def test_what_does_not_apply_is_refused(files: Shell) -> None:
    for arguments, sentence in (
        (("run", "cross.py", *ALONE, "--set", "speed=3"), "has no parameter 'speed'"),
        (("run", "cross.py", *ALONE, "--verify"), "--verify does not apply"),
        (("run", "abc-basket", *ALONE, "--funding", "loan"), "--funding loan is for plain"),
        (("sweep", "cross.py", *WINDOW, "--grid", "fast=3,8", "--walk-forward", "3", "3"),
         "leave --walk-forward out"),
        (("weights", "cross.py", *WINDOW), "it has orders, no weights"),
    ):  # fmt: skip
        answer = files(*arguments)
        assert answer.code == 2 or answer.code == 1
        assert sentence in answer.err
