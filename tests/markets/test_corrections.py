"""Corrections: rows of a file that alter bars as they are read, and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from markets.bars import COLUMNS, Bars, Priced
from markets.corrections import DISTRIBUTIONS, Corrected, Correction, corrected, read_corrections
from markets.folder.source import FolderSource
from newsfolio import BrokenData
from newsfolio.listings import asset_of

DAYS = pd.bdate_range("2022-01-17", periods=6, name="session")
HEADER = "ticker,day,what,value,of,reason\n"


def line(ticker: str, *closes: float, simulated: bool = False) -> Bars:
    made = pd.DataFrame({name: list(closes) for name in COLUMNS[:4]}, index=DAYS)
    made = made.assign(volume=100.0, dividend=0.0, split=0.0).astype("float64")
    return Bars(ticker, made, Priced.SPLITS, simulated=simulated)


SPY = line("SPY", 10, 11, 12, 13, 14, 15)


def row(what: str, value: float, day: str = "2022-01-19", of: str = "") -> Correction:
    return Correction("SPY", date.fromisoformat(day), what, value, of, "we looked")


def test_a_price_is_replaced_and_a_range_that_contradicts_it_becomes_unknown() -> None:
    found = corrected(SPY, [row("close", 12.5)], {})
    assert found.frame.loc["2022-01-19", "close"] == 12.5
    assert found.frame.loc["2022-01-19", ["high", "low"]].isna().all()
    assert found.frame.drop(index=pd.Timestamp("2022-01-19")).equals(
        SPY.frame.drop(index=pd.Timestamp("2022-01-19"))
    )
    assert found.notes == ("corrected, 2022-01-19: close taken as 12.5 (we looked)",)
    assert SPY.frame.loc["2022-01-19", "close"] == 12.0


def test_a_row_is_dropped_and_a_dividend_added() -> None:
    found = corrected(SPY, [row("drop", 0), row("dividend", 0.5, "2022-01-20")], {})
    assert pd.Timestamp("2022-01-19") not in found.frame.index
    assert found.frame.loc["2022-01-20", "dividend"] == 0.5


def test_a_distribution_in_kind_is_worth_the_other_lines_close_before() -> None:
    other = line("JD", 100, 110, 120, 130, 140, 150)
    found = corrected(SPY, [row("in-kind", 0.05, "2022-01-20", "JD")], {"JD": other})
    assert found.frame.loc["2022-01-20", "dividend"] == pytest.approx(0.05 * 120)
    assert "0.05 JD distributed in kind for each share" in found.notes[0]
    (note,) = corrected(SPY, [row("in-kind", 0.05, "2022-01-20", "JD")], {}).notes
    assert "not credited, for there is no close of JD shortly before" in note


def test_a_correction_without_a_bar_is_refused_inside_and_ignored_outside_the_history() -> None:
    with pytest.raises(BrokenData, match=r"SPY: a correction for 2022-01-22 .* no bar on that day"):
        corrected(SPY, [row("close", 1.0, "2022-01-22")], {})
    assert corrected(SPY, [row("close", 1.0, "2021-01-04")], {}).notes == ()


def test_made_up_prices_are_left_alone() -> None:
    made = line("SPY", 10, 11, 12, 13, 14, 15, simulated=True)
    assert corrected(made, [row("close", 1.0)], {}) is made


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ticker,day\n", "the header must be ticker,day,what,value,of,reason"),
        (
            HEADER + "SPY,2022-01-19,close,12,,\n",
            "a correction needs a ticker and a reason",
        ),
        (HEADER + "SPY,19/01/2022,close,12,,x\n", "'19/01/2022' is not a day"),
        (HEADER + "SPY,2022-01-19,price,12,,x\n", "what='price': write one of open, high"),
        (HEADER + "SPY,2022-01-19,close,twelve,,x\n", "'twelve' is not a number"),
        (HEADER + "SPY,2022-01-19,close,-1,,x\n", "close cannot be -1"),
        (HEADER + "SPY,2022-01-19,close,inf,,x\n", "close cannot be inf"),
        (HEADER + "SPY,2022-01-19,in-kind,0.1,,x\n", "`of` names the line"),
        (HEADER + "SPY,2022-01-19,close,12,JD,x\n", "`of` names the line"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BrokenData) as caught:
        read_corrections(path)
    assert message in str(caught.value)


def test_no_file_means_no_corrections(tmp_path: Path) -> None:
    assert read_corrections(tmp_path / "corrections.csv") == ()


def test_tencents_two_distributions_are_worth_what_the_facts_say(prices: Path) -> None:
    """About three and four to five percent of its price; no vendor has them."""
    source = Corrected(FolderSource(prices), DISTRIBUTIONS)
    (bars,) = source.load([asset_of("0700.HK")]).values()
    before = bars.frame["close"].shift(1)
    paid = bars.frame["dividend"]
    yields = (paid / before)[paid > 0]
    assert list(yields.index) == [pd.Timestamp("2022-01-20"), pd.Timestamp("2023-01-05")]
    assert yields.iloc[0] == pytest.approx(0.03, abs=0.005)
    assert 0.04 <= yields.iloc[1] <= 0.055
    assert sum("in kind" in note for note in bars.notes) == 2
