"""A folder of price files: the four kinds, what is refused, real files against known figures."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from markets.bars import COLUMNS, Bars, Priced
from markets.folder.source import FolderSource
from newsfolio.assets import HONG_KONG, NEW_YORK, Asset, Kind
from newsfolio.errors import BrokenData, CommandError, MissingData
from newsfolio.listings import asset_of

HEADER = "Date,Open,High,Low,Close,Adj Close,Volume,Dividends,Stock Splits"
STOCK = Asset("ACME", NEW_YORK)
INDEX = Asset("^ACME", NEW_YORK, Kind.INDEX)
RATE = Asset("ACM=X", NEW_YORK, Kind.CURRENCY)
UNKNOWN = math.nan


def write(folder: Path, *rows: str, header: str = HEADER, ticker: str = "ACME") -> Path:
    path = folder / f"{ticker}.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def read(folder: Path, asset: Asset = STOCK) -> Bars:
    return FolderSource(folder).load([asset])[asset.ticker]


def rows_of(bars: Bars) -> list[tuple[float | str, ...]]:
    return [
        (f"{day:%Y-%m-%d}", *row)
        for day, row in zip(bars.frame.index, bars.frame.to_numpy().tolist(), strict=True)
    ]


def same(found: list[tuple[float | str, ...]], wanted: list[tuple[float | str, ...]]) -> bool:
    """Equal to the last bit, NaN equal to NaN."""
    return repr(found) == repr(wanted)


# The four kinds


def test_raw_prices_with_adjusted_close_keep_dividends_as_events(tmp_path: Path) -> None:
    write(
        tmp_path,
        "2024-01-02,10,12,9,11,5.25,100,0.0,0.0",
        "2024-01-03,11,11.5,10,10.5,5.25,200,0.5,4.0",
        "2024-01-04,10.5,11,10,10,5,,,",
    )
    bars = read(tmp_path)
    assert bars.priced is Priced.SPLITS
    assert bars.notes == ()
    assert tuple(bars.frame.columns) == COLUMNS
    assert same(
        rows_of(bars),
        [
            ("2024-01-02", 10.0, 12.0, 9.0, 11.0, 100.0, 0.0, 0.0),
            ("2024-01-03", 11.0, 11.5, 10.0, 10.5, 200.0, 0.5, 4.0),
            ("2024-01-04", 10.5, 11.0, 10.0, 10.0, UNKNOWN, 0.0, UNKNOWN),
        ],
    )
    assert str(bars.splits_known_to) == "2024-01-03"


def test_prices_without_adjusted_close_are_adjusted_already(tmp_path: Path) -> None:
    write(tmp_path, "2024-01-02,10,12,9,11,,100,,", "2024-01-03,11,11,11,11,,0,,")
    bars = read(tmp_path)
    assert bars.priced is Priced.DIVIDENDS
    assert same(
        rows_of(bars),
        [
            ("2024-01-02", 10.0, 12.0, 9.0, 11.0, 100.0, 0.0, UNKNOWN),
            ("2024-01-03", 11.0, 11.0, 11.0, 11.0, 0.0, 0.0, UNKNOWN),
        ],
    )


def test_adjusted_prices_do_not_pay_their_dividend_again(tmp_path: Path) -> None:
    """What yfinance writes with auto_adjust: no Adj Close, and a column of dividends."""
    write(
        tmp_path,
        "2024-01-02,10,12,9,11,100,0.0",
        "2024-01-03,11,11,11,11,100,0.25",
        header="Date,Open,High,Low,Close,Volume,Dividends",
    )
    bars = read(tmp_path)
    assert bars.priced is Priced.DIVIDENDS
    assert bars.frame["dividend"].tolist() == [0.0, 0.0]
    (note,) = bars.notes
    assert note.startswith("1 row (first 2024-01-03) with a dividend that is not credited")


@pytest.mark.parametrize("asset", [INDEX, RATE])
def test_indexes_and_rates_are_levels(tmp_path: Path, asset: Asset) -> None:
    write(tmp_path, "2024-01-02,,,,7.8,,,,", "2024-01-03,7.9,7.95,7.7,7.85,7.85,0,0.0,",
          ticker=asset.ticker)  # fmt: skip
    bars = read(tmp_path, asset)
    assert bars.priced is Priced.LEVEL
    assert same(
        rows_of(bars),
        [
            ("2024-01-02", UNKNOWN, UNKNOWN, UNKNOWN, 7.8, UNKNOWN, 0.0, UNKNOWN),
            ("2024-01-03", 7.9, 7.95, 7.7, 7.85, 0.0, 0.0, UNKNOWN),
        ],
    )


def test_adjusted_close_alone_is_a_close_without_opens(tmp_path: Path) -> None:
    write(tmp_path, "2024-01-02,,,,,6.5,,,", "2024-01-03,9,9,9,,6.25,70,,")
    bars = read(tmp_path)
    assert bars.priced is Priced.DIVIDENDS
    assert not bars.has_opens
    assert same(
        rows_of(bars),
        [
            ("2024-01-02", UNKNOWN, UNKNOWN, UNKNOWN, 6.5, UNKNOWN, 0.0, UNKNOWN),
            ("2024-01-03", UNKNOWN, UNKNOWN, UNKNOWN, 6.25, 70.0, 0.0, UNKNOWN),
        ],
    )


def test_without_dividends_prices_take_the_scale_of_the_adjusted_close(tmp_path: Path) -> None:
    write(tmp_path, "2024-01-02,10,12,8,11,5.5,100,,", "2024-01-03,20,24,16,22,22,100,,")
    bars = read(tmp_path)
    assert bars.priced is Priced.DIVIDENDS
    assert same(
        rows_of(bars),
        [
            ("2024-01-02", 5.0, 6.0, 4.0, 5.5, 100.0, 0.0, UNKNOWN),
            ("2024-01-03", 20.0, 24.0, 16.0, 22.0, 100.0, 0.0, UNKNOWN),
        ],
    )
    assert bars.notes == (
        "no dividends in the file: open, high, low, close scaled by Adj Close / Close",
    )


# What is accepted


def test_date_and_close_are_enough(tmp_path: Path) -> None:
    write(tmp_path, "2024-01-02,10", header="Date,Close")
    bars = read(tmp_path)
    assert same(
        rows_of(bars),
        [("2024-01-02", UNKNOWN, UNKNOWN, UNKNOWN, 10.0, UNKNOWN, 0.0, UNKNOWN)],
    )


def test_other_columns_are_ignored_and_named(tmp_path: Path) -> None:
    write(tmp_path, "0,2024-01-02,10,0.3,yes", header=",Date,Close,Capital Gains,Repaired?")
    assert read(tmp_path).notes == ("columns ignored: Capital Gains, Repaired?",)


def test_rows_without_a_close_are_dropped_and_counted(tmp_path: Path) -> None:
    write(
        tmp_path,
        "2024-01-02,10,10,10,10,10,1,0.0,0.0",
        "2024-01-03,10,10,10,,10,1,0.0,1.0",
        "2024-01-04,,,,,,,,",
        "2024-01-05,10,10,10,10,10,1,0.0,0.0",
    )
    bars = read(tmp_path)
    assert [f"{day:%d}" for day in bars.frame.index] == ["02", "05"]
    assert bars.notes == ("2 rows (first 2024-01-03) without Close dropped",)


def test_dates_may_carry_a_midnight_and_weekends_stay(tmp_path: Path) -> None:
    write(tmp_path, "2024-01-05 00:00:00,1", "2024-01-06T00:00:00,2", header="Date,Close")
    index = read(tmp_path).frame.index
    assert index.name == "session"
    assert list(index) == [pd.Timestamp(2024, 1, 5), pd.Timestamp(2024, 1, 6)]


def test_line_ends_a_byte_order_mark_and_empty_lines_do_not_matter(tmp_path: Path) -> None:
    content = "Date,Close\r\n\r\n2024-01-02,1.5\r\n2024-01-03,nan\r\n2024-01-04,null\r\n,\r\n"
    (tmp_path / "ACME.csv").write_bytes(b"\xef\xbb\xbf" + content.encode())
    assert read(tmp_path).frame["close"].tolist() == [1.5]


def test_numbers_are_read_to_the_last_bit(tmp_path: Path) -> None:
    cells = ["7.643214225769043", "6.40648078918457", "1e-05", "0.1", "123456789.12345679"]
    write(tmp_path, *(f"2024-01-{day + 10},{cell}" for day, cell in enumerate(cells)),
          header="Date,Close")  # fmt: skip
    assert [repr(close) for close in read(tmp_path).frame["close"]] == cells


def test_an_index_may_fall_below_zero(tmp_path: Path) -> None:
    write(tmp_path, "2020-03-25,0.0,0.01,-0.06,-0.05,,0,,", ticker="^ACME")
    assert read(tmp_path, INDEX).frame["close"].tolist() == [-0.05]


# Vendor slips


def test_an_open_slightly_outside_the_range_is_kept_and_noted(tmp_path: Path) -> None:
    write(tmp_path, "2024-01-02,10.4,10.2,9,10,,1,,", "2024-01-03,10,10.2,9,10.2000001,,1,,")
    bars = read(tmp_path)
    assert bars.frame["open"].tolist() == [10.4, 10.0]
    assert bars.notes == (
        "1 row (first 2024-01-02) with open or close outside low to high, kept as they are",
    )


@pytest.mark.parametrize("row", ["11,10.2,9,10", "9,10.2,9,8.5"])
def test_a_price_far_outside_the_range_is_refused_where_it_trades(tmp_path: Path, row: str) -> None:
    write(tmp_path, f"2024-01-02,{row},,1,,")
    with pytest.raises(BrokenData, match=r"line 2: 2024-01-02, (Open 11|Close 8.5) is far outside"):
        read(tmp_path)
    write(tmp_path, f"2024-01-02,{row},,1,,", ticker="ACM=X")
    assert len(read(tmp_path, RATE).notes) == 1


def long_file(crossed: dict[int, str]) -> list[str]:
    """1,000 rows with open 100, high 101, low 99, close 100, but for the rows given."""
    days = pd.date_range("2020-01-01", periods=1000)
    return [
        f"{day:%Y-%m-%d},{crossed.get(row, '100,101,99,100')},,1,," for row, day in enumerate(days)
    ]


def test_few_and_small_crossings_of_high_and_low_make_them_unknown(tmp_path: Path) -> None:
    write(tmp_path, *long_file({500: "101,99,100,101", 700: "100,98,100,100"}))
    bars = read(tmp_path)
    assert np.flatnonzero(bars.frame["high"].isna()).tolist() == [500, 700]
    assert np.flatnonzero(bars.frame["low"].isna()).tolist() == [500, 700]
    assert bars.frame["open"].iloc[500] == 101.0
    assert bars.notes == ("2 rows (first 2021-05-15) with high below low, both taken as unknown",)


@pytest.mark.parametrize(
    ("crossed", "message"),
    [
        ({500: "100,93,100,100"}, r"line 502: 2021-05-15, high 93 is below low 100\."),
        (
            {10: "100,99,100,100", 20: "100,99,100,100", 30: "100,99,100,100"},
            r"line 12: 2020-01-11, high 99 is below low 100 \(3 of 1000 rows\)",
        ),
    ],
)
def test_large_or_frequent_crossings_are_refused(
    tmp_path: Path, crossed: dict[int, str], message: str
) -> None:
    write(tmp_path, *long_file(crossed))
    with pytest.raises(BrokenData, match=message):
        read(tmp_path)


def test_one_crossing_in_a_short_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "2024-01-02,10,10,10,10,,1,,", "2024-01-03,10,9.9,10,10,,1,,")
    with pytest.raises(BrokenData, match=r"ACME.csv line 3: 2024-01-03, high 9.9 is below low 10"):
        read(tmp_path)


def test_the_last_bit_of_an_adjustment_is_no_crossing(tmp_path: Path) -> None:
    write(tmp_path, "2024-01-02,10,10,10.000000000000002,10,,1,,")
    assert read(tmp_path).notes == ()


# What is refused


GOOD = "2024-01-02,10,12,9,11,11,100,0.0,0.0"
BROKEN_FILES = {
    "no date": ("Day,Close\n2024-01-02,1\n", r"wrong columns \(Day, Close\)"),
    "no close": ("Date,Price,Foo\n2024-01-02,1,2\n", r"wrong columns \(Date, Price, Foo\)"),
    "a page": ("<!DOCTYPE html>\n<p>Too many requests</p>\n", r"wrong columns \(<!DOCTYPE html>\)"),
    "column twice": ("Date,Close,Close\n2024-01-02,1,2\n", "column Close appears twice"),
    "near miss": ("Date,Close,adj_close\n2024-01-02,2,1\n", "'adj_close' is spelled 'Adj Close'"),
    "empty": ("", "no rows with a price"),
    "header only": (HEADER + "\n", "no rows with a price"),
    "blank closes": (f"{HEADER}\n2024-01-02,,,,,,,,\n", "no rows with a price"),
    "twice": (f"{HEADER}\n{GOOD}\n{GOOD}\n", "line 3: 2024-01-02, the date appears twice"),
    "order": (
        f"{HEADER}\n{GOOD}\n2023-12-29,10,12,9,11,11,1,0,0\n",
        r"line 3: 2023-12-29, the date is before the one above it\. Sort the file",
    ),
    "text": (
        f"{HEADER}\n{GOOD}\n\n2024-01-03,10,12,9,n/a,11,100,0,0\n",
        "line 4: 2024-01-03, Close 'n/a' is not a number",
    ),
    "thousands": (f'{HEADER}\n2024-01-02,10,12,9,11,11,"1,000",0,0\n', "Volume '1,000' is not"),
    "underscore": (f"{HEADER}\n2024-01-02,10,12,9,11,11,1_000,0,0\n", "Volume '1_000' is not"),
    "date": ("Date,Close\n02/01/2024,1\n", "line 2: '02/01/2024' is not a date"),
    "no such day": ("Date,Close\n2024-02-30,1\n", "line 2: '2024-02-30' is not a date"),
    "blank day": ("Date,Close\n2024-02-28,1\n,1\n", "line 3: '' is not a date"),
    "zone": ("Date,Close\n2024-01-02 00:00:00-05:00,1\n", "line 2: .* carries a time zone"),
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
        (HEADER.encode("utf-16"), "line 1: not UTF-8 text"),
        (b"PK\x03\x04\x00\x00\x00\x08", r"wrong columns"),
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


def a_frame() -> pd.DataFrame:
    days = pd.DatetimeIndex(["2024-01-02", "2024-01-03"], name="Date")
    return pd.DataFrame(
        {
            "Open": [10.0, 11.0], "High": [12.0, 11.5], "Low": [9.0, 10.0], "Close": [11.0, 10.5],
            "Adj Close": [5.25, 5.25], "Volume": [100, 200], "Dividends": [0.0, 0.5],
        },
        index=days,
    )  # fmt: skip


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


def with_multi_index(frame: pd.DataFrame) -> pd.DataFrame:
    """What yfinance's download returns when it is not told otherwise."""
    return frame.set_axis(pd.MultiIndex.from_product([frame.columns, ["ACME"]]), axis=1)


BROKEN_FRAMES: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], str]] = {
    "zone": (lambda frame: frame.tz_localize("America/New_York"), "row 1: .* carries a time zone"),
    "utc": (lambda frame: frame.tz_localize("UTC"), "row 1: .* carries a time zone"),
    "intraday": (
        lambda frame: frame.set_axis(frame.index + pd.to_timedelta([0, 570], unit="min")),
        "row 2: .* has a time of day",
    ),
    "no day": (
        lambda frame: frame.reset_index().assign(Date=pd.to_datetime(["2024-01-02", "NaT"])),
        "row 2: 'NaT' is not a date",
    ),
    "no date": (lambda frame: frame.reset_index(drop=True), "wrong columns"),
    "levels": (with_multi_index, "wrong columns"),
    "empty": (lambda frame: frame.iloc[:0], "no rows with a price"),
    "text": (
        lambda frame: frame.assign(Close=["11", "eleven"]),
        "row 2: 2024-01-03.*, Close 'eleven' is not a number",
    ),
    "infinite": (lambda frame: frame.assign(Close=[11.0, math.inf]), "Close inf is infinite"),
    "order": (lambda frame: frame.iloc[::-1], "row 2: 2024-01-02, the date is before"),
    "twice": (lambda frame: pd.concat([frame, frame.iloc[1:]]), "row 3: .* appears twice"),
}  # fmt: skip


@pytest.mark.parametrize(("shape", "message"), BROKEN_FRAMES.values(), ids=BROKEN_FRAMES.keys())
def test_a_broken_parquet_file_is_refused_by_row(
    tmp_path: Path, shape: Callable[[pd.DataFrame], pd.DataFrame], message: str
) -> None:
    shape(a_frame()).to_parquet(tmp_path / "ACME.parquet")
    with pytest.raises(BrokenData, match=message):
        read(tmp_path)


@pytest.mark.parametrize("content", [b"", b"Date,Close\n2024-01-02,1\n", b"PAR1" * 12])
def test_other_bytes_are_no_parquet_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ACME.parquet").write_bytes(content)
    with pytest.raises(BrokenData, match=r"ACME\.parquet: (not a Parquet file|cannot be read)"):
        read(tmp_path)


# The folder


def test_a_ticker_without_a_file_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    loaded = FolderSource(tmp_path).load([Asset("NONE", HONG_KONG), STOCK])
    assert list(loaded) == ["ACME"]
    assert FolderSource(tmp_path).name == f"folder {tmp_path.name}"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match=r"nowhere: no such folder\. --data takes"):
        FolderSource(tmp_path / "nowhere").load([STOCK])
    with pytest.raises(MissingData, match="no such folder"):
        FolderSource(write(tmp_path, GOOD)).load([STOCK])


@pytest.mark.parametrize(
    "ticker",
    ["../ACME", "..\\A", "/etc/A", "a/b", "..", "", "A\0B", "C:A", "9" * 300, "\U00020000" * 61],
)
def test_no_ticker_leads_out_of_the_folder(tmp_path: Path, ticker: str) -> None:
    write(tmp_path, GOOD)
    inside = tmp_path / "inside"
    inside.mkdir()
    with pytest.raises(CommandError, match="is not a ticker"):
        FolderSource(inside).load([Asset(ticker, NEW_YORK)])


def test_two_files_of_one_ticker_are_refused(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    a_frame().to_parquet(tmp_path / "ACME.parquet")
    with pytest.raises(BrokenData, match=r"ACME\.parquet is there too"):
        read(tmp_path)


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ACME.csv").mkdir()
    with pytest.raises(BrokenData, match=r"ACME\.csv: cannot be read"):
        read(tmp_path)


# Real files. The kinds are those that the description of the folder lists.

RAW = [
    "AAPL", "MSFT", "GOOGL", "AMZN", "META", "NVDA", "TSLA", "TSM", "AVGO", "AMD", "ORCL",
    "PLTR", "BABA", "PDD", "NIO", "SPY", "QQQ", "KWEB", "FXI", "MCHI", "TLT", "GLD", "BIL",
    "SHY", "IEF", "AGG", "SMH", "SOXX", "ACWI", "ACWX", "VXUS", "EWY", "INDA", "EFA", "IEMG",
    "VWO", "XLK", "IGV",
]  # fmt: skip
ADJUSTED = [
    "BIDU", "JD", "LI", "BILI", "TME", "EEM", "XPEV", "600519.SS", "300308.SZ", "300502.SZ",
    "002230.SZ", "600588.SS", "688256.SS", "688981.SS",
]  # fmt: skip
LEVELS = [
    "^IRX", "^VIX", "^GSPC", "^NDX", "^IXIC", "^DJI", "^HSI", "000300.SS", "^TNX", "HSTECH.HK",
    "HKD=X", "CNY=X",
]  # fmt: skip
CLOSE_ONLY = [
    "NTES", "TCOM", "GDS", "CQQQ", "ASHR", "PGJ",
]  # fmt: skip


@pytest.fixture(scope="module")
def loaded(prices: Path) -> dict[str, Bars]:
    assets = [asset_of(path.stem) for path in sorted(prices.glob("*.csv"))]
    return FolderSource(prices).load(assets)


def growth(bars: Bars) -> pd.Series:
    """Total-return index: close times the product of 1 / (1 - d / previous close)."""
    close, dividend = bars.frame["close"], bars.frame["dividend"]
    return close * (1.0 / (1.0 - (dividend / close.shift()).fillna(0.0))).cumprod()


def percent(series: pd.Series, start: str, end: str) -> float:
    return 100.0 * (float(series.loc[end]) / float(series.loc[start]) - 1.0)


def test_every_real_file_loads_as_the_kind_it_is(prices: Path, loaded: dict[str, Bars]) -> None:
    assert set(loaded) == {path.stem for path in prices.glob("*.csv")}
    hong_kong = [t for t in loaded if t.endswith(".HK") and t != "HSTECH.HK"]
    wanted = {
        **dict.fromkeys(RAW, (Priced.SPLITS, True)),
        **dict.fromkeys([*ADJUSTED, *hong_kong], (Priced.DIVIDENDS, True)),
        **dict.fromkeys(LEVELS, (Priced.LEVEL, True)),
        **dict.fromkeys(["HSTECH.HK", "^TNX"], (Priced.LEVEL, False)),
        **dict.fromkeys(CLOSE_ONLY, (Priced.DIVIDENDS, False)),
    }
    assert {ticker: (bars.priced, bars.has_opens) for ticker, bars in loaded.items()} == wanted


def test_no_real_row_is_lost_or_changed(prices: Path, loaded: dict[str, Bars]) -> None:
    for ticker, bars in loaded.items():
        file = pd.read_csv(prices / f"{ticker}.csv", dtype=str)
        close = "Adj Close" if ticker in CLOSE_ONLY else "Close"
        for column, name in {"close": close, "volume": "Volume", "split": "Stock Splits"}.items():
            cells = [float(cell) for cell in file[name]]
            assert np.array_equal(bars.frame[column], cells, equal_nan=True), (ticker, column)


@pytest.mark.parametrize(
    ("ticker", "published"),
    [
        ("AMZN", -3.24), ("AAPL", -3.32), ("MSFT", -5.63),
        ("NVDA", -6.98), ("GOOGL", -10.05), ("TSLA", -27.45),
    ],
)  # fmt: skip
def test_total_returns_of_early_2025_are_the_published_ones(
    loaded: dict[str, Bars], ticker: str, published: float
) -> None:
    total = percent(growth(loaded[ticker]), "2024-12-31", "2025-02-28")
    assert total == pytest.approx(published, abs=0.05)


def test_dividends_are_needed_for_those_returns(loaded: dict[str, Bars]) -> None:
    """By price alone AAPL lost 3.43 and MSFT 5.81 percent."""
    for ticker, price_return in (("AAPL", -3.43), ("MSFT", -5.81)):
        close = loaded[ticker].frame["close"]
        assert percent(close, "2024-12-31", "2025-02-28") == pytest.approx(price_return, abs=0.005)


@pytest.mark.parametrize("ticker", RAW)
def test_forward_factor_agrees_with_the_vendors_adjusted_close(
    prices: Path, loaded: dict[str, Bars], ticker: str
) -> None:
    file = pd.read_csv(prices / f"{ticker}.csv", index_col="Date", parse_dates=True)
    ratio = growth(loaded[ticker]) / file["Adj Close"]
    # The vendor publishes single precision; SHY, with a dividend a month, is off by 2.5e-6.
    assert float(ratio.max() / ratio.min()) - 1.0 < 1e-5


def test_known_days(loaded: dict[str, Bars]) -> None:
    nvidia, alibaba = loaded["NVDA"].frame["close"], loaded["BABA"].frame["close"]
    assert percent(nvidia, "2025-01-24", "2025-01-27") == pytest.approx(-16.97, abs=0.005)
    assert percent(alibaba, "2025-02-19", "2025-02-20") == pytest.approx(8.09, abs=0.005)


def test_a_half_session_in_hong_kong_has_no_volume(loaded: dict[str, Bars]) -> None:
    row = loaded["0700.HK"].frame.loc["2025-01-28"]
    assert row["volume"] == 0.0
    assert row["open"] == row["high"] == row["low"] == row["close"]


def test_splits_are_known_to_the_day_their_source_ends(loaded: dict[str, Bars]) -> None:
    assert str(loaded["NVDA"].splits_known_to) == "2024-12-06"
    assert loaded["NVDA"].frame["split"].loc["2024-06-10"] == 10.0
    assert loaded["BABA"].splits_known_to is None


def test_vendor_slips_of_the_real_files_are_noted(loaded: dict[str, Bars]) -> None:
    assert loaded["0981.HK"].notes == (
        "1 row (first 2010-07-19) with high below low, both taken as unknown",
    )
    assert loaded["HKD=X"].notes == (
        "95 rows (first 2010-12-07) with open or close outside low to high, kept as they are",
    )
    assert loaded["SPY"].notes == ()
