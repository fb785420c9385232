"""Corrections: rows of a file that alter bars as they are read, and nothing else."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import backtrader as bt
import pandas as pd
import pytest

from backtests import run
from backtests.records.result import Result
from markets.bars import COLUMNS, Bars, Doubt, Priced
from markets.corrections import DISTRIBUTIONS, Corrected, Correction, corrected, read_corrections
from markets.folder.source import FolderSource
from markets.quality.checks import inspect
from markets.quality.findings import Finding, Severity
from markets.snapshot import Snapshot
from markets.store.parquet import StoredBars
from markets.store.price_store import Store
from markets.store.snapshots import SnapshotSource, keep
from newsfolio import BrokenData, Delisting, Fixed, at_start
from newsfolio.listings import asset_of
from tests.support.calm_lines import LINE, as_files, frame
from tests.support.small_runs import flat_prices

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
    bars = corrected(SPY, [row("close", 12.5)], {})
    assert bars.frame.loc["2022-01-19", "close"] == 12.5
    assert bars.frame.loc["2022-01-19", ["high", "low"]].isna().all()
    assert bars.frame.drop(index=pd.Timestamp("2022-01-19")).equals(
        SPY.frame.drop(index=pd.Timestamp("2022-01-19"))
    )
    assert bars.notes == ("corrected, 2022-01-19: close taken as 12.5 (we looked)",)
    assert SPY.frame.loc["2022-01-19", "close"] == 12.0


def test_a_row_is_dropped_and_a_dividend_added() -> None:
    bars = corrected(SPY, [row("drop", 0), row("dividend", 0.5, "2022-01-20")], {})
    assert pd.Timestamp("2022-01-19") not in bars.frame.index
    assert bars.frame.loc["2022-01-20", "dividend"] == 0.5


def test_a_distribution_in_kind_is_worth_the_other_lines_close_before() -> None:
    other = line("JD", 100, 110, 120, 130, 140, 150)
    bars = corrected(SPY, [row("in-kind", 0.05, "2022-01-20", "JD")], {"JD": other})
    assert bars.frame.loc["2022-01-20", "dividend"] == pytest.approx(0.05 * 120)
    assert "0.05 JD distributed in kind for each share" in bars.notes[0]
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


def test_a_company_that_first_trades_on_the_ex_date_is_worth_its_first_open() -> None:
    born = line("NEW", 40, 42, 41, 43, 44, 45)
    born = dataclasses.replace(born, frame=born.frame.iloc[2:].assign(open=39.5))
    bars = corrected(SPY, [row("in-kind", 0.5, "2022-01-19", "NEW")], {"NEW": born})
    assert bars.frame.loc["2022-01-19", "dividend"] == pytest.approx(0.5 * 39.5)
    assert bars.doubts == ()
    late = dataclasses.replace(born, frame=born.frame.iloc[1:])
    (doubt,) = corrected(SPY, [row("in-kind", 0.5, "2022-01-19", "NEW")], {"NEW": late}).doubts
    assert "not credited" in doubt.told
    assert doubt.days == (date(2022, 1, 19),)


def test_a_jump_that_is_said_to_be_genuine_is_a_note_with_the_reason() -> None:
    made = frame()
    made.iloc[:150, :4] *= 4.0
    bars = Bars("LINE", made, Priced.SPLITS)
    day = made.index[150].date()
    (stopped,) = found_in(bars)
    assert stopped.severity is Severity.BLOCK
    genuine = Correction("LINE", day, "genuine", 0.0, "", "the lock-up ended")
    answered = corrected(bars, [genuine], {})
    (finding,) = found_in(answered)
    assert finding.severity is Severity.NOTE
    assert finding.remedy == "Genuine, by corrections.csv: the lock-up ended."
    assert answered.notes == (f"corrected, {day}: the jump is genuine (the lock-up ended)",)
    other = dataclasses.replace(genuine, day=made.index[149].date())
    assert found_in(corrected(bars, [other], {}))[0].severity is Severity.BLOCK


def found_in(bars: Bars) -> list[Finding]:
    return [finding for finding in inspect(LINE, bars) if finding.rule == "split"]


def test_a_corrected_dividend_answers_the_doubt_about_it() -> None:
    days = (date(2022, 1, 19), date(2022, 1, 20))
    doubted = dataclasses.replace(SPY, doubts=(Doubt("amounts", days),))
    settled = corrected(doubted, [row("dividend", 0.8)], {})
    assert settled.doubts == doubted.doubts, "the other day is still doubted"
    both = corrected(doubted, [row("dividend", 0.8), row("dividend", 0.8, "2022-01-20")], {})
    assert both.doubts == ()


def test_a_line_ends_in_cash_in_shares_of_another_or_in_both() -> None:
    other = line("BUYER", 20, 21, 22, 23, 24, 25)
    cash = corrected(SPY, [row("liquidation", 31.0, "2022-01-21")], {})
    assert cash.delisted == Delisting(date(2022, 1, 20), 31.0)
    assert cash.last == date(2022, 1, 20)
    rows = [row("merger", 0.5, "2022-01-21", "BUYER"), row("liquidation", 1.25, "2022-01-21")]
    both = corrected(SPY, rows, {"BUYER": other})
    assert both.delisted == Delisting(date(2022, 1, 20), 0.5 * 23 + 1.25)
    assert "merged into BUYER, 0.5 of it for each share" in both.notes[1]
    assert both.digest() != cash.digest() != SPY.digest()
    with pytest.raises(BrokenData, match="no close shortly before"):
        corrected(SPY, rows, {})


def test_a_run_is_paid_for_a_line_that_ends(tmp_path: Path) -> None:
    """Bought at 90.51 and merged into half a share at 100 and 3 in cash: 53."""
    made = frame(count=400)
    prices = as_files(tmp_path, AAPL=made, MSFT=made.assign(open=100.0, close=100.0, high=100.0,
                                                            low=100.0))  # fmt: skip
    gone = made.index[200].date()
    (prices / "corrections.csv").write_text(
        HEADER + f"AAPL,{gone},merger,0.5,MSFT,merged\nAAPL,{gone},liquidation,3,,cash in lieu\n"
    )
    held = Fixed(mix=((0.5, "AAPL"), (0.5, "MSFT")), schedule=at_start)
    result = run(held, data=str(prices), ledger=tmp_path / "l.sqlite", engine="kernel",
                 start="2020-06-01", costs="none", lots="fractional", verdict=False)  # fmt: skip
    bought = {fill.asset: fill for fill in result.fills.itertuples()}
    units = {ticker: fill.quantity for ticker, fill in bought.items()}
    paid = sum(fill.quantity * fill.price for fill in bought.values())
    right = 1_000_000 - paid + units["AAPL"] * 53.0 + units["MSFT"] * 100.0
    assert float(result.equity.iloc[-1]) == pytest.approx(right, rel=1e-9)


TWENTY = "2024-03-01"
"""The first of twenty sessions of New York without a holiday."""


def paid_out(folder: Path, what: object, last: str, **settings: object) -> Result:
    """A line at 30 to a last bar, liquidated for 31 on Monday the 18th; AAPL at 10 to the 28th."""
    prices = flat_prices(folder / "prices", AAPL=10.0)
    flat_prices(prices, last=last, GONE=30.0)
    (prices / "corrections.csv").write_text(HEADER + "GONE,2024-03-18,liquidation,31,,bought\n")
    return run(what, data=str(prices), ledger=folder / "l.sqlite", costs="none", verdict=False,
               start=TWENTY, **settings)  # type: ignore[arg-type]  # fmt: skip


ALONE = Fixed(mix=((1.0, "GONE"),), schedule=at_start)
RIGHT = 1_000_000 + 33_333 * (31 - 30)
"""33,333 shares bought at 30, a dollar gained on each."""


@pytest.mark.parametrize("engine", ["kernel", "backtrader"])
@pytest.mark.parametrize("more", [{}, {"end": "2024-03-28"}, {"benchmark": "AAPL"}], ids=str)
def test_a_line_that_no_other_outlives_is_paid(
    tmp_path: Path, engine: str, more: dict[str, str]
) -> None:
    result = paid_out(tmp_path, ALONE, "2024-03-15", engine=engine, **more)
    assert f"{result.equity.index[-1]:%Y-%m-%d}" == "2024-03-18"
    assert result.equity.iloc[-1] == RIGHT
    assert result.cash[["session", "why"]].astype(str).to_numpy().tolist() == [
        ["2024-03-18", "delisting"]
    ]


def test_a_line_that_was_halted_before_it_ended_is_paid_on_the_day_and_not_before(
    tmp_path: Path,
) -> None:
    both = Fixed(mix=((0.6, "GONE"), (0.4, "AAPL")), schedule=at_start)
    result = paid_out(tmp_path, both, "2024-03-08")
    assert result.cash["session"].astype(str).tolist() == ["2024-03-18"]
    assert result.equity["2024-03-15"] == 1_000_000
    assert result.equity["2024-03-18"] == 1_000_000 + 20_000


@pytest.mark.parametrize(("last", "end"), [("2024-03-15", "2024-03-15"), ("2024-03-08", None)])
def test_what_is_paid_after_the_run_is_outstanding_and_named(
    tmp_path: Path, last: str, end: str | None
) -> None:
    """Of the second nothing tells that its day has come: its prices end a week before."""
    result = paid_out(tmp_path, ALONE, last, end=end)
    assert result.equity.iloc[-1] == 1_000_000
    assert result.cash.empty
    note = "GONE: what it pays on 2024-03-18, after the run, is outstanding and not counted"
    assert note in result.manifest["notes"]


def test_a_plain_strategy_is_paid_after_the_last_bar_too(tmp_path: Path) -> None:
    class Holds(bt.Strategy):
        universe = ("GONE",)

        def next(self) -> None:
            if not self.position and not len(self.broker.pending):
                self.buy(size=1_000)

    result = paid_out(tmp_path, Holds, "2024-03-15")
    assert result.equity.iloc[-1] == 1_000_000 + 1_000


def test_a_snapshot_remembers_what_was_said(tmp_path: Path) -> None:
    store = Store(tmp_path)
    bars = dataclasses.replace(SPY, doubts=(Doubt("odd", (date(2022, 1, 19),)),))
    store.write(StoredBars(bars, date(2022, 2, 1), "yahoo", "USD"))
    rows = [row("genuine", 0.0), row("liquidation", 31.0, "2022-01-21"), row("close", 12.5)]
    read = Snapshot({"SPY": corrected(bars, rows, {})})
    keep(store, read, "yahoo")
    again = SnapshotSource(store, read.id).load([asset_of("SPY")])
    assert again.id == read.id
    for name in ("doubts", "genuine", "delisted", "notes"):
        assert getattr(again["SPY"], name) == getattr(read["SPY"], name)
    assert again["SPY"].genuine == ((date(2022, 1, 19), "we looked"),)
