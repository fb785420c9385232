"""How much was tried before a run: of its thesis, of its family, of everything."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from backtests.records.ledger.families import Group, Unfinished, joined
from backtests.records.ledger.rows import as_row, subject_of, unpacked
from backtests.records.ledger.state import LedgerState
from backtests.records.ledger.trial import UNKNOWN, Exposure


@dataclass(frozen=True)
class Question:
    """A run that is about to be judged.

    variants: its own, and those of its grid. opened: its own row `started`, 0 none.
    """

    thesis: str
    strategy: str
    exposure: Exposure = UNKNOWN
    variants: frozenset[str] = frozenset()
    opened: int = 0

    @property
    def subject(self) -> str:
        return subject_of(self.thesis, self.strategy)


@dataclass(frozen=True)
class Count:
    """Distinct variants in the ledger. known: those of a question that are among them."""

    variants: int = 0
    known: frozenset[str] = frozenset()

    def after(self, variants: Iterable[str]) -> int:
        """How many there are with these."""
        return self.variants + len(frozenset(variants) - self.known)


class Subject(NamedTuple):
    """A thesis, or a strategy without one: what it has tried on real prices, and when."""

    subject: str
    variants: int
    trials: int
    since: str
    until: str


@dataclass(frozen=True)
class Joined:
    """Variants of another thesis, or of a strategy without one, that are counted with this one."""

    subject: str
    variants: int
    why: str


@dataclass(frozen=True)
class Tried:
    """What was tried before on real prices, with sessions that scored.

    family: variants whose article has the same day, or that traded the same lines in the same
    time; joined: the other theses among them; unfinished: runs among them that have no end. until:
    the last day that a run of the thesis has seen, an ISO date, "" if none.
    """

    thesis: Count = Count()
    family: Count = Count()
    everything: Count = Count()
    until: str = ""
    joined: tuple[Joined, ...] = ()
    unfinished: tuple[Unfinished, ...] = ()
    ledger: LedgerState = LedgerState()


LAST = 2**62
"""Behind every row."""


class Counter:
    """Counts the rows before one of them, all without it, for one question."""

    def __init__(
        self, connection: sqlite3.Connection, question: Question, before: int = LAST
    ) -> None:
        self._connection = connection
        self._question = question
        self._before = before

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Rows that count, put together where subject, day and lines are the same."""
        rows = self._connection.execute(
            "SELECT subject, published, lines, MIN(since), MAX(until), SUM(counted), SUM(new), "
            'SUM("first") FROM trials WHERE counted > 0 AND id < ? '
            "GROUP BY subject, published, lines",
            (self._before,),
        )
        return joined(
            (Group(*row) for row in rows), self._question.subject, self._question.exposure
        )

    @cached_property
    def unfinished(self) -> tuple[Unfinished, ...]:
        """Runs that were started and have no end, on real prices, this one apart.

        One whose variant has been run to its end since is no trial more.
        """
        rows = self._connection.execute(
            "SELECT id, at, subject, published, strategy, variant, detail FROM trials "
            "WHERE status = 'started' AND simulated = 0 AND id < ? AND id != ? AND id IN "
            "(SELECT id FROM trials WHERE status = 'started' "
            "EXCEPT SELECT opened FROM trials WHERE closes = 1) ORDER BY id",
            (self._before, self._question.opened),
        )
        started = map(Unfinished.read, rows)
        return tuple(run for run in started if not self._rows_of(run.variant, run.subject))

    def thesis(self) -> Count:
        own = self._question.subject
        variants = sum(group.new for group in self.groups if group.subject == own)
        repeated = {name for name in self._question.variants if self._rows_of(name, own)}
        return self._with({run.variant for run in self.unfinished if run.subject == own},
                          Count(variants, frozenset(repeated)))  # fmt: skip

    def everything(self) -> Count:
        variants = sum(group.first for group in self.groups)
        repeated = {name for name in self._question.variants if self._rows_of(name)}
        return self._with(
            {run.variant for run in self.unfinished}, Count(variants, frozenset(repeated))
        )

    def family(self) -> Count:
        """Each variant once, however many theses and lines it was run with."""
        variants = sum(group.first for group in self._family) + len(self._elsewhere)
        repeated = {
            name
            for name in self._question.variants
            if name in self._elsewhere or any(map(self._in_family, self._rows_of(name)))
        }
        return self._with(
            {run.variant for run in self._unfinished_family}, Count(variants, frozenset(repeated))
        )

    def joined(self) -> tuple[Joined, ...]:
        """The other theses of the family, the largest first."""
        by_subject: dict[str, Joined] = {}
        for group in self._family:
            if group.subject != self._question.subject:
                joined = by_subject.get(group.subject, Joined(group.subject, 0, group.why))
                by_subject[group.subject] = replace(joined, variants=joined.variants + group.new)
        for run in self._unfinished_family:
            if run.subject != self._question.subject:
                why = "running now" if run.running else "started, never finished"
                joined = by_subject.get(run.subject, Joined(run.subject, 0, why))
                by_subject[run.subject] = replace(joined, variants=joined.variants + 1)
        return tuple(
            sorted(by_subject.values(), key=lambda joined: (-joined.variants, joined.subject))
        )

    def has(self, question: Question) -> bool:
        """Whether a variant of another question is among those of the family."""
        rows = (self._rows_of(name, question.subject) for name in question.variants)
        return any(map(self._in_family, (row for of_name in rows for row in of_name)))

    def frozen_since(self) -> frozenset[str]:
        """Variants first tried after the row that were frozen too, of the thesis or of its day."""
        rows = self._connection.execute(
            "SELECT DISTINCT variant FROM trials WHERE status = 'frozen' "
            "AND (subject = ? OR (published = ? AND published != '')) "
            "AND variant IN (SELECT variant FROM variants WHERE row >= ?) "
            "AND variant NOT IN (SELECT variant FROM variants WHERE row < ?)",
            (self._question.subject, self._question.exposure.published, self._before, self._before),
        )
        return frozenset(name for (name,) in rows)

    def subjects(self) -> tuple[Subject, ...]:
        """Everybody that has trials, in the order of the first."""
        rows = self._connection.execute(
            "SELECT subject, SUM(new), SUM(counted), MIN(at), MAX(at) FROM trials "
            "WHERE counted > 0 AND id < ? GROUP BY subject ORDER BY MIN(id)",
            (self._before,),
        )
        return tuple(Subject(*row) for row in rows)

    def until(self) -> str:
        (last,) = self._connection.execute(
            'SELECT MAX("end") FROM trials WHERE counted > 0 AND id < ? AND subject = ?',
            (self._before, self._question.subject),
        ).fetchone()
        return str(last or "")

    def tried(self, ledger: LedgerState) -> Tried:
        return Tried(
            self.thesis(), self.family(), self.everything(), self.until(), self.joined(),
            self._unfinished_family, ledger,
        )  # fmt: skip

    @cached_property
    def _family(self) -> tuple[Group, ...]:
        return tuple(group for group in self.groups if group.why)

    @cached_property
    def _unfinished_family(self) -> tuple[Unfinished, ...]:
        subjects = {group.subject for group in self._family} | {self._question.subject}
        day = self._question.exposure.published
        return tuple(
            run
            for run in self.unfinished
            if run.subject in subjects or (day and run.published == day)
        )

    @cached_property
    def _elsewhere(self) -> frozenset[str]:
        """Variants of the family that were run first outside of it.

        Rows need not be unpacked for it where a subject has all of its variants from rows in the
        family, which is the rule.
        """
        whole = {group.subject for group in self.groups} - {
            group.subject for group in self.groups if not group.why or group.new > group.first
        }
        mixed = [
            group
            for group in self._family
            if group.counted > group.first and group.subject not in whole
        ]
        return frozenset(
            name
            for group in mixed
            for name in self._variants_of(group)
            if not self._in_family(min(self._rows_of(name)))
        )

    def _variants_of(self, group: Group) -> Iterator[str]:
        reader = self._connection.cursor()
        reader.row_factory = sqlite3.Row
        rows = reader.execute(
            "SELECT * FROM trials WHERE counted > 0 AND id < ? AND subject = ? AND published = ? "
            'AND lines = ? AND counted > "first"',
            (self._before, group.subject, group.published, group.lines),
        )
        for row in rows:
            yield from (str(trial["variant"]) for trial in unpacked(as_row(row)) if trial["counts"])

    def _rows_of(self, variant: str, subject: str | None = None) -> tuple[int, ...]:
        """The first rows that have a variant, by subject."""
        rows = self._connection.execute(
            "SELECT row FROM variants WHERE variant = ? AND row < ? AND (subject = ? OR ? IS NULL)",
            (variant, self._before, subject, subject),
        )
        return tuple(row for (row,) in rows)

    def _in_family(self, row: int) -> bool:
        place = self._connection.execute(
            "SELECT subject, published, lines FROM trials WHERE id = ?", (row,)
        ).fetchone()
        return place is not None and tuple(place) in self._places

    @cached_property
    def _places(self) -> Mapping[tuple[str, str, str], Group]:
        return {(group.subject, group.published, group.lines): group for group in self._family}

    def _with(self, unfinished: set[str], count: Count) -> Count:
        repeated = count.known | (self._question.variants & unfinished)
        return Count(count.variants + len(unfinished), repeated)
