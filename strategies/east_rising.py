"""T1: out of America's seven, into China's ten, when the article says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from newsfolio import (
    Fixed,
    Strategy,
    View,
    Weights,
    at_publication,
    blend,
    equal,
    monthly,
    param,
)
from newsfolio.articles.east_rising import EAST_UP_WEST_DOWN
from newsfolio.library import CHINA_TEN, MAG_SEVEN


@dataclass(frozen=True)
class EastRising(Strategy):
    """Rotate from the Magnificent Seven to China's Ten once the article can be acted on.

    Article 003 reasons that cheap AI breaks the moat of spending around the American giants and
    makes Chinese platforms worth more. It predicts that an equal-weighted Ten beats an
    equal-weighted Seven over the next one to twelve months. Before the article the strategy holds
    the Seven; from its first decision on `weight` of the money moves to the Ten, at once or evenly
    over `ramp` sessions. Both lists were drawn after their members had run up: what lies before
    the article explains, it proves nothing.
    """

    weight: float = param(1.0, low=0.0, high=1.0, doc="share of the Ten once the move is made")
    ramp: int = param(0, low=0, high=252, unit="sessions", doc="how long the move takes")

    thesis = EAST_UP_WEST_DOWN
    universe = (CHINA_TEN, MAG_SEVEN)
    rebalance = monthly | at_publication
    benchmark = Fixed(mix=((1.0, MAG_SEVEN),))
    grid = {"weight": (0.25, 0.5, 1.0)}

    def weights(self, view: View) -> Weights:
        east = self.weight * self._moved(view.age)
        return blend((east, equal(CHINA_TEN)), (1 - east, equal(MAG_SEVEN)))

    def _moved(self, age: int | None) -> float:
        """How much of the move is done `age` sessions after the first decision."""
        if age is None:
            return 0.0
        return 1.0 if not self.ramp else min(1.0, age / self.ramp)

    def controls(self) -> Mapping[str, Strategy]:
        return {"half and half": Fixed(mix=((0.5, CHINA_TEN), (0.5, MAG_SEVEN)))}
