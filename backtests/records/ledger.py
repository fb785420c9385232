"""The trial ledger: every run of every variant, failures too, in one append-only SQLite file.

The deflated Sharpe ratio needs the number of things that were tried. It is counted here, not
remembered.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from math import nan
from pathlib import Path
from typing import Any

from newsfolio.errors import OutputError

VERSION = 2
"""Of the table; version 1 had no variants."""

PATIENCE = 10
"""Seconds to wait for another process that holds the file."""

_ADDED = {"variant": "TEXT NOT NULL DEFAULT ''", "scored": "INTEGER NOT NULL DEFAULT 0",
          "sharpe": "REAL"}  # fmt: skip

_FIRST = {"id", "at", "thesis", "strategy", "parameters", "code", "data", "simulated", "settings",
          "start", "end", "status", "error", "run", "metrics"}  # fmt: skip
"""The columns of version 1."""

_SCHEMA = (
    """
CREATE TABLE IF NOT EXISTS trials (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,            -- UTC
    thesis TEXT NOT NULL,        -- '' without one
    strategy TEXT NOT NULL,
    parameters TEXT NOT NULL,    -- JSON, sorted
    code TEXT NOT NULL,          -- hash of the strategy's file
    data TEXT NOT NULL,          -- snapshot id; '' where the data could not be read
    simulated INTEGER NOT NULL,
    settings TEXT NOT NULL,      -- JSON, sorted
    start TEXT NOT NULL,
    end TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('done', 'failed')),
    error TEXT NOT NULL,
    run TEXT NOT NULL,           -- '' where nothing was saved
    metrics TEXT NOT NULL,       -- JSON
    variant TEXT NOT NULL DEFAULT '',  -- hash: see variant_of
    scored INTEGER NOT NULL DEFAULT 0, -- sessions after the article
    sharpe REAL                  -- annual, of the difference to the control over them; NULL unknown
)
""",
    "CREATE INDEX IF NOT EXISTS trials_by_thesis ON trials (thesis)",
    """
CREATE TRIGGER IF NOT EXISTS trials_stay BEFORE UPDATE ON trials
BEGIN SELECT RAISE(ABORT, 'the trial ledger is append-only'); END
""",
    """
CREATE TRIGGER IF NOT EXISTS trials_are_kept BEFORE DELETE ON trials
BEGIN SELECT RAISE(ABORT, 'the trial ledger is append-only'); END
""",
)


@dataclass(frozen=True)
class Trial:
    """One row: what was tried, on what, and what came of it."""

    thesis: str
    strategy: str
    parameters: Mapping[str, Any]
    code: str
    data: str
    simulated: bool
    settings: Mapping[str, Any]
    start: str = ""
    end: str = ""
    error: str = ""
    run: str = ""
    metrics: Mapping[str, Any] | None = None
    scored: int = 0
    sharpe: float | None = None

    @property
    def variant(self) -> str:
        return variant_of(self.strategy, self.parameters, self.code, self.settings)


_SAME_VARIANT = frozenset({"start", "end", "engine", "cash"})


def variant_of(
    strategy: str, parameters: Mapping[str, Any], code: str, settings: Mapping[str, Any]
) -> str:
    """A hash that reruns share: other dates, money or engines make no other variant."""
    moves = {key: value for key, value in settings.items() if key not in _SAME_VARIANT}
    text = _json({"strategy": strategy, "parameters": parameters, "code": code, "settings": moves})
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Tried:
    """What was tried before on real prices, with sessions that scored.

    sharpes: annual Sharpe ratio of the difference to the control, the last known (NaN: none), by
    variant of the thesis. everything: the variants of all theses. until: the last day that a run
    of the thesis has seen, an ISO date, "" if none.
    """

    sharpes: Mapping[str, float]
    everything: frozenset[str]
    until: str = ""


class Ledger:
    """Appends and reads trials; several processes may share the file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def require_ours(self) -> None:
        """OutputError for a file that is no ledger, or that of a newer version; none may be there.

        What cannot be read at the moment is left to whoever reads or writes it.
        """
        if not self._path.is_file():
            return
        connection = sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            _check(connection, self._path)
        except sqlite3.OperationalError:
            return
        except sqlite3.DatabaseError as error:
            raise _refused(self._path, f"is no trial ledger ({error})") from error
        finally:
            connection.close()

    def append(self, trials: Iterable[Trial], at: datetime) -> None:
        """Add rows, all or none; OutputError where the file cannot be written."""
        rows = [self._row(trial, at) for trial in trials]
        names = ", ".join(rows[0]) if rows else ""
        places = ", ".join(f":{name}" for name in rows[0]) if rows else ""
        with self._open() as connection:
            connection.executemany(f"INSERT INTO trials ({names}) VALUES ({places})", rows)

    def tried(self, thesis: str) -> Tried:
        """The distinct variants so far; reruns, failures and simulated runs do not count."""
        if not self._path.exists():
            return Tried({}, frozenset())
        with self._open() as connection:
            rows = connection.execute(
                'SELECT thesis, variant, sharpe, "end" FROM trials '
                "WHERE simulated = 0 AND scored > 0 AND status = 'done' ORDER BY id"
            ).fetchall()
        sharpes: dict[str, float] = {}
        until = ""
        for row in rows:
            if row["thesis"] == thesis:
                until = max(until, row["end"] or "")
                earlier = sharpes.get(row["variant"], nan)
                sharpes[row["variant"]] = earlier if row["sharpe"] is None else row["sharpe"]
        return Tried(sharpes, frozenset(row["variant"] for row in rows), until)

    @staticmethod
    def _row(trial: Trial, at: datetime) -> dict[str, Any]:
        return {
            "at": at.isoformat(timespec="seconds"),
            "thesis": trial.thesis,
            "strategy": trial.strategy,
            "parameters": _json(trial.parameters),
            "code": trial.code,
            "data": trial.data,
            "simulated": int(trial.simulated),
            "settings": _json(trial.settings),
            "start": trial.start,
            "end": trial.end,
            "status": "failed" if trial.error else "done",
            "error": trial.error,
            "run": trial.run,
            "metrics": _json(trial.metrics or {}),
            "variant": trial.variant,
            "scored": trial.scored,
            "sharpe": trial.sharpe,
        }

    def rows(self) -> list[dict[str, Any]]:
        """All trials in the order in which they were made."""
        if not self._path.exists():
            return []
        with self._open() as connection:
            trials = connection.execute("SELECT * FROM trials ORDER BY id").fetchall()
        return [dict(row) for row in trials]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._path, timeout=PATIENCE)
            try:
                connection.row_factory = sqlite3.Row
                _check(connection, self._path)
                _prepare(connection)
                with connection:
                    yield connection
            finally:
                connection.close()
        except (OSError, sqlite3.Error) as error:
            raise OutputError(
                f"the trial ledger {self._path} cannot be used ({error}); use another --ledger"
            ) from error


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """OutputError unless the file is empty, or a ledger of this version or an earlier one."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master")]
    columns = {row[1] for row in connection.execute("PRAGMA table_info(trials)")}
    if not columns >= _FIRST and (tables or version):
        raise _refused(path, "is an SQLite file, but no trial ledger")
    if version > VERSION:
        why = (
            f"is a trial ledger of a newer newsfolio (version {version}; this one reads {VERSION})"
        )
        raise _refused(path, why)


def _refused(path: Path, why: str) -> OutputError:
    return OutputError(
        f"{path} {why}, and stays as it is;\nname another file with --ledger"
        + (", or upgrade newsfolio" if "newer" in why else "")
    )


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the table, or bring one of an earlier version up to date."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")  # of several processes, one does it
    with connection:
        columns = {row["name"] for row in connection.execute("PRAGMA table_info(trials)")}
        for name, kind in _ADDED.items() if columns else ():
            if name not in columns:
                connection.execute(f"ALTER TABLE trials ADD COLUMN {name} {kind}")
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")


_json = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
