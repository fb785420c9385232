"""The tables of a ledger, and what to do with those of other versions."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import NotRequired, TypedDict

from newsfolio.errors import OutputError

VERSION = 3
"""Of the tables; version 1 had no variants, version 2 no chain."""

FIRST = frozenset({
    "id", "at", "thesis", "strategy", "parameters", "code", "data", "simulated", "settings",
    "start", "end", "status", "error", "run", "metrics",
})  # fmt: skip
"""The columns of version 1, which later ones have too."""


class LedgerRow(TypedDict):
    """A row by its columns; `_SCHEMA` says what each holds. id: of one that was read."""

    id: NotRequired[int]
    at: str
    status: str
    opened: int
    closes: int
    subject: str
    thesis: str
    published: str
    lines: str
    since: str
    until: str
    strategy: str
    parameters: str
    code: str
    data: str
    simulated: int
    settings: str
    start: str
    end: str
    error: str
    run: str
    metrics: str
    variant: str
    scored: int
    sharpe: str
    detail: str
    trials: int
    counted: int
    new: int
    first: int
    packed: bytes


COLUMNS = tuple(LedgerRow.__annotations__)
"""Of a row, in the order in which it is hashed; `link` is the hash."""


class TrialRow(LedgerRow):
    """A trial as a row of its own. counts: 1 where it does, else 0."""

    counts: int


_SCHEMA = (
    """
CREATE TABLE trials (
    id INTEGER PRIMARY KEY,     -- 1, 2, 3 and so on, without a hole
    at TEXT NOT NULL,           -- UTC, by the clock of the machine
    status TEXT NOT NULL CHECK (status IN ('started', 'done', 'failed', 'frozen', 'migrated')),
    opened INTEGER NOT NULL,    -- the row `started` that this one belongs to, 0 none
    closes INTEGER NOT NULL,    -- 1: what was started there is over
    subject TEXT NOT NULL,      -- the thesis, or the strategy that has none
    thesis TEXT NOT NULL,       -- '' without one
    published TEXT NOT NULL,    -- UTC day of the article, '' unknown
    lines TEXT NOT NULL,        -- JSON: shares by line, and without the control's; '' unknown
    since TEXT NOT NULL,        -- first session that scored, '' none
    until TEXT NOT NULL,        -- and the last
    strategy TEXT NOT NULL,
    parameters TEXT NOT NULL,   -- JSON, sorted; '' where the row holds sets of a sweep
    code TEXT NOT NULL,         -- hash of the strategy's file
    data TEXT NOT NULL,         -- snapshot id; '' where the data could not be read
    simulated INTEGER NOT NULL,
    settings TEXT NOT NULL,     -- JSON, sorted
    start TEXT NOT NULL,
    "end" TEXT NOT NULL,
    error TEXT NOT NULL,
    run TEXT NOT NULL,          -- '' where nothing was saved
    metrics TEXT NOT NULL,      -- JSON
    variant TEXT NOT NULL,      -- hash: see variant_of; '' where the row holds sets of a sweep
    scored INTEGER NOT NULL,    -- sessions after the article
    sharpe TEXT NOT NULL,       -- annual, of the difference to the control; '' unknown
    detail TEXT NOT NULL,       -- JSON: the process of a start, a frozen rule, a verdict
    trials INTEGER NOT NULL,    -- so many runs or sets
    counted INTEGER NOT NULL,   -- of them on real prices, with sessions that scored
    new INTEGER NOT NULL,       -- of these, variants that the subject had not tried
    "first" INTEGER NOT NULL,   -- and variants that nobody had
    packed BLOB NOT NULL,       -- sets of a sweep: JSON, deflated; empty otherwise
    link TEXT NOT NULL          -- hash of the row before and of this one
)
""",
    """
CREATE TABLE variants (
    variant TEXT NOT NULL,
    subject TEXT NOT NULL,
    row INTEGER NOT NULL,              -- the first that has it
    PRIMARY KEY (variant, subject)
) WITHOUT ROWID
""",
    "CREATE INDEX trials_started ON trials (status) WHERE status IN ('started', 'frozen')",
    "CREATE INDEX trials_closed ON trials (opened) WHERE closes = 1",
    "CREATE INDEX trials_counted ON trials "
    '(subject, published, lines, since, until, counted, new, "first") WHERE counted > 0',
    """
CREATE TRIGGER trials_stay BEFORE UPDATE ON trials
BEGIN SELECT RAISE(ABORT, 'the trial ledger is append-only'); END
""",
    """
CREATE TRIGGER trials_are_kept BEFORE DELETE ON trials
BEGIN SELECT RAISE(ABORT, 'the trial ledger is append-only'); END
""",
    """
CREATE TRIGGER trials_follow BEFORE INSERT ON trials
WHEN NEW.id != (SELECT COALESCE(MAX(id), 0) + 1 FROM trials)
BEGIN SELECT RAISE(ABORT, 'the trial ledger is append-only'); END
""",
)


def require_ours(connection: sqlite3.Connection, path: Path) -> int:
    """The version, 0 of an empty file.

    OutputError unless it is a ledger of this version or an earlier one.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    columns = {row[1] for row in connection.execute("PRAGMA table_info(trials)")}
    if not columns >= FIRST and (tables or version):
        raise refused(path, "is an SQLite file, but no trial ledger")
    if version > VERSION:
        why = (
            f"is a trial ledger of a newer newsfolio (version {version}; this one reads {VERSION})"
        )
        raise refused(path, why)
    return max(version, 1) if tables else 0


def was_lowered(connection: sqlite3.Connection) -> bool:
    """True of tables of this version that carry an earlier one's number.

    newsfolio 0.1 writes its own number into any ledger that it opens, and adds an index.
    """
    columns = {row[1] for row in connection.execute("PRAGMA table_info(trials)")}
    return {*COLUMNS, "link"} <= columns


def raise_again(connection: sqlite3.Connection) -> None:
    """Give such tables their number back; the rows are as they were."""
    connection.execute("DROP INDEX IF EXISTS trials_by_thesis")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def refused(path: Path, why: str) -> OutputError:
    return OutputError(
        f"{path} {why}, and stays as it is;\nname another file with --ledger"
        + (", or upgrade newsfolio" if "newer" in why else "")
    )


def make(connection: sqlite3.Connection) -> None:
    """The tables of this version, in a file that has none."""
    for statement in _SCHEMA:
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")
