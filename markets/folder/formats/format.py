"""What a format of price files is: how it is recognised, and what its columns mean."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from markets.folder.formats.head import Head
from markets.folder.price_file import REVERSED, Table, chosen, newest_first
from newsfolio.errors import CommandError


class Adjusted(StrEnum):
    """What the prices of a file are adjusted for."""

    BY_COLUMNS = "as its columns say"  # Close, Adj Close and Dividends in Yahoo's sense
    FULL = "full"  # for splits and dividends
    SPLITS = "split"  # for splits; what was paid is not in the file
    RAW = "raw"  # as traded; neither splits nor dividends are in the file
    CLOSES = "closes"  # nobody said; taken as a price return
    LEVEL = "level"  # a rate or an index, of whatever line; nothing is paid on it
    UNSAID = "unsaid"  # a level is read, a line that pays dividends is refused


@dataclass(frozen=True)
class About:
    """One row of the table in docs/data.md, in words."""

    title: str
    recognised: str
    adjusted: str
    volume: str = "shares"
    order: str = "oldest first"
    dates: str = "2026-01-02"


DAY_FIRST, MONTH_FIRST = "day-first", "month-first"


@dataclass(frozen=True)
class Told:
    """What `--vendor` says where files do not: a format's name, an adjustment, an order of dates.

    vendors: only formats of these names are taken where several fit the columns.
    """

    vendors: frozenset[str] = frozenset()
    adjusted: Adjusted | None = None
    dates: str = ""

    @property
    def said(self) -> str:
        """The adjustment that was told, for a note."""
        return f"{self.adjusted.value} by --vendor" if self.adjusted else ""

    @classmethod
    def of(cls, words: str, names: frozenset[str]) -> Told:
        """From `stooq` or `raw,day-first`; CommandError for a word that is neither."""
        given = frozenset(word.strip().casefold() for word in words.split(",") if word.strip())
        kinds = {kind.value: kind for kind in (Adjusted.FULL, Adjusted.SPLITS, Adjusted.RAW)}
        adjusted, dates = given & kinds.keys(), given & {DAY_FIRST, MONTH_FIRST}
        unknown = given - kinds.keys() - dates - names
        if unknown or len(adjusted) > 1 or len(dates) > 1:
            choices = ", ".join([*sorted(names), *kinds, DAY_FIRST, MONTH_FIRST])
            raise CommandError(f"--vendor {words}: write one vendor, or what is so, of {choices}")
        kind = kinds[next(iter(adjusted))] if adjusted else None
        return cls(given & names, kind, next(iter(dates), ""))


@dataclass(frozen=True)
class Quotes:
    """What a file says of one line.

    notes: first how the file was read and what was assumed, "" where there is nothing to say; then
    what was found in it. readings: what the prices may be, where `adjusted` is UNSAID.
    """

    table: Table
    adjusted: Adjusted
    notes: tuple[str, ...] = ()
    readings: str = ""

    def oldest_first(self) -> Quotes:
        """Reversed, and said so, where the first row is the latest."""
        if not newest_first(self.table):
            return self
        table = chosen(self.table, slice(None, None, -1))
        return replace(self, table=table, notes=(*self.notes, REVERSED))


class Format(Protocol):
    """One shape of files; a file, an archive or a folder of them.

    `name` is its word in `--vendor`. A reader must fail with BrokenData that names file and line.
    """

    @property
    def name(self) -> str: ...

    @property
    def about(self) -> About: ...

    def fits(self, head: Head) -> bool:
        """Whether a file is of this format, by its first lines alone."""
        ...

    def lines(self, head: Head) -> tuple[str, ...]:
        """The tickers that the content names, in Yahoo's spelling; none where only the name can."""
        ...

    def read(self, head: Head, ticker: str, vendor: Told) -> Quotes:
        """The rows of one line."""
        ...
