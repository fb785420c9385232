"""Parquet files: of one line in Yahoo's columns, or of any other table that CSV files have."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from markets.folder.price_file import KNOWN, Cells, Days, FileText, check_columns, no_rows
from markets.reference.csv_file import LARGEST, require_room
from markets.reference.packed_file import UNREADABLE, unreadable_parquet
from markets.reference.plain_file import plain_bytes, state_of
from newsfolio.errors import BrokenData

if TYPE_CHECKING:
    import pyarrow as pa

_CODES = frozenset({"ticker", "symbol", "name"})
_DOWNLOADED = ("Close", "High", "Low", "Open", "Volume")
"""What `yfinance.download(multi_level_index=False)` writes, adjusted for dividends too."""


def is_one_line(path: Path) -> bool:
    """Whether a file has the columns of one line, by its schema; any other is read as its text is.

    True for what cannot be read: `read_parquet` says why.
    """
    try:
        return _has_one_line(path, state_of(path))
    except OSError:
        return True


@lru_cache(maxsize=20_000)
def _has_one_line(path: Path, changed: tuple[int, ...]) -> bool:
    import pyarrow as pa

    del changed
    schema = schema_of(path)
    if schema is None:
        return True
    index = index_of(schema)
    columns = tuple(name for name in schema.names if name not in index and name != "Date")
    dated = "Date" in schema.names or any(
        name in schema.names and pa.types.is_timestamp(schema.field(name).type) for name in index
    )
    return (
        dated and bool({"Close", "Adj Close"} & set(columns)) and columns != _DOWNLOADED
        and not _CODES & {name.casefold() for name in (*columns, *index)}
    )  # fmt: skip


def schema_of(path: Path) -> pa.Schema | None:
    """None for what cannot be read."""
    import pyarrow.parquet as pq

    try:
        with path.open("rb") as file:
            return pq.read_schema(file)
    except (OSError, *UNREADABLE):
        return None


def index_of(schema: pa.Schema) -> list[str]:
    """Columns that pandas had as its index."""
    named = (schema.pandas_metadata or {}).get("index_columns", ())
    return [name for name in named if isinstance(name, str)]


def read_parquet(path: Path) -> FileText:
    """The cells of a Parquet file; BrokenData for one that cannot be read."""
    try:
        table, others = _known_columns(path)
        text = _days_and_numbers(path, table, others)
        frame = table.to_pandas(date_as_object=False) if text is None else None
    except BrokenData:
        raise
    except UNREADABLE as error:
        raise unreadable_parquet(path) from error
    return text if frame is None else _decoded(path, frame, others)  # type: ignore[return-value]


def _days_and_numbers(path: Path, table: pa.Table, others: list[str]) -> FileText | None:
    """The cells as they are stored, where all are days and numbers; None for any other table."""
    import pyarrow as pa

    types, schema = pa.types, table.schema
    names = [name for name in schema.names if name != "Date"]
    dated = schema.field("Date").type if len(names) + 1 == len(schema.names) else pa.null()
    if (
        not (types.is_date(dated) or (types.is_timestamp(dated) and dated.tz is None))
        or not set(names) < set(KNOWN) or len(set(names)) < len(names)
        or not all(types.is_floating(kind) or types.is_integer(kind)
                   for kind in (schema.field(name).type for name in names))
    ):  # fmt: skip
        return None
    moments = table["Date"].to_numpy()
    days = moments.astype("datetime64[D]")
    if not (days == moments).all():  # an unknown day equals nothing
        return None
    ignored = check_columns(path, ["Date", *names, *others])
    if not len(days):
        raise no_rows(path)
    cells = {name: table[name].to_numpy().astype("float64", copy=False) for name in names}
    return FileText(path, "row", range(1, len(days) + 1), days, cells, ignored)


def _decoded(path: Path, frame: pd.DataFrame, others: list[str]) -> FileText:
    """The cells of any table."""
    if "Date" not in frame.columns and (
        isinstance(frame.index, pd.DatetimeIndex) or frame.index.name == "Date"
    ):
        frame = frame.rename_axis("Date").reset_index()
    frame.columns = [str(name) for name in frame.columns]
    ignored = check_columns(path, [*frame.columns, *others])
    if frame.empty:
        raise no_rows(path)
    try:
        dates = dates_of(frame["Date"])
        cells = {name: _cells(frame[name]) for name in frame if name in KNOWN[1:]}
    except (ValueError, NotImplementedError) as error:  # text and dates are decoded when looked at
        raise unreadable_parquet(path) from error
    return FileText(path, "row", range(1, len(frame) + 1), dates, cells, ignored)


def _known_columns(path: Path) -> tuple[pa.Table, list[str]]:
    """What can be used of a Parquet file, and the names of the other columns, which stay unread."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    # Its bytes: from a path, a folder called `name=value` would become a column.
    parquet = pq.ParquetFile(pa.BufferReader(plain_bytes(path, LARGEST)))
    schema = parquet.schema_arrow
    index = (schema.pandas_metadata or {}).get("index_columns", ())
    wanted = [name for name in schema.names if name in KNOWN or name in index]
    others = [name for name in schema.names if name not in wanted]
    require_room(path, parquet.metadata.num_rows, len(wanted))
    return parquet.read(wanted, use_threads=False), others


def dates_of(column: pd.Series) -> Sequence[str] | Days:
    """Days at once where the column holds nothing else; with a zone, the venue's own midnights."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        local = column.dt.tz_localize(None)
        if (local == local.dt.normalize()).all():
            column = local
    naive = isinstance(column.dtype, np.dtype) and column.dtype.kind == "M"
    if naive and (column == column.dt.normalize()).all():  # an unknown day equals nothing
        return column.to_numpy().astype("datetime64[D]")
    return [str(day) for day in column]


def _cells(column: pd.Series) -> Cells:
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return column.to_numpy("float64", na_value=np.nan)
    return ["" if blank else str(cell) for cell, blank in zip(column, column.isna(), strict=True)]
