"""A ledger that an earlier build wrote goes on, and counts as it did."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backtests.records.ledger import Ledger, Trial
from backtests.records.ledger.counting import Question
from backtests.records.ledger.tables import VERSION

DATA = Path(__file__).parents[3] / "data"
OLD = DATA / "ledger_of_049a9d1" / "trials.sqlite"
NOW = datetime(2026, 11, 30, 14, tzinfo=UTC)


def written_then(path: Path) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM trials ORDER BY id")]


@pytest.mark.parametrize(
    "old", [OLD, DATA / "old_build" / "trials.sqlite"], ids=["049a9d1", "abf3b8a"]
)
def test_every_row_is_there_as_it_was(tmp_path: Path, old: Path) -> None:
    path = Path(shutil.copy(old, tmp_path))
    before = written_then(path)
    after = Ledger(path).rows()
    assert [{name: row[name] for name in before[0]} for row in after] == before
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    state = Ledger(path).state()
    assert (state.chain.gaps, state.trials, state.before) == ((), len(before), len(before))
    assert state.since == before[0]["at"]
    assert state.chained > state.since
    assert state.chain.set_back == 0  # what was there before is older than the row that says so


def test_an_altered_first_row_is_named(tmp_path: Path) -> None:
    path = Path(shutil.copy(OLD, tmp_path))
    Ledger(path).rows()
    with closing(sqlite3.connect(path)) as connection, connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE trials SET detail = '{}' WHERE id = 1")
    state = Ledger(path).state()
    assert len(state.chain.gaps) == 1
    assert state.chain.gaps[0].startswith("row 1 (migrated, no strategy, ")
    assert state.before == 0


def test_it_counts_what_it_counted(tmp_path: Path) -> None:
    """Times 1, 0.5, 0.1 and 0.2, and 1 without costs; a rerun, a failure, a simulated run apart."""
    ledger = Ledger(Path(shutil.copy(OLD, tmp_path)))
    tried = ledger.tried(Question("old", "mine", variants=frozenset({"078c7e67d729e398", "new"})))
    assert tried.thesis.variants == tried.family.variants == tried.everything.variants == 5
    assert tried.thesis.after({"078c7e67d729e398", "new"}) == 6
    assert tried.until == "2025-05-08"
    assert tried.joined == ()


def test_it_goes_on_in_one_chain(tmp_path: Path) -> None:
    ledger = Ledger(Path(shutil.copy(OLD, tmp_path)))
    ledger.append([Trial("old", "mine", {"n": 1}, "code", "data", False, {}, scored=9)], NOW)
    state = ledger.state()
    assert (state.trials, state.chain.gaps) == (10, ())
    with closing(sqlite3.connect(ledger.path)) as connection, connection:
        connection.execute("DROP TRIGGER trials_stay")
        connection.execute("UPDATE trials SET error = '' WHERE status = 'failed'")
    assert "is not as it was written" in ledger.state().chain.gaps[0]


def test_rows_of_the_first_version_have_no_variants(tmp_path: Path) -> None:
    path = tmp_path / "trials.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TABLE trials (id INTEGER PRIMARY KEY, at TEXT, thesis TEXT, strategy TEXT, "
            "parameters TEXT, code TEXT, data TEXT, simulated INTEGER, settings TEXT, start TEXT, "
            "end TEXT, status TEXT, error TEXT, run TEXT, metrics TEXT)"
        )
        connection.execute("INSERT INTO trials (strategy, status) VALUES ('old', 'done')")
    ledger = Ledger(path)
    assert [row["strategy"] for row in ledger.rows()] == ["old"]
    assert ledger.tried(Question("", "old")).everything.variants == 0


def test_a_number_that_an_old_build_lowered_is_raised_again(tmp_path: Path) -> None:
    """0.1 finds another number than its own, writes its own and adds its index."""
    path = tmp_path / "trials.sqlite"
    for scored in (9, 10):
        Ledger(path).append(
            [Trial("now", "mine", {}, "code", "data", False, {}, scored=scored)], NOW
        )
        before = Ledger(path).rows()
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("CREATE INDEX trials_by_thesis ON trials (thesis)")
            connection.execute("PRAGMA user_version = 2")
        assert Ledger(path).rows() == before
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert Ledger(path).state().chain.gaps == ()
