"""A run on prices of January 2027, which the mainland's calendar does not reach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from backtests.runner.run import Run
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from markets.reference.calendars import sessions_of
from newsfolio import MAINLAND, MissingData, Strategy, View, monthly
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
