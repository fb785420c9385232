"""Parquet files: of one line in Yahoo's columns, or of any other table that CSV files have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pandas as pd

from markets.folder.price_file import KNOWN, Cells, Days, FileText, check_columns, no_rows
from markets.reference.csv_file import LARGEST, require_room
from markets.reference.packed_file import UNREADABLE, unreadable_parquet
from markets.reference.plain_file import require_plain
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
    import pyarrow as pa

    schema = _schema(path)
    if schema is None:
        return True
    index = _index(schema)
    columns = tuple(name for name in schema.names if name not in index and name != "Date")
    dated = "Date" in schema.names or any(
        name in schema.names and pa.types.is_timestamp(schema.field(name).type) for name in index
    )
    return (
        dated and bool({"Close", "Adj Close"} & set(columns)) and columns != _DOWNLOADED
        and not _CODES & {name.casefold() for name in (*columns, *index)}
    )  # fmt: skip


def number_columns(path: Path) -> tuple[str, ...]:
    """The columns beside one of days, by the schema, if all of them hold numbers; else none."""
    import pyarrow as pa

    schema = _schema(path)
    if schema is None:
        return ()
    index = _index(schema)
    days = [name for name in schema.names if name in index or name == "Date"]
    beside = tuple(name for name in schema.names if name not in days)
    types = pa.types
    dated = len(days) == 1 and (
        types.is_timestamp(schema.field(days[0]).type) or types.is_date(schema.field(days[0]).type)
    )
    numbers = all(types.is_floating(kind) or types.is_integer(kind)
                  for kind in (schema.field(name).type for name in beside))  # fmt: skip
    return beside if dated and numbers else ()


def _schema(path: Path) -> pa.Schema | None:
    """None for what cannot be read."""
    import pyarrow.parquet as pq

    try:
        with path.open("rb") as file:
            return pq.read_schema(file)
    except (OSError, *UNREADABLE):
        return None


def _index(schema: pa.Schema) -> list[str]:
    """Columns that pandas had as its index."""
    named = (schema.pandas_metadata or {}).get("index_columns", ())
    return [name for name in named if isinstance(name, str)]


def read_parquet(path: Path, close: str = "") -> FileText:
    """The cells of a Parquet file; BrokenData for one that cannot be read.

    close: the column that is the close and the only one, of a table with a column a line.
    """
    require_plain(path, LARGEST)
    try:
        # A file object: from a path, a folder called `name=value` would become a column.
        with path.open("rb") as file:
            frame, others = _known_columns(path, file, close)
    except BrokenData:
        raise
    except UNREADABLE as error:
        raise unreadable_parquet(path) from error
    frame = frame.rename(columns={close: "Close"}) if close else frame
    if "Date" not in frame.columns and (
        isinstance(frame.index, pd.DatetimeIndex) or frame.index.name == "Date"
    ):
        frame = frame.rename_axis("Date").reset_index()
    frame.columns = [str(name) for name in frame.columns]
    ignored = check_columns(path, [*frame.columns, *others])
    if frame.empty:
        raise no_rows(path)
    try:
        dates = _dates(frame["Date"])
        cells = {name: _cells(frame[name]) for name in frame if name in KNOWN[1:]}
    except (ValueError, NotImplementedError) as error:  # text and dates are decoded when looked at
        raise unreadable_parquet(path) from error
    return FileText(path, "row", range(1, len(frame) + 1), dates, cells, ignored)


def _known_columns(path: Path, file: BinaryIO, close: str) -> tuple[pd.DataFrame, list[str]]:
    """What can be used of a Parquet file, and the names of the other columns, which stay unread."""
    import pyarrow.parquet as pq

    parquet = pq.ParquetFile(file)
    schema = parquet.schema_arrow
    index = (schema.pandas_metadata or {}).get("index_columns", ())
    usable = ("Date", close) if close else KNOWN
    wanted = [name for name in schema.names if name in usable or name in index]
    others = [name for name in schema.names if name not in wanted and not close]
    require_room(path, parquet.metadata.num_rows, len(wanted))
    table = parquet.read(wanted, use_threads=False)
    return table.to_pandas(date_as_object=False), others


def _dates(column: pd.Series) -> Sequence[str] | Days:
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
