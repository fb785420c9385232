"""The gate: planted defects are found, wild days are not, and blocking ones stop a run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtests import run
from markets.bars import Bars, Priced
from markets.quality.checks import compare, inspect_all
from markets.quality.findings import Finding, Severity
from markets.quality.gate import concerns, levels
from newsfolio import HONG_KONG, NEW_YORK, Asset, BrokenData, Fixed, Kind
from newsfolio.listings import asset_of
from tests.support.calm_lines import alarms, as_files, frame
from tests.support.shell import Shell


def test_a_calm_line_raises_no_alarm() -> None:
    assert alarms(frame()) == []


def tick(made: pd.DataFrame) -> pd.DataFrame:
    made.loc[made.index[150], ["close", "high"]] *= 1.4
    return made


def hundredfold(made: pd.DataFrame) -> pd.DataFrame:
    made.iloc[150:, :4] *= 100
    return made


def unsplit(made: pd.DataFrame) -> pd.DataFrame:
    made.iloc[:150, :4] *= 4
    return made


def stale(made: pd.DataFrame) -> pd.DataFrame:
    made.iloc[151:154, :5] = made.iloc[150, :5].to_numpy()
    return made


def hole(made: pd.DataFrame) -> pd.DataFrame:
    return made.drop(made.index[150:156])


def early(made: pd.DataFrame) -> pd.DataFrame:
    before = made.iloc[:2].copy()
    before.index = before.index - pd.Timedelta(days=28)
    return pd.concat([before, made])


@pytest.mark.parametrize(
    ("plant", "severity", "rule", "sentence"),
    [
        (tick, Severity.BLOCK, "bad tick", "stands between"),
        (hundredfold, Severity.BLOCK, "unit", "about a hundredfold"),
        (unsplit, Severity.BLOCK, "split", "like a split of 4 that nobody recorded"),
        (stale, Severity.DOUBT, "stale", "the same bar, volume and all, on 4 sessions"),
        (hole, Severity.DOUBT, "gap", "no bar on 6 sessions of XNYS, 6 in a row at most"),
        (early, Severity.DOUBT, "before its listing", "before its listing on 2020-01-02"),
    ],
)
def test_a_planted_defect_is_found_and_named(
    plant: Callable[[pd.DataFrame], pd.DataFrame], severity: Severity, rule: str, sentence: str
) -> None:
    (finding,) = [finding for finding in alarms(plant(frame())) if finding.rule == rule]
    assert finding.severity is severity
    assert sentence in finding.told
    assert finding.sentence.startswith("LINE: ")
    assert finding.days[0] in {day.date() for day in (*frame().index, *plant(frame()).index)}


def test_a_shock_that_was_traded_on_is_doubted_at_most() -> None:
    """A fifth lost at the close and regained by the next open, on five times the volume."""
    made = tick(frame())
    made.loc[made.index[150], "volume"] *= 5
    assert [(finding.rule, finding.severity) for finding in alarms(made)] == [
        ("bad tick", Severity.DOUBT)
    ]


def test_a_recorded_split_that_is_in_the_prices_raises_no_alarm() -> None:
    made = frame()
    made.loc[made.index[150], "split"] = 4.0
    assert alarms(made) == []


def test_a_halving_in_the_course_of_a_day_is_no_split() -> None:
    made = frame()
    made.iloc[150:, :4] *= 0.5
    made.loc[made.index[150], "open"] *= 1.9
    made.loc[made.index[150], "high"] *= 2.0
    assert [finding.rule for finding in alarms(made)] == []


def test_an_exchange_rate_has_rules_of_its_own() -> None:
    rate = Asset("CNY=X", NEW_YORK, Kind.CURRENCY)
    made = frame()
    made["close"] = 6.5 + (made["close"] / made["close"].iloc[0] - 1) / 50
    for name in ("open", "high", "low"):
        made[name] = made["close"]
    made["volume"] = 0.0
    made.loc[made.index[100], ["close", "low"]] *= 0.95
    made = made.drop(made.index[200:210])
    rules = {finding.rule: finding for finding in alarms(made, rate, Priced.LEVEL)}
    assert set(rules) == {"bad tick", "rate gap"}
    assert rules["bad tick"].severity is Severity.BLOCK


def test_two_lines_of_one_company_drift_apart_where_dividends_are_missing() -> None:
    adr, home = Asset("ADR", NEW_YORK), Asset("0001.HK", HONG_KONG, stand_in=("ADR",))
    made = frame(count=700)
    paid = made.copy()
    paid.loc[paid.index[[200, 400, 600]], "dividend"] = 1.5
    paying = Bars("ADR", paid, Priced.SPLITS)
    lines = {"0001.HK": (home, Bars("0001.HK", made, Priced.DIVIDENDS)), "ADR": (adr, paying)}
    (finding,) = [finding for finding in inspect_all(lines) if finding.rule == "dividends"]
    assert finding.ticker == "0001.HK"
    assert "ADR has them as events" in finding.remedy
    lines["0001.HK"] = (home, dataclasses.replace(paying, ticker="0001.HK"))
    assert not [finding for finding in inspect_all(lines) if finding.rule == "dividends"]


def test_a_second_source_finds_what_no_rule_can() -> None:
    """Closes that are a tenth of a percent off, as those of an index on two days of the folder."""
    right, wrong = frame(), frame()
    wrong.loc[wrong.index[[10, 200]], "close"] *= 1.001
    two = [Bars("LINE", made, Priced.LEVEL) for made in (wrong, right)]
    (finding,) = compare(*two)
    assert (finding.rule, finding.count, finding.days[0]) == (
        "second source",
        2,
        wrong.index[10].date(),
    )
    assert list(compare(two[1], two[1])) == []
    other = Bars("LINE", right.assign(close=right["close"] * 0.97), Priced.LEVEL)
    assert [finding.rule for finding in compare(two[1], other)] == ["another basis"]


def test_a_finding_counts_where_it_touches_the_run() -> None:
    finding = Finding(Severity.BLOCK, "X", "r", "t", "m", (date(2015, 1, 5),), 1)
    assert not concerns(finding, date(2020, 1, 1), date(2021, 1, 1))
    assert concerns(finding, date(2014, 1, 1), date(2021, 1, 1))
    assert not concerns(finding, date(2010, 1, 1), date(2014, 1, 1))


def test_a_price_index_beside_lines_that_pay_is_doubted() -> None:
    level = Bars("^GSPC", frame(), Priced.LEVEL)
    (finding,) = levels({"^GSPC": level}, {"SPY"})
    assert finding.rule == "price index"
    assert levels({"SPY": Bars("SPY", frame(), Priced.SPLITS)}, {"SPY"}) == ()


def test_a_run_stops_at_a_blocking_defect_and_names_the_remedy(tmp_path: Path) -> None:
    held = Fixed(mix=((1.0, "AAPL"),))
    with pytest.raises(BrokenData, match=r"AAPL: the close of .* add a correction"):
        run(held, data=str(as_files(tmp_path, AAPL=tick(frame()))), ledger=tmp_path / "l.sqlite",
            engine="kernel", start="2020-06-01")  # fmt: skip


def test_a_correction_lets_it_run_and_stands_in_the_notes(tmp_path: Path) -> None:
    made = tick(frame())
    day, true = made.index[150], frame()["close"].iloc[150]
    prices = as_files(tmp_path, AAPL=made)
    (prices / "corrections.csv").write_text(
        f"ticker,day,what,value,of,reason\nAAPL,{day:%Y-%m-%d},close,{true},,a bad tick\n"
    )
    result = run(Fixed(mix=((1.0, "AAPL"),)), data=str(prices), ledger=tmp_path / "l.sqlite",
                 engine="kernel", start="2020-06-01")  # fmt: skip
    assert any("corrected" in note and "a bad tick" in note for note in result.manifest["notes"])
    assert result.equity.pct_change().abs().max() < 0.06


def test_the_folder_as_it_is_raises_only_what_is_wrong_with_it(prices: Path) -> None:
    from markets.folder.source import FolderSource

    lines = {}
    for path in sorted(prices.glob("*.csv")):
        asset = asset_of(path.stem)
        lines[path.stem] = (asset, FolderSource(prices).load([asset])[path.stem])
    alarms = {
        (finding.ticker, finding.rule)
        for finding in inspect_all(lines)
        if finding.severity > Severity.NOTE
    }
    assert alarms == {("CNY=X", "bad tick"), ("9988.HK", "dividends"), ("9618.HK", "dividends"),
                      ("9999.HK", "dividends"), ("0763.HK", "halt"),
                      ("0763.HK", "no trade")}  # fmt: skip
    noted = {(finding.ticker, finding.rule) for finding in inspect_all(lines)}
    assert {("600519.SS", "late start"), ("0700.HK", "closed day"), ("0700.HK", "flat day"),
            ("HKD=X", "outside its range")} <= noted  # fmt: skip


def test_wrong_closes_of_indices_are_found_by_a_second_source(prices: Path) -> None:
    """The valuation files carry the index closes of another vendor."""
    from markets.folder.source import FolderSource

    for ticker, name, days in (
        ("^HSI", "HSI", {"2023-08-25", "2024-07-25"}),
        ("000300.SS", "000300", {"2023-08-25"}),
    ):
        bars = FolderSource(prices).load([asset_of(ticker)])[ticker]
        table = pd.read_csv(prices.parent / "fundamentals" / f"index_valuation_{name}.csv")
        table = table.dropna(subset=["Close"])
        second = pd.Series(table["Close"].to_numpy(), index=pd.to_datetime(table["Date"]))
        both = second.index.intersection(bars.frame.index)
        other = bars.frame.loc[both].assign(close=second.loc[both])
        blank = other.assign(open=np.nan, high=np.nan, low=np.nan)
        (finding,) = compare(bars, Bars(ticker, blank.rename_axis("session"), Priced.LEVEL))
        assert finding.rule == "second source"
        assert days <= {day.isoformat() for day in finding.days}


def test_data_check_is_a_command(shell: Shell, tmp_path: Path) -> None:
    prices = as_files(tmp_path, AAPL=tick(frame()))
    answer = shell("data", "check", "AAPL", "--data", str(prices))
    assert answer.code == 1
    assert "bad tick" in answer.out or "stands between" in answer.out
