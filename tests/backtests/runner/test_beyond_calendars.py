"""A run on prices of January 2027, which the mainland's calendar does not reach."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from backtests.runner.run import Run
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from backtests.strategy_loader import shipped
from markets.bars import Bars
from markets.reference.calendars import sessions_of
from markets.sample.source import SampleSource
from markets.snapshot import Snapshot
from newsfolio import MAINLAND, MissingData, Strategy, View, monthly
from newsfolio.assets import Asset, Venue, sleeves_of
from newsfolio.facts import Facts
from newsfolio.listings import asset_of
from tests.support.markets_of import line
from tests.support.switch import Made

KNOWN = sessions_of(MAINLAND)
JANUARY = np.array([
    day for day in np.arange("2027-01-02", "2027-01-30", dtype="datetime64[D]")
    if np.is_busday(day)
])  # fmt: skip
DAYS = [str(day) for day in np.union1d(KNOWN[np.datetime64("2026-05-06") <= KNOWN], JANUARY)]
PRICES = {
    ticker: line(ticker, DAYS, np.linspace(low, low + 20, len(DAYS)).round(2).tolist())
    for ticker, low in (("600519.SS", 1400.0), ("300308.SZ", 100.0))
}


@dataclass(frozen=True)
class TakeTurns(Strategy):
    """One line in odd months, the other in even ones."""

    universe = ("600519.SS", "300308.SZ")
    rebalance = monthly

    def weights(self, view: View) -> dict[str, float]:
        return {self.universe[view.today.month % 2]: 1.0}


def run(prices: dict[str, object] = PRICES, **asked: object) -> Run:  # type: ignore[assignment]
    settings = Settings(start="2026-08-03", currency="CNY", engine="kernel", **asked)  # type: ignore[arg-type]
    return run_strategy(TakeTurns(), Made(prices), settings, verify=True)  # type: ignore[arg-type]


@pytest.mark.parametrize("end", [None, "2027-01-29", "2027-01-31"])
def test_january_2027_is_decided_and_traded(end: str | None) -> None:
    result = run(end=end)
    assert str(result.market.sessions[-1]) == "2027-01-29"
    decided = [str(result.market.day(target.session)) for target in result.output.targets]
    assert decided[-2:] == ["2026-12-31", "2027-01-29"]
    assert {f"{fill.session}" for fill in result.output.fills} >= {"2027-01-04"}
    (remark,) = [note for note in result.market.notes if "no calendar" in note]
    assert remark.startswith("XSHG: no calendar after 2026-12-31")
    assert not [finding for finding in result.findings if "2027" in str(finding)]


def test_a_run_that_ends_within_the_calendar_has_nothing_to_say_of_it() -> None:
    assert not [note for note in run(end="2026-12-31").market.notes if "no calendar" in note]


def test_a_line_that_ends_before_the_others_of_its_venue_is_still_noticed() -> None:
    short = PRICES["300308.SZ"].until(JANUARY[4].item())
    with pytest.raises(
        MissingData, match=r"300308\.SZ ends on 2027-01-08, before --end 2027-01-29"
    ):
        run({**PRICES, "300308.SZ": short}, end="2027-01-29")


HOLDERS = {
    name: cls()
    for name, cls in shipped().items()
    if any(
        ticker.endswith((".SS", ".SZ", ".NS", ".BO"))
        for sleeve in sleeves_of(cls().universe)
        for ticker in sleeve.tickers
    )
}
"""Shipped strategies that hold lines of the mainland or of India."""


def prolonged(bars: Bars, venue: Venue) -> Bars:
    """The line with a session for each of the venue's until 2027-01-29, up and down by 1 %."""
    sessions = sessions_of(venue)
    days = np.union1d(sessions[sessions > bars.days[-1]], JANUARY)
    days = days[days <= JANUARY[-1]]
    frame = bars.frame.iloc[[-1] * len(days)].copy()
    frame.index = pd.DatetimeIndex(days.astype("datetime64[ns]"), name=frame.index.name)
    wave = 1 + 0.01 * np.sin(np.arange(len(days)))
    for column in ("open", "high", "low", "close"):
        frame[column] = bars.frame["close"].iloc[-1] * wave
    frame[["dividend", "split"]] = 0.0
    return replace(bars, frame=pd.concat([bars.frame, frame]))


class SampleOfJanuary:
    """The sample market, whose days go on to 2027-01-29."""

    name = "sample"

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        venues = {asset.ticker: asset.venue for asset in assets}
        read = SampleSource().load([asset_of(ticker) for ticker in venues], facts)
        longer = {ticker: prolonged(bars, venues[ticker]) for ticker, bars in read.bars.items()}
        return Snapshot(longer, read.facts)


def test_some_shipped_strategies_hold_lines_of_the_mainland() -> None:
    assert {"breadth", "show-me-the-money", "software-phase", "ubs-pairs"} <= HOLDERS.keys()


@pytest.mark.parametrize("name", HOLDERS)
def test_no_shipped_strategy_stops_in_january_2027(name: str) -> None:
    settings = Settings(start="2026-06-01", engine="kernel", fx="source")  # type: ignore[arg-type]
    result = run_strategy(HOLDERS[name], SampleOfJanuary(), settings)
    assert str(result.market.sessions[-1]) == "2027-01-29"
    assert any("XSHG: no calendar after 2026-12-31" in note for note in result.market.notes)
    decided = [str(result.market.day(target.session)) for target in result.output.targets]
    assert decided[-1] >= "2026-12-31"
