"""Files in a wrapping: gz, a zip of one file, an Excel workbook."""

from __future__ import annotations

import gzip
import io
import sys
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from markets.bars import Bars
from markets.folder.source import FolderSource
from markets.reference import packed_file
from newsfolio.errors import BrokenData, MissingData
from newsfolio.listings import asset_of
from tests.support.vendor_files import history, nasdaq, yfinance_download

TEXT = nasdaq(history()).content


def read(folder: Path, ticker: str = "AAPL") -> Bars:
    return FolderSource(folder).load([asset_of(ticker)])[ticker]


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def workbook(path: Path, **sheets: list[list[Any]]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)


@pytest.fixture
def plain(tmp_path: Path) -> Bars:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "HistoricalData_AAPL.csv").write_bytes(TEXT)
    return read(folder)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("HistoricalData_AAPL.csv.gz", gzip.compress(TEXT)),
        ("AAPL.gz", gzip.compress(TEXT)),
        ("HistoricalData_AAPL.zip", zipped({"data": TEXT})),
        ("AAPL.csv.zip", zipped({"AAPL.csv": TEXT, "__MACOSX/._AAPL.csv": b"\0"})),
    ],
)
def test_a_packed_file_is_what_is_in_it(
    tmp_path: Path, plain: Bars, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    bars = read(tmp_path)
    assert bars.digest() == plain.digest()
    assert bars.notes == plain.notes


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("AAPL.csv.gz", gzip.compress(TEXT)[:-40], "cannot be unpacked"),
        ("AAPL.csv.gz", TEXT, "cannot be unpacked"),
        ("AAPL.zip", zipped({"a": TEXT, "b": TEXT}), "2 files in it"),
        ("AAPL.zip", zipped({}), "0 files in it"),
        ("AAPL.zip", zipped({"a": TEXT})[:-30], "cannot be unpacked"),
        ("AAPL.zip", zipped({"a": b""}), "no rows"),
        ("AAPL.xlsx", b"PK\x03\x04", "cannot be unpacked"),
        ("AAPL.xlsx", zipped({"a": b"b"}), "cannot be unpacked"),
    ],
    ids=range(8),
)
def test_a_spoilt_one_is_named(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BrokenData, match=words) as refused:
        read(tmp_path)
    assert name in str(refused.value)
    assert len(str(refused.value).splitlines()) <= 2


def test_a_file_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed_file, "LARGEST", 5_000)
    (tmp_path / "AAPL.csv.gz").write_bytes(gzip.compress(TEXT + b"\n" * 50_000))
    with pytest.raises(BrokenData, match="unpacks to more than"):
        read(tmp_path)


def test_two_files_of_a_line_are_refused_packed_or_not(tmp_path: Path) -> None:
    (tmp_path / "AAPL.csv").write_bytes(TEXT)
    (tmp_path / "AAPL.csv.gz").write_bytes(gzip.compress(TEXT))
    with pytest.raises(BrokenData, match="Keep one of the two"):
        read(tmp_path)


# --- workbooks -----------------------------------------------------------------------------------


def test_a_workbook_has_dates_and_numbers_of_its_own(tmp_path: Path) -> None:
    rows = [["Date", "Open", "High", "Low", "Close", "Adj Close", "Volume"],
            [datetime(2026, 3, 2), 40.25, 41, 40, 40.5, 40.5, 1000],
            [datetime(2026, 3, 3), 40.5, 42.125, 40.5, 42, 42, None]]  # fmt: skip
    workbook(tmp_path / "AAPL.xlsx", Prices=rows, Empty=[])
    frame = read(tmp_path).frame
    assert [f"{day:%Y-%m-%d}" for day in frame.index] == ["2026-03-02", "2026-03-03"]
    assert frame["high"].tolist() == [41, 42.125]
    assert frame["volume"].iloc[0] == 1000


def test_a_workbook_of_a_download_has_many_lines(tmp_path: Path) -> None:
    written = yfinance_download(history())
    rows = [line.split(",") for line in written.content.decode().splitlines()]
    numbers = [[row[0], *(float(cell) for cell in row[1:])] for row in rows[3:]]
    workbook(tmp_path / "all.xlsx", Sheet1=[*rows[:3], *numbers])
    assert read(tmp_path).frame["close"].tolist() == pytest.approx(list(written.close))
    assert read(tmp_path, "MSFT").last == read(tmp_path).last


def test_of_two_sheets_none_is_chosen(tmp_path: Path) -> None:
    rows = [["Date", "Close"], [datetime(2026, 3, 2), 40.5]]
    workbook(tmp_path / "AAPL.xlsx", one=rows, two=rows)
    with pytest.raises(BrokenData, match=r"2 sheets with cells \(one, two\)"):
        read(tmp_path)


def test_without_openpyxl_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workbook(tmp_path / "AAPL.xlsx", one=[["Date", "Close"]])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingData, match=r"AAPL\.xlsx: .*pip install 'openpyxl>=3.1'"):
        read(tmp_path)
