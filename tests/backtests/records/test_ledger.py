"""Every trial is recorded, and none can be taken back."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backtests.records.ledger import Ledger, Trial, Tried
from backtests.records.ledger.chain import witness_path
from backtests.records.ledger.counting import Question
from backtests.records.workspace import open_ledger
from newsfolio import OutputError
from tests.support.shell import SHORT, Shell

ABOUT_T1 = Question("T1", "mine")
ROOT = Path(__file__).parents[3]
APPEND = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from backtests.records.ledger import Ledger, Trial, Tried
for number in range(25):
    trial = Trial("T1", sys.argv[2], {"n": number}, "code", "data", False, {})
    Ledger(Path(sys.argv[1])).append([trial], datetime.now(UTC))
"""


def test_done_and_failed_runs_are_both_there(shell: Shell) -> None:
    assert shell("run", "abc-basket", *SHORT, "--set", "mix=ai-half").code == 0
    assert shell("run", "east-rising", *SHORT, "--end", "2027-06-01").code == 1
    done, failed = Ledger(shell.ledger).rows()
    assert (done["strategy"], done["thesis"], done["status"]) == ("abc-basket", "T3", "done")
    assert json.loads(done["parameters"]) == {
        "mix": "ai-half", "ai": "SMH", "stock": "BABA", "china": "KWEB", "seed": 1,
    }  # fmt: skip
    assert done["simulated"] == 1
    assert (shell.runs / done["run"]).is_dir()
    assert json.loads(done["metrics"])["trades"] > 0
    assert (failed["strategy"], failed["status"], failed["run"]) == ("east-rising", "failed", "")
    assert "2027-06-01" in failed["error"]


def test_rows_stay(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "trials.sqlite")
    ledger.append([Trial("", "mine", {}, "", "", True, {})], datetime(2026, 1, 2, tzinfo=UTC))
    connection = sqlite3.connect(tmp_path / "trials.sqlite")
    for statement in ("UPDATE trials SET thesis = 'T9'", "DELETE FROM trials"):
        with pytest.raises(sqlite3.Error, match="append-only"):
            connection.execute(statement)
    connection.close()
    assert [row["strategy"] for row in ledger.rows()] == ["mine"]


def writers(path: Path, count: int) -> list[subprocess.Popen[bytes]]:
    """Processes that append 25 trials each."""
    return [
        subprocess.Popen([sys.executable, "-c", APPEND, str(path), f"writer-{number}"], cwd=ROOT)
        for number in range(count)
    ]


def test_eight_processes_append_at_once(tmp_path: Path) -> None:
    path = tmp_path / "trials.sqlite"
    assert [writer.wait(60) for writer in writers(path, 8)] == [0] * 8
    rows = Ledger(path).rows()
    assert len(rows) == 200
    assert len({(row["strategy"], row["parameters"]) for row in rows}) == 200


def test_killed_writers_leave_whole_rows(tmp_path: Path) -> None:
    """Each is killed at another moment; what it had committed is there, and nothing half."""
    path = tmp_path / "trials.sqlite"
    for number in range(12):
        writer = writers(path, 1)[0]
        deadline, before = time.monotonic() + 120, len(Ledger(path).rows())
        while len(Ledger(path).rows()) <= before and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(number * 0.003)
        writer.kill()
        writer.wait(10)
        connection = sqlite3.connect(path)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
        rows = Ledger(path).rows()
        assert len(rows) > before
        done = [json.loads(row["parameters"])["n"] for row in rows[before:]]
        assert done == list(range(len(done)))
    Ledger(path).append([trial(0)], datetime.now(UTC))


def trial(number: int, **changed: Any) -> Trial:
    made = Trial("T1", "mine", {"n": number}, "code", "data", False, {"costs": "venue"}, scored=9)
    return replace(made, **changed)


def test_distinct_variants_count_and_nothing_else_does(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "trials.sqlite")
    assert ledger.tried(ABOUT_T1) == Tried()
    rerun = {"settings": {"costs": "venue", "end": "2026-01-02", "engine": "kernel", "cash": 5.0}}
    trials = [
        trial(1, sharpe=0.5),
        trial(1, sharpe=0.75, **rerun),
        trial(2),
        trial(1, settings={"costs": "none"}, sharpe=0.1),  # other costs are another variant
        trial(1, code="edited", sharpe=0.2),  # and so is an edited file
        trial(3, simulated=True),
        trial(4, error="broke"),
        trial(5, scored=0),
        trial(6, thesis="T2"),
    ]
    ledger.append(trials, datetime.now(UTC))
    own = {trial(1).variant, trial(7).variant}
    tried = ledger.tried(replace(ABOUT_T1, variants=frozenset(own)))
    assert tried.thesis.variants == 4
    assert tried.everything.variants == 5
    assert tried.thesis.known == tried.everything.known == {trial(1).variant}
    assert (tried.thesis.after(own), tried.everything.after(own)) == (5, 6)
    assert ledger.state().trials == len(ledger.rows()) == 9


def test_a_ledger_of_an_earlier_version_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "trials.sqlite"
    connection = sqlite3.connect(path)
    connection.execute(
        "CREATE TABLE trials (id INTEGER PRIMARY KEY, at TEXT, thesis TEXT, strategy TEXT, "
        "parameters TEXT, code TEXT, data TEXT, simulated INTEGER, settings TEXT, start TEXT, "
        "end TEXT, status TEXT, error TEXT, run TEXT, metrics TEXT)"
    )
    connection.execute("INSERT INTO trials (strategy, status) VALUES ('old', 'done')")
    connection.commit()
    connection.close()
    Ledger(path).append([trial(1, sharpe=0.5)], datetime.now(UTC))
    assert [row["strategy"] for row in Ledger(path).rows()] == ["old", "mine"]
    assert Ledger(path).tried(ABOUT_T1).thesis.variants == 1


def test_a_ledger_that_another_process_holds_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backtests.records.ledger.ledger.PATIENCE", 0.1)
    ledger = Ledger(tmp_path / "trials.sqlite")
    ledger.append([trial(1)], datetime.now(UTC))
    holder = sqlite3.connect(tmp_path / "trials.sqlite")
    holder.execute("BEGIN EXCLUSIVE")
    for call in (
        lambda: ledger.tried(ABOUT_T1),
        lambda: ledger.append([trial(2)], datetime.now(UTC)),
    ):
        with pytest.raises(OutputError, match="locked"):
            call()
    holder.rollback()
    holder.close()
    assert ledger.tried(ABOUT_T1).thesis.variants == 1


def test_a_ledger_that_cannot_be_written_warns_and_the_run_is_kept(shell: Shell) -> None:
    shell.ledger.mkdir()
    answer = shell("run", "abc-basket", *SHORT)
    assert answer.code == 0
    assert "not counted" in answer.err
    assert len(list(shell.runs.glob("abc-basket-*"))) == 1
    with pytest.raises(OutputError, match="--ledger"):
        Ledger(shell.ledger).append([Trial("", "x", {}, "", "", True, {})], datetime.now(UTC))


def newer(path: Path) -> None:
    Ledger(path).append([trial(1)], datetime.now(UTC))
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 4")
    connection.close()
    witness_path(path).unlink()


def foreign(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


NOT_OURS: dict[str, tuple[Callable[[Path], object], str]] = {
    "newer": (newer, "is a trial ledger of a newer newsfolio (version 4; this one reads 3)"),
    "foreign": (lambda path: foreign(path, "CREATE TABLE bookmarks (url TEXT)"), "no trial ledger"),
    "foreign, of our version": (
        lambda path: foreign(path, "CREATE TABLE bookmarks (url)", "PRAGMA user_version = 2"),
        "is an SQLite file, but no trial ledger",
    ),
    "foreign, with a table of our name": (
        lambda path: foreign(path, "CREATE TABLE trials (id, court)"), "no trial ledger",
    ),
    "foreign and empty": (lambda path: foreign(path, "PRAGMA user_version = 1"), "no trial ledger"),
    "text": (lambda path: path.write_text("strategy,parameters\n" * 99), "is no trial ledger"),
}  # fmt: skip
COMMANDS: dict[str, tuple[str, ...]] = {
    "run": ("run", "abc-basket", *SHORT),
    "compare": ("compare", "abc-basket", "east-rising", "--data", "sample"),
    "sweep": ("sweep", "abc-basket", "--data", "sample", "--ledger", "trials.sqlite"),
}


@pytest.mark.parametrize(("make", "says"), NOT_OURS.values(), ids=NOT_OURS.keys())
def test_what_is_no_ledger_of_ours_stays_as_it_is(
    tmp_path: Path, make: Callable[[Path], object], says: str
) -> None:
    path = tmp_path / "trials.sqlite"
    make(path)
    before = path.read_bytes()
    ledger = Ledger(path)
    for call in (ledger.require_ours, lambda: open_ledger(path)):
        with pytest.raises(OutputError) as refused:
            call()
        assert says in str(refused.value)
        assert str(refused.value).count("\n") == 1
    for use in (ledger.rows, lambda: ledger.tried(ABOUT_T1),
                lambda: ledger.append([trial(2)], datetime.now(UTC))):  # fmt: skip
        with pytest.raises(OutputError):
            use()
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["trials.sqlite"]


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
@pytest.mark.parametrize("kind", ["newer", "foreign"])
def test_no_command_runs_beside_a_ledger_that_is_not_ours(
    shell: Shell, kind: str, command: tuple[str, ...]
) -> None:
    NOT_OURS[kind][0](shell.ledger)
    before = shell.ledger.read_bytes()
    answer = shell(*command)
    assert (answer.code, answer.out) == (1, "")
    first, second = answer.err.splitlines()
    assert NOT_OURS[kind][1] in first
    assert "name another file with --ledger" in second
    assert shell.ledger.read_bytes() == before
    assert not list(shell.runs.glob("*")) if shell.runs.exists() else True


def test_a_score_refuses_the_ledger_too(shell: Shell) -> None:
    assert shell("run", "abc-basket", *SHORT).code == 0
    run = next(shell.runs.glob("abc-basket-*")).name
    shell.ledger.unlink()
    newer(shell.ledger)
    answer = shell("score", run, "--data", "sample")
    assert (answer.code, answer.out) == (1, "")
    assert "of a newer newsfolio" in answer.err


def test_an_empty_file_becomes_a_ledger(tmp_path: Path) -> None:
    path = tmp_path / "trials.sqlite"
    path.touch()
    open_ledger(path).append([trial(1)], datetime.now(UTC))
    assert len(open_ledger(path).rows()) == 1
