"""The seam to where prices come from: what a source is asked, and what it answers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol, TypeAlias, runtime_checkable

from markets.bars import Bars
from markets.facts import FactTable, lacking, own_table
from newsfolio.assets import Asset, Delisting
from newsfolio.errors import MissingData
from newsfolio.facts import Facts
from newsfolio.membership import is_members

Follow: TypeAlias = Callable[[Collection[Asset]], Iterable[Asset]]
"""Hands lines on as they are read, to somebody who watches how far a source is; `iter` watches
nothing."""


class Digested(Protocol):
    """A table with a name and a hash of its content."""

    @property
    def name(self) -> str: ...

    def digest(self) -> str: ...


def snapshot_id(bars: Iterable[Bars], tables: Iterable[Digested] = ()) -> str:
    """Sixteen hex digits that name a set of lines, and tables, down to their last bit."""
    digests = sorted(f"{line.ticker}:{line.digest()}" for line in bars)
    digests += sorted(f"{table.name}:{table.digest()}" for table in tables)
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()[:16]


@dataclass(frozen=True, eq=False)
class Snapshot(Mapping[str, Bars]):
    """What a source gave for one run: bars by ticker, and tables of facts by name."""

    bars: Mapping[str, Bars]
    facts: Mapping[str, FactTable] = field(default_factory=dict)

    def __getitem__(self, ticker: str) -> Bars:
        return self.bars[ticker]

    def __iter__(self) -> Iterator[str]:
        return iter(self.bars)

    def __len__(self) -> int:
        return len(self.bars)

    def until(self, day: date) -> Snapshot:
        """The same as it was known after `day`."""
        return Snapshot(
            {ticker: line.until(day) for ticker, line in self.bars.items() if line.first <= day},
            {name: table.until(day) for name, table in self.facts.items()},
        )

    @property
    def id(self) -> str:
        """Sixteen hex digits that name all of it."""
        return snapshot_id(self.bars.values(), self.facts.values())


@runtime_checkable
class Source(Protocol):
    """Where bars and tables of facts come from."""

    @property
    def name(self) -> str: ...

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        """All there is of each asset and each table, in one state of the source.

        What the source does not have is left out of the answer; BrokenData for what contradicts
        itself.
        """
        ...


@runtime_checkable
class Remembers(Protocol):
    """A source that can keep what a run read of it, and read just that again."""

    @property
    def snapshot(self) -> str:
        """The id of the snapshot that is read, "" for the present."""
        ...

    def remember(self, read: Snapshot) -> None:
        """Keep what a run read; OutputError if the disk refuses."""
        ...


class LoadedOnce:
    """A source whose lines and tables were asked for together; what nobody asked for comes later.

    Several runs that read it see one state of it, and each is answered what it asks for alone, in
    frames of its own.
    """

    def __init__(
        self, source: Source, assets: Iterable[Asset] = (), facts: Iterable[Facts] = ()
    ) -> None:
        self._source = source
        self._bars: dict[Asset, Bars | None] = {}
        self._facts: dict[Facts, FactTable | None] = {}
        self._ask(assets, facts)

    @property
    def name(self) -> str:
        return self._source.name

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        assets, facts = tuple(assets), tuple(facts)
        self._ask(assets, facts)
        lines = {asset.ticker: self._bars[asset] for asset in assets}
        tables = {table.name: self._facts[table] for table in facts}
        return Snapshot(
            {
                ticker: replace(bars, frame=bars.frame.copy())
                for ticker, bars in lines.items()
                if bars is not None
            },
            {
                name: replace(table, frame=table.frame.copy())
                for name, table in tables.items()
                if table is not None
            },
        )

    def _ask(self, assets: Iterable[Asset], facts: Iterable[Facts]) -> None:
        """Two assets with one ticker, declared otherwise, are asked for one after the other."""
        new = dict.fromkeys(asset for asset in assets if asset not in self._bars)
        tables = dict.fromkeys(table for table in facts if table not in self._facts)
        while new or tables:
            now: dict[str, Asset] = {}
            for asset in new:
                now.setdefault(asset.ticker, asset)
            read = self._source.load(tuple(now.values()), tuple(tables))
            for asset in now.values():
                self._bars[asset] = read.bars.get(asset.ticker)
                del new[asset]
            self._facts |= {table: read.facts.get(table.name) for table in tables}
            tables = {}


class RememberedOnce(LoadedOnce):
    """The same of a source that keeps what a run read."""

    _source: RememberingSource

    @property
    def snapshot(self) -> str:
        return self._source.snapshot

    def remember(self, read: Snapshot) -> None:
        self._source.remember(read)


class RememberingSource(Source, Remembers, Protocol):
    """A source that remembers."""


def loaded_once(source: Source, assets: Iterable[Asset], facts: Iterable[Facts]) -> Source:
    """A source that is asked once for what several runs need."""
    kind = RememberedOnce if isinstance(source, Remembers) else LoadedOnce
    return kind(source, assets, facts)


def with_own_rows(read: Snapshot, wanted: Iterable[Facts]) -> Snapshot:
    """The same, with the rows that facts carry themselves where the source has no table."""
    own = {facts.name: own_table(facts)
           for facts in wanted if facts.rows and facts.name not in read.facts}  # fmt: skip
    return Snapshot(read.bars, {**read.facts, **own})


def required_tables(bars: Mapping[str, Bars], wanted: Iterable[Facts]) -> dict[str, FactTable]:
    """The tables of a run; MissingData with the way to get one that is not there."""
    held = bars.facts if isinstance(bars, Snapshot) else {}
    for facts in wanted:
        if facts.name not in held:
            raise MissingData(lacking(facts))
    return {facts.name: held[facts.name] for facts in wanted}


ENDED = 21
"""Days by which the prices of a member end before those of the others: it trades no more."""

ENDS = (
    "a member whose prices end before the others': taken as delisted on that day at its last close"
)


def with_ended_members(read: Snapshot, wanted: Iterable[Facts]) -> Snapshot:
    """The same, with the members that end early of a sleeve by date as delisted lines.

    An index's history holds what was bought and what failed; a run must not end with the first.
    """
    dated = {str(row[1]) for facts in wanted if is_members(facts) for row in facts.rows}
    lines = [read.bars[ticker] for ticker in sorted(dated) if ticker in read.bars]
    last = max((line.last for line in lines), default=date.max)
    ended = {
        line.ticker: replace(line, delisted=Delisting(line.last), notes=(*line.notes, ENDS))
        for line in lines
        if line.delisted is None and (last - line.last).days > ENDED
    }
    return replace(read, bars={**read.bars, **ended}) if ended else read
