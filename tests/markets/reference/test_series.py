"""How long the last value of a series lasts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtests import run
from markets.reference.calendars import sessions_of
from markets.reference.series import fresh
from newsfolio import Asset, CommandError, Kind, MissingData, Strategy, View, at_start
from newsfolio.assets import MAINLAND, NEW_YORK
from newsfolio.listings import asset_of
from tests.support.calm_lines import as_files, frame

DAYS = sessions_of(NEW_YORK)
DAYS = DAYS[np.datetime64("2021-01-04") <= DAYS][:500]
YIELD = Asset("^Y", NEW_YORK, Kind.INDEX)


def lasting(asset: Asset, bars: np.ndarray, asked: np.ndarray) -> int:
    """How many of the days asked have a value."""
    places = np.searchsorted(bars, asked, side="right") - 1
    return int(fresh(asset, bars, places, asked).sum())


def test_a_daily_value_lasts_seven_sessions_of_its_own_calendar() -> None:
    assert lasting(YIELD, DAYS[:100], DAYS[99:200]) == 1 + 7


def test_an_exchange_rate_lasts_seven_days() -> None:
    """From Friday 2021-05-28 to Friday 2021-06-04: five sessions, Memorial Day was one less."""
    rate = Asset("HKD=X", NEW_YORK, Kind.CURRENCY)
    friday = int(np.searchsorted(DAYS, np.datetime64("2021-05-28")))
    assert lasting(rate, DAYS[: friday + 1], DAYS[friday:]) == 1 + 4


def test_a_value_grows_old_beyond_its_calendar_too() -> None:
    """Weekdays count there, from Thursday 2027-01-14 to Monday 2027-01-25."""
    index = Asset("000001.SS", MAINLAND, Kind.INDEX)
    days = np.arange("2027-01-01", "2027-02-12", dtype="datetime64[D]")
    days = days[np.is_busday(days)]
    assert str(sessions_of(MAINLAND)[-1]) < "2027", "then this test wants later days"
    assert lasting(index, days[:10], days[9:]) == 1 + 7


@pytest.mark.parametrize(("step", "sessions"), [(21, 40), (63, 120)])
def test_a_monthly_or_quarterly_value_lasts_two_periods(step: int, sessions: int) -> None:
    sparse = DAYS[:300:step]
    last = int(np.searchsorted(DAYS, sparse[-1]))
    lasts = lasting(YIELD, sparse, DAYS[last:])
    assert sessions <= lasts <= 1.2 * sessions + 10


def test_what_follows_does_not_change_what_was_known() -> None:
    sparse = np.append(DAYS[:300:21], DAYS[300:310])
    asked = DAYS[:290]
    for bars in (sparse, sparse[:-10]):
        places = np.searchsorted(bars, asked, side="right") - 1
        assert fresh(YIELD, bars, places, asked).all()


@pytest.mark.parametrize(
    ("every", "lasts"), [("week", 14), ("month", 62), ("quarter", 184), ("year", 731)]
)
def test_a_declared_period_lasts_twice(every: str, lasts: int) -> None:
    """Two bars a day apart would be taken for a daily series."""
    series = replace(YIELD, every=every)
    bars = np.array(["2021-01-04", "2021-01-05"], dtype="datetime64[D]")
    asked = bars[1] + np.arange(1000)
    assert lasting(series, bars, asked) == lasts + 1
    assert lasting(YIELD, bars, asked) < 14


def test_a_period_that_is_none_is_named() -> None:
    with pytest.raises(CommandError, match="every='monthly' is no period; write week, month"):
        replace(YIELD, every="monthly")


# A run


class Follows(Strategy):
    """Holds a line while a signal is known."""

    universe = ("AAPL",)
    signals = ("^VIX",)
    rebalance = at_start

    def weights(self, view: View) -> dict[str, float]:
        return {"AAPL": 1.0}


def folder(path: Path, signal: str, count: int) -> str:
    made = frame(count=400)
    return str(as_files(path, AAPL=made, **{signal: made.iloc[:count]}))


def test_a_signal_that_ended_is_unknown_and_that_is_said(tmp_path: Path) -> None:
    result = run(Follows(), data=folder(tmp_path, "^VIX", 150), ledger=tmp_path / "l.sqlite",
                 engine="kernel", start="2020-06-01", verdict=False)  # fmt: skip
    (finding,) = [finding for finding in result.manifest["findings"] if finding["rule"] == "ended"]
    last = frame(count=400).index[149].date()
    assert finding["severity"] == "doubt"
    assert finding["told"].startswith(
        f"ends on {last}, and its last close is too old on 243 sessions"
    )


@pytest.mark.parametrize(("later", "severity"), [(0, None), (1, "note"), (30, "doubt")])
def test_a_signal_that_begins_late_is_unknown_and_that_is_said(
    tmp_path: Path, later: int, severity: str | None
) -> None:
    made = frame(count=400)
    prices = as_files(tmp_path, AAPL=made, **{"^VIX": made.iloc[100:]})
    start = made.index[100 - later].date()
    result = run(Follows(), data=str(prices), ledger=tmp_path / "l.sqlite", engine="kernel",
                 start=f"{start}", verdict=False)  # fmt: skip
    late = [finding for finding in result.manifest["findings"] if finding["rule"] == "late start"]
    assert [finding["severity"] for finding in late] == ([severity] if severity else [])
    for finding in late:
        first = made.index[100].date()
        sessions = f"{later} session{'s' * (later > 1)}"
        assert finding["told"] == (
            f"begins on {first}, and the run on {start}: it is unknown on the first {sessions}"
        )
        assert finding["remedy"] == f"Start the run later: --start {first}."


def test_a_signal_may_declare_how_often_it_comes(tmp_path: Path) -> None:
    """Ten daily rows, then monthly ones: not known so long by its bars, and by its word."""
    made = frame(count=400)
    sparse = made.iloc[[*range(100, 110), *range(130, 400, 21)]]
    prices = as_files(tmp_path, AAPL=made, **{"^CPI": sparse})
    for every, unknown in (("", True), ("month", False)):
        signal = Asset("^CPI", NEW_YORK, Kind.INDEX, every=every)
        monthly = type("Monthly", (Follows,), {"signals": (signal,)})
        result = run(monthly(), data=str(prices), ledger=tmp_path / "l.sqlite", engine="kernel",
                     start=f"{made.index[115].date()}", verdict=False)  # fmt: skip
        ended = [finding for finding in result.manifest["findings"] if finding["rule"] == "ended"]
        assert bool(ended) is unknown


def test_cash_earns_nothing_once_its_rate_ended(tmp_path: Path) -> None:
    class Waits(Follows):
        signals = ()

        def weights(self, view: View) -> dict[str, float]:
            return {"AAPL": 0.0}

    prices = folder(tmp_path, "^IRX", 150)
    result = run(Waits(), data=prices, ledger=tmp_path / "l.sqlite", engine="kernel",
                 start="2020-06-01", verdict=False)  # fmt: skip
    (finding,) = [finding for finding in result.manifest["findings"] if finding["rule"] == "ended"]
    assert "idle USD cash earns nothing there" in finding["told"]
    grown = result.equity.pct_change().fillna(0.0)
    assert (grown.loc["2020-07-01":"2020-07-31"] > 0).all()  # type: ignore[misc]
    assert grown.iloc[-200:].eq(0).all()


def test_a_benchmark_that_ended_is_left_out_or_an_error(tmp_path: Path) -> None:
    prices = folder(tmp_path, "^GSPC", 150)
    asked = {"data": prices, "ledger": tmp_path / "l.sqlite", "engine": "kernel",
             "start": "2020-06-01", "end": "2021-06-01", "verdict": False}  # fmt: skip

    class Plain(Follows):
        signals = ()
        benchmark = "^GSPC"

    result = run(Plain(), **asked)  # type: ignore[arg-type]
    assert any("benchmark ^GSPC has no close between" in note for note in result.manifest["notes"])
    with pytest.raises(MissingData, match="end the run on"):
        run(Plain(), benchmark="^GSPC", **asked)  # type: ignore[arg-type]
    assert asset_of("^GSPC").kind is Kind.INDEX
    assert pd.Timestamp(result.equity.index[-1]) == pd.Timestamp("2021-06-01")
