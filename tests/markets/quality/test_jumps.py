"""Jumps: splits of any ratio, halts, real shocks, price limits; each by a planted one."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from backtests import run
from markets.quality.findings import Severity
from newsfolio import Asset, BrokenData, Delisting, Strategy, Venue, View, at_start
from newsfolio.assets import MAINLAND, NEW_YORK
from tests.support.calm_lines import LINE, alarms, as_files, bare, frame

AT = 150
PRICES = ["open", "high", "low", "close"]


def stepped(ratio: float, recorded: float = 0.0, shift: int = 0) -> pd.DataFrame:
    """A split of this ratio that is not in the prices before it."""
    made = frame()
    made.loc[made.index[:AT], PRICES] *= ratio
    made.loc[made.index[AT + shift], "split"] = recorded
    return made


RATIOS = [7.0, 1.5, 1.25, 1.2, 2.0, 40.0, 100.0, 1 / 12, 1 / 40, 2 / 3]


@pytest.mark.parametrize("ratio", RATIOS)
def test_a_recorded_split_of_any_ratio_that_is_not_in_the_prices_blocks(ratio: float) -> None:
    (finding,) = alarms(stepped(ratio, recorded=ratio))
    assert (finding.severity, finding.rule) == (Severity.BLOCK, "split")
    assert f"like a split of {ratio:g}, which is recorded but not adjusted for" in finding.told
    assert finding.days == (frame().index[AT].date(),)


@pytest.mark.parametrize("ratio", RATIOS)
def test_a_recorded_split_of_any_ratio_that_is_in_the_prices_is_none(ratio: float) -> None:
    made = frame()
    made.loc[made.index[AT], "split"] = ratio
    assert alarms(made) == []


def test_a_split_recorded_two_sessions_late_is_recognised() -> None:
    (finding,) = alarms(stepped(1.25, recorded=1.25, shift=2))
    assert finding.severity is Severity.BLOCK
    assert f"is recorded on {frame().index[AT + 2]:%Y-%m-%d} but not adjusted for" in finding.told


def test_a_stock_dividend_of_five_percent_is_only_doubted() -> None:
    (finding,) = alarms(stepped(1.05, recorded=1.05))
    assert finding.severity is Severity.DOUBT


@pytest.mark.parametrize("ratio", [1.5, 2.0, 2.5, 3.0, 7.0, 1 / 2, 1 / 12, 1 / 40])
def test_a_split_that_nobody_recorded_blocks_from_three_for_two_on(ratio: float) -> None:
    (finding,) = alarms(stepped(ratio))
    assert (finding.severity, finding.rule) == (Severity.BLOCK, "split")
    assert f"like a split of {max(ratio, 1 / ratio):g} that nobody recorded" in finding.told
    assert "genuine" in finding.remedy


@pytest.mark.parametrize("ratio", [1.2, 1.25, 1.3, 1.4])
def test_a_bonus_issue_that_nobody_recorded_is_doubted(ratio: float) -> None:
    (finding,) = alarms(stepped(ratio))
    assert (finding.severity, finding.rule) == (Severity.DOUBT, "split")


def test_a_special_dividend_of_half_the_price_is_no_split() -> None:
    """60 paid on a share of 120: the price halves, and nothing is wrong."""
    made = stepped(2.0)
    made.loc[made.index[AT], "dividend"] = made["close"].iloc[AT - 1] / 2
    assert alarms(made) == []


def test_a_shock_on_ten_times_the_volume_is_real() -> None:
    """-52 % on ten times the volume: a split of 2.08 would have brought twice the volume."""
    made = stepped(1 / 0.48)
    made.loc[made.index[AT], "volume"] *= 10
    assert alarms(made) == []
    made.loc[made.index[AT], "volume"] /= 5
    assert [finding.rule for finding in alarms(made)] == ["split"]


def test_a_jump_of_seven_times_on_five_times_the_volume_is_a_split() -> None:
    """News that divides a price by seven trades twenty to a hundred times as much."""
    made = stepped(7.0)
    made.loc[made.index[AT], "volume"] *= 7 * 6
    assert [finding.rule for finding in alarms(made)] == ["split"]
    made.loc[made.index[AT], "volume"] *= 2
    assert alarms(made) == []


@pytest.mark.parametrize(("ratio", "rules"), [(7.0, ["split"]), (1.5, [])])
def test_a_large_split_may_follow_a_lively_day(ratio: float, rules: list[str]) -> None:
    """The day before rose by a fifth between open and close."""
    made = stepped(ratio)
    made.iloc[: AT - 1, :4] /= 1.2
    made.loc[made.index[AT - 1], ["open", "low"]] /= 1.2
    assert [finding.rule for finding in alarms(made)] == rules


def test_a_wide_day_is_a_realholder() -> None:
    made = stepped(1.3)
    made.loc[made.index[AT], "low"] *= 0.85
    assert alarms(made) == []


def idle(made: pd.DataFrame, sessions: int) -> pd.DataFrame:
    rows = made.index[AT - sessions : AT]
    made.loc[rows, PRICES] = made["close"].iloc[AT - sessions - 1]
    made.loc[rows, "volume"] = 0.0
    return made


def test_a_jump_at_the_first_trade_after_a_halt_is_a_doubt() -> None:
    """+372 % after ten rows without a trade, and the same where the rows are missing."""
    (finding,) = alarms(idle(stepped(1 / 4.72), 10))
    assert (finding.severity, finding.rule) == (Severity.DOUBT, "halt")
    made = stepped(1 / 4.72).drop(index=frame().index[AT - 10 : AT])
    assert {(finding.rule, finding.severity) for finding in alarms(made)} == {
        ("halt", Severity.DOUBT), ("gap", Severity.DOUBT),
    }  # fmt: skip


def test_a_long_gap_and_another_price_are_two_securities_unless_a_listing_spans_it() -> None:
    made = stepped(15.0).drop(index=frame().index[AT - 61 : AT])
    stranger = dataclasses.replace(LINE, listed=None)
    (finding,) = [
        finding for finding in alarms(made, stranger) if finding.severity is Severity.BLOCK
    ]
    assert finding.rule == "another security"
    assert "after 61 sessions without a bar" in finding.told
    assert "listed=date(...)" in finding.remedy
    assert {finding.severity for finding in alarms(made, LINE)} == {Severity.DOUBT}
    shorter = stepped(15.0).drop(index=frame().index[AT - 60 : AT])
    assert {finding.severity for finding in alarms(shorter, stranger)} == {Severity.DOUBT}
    lower = stepped(2.4).drop(index=frame().index[AT - 61 : AT])
    assert {finding.severity for finding in alarms(lower, stranger)} == {Severity.DOUBT}


def test_a_fall_before_a_declared_delisting_does_not_stop_a_run() -> None:
    made = stepped(5.0).iloc[: AT + 6]
    (finding,) = alarms(made)
    assert finding.severity is Severity.BLOCK
    gone = dataclasses.replace(LINE, delisted=Delisting(made.index[-1].date(), 0.0))
    (finding,) = alarms(made, gone)
    assert finding.severity is Severity.DOUBT


def test_a_move_beyond_the_price_limit_cannot_have_traded() -> None:
    line = Asset("600001.SS", MAINLAND)
    made = frame(line)
    made.loc[made.index[:AT], PRICES] *= 1.17
    made.loc[made.index[AT], "low"] *= 0.9

    def tenth(asset: Asset, day: date) -> float | None:
        return 0.1 if asset is line and day > date(2020, 6, 1) else None

    assert alarms(made, line, limit=lambda asset, day: None) == []
    (finding,) = alarms(made, line)
    assert (finding.severity, finding.rule) == (Severity.BLOCK, "price limit")
    (finding,) = alarms(made, line, limit=tenth)
    assert (finding.severity, finding.rule) == (Severity.BLOCK, "price limit")
    assert "where 10 % a day is the limit" in finding.told
    made.loc[made.index[AT], "dividend"] = made["close"].iloc[AT - 1] - made["close"].iloc[AT]
    assert alarms(made, line, limit=tenth) == []


@pytest.mark.parametrize(("wide", "doubts"), [(1.0, []), (1.002, ["split"])])
def test_a_line_locked_at_its_limit_of_a_fifth_is_no_split(wide: float, doubts: list[str]) -> None:
    """ChiNext, +20 % and not one other price all day; a day that moved is doubted as before."""
    made = stepped(1 / 1.2)
    made.loc[made.index[AT], PRICES] = made["close"].iloc[AT - 1] * 1.2
    made.loc[made.index[AT], "high"] *= wide
    findings = alarms(made, limit=lambda asset, day: 0.2)
    assert [finding.rule for finding in findings if finding.severity > Severity.NOTE] == doubts


def test_rows_of_another_security_are_not_judged() -> None:
    made = stepped(15.0)
    (day,) = made.index[[AT]]
    own = dataclasses.replace(LINE, listed=day.date())
    assert [finding.rule for finding in alarms(made, own)] == ["before its listing"]


def test_weekend_rows_are_not_judged_but_what_they_pay_is() -> None:
    """Half the price is paid on a Saturday; the run pays it on Monday, where the price falls."""
    made = frame()
    monday = next(at for at in range(AT, AT + 6) if made.index[at].day_of_week == 0)
    made.loc[made.index[:monday], PRICES] *= 2.0
    saturday = made.iloc[[monday - 1]].copy()
    saturday.index = saturday.index + pd.Timedelta(days=1)
    saturday["dividend"] = made["close"].iloc[monday - 1] / 2
    assert alarms(pd.concat([made, saturday]).sort_index()) == []


# A run


LSE = Venue("XLON", "GBP", NEW_YORK.opens, NEW_YORK.closes, country="United Kingdom")


def holder(line: Asset) -> Strategy:
    """All of one line, as the universe declares it."""

    class Holder(Strategy):
        universe = (line,)
        rebalance = at_start

        def weights(self, view: View) -> dict[str, float]:
            return {line.ticker: 1.0}

    return Holder()


def test_a_line_is_judged_as_it_is_declared(tmp_path: Path) -> None:
    """A line of London, which no suffix names, and one that begins with a listing of its own."""
    declared = Asset("VOD.L", LSE)
    prices = as_files(tmp_path, **{"VOD.L": frame(declared)})
    result = run(holder(declared), data=str(prices), ledger=tmp_path / "l.sqlite", engine="kernel",
                 currency="GBP", costs="none", verdict=False)  # fmt: skip
    assert len(result.fills)
    made = frame(count=400)
    made.loc[made.index[:100], PRICES] *= 15.0
    prices = as_files(tmp_path, OWNX=made)
    listed = Asset("OWNX", NEW_YORK, listed=made.index[100].date())
    result = run(holder(listed), data=str(prices), ledger=tmp_path / "l.sqlite", engine="kernel",
                 costs="none", verdict=False)  # fmt: skip
    assert [finding["rule"] for finding in result.manifest["findings"]] == ["before its listing"]
    with pytest.raises(BrokenData, match="like a split of 15 that nobody recorded"):
        run(holder(Asset("OWNX", NEW_YORK)), data=str(prices), ledger=tmp_path / "l.sqlite",
            engine="kernel", costs="none", verdict=False)  # fmt: skip


@pytest.mark.parametrize(
    "ratio, expected",
    [(2.0, [Severity.BLOCK]), (1 / 10, [Severity.BLOCK]), (1.56, [Severity.DOUBT]),
     (1 / 1.6, [Severity.DOUBT]), (1.4, []), (1.2, [])],
)  # fmt: skip
def test_closes_alone_tell_no_more_of_a_jump_than_its_size(
    ratio: float, expected: list[Severity]
) -> None:
    """Nothing shows whether it was traded on: what is no ratio of splits may be news, as when a
    share rose by 56 % in New York on 2022-03-16."""
    assert [finding.severity for finding in alarms(bare(stepped(ratio)))] == expected


def test_closes_alone_that_jump_on_many_times_the_usual_volume_are_news() -> None:
    made = stepped(2.0)
    volume = made["volume"].copy()
    volume.iloc[AT] *= 5
    assert alarms(bare(made, volume)) == []


def test_of_a_line_without_opens_ratios_of_splits_alone_count() -> None:
    """A real line of New York whose file has nothing but adjusted closes rose by half on news."""
    unknown = bare(stepped(1 / 1.6)).assign(open=float("nan"))
    assert alarms(unknown) == []
    (finding,) = alarms(bare(stepped(2.0)).assign(open=float("nan")))
    assert finding.severity is Severity.BLOCK
