"""T2: hold whichever side of the Pacific has led."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from newsfolio import Fixed, Sleeve, Strategy, View, Weights, equal, monthly, param
from newsfolio.library import ROTATION


class Form(StrEnum):
    """What stands for the two sides."""

    FUNDS = "funds"
    STOCKS = "stocks"


CHINA_FUND = Sleeve("China internet", ("KWEB",))
US_FUND = Sleeve("Nasdaq 100", ("QQQ",))
CHINA_STOCKS = Sleeve(
    "Chinese technology",
    (
        "9988.HK", "0700.HK", "3690.HK", "1810.HK", "1211.HK", "9618.HK", "9999.HK", "9888.HK",
        "0175.HK", "0981.HK", "1024.HK", "0992.HK", "0268.HK", "1347.HK", "2015.HK",
    ),
    hindsight="candidates are today's members of the Hang Seng TECH index",
)  # fmt: skip
US_STOCKS = Sleeve(
    "US technology",
    ("AAPL", "MSFT", "GOOGL", "AMZN", "NVDA", "META", "TSLA", "AVGO", "AMD", "ORCL", "PLTR"),
    hindsight="candidates are today's giants of the Nasdaq 100",
)
BILLS = Sleeve("Treasury bills", ("BIL",))
TOP_CHINA, TOP_US = 10, 7


@dataclass(frozen=True)
class RelativeMomentum(Strategy):
    """The side with the higher trailing return keeps leading; inside the band, stay put.

    Articles 003 and 000 expect leadership to last. At each month end the spread of the two sides'
    returns over `lookback` sessions, ending `skip` sessions ago, decides: China above `band`,
    America below -`band`, no change between. With the filter, a winner that did worse than
    Treasury bills gives way to them. With form=stocks each side is its most traded companies (ten
    and seven, by 60-session median of traded value) instead of a fund.
    """

    lookback: int = param(126, low=20, high=504, unit="sessions")
    band: float = param(0.02, low=0.0, high=0.5)
    skip: int = param(5, low=0, high=63, unit="sessions")
    filter: bool = param(True, doc="hold bills when the winner did worse than they")
    direction: int = param(1, low=-1, high=1, doc="-1 bets on the side that lagged")
    form: Form = param(Form.FUNDS, doc="funds: KWEB and QQQ; stocks: the most traded names")

    thesis = ROTATION
    rebalance = monthly
    grid = {"lookback": (63, 126, 252), "band": (0.0, 0.02, 0.05), "filter": (True, False)}

    @property
    def universe(self) -> tuple[Sleeve, ...]:  # type: ignore[override]
        return (*self._candidates, BILLS)

    @property
    def benchmark(self) -> Strategy:  # type: ignore[override]
        china, america = self._candidates
        return Fixed(mix=((0.5, china), (0.5, america)))

    @property
    def _candidates(self) -> tuple[Sleeve, Sleeve]:
        funds = self.form is Form.FUNDS
        return (CHINA_FUND, US_FUND) if funds else (CHINA_STOCKS, US_STOCKS)

    def weights(self, view: View) -> Weights | None:
        china, america = self._sides(view)
        east = view.momentum(china, self.lookback, self.skip)
        west = view.momentum(america, self.lookback, self.skip)
        spread = self.direction * (east - west)
        if spread > self.band:
            return self._filtered(view, china, east)
        if spread < -self.band:
            return self._filtered(view, america, west)
        return None

    def _filtered(self, view: View, winner: Sleeve, gain: float) -> Weights:
        bills = view.momentum("BIL", self.lookback, self.skip)
        return equal(BILLS) if self.filter and gain < bills else equal(winner)

    def _sides(self, view: View) -> tuple[Sleeve, Sleeve]:
        china, america = self._candidates
        if self.form is Form.FUNDS:
            return china, america
        return _most_traded(view, china, TOP_CHINA), _most_traded(view, america, TOP_US)

    def controls(self) -> Mapping[str, Strategy]:
        china, america = self._candidates
        return {
            "half and half": Fixed(mix=((0.5, china), (0.5, america))),
            "the other way round": dataclasses.replace(self, direction=-1),
            "a year, a month old": dataclasses.replace(self, lookback=252, skip=21),
        }


def _most_traded(view: View, candidates: Sleeve, count: int) -> Sleeve:
    """The `count` lines of a sleeve with the highest median traded value, ties by name."""
    traded = {line: view.traded_value(line) for line in candidates.tickers if line in view.usable}
    known = [line for line, value in traded.items() if value > 0]
    ranked = sorted(known, key=lambda line: (-traded[line], line))[:count]
    return Sleeve(candidates.name, tuple(ranked), candidates.hindsight)
