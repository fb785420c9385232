"""What a large file takes of memory, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from markets.reference import csv_file
from newsfolio.errors import BrokenData
from tests.support.price_files import read

ROOT = Path(__file__).parents[3]
READING = """
import resource, sys
from pathlib import Path
from markets.folder.source import FolderSource
from newsfolio.assets import NEW_YORK, Asset
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
small, large = (Path(name) for name in sys.argv[1:])
FolderSource(small).load([Asset("ACME", NEW_YORK)])
before = peak()
bars = FolderSource(large).load([Asset("ACME", NEW_YORK)])["ACME"]
print(len(bars.frame), bars.frame["close"].sum(), before, peak())
"""
PRICES = "10,12,9,11,11,100,0.5"
NAMES = "Date,Open,High,Low,Close,Adj Close,Volume,Dividends"


def measured(folder: Path, rows: int, beside: int) -> tuple[int, float, int, int, int]:
    """Rows and the sum of closes read, MB before and at most, and MB of the file."""
    small, large = folder / "small", folder / "large"
    names = ",".join([NAMES, *(f"note {at}" for at in range(beside))])
    cells = f"{PRICES}{',123.4567' * beside}\n"
    for place, count in ((small, 2), (large, rows)):
        place.mkdir()
        with (place / "ACME.csv").open("w", encoding="utf-8") as file:
            file.write(names + "\n")
            for day in range(count):
                file.write(f"{date(1700, 1, 1) + timedelta(day)},{cells}")
    command = [sys.executable, "-c", READING, str(small), str(large)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    count, total, before, most = done.stdout.split()
    size = (large / "ACME.csv").stat().st_size // 1_000_000
    return int(count), float(total), int(before), int(most), size


def test_other_columns_take_no_memory(tmp_path: Path) -> None:
    rows, closes, before, most, size = measured(tmp_path, 2_000, 2_000)
    assert (rows, closes) == (2_000, 2_000 * 11.0)
    assert size >= 36
    assert most - before < size / 2


@pytest.mark.slow
@pytest.mark.parametrize(("rows", "beside"), [(100_000, 340), (15_000, 2_250)])
def test_300_mb_are_read_within_1_gb(tmp_path: Path, rows: int, beside: int) -> None:
    count, closes, _, most, size = measured(tmp_path, rows, beside)
    assert (count, closes) == (rows, rows * 11.0)
    assert size >= 300
    assert most < 1_000


def test_rows_of_a_small_parquet_file_that_fill_the_memory_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_file, "MOST_CELLS", 1_000)
    table = pa.table({"Date": pa.array([date(2024, 1, 2)] * 501), "Close": [1.0] * 501})
    pq.write_table(table, tmp_path / "ACME.parquet")
    with pytest.raises(BrokenData, match=r"ACME\.parquet: more than 500 rows of 2 columns"):
        read(tmp_path)
