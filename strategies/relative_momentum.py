"""T2: hold whichever side of the Pacific has led."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from newsfolio import (
    Fixed,
    Panel,
    Sleeve,
    Strategy,
    View,
    Weights,
    equal,
    monthly,
    most_traded,
    param,
)
from newsfolio.articles.east_rising import ROTATION
from newsfolio.library import BILLS, CHINA_FUND, CHINA_STOCKS, US_FUND, US_STOCKS, Form
from newsfolio.panel import Table

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

    def weights_table(self, panel: Panel) -> Table | None:
        import numpy as np

        if self.form is not Form.FUNDS or not {"KWEB", "QQQ", "BIL"} <= set(panel.universe):
            return None
        gains = panel.momentum(self.lookback, self.skip)
        east, west, bills = (panel.of(line, gains) for line in ("KWEB", "QQQ", "BIL"))
        spread = self.direction * (east - west)
        china, america = spread > self.band, spread < -self.band
        safe = np.where(china, east, west) < bills if self.filter else np.zeros_like(china)
        table = panel.table({"KWEB": china & ~safe, "QQQ": america & ~safe, "BIL": safe})
        table[~(china | america)] = np.nan
        return table

    def _filtered(self, view: View, winner: Sleeve, gain: float) -> Weights:
        bills = view.momentum("BIL", self.lookback, self.skip)
        return equal(BILLS) if self.filter and gain < bills else equal(winner)

    def _sides(self, view: View) -> tuple[Sleeve, Sleeve]:
        china, america = self._candidates
        if self.form is Form.FUNDS:
            return china, america
        return most_traded(view, china, TOP_CHINA), most_traded(view, america, TOP_US)

    def controls(self) -> Mapping[str, Strategy]:
        china, america = self._candidates
        return {
            "half and half": Fixed(mix=((0.5, china), (0.5, america))),
            "the other way round": dataclasses.replace(self, direction=-1),
            "a year, a month old": dataclasses.replace(self, lookback=252, skip=21),
        }
