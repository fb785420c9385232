"""What is known besides prices: tables whose every row says from when on one could know it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from newsfolio.errors import CommandError

Cell = str | float


@dataclass(frozen=True)
class Facts:
    """A table that a strategy reads: releases, valuations, events, scores.

    A strategy never opens the file: `view.facts(name)` shows the rows that are known by today.

    name: of the table; `NAME.csv` in the folder of `--facts`, or among the prices of a folder.
    columns: the number columns it must have. text: the text columns, e.g. ("asset",).
    where: what it is and where to get it, for whoever has none; one sentence.
    known: the column with the day, or the instant with its zone, from which a row is public. A day
        counts from the session after it, an instant from the first session whose closes follow it.
    lag: sessions to wait besides, for a file dated by what it describes and not by its release.
    key: the text columns that name what a row is about: two rows with the same ones, known at the
        same moment, contradict each other unless they are alike, and so do two units (a column
        `unit` outside of the key).
    rows: what the articles themselves give, where nobody brings a file: cells in the order
        known, text, columns. sources: where those come from, one for all or one a row.
    """

    name: str
    columns: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    where: str = ""
    known: str = "known"
    lag: int = 0
    key: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = field(default=(), repr=False)
    sources: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\w[\w.-]*", self.name):
            raise CommandError(f"facts {self.name!r}: a table's name is that of its file, e.g. cpi")
        width = 1 + len(self.text) + len(self.columns)
        if not self.columns and not self.text:
            raise CommandError(f"facts {self.name}: name the columns that the table must have")
        if strangers := set(self.key) - set(self.text):
            raise CommandError(f"facts {self.name}: key names {min(strangers)}, no text column")
        if self.lag < 0:
            raise CommandError(
                f"facts {self.name}: lag={self.lag} would show rows before their day"
            )
        if self.known not in ("known", "released") and not self.lag:
            raise CommandError(
                f"facts {self.name}: {self.known!r} is not the day of a release; give a lag of at "
                "least 1 session"
            )
        for row in self.rows:
            if len(row) != width:
                raise CommandError(f"facts {self.name}: a row of {len(row)} cells, not {width}")

        if len(self.sources) not in (0, 1, len(self.rows)):
            raise CommandError(f"facts {self.name}: give one source, or one for each row")

    @property
    def remedy(self) -> str:
        """How to bring the table."""
        return (
            f"Write {self.name}.csv with the columns {', '.join(self.header)} and give its folder: "
            "--facts FOLDER"
        )

    @property
    def header(self) -> tuple[str, ...]:
        """The columns of the file, in the order of `rows`."""
        return (self.known, *self.text, *self.columns)

    def as_columns(self) -> Mapping[str, tuple[Cell, ...]]:
        """The shipped rows by column."""
        cells = tuple(zip(*self.rows, strict=True)) or ((),) * len(self.header)
        return dict(zip(self.header, cells, strict=True))
