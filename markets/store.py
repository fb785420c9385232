"""The local store: one Parquet file a ticker, written whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from markets.bars import COLUMNS, Bars, Priced
from newsfolio.errors import BrokenData, CommandError, MissingData, OutputError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SCHEMA = 1
"""Version of the file layout; a file with another one is refused."""

_HEADER = b"newsfolio"
_BARS = ".parquet"
_NOTHING = ".absent"


@dataclass(frozen=True)
class StoredBars:
    """Bars as they were kept, and where they came from.

    retrieved: the day on which the source was last asked; currency: as the source named it.
    """

    bars: Bars
    retrieved: date
    source: str
    currency: str


class Store:
    """A folder of bars, safe with several processes; made on the first write.

    A reader sees the old file or the new one, never a mixture, whenever a writer dies. Files are
    named after their ticker, with every character but letters, digits and `-._~` percent-quoted
    (`%5EGSPC.parquet`). `patience` is how many seconds to wait for another process.
    """

    def __init__(self, folder: Path, *, patience: float = 120.0) -> None:
        self.folder = Path(folder)
        self._patience = patience

    def path(self, ticker: str) -> Path:
        """The file that holds, or would hold, a ticker's bars; always inside the folder."""
        return self._file(ticker, _BARS)

    def tickers(self) -> list[str]:
        """The tickers that have a file, sorted."""
        return sorted(unquote(path.name.removesuffix(_BARS)) for path in self._files())

    def read(self, ticker: str) -> StoredBars | None:
        """What is kept of a ticker, None if nothing; BrokenData names a file that is damaged."""
        path = self.path(ticker)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BrokenData(f"{path} cannot be read: {error.strerror or error}") from error
        return _unpacked(ticker, path, content)

    def write(self, stored: StoredBars) -> None:
        """Replace a ticker's file; OutputError if the disk refuses, the old file then stands."""
        ticker = stored.bars.ticker
        with self.locked(ticker):
            self._replace(self.path(ticker), _packed(stored))
            self._file(ticker, _NOTHING).unlink(missing_ok=True)

    def absent(self, ticker: str) -> date | None:
        """The day on which the source last said that there is no such line, if it did."""
        try:
            return date.fromisoformat(self._file(ticker, _NOTHING).read_text("ascii").strip())
        except (OSError, ValueError):
            return None

    def write_absent(self, ticker: str, day: date) -> None:
        """Remember that the source knew nothing of a ticker on `day`; its bars stay."""
        with self.locked(ticker):
            self._replace(self._file(ticker, _NOTHING), day.isoformat().encode("ascii"))

    @contextmanager
    def locked(self, ticker: str) -> Iterator[None]:
        """Keep other processes from writing this ticker; may be nested within one thread."""
        from filelock import FileLock, Timeout

        path = self._file(ticker, ".lock")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(path, is_singleton=True)
            lock.acquire(timeout=self._patience)
        except Timeout as error:
            raise MissingData(
                f"{ticker}: another process has held {path} for {self._patience:g} seconds; "
                "wait for it to end and run again"
            ) from error
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            yield
        finally:
            lock.release()

    def _file(self, ticker: str, suffix: str) -> Path:
        if not ticker:
            raise CommandError("a ticker is needed, got an empty one, e.g. AAPL or 0700.HK")
        return self.folder / (quote(ticker, safe="") + suffix)

    def _files(self) -> list[Path]:
        return [path for path in self.folder.glob("*" + _BARS) if path.is_file()]

    def _replace(self, path: Path, content: bytes) -> None:
        # The lock makes the name of the temporary file ours: what a dead writer left is reused.
        temporary = path.with_name(path.name + ".tmp")
        try:
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            _sync_folder(self.folder)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> OutputError:
        return OutputError(
            f"the store {self.folder} cannot be written: {error.strerror or error}; free some "
            "space or choose a folder that you may write to"
        )


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, where the system can open a folder."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _packed(stored: StoredBars) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    frame = stored.bars.frame
    columns = {"session": pa.array(frame.index.to_numpy().astype("datetime64[D]"))}
    columns |= {name: pa.array(frame[name].to_numpy("float64")) for name in COLUMNS}
    table = pa.table(columns).replace_schema_metadata({_HEADER: json.dumps(_header(stored))})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


def _header(stored: StoredBars) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "ticker": stored.bars.ticker,
        "priced": stored.bars.priced.value,
        "simulated": stored.bars.simulated,
        "notes": list(stored.bars.notes),
        "retrieved": stored.retrieved.isoformat(),
        "source": stored.source,
        "currency": stored.currency,
        "digest": stored.bars.digest(),
    }


def _unpacked(ticker: str, path: Path, content: bytes) -> StoredBars:
    import pyarrow as pa

    try:
        table = _table(content)
        header = json.loads(table.schema.metadata[_HEADER])
        layout, digest = header["schema"], header["digest"]
        stored = _stored(header, table) if layout == SCHEMA else None
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise _refused(path, "is damaged or was not written by this program") from error
    if stored is None:
        raise _refused(path, f"has layout {layout}, this version reads {SCHEMA}")
    if stored.bars.ticker != ticker:
        raise _refused(path, f"holds {stored.bars.ticker}, not {ticker}")
    if stored.bars.digest() != digest:
        raise _refused(path, "is damaged: its bars are not those that were written")
    return stored


def _table(content: bytes) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    return pq.read_table(pa.BufferReader(content))


def _stored(header: dict[str, Any], table: pa.Table) -> StoredBars:
    bars = Bars(
        header["ticker"],
        _frame(table),
        Priced(header["priced"]),
        simulated=bool(header["simulated"]),
        notes=tuple(header["notes"]),
    )
    retrieved = date.fromisoformat(header["retrieved"])
    return StoredBars(bars, retrieved, header["source"], header["currency"])


def _frame(table: pa.Table) -> pd.DataFrame:
    import pandas as pd

    days = table.column("session").to_numpy().astype("datetime64[ns]")
    columns = {name: table.column(name).to_numpy() for name in COLUMNS}
    return pd.DataFrame(columns, index=pd.DatetimeIndex(days, name="session"))


def _refused(path: Path, why: str) -> BrokenData:
    return BrokenData(f"{path} {why}; delete it and it will be fetched again")
