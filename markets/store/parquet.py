"""Bars as the store keeps them: bytes of a Parquet file, with a header that seals them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NotRequired, TypeAlias, TypedDict

from markets.bars import COLUMNS, Bars, Doubt, Priced
from markets.store.restatements import Restatement, RestatementJson, seal
from newsfolio.errors import BrokenData, OutputError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SCHEMA = 2
"""Version of the file layout; a file with another one is refused."""

_HEADER = b"newsfolio"


@dataclass(frozen=True)
class StoredBars:
    """Bars as they were kept, and where they came from.

    retrieved: the day on which the source was last asked; currency: as the source named it;
    changes: what it restated so far, oldest first, as the store noticed.
    """

    bars: Bars
    retrieved: date
    source: str
    currency: str
    changes: tuple[Restatement, ...] = ()


def packed(stored: StoredBars) -> bytes:
    """The content of a file; the same bars, the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    frame = stored.bars.frame
    columns = {"session": pa.array(stored.bars.days)}
    columns |= {name: pa.array(frame[name].to_numpy("float64")) for name in COLUMNS}
    table = pa.table(columns).replace_schema_metadata({_HEADER: json.dumps(_header(stored))})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


DoubtJson: TypeAlias = str | tuple[str, list[str]]
"""A sentence and its days; earlier builds kept sentences without days."""


class BarsHeader(TypedDict):
    """What a file says of its bars. digest: of the bars; the seal is over all of the rest."""

    schema: int
    ticker: str
    priced: str
    simulated: bool
    notes: list[str]
    doubts: NotRequired[list[DoubtJson]]
    retrieved: str
    source: str
    currency: str
    later_splits: float
    digest: str
    changes: list[RestatementJson]
    seal: NotRequired[str]


def _header(stored: StoredBars) -> BarsHeader:
    values: BarsHeader = {
        "schema": SCHEMA,
        "ticker": stored.bars.ticker,
        "priced": stored.bars.priced.value,
        "simulated": stored.bars.simulated,
        "notes": list(stored.bars.notes),
        "doubts": told_doubts(stored.bars.doubts),
        "retrieved": stored.retrieved.isoformat(),
        "source": stored.source,
        "currency": stored.currency,
        "later_splits": stored.bars.later_splits,
        "digest": stored.bars.digest(),
        "changes": [change.as_json() for change in stored.changes],
    }
    return {**values, "seal": seal(values)}


def told_doubts(doubts: Iterable[Doubt]) -> list[DoubtJson]:
    """Doubts as JSON."""
    return [(doubt.told, [day.isoformat() for day in doubt.days]) for doubt in doubts]


def read_doubts(rows: Iterable[DoubtJson]) -> tuple[Doubt, ...]:
    """Doubts from JSON."""
    pairs = ((row, list[str]()) if isinstance(row, str) else row for row in rows)
    return tuple(Doubt(sentence, tuple(map(date.fromisoformat, days))) for sentence, days in pairs)


def unpacked(ticker: str, path: Path, content: bytes) -> StoredBars:
    """What the content of a ticker's file holds; BrokenData names a file that is not whole.

    OutputError: it is whole, and of a later version.
    """
    import pyarrow as pa

    try:
        table = _table(content)
        header: BarsHeader = json.loads(table.schema.metadata[_HEADER])
        layout, digest = header["schema"], header["digest"]
        sealed = header["seal"] == seal(header)
        newer = sealed and layout > SCHEMA
        stored = _stored(header, table) if sealed and layout == SCHEMA else None
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise _refused(path, "is damaged or was not written by this program") from error
    if newer:
        raise newer_store(path, layout, SCHEMA)
    if layout != SCHEMA:
        raise _refused(path, f"has layout {layout}, this version reads {SCHEMA}")
    if stored is None:
        raise _refused(path, "is damaged: its description is not the one that was written")
    if stored.bars.ticker != ticker:
        raise _refused(path, f"holds {stored.bars.ticker}, not {ticker}")
    if stored.bars.digest() != digest:
        raise _refused(path, "is damaged: its bars are not those that were written")
    return stored


def newer_store(path: Path, layout: int, readable: int) -> OutputError:
    """Of what a later version wrote whole: it is not fetched again, for that would replace it."""
    return OutputError(
        f"{path} is of a newer newsfolio (layout {layout}; this one reads {readable}), and stays "
        "as it is;\nupgrade newsfolio, or use another --store"
    )


def _table(content: bytes) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    return pq.read_table(pa.BufferReader(content))


def _stored(header: BarsHeader, table: pa.Table) -> StoredBars:
    bars = Bars(
        header["ticker"],
        _frame(table),
        Priced(header["priced"]),
        later_splits=float(header["later_splits"]),
        simulated=bool(header["simulated"]),
        notes=tuple(header["notes"]),
        doubts=read_doubts(header.get("doubts", ())),
    )
    retrieved = date.fromisoformat(header["retrieved"])
    changes = tuple(map(Restatement.from_json, header["changes"]))
    return StoredBars(bars, retrieved, header["source"], header["currency"], changes)


def _frame(table: pa.Table) -> pd.DataFrame:
    import pandas as pd

    days = table.column("session").to_numpy().astype("datetime64[ns]")
    columns = {name: table.column(name).to_numpy() for name in COLUMNS}
    return pd.DataFrame(columns, index=pd.DatetimeIndex(days, name="session"))


def _refused(path: Path, why: str) -> BrokenData:
    return BrokenData(f"{path} {why}; newsfolio data pull fetches it again (or delete it)")
