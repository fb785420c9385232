"""Parquet files of many lines that are too large for text, against the reading of their text."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from markets.folder import stacked_parquet
from markets.folder.contents import file_at
from markets.folder.formats.format import Told
from markets.folder.source import FolderSource
from newsfolio.assets import NEW_YORK, Asset
from newsfolio.errors import BrokenData

ROOT = Path(__file__).parents[3]
READING = """
import resource, sys
from pathlib import Path
from markets.folder.source import FolderSource
from newsfolio.assets import NEW_YORK, Asset
lines = [Asset(name, NEW_YORK) for name in sys.argv[2:]]
bars = FolderSource(Path(sys.argv[1])).load(lines)
rows = sum(len(bars[line.ticker].frame) for line in lines)
print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.fixture
def few_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file of these tests is a large one."""
    monkeypatch.setattr(stacked_parquet, "MOST_CELLS", 10)


def stacked(lines: dict[str, int], **more: Any) -> pd.DataFrame:
    """Rows of several lines, one session of all lines after the other."""
    rng = np.random.default_rng(4)
    parts = []
    for name, sessions in lines.items():
        close = np.round(np.exp(rng.normal(0, 0.01, sessions).cumsum()) * 50, 2)
        parts.append(pd.DataFrame({
            "date": pd.bdate_range("2024-01-02", periods=sessions), "symbol": name,
            "open": close - 0.25, "high": close + 0.5, "low": close - 0.5, "close": close,
            "volume": rng.integers(1_000, 9_000, sessions), **more,
        }))  # fmt: skip
    return pd.concat(parts).sort_values("date", kind="stable").reset_index(drop=True)


def quotes(path: Path, ticker: str) -> tuple[pd.DataFrame, Any]:
    read = file_at(path).read(ticker, Told())
    frame = pd.DataFrame(dict(read.table.columns), index=read.table.days)
    return frame, (read.adjusted, read.notes, read.readings)


@pytest.mark.parametrize("dates", ["days", "words"])
@pytest.mark.parametrize("words", ["plain", "dictionary"])
def test_it_is_read_as_its_text_is(
    dates: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = stacked({"AAPL": 9, "BRK.B": 7, "MSFT": 8}, dividends=0.0)
    if dates == "words":
        frame["date"] = frame["date"].dt.strftime("%Y-%m-%d")
    if words == "dictionary":
        frame["symbol"] = frame["symbol"].astype("category")
    frame.loc[3, "volume"] = None
    path = tmp_path / "all.parquet"
    frame.to_parquet(path)
    tickers = file_at(path).tickers
    as_text = {ticker: quotes(path, ticker) for ticker in tickers}
    assert tickers == ("AAPL", "BRK-B", "MSFT")
    monkeypatch.setattr(stacked_parquet, "MOST_CELLS", 10)
    frame.to_parquet(path)  # another state of the file: nothing is kept
    assert file_at(path).tickers == tickers
    for ticker, (table, notes) in as_text.items():
        read, same_notes = quotes(path, ticker)
        pd.testing.assert_frame_equal(read, table, check_exact=True)
        assert same_notes == notes


def test_a_row_that_is_wrong_is_named_by_its_place_in_the_file(
    tmp_path: Path, few_cells: None
) -> None:
    frame = stacked({"AAPL": 5, "MSFT": 5})
    frame["date"] = frame["date"].dt.strftime("%Y-%m-%d")
    frame.loc[7, "date"] = "someday"
    frame.to_parquet(tmp_path / "all.parquet")
    with pytest.raises(BrokenData, match=r"all\.parquet row 8: "):
        FolderSource(tmp_path).load([Asset(frame.loc[7, "symbol"], NEW_YORK)])


def test_hours_and_rows_of_nobody_and_of_others_are_refused(
    tmp_path: Path, few_cells: None
) -> None:
    frame, path = stacked({"AAPL": 5, "MSFT": 5}), tmp_path / "all.parquet"
    frame.assign(date=frame["date"] + pd.Timedelta("16h")).to_parquet(path)
    with pytest.raises(BrokenData, match="row 1: no day"):
        quotes(path, "AAPL")
    frame.assign(symbol=[None, *frame["symbol"][1:]]).to_parquet(path)
    with pytest.raises(BrokenData, match="rows without a symbol"):
        quotes(path, "MSFT")
    frame.to_parquet(tmp_path / "AAPL.parquet")
    with pytest.raises(BrokenData, match=r"rows of 'MSFT' in a file of AAPL"):
        quotes(tmp_path / "AAPL.parquet", "AAPL")


@pytest.mark.slow
def test_300_mb_of_lines_are_read_within_1_gb(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng, days = np.random.default_rng(1), pd.bdate_range("2016-01-04", periods=2_500)
    path, writer = tmp_path / "all.parquet", None
    for line in range(2_500):
        close = np.exp(rng.normal(0, 0.01, 2_500).cumsum()) * 50
        table = pa.table({
            "Date": days, "Ticker": [f"L{line:04}"] * 2_500, "Open": close * 0.999,
            "High": close * 1.01, "Low": close * 0.99, "Close": close,
            "Volume": rng.integers(100_000, 10_000_000, 2_500),
            "Dividends": np.zeros(2_500), "Stock Splits": np.zeros(2_500),
        })  # fmt: skip
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()
    assert path.stat().st_size > 300_000_000
    command = [sys.executable, "-c", READING, str(tmp_path), "L0000", "L1500", "L2499"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    rows, most = map(int, done.stdout.split())
    assert rows == 3 * 2_500
    assert most < 1_000
