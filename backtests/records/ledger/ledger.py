"""Appends and reads trials; several processes may share the file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypedDict, cast

from backtests import paths
from backtests.records.ledger.chain import witness
from backtests.records.ledger.choices import Shown, tries_of
from backtests.records.ledger.counting import Counter, Question, Subject, Tried
from backtests.records.ledger.families import Unfinished
from backtests.records.ledger.old_versions import migrate
from backtests.records.ledger.processes import this_process
from backtests.records.ledger.rows import (
    EMPTY,
    Appender,
    as_row,
    row_of,
    subject_of,
    told_all,
    unpacked,
)
from backtests.records.ledger.rule import FrozenRuleJson
from backtests.records.ledger.state import LedgerState, state_of
from backtests.records.ledger.tables import (
    VERSION,
    LedgerRow,
    TrialRow,
    make,
    raise_again,
    refused,
    require_ours,
    was_lowered,
)
from backtests.records.ledger.trial import Trial, compact
from backtests.records.ledger.verdicts import JudgedRow, judged_rows
from newsfolio.errors import OutputError

PATIENCE = 10
"""Seconds to wait for another process that holds the file."""


class TrialJson(TypedDict):
    """A trial as `Ledger.rows` answers it; parameters, settings and metrics are JSON text.

    id: its place among all trials, from 1. sharpe: None where it is not known. The rest as
    tables.py says of the columns.
    """

    id: int
    at: str
    thesis: str
    strategy: str
    parameters: str
    code: str
    data: str
    simulated: int
    settings: str
    start: str
    end: str
    status: str
    error: str
    run: str
    metrics: str
    variant: str
    scored: int
    sharpe: float | None
    published: str
    lines: str
    since: str
    until: str
    detail: str


@dataclass(frozen=True)
class FrozenRow:
    """A rule that was frozen. rule: what it was, as `newsfolio freeze` wrote it."""

    row: int
    at: str
    subject: str
    rule: FrozenRuleJson


class Ledger:
    """The trials of a file, in the order in which they were made."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def path(self) -> Path:
        return self._path

    def require_ours(self) -> None:
        """OutputError for a file that is no ledger, or that of a newer version; none may be there.

        What cannot be read at the moment is left to whoever reads or writes it.
        """
        if not self._path.is_file():
            return
        connection = sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            require_ours(connection, self._path)
        except sqlite3.OperationalError:
            return
        except sqlite3.DatabaseError as error:
            raise refused(self._path, f"is no trial ledger ({error})") from error
        finally:
            connection.close()

    def start(self, trial: Trial, at: datetime) -> int:
        """Say that a run begins; answers the number of the row, which its end names."""
        row = row_of(trial)
        process = compact({"process": this_process()})
        started: TrialRow = {**row, "status": "started", "trials": 0, "detail": process}
        with self._writing(at) as rows:
            return rows.append(started)

    def append(
        self, trials: Iterable[Trial], at: datetime, opened: int = 0, *, closes: bool = True
    ) -> None:
        """Add trials, all or none; OutputError where the file cannot be written.

        opened: the row of their start. closes: whether what was started there is over.
        """
        with self._writing(at, witnessed=closes) as rows:
            rows.trials(list(told_all(trials)), opened, closes=closes and opened > 0)

    def close(self, opened: int, at: datetime) -> None:
        """Say that what was started has left all of its trials."""
        with self._writing(at) as rows:
            start = rows.row_at(opened)
            rows.append({
                **EMPTY, "subject": start["subject"], "thesis": start["thesis"],
                "published": start["published"], "strategy": start["strategy"],
                "code": start["code"], "simulated": start["simulated"], "run": start["run"],
                "status": "done", "opened": opened, "closes": 1,
            })  # fmt: skip

    def freeze(self, thesis: str, rule: FrozenRuleJson, at: datetime) -> FrozenRow:
        """Keep a rule as it is now."""
        subject = subject_of(thesis, rule["strategy"])
        named: LedgerRow = {
            **EMPTY, "subject": subject, "thesis": thesis, "published": rule["published"],
            "strategy": rule["strategy"], "parameters": compact(rule["parameters"]),
            "code": rule["code"], "settings": compact(rule["settings"]),
            "variant": rule["variant"],
        }  # fmt: skip
        with self._writing(at) as rows:
            row = rows.append({**named, "status": "frozen", "detail": compact(rule)})
            return FrozenRow(row, rows.at, subject, rule)

    def frozen(self) -> tuple[FrozenRow, ...]:
        """All rules that were frozen, in their order."""
        if not self._path.exists():
            return ()
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT id, at, subject, detail FROM trials WHERE status = 'frozen' ORDER BY id"
            )
            return tuple(
                FrozenRow(row, at, subject, json.loads(detail)) for row, at, subject, detail in rows
            )

    def judged(self) -> tuple[JudgedRow, ...]:
        """All runs on real prices that were judged, in their order."""
        if not self._path.exists():
            return ()
        with self._reading() as connection:
            return tuple(judged_rows(connection))

    def tried(self, question: Question) -> Tried:
        """The distinct variants so far; reruns, failures and simulated runs do not count."""
        if not self._path.exists():
            return Tried()
        with self._reading() as connection:
            return Counter(connection, question).tried(state_of(connection, self._path))

    def tried_before(self, question: Question, row: int) -> int:
        """How many variants of its family had been tried when a row was written."""
        with self._reading() as connection:
            return Counter(connection, question, row).family().variants

    def tries(self, shown: Sequence[Shown]) -> list[int]:
        """Of how many variants each run of a board may be the best."""
        if not self._path.exists():
            return [1] * len(shown)
        with self._reading() as connection:
            return tries_of(connection, shown)

    def subjects(self) -> tuple[tuple[Subject, ...], tuple[Unfinished, ...]]:
        """What was tried of each thesis, and the runs that have no end."""
        if not self._path.exists():
            return (), ()
        with self._reading() as connection:
            counter = Counter(connection, Question("", ""))
            return counter.subjects(), counter.unfinished

    def state(self) -> LedgerState:
        """Since when there is one, what it holds, and whether it is whole."""
        if not self._path.exists():
            return LedgerState()
        with self._reading() as connection:
            return state_of(connection, self._path)

    def rows(self) -> list[TrialJson]:
        """All trials in the order in which they were made, the sets of sweeps among them."""
        if not self._path.exists():
            return []
        with self._reading() as connection:
            connection.row_factory = sqlite3.Row
            rows = connection.execute("SELECT * FROM trials WHERE trials > 0 ORDER BY id")
            trials = [trial for row in rows for trial in unpacked(as_row(row))]
        return [_as_json(number, trial) for number, trial in enumerate(trials, 1)]

    @contextmanager
    def _writing(self, at: datetime, *, witnessed: bool = True) -> Iterator[Appender]:
        """Rows are added by one process at a time, and by nobody else in between."""
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                rows = Appender(connection, at.isoformat(timespec="seconds"))
                yield rows
            if witnessed:
                witness(self._path, rows.row, rows.link)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """All of what is read is of one moment."""
        with self._open() as connection:
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(
                sqlite3.connect(self._path, timeout=PATIENCE, isolation_level=None)
            ) as connection:
                _prepare(connection, self._path)
                yield connection
        except (OSError, sqlite3.Error) as error:
            raise OutputError(
                f"the trial ledger {self._path} cannot be used ({error}); use another --ledger"
            ) from error


def _as_json(number: int, trial: TrialRow) -> TrialJson:
    sharpe = float(trial["sharpe"]) if trial["sharpe"] else None
    values: dict[str, object] = {**trial, "id": number, "sharpe": sharpe}
    return cast(TrialJson, {name: values[name] for name in TrialJson.__annotations__})


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables, or bring those of an earlier version up to date."""
    if require_ours(connection, path) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")  # of several processes, one does it
    with connection:
        version = require_ours(connection, path)
        migrates = 0 < version < VERSION and not was_lowered(connection)
        if version == 0:
            make(connection)
        elif migrates:
            migrate(connection, version, paths.now().isoformat(timespec="seconds"))
        elif version < VERSION:
            raise_again(connection)
    if migrates:
        connection.execute("VACUUM")
