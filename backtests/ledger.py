"""The trial ledger: every run of every variant, failures too, in one append-only SQLite file.

The deflated Sharpe ratio needs the number of things that were tried. It is counted here, not
remembered.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from newsfolio.errors import OutputError

_SCHEMA = """
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
    metrics TEXT NOT NULL        -- JSON
);
CREATE TRIGGER IF NOT EXISTS trials_stay BEFORE UPDATE ON trials
BEGIN SELECT RAISE(ABORT, 'the trial ledger is append-only'); END;
CREATE TRIGGER IF NOT EXISTS trials_are_kept BEFORE DELETE ON trials
BEGIN SELECT RAISE(ABORT, 'the trial ledger is append-only'); END;
"""


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


class Ledger:
    """Appends and reads trials; several processes may share the file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, trial: Trial, at: datetime) -> None:
        """Add a row; OutputError where the file cannot be written."""
        row = {
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
        }
        names = ", ".join(row)
        places = ", ".join(f":{name}" for name in row)
        with self._open() as connection:
            connection.execute(f"INSERT INTO trials ({names}) VALUES ({places})", row)

    def rows(self) -> list[dict[str, Any]]:
        """All trials in the order in which they were made."""
        if not self._path.exists():
            return []
        with self._open() as connection:
            found = connection.execute("SELECT * FROM trials ORDER BY id").fetchall()
        return [dict(row) for row in found]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._path, timeout=30)
            try:
                connection.row_factory = sqlite3.Row
                with connection:
                    connection.executescript(_SCHEMA)
                with connection:
                    yield connection
            finally:
                connection.close()
        except (OSError, sqlite3.Error) as error:
            raise OutputError(
                f"the trial ledger {self._path} cannot be used ({error}); use another --ledger"
            ) from error


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
