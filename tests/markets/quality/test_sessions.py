"""Bars against their calendar: shares, not counts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from markets.bars import Bars, Priced
from markets.folder.source import FolderSource
from markets.open import open_source
from markets.quality.checks import inspect
from markets.quality.findings import Severity
from newsfolio import Asset, BrokenData, Kind
from newsfolio.assets import HONG_KONG, NEW_YORK
from tests.support.calm_lines import LINE, alarms, as_files, frame


def padded(made: pd.DataFrame, saturdays: int) -> pd.DataFrame:
    """Fridays again on the Saturdays after them."""
    fridays = made[made.index.day_of_week == 4].iloc[:saturdays]
    again = fridays.assign(volume=0.0).set_axis(fridays.index + pd.Timedelta(days=1))
    return pd.concat([made, again]).sort_index().rename_axis("session")


def test_a_file_shifted_by_a_day_stops_a_run() -> None:
    """Midnight in Hong Kong, turned to UTC and cut to a date: Mondays stand on Sundays."""
    line = Asset("0001.HK", HONG_KONG)
    made = frame(line, count=243)
    early = made.set_axis(made.index - pd.Timedelta(days=1)).rename_axis("session")
    (finding,) = [finding for finding in alarms(early, line) if finding.severity is Severity.BLOCK]
    sundays = int((early.index.day_of_week == 6).sum())
    assert finding.rule == "closed day"
    assert f"{finding.count} of 243 rows" in finding.told
    assert f"{sundays} of them on weekends" in finding.told
    assert finding.count > sundays > 40


def test_few_rows_on_closed_days_are_a_note() -> None:
    """12 of 312 rows; 5 % would be 16."""
    bars = Bars("LINE", padded(frame(), 12), Priced.SPLITS)
    (finding,) = inspect(LINE, bars)
    assert (finding.severity, finding.rule, finding.count) == (Severity.NOTE, "closed day", 12)
    assert finding.remedy.startswith("No order fills there unless another line of the venue traded")
    (finding,) = alarms(padded(frame(), 20))
    assert (finding.severity, finding.count) == (Severity.BLOCK, 20)


def test_a_year_of_wrong_dates_is_not_diluted_by_good_ones() -> None:
    made = frame(count=1500)
    cut = made.index.year == 2024
    late = made[cut].set_axis(made[cut].index + pd.Timedelta(days=1))
    (finding,) = [
        finding for finding in alarms(pd.concat([made[~cut & (made.index.year < 2024)], late]))
        if finding.severity is Severity.BLOCK
    ]  # fmt: skip
    assert finding.days[0].year == 2024
    assert finding.count / 1500 < 0.05


@pytest.mark.parametrize("kind", [Kind.INDEX, Kind.CURRENCY])
def test_an_index_and_a_rate_may_stand_on_closed_days(kind: Kind) -> None:
    level = Asset("^LINE", NEW_YORK, kind)
    assert not [finding for finding in alarms(padded(frame(), 40), level, Priced.LEVEL)
                if finding.severity is Severity.BLOCK]  # fmt: skip


@pytest.mark.parametrize("volume", [0.0, float("nan")])
def test_sessions_without_a_trade_are_doubted(volume: float) -> None:
    """A dead line that goes on at its last close, 116 sessions long."""
    made = frame()
    dead = made.index[-116:]
    made.loc[dead, ["open", "high", "low", "close"]] = made["close"].iloc[-117]
    made.loc[dead, "volume"] = volume
    (finding,) = alarms(made)
    assert (finding.severity, finding.rule) == (Severity.DOUBT, "no trade")
    assert finding.told == (
        f"116 sessions in a row without a trade, {dead[0]:%Y-%m-%d} to {dead[-1]:%Y-%m-%d}"
    )
    assert "delisted" in finding.remedy


def test_a_line_without_volumes_whose_price_moves_is_not_doubted() -> None:
    assert not alarms(frame().assign(volume=float("nan")))


def test_a_last_row_years_after_the_rest_stops_a_run() -> None:
    made = frame()
    stray = made.iloc[[-1]].set_axis([made.index[-1] + pd.Timedelta(days=800)])
    rules = {
        finding.rule: finding for finding in alarms(pd.concat([made, stray]).rename_axis("session"))
    }
    assert rules["stray row"].severity is Severity.BLOCK
    assert "years after the one before it" in rules["stray row"].told


def test_a_row_dated_after_today_is_refused(tmp_path: Path) -> None:
    made = frame(count=50)
    prices = as_files(tmp_path, LINE=made)
    last = made.index[-1].date()
    assert FolderSource(prices, last).load([LINE])["LINE"].last == last
    before = made.index[-2].date()
    with pytest.raises(BrokenData, match=f"line 51: {last}, the date lies after today, {before}"):
        open_source(str(prices), tmp_path, before).load([LINE])


@pytest.mark.parametrize("day", ["2032-12-29", "2204-12-29"])
def test_a_row_of_another_decade_is_refused(tmp_path: Path, day: str) -> None:
    path = as_files(tmp_path, LINE=frame(count=50)) / "LINE.csv"
    last = path.read_text().splitlines()[-1]
    with path.open("a") as file:
        file.write(day + last[10:] + "\n")
    with pytest.raises(BrokenData, match=f"{day}, the date lies after today, 2026-11-30"):
        FolderSource(tmp_path, date(2026, 11, 30)).load([LINE])


def first_days(made: pd.DataFrame, days: str) -> pd.DataFrame:
    """The bars of weeks or months, as Yahoo dates them."""
    return made.resample(days, label="left", closed="left").last().rename_axis("session")


@pytest.mark.parametrize(
    ("made", "severity", "words"),
    [
        (first_days(frame(), "W-MON"), Severity.BLOCK, "weeks, not of days, and dated by their fi"),
        (first_days(frame(), "MS"), Severity.BLOCK, "months, not of days, and dated by their firs"),
        (frame().resample("W-SUN").last(), Severity.BLOCK, "weeks, not of days, and dated by days"),
        (frame().groupby(frame().index.to_period("W")).tail(1), Severity.DOUBT, "weeks, not of"),
    ],
)
def test_bars_of_weeks_are_no_days(made: pd.DataFrame, severity: Severity, words: str) -> None:
    """Friday's close under Monday's date would be known four days early."""
    (finding,) = [
        finding for finding in alarms(made.rename_axis("session")) if finding.rule == "period"
    ]
    assert finding.severity is severity
    assert words in finding.told
    assert not [finding for finding in alarms(made.rename_axis("session")) if finding.rule == "gap"]


def test_a_line_that_trades_now_and_then_has_gaps() -> None:
    """Every sixth session falls on any day of the week."""
    rules = {finding.rule for finding in alarms(frame().iloc[::6])}
    assert "gap" in rules
    assert "period" not in rules


def test_one_missing_session_is_one() -> None:
    made = frame(LINE)
    (finding,) = inspect(LINE, Bars("LINE", made.drop(index=made.index[150]), Priced.SPLITS))
    assert finding.told.startswith("no bar on 1 session of XNYS, 1 in a row at most")
