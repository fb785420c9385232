"""T13: the makers of AI's infrastructure against the platforms that have yet to earn with it."""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass

from newsfolio import (
    Fixed,
    Sleeve,
    Strategy,
    View,
    Weights,
    blend,
    equal,
    monthly,
    most_traded,
    param,
)
from newsfolio.articles.china_lags import SHOW_ME_THE_MONEY
from newsfolio.library import CHINA_FUND, Form, Picks

INFRASTRUCTURE = Sleeve(
    "AI infrastructure",
    ("SMH", "NVDA", "TSM", "300308.SZ", "300502.SZ"),
    hindsight="the list was drawn in May 2026 after three years in which its members led",
)
PLATFORMS = Sleeve(
    "Chinese platforms",
    ("9988.HK", "0700.HK", "3690.HK", "9888.HK", "9618.HK"),
    hindsight="the list was drawn in May 2026 after its members had lagged",
)
CHIP_FUND = Sleeve("US semiconductors", ("SMH",))
MAKERS = Sleeve(
    "Makers of AI hardware",
    (
        "NVDA", "AVGO", "AMD", "TSM", "ORCL", "VST", "VRT", "300308.SZ", "300502.SZ",
        "688256.SS", "688981.SS", "0981.HK", "1347.HK", "0992.HK", "0763.HK",
    ),
    hindsight="candidates are companies that were called AI hardware by 2026",
)  # fmt: skip
INTERNET = Sleeve(
    "Chinese internet",
    (
        "9988.HK", "0700.HK", "3690.HK", "9888.HK", "9618.HK", "9999.HK", "1024.HK", "9961.HK",
        "9626.HK", "6618.HK", "1810.HK",
    ),
    hindsight="candidates are today's large Chinese internet companies",
)  # fmt: skip
MEMBERS = 5


@dataclass(frozen=True)
class ShowMeTheMoney(Strategy):
    """More of AI's infrastructure while it leads, more of China's platforms while they do.

    Article 002 says that the market pays now for those who sell the tools of AI, and will pay the
    Chinese platforms only once AI shows in their results. At each month end the mean return of
    the infrastructure over `lookback` sessions is compared with that of the platforms: while it is
    higher the infrastructure gets half the money and `tilt` halves more, else as much less. With
    form=funds SMH stands against KWEB. Both lists were drawn after the fact, so the same rule on
    the five most traded of wider lists is a control; placebos draw five of each by lot.
    """

    lookback: int = param(126, low=20, high=504, unit="sessions")
    tilt: float = param(0.5, low=0.0, high=1.0, doc="1 holds one side alone")
    form: Form = param(Form.STOCKS, doc="stocks: five lines a side; funds: SMH and KWEB")
    picks: Picks = param(Picks.ARTICLE, doc="whose stocks: the article's, most traded, by lot")
    seed: int = param(1, low=0, high=999_999, doc="draws the stocks of picks=lot")

    thesis = SHOW_ME_THE_MONEY
    rebalance = monthly
    grid = {"lookback": (63, 126, 252), "tilt": (0.25, 0.5, 1.0)}
    pool = (*MAKERS.tickers, *INTERNET.tickers)

    @property
    def universe(self) -> tuple[Sleeve, Sleeve]:  # type: ignore[override]
        if self.form is Form.FUNDS:
            return CHIP_FUND, CHINA_FUND
        if self.picks is Picks.ARTICLE:
            return INFRASTRUCTURE, PLATFORMS
        return (MAKERS, INTERNET) if self.picks is Picks.MOST_TRADED else self._by_lot()

    def _by_lot(self) -> tuple[Sleeve, Sleeve]:
        lot = random.Random(self.seed)
        makers, internet = (
            dataclasses.replace(side, lines=tuple(lot.sample(side.lines, MEMBERS)))
            for side in (MAKERS, INTERNET)
        )
        return makers, internet

    @property
    def benchmark(self) -> Strategy:  # type: ignore[override]
        infrastructure, platforms = self.universe
        return Fixed(mix=((0.5, infrastructure), (0.5, platforms)))

    def weights(self, view: View) -> Weights | None:
        infrastructure, platforms = self._sides(view)
        if not (infrastructure.lines and platforms.lines):
            return None
        share = self._share(view, infrastructure, platforms)
        return blend((share, equal(infrastructure)), (1 - share, equal(platforms)))

    def _share(self, view: View, infrastructure: Sleeve, platforms: Sleeve) -> float:
        """The infrastructure's part: half while the past is too short to compare."""
        ahead = view.momentum(infrastructure, self.lookback) - view.momentum(
            platforms, self.lookback
        )
        if math.isnan(ahead):
            return 0.5
        return 0.5 + 0.5 * self.tilt * (1 if ahead > 0 else -1)

    def _sides(self, view: View) -> tuple[Sleeve, Sleeve]:
        infrastructure, platforms = self.universe
        if self.form is Form.FUNDS or self.picks is not Picks.MOST_TRADED:
            return infrastructure, platforms
        return most_traded(view, infrastructure, MEMBERS), most_traded(view, platforms, MEMBERS)

    def controls(self) -> Mapping[str, Strategy]:
        found: dict[str, Strategy] = {
            "platforms only": Fixed(mix=((1.0, self.universe[1]),)),
            "half and half": self.benchmark,
        }
        if self.form is Form.STOCKS and self.picks is Picks.ARTICLE:
            found["most traded lists"] = dataclasses.replace(self, picks=Picks.MOST_TRADED)
        return found

    def drawn(self, lot: random.Random) -> Strategy | None:
        if self.form is Form.FUNDS:
            return None
        return dataclasses.replace(self, picks=Picks.LOT, seed=lot.randrange(1_000_000))
