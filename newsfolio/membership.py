"""A sleeve whose lines come and go: the history of an index, as a dated table."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from newsfolio.assets import Sleeve
from newsfolio.blame import shortened
from newsfolio.errors import CommandError
from newsfolio.facts import Facts

if TYPE_CHECKING:
    from newsfolio.view import View

COLUMNS = ("member", "from", "until", "known")

BLANK = frozenset({"None", "nan", "NaT", "<NA>"})
"""What rows of pandas have where there is nothing."""

JOINED, LEFT = "joined", "left"

SUFFIX = ".members"
"""Of the names of tables: no file has one, since two sleeves may be called alike."""


class Membership(NamedTuple):
    """A line's days as a member, both included; until: None while it still is one.

    known: the day on which one could know that it would join.
    """

    member: str
    since: date
    until: date | None
    known: date

    def __str__(self) -> str:
        return f"{self.member} from {self.since} until {self.until or 'now'}"


@dataclass(frozen=True)
class Members(Sleeve):
    r"""Lines by date: all that ever were members are loaded, and `at(view)` says who is one now.

    A strategy sees of the table what was known: a member from its first day on and not before the
    day on which it was known; that one left, on the session after its last day.

    >>> INDEX = members("index", "member,from,until,known\nSPY,2015-01-02,,2014-12-20")
    >>> INDEX.lines
    ('SPY',)
    """

    spans: tuple[Membership, ...] = field(default=(), repr=False)

    dated = True

    def at(self, view: View) -> Sleeve:
        """The members that have prices, as a sleeve of its own; it may be empty."""
        now = view.once(_members_now, self.table.name)
        there = now.intersection(view.universe)
        lines = (line for line in self.tickers if line in there)
        return Sleeve(self.name, tuple(lines), self.hindsight)

    @cached_property
    def table(self) -> Facts:
        """Joins and leaves as facts, each from the day on which it was known."""
        joins = [(span.known, span.member, JOINED, span.since) for span in self.spans]
        leaves = [(span.until, span.member, LEFT, span.until) for span in self.spans if span.until]
        digest = sha256(repr(self.spans).encode()).hexdigest()[:8]
        rows = ((f"{public}", member, change, f"{day}")
                for public, member, change, day in (*joins, *leaves))  # fmt: skip
        return Facts(
            f"{re.sub(r'[^A-Za-z0-9]+', '-', self.name).strip('-') or 'index'}-{digest}{SUFFIX}",
            text=("member", "change", "day"),
            where=f"Who joined and left {self.name}, from the table that the strategy declares.",
            rows=tuple(rows),
            sources=("the table that the strategy declares",),
        )


def members(name: str, table: str | Iterable[Sequence[object]]) -> Members:
    """A sleeve by date, from the text of a CSV file, from its rows, or from a DataFrame.

    table: columns member, from, until, known. `until` is the last day, blank while it still is a
    member; `known` the day on which one could know of it, blank for the first day itself. Who keeps
    the file beside the strategy reads it there and names it among its `files`:
    members("index", Path(__file__).with_name("index.csv").read_text()).
    """
    spans = tuple(_span(name, row, cells) for row, cells in _rows(name, table))
    if not spans:
        raise CommandError(f"{name}: the table of members is empty; write {','.join(COLUMNS)} rows")
    _require_apart(name, spans)
    lines = tuple(dict.fromkeys(span.member for span in spans))
    return Members(name, lines, spans=spans)


def at_close(sleeve: Sleeve, view: View) -> Sleeve:
    """What a sleeve holds at a close; only a dated one changes."""
    return sleeve.at(view) if isinstance(sleeve, Members) else sleeve


def is_members(facts: Facts) -> bool:
    """Whether a table says who joined and left."""
    return facts.name.endswith(SUFFIX)


def dated_sleeves(sleeves: Iterable[Sleeve]) -> list[Members]:
    return [sleeve for sleeve in sleeves if isinstance(sleeve, Members)]


def _members_now(view: View, table: str) -> frozenset[str]:
    """Joins and leaves in the order of their days, of those that are known."""
    rows: Mapping[str, Sequence[str]] = {
        column: values.tolist() for column, values in view.arrays.facts(table).items()
    }
    today = view.today.isoformat()
    changes = sorted(zip(rows["day"], rows["member"], rows["change"], strict=True))
    now: set[str] = set()
    for day, member, change in changes:
        if day <= today:
            (now.add if change == JOINED else now.discard)(member)
    return frozenset(now)


def _rows(
    name: str, table: str | Iterable[Sequence[object]]
) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Rows with their number in the file, by column."""
    written = getattr(table, "to_csv", None)
    if written is not None:  # a DataFrame
        table = str(written(index=False))
    if not isinstance(table, str):
        for row, given in enumerate(table, 1):
            texts = ["" if (text := f"{cell}".strip()) in BLANK else text for cell in given]
            yield row, dict(zip(COLUMNS, [*texts, *[""] * len(COLUMNS)], strict=False))
        return
    reader = csv.DictReader(io.StringIO(table.lstrip("\ufeff")), skipinitialspace=True)
    heads = [(head or "").strip().casefold() for head in reader.fieldnames or ()]
    lacking = [column for column in COLUMNS[:2] if column not in heads]
    if lacking:
        raise CommandError(
            f"{name}: the table of members has no column {lacking[0]!r}; write "
            f"{','.join(COLUMNS)} as its first line, with commas"
        )
    for row, values in enumerate(reader, 2):
        cells = dict(zip(heads, (str(value or "").strip() for value in values.values()),
                         strict=False))  # fmt: skip
        if any(cells.values()):
            yield row, cells


def _span(name: str, row: int, cells: Mapping[str, str]) -> Membership:
    where = f"{name}, row {row} of its members"
    member = cells["member"]
    if not member or any(letter.isspace() for letter in member):
        raise CommandError(f"{where}: {shortened(repr(member), 40)} is no ticker")
    since = _day(cells["from"], f"{where}, from")
    until = _day(cells["until"], f"{where}, until") if cells.get("until") else None
    public = _day(cells["known"], f"{where}, known") if cells.get("known") else since
    if until is not None and until < since:
        raise CommandError(f"{where}: {member} is one until {until}, before its first day {since}")
    if public > since:
        raise CommandError(
            f"{where}: {member} is one from {since} and known on {public} only, so nobody could "
            "hold it before; let it begin then, or correct the day on which it was known"
        )
    return Membership(member, since, until, public)


def _day(text: str, where: str) -> date:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise CommandError(
            f"{where}: {shortened(repr(text), 40)} is no day; write it as 2020-06-19"
        ) from None


def _require_apart(name: str, spans: Iterable[Membership]) -> None:
    """CommandError for two rows of one member that overlap."""
    last: dict[str, Membership] = {}
    for span in sorted(spans, key=lambda span: (span.member, span.since)):
        before = last.get(span.member)
        if before is not None and (before.until is None or span.since <= before.until):
            raise CommandError(
                f"{name}: two rows of its members overlap, {before} and {span}; end the first "
                "before the second begins"
            )
        last[span.member] = span
