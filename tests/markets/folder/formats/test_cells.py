"""Day and month, zones and clocks, as vendors and spreadsheets write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from markets.folder.formats.catalogue import vendor_words
from markets.folder.source import FolderSource
from newsfolio.errors import BrokenData
from newsfolio.listings import asset_of


def days(folder: Path, *cells: str, vendor: str = "", clock: str = " 16:00:00") -> list[str]:
    """The days that GOOGLEFINANCE's dates are read as."""
    rows = [f"{cell}{clock},1.5" for cell in cells]
    (folder / "AAPL.csv").write_text("\n".join(["Date,Close", *rows]) + "\n")
    bars = FolderSource(folder, told=vendor_words(vendor)).load([asset_of("AAPL")])["AAPL"]
    return [f"{day:%Y-%m-%d}" for day in bars.frame.index]


@pytest.mark.parametrize(
    ("cells", "right"),
    [
        (("1/9/2026", "1/12/2026", "1/13/2026"), ["2026-01-09", "2026-01-12", "2026-01-13"]),
        (("9/1/2026", "12/1/2026", "13/1/2026"), ["2026-01-09", "2026-01-12", "2026-01-13"]),
        (("13/1/2026", "2/2/2026"), ["2026-01-13", "2026-02-02"]),
        (("1/13/26", "2/2/26"), ["2026-01-13", "2026-02-02"]),
        (("12/31/69",), ["2069-12-31"]), (("12/31/70",), ["1970-12-31"]),
    ],
)  # fmt: skip
def test_one_number_above_twelve_decides_a_file(
    tmp_path: Path, cells: tuple[str, ...], right: list[str]
) -> None:
    assert days(tmp_path, *cells) == right


def test_a_file_that_stays_ambiguous_is_refused_unless_it_is_told(tmp_path: Path) -> None:
    cells = ("1/2/2026", "2/2/2026", "3/2/2026")
    with pytest.raises(BrokenData, match=r"line 2: '1/2/2026 16:00:00' is a day of Jan or of Feb"):
        days(tmp_path, *cells)
    assert days(tmp_path, *cells, vendor="day-first") == ["2026-02-01", "2026-02-02", "2026-02-03"]
    assert days(tmp_path, *cells, vendor="month-first")[2] == "2026-03-02"


def test_dates_that_a_spreadsheet_turned_are_refused(tmp_path: Path) -> None:
    """3/12 was the third of December; a sheet of the United States took it for a date of March."""
    with pytest.raises(BrokenData, match="line 3: '2026-03-12' is written another way"):
        days(tmp_path, "13/12/2026", "2026-03-12", clock="")


def test_what_is_told_does_not_go_before_what_is_proved(tmp_path: Path) -> None:
    with pytest.raises(BrokenData, match="are written month-first, not day-first"):
        days(tmp_path, "1/13/2026", vendor="day-first")


@pytest.mark.parametrize(
    "cells", [("1/13/2026", "14/1/2026"), ("1/2/2026", "14/1/2026", "1/15/2026")]
)
def test_rows_in_two_orders_are_refused_at_the_first_of_the_other(
    tmp_path: Path, cells: tuple[str, ...]
) -> None:
    """What Excel leaves of a file whose order is not that of its country."""
    with pytest.raises(BrokenData, match=rf"line {len(cells) + 1}: .* in another order"):
        days(tmp_path, *cells)


@pytest.mark.parametrize(
    ("ticker", "cell", "day"),
    [
        ("7203.T", "2026-01-05 00:00:00+09:00", "2026-01-05"),
        ("SPY", "2026-01-05 00:00:00-05:00", "2026-01-05"),
        ("VOD.L", "2026-07-06 00:00:00+01:00", "2026-07-06"),
        ("BTC-USD", "2026-01-05 00:00:00+00:00", "2026-01-05"),
    ],
)
def test_a_zone_never_moves_a_day(tmp_path: Path, ticker: str, cell: str, day: str) -> None:
    header = "Date,Open,High,Low,Close,Volume,Dividends,Stock Splits"
    (tmp_path / f"{ticker}.csv").write_text(f"{header}\n{cell},1,1,1,1,5,0.0,0.0\n")
    (session,) = FolderSource(tmp_path).load([asset_of(ticker)])[ticker].frame.index
    assert f"{session:%Y-%m-%d}" == day


def test_dates_that_were_moved_to_utc_are_refused(tmp_path: Path) -> None:
    """Tokyo's midnight is 15:00 of the day before in UTC."""
    header = "Date,Open,High,Low,Close,Volume,Dividends,Stock Splits"
    row = "2026-01-04 15:00:00+00:00,1,1,1,1,5,0.0,0.0"
    (tmp_path / "7203.T.csv").write_text(f"{header}\n{row}\n")
    with pytest.raises(BrokenData, match=r"line 2: .* has a time of day"):
        FolderSource(tmp_path).load([asset_of("7203.T")])


def closes(folder: Path, *rows: str) -> list[float]:
    """The closes that a sheet of GOOGLEFINANCE is read as."""
    (folder / "AAPL.csv").write_text("\n".join(["Date,Close", *rows]) + "\n")
    bars = FolderSource(folder).load([asset_of("AAPL")])["AAPL"]
    return [float(close) for close in bars.frame["close"]]


@pytest.mark.parametrize("day", ["13.01.2026 17:30:00", "13/01/2026 17:35:00"])
def test_a_decimal_comma_between_quotes_is_one(tmp_path: Path, day: str) -> None:
    """A sheet in German or French has commas between cells, and quotes around its numbers."""
    assert closes(tmp_path, f'{day},"1,085"', f'{day.replace("13", "14", 1)},"1,09"') == [
        1.085,
        1.09,
    ]
    with pytest.raises(BrokenData, match="'1,085': nothing tells whether its mark"):
        closes(tmp_path, f'{day},"1,085"')
    assert closes(tmp_path, f'{day},"1,085.50"') == [1085.5]
