"""Parquet files with a column of days and one of numbers a line, read a column at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from markets.folder.parquet_file import dates_of, index_of, schema_of
from markets.folder.price_file import Days, FileText, no_rows
from markets.reference.csv_file import LARGEST, require_room
from markets.reference.packed_file import UNREADABLE, unreadable_parquet
from markets.reference.plain_file import plain_bytes, state_of
from newsfolio.errors import BrokenData

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow.parquet as pq


@dataclass(frozen=True)
class _OpenFile:
    """A file whose thousands of columns are described once, and its days."""

    file: pq.ParquetFile
    dates: Sequence[str] | Days


def number_columns(path: Path) -> tuple[str, ...]:
    """The columns beside one of days, by the schema, if all of them hold numbers; else none."""
    try:
        return _columns(path, state_of(path))[1]
    except OSError:
        return ()


@lru_cache(maxsize=64)
def _columns(path: Path, changed: tuple[int, ...]) -> tuple[str, tuple[str, ...]]:
    """The column of days, and the others; no names where it is no such file."""
    import pyarrow as pa

    del changed
    schema = schema_of(path)
    if schema is None:
        return "", ()
    index = index_of(schema)
    days = [name for name in schema.names if name in index or name == "Date"]
    beside = [field for field in schema if field.name not in days]
    types = pa.types
    dated = len(days) == 1 and (
        types.is_timestamp(schema.field(days[0]).type) or types.is_date(schema.field(days[0]).type)
    )
    if dated and all(
        types.is_floating(field.type) or types.is_integer(field.type) for field in beside
    ):
        return days[0], tuple(field.name for field in beside)
    return "", ()


def closes_of(path: Path, column: str) -> FileText:
    """The days and one column of numbers, as closes; BrokenData for what cannot be read."""
    try:
        opened = _opened(path, state_of(path))
        # By its name: where there is an `A`, a column `A.L` is read with it.
        closes = opened.file.read([column], use_threads=False)[column].to_numpy()
    except BrokenData:
        raise
    except UNREADABLE as error:
        raise unreadable_parquet(path) from error
    rows = len(opened.dates)
    if not rows:
        raise no_rows(path)
    cells = {"Close": closes.astype("float64", copy=False)}
    return FileText(path, "row", range(1, rows + 1), opened.dates, cells, ())


@lru_cache(maxsize=1)
def _opened(path: Path, changed: tuple[int, ...]) -> _OpenFile:
    """The last file of these; its bytes stay in memory, so that it may be replaced meanwhile."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    day, _ = _columns(path, changed)
    file = pq.ParquetFile(pa.BufferReader(plain_bytes(path, LARGEST)))
    require_room(path, file.metadata.num_rows, 2)
    moments = file.read([day], use_threads=False)[day].to_pandas(date_as_object=False)
    return _OpenFile(file, dates_of(moments))
