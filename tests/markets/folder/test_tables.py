"""Tables that a notebook keeps: newest first, in Parquet, many lines under each other."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from markets.bars import Bars, Priced
from markets.folder import wide_parquet
from markets.folder.contents import files_of, why_no_line
from markets.folder.formats import columns
from markets.folder.formats.catalogue import vendor_words
from markets.folder.source import FolderSource
from newsfolio.errors import BrokenData
from newsfolio.listings import asset_of
from tests.support.every_vendor import WRITERS
from tests.support.price_files import a_frame, rows_of, same
from tests.support.vendor_files import history

OF = history()
REVERSED = "newest first, reversed"


def read(folder: Path, ticker: str = "AAPL", vendor: str = "") -> Bars:
    return FolderSource(folder, told=vendor_words(vendor)).load([asset_of(ticker)])[ticker]


# --- newest first --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "above"),
    [("yahoo", 1), ("yfinance-history", 1), ("yfinance-download", 3), ("yfinance-flat", 1),
     ("wide", 1), ("long", 1)],
)  # fmt: skip
def test_rows_that_stand_newest_first_are_reversed_and_it_is_said(
    tmp_path: Path, name: str, above: int
) -> None:
    written = WRITERS[name](OF)
    written.put(tmp_path)
    right = read(tmp_path, written.ticker)
    lines = written.content.decode().splitlines()
    upset = [*lines[:above], *lines[: above - 1 : -1]]
    (tmp_path / written.name).write_text("\n".join(upset) + "\n", encoding="utf-8")
    turned = read(tmp_path, written.ticker)
    assert same(rows_of(turned), rows_of(right))
    assert REVERSED in " ".join(turned.notes)
    assert REVERSED not in " ".join(right.notes)


def test_what_was_scaled_is_still_said_of_reversed_rows(tmp_path: Path) -> None:
    rows = "2024-01-03,11,5.5\n2024-01-02,10,5\n"
    (tmp_path / "AAPL.csv").write_text("Date,Close,Adj Close\n" + rows, encoding="utf-8")
    alone, reversed_note, scaled = sorted(read(tmp_path).notes)
    assert (alone[:12], reversed_note, scaled[:12]) == ("closes alone", REVERSED, "no dividends")


def test_a_reversed_parquet_file_is_reversed(tmp_path: Path) -> None:
    a_frame().to_parquet(tmp_path / "AAPL.parquet")
    right = read(tmp_path)
    a_frame().iloc[::-1].to_parquet(tmp_path / "AAPL.parquet")
    assert same(rows_of(read(tmp_path)), rows_of(right))
    assert REVERSED in read(tmp_path).notes


# --- Parquet of any table ------------------------------------------------------------------------


def downloaded() -> pd.DataFrame:
    """Two tickers; MSFT costs ten times as much and has no bar on the first day."""
    days = pd.DatetimeIndex(["2024-01-02", "2024-01-03"], name="Date")
    fields = ("Close", "High", "Low", "Open", "Volume")
    columns = pd.MultiIndex.from_product([fields, ["AAPL", "MSFT"]], names=["Price", "Ticker"])
    values = np.array([[10.0, 11.0, 9.0, 9.5, 100.0], [10.5, 11.0, 10.0, 10.0, 200.0]])
    both = np.stack([values, values * 10], axis=2).reshape(2, 10)
    both[0, 1::2] = np.nan
    return pd.DataFrame(both, index=days, columns=columns)


SHAPES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "as it comes": lambda frame: frame,
    "tickers above": lambda frame: frame.swaplevel(axis=1).sort_index(axis=1),
    "days as a column": lambda frame: frame.reset_index(),
    "without names of levels": lambda frame: frame.rename_axis(columns=[None, None]),
    "one line under another": lambda frame: frame.stack(level=1, future_stack=True).dropna(),
    "the same as columns": lambda frame: frame.stack(level=1, future_stack=True)
    .dropna().reset_index(),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_what_download_gives_is_read_from_parquet(tmp_path: Path, shape: str) -> None:
    SHAPES[shape](downloaded()).to_parquet(tmp_path / "prices.parquet")
    vendor = "full" if "line" in shape or "columns" in shape else ""
    apple, microsoft = (read(tmp_path, ticker, vendor) for ticker in ("AAPL", "MSFT"))
    assert apple.priced is microsoft.priced is Priced.DIVIDENDS
    assert apple.frame["close"].tolist() == [10.0, 10.5]
    assert microsoft.frame["close"].to_dict() == {pd.Timestamp("2024-01-03"): 105.0}
    assert microsoft.frame["volume"].tolist() == [2000.0]


def test_one_ticker_without_levels_is_what_its_csv_would_be(tmp_path: Path) -> None:
    flat = downloaded().xs("AAPL", axis=1, level=1)
    flat.to_parquet(tmp_path / "AAPL.parquet")
    bars = read(tmp_path)
    assert "multi_level_index=False" in bars.notes[0]
    assert bars.priced is Priced.DIVIDENDS


def test_closes_side_by_side_and_a_vendors_columns_are_read_from_parquet(tmp_path: Path) -> None:
    downloaded()["Close"].rename_axis(columns=None).to_parquet(tmp_path / "closes.parquet")
    assert read(tmp_path, "MSFT").frame["close"].tolist() == [105.0]
    written = WRITERS["akshare"](OF)
    text = tmp_path / "text.csv"
    text.write_bytes(written.content)
    pd.read_csv(text, dtype={"股票代码": str}).to_parquet(tmp_path / "600519.parquet")
    text.unlink()
    bars = read(tmp_path, "600519.SS")
    assert bars.frame["close"].tolist() == pytest.approx(list(written.close))
    assert bars.frame["volume"].tolist() == pytest.approx(list(written.volume), rel=1e-4)


def test_a_huge_table_that_is_no_line_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("markets.reference.packed_file.MOST_CELLS", 10)
    downloaded().to_parquet(tmp_path / "AAPL.parquet")
    with pytest.raises(BrokenData, match=r"AAPL\.parquet: 22 cells, more than the 10 .*a ticker"):
        read(tmp_path)
    (tmp_path / "AAPL.parquet").rename(tmp_path / "prices.parquet")
    (file,) = files_of(tmp_path)
    assert "22 cells, more than the 10" in why_no_line(file)


@pytest.mark.parametrize("kept", [100, 2])
def test_a_wide_table_is_read_whatever_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    """Of Parquet the two columns that are needed; of text all at once, or, too large, each anew."""
    monkeypatch.setattr("markets.reference.packed_file.MOST_CELLS", 1)
    monkeypatch.setattr(columns, "KEPT", kept)
    closes = downloaded()["Close"].rename_axis(columns=None)
    for write in (closes.to_parquet, closes.rename_axis(None).iloc[::-1].to_parquet, closes.to_csv):
        path = tmp_path / f"closes.{write.__name__.removeprefix('to_')}"
        write(path)
        microsoft, apple = read(tmp_path, "MSFT"), read(tmp_path)
        path.unlink()
        assert microsoft.frame["close"].tolist() == microsoft.frame["open"].tolist() == [105.0]
        assert apple.frame["close"].to_dict() == {
            pd.Timestamp("2024-01-02"): 10.0, pd.Timestamp("2024-01-03"): 10.5
        }  # fmt: skip
        assert apple.notes[0].startswith("read as closes side by side")
        assert apple.priced is Priced.SPLITS


def test_a_wide_parquet_file_is_opened_once_for_all_its_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By whole names: to pyarrow `A` stands for `A.L` too, as a part of its path."""
    openings = []
    contents = wide_parquet.plain_bytes
    monkeypatch.setattr(
        wide_parquet,
        "plain_bytes",
        lambda path, most: openings.append(path) or contents(path, most),
    )
    path, days = tmp_path / "closes.parquet", pd.bdate_range("2024-01-02", periods=3, name="Date")
    for last in (6.0, 9.0):
        closes = {"A.L": [4.0, 5.0, last], "A": [1, 2, 3], "0700.HK": [np.nan, 7.0, 8.0]}
        pd.DataFrame(closes, index=days).to_parquet(path)
        os.utime(path, (1e9, 1e9))  # replaced with its time kept
        lines = FolderSource(tmp_path).load(map(asset_of, closes))
        assert lines["A.L"].frame["close"].tolist() == pytest.approx([0.04, 0.05, last / 100])
        assert lines["A"].frame["close"].tolist() == [1.0, 2.0, 3.0]
        assert lines["0700.HK"].frame["close"].tolist() == [7.0, 8.0]
    assert openings == [path, path]


def test_a_ticker_in_two_columns_of_a_parquet_file_is_refused(tmp_path: Path) -> None:
    days = pd.bdate_range("2024-01-02", periods=2, name="Date")
    twice = pd.DataFrame({"600519.SS": [1.0, 2.0], "sh600519": [1.0, 2.0]}, index=days)
    twice.to_parquet(tmp_path / "closes.parquet")
    with pytest.raises(BrokenData, match=r"600519\.SS stands in two columns"):
        read(tmp_path, "600519.SS")


# --- lines under each other ----------------------------------------------------------------------

MANY = """date,symbol,name,close,adj close,trades
2024-01-02,AAPL,Apple Inc.,10,9,1
2024-01-02,MSFT,Microsoft,30,29,1
2024-01-03,AAPL,Apple Inc.,11,10.5,1
2024-01-03,MSFT,Microsoft,31,30.5,1
"""


def test_lines_under_each_other_are_told_by_their_tickers(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text(MANY, encoding="utf-8")
    for ticker, closes in (("AAPL", [9.0, 10.5]), ("MSFT", [29.0, 30.5])):
        bars = read(tmp_path, ticker)
        assert bars.frame["close"].tolist() == closes
        ignored = "columns ignored: name, trades"
        assert bars.notes[0].startswith(f"read as lines under each other: {ignored}; adjusted")


MORE = "2024-01-04,AAPL,Apple Inc.,12,11,1\n2024-01-04,MSFT,Microsoft,32,31,1\n"
ONE = "Date,Ticker,Close\n2024-01-02,AAPL,10\n2024-01-03,{},11\n"


def test_a_long_file_that_is_named_like_one_line_is_not_taken_for_it(tmp_path: Path) -> None:
    """No date stands there twice, so that nothing else would show it."""
    path = tmp_path / "AAPL.csv"
    path.write_text(ONE.format("MSFT"), encoding="utf-8")
    with pytest.raises(BrokenData, match=r"AAPL\.csv line 3: a row of 'MSFT' in a file of AAPL"):
        read(tmp_path)
    path.write_text(ONE.format("AAPL"), encoding="utf-8")
    assert read(tmp_path).frame["close"].tolist() == [10.0, 11.0]


@pytest.mark.parametrize(
    ("header", "message"),
    [("Date,Ticker,Close,Adjusted_close", "column 'Adjusted_close' is spelled 'Adj Close'"),
     ("Date,Ticker,Open,High,Low,Close", "do not say what its prices are adjusted for")],
)  # fmt: skip
def test_what_long_files_are_adjusted_for_is_not_guessed(
    tmp_path: Path, header: str, message: str
) -> None:
    row = "2024-01-02,AAPL," + ",".join("1" * (header.count(",") - 1))
    (tmp_path / "prices.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    with pytest.raises(BrokenData, match=message):
        read(tmp_path)


def test_closes_alone_are_a_price_return_in_any_spelling_and_fill_at_the_next_close(
    tmp_path: Path,
) -> None:
    """With semicolons and in long rows they passed for a total return, or never filled."""
    for text in ("Date,Close\n2026-11-25,100.5\n2026-11-27,101.5\n",
                 "Date;Close\n25.11.2026;100,5\n27.11.2026;101,5\n",
                 "Date,Close,Volume\n11/25/2026,100.5,10\n11/27/2026,101.5,10\n",
                 "Date,Ticker,Close\n2026-11-25,AAPL,100.5\n2026-11-27,AAPL,101.5\n"):  # fmt: skip
        (tmp_path / "AAPL.csv").write_text(text, encoding="utf-8")
        bars = read(tmp_path)
        assert (bars.priced, bars.frame["open"].tolist()) == (Priced.SPLITS, [100.5, 101.5])
        assert "taken as a price return" in bars.doubts[0].told
        assert "fills at the next close" in bars.notes[-1]
        assert not bars.notes[0].endswith(": ")
        assert read(tmp_path, vendor="full").priced is Priced.DIVIDENDS


@pytest.mark.parametrize(
    ("name", "text", "opens"),
    [("AAPL.csv", "Date;Adj Close\n25.11.2026;100,5\n", [100.5]),
     ("AAPL.csv", "Date,Adj Close,Dividends\n2026-11-25,100.5,0.1\n", [100.5]),
     ("AAPL.csv", "Date,Close,Adj Close\n2026-11-25,50,25\n2026-11-27,10,10\n", [25.0, 10.0]),
     ("AAPL.csv", "Date,Close\n11/25/2026 16:00:00,100.5\n", [100.5]),
     ("AAPL.csv", "Date,PX_LAST\n11/25/2026,100.5\n", [100.5]),
     ("x.csv", "Price,Close,Close\nTicker,AAPL,MSFT\nDate,,\n2026-11-25,9,8\n", [9.0])],
)  # fmt: skip
def test_any_file_without_opens_has_one_price_a_session(
    tmp_path: Path, name: str, text: str, opens: list[float]
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    bars = read(tmp_path)
    assert bars.frame["open"].tolist() == bars.frame["close"].tolist() == opens
    assert "fills at the next close" in " ".join(bars.notes)


@pytest.mark.parametrize(
    "text",
    ["Date,High,Low,Close\n2026-11-25,3,1,2\n",
     "Date,Open,High,Low,Close,Adj Close\n2026-11-25,,,,2,2\n"],
)  # fmt: skip
def test_an_open_that_is_not_told_beside_other_prices_stays_unknown(
    tmp_path: Path, text: str
) -> None:
    """The session had more prices than its close, or the file has a place for the open."""
    (tmp_path / "AAPL.csv").write_text(text, encoding="utf-8")
    assert not read(tmp_path).has_opens


def test_of_a_level_nothing_is_said_of_fills(tmp_path: Path) -> None:
    (tmp_path / "^GSPC.csv").write_text("Date,Close\n2026-11-25,100.5\n", encoding="utf-8")
    assert read(tmp_path, "^GSPC").notes == ()


def test_what_is_copied_from_yahoos_page_is_read(tmp_path: Path) -> None:
    header = (
        "Date\tOpen\tHigh\tLow\tClose Close price adjusted for splits.\tAdj Close Adjusted close "
        "price adjusted for splits and dividend and/or capital gain distributions.\tVolume"
    )
    rows = ("Nov 27, 2026\t101.00\t102.00\t100.00\t101.50\t101.50\t1,041,000",
            "Nov 25, 2026\t100.00\t101.00\t99.00\t100.00\t50.00\t1,043,000")  # fmt: skip
    (tmp_path / "AAPL.csv").write_text("\n".join((header, *rows)), encoding="utf-8")
    bars = read(tmp_path)
    assert bars.frame[["open", "close", "volume"]].to_numpy().tolist() == [
        [50.0, 50.0, 1_043_000.0], [101.0, 101.5, 1_041_000.0]
    ]  # fmt: skip
    assert bars.priced is Priced.DIVIDENDS and REVERSED in bars.notes[0]
    paid = "Nov 26, 2026\t0.25 Dividend"
    (tmp_path / "AAPL.csv").write_text("\n".join((header, rows[0], paid, rows[1])))
    with pytest.raises(BrokenData, match=r"AAPL\.csv line 3: 2 fields where the header has 7"):
        read(tmp_path)


# --- encodings -----------------------------------------------------------------------------------


def test_utf_16_with_commas_is_read(tmp_path: Path) -> None:
    for name in ("yahoo", "yfinance-history", "yfinance-flat"):
        written = WRITERS[name](OF)
        (tmp_path / written.name).write_bytes(written.content)
        right = read(tmp_path)
        (tmp_path / written.name).write_bytes(written.content.decode().encode("utf-16"))
        assert same(rows_of(read(tmp_path)), rows_of(right))


def test_a_long_file_is_read_once_for_all_its_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = []
    groups = columns.csv_groups
    monkeypatch.setattr(columns, "csv_groups", lambda *of: readings.append(of) or groups(*of))
    (tmp_path / "prices.csv").write_text(MANY, encoding="utf-8")
    loaded = FolderSource(tmp_path).load([asset_of("AAPL"), asset_of("MSFT")])
    assert [line.frame["close"].iloc[-1] for line in loaded.values()] == [10.5, 30.5]
    assert len(readings) == 1


@pytest.mark.parametrize("header", ["Date,AAPL,MSFT", "Date,Ticker,Close"])
def test_a_file_that_was_replaced_with_its_time_kept_is_read_anew(
    tmp_path: Path, header: str
) -> None:
    """As `cp -p` and unzip do; the change lies behind what tells the format."""
    path, days = tmp_path / "all.csv", pd.bdate_range("2018-01-01", periods=1500)
    for last in (300, 999):
        prices = [*range(100, 1599), last]
        rows = [f"{day:%Y-%m-%d},{price},5" for day, price in zip(days, prices, strict=True)]
        if "Ticker" in header:
            rows = [f"{row.split(',')[0]},{ticker},{row.split(',')[1]}" for row in rows
                    for ticker in ("AAPL", "MSFT")]  # fmt: skip
        path.write_text("\n".join((header, *rows, "")), encoding="utf-8")
        os.utime(path, (1e9, 1e9))
        assert read(tmp_path).frame["close"].iloc[-1] == last


def test_a_row_over_two_lines_and_blank_ones_keep_the_numbers_of_lines(tmp_path: Path) -> None:
    noted = MANY.replace("Apple Inc.,11", '"Apple\n\nInc.",11').replace("31,30.5", "31,soon")
    noted = noted.replace("2024-01-03,MSFT", "\n\n2024-01-03,MSFT")
    (tmp_path / "prices.csv").write_text(noted, encoding="utf-8")
    assert read(tmp_path).frame["close"].tolist() == [9.0, 10.5]
    with pytest.raises(BrokenData, match=r"prices\.csv line 9: .*'soon' is not a number"):
        read(tmp_path, "MSFT")


@pytest.mark.parametrize(
    ("row", "message"),
    [("2024-01-05", r"line 8: nothing under 'symbol' tells whose the row is"),
     ("2024-01-05,,Apple,1,1,1", r"line 8: nothing under 'symbol' tells whose the row is"),
     ("date,symbol,name,adj close,close,trades", r"line 8: the header stands there again")],
)  # fmt: skip
def test_a_row_of_nobody_is_not_passed_over(tmp_path: Path, row: str, message: str) -> None:
    (tmp_path / "prices.csv").write_text(MANY + MORE + row + "\n", encoding="utf-8")
    with pytest.raises(BrokenData, match=message):
        read(tmp_path)
