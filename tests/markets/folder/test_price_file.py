"""Price files that are refused, and where their cells may stand."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from markets.bars import Priced
from newsfolio.assets import Asset
from newsfolio.errors import BrokenData
from tests.support.price_files import (
    GOOD,
    HEADER,
    RATE,
    STOCK,
    UNKNOWN,
    a_frame,
    read,
    rows_of,
    same,
    write,
)

BROKEN_FILES = {
    "no date": ("Day,Close\n2024-01-02,1\n", r"wrong columns \(Day, Close\)"),
    "no close": ("Date,Price,Foo\n2024-01-02,1,2\n", r"wrong columns \(Date, Price, Foo\)"),
    "a page": (
        "<!DOCTYPE html>\n<p>Too many requests</p>\n",
        "line 1: no prices, but '<!DOCTYPE html> <p>Too many requests</p>'. Fetch the file again",
    ),
    "column twice": ("Date,Close,Close\n2024-01-02,1,2\n", "column Close appears twice"),
    "near miss": ("Date,Close,adj_close\n2024-01-02,2,1\n", "'adj_close' is spelled 'Adj Close'"),
    "empty": ("", "no rows with a price"),
    "header only": (HEADER + "\n", "no rows with a price"),
    "blank closes": (f"{HEADER}\n2024-01-02,,,,,,,,\n", "no rows with a price"),
    "twice": (f"{HEADER}\n{GOOD}\n{GOOD}\n", "line 3: 2024-01-02, the date appears twice"),
    "order": (
        f"{HEADER}\n{GOOD}\n2023-12-29,10,12,9,11,11,1,0,0\n2024-01-03,10,12,9,11,11,1,0,0\n",
        r"line 3: 2023-12-29, the date is before the one above it\. Sort the file",
    ),
    "order of newest first": (
        f"{HEADER}\n{GOOD}\n2023-12-28,10,12,9,11,11,1,0,0\n2023-12-29,10,12,9,11,11,1,0,0\n",
        r"line 3: 2023-12-28, the date is before the one above it\. Sort the file",
    ),
    "text": (
        f"{HEADER}\n{GOOD}\n\n2024-01-03,10,12,9,n/a,11,100,0,0\n",
        "line 4: 2024-01-03, Close 'n/a' is not a number",
    ),
    "thousands": (f'{HEADER}\n2024-01-02,10,12,9,11,11,"1,000",0,0\n', "Volume '1,000' is not"),
    "underscore": (f"{HEADER}\n2024-01-02,10,12,9,11,11,1_000,0,0\n", "Volume '1_000' is not"),
    "date": ("Date,Close\n2nd of May,1\n", "line 2: '2nd of May' is not a date"),
    "slashes": (
        "Date,Close\n02/01/2024,1\n",
        "line 2: '02/01/2024' is a day of Feb or of Jan, .* Say which: --vendor day-first or",
    ),
    "no such day": ("Date,Close\n2024-02-30,1\n", "line 2: '2024-02-30' is not a date"),
    "blank day": ("Date,Close\n2024-02-28,1\n,1\n", "line 3: '' is not a date"),
    "another zone": (
        "Date,Close\n2024-01-02 05:00:00+00:00,1\n", "line 2: .* has a time of day",
    ),
    "intraday": ("Date,Close\n2024-01-02 09:30:00,1\n", "line 2: .* has a time of day"),
    "negative close": ("Date,Close\n2024-01-02,-1\n", "line 2: .*Close -1 is a zero or negative"),
    "zero open": ("Date,Open,Close\n2024-01-02,0,1\n", "Open 0 is a zero or negative price"),
    "negative low": ("Date,Low,Close\n2024-01-02,-1,1\n", "Low -1 is a zero or negative price"),
    "negative adjusted": (
        "Date,Adj Close\n2024-01-02,-1\n", "Adj Close -1 is a zero or negative price",
    ),
    "negative volume": ("Date,Close,Volume\n2024-01-02,1,-5\n", "Volume -5 is below 0"),
    "negative dividend": ("Date,Close,Dividends\n2024-01-02,1,-5\n", "Dividends -5 is below 0"),
    "infinite": ("Date,Close\n2024-01-02,inf\n", "line 2: 2024-01-02, Close inf is infinite"),
    "short line": ("Date,Open,Close\n2024-01-02,1,1\n2024-01-03,1", "line 3: 2 fields where"),
    "long line": ("Date,Close\n2024-01-02,1,2\n", "line 2: 3 fields where the header has 2"),
    "open quote": ('Date,Close\n2024-01-02,"1\n', "not CSV"),
    "lost dividend": (
        f"{HEADER}\n{GOOD}\n2024-01-03,,,,,,,0.5,\n",
        "line 3: 2024-01-03, a dividend of 0.5 stands in a row without Close",
    ),
    "lost split": (
        f"{HEADER}\n{GOOD}\n2024-01-03,,,,,,,,4.0\n",
        "line 3: 2024-01-03, a split of 4 stands in a row without Close",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "message"), BROKEN_FILES.values(), ids=BROKEN_FILES.keys())
def test_a_broken_file_is_refused_by_name(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "ACME.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BrokenData, match=message) as caught:
        read(tmp_path)
    assert str(caught.value).startswith(str(path))
    assert str(caught.value).count("\n") <= 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Date,Close\n2024-01-02,1\n2024-01-03,1\xa0\n", "line 3: not UTF-8 text"),
        (f"{HEADER}\n{GOOD}\n".encode("utf-16")[:-1], "line 1: not utf-16 text"),
        (b"PK\x03\x04\x00\x00\x00\x08", "line 1: no prices, but 'PK"),
    ],
)
def test_bytes_that_are_no_csv_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "ACME.csv").write_bytes(content)
    with pytest.raises(BrokenData, match=message):
        read(tmp_path)


@pytest.mark.parametrize("asset", [STOCK, RATE])
def test_only_an_index_may_be_zero(tmp_path: Path, asset: Asset) -> None:
    write(tmp_path, "2024-01-02,0", header="Date,Close", ticker=asset.ticker)
    with pytest.raises(BrokenData, match="Close 0 is a zero or negative price"):
        read(tmp_path, asset)


# Parquet


SHAPES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "index": lambda frame: frame,
    "unnamed index": lambda frame: frame.rename_axis(None),
    "column": lambda frame: frame.reset_index(),
    "dates": lambda frame: frame.set_axis([date(2024, 1, 2), date(2024, 1, 3)]).rename_axis("Date"),
    "strings": lambda frame: frame.reset_index().astype({"Date": str}),
    "nullable": lambda frame: frame.astype({"Volume": "Int64"}),
    "numbers as text": lambda frame: frame.astype({"Close": str}),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_parquet_may_hold_its_dates_anywhere(
    tmp_path: Path, shape: Callable[[pd.DataFrame], pd.DataFrame]
) -> None:
    shape(a_frame()).to_parquet(tmp_path / "ACME.parquet")
    bars = read(tmp_path)
    assert bars.priced is Priced.SPLITS
    assert same(
        rows_of(bars),
        [
            ("2024-01-02", 10.0, 12.0, 9.0, 11.0, 100.0, 0.0, UNKNOWN),
            ("2024-01-03", 11.0, 11.5, 10.0, 10.5, 200.0, 0.5, UNKNOWN),
        ],
    )


def test_other_columns_of_a_parquet_file_are_named_and_stay_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_frame().assign(Repaired=[{"no": 1}, {}]).to_parquet(tmp_path / "ACME.parquet")
    asked: list[list[str]] = []
    whole = pq.ParquetFile.read

    def reading(self: pq.ParquetFile, columns: list[str], **options: object) -> object:
        asked.append(columns)
        return whole(self, columns, **options)

    monkeypatch.setattr(pq.ParquetFile, "read", reading)
    assert read(tmp_path).notes == ("columns ignored: Repaired",)
    assert [sorted(columns) for columns in asked] == [sorted([*a_frame(), "Date"])]


@pytest.mark.parametrize("day", ["0000-01-01", "NaT", "2024-01", "2024-01-02Z"])
def test_dates_that_only_numpy_would_take_are_refused(tmp_path: Path, day: str) -> None:
    write(tmp_path, f"{day},10", header="Date,Close")
    with pytest.raises(BrokenData, match=r"line 2: .* (is not a date|carries a time zone)"):
        read(tmp_path)


@pytest.mark.parametrize("year", ["12024", "200024", "9999", "2262", "1677", "0001"])
def test_years_that_pandas_cannot_count_are_refused(tmp_path: Path, year: str) -> None:
    rule = rf"2: {year}-01-03 lies outside the years 1678 to 2261.*\. Correct or delete that"
    path = write(tmp_path, "2024-01-02,1", f"{year}-01-03,1", header="Date,Close")
    with pytest.raises(BrokenData, match=rf"ACME\.csv line 3{rule[1:]}"):
        read(tmp_path)
    path.unlink()
    for unit in ("s", "ms", "us", "D"):
        days = np.array(["2024-01-02", f"{year}-01-03"], dtype=f"datetime64[{unit}]")
        pq.write_table(pa.table({"Date": days, "Close": [1.0, 1.0]}), tmp_path / "ACME.parquet")
        with pytest.raises(BrokenData, match=rf"ACME\.parquet row {rule}"):
            read(tmp_path)


def in_disorder(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([frame.iloc[:1], frame.iloc[:1].shift(freq="-1D"), frame.iloc[1:]])


BROKEN_FRAMES: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], str]] = {
    "another zone": (
        lambda frame: frame.tz_localize("Asia/Tokyo").tz_convert("UTC"),
        "row 1: .* carries a time zone",
    ),
    "intraday": (
        lambda frame: frame.set_axis(frame.index + pd.to_timedelta([0, 570], unit="min")),
        "row 2: .* has a time of day",
    ),
    "no day": (
        lambda frame: frame.reset_index().assign(Date=pd.to_datetime(["2024-01-02", "NaT"])),
        "row 2: 'NaT' is not a date",
    ),
    "no date": (lambda frame: frame.reset_index(drop=True), "wrong columns"),
    "empty": (lambda frame: frame.iloc[:0], "no rows with a price"),
    "text": (
        lambda frame: frame.assign(Close=["11", "eleven"]),
        "row 2: 2024-01-03.*, Close 'eleven' is not a number",
    ),
    "infinite": (lambda frame: frame.assign(Close=[11.0, math.inf]), "Close inf is infinite"),
    "order": (in_disorder, "row 2: 2024-01-01, the date is before"),
    "twice": (lambda frame: pd.concat([frame, frame.iloc[1:]]), "row 3: .* appears twice"),
}  # fmt: skip


@pytest.mark.parametrize(("shape", "message"), BROKEN_FRAMES.values(), ids=BROKEN_FRAMES.keys())
def test_a_broken_parquet_file_is_refused_by_row(
    tmp_path: Path, shape: Callable[[pd.DataFrame], pd.DataFrame], message: str
) -> None:
    shape(a_frame()).to_parquet(tmp_path / "ACME.parquet")
    with pytest.raises(BrokenData, match=message):
        read(tmp_path)


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "UTC"])
def test_the_venues_own_midnights_are_its_days(tmp_path: Path, zone: str) -> None:
    """What `history().to_parquet()` writes."""
    a_frame().tz_localize(zone).to_parquet(tmp_path / "ACME.parquet")
    assert read(tmp_path).frame.index.equals(a_frame().index)


@pytest.mark.parametrize("content", [b"", b"Date,Close\n2024-01-02,1\n", b"PAR1" * 12])
def test_other_bytes_are_no_parquet_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ACME.parquet").write_bytes(content)
    with pytest.raises(BrokenData, match=r"ACME\.parquet: (not a Parquet file|cannot be read)"):
        read(tmp_path)
