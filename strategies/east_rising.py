"""T1: out of America's seven, into China's ten, when the article says so."""

from __future__ import annotations

import dataclasses
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
from newsfolio.articles.east_rising import EAST_UP_WEST_DOWN
from newsfolio.library import CHINA_STOCKS, CHINA_TEN, MAG_SEVEN, US_STOCKS, Names


@dataclass(frozen=True)
class EastRising(Strategy):
    """Rotate from the Magnificent Seven to China's Ten once the article can be acted on.

    Article 003 reasons that cheap AI breaks the moat of spending around the American giants and
    makes Chinese platforms worth more. It predicts that an equal-weighted Ten beats an
    equal-weighted Seven over the next one to twelve months. Before the article the strategy holds
    the Seven; from its first decision on `weight` of the money moves to the Ten, at once or evenly
    over `ramp` sessions. Both lists were drawn after their members had run up: what lies before
    the article explains, it proves nothing. With names=most-traded the two sides are the ten and
    the seven companies with the highest 60-session traded value instead, which is a control.
    """

    weight: float = param(1.0, low=0.0, high=1.0, doc="share of the Ten once the move is made")
    ramp: int = param(0, low=0, high=252, unit="sessions", doc="how long the move takes")

    names: Names = param(Names.ARTICLE, doc="the article's lists, or the most traded companies")

    thesis = EAST_UP_WEST_DOWN
    rebalance = monthly | at_publication
    benchmark = Fixed(mix=((1.0, MAG_SEVEN),))
    grid = {"weight": (0.25, 0.5, 1.0)}

    @property
    def universe(self) -> tuple[Sleeve, Sleeve]:  # type: ignore[override]
        listed = self.names is Names.ARTICLE
        return (CHINA_TEN, MAG_SEVEN) if listed else (CHINA_STOCKS, US_STOCKS)

    def weights(self, view: View) -> Weights:
        east, west = self._sides(view)
        share = self.weight * self._moved(view.age)
        return blend((share, equal(east)), (1 - share, equal(west)))

    def _sides(self, view: View) -> tuple[Sleeve, Sleeve]:
        if self.names is Names.ARTICLE:
            return CHINA_TEN, MAG_SEVEN
        return (
            most_traded(view, CHINA_STOCKS, len(CHINA_TEN.lines)),
            most_traded(view, US_STOCKS, len(MAG_SEVEN.lines)),
        )

    def _moved(self, age: int | None) -> float:
        """How much of the move is done `age` sessions after the first decision."""
        if age is None:
            return 0.0
        return 1.0 if not self.ramp else min(1.0, age / self.ramp)

    def controls(self) -> Mapping[str, Strategy]:
        east, west = self.universe
        return {
            "half and half": Fixed(mix=((0.5, east), (0.5, west))),
            "most traded": dataclasses.replace(self, names=Names.MOST_TRADED),
        }
