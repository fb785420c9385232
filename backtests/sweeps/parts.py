"""The table of a sweep on disk: one Parquet file a job, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backtests.sweeps.sets import Plan
from newsfolio.errors import OutputError
from newsfolio.strategy import parameters

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from backtests.sweeps.stage import Row

METRICS = ("final_equity", "total_return", "cagr", "volatility", "sharpe", "sortino",
           "max_drawdown", "turnover", "costs", "trades")  # fmt: skip
OWN = ("set", "id", *METRICS, "score", "start", "end", "scored", "error")


def columns(plan: Plan) -> dict[str, str]:
    """The column of each parameter: its name, or `name_` where a figure is called so."""
    names = [spec.name for spec in parameters(type(plan.base))]
    return {name: f"{name}_" if name in OWN else name for name in names}


class Parts:
    """The files of one sweep, by job."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder = folder / "parts"
        self._columns = columns(plan)
        self._schema = _schema(plan, self._columns)

    def done(self) -> set[int]:
        """The jobs whose sets need not be played again."""
        return {int(path.stem) for path in self.folder.glob("*.parquet") if path.stem.isdigit()}

    def write(self, job: int, rows: Sequence[Row]) -> None:
        """Keep the sets of a job; OutputError where the folder cannot be written."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self._path(job)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            table = pa.Table.from_pylist([self._flat(row) for row in rows], schema=self._schema)
            pq.write_table(table, draft)
            draft.replace(path)
        except OSError as error:
            raise OutputError(
                f"cannot write {path}: {error.strerror or error}; choose another place with --out"
            ) from error

    def read(self, *names: str) -> pd.DataFrame:
        """The columns named, all without a name, of every set that is kept; in order."""
        import pyarrow as pa

        tables = list(self.tables(*names))
        return pa.concat_tables(tables).to_pandas() if tables else self._schema.empty_table()

    def tables(self, *names: str) -> Iterator[pa.Table]:
        """One job after the other."""
        import pyarrow.parquet as pq

        for job in sorted(self.done()):
            try:
                yield pq.ParquetFile(self._path(job)).read(columns=list(names) or None)
            except (OSError, ValueError) as error:
                raise OutputError(
                    f"{self._path(job)} is damaged ({error}); delete it and sweep again"
                ) from error

    def _path(self, job: int) -> Path:
        return self.folder / f"{job:06d}.parquet"

    def _flat(self, row: Row) -> dict[str, Any]:
        values = {self._columns[name]: value for name, value in row["values"].items()}
        return {**{name: row.get(name) for name in OWN}, **values}


def _schema(plan: Plan, named: dict[str, str]) -> pa.Schema:
    import pyarrow as pa

    kinds = {bool: pa.bool_(), int: pa.int64(), float: pa.float64()}
    specs = parameters(type(plan.base))
    fields = [("set", pa.int64()), ("id", pa.string())]
    fields += [(named[spec.name], kinds.get(spec.kind, pa.string())) for spec in specs]
    fields += [(name, pa.float64()) for name in METRICS if name != "trades"]
    fields += [("trades", pa.int64()), ("score", pa.float64())]
    fields += [("start", pa.string()), ("end", pa.string()), ("scored", pa.int64())]
    return pa.schema([*fields, ("error", pa.string())])
