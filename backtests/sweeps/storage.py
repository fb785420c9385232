"""The table of a sweep on disk: one Parquet file a job, written whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from backtests.sweeps.grid import ParameterGrid
from markets.store.abandoned import locked, sweep_files
from newsfolio.errors import OutputError
from newsfolio.trees import specs_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    from backtests.sweeps.batches import SweepRow
    from reports.contract.manifest import Json

METRICS = ("final_equity", "total_return", "cagr", "volatility", "sharpe", "sortino",
           "max_drawdown", "turnover", "costs", "trades")  # fmt: skip
OWN = ("set", "id", *METRICS, "score", "start", "end", "scored", "error")


def columns(grid: ParameterGrid) -> dict[str, str]:
    """The column of each parameter: its name, or `name_` where a figure is called so."""
    names = specs_of(grid.base)
    return {name: f"{name}_" if name in OWN else name for name in names}


REMEMBERED = 100_000
"""Sets of this process that are not read again from their files."""


class SetTable:
    """The files of one sweep, by job."""

    def __init__(self, folder: Path, grid: ParameterGrid) -> None:
        self.folder = folder / "parts"
        self._columns = columns(grid)
        self._schema = _schema(grid, self._columns)
        self._written: dict[int, pa.Table] = {}

    def done(self) -> set[int]:
        """The jobs whose sets need not be simulated again."""
        return _jobs(self.folder)

    def write(self, job: int, rows: Sequence[SweepRow]) -> None:
        """Keep the sets of a job; OutputError where the folder cannot be written."""
        import pyarrow as pa

        named = {column: name for name, column in self._columns.items()}
        columns = {
            column: [_flat(row["values"][named[column]]) for row in rows]
            if column in named
            else _cells(rows, column)
            for column in self._schema.names
        }
        table = pa.table(columns, schema=self._schema)
        _keep(self._path(job), table)
        if (len(self._written) + 1) * len(rows) <= REMEMBERED:
            self._written[job] = table

    def read(self, *names: str) -> pd.DataFrame:
        """The columns named, all without a name, of every set that is kept; in order."""
        import pyarrow as pa

        empty = self._schema.empty_table().select(list(names) or self._schema.names)
        return pa.concat_tables([empty, *self.tables(*names)]).to_pandas()

    def tables(self, *names: str) -> Iterator[pa.Table]:
        """One job after the other."""
        for job in sorted(self.done()):
            written = self._written.get(job)
            if written is None:
                yield kept_table(self._path(job), list(names) or None)
            else:
                yield written.select(list(names)) if names else written

    def _path(self, job: int) -> Path:
        return self.folder / f"{job:06d}.parquet"


class ReturnStore:
    """What each session of each set earned, where it is asked for: one file a job.

    sessions: returns of a set. A set that failed is not in it.
    """

    def __init__(self, folder: Path, sessions: int) -> None:
        self.folder = folder / "returns"
        self._sessions = sessions

    def done(self) -> set[int]:
        """The jobs whose returns are kept."""
        return _jobs(self.folder)

    def write(self, job: int, rows: Sequence[SweepRow]) -> None:
        """Keep the returns of a job; OutputError where the folder cannot be written."""
        import numpy as np
        import pyarrow as pa

        whole = [row for row in rows if not row["error"]]
        values = np.concatenate([np.empty(0), *(row["returns"] for row in whole)])
        numbers = pa.array([row["set"] for row in whole], pa.int64())
        series = pa.FixedSizeListArray.from_arrays(values, self._sessions)
        _keep(self._path(job), pa.table({"set": numbers, "returns": series}))

    def batches(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """Numbers and (sessions, sets) of returns, one job after the other."""
        import numpy as np

        for job in sorted(self.done()):
            table = kept_table(self._path(job))
            numbers = table["set"].to_numpy()
            values = table["returns"].combine_chunks().flatten().to_numpy()
            if len(numbers):
                yield numbers, np.ascontiguousarray(values.reshape(len(numbers), -1).T)

    def _path(self, job: int) -> Path:
        return self.folder / f"{job:06d}.parquet"


def _cells(rows: Sequence[SweepRow], column: str) -> list[object]:
    """None where a set did not come so far."""
    if column in METRICS:
        return [row["figures"].get(column) if "figures" in row else None for row in rows]
    cells: Sequence[Mapping[str, object]] = rows
    return [row.get(column) for row in cells]


def _jobs(folder: Path) -> set[int]:
    """The jobs whose files are whole; drafts that a killed process left are taken away."""
    sweep_files(folder.glob(".*.parquet.*"))
    return {int(path.stem) for path in folder.glob("*.parquet") if path.stem.isdigit()}


def _keep(path: Path, table: pa.Table) -> None:
    import pyarrow.parquet as pq

    lock: int | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        while lock is None:
            draft = path.with_name(f".{path.name}.{uuid4().hex}")
            lock = locked(draft)
        pq.write_table(table, draft)
        draft.replace(path)
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {error.strerror or error}; give another folder"
        ) from error
    finally:
        if lock is not None:
            draft.unlink(missing_ok=True)
            os.close(lock)


def kept_table(path: Path, names: list[str] | None = None) -> pa.Table:
    """What a file holds, of the columns named or of all; OutputError where it is damaged."""
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(path).read(columns=names)
    except (OSError, ValueError) as error:
        raise OutputError(f"{path} is damaged ({error}); delete it and sweep again") from error


def _flat(value: Json) -> Json:
    """A value as a cell holds it: a mix as text."""
    return json.dumps(value) if isinstance(value, list) else value


def _schema(grid: ParameterGrid, named: dict[str, str]) -> pa.Schema:
    import pyarrow as pa

    kinds = {bool: pa.bool_(), int: pa.int64(), float: pa.float64()}
    specs = specs_of(grid.base).items()
    fields = [("set", pa.int64()), ("id", pa.string())]
    fields += [(named[name], kinds.get(spec.kind, pa.string())) for name, spec in specs]
    fields += [(name, pa.float64()) for name in METRICS if name != "trades"]
    fields += [("trades", pa.int64()), ("score", pa.float64())]
    fields += [("start", pa.string()), ("end", pa.string()), ("scored", pa.int64())]
    return pa.schema([*fields, ("error", pa.string())])
