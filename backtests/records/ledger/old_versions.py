"""Ledgers of earlier builds, brought to the tables of this one."""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Iterator
from typing import cast

from backtests.records.ledger.rows import AT_MOST, EMPTY, Appender, subject_of
from backtests.records.ledger.tables import FIRST, LedgerRow, TrialRow, make
from backtests.records.ledger.trial import compact

MANY = 20_000
"""Rows from which one notices: 30,000 take a second."""


def migrate(connection: sqlite3.Connection, version: int, at: str) -> None:
    """Each old row becomes one of the new table, in its order, within the caller's transaction.

    They were not chained, so a row says before them when they were. What earlier versions did not
    write stays unknown: of version 1 the variant, of both the article's day and the lines.
    """
    connection.execute("ALTER TABLE trials RENAME TO trials_before")
    for kind, name in connection.execute(
        "SELECT type, name FROM sqlite_master WHERE tbl_name = 'trials_before' "
        "AND type IN ('index', 'trigger') AND sql IS NOT NULL"
    ).fetchall():
        connection.execute(f'DROP {kind} "{name}"')
    make(connection)
    rows = Appender(connection, at)
    (count,) = connection.execute("SELECT COUNT(*) FROM trials_before").fetchone()
    if count > MANY:
        warnings.warn(
            f"this trial waits until {count:,} older ones are chained, once", stacklevel=2
        )
    rows.append({**EMPTY, "status": "migrated", "detail": compact({"version": version,
                                                                   "trials": count})})  # fmt: skip
    for part in _batches(connection):
        rows.trials(part, closes=False)
    connection.execute("DROP TABLE trials_before")


def _batches(connection: sqlite3.Connection) -> Iterator[list[TrialRow]]:
    reader = connection.cursor()
    reader.row_factory = sqlite3.Row
    reader.execute("SELECT * FROM trials_before ORDER BY id")
    while batch := reader.fetchmany(AT_MOST):
        yield [_trial(row) for row in batch]


def _trial(old: sqlite3.Row) -> TrialRow:
    columns = dict(old)
    said_then = {name: columns[name] for name in FIRST - {"id"} if columns[name] is not None}
    row = cast(LedgerRow, {**EMPTY, **said_then})
    scored, sharpe = columns.get("scored") or 0, columns.get("sharpe")
    counts = columns["status"] == "done" and scored > 0 and not columns["simulated"]
    return {
        **row,
        "subject": subject_of(row["thesis"], row["strategy"]),
        "variant": columns.get("variant") or "",
        "scored": scored,
        "sharpe": "" if sharpe is None else repr(float(sharpe)),
        "trials": 1,
        "counts": int(counts),
    }
