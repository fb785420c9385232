"""Tables of facts: checked, and placed on the sessions from which they are known."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import PurePath

import numpy as np
import pandas as pd

from markets.reference.calendars import Days, first_decision
from newsfolio.assets import Venue
from newsfolio.errors import BrokenData
from newsfolio.facts import Facts

_BLANK = ("", "nan", "null", "n/a")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, eq=False)
class FactTable:
    """Rows of one table, in the order in which they became known.

    frame: `known` (naive dates), then the text and the number columns; NaN is a blank cell.
    instants: the moment of each row, UTC, where the file gives one; None for a mere day.
    origin: the file that they were read from, or what else gave them.
    """

    name: str
    frame: pd.DataFrame
    instants: tuple[datetime | None, ...]
    simulated: bool = False
    notes: tuple[str, ...] = ()
    origin: str = ""

    def basis(self) -> str:
        """Where the rows come from, in one phrase."""
        return (
            f"{self.name}: {len(self.frame)} rows of {PurePath(self.origin).name or 'a snapshot'}"
        )

    def until(self, day: date) -> FactTable:
        """The rows dated `day` or before."""
        keep = (self.frame["known"] <= pd.Timestamp(day)).to_numpy()
        instants = tuple(at for at, kept in zip(self.instants, keep, strict=True) if kept)
        return dataclasses.replace(
            self, frame=self.frame[keep].reset_index(drop=True), instants=instants
        )

    def places(self, sessions: Days, venues: Iterable[Venue], lag: int) -> np.ndarray:
        """For each row the first session whose decision may use it; T where none is left."""
        after = np.searchsorted(
            sessions, self.frame["known"].to_numpy().astype("datetime64[D]"), side="right"
        )
        venues = tuple(venues)
        for row, at in enumerate(self.instants):
            if at is not None:
                place = first_decision(at, sessions, venues)
                after[row] = len(sessions) if place is None else place
        return np.minimum(after + lag, len(sessions))

    def digest(self) -> str:
        """A hash of everything that a run can depend on."""
        text = self.frame.to_csv(index=False) + "".join(str(at) for at in self.instants)
        return hashlib.sha256(f"{self.name}|{self.simulated}|{text}".encode()).hexdigest()


def own_table(facts: Facts) -> FactTable:
    """The rows that facts carry themselves."""
    cells = {name: list(map(str, values)) for name, values in facts.as_columns().items()}
    table = fact_table(facts, cells, f"the rows of {facts.name}", simulated=False)
    sources = "; ".join(dict.fromkeys(facts.sources))
    return dataclasses.replace(table, origin=f"this project ({sources or 'from the article'})")


def made_up(facts: Facts, columns: Mapping[str, Iterable[object]]) -> FactTable:
    """A table of the sample market."""
    cells = {name: list(map(str, values)) for name, values in columns.items()}
    return fact_table(facts, cells, facts.name, simulated=True)


def fact_table(
    facts: Facts, cells: Mapping[str, list[str]], where: str, *, simulated: bool
) -> FactTable:
    """A table from its cells by column; BrokenData names `where`, and the row that is wrong."""
    missing = [name for name in facts.header if name not in cells]
    if facts.known in missing:
        raise BrokenData(
            f"{where}: no column {facts.known!r}. Without the day on which each value became "
            "public a series looks ahead; add it from the publisher's calendar of releases."
        )
    if missing:
        raise BrokenData(f"{where}: no column {missing[0]!r}; wanted are {', '.join(facts.header)}")
    moments = [_moment(cell, where, row) for row, cell in enumerate(cells[facts.known], 2)]
    days = np.array([day for day, _ in moments], dtype="datetime64[D]")
    frame = pd.DataFrame({"known": days.astype("datetime64[s]")})
    for name in facts.text:
        frame[name] = pd.Series(cells[name], dtype="str")
    for name in facts.columns:
        frame[name] = [_number(cell, name, where, row) for row, cell in enumerate(cells[name], 2)]
        frame[name] = frame[name].astype("float64")
    _require_agreement(facts, frame, moments, where)
    order = _order(moments)
    blanks = int(frame[list(facts.columns)].isna().any(axis=1).sum())
    notes = [f"{facts.name}: {blanks} of {len(frame)} rows have a blank cell"] if blanks else []
    if facts.lag:
        notes.append(f"{facts.name}: dated by {facts.known}, used {facts.lag} sessions later")
    return FactTable(
        facts.name,
        frame.iloc[order].reset_index(drop=True),
        tuple(moments[row][1] for row in order),
        simulated,
        tuple(notes),
        PurePath(where).name,
    )


def _require_agreement(
    facts: Facts, frame: pd.DataFrame, moments: Sequence[tuple[date, datetime | None]], where: str
) -> None:
    """One figure a key and moment, and one unit a key; BrokenData names the two rows."""
    if not facts.key:
        return
    figures: dict[tuple[object, ...], tuple[int, str]] = {}
    units: dict[str, tuple[int, str]] = {}
    unit = "unit" if "unit" in facts.text and "unit" not in facts.key else ""
    numbers = [frame[name].tolist() for name in facts.columns]
    texts = [frame[name].tolist() for name in facts.key]
    for row, (day, instant) in enumerate(moments):
        subject = " ".join(column[row] for column in texts)
        if unit:
            first, held = units.setdefault(subject, (row, frame[unit][row]))
            if frame[unit][row] != held:
                raise BrokenData(
                    f"{where} rows {first + 2} and {row + 2}: {subject} is in {held} and in "
                    f"{frame[unit][row]}; keep one unit"
                )
        cells = ", ".join(f"{column[row]:.12g}" for column in numbers)
        first, held = figures.setdefault((subject, day, instant), (row, cells))
        if cells != held:
            raise BrokenData(
                f"{where} rows {first + 2} and {row + 2}: {subject} is {held} and {cells}, both "
                f"known on {instant or day}; keep one of them"
            )


def tables_for(wanted: Iterable[Facts], held: Mapping[str, FactTable]) -> dict[Facts, FactTable]:
    """For each declaration the table of its name that has its columns, else its own rows.

    Rows that an author gives come before those that a source made up.
    """
    tables = {}
    for facts in wanted:
        table = held.get(facts.name)
        if table is not None and not set(facts.text + facts.columns) <= set(table.frame):
            table = None
        if facts.rows and (table is None or table.simulated):
            table = own_table(facts)
        if table is not None:
            tables[facts] = table
    return tables


def lacking(facts: Facts) -> str:
    """What to say of a table that a source does not have: what it is, and how to bring it."""
    return f"no facts called {facts.name!r} in this source. {facts.where}\n{facts.remedy}"


def _order(moments: Sequence[tuple[date, datetime | None]]) -> list[int]:
    """Rows as they became known; a mere day is known at its end, and ties stay as they stand."""
    ends = [at or datetime.combine(day, time.max, UTC) for day, at in moments]
    return sorted(range(len(moments)), key=lambda row: ends[row])


def _moment(cell: str, where: str, row: int) -> tuple[date, datetime | None]:
    """A day, or an instant and its day in UTC."""
    try:
        if _DAY.fullmatch(cell):
            return date.fromisoformat(cell), None
        at = datetime.fromisoformat(cell)
        instant = None if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):  # UTC knows no day before the first year
        raise BrokenData(
            f"{where} row {row}: {cell[:40]!r} is no day (2026-05-12) and no instant "
            "(2026-05-12T12:30+00:00)"
        ) from None
    if instant is None:
        raise BrokenData(f"{where} row {row}: {cell!r} has no time zone; add one, or drop the hour")
    return instant.date(), instant


def _number(cell: str, name: str, where: str, row: int) -> float:
    if cell.casefold() in _BLANK:
        return float("nan")
    try:
        value = float(cell)
    except ValueError:
        value = float("inf")
    if not np.isfinite(value):
        raise BrokenData(f"{where} row {row}: {name} {cell[:40]!r} is not a number")
    return value
