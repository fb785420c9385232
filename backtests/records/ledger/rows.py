"""Trials as rows of the ledger and back: a run has its own row, the sets of a sweep share rows."""

from __future__ import annotations

import itertools
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TypedDict, cast

from backtests.records.ledger.chain import link_of
from backtests.records.ledger.tables import COLUMNS, LedgerRow, TrialRow
from backtests.records.ledger.trial import Exposure, Trial, compact, moving, variant_of_texts
from reports.contract.manifest import SettingsJson

AT_MOST = 2000
"""Trials of a row."""

_INSERT = f"INSERT INTO trials VALUES ({', '.join('?' * (len(COLUMNS) + 1))})"  # noqa: S608

EMPTY: LedgerRow = {
    "at": "", "status": "", "opened": 0, "closes": 0, "subject": "", "thesis": "", "published": "",
    "lines": "", "since": "", "until": "", "strategy": "", "parameters": "{}", "code": "",
    "data": "", "simulated": 0, "settings": "{}", "start": "", "end": "", "error": "", "run": "",
    "metrics": "{}", "variant": "", "scored": 0, "sharpe": "", "detail": "", "trials": 0,
    "counted": 0, "new": 0, "first": 0, "packed": b"",
}  # fmt: skip


class ExposureColumns(TypedDict):
    """What a run had its money in, and when."""

    published: str
    lines: str
    since: str
    until: str


class OwnColumns(TypedDict):
    """What each trial of a shared row has for itself."""

    parameters: str
    start: str
    end: str
    status: str
    error: str
    metrics: str
    variant: str
    scored: int
    sharpe: str
    counts: int


_OWN = tuple(OwnColumns.__annotations__)
"""The order in which they are packed."""

_own = itemgetter(*_OWN)


def subject_of(thesis: str, strategy: str) -> str:
    return thesis or strategy


def row_of(trial: Trial) -> TrialRow:
    """A trial in the words of the columns, of a row of its own."""
    return next(told_all([trial]))


def told_all(trials: Iterable[Trial]) -> Iterator[TrialRow]:
    """Trials in the words of the columns. Neighbours often share settings and exposure."""
    settings: SettingsJson | None = None
    exposure: Exposure | None = None
    for trial in trials:
        if trial.settings is not settings:
            settings = trial.settings
            written, moves = compact(settings), moving(settings)
        if trial.exposure is not exposure:
            exposure = trial.exposure
            exposed = _exposed(exposure)
        parameters = compact(trial.parameters)
        variant = variant_of_texts(trial.strategy, parameters, trial.code, moves)
        yield {
            **EMPTY,
            **exposed,
            "status": "failed" if trial.error else "done",
            "start": trial.start,
            "end": trial.end,
            "error": trial.error,
            "run": trial.run,
            "metrics": compact(trial.metrics) if trial.metrics else "{}",
            "scored": trial.scored,
            "sharpe": "" if trial.sharpe is None else repr(float(trial.sharpe)),
            "detail": compact({"verdict": trial.verdict}) if trial.verdict else "",
            "trials": 1,
            "counts": int(trial.counts),
            "subject": subject_of(trial.thesis, trial.strategy),
            "thesis": trial.thesis,
            "strategy": trial.strategy,
            "parameters": parameters,
            "code": trial.code,
            "data": trial.data,
            "simulated": int(trial.simulated),
            "settings": written,
            "variant": variant,
        }


def _exposed(exposure: Exposure) -> ExposureColumns:
    return {
        "published": exposure.published,
        "lines": exposure.written,
        "since": exposure.since,
        "until": exposure.until,
    }


_SHARED = ("at", "thesis", "subject", "published", "lines", "since", "until", "strategy", "code",
           "data", "simulated", "settings", "run", "detail")  # fmt: skip


_alike = itemgetter(*_SHARED)


class Appender:
    """Writes rows behind the last one, within a transaction that nobody else can be in."""

    def __init__(self, connection: sqlite3.Connection, at: str) -> None:
        self._connection = connection
        self.at = at
        last = connection.execute("SELECT id, link FROM trials ORDER BY id DESC LIMIT 1").fetchone()
        self.row: int
        self.link: str
        self.row, self.link = last or (0, "")

    def trials(self, rows: Sequence[TrialRow], opened: int = 0, *, closes: bool) -> None:
        """Trials in the words of `row_of`; the last of them closes what was opened."""
        for row in rows:
            row["at"], row["opened"] = row["at"] or self.at, opened
        shares = [list(alike) for _, alike in itertools.groupby(rows, _alike)]
        parts = [part for alike in shares for part in _parts(alike)]
        for part in parts:
            self._append_trials(part, closes=closes and part is parts[-1])

    def _append_trials(self, part: list[TrialRow], *, closes: bool) -> None:
        first = part[0]
        new, anywhere = self._known([row["variant"] for row in part if row["counts"]], first)
        row: TrialRow = {
            **first, "counted": sum(row["counts"] for row in part), "new": new, "first": anywhere,
            "closes": int(closes),
        }  # fmt: skip
        if len(part) > 1:
            row |= {
                "status": "done", "parameters": "", "metrics": "", "error": "", "variant": "",
                "scored": 0, "sharpe": "", "trials": len(part),
                "start": min(row["start"] for row in part), "end": max(row["end"] for row in part),
                "packed": zlib.compress(compact(list(map(_own, part))).encode(), 1),
            }  # fmt: skip
        self.append(row)

    def _known(self, variants: Sequence[str], row: LedgerRow) -> tuple[int, int]:
        """Enters variants; how many are new to the subject, and how many to all."""
        subject, place = row["subject"], self.row + 1
        elsewhere = "SELECT 1 FROM variants WHERE variant = ?"
        insert = "INSERT INTO variants VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        new = anywhere = 0
        for variant in variants:
            before = self._connection.execute(elsewhere, (variant,)).fetchone()
            entered = self._connection.execute(insert, (variant, subject, place)).rowcount
            new += entered
            anywhere += before is None
        return new, anywhere

    def row_at(self, number: int) -> LedgerRow:
        """A row that is there."""
        reader = self._connection.cursor()
        reader.row_factory = sqlite3.Row
        return as_row(reader.execute("SELECT * FROM trials WHERE id = ?", (number,)).fetchone())

    def append(self, row: LedgerRow) -> int:
        """One row as it stands; answers its number."""
        number = self.row + 1
        columns: Mapping[str, object] = {**row, "at": row["at"] or self.at, "id": number}
        plain = [columns[name] for name in COLUMNS[:-1]]
        link = link_of(self.link, plain, row["packed"])
        self._connection.execute(_INSERT, [*plain, row["packed"], link])
        self.row, self.link = number, link
        return number


def as_row(row: sqlite3.Row) -> LedgerRow:
    """A row of the table as it was read, with all columns."""
    return cast(LedgerRow, dict(row))


def _parts(rows: list[TrialRow]) -> Iterator[list[TrialRow]]:
    """Rows that may stand in one row of the ledger."""
    for place in range(0, len(rows), AT_MOST):
        yield rows[place : place + AT_MOST]


def unpacked(row: LedgerRow) -> Iterator[TrialRow]:
    """The trials of a row, each as a row of its own would have it."""
    if not row["packed"]:
        yield {**row, "counts": row["counted"]}
        return
    for values in json.loads(zlib.decompress(row["packed"])):
        own = cast(OwnColumns, dict(zip(_OWN, values, strict=True)))
        yield {**row, **own, "trials": 1}
