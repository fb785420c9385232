"""Which line a symbol means, and where it is refused to guess."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backtests.runner.holdings.isins import TICKERS
from backtests.runner.holdings.statement import Position
from backtests.runner.holdings.symbols import lines_meant, mainland, spelled
from newsfolio.assets import NEW_YORK, Asset
from newsfolio.errors import BrokenData
from newsfolio.listings import asset_of
from tests.support.holdings_files import ACTIVITY, DEGIRO, LINES, held_in


@pytest.mark.parametrize(
    ("symbol", "line"),
    [
        ("00700", "0700.HK"), ("700", "0700.HK"), ("700 HK", "0700.HK"),
        ("700 HK Equity", "0700.HK"),
        ("HK.00700", "0700.HK"), ("hk00700", "0700.HK"), ("00700.HK", "0700.HK"),
        ("HKG:0700", "0700.HK"), ("BRK.B", "BRK-B"), ("BRK B", "BRK-B"), ("BRK/B", "BRK-B"),
        ("BRKB", "BRK-B"), ("600519", "600519.SS"), ("sh600519", "600519.SS"),
        ("600519.SH", "600519.SS"), ("600519 CH", "600519.SS"), ("SH.600519", "600519.SS"),
        ("000001", "000001.SZ"), ("000001.SZ", "000001.SZ"), ("US.AAPL", "AAPL"),
        ("AAPL US", "AAPL"), ("NASDAQ:AAPL", "AAPL"), ("AAPL.US", "AAPL"),
        ("AAPL.L", ""), ("7000", ""), ("601519", ""), ("SZ.600519", ""), ("US.00700", ""),
        ("B", ""),
    ],
)  # fmt: skip
def test_a_symbol_alone(symbol: str, line: str) -> None:
    lines = [asset_of(ticker) for ticker in LINES]
    meant = lines_meant(Position(1, (symbol,), 1.0), lines)
    assert [asset.ticker for asset in meant] == ([line] if line else [])


@pytest.mark.parametrize(
    ("code", "suffix"),
    [("600519", "SS"), ("510300", "SS"), ("900901", "SS"), ("688981", "SS"), ("000001", "SZ"),
     ("300750", "SZ"), ("200012", "SZ"), ("159915", "SZ"), ("430047", "BJ"), ("832000", "BJ"),
     ("920002", "BJ"), ("00700", None), ("7203", None)],
)  # fmt: skip
def test_ranges_of_the_mainland(code: str, suffix: str | None) -> None:
    assert mainland(code) == (None if suffix is None else {suffix})


def test_a_currency_that_is_another_is_another_line() -> None:
    lines = [asset_of("0700.HK")]
    assert lines_meant(Position(1, ("700",), 1.0, "HKD"), lines)
    assert not lines_meant(Position(1, ("700",), 1.0, "JPY"), lines)


def test_letters_of_which_nothing_tells_the_venue_are_those_of_new_york(tmp_path: Path) -> None:
    """VOD in a file of ours is the receipt in New York, never the share in London."""
    london = Asset("VOD.L", replace(NEW_YORK, code="XLON", currency="GBP"))
    assert not lines_meant(Position(1, ("VOD",), 1.0), [london])
    assert lines_meant(Position(1, ("VOD",), 1.0, "GBP"), [london])
    assert lines_meant(Position(1, ("VOD.L",), 1.0), [london])
    assert lines_meant(Position(1, ("VOD LN",), 1.0), [london])
    held = held_in(tmp_path, "asset,quantity\nJD,3\n9618,4\n", lines=("JD", "9618.HK"))
    assert held.shares == {"JD": 3, "9618.HK": 4}


def test_what_is_in_no_strategy_is_written_as_yahoo_does() -> None:
    assert spelled(Position(1, ("1810",), 1.0, "HKD")) == "1810.HK"
    assert spelled(Position(1, ("HK.00005",), 1.0)) == "0005.HK"
    assert spelled(Position(1, ("sz000002",), 1.0)) == "000002.SZ"
    assert spelled(Position(1, ("BF B",), 1.0, "USD", frozenset({""}))) == "BF-B"
    assert spelled(Position(1, ("VOW3",), 1.0, "EUR")) == "VOW3"


def test_an_old_name_counts_where_the_statement_lists_both(tmp_path: Path) -> None:
    text = ACTIVITY.replace("Stocks,USD,AAPL,-30", "Stocks,USD,AAPL.OLD,-30")
    assert held_in(tmp_path, text).shares["AAPL"] == -30


def test_a_row_of_symbols_csv_decides(tmp_path: Path) -> None:
    text = DEGIRO.replace("US0378331005", "US1234567890")
    (tmp_path / "symbols.csv").write_text("symbol,asset\nUS1234567890,AAPL\n")
    assert held_in(tmp_path, text).shares["AAPL"] == 1100
    (tmp_path / "symbols.csv").write_text("symbol,asset\nUS1234567890,\n")
    held = held_in(tmp_path, text)
    assert "AAPL" not in held.shares
    assert [row.asset for row in held.outside] == ["US1234567890"]
    (tmp_path / "symbols.csv").write_text("symbol;asset\nUS1234567890;AAPL\nUS1234567890;JD\n")
    with pytest.raises(BrokenData, match="line 3"):
        held_in(tmp_path, text)
    (tmp_path / "symbols.csv").write_text("from,to\n")
    with pytest.raises(BrokenData, match="symbol,asset"):
        held_in(tmp_path, text)


def test_a_code_of_two_lines_is_refused(tmp_path: Path) -> None:
    """Zeros tell Shenzhen from Hong Kong; a class of shares is written with a mark or without."""
    lines = ("0700.HK", "000700.SZ")
    held = held_in(tmp_path, "asset,quantity\n000700,1\n00700,2\n", lines=lines)
    assert held.shares == {"000700.SZ": 1, "0700.HK": 2}
    content = "asset,quantity\nBRK.B,1\n"
    with pytest.raises(BrokenData, match=r"line 2: BRK\.B is BRK-B or BRKB; .*symbols\.csv"):
        held_in(tmp_path, content, lines=("BRK-B", "BRKB"))


def check_digit(isin: str) -> int:
    """ISO 6166: letters as 10 to 35, every second digit from the right doubled, sums of digits."""
    digits = "".join(str(int(letter, 36)) for letter in isin[:-1])[::-1]
    total = sum(sum(map(int, str(int(digit) * (2 - place % 2))))
                for place, digit in enumerate(digits))  # fmt: skip
    return -total % 10


def test_isins_have_the_check_digit_of_the_standard() -> None:
    assert check_digit("US0378331005") == 5
    assert [isin for isin in TICKERS if check_digit(isin) != int(isin[-1])] == []
