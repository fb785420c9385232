"""A ledger that was tampered with says where."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backtests.records.ledger import Ledger, Trial
from backtests.records.ledger.chain import witness_path
from backtests.records.ledger.tables import COLUMNS

NOW = datetime(2026, 11, 30, 14, tzinfo=UTC)


def trial(number: int) -> Trial:
    return Trial("T1", f"mine-{number}", {"n": number}, "code", "data", False, {}, scored=9)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Six rows; the fifth holds three sets of a sweep."""
    made = Ledger(tmp_path / "trials.sqlite")
    for number in range(1, 5):
        made.append([trial(number)], NOW)
    made.append([Trial("T1", "swept", {"n": n}, "code", "data", False, {}, scored=9)
                 for n in range(3)], NOW)  # fmt: skip
    made.append([trial(6)], NOW)
    return made


def tampered(ledger: Ledger, *statements: str) -> tuple[str, ...]:
    """The gaps after somebody has been there who knows SQL."""
    with closing(sqlite3.connect(ledger.path)) as connection, connection:
        for name in ("trials_stay", "trials_are_kept", "trials_follow"):
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
    return ledger.state().chain.gaps


def test_an_untouched_ledger_is_whole(ledger: Ledger) -> None:
    state = ledger.state()
    assert (state.chain.gaps, state.chain.rows, state.trials) == ((), 6, 8)
    assert state.since == "2026-11-30T14:00:00+00:00"
    assert tampered(ledger) == ()


def test_a_link_is_the_hash_of_the_row_and_the_link_before(ledger: Ledger) -> None:
    """Worked out here from the table alone."""
    with closing(sqlite3.connect(ledger.path)) as connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(trials)")]
        rows = connection.execute("SELECT * FROM trials ORDER BY id").fetchall()
    assert names == [*COLUMNS, "link"]
    before = ""
    for *values, packed, link in rows:
        text = "\x1f".join((before, *map(str, values), "")).encode()
        assert link == hashlib.sha256(text + packed).hexdigest()[:32]
        before = link


CHEATS = {
    "deleted": (("DELETE FROM trials WHERE id = 2",), "row 2 is missing"),
    "several deleted": (("DELETE FROM trials WHERE id IN (2, 3)",), "rows 2 to 3 are missing"),
    "the first deleted": (("DELETE FROM trials WHERE id = 1",), "row 1 is missing"),
    "the last deleted": (("DELETE FROM trials WHERE id = 6",), "row 6 is missing at the end"),
    "the end cut off": (("DELETE FROM trials WHERE id > 4",), "rows 5 to 6 are missing at the end"),
    "deleted and numbered anew": (
        ("DELETE FROM trials WHERE id = 2", "UPDATE trials SET id = id - 1 WHERE id > 2"),
        "row 2 (done, mine-3, 2026-11-30) is not as it was written, or not where"),
    "altered": (("UPDATE trials SET thesis = 'T9' WHERE id = 3",),
                "row 3 (done, mine-3, 2026-11-30) is not as it was written, or not where"),
    "a count altered": (("UPDATE trials SET new = 0 WHERE id = 4",), "row 4 (done"),
    "a figure altered": (("UPDATE trials SET sharpe = '3.0' WHERE id = 1",), "row 1 (done"),
    "a date altered": (("UPDATE trials SET at = '2020-01-01' WHERE id = 1",), "row 1 (done"),
    "sets altered": (("UPDATE trials SET packed = x'00' WHERE id = 5",), "row 5 (done, swept"),
    "swapped": (
        ("UPDATE trials SET id = 99 WHERE id = 2", "UPDATE trials SET id = 2 WHERE id = 3",
         "UPDATE trials SET id = 3 WHERE id = 99"),
        "row 2 (done, mine-3, 2026-11-30) is not as it was written, or not where"),
    "variants deleted": (("DELETE FROM variants WHERE row = 3",),
                         "the index of variants has 7, the rows say 8"),
    "a variant known beforehand": (("INSERT INTO variants VALUES ('0123', 'T1', 1)",),
                                   "the index of variants has 9, the rows say 8"),
}  # fmt: skip


@pytest.mark.parametrize(("statements", "says"), CHEATS.values(), ids=CHEATS.keys())
def test_a_gap_is_shown(ledger: Ledger, statements: tuple[str, ...], says: str) -> None:
    gaps = tampered(ledger, *statements)
    assert any(gap.startswith(says) for gap in gaps), gaps


def test_a_clock_that_was_set_back_is_counted(ledger: Ledger) -> None:
    """Rows may wait for one another for a few seconds."""
    ledger.append([trial(7)], NOW - timedelta(seconds=20))
    assert ledger.state().chain.set_back == 0
    ledger.append([trial(8)], NOW - timedelta(days=300))
    assert (ledger.state().chain.set_back, ledger.state().chain.gaps) == (1, ())


def test_a_gap_stays_and_the_ledger_goes_on(ledger: Ledger) -> None:
    (gap,) = tampered(ledger, "UPDATE trials SET error = 'x' WHERE id = 3")
    ledger.append([trial(7)], NOW)
    assert ledger.state().chain.gaps == (gap,)
    assert ledger.state().chain.rows == 7


def test_many_gaps_are_counted(ledger: Ledger) -> None:
    gaps = tampered(ledger, "UPDATE trials SET error = 'x'")
    assert len(gaps) == 6
    assert gaps[-1] == "and 1 more"


def put_back(ledger: Ledger) -> None:
    """An older copy of the file alone."""
    copy = ledger.path.read_bytes()
    ledger.append([trial(7)], NOW)
    ledger.path.write_bytes(copy)


def begun_anew(ledger: Ledger) -> None:
    """Another ledger in its place, made elsewhere."""
    other = Ledger(ledger.path.with_name("other.sqlite"))
    for number in range(6):
        other.append([trial(10 + number)], NOW)
    other.path.replace(ledger.path)


@pytest.mark.parametrize(
    ("cheat", "says"),
    [(put_back, "row 7 is missing at the end"), (begun_anew, "row 6 is another one than was")],
)
def test_another_file_in_its_place_is_seen(
    ledger: Ledger, cheat: Callable[[Ledger], None], says: str
) -> None:
    cheat(ledger)
    (gap,) = ledger.state().chain.gaps
    assert gap.startswith(says)


def test_what_the_chain_cannot_see(ledger: Ledger) -> None:
    """Without the file beside it a cut-off end is no gap; docs/verdict.md says so."""
    witness_path(ledger.path).unlink()
    assert tampered(ledger, "DELETE FROM trials WHERE id = 6",
                    "DELETE FROM variants WHERE row = 6") == ()  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    ["UPDATE trials SET thesis = 'T9'", "DELETE FROM trials",
     "INSERT OR REPLACE INTO trials SELECT * FROM trials WHERE id = 2",
     "INSERT INTO trials SELECT id + 6, " + ", ".join(f'"{name}"' for name in COLUMNS[1:])
     + ", link FROM trials WHERE id = 2"],
)  # fmt: skip
def test_rows_stay_by_themselves(ledger: Ledger, statement: str) -> None:
    with (
        closing(sqlite3.connect(ledger.path)) as connection,
        pytest.raises(sqlite3.Error, match="append-only"),
    ):
        connection.execute(statement)
