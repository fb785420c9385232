"""T4: the Chinese clouds against the American ones."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping
from dataclasses import dataclass

from newsfolio import (
    Fixed,
    Sleeve,
    Strategy,
    View,
    Weights,
    at_publication,
    blend,
    equal,
    monthly,
    most_traded,
    param,
)
from newsfolio.articles.east_rising import CLOUD_CATCHES_UP
from newsfolio.library import CHINA_STOCKS, US_STOCKS, Names

CHINA_CLOUDS = Sleeve(
    "Chinese clouds",
    ("9988.HK", "0700.HK"),
    hindsight="the article picks them after half a year in which Alibaba rose by half and Tencent "
    "by three tenths",
)
US_CLOUDS = Sleeve(
    "US clouds",
    ("AMZN", "MSFT", "GOOGL"),
    hindsight="the largest clouds of 2025, known as such after a boom in 2023 and 2024",
)
PICKED = " ".join(CHINA_CLOUDS.tickers)


@dataclass(frozen=True)
class CloudCatchesUp(Strategy):
    """Alibaba and Tencent for Amazon, Microsoft and Alphabet, once the article says so.

    Article 003 expects those who sell computing for AI answers to gain most: Alibaba and Tencent
    have models, data centres and developers, and a small part of the market value of Amazon or
    Microsoft. Before the article the strategy holds the American three in equal parts; from its
    first decision on `tilt` of the money stands in the Chinese two. With the gate it does so only
    while they are ahead of the three over `lookback` sessions; a history too short to tell counts
    as behind. Until Alibaba's Hong Kong line can be held, its American one stands in.

    There is no fund of Chinese clouds, so stocks are the only form. The two were picked after a
    run-up: with names=most-traded the same tilt goes to the two most traded Chinese technology
    stocks out of the three most traded American ones, and placebos draw two Chinese stocks by lot.
    """

    tilt: float = param(1.0, low=0.0, high=1.0, doc="share of the Chinese clouds when on")
    lookback: int = param(63, low=20, high=504, unit="sessions", doc="of the gate")
    gate: bool = param(False, doc="on only while the Chinese clouds are ahead")
    names: Names = param(Names.ARTICLE, doc="the article's companies, or the most traded")
    china: str = param(PICKED, doc="the Chinese companies, with blanks between")

    thesis = CLOUD_CATCHES_UP
    rebalance = monthly | at_publication
    benchmark = Fixed(mix=((1.0, US_CLOUDS),))
    grid = {"tilt": (0.2, 0.5, 1.0), "lookback": (63, 126), "gate": (True,)}
    pool = CHINA_STOCKS.tickers

    @property
    def universe(self) -> tuple[Sleeve, Sleeve]:  # type: ignore[override]
        if self.names is Names.MOST_TRADED:
            return CHINA_STOCKS, US_STOCKS
        return self._picked, US_CLOUDS

    @property
    def _picked(self) -> Sleeve:
        if self.china == PICKED:
            return CHINA_CLOUDS
        return Sleeve("Chinese stocks", tuple(self.china.split()), CHINA_STOCKS.hindsight)

    def weights(self, view: View) -> Weights:
        china, america = self._sides(view)
        share = self.tilt if self._on(view, china, america) else 0.0
        return blend((share, equal(china)), (1 - share, equal(america)))

    def _sides(self, view: View) -> tuple[Sleeve, Sleeve]:
        china, america = self.universe
        if self.names is Names.ARTICLE:
            return china, america
        return (
            most_traded(view, china, len(CHINA_CLOUDS.lines)),
            most_traded(view, america, len(US_CLOUDS.lines)),
        )

    def _on(self, view: View, china: Sleeve, america: Sleeve) -> bool:
        if not self.gate:
            return view.published
        ahead = view.momentum(china, self.lookback) - view.momentum(america, self.lookback)
        return view.published and ahead > 0

    def controls(self) -> Mapping[str, Strategy]:
        china, america = self.universe
        return {
            "half and half": Fixed(mix=((0.5, china), (0.5, america))),
            "most traded": dataclasses.replace(self, names=Names.MOST_TRADED),
        }

    def drawn(self, lot: random.Random) -> Strategy | None:
        if self.names is Names.MOST_TRADED:
            return None
        picks = sorted(lot.sample(self.pool, len(self.china.split())))
        return dataclasses.replace(self, china=" ".join(picks))
