"""Parquet files of many lines under each other that are too large to be put into text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from markets.folder.price_file import Cells, Days, FileText, Floats
from markets.reference.csv_file import LARGEST
from markets.reference.packed_file import MOST_CELLS, UNREADABLE, unreadable_parquet
from markets.reference.plain_file import require_plain, state_of
from newsfolio.errors import BrokenData

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_KEPT = 75_000_000
"""Cells of the columns that are kept from one line to the next: 600 MB."""


@dataclass(frozen=True)
class _CodedWords:
    """A column of words: their numbers, -1 for a blank, and what each number stands for."""

    numbers: npt.NDArray[np.int32]
    words: Sequence[str]


@dataclass(frozen=True)
class _SortedLines:
    """The columns of all lines, each line's rows together; `rows` are their numbers in the file."""

    lines: Mapping[str, slice]
    rows: npt.NDArray[np.int32]
    dates: Days | _CodedWords
    columns: Mapping[str, Floats]


def names_in(path: Path) -> tuple[str, ...]:
    """The columns of a file; none of one that cannot be read."""
    about = _about(path)
    return tuple(about.schema.to_arrow_schema().names) if about else ()


def _about(path: Path) -> pq.FileMetaData | None:
    import pyarrow.parquet as pq

    try:
        with path.open("rb") as file:
            return pq.read_metadata(file)
    except (OSError, *UNREADABLE):
        return None


def is_large_stack(path: Path, names: Mapping[str, str], date: str, code: str) -> bool:
    """Whether a file is too large for text and its columns can be read as they are.

    names: the file's columns of numbers and ours; `date` and `code` are what it calls the others,
    "" where there is none.
    """
    import pyarrow as pa

    about = _about(path)
    if about is None or not date or not code or not {"Close", "Adj Close"} & {*names.values()}:
        return False
    types, schema = pa.types, about.schema.to_arrow_schema()
    kept = about.num_rows * (len(names) + 2)
    return (
        about.num_rows * about.num_columns > MOST_CELLS
        and kept <= _KEPT
        and all(types.is_floating(kind) or types.is_integer(kind)
                for kind in (schema.field(name).type for name in names))
        and any(test(schema.field(date).type)
                for test in (types.is_timestamp, types.is_date, types.is_string,
                             types.is_large_string))
        and not (types.is_timestamp(schema.field(date).type) and schema.field(date).type.tz)
        and _is_text(schema.field(code).type)
    )  # fmt: skip


def codes_of(path: Path, code: str) -> tuple[str, ...]:
    """All codes of lines in a file, "" for rows without one."""
    return _codes(path, code, state_of(path))


@lru_cache(maxsize=16)
def _codes(path: Path, code: str, changed: tuple[int, ...]) -> tuple[str, ...]:
    del changed
    words = _words(path, _column(path, code))
    return ("",) * bool((words.numbers < 0).any()) + tuple(words.words)


def rows_of(
    path: Path, names: Mapping[str, str], date: str, code: str, wanted: Sequence[str]
) -> FileText:
    """The cells under some codes by our names; one reading of the file serves all its lines."""
    stack = _stack(path, tuple(names.items()), date, code, state_of(path))
    place = np.concatenate([np.arange(stack.lines[name].start, stack.lines[name].stop)
                            for name in wanted])  # fmt: skip
    place = place[np.argsort(stack.rows[place])]
    rows = (stack.rows[place] + 1).tolist()
    cells: dict[str, Cells] = {name: values[place] for name, values in stack.columns.items()}
    if isinstance(stack.dates, _CodedWords):
        words = stack.dates.words
        dates: Sequence[str] | Days = [
            words[number] if number >= 0 else "" for number in stack.dates.numbers[place].tolist()
        ]
    else:
        dates = stack.dates[place]
    return FileText(path, "row", rows, dates, cells, ())


@lru_cache(maxsize=1)
def _stack(
    path: Path, names: tuple[tuple[str, str], ...], date: str, code: str, changed: tuple[int, ...]
) -> _SortedLines:
    del changed
    codes = _words(path, _column(path, code))
    order = np.argsort(codes.numbers, kind="stable").astype("int32")
    ends = np.searchsorted(codes.numbers[order], np.arange(len(codes.words) + 1)).tolist()
    lines = dict(zip(codes.words, map(slice, ends, ends[1:]), strict=False))
    return _SortedLines(
        lines, order, _dates(path, _column(path, date), order),
        {ours: _numbers(_column(path, theirs))[order] for theirs, ours in names},
    )  # fmt: skip


def _column(path: Path, name: str) -> pa.ChunkedArray:
    import pyarrow.parquet as pq

    require_plain(path, LARGEST)
    try:
        with path.open("rb") as file:
            return pq.ParquetFile(file).read([name], use_threads=False).column(0)
    except UNREADABLE as error:
        raise unreadable_parquet(path) from error


def _words(path: Path, column: pa.ChunkedArray) -> _CodedWords:
    coded = column.unify_dictionaries().combine_chunks() if _is_coded(column.type) else (
        column.dictionary_encode().combine_chunks()
    )  # fmt: skip
    numbers = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype("int32")
    words = coded.dictionary.to_pylist()
    if len(set(words)) < len(words) or None in words:
        raise unreadable_parquet(path)
    return _CodedWords(numbers, words)


def _dates(path: Path, column: pa.ChunkedArray, order: npt.NDArray[np.int32]) -> Days | _CodedWords:
    """Days, or the words where they are words or have hours; a blank is no day."""
    import pyarrow as pa

    if _is_text(column.type):
        words = _words(path, column)
        return _CodedWords(words.numbers[order], words.words)
    values = column.cast(pa.timestamp("us")).to_numpy()
    days = values.astype("datetime64[D]")
    if np.isnat(days).any() or (days != values).any():
        raise BrokenData(
            f"{path} row {int((np.isnat(days) | (days != values)).argmax()) + 1}: no day. "
            "Write a day without hours in every row."
        )
    return days[order]


def _numbers(column: pa.ChunkedArray) -> Floats:
    import pyarrow as pa

    return column.cast(pa.float64()).fill_null(float("nan")).to_numpy()


def _is_coded(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_dictionary(kind))


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
