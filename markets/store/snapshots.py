"""What a run read, remembered: `newsfolio run --snapshot ID` reads it again.

A record names each line by the digest of its bars and where the store has them: in the ticker's
file cut after a day, or in a version. Where corrections altered a line, the altered figures stand
in the record. Tables of facts are kept whole, each once. Nothing is trusted: what is rebuilt
must have the digest that the run had.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NotRequired, TypeAlias, TypedDict

import numpy as np
import pandas as pd

from markets.bars import COLUMNS, Bars
from markets.facts import FactTable
from markets.snapshot import Follow, Snapshot, Source
from markets.store.parquet import DoubtJson, StoredBars, newer_store, read_doubts, told_doubts
from markets.store.price_store import Store
from markets.store.restatements import cut, seal
from newsfolio.assets import Asset, Delisting
from newsfolio.errors import BrokenData, CommandError, MissingData, UnknownName
from newsfolio.facts import Facts

LAYOUT = 1
PATCHED = 100
"""Altered figures of a line up to which a record holds them; beyond, the bars are kept whole."""

_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Remembering:
    """A source of the present that can be told to remember, in a store, what a run read of it."""

    source: Source
    store: Store

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def snapshot(self) -> str:
        """It reads the present."""
        return ""

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        return self.source.load(assets, facts)

    def remember(self, read: Snapshot) -> None:
        """Keep what a run read; OutputError if the disk refuses."""
        keep(self.store, read, self.name)


PatchedCell: TypeAlias = tuple[str, str, float | None]
"""Day, column and value of a figure; None is unknown."""


class BarsPatch(TypedDict):
    """How bars follow from others: the days that they lack, and the figures that are others.

    base: digest of the others.
    """

    base: str
    dropped: list[str]
    cells: list[PatchedCell]


class KeptLine(BarsPatch):
    """How to find a line again. delisted: day and value; genuine: days, and why."""

    digest: str
    last: str
    notes: list[str]
    doubts: NotRequired[list[DoubtJson]]
    delisted: NotRequired[tuple[str, float | None] | None]
    genuine: NotRequired[list[tuple[str, str]]]


class SnapshotRecord(TypedDict):
    """What a run read: lines by ticker, tables by name with their digests."""

    layout: int
    id: str
    source: str
    lines: dict[str, KeptLine]
    tables: dict[str, str]
    seal: NotRequired[str]


class FactTableJson(TypedDict):
    """A table of facts. order: its columns but `known`; numbers: those that are."""

    name: str
    known: list[str]
    order: list[str]
    numbers: list[str]
    columns: dict[str, list[str | float | None]]
    instants: list[str | None]
    simulated: bool
    notes: list[str]


class SnapshotSource:
    """The bars and the tables that a run read, whatever came to the store since.

    CommandError for what is no id, UnknownName for one that the store does not have, BrokenData
    for a damaged record. follow: sees each line before it is read.
    """

    def __init__(self, store: Store, snapshot: str, follow: Follow = iter) -> None:
        self._store = store
        self._follow = follow
        self._record = _record(store, snapshot)
        self.snapshot = snapshot
        self.name = str(self._record["source"])

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        """What is asked for and the run had; MissingData for what is no longer in the store."""
        lines, digests = self._record["lines"], self._record["tables"]
        asked = {asset.ticker: asset for asset in assets if asset.ticker in lines}
        tickers = [asset.ticker for asset in self._follow(list(asked.values()))]
        names = (table.name for table in facts)
        return Snapshot(
            {ticker: self._line(ticker, lines[ticker]) for ticker in tickers},
            {name: self._table(name, digests[name]) for name in names if name in digests},
        )

    def remember(self, read: Snapshot) -> None:
        """A run on a snapshot may have read less of it, or tables of its own."""
        keep(self._store, read, self.name)

    def _line(self, ticker: str, entry: KeptLine) -> Bars:
        base = self._store.find(ticker, entry["base"], date.fromisoformat(entry["last"]))
        if base is None:
            raise MissingData(
                f"{ticker}: the store {self._store.folder} no longer has the bars of snapshot "
                f"{self.snapshot}; run without --snapshot, or bring back its file or its version"
            )
        bars = _patched(base, entry["dropped"], entry["cells"])
        if delisted := entry.get("delisted"):
            day, value = delisted
            gone = Delisting(date.fromisoformat(day), value)
            bars = dataclasses.replace(bars, delisted=gone)
        if bars.digest() != entry["digest"]:
            raise BrokenData(f"{ticker}: snapshot {self.snapshot} cannot be rebuilt to the bit")
        doubts = read_doubts(entry["doubts"]) if "doubts" in entry else bars.doubts
        genuine = ((date.fromisoformat(day), why) for day, why in entry.get("genuine", ()))
        return dataclasses.replace(
            bars, notes=tuple(entry["notes"]), doubts=doubts, genuine=tuple(genuine)
        )

    def _table(self, name: str, digest: str) -> FactTable:
        content = self._store.get(f"{digest}.json")
        if content is None:
            raise MissingData(
                f"{name}: the store {self._store.folder} no longer has the table of snapshot "
                f"{self.snapshot}; run without --snapshot"
            )
        try:
            table = _table_from(json.loads(content))
        except (KeyError, TypeError, ValueError):
            table = None
        if table is None or table.digest() != digest:
            raise BrokenData(f"{name}: the table of snapshot {self.snapshot} is damaged")
        return table


def keep(store: Store, read: Snapshot, source: str) -> None:
    """Remember what a run read, so that it can be read again; once is enough."""
    try:
        _record(store, read.id)
    except (BrokenData, UnknownName):
        lines = {ticker: _kept(store, bars) for ticker, bars in sorted(read.items())}
        tables = {name: _kept_table(store, table) for name, table in sorted(read.facts.items())}
        record: SnapshotRecord = {
            "layout": LAYOUT, "id": read.id, "source": source, "lines": lines, "tables": tables,
        }  # fmt: skip
        record["seal"] = seal(record)
        store.put(f"{read.id}.json", json.dumps(record, indent=1, sort_keys=True).encode())


def snapshot_ids(store: Store) -> list[str]:
    """The ids of the snapshots in a store, sorted."""
    names = (name.removesuffix(".json") for name in store.records())
    return [name for name in names if _ID.fullmatch(name)]


def _record(store: Store, snapshot: str) -> SnapshotRecord:
    """A record, checked."""
    if not _ID.fullmatch(snapshot):
        raise CommandError(
            f"--snapshot {snapshot[:40]!r}: an id has 16 hex digits; see data.snapshot in a run's "
            "manifest.json"
        )
    content = store.get(f"{snapshot}.json")
    if content is None:
        hint = "Runs on Yahoo's prices keep theirs in the store that they read."
        raise UnknownName("snapshot", snapshot, snapshot_ids(store), hint)
    try:
        record: SnapshotRecord = json.loads(content)
        whole = record["seal"] == seal(record) and record["id"] == snapshot
        layout = record["layout"]
    except (KeyError, TypeError, ValueError):
        whole, layout = False, None
    if not whole:
        raise BrokenData(f"the record of snapshot {snapshot} in {store.folder} is damaged")
    if isinstance(layout, int) and layout > LAYOUT:
        raise newer_store(store.folder / f"{snapshot}.json", layout, LAYOUT)
    if layout != LAYOUT:
        raise BrokenData(f"snapshot {snapshot} has layout {layout}, this version reads {LAYOUT}")
    return record


def _kept(store: Store, bars: Bars) -> KeptLine:
    """How to find a line again: as it is, as present bars with some figures altered, or whole."""
    digest = bars.digest()
    gone, bars = bars.delisted, dataclasses.replace(bars, delisted=None)
    entry: KeptLine = {
        "digest": digest, "base": bars.digest(), "last": bars.last.isoformat(),
        "dropped": [], "cells": [], "notes": list(bars.notes), "doubts": told_doubts(bars.doubts),
        "delisted": None if gone is None else (gone.day.isoformat(), gone.value),
        "genuine": [(day.isoformat(), reason) for day, reason in bars.genuine],
    }  # fmt: skip
    if not _holds(store, bars):
        patch = _patch(store, bars)
        if patch is None:
            store.keep(StoredBars(bars, bars.last, "snapshot", ""))
        else:
            entry["base"] = patch["base"]
            entry["dropped"], entry["cells"] = patch["dropped"], patch["cells"]
    return entry


def _holds(store: Store, bars: Bars) -> bool:
    try:
        return store.find(bars.ticker, bars.digest(), bars.last) is not None
    except BrokenData:
        return False


def _patch(store: Store, bars: Bars) -> BarsPatch | None:
    """What turns the store's present bars into these, if that is little."""
    try:
        stored = store.read(bars.ticker)
    except BrokenData:
        return None
    base = cut(stored.bars, bars.last) if stored else None
    if base is None or len(bars.frame.index.difference(base.frame.index)):
        return None
    dropped = [str(day.date()) for day in base.frame.index.difference(bars.frame.index)]
    cells = _altered(base.frame.loc[bars.frame.index], bars.frame)
    if len(cells) + len(dropped) > PATCHED:
        return None
    if _patched(base, dropped, cells).digest() != bars.digest():
        return None
    return {"base": base.digest(), "dropped": dropped, "cells": cells}


def _altered(base: pd.DataFrame, now: pd.DataFrame) -> list[PatchedCell]:
    """Day, column and value of every figure that is not the same to the last bit."""
    old, new = (np.ascontiguousarray(frame.to_numpy("float64")) for frame in (base, now))
    days = now.index.to_numpy().astype("datetime64[D]")
    rows, columns = np.nonzero(old.view("int64") != new.view("int64"))
    return [
        (str(days[row]), COLUMNS[column], _known(new[row, column]))
        for row, column in zip(rows, columns, strict=True)
    ]


def _patched(base: Bars, dropped: Sequence[str], cells: Sequence[PatchedCell]) -> Bars:
    frame = base.frame
    if dropped:
        frame = frame.drop(index=pd.to_datetime(list(dropped)))
    if cells:
        frame = frame.copy()
        for day, column, value in cells:
            frame.loc[pd.Timestamp(day), column] = np.nan if value is None else value
    return dataclasses.replace(base, frame=frame)


def _kept_table(store: Store, table: FactTable) -> str:
    digest = table.digest()
    if store.get(f"{digest}.json") is None:
        store.put(f"{digest}.json", json.dumps(_table_as_json(table), sort_keys=True).encode())
    return digest


def _table_as_json(table: FactTable) -> FactTableJson:
    frame = table.frame
    numbers = [name for name in frame.columns[1:] if frame[name].dtype == "float64"]
    columns = {name: [_as_json(value) for value in frame[name]] for name in frame.columns[1:]}
    return {
        "name": table.name,
        "known": [str(day.date()) for day in frame["known"]],
        "order": list(frame.columns[1:]),
        "numbers": numbers,
        "columns": columns,
        "instants": [at.isoformat() if at else None for at in table.instants],
        "simulated": table.simulated,
        "notes": list(table.notes),
    }


def _table_from(values: FactTableJson) -> FactTable:
    days = np.array(values["known"], dtype="datetime64[D]")
    frame = pd.DataFrame({"known": days.astype("datetime64[s]")})
    for name in values["order"]:
        kind = "float64" if name in values["numbers"] else "str"
        frame[name] = pd.Series(values["columns"][name], dtype=kind)
    instants = tuple(datetime.fromisoformat(at) if at else None for at in values["instants"])
    return FactTable(values["name"], frame, instants, values["simulated"], tuple(values["notes"]))


def _as_json(value: str | float) -> str | float | None:
    """A cell of a table."""
    return value if isinstance(value, str) else _known(value)


def _known(value: float) -> float | None:
    """A figure as JSON has it; what is unknown is null."""
    return None if np.isnan(value) else float(value)
