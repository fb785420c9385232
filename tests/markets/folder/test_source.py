"""A folder of price files: the four kinds, and what a folder lacks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from markets.bars import COLUMNS, Priced
from markets.folder.price_file import ONE_PRICE
from markets.folder.source import FolderSource
from newsfolio.assets import HONG_KONG, NEW_YORK, Asset
from newsfolio.errors import BrokenData, CommandError, MissingData
from tests.support.price_files import (
    GOOD,
    INDEX,
    RATE,
    STOCK,
    UNKNOWN,
    a_frame,
    read,
    rows_of,
    same,
    write,
)

# --- the four kinds ------------------------------------------------------------------------------


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
        [("2024-01-02", 10.0, UNKNOWN, UNKNOWN, 10.0, UNKNOWN, 0.0, UNKNOWN)],
    )
    assert bars.notes == (ONE_PRICE,)


def test_other_columns_are_ignored_and_named(tmp_path: Path) -> None:
    write(tmp_path, "0,2024-01-02,10,0.3,yes", header=",Date,Close,Rank,Repaired?")
    assert read(tmp_path).notes == (ONE_PRICE, "columns ignored: Rank, Repaired?")


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


# --- the folder ----------------------------------------------------------------------------------


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
    with pytest.raises(BrokenData, match=r"ACME\.csv is no plain file"):
        read(tmp_path)
