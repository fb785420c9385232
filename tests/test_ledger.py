"""Every trial is recorded, and none can be taken back."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backtests.ledger import Ledger, Trial
from newsfolio import OutputError
from tests.terminal import SHORT, Shell

ROOT = Path(__file__).parent.parent
APPEND = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from backtests.ledger import Ledger, Trial
for number in range(25):
    trial = Trial("T1", sys.argv[2], {"n": number}, "code", "data", False, {})
    Ledger(Path(sys.argv[1])).append(trial, datetime.now(UTC))
"""


def test_done_and_failed_runs_are_both_there(shell: Shell) -> None:
    assert shell("run", "abc-basket", *SHORT, "--set", "mix=ai-half").code == 0
    assert shell("run", "east-rising", *SHORT, "--end", "2027-06-01").code == 1
    done, failed = Ledger(shell.ledger).rows()
    assert (done["strategy"], done["thesis"], done["status"]) == ("abc-basket", "T3", "done")
    assert json.loads(done["parameters"]) == {"mix": "ai-half", "stock": "BABA", "seed": 1}
    assert done["simulated"] == 1
    assert (shell.runs / done["run"]).is_dir()
    assert json.loads(done["metrics"])["trades"] > 0
    assert (failed["strategy"], failed["status"], failed["run"]) == ("east-rising", "failed", "")
    assert "2027-06-01" in failed["error"]


def test_rows_stay(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "trials.sqlite")
    ledger.append(Trial("", "mine", {}, "", "", True, {}), datetime(2026, 1, 2, tzinfo=UTC))
    connection = sqlite3.connect(tmp_path / "trials.sqlite")
    for statement in ("UPDATE trials SET thesis = 'T9'", "DELETE FROM trials"):
        with pytest.raises(sqlite3.Error, match="append-only"):
            connection.execute(statement)
    connection.close()
    assert [row["strategy"] for row in ledger.rows()] == ["mine"]


def test_four_processes_append_at_once(tmp_path: Path) -> None:
    path = tmp_path / "trials.sqlite"
    writers = [
        subprocess.Popen([sys.executable, "-c", APPEND, str(path), f"writer-{number}"], cwd=ROOT)
        for number in range(4)
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0, 0]
    rows = Ledger(path).rows()
    assert len(rows) == 100
    assert len({(row["strategy"], row["parameters"]) for row in rows}) == 100


def test_a_ledger_that_cannot_be_written_warns_and_the_run_is_kept(shell: Shell) -> None:
    shell.ledger.mkdir()
    said = shell("run", "abc-basket", *SHORT)
    assert said.code == 0
    assert "not counted" in said.err
    assert len(list(shell.runs.glob("abc-basket-*"))) == 1
    with pytest.raises(OutputError, match="--ledger"):
        Ledger(shell.ledger).append(Trial("", "x", {}, "", "", True, {}), datetime.now(UTC))
