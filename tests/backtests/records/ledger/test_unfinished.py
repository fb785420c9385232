"""A run is written down before it begins: who kills it does not get rid of it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backtests.records.ledger import Ledger, Trial, processes
from backtests.records.ledger.counting import Question
from backtests.records.ledger.trial import Exposure
from tests.support.shell import SHORT, Shell

ROOT = Path(__file__).parents[4]
NOW = datetime(2026, 11, 30, 14, tzinfo=UTC)
DAY = "2025-02-21"
STARTED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from backtests.records.ledger import Ledger, Trial
from backtests.records.ledger.trial import Exposure
trial = Trial("T1", "mine", {}, "code", "", False, {}, exposure=Exposure("2025-02-21"))
Ledger(Path(sys.argv[1])).start(trial, datetime.now(UTC))
print("started", flush=True)
sys.stdin.read()
"""


def trial(thesis: str = "T1", **changed: Any) -> Trial:
    made = Trial(thesis, "mine", {}, "code", "", False, {}, exposure=Exposure(DAY))
    return replace(made, **changed)


def asked(thesis: str = "T9", opened: int = 0) -> Question:
    return Question(thesis, "other", Exposure(DAY), frozenset({"own"}), opened)


def test_a_killed_process_leaves_a_trial(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "trials.sqlite")
    process = subprocess.Popen([sys.executable, "-c", STARTED, str(ledger.path)], text=True,
                               cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    (run,) = ledger.tried(asked("T1")).unfinished
    assert run.running is True
    process.send_signal(signal.SIGKILL)
    process.communicate()
    tried = ledger.tried(asked("T1"))
    assert [run.running for run in tried.unfinished] == [False]
    assert tried.thesis.after({"own"}) == tried.family.after({"own"}) == 2
    assert tried.everything.variants == 1
    other = ledger.tried(asked())
    assert (other.thesis.variants, other.family.variants) == (0, 1)
    assert other.joined[0].why == "started, never finished"


def test_what_is_closed_is_no_open_row(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "trials.sqlite")
    opened = ledger.start(trial(), NOW)
    assert ledger.tried(asked("T1", opened)).thesis.variants == 0  # its own
    assert ledger.tried(asked("T1")).thesis.variants == 1
    ledger.append([trial(scored=9), trial(scored=9, parameters={"n": 1})], NOW, opened)
    tried = ledger.tried(asked("T1"))
    assert (tried.thesis.variants, tried.unfinished) == (2, ())
    opened = ledger.start(trial(parameters={"n": 2}), NOW)
    ledger.append([trial(parameters={"n": 2}, error="broke")], NOW, opened)
    assert ledger.tried(asked("T1")).thesis.variants == 2
    assert len(ledger.rows()) == 3


def test_a_killed_run_that_is_run_again_is_one_variant(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "trials.sqlite")
    ledger.start(trial(), NOW)
    ledger.append([trial(scored=9)], NOW, ledger.start(trial(), NOW))
    assert ledger.tried(asked("T1")).thesis.variants == 1


def test_a_simulated_start_is_no_trial(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "trials.sqlite")
    ledger.start(trial(simulated=True), NOW)
    assert ledger.tried(asked("T1")).thesis.variants == 0


def test_a_number_that_is_used_again_is_another_process() -> None:
    here = processes.this_process()
    assert here["pid"] == os.getpid()
    assert processes.is_running(here) is True
    assert processes.is_running({**here, "since": "1"}) is False
    assert processes.is_running({**here, "boot": "another"}) is False
    assert processes.is_running({**here, "room": "another container"}) is None
    assert processes.is_running({}) is None


def test_a_run_opens_and_closes_its_row(shell: Shell) -> None:
    assert shell("run", "abc-basket", *SHORT).code == 0
    assert shell("run", "abc-basket", *SHORT, "--end", "2027-06-01").code == 1
    with closing(sqlite3.connect(shell.ledger)) as connection:
        rows = connection.execute(
            "SELECT id, status, opened, closes, detail FROM trials"
        ).fetchall()
    assert [row[1:4] for row in rows] == [
        ("started", 0, 0), ("done", 1, 1), ("started", 0, 0), ("failed", 3, 1),
    ]  # fmt: skip
    assert json.loads(rows[0][4])["process"]["pid"] == os.getpid()


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_who_stops_a_run_that_has_figures_has_seen_them(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def stopped(*_: object) -> None:
        raise error

    monkeypatch.setattr("backtests.commands.run.save_run", stopped)
    monkeypatch.setattr("backtests.records.trials.Result.simulated", False)
    assert shell("run", "abc-basket", *SHORT).code == 1
    (row,) = Ledger(shell.ledger).rows()
    assert (row["status"], row["run"], row["scored"] > 400) == ("failed", "", True)
    assert Ledger(shell.ledger).tried(Question("T3", "x")).thesis.variants == 1
