"""Prices in pence become pounds where they come in, and dividends whichever they stand in."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from markets.bars import Bars, Priced
from markets.yahoo.answers import Answer, Raw, agrees, cleaned
from newsfolio import Asset, CommandError, Kind, Venue
from newsfolio.venue import UNITS, unit_of
from tests.support.price_files import read, rows_of, write

HOURS = time(8), time(16, 30)
PENCE = Asset("VOD.L", Venue("XLON", "GBP", *HOURS, unit="GBp"))
POUNDS = Asset("VOD.L", Venue("XLON", "GBP", *HOURS))


def share(folder: Path, paid: str, adjusted: tuple[str, str], asset: Asset = PENCE) -> Bars:
    """A share at 105.82 and 100.64, ex 4.5 pence of dividend on the second day, in a file."""
    first, second = adjusted
    write(
        folder,
        f"2024-06-05,105.00,106.00,104.50,105.82,{first},1000,0.0,0.0",
        f"2024-06-06,100.50,101.00,100.00,100.64,{second},2000,{paid},0.0",
        "2024-06-07,100.60,101.00,100.00,100.70,100.70,2000,0.0,0.0",
        ticker="VOD.L",
    )
    return read(folder, asset)


IN_POUNDS = [
    ("2024-06-05", 1.05, 1.06, 1.045, 1.0582, 1000.0, 0.0, 0.0),
    ("2024-06-06", 1.005, 1.01, 1.0, 1.0064, 2000.0, 0.045, 0.0),
    ("2024-06-07", 1.006, 1.01, 1.0, 100.70 / 100, 2000.0, 0.0, 0.0),
]
# 105.82 x (1 - 4.5 / 105.82) = 101.32
ADJUSTED = ("101.32", "100.64")


@pytest.mark.parametrize("paid", ["4.5", "0.045"], ids=["in pence", "in pounds"])
def test_a_file_in_pence_is_read_in_pounds(tmp_path: Path, paid: str) -> None:
    bars = share(tmp_path, paid, ADJUSTED)
    assert rows_of(bars) == IN_POUNDS
    assert bars.doubts == ()
    assert bars.notes[0] == "prices taken as pence, by its venue: 100 are one GBP"
    note = "1 row (first 2024-06-06) with a dividend in GBP already"
    assert (note in bars.notes) == (paid == "0.045")


@pytest.mark.parametrize(
    ("paid", "adjusted", "pounds"),
    [("0.045", "105.82", 0.045),  # 4.5 pence are 4 %, 0.045 pence none that a company pays
     ("4.5", "105.82", 0.045)],
)  # fmt: skip
def test_where_adj_close_is_silent_the_unit_is_doubted(
    tmp_path: Path, paid: str, adjusted: str, pounds: float
) -> None:
    bars = share(tmp_path, paid, (adjusted, "100.64"))
    assert bars.frame["dividend"].iloc[1] == pytest.approx(pounds, rel=1e-12)
    assert [doubt.told for doubt in bars.doubts] == [
        "a dividend on 1 row (first 2024-06-06) is not in Adj Close"
    ]


def test_a_sliver_that_adj_close_agrees_with_is_doubted(tmp_path: Path) -> None:
    """0.045 pence of 105.82: Yahoo takes pounds for pence at times, and adjusts for that."""
    bars = share(tmp_path, "0.045", ("105.775", "100.64"))
    assert bars.frame["dividend"].iloc[1] == pytest.approx(0.00045)
    assert ["perhaps in GBP, not in pence" in doubt.told for doubt in bars.doubts] == [True]


def test_a_venue_in_pounds_reads_pounds(tmp_path: Path) -> None:
    bars = share(tmp_path, "4.5", ADJUSTED, POUNDS)
    assert bars.frame["close"].tolist() == [105.82, 100.64, 100.70]
    assert not [note for note in bars.notes if "pence" in note]


def test_levels_stay_as_they_are(tmp_path: Path) -> None:
    write(tmp_path, "2024-06-05,1,1,1,8000,8000,0,0,0", ticker="^X")
    assert read(tmp_path, Asset("^X", PENCE.venue, Kind.INDEX)).frame["close"].tolist() == [8000]


def yahoo(currency: str, paid: float, adjusted: float, named: str = "") -> Answer:
    """The same share as Yahoo answers it; `named` is the currency that the dividend names."""
    days = pd.DatetimeIndex(["2024-06-05", "2024-06-06", "2024-06-07"], tz="Europe/London")
    close = np.array([105.82, 100.64, 100.70])
    prices = pd.DataFrame(
        {"Open": close, "High": close, "Low": close, "Close": close,
         "Adj Close": [adjusted, *close[1:]], "Volume": 1000.0, "Dividends": [0.0, paid, 0.0],
         "Stock Splits": 0.0},
        index=days,
    )  # fmt: skip
    event = {"date": int(days[1].timestamp()), "amount": paid, "currency": named}
    chart: dict[str, Any] = {
        "meta": {"currency": currency, "exchangeTimezoneName": "Europe/London"},
        "events": {"dividends": {"1": event}},
    }
    raw = Raw(prices, {"result": [chart]})
    return cleaned(raw, currency, date(2024, 6, 10), Priced.SPLITS)


@pytest.mark.parametrize(
    ("currency", "paid", "named"),
    [("GBp", 4.5, ""), ("GBp", 0.045, ""), ("GBp", 0.045, "GBP"), ("GBp", 4.5, "GBp"),
     ("ZAc", 0.045, "ZAR"), ("ILA", 4.5, "")],
)  # fmt: skip
def test_yahoos_answer_in_pence(currency: str, paid: float, named: str) -> None:
    answer = yahoo(currency, paid, 101.32, named)
    assert answer.frame["close"].tolist() == [1.0582, 1.0064, 100.70 / 100]
    assert answer.frame["dividend"].tolist() == pytest.approx([0.0, 0.045, 0.0], rel=1e-12)
    assert answer.currency == currency  # what the store compares with the next answer
    assert answer.doubts == ()
    assert answer.notes[0].startswith(f"Yahoo quotes it in {currency}, {unit_of(currency).name}: ")


def test_fils_are_thousandths() -> None:
    assert yahoo("KWF", 4.5, 101.32).frame["close"].iloc[0] == 0.10582


def test_yahoo_in_pounds_stays_in_pounds() -> None:
    answer = yahoo("GBP", 4.5, 101.32)
    assert answer.frame["close"].iloc[0] == 105.82
    assert answer.notes == ()


def test_a_dividend_in_a_foreign_currency_is_not_counted() -> None:
    answer = yahoo("GBp", 4.5, 101.32, "USD")
    assert answer.frame["dividend"].sum() == 0
    assert "the last 4.5 USD on 2024-06-06" in answer.doubts[0].told


def test_a_line_is_quoted_in_its_currency_or_a_part_of_it() -> None:
    assert agrees(PENCE, "GBp") and agrees(POUNDS, "GBp") and agrees(PENCE, "GBP")
    assert not agrees(PENCE, "USD")


def test_a_unit_of_another_currency_is_refused() -> None:
    with pytest.raises(CommandError, match=r"XLON: GBp is no unit of EUR\. Known: GBp \(GBP\)"):
        Venue("XLON", "EUR", *HOURS, unit="GBp")
    assert Venue("XLON", "EUR", *HOURS, unit="EUR").quoted.parts == 1
    assert {unit.parts for unit in UNITS.values()} == {100, 1000}
