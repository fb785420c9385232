"""T9: hold Chinese technology while it rises."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from newsfolio import Fixed, Sleeve, Strategy, View, Weights, blend, equal, param, weekly
from newsfolio.articles.leaves_peers_behind import MOMENTUM_CHASE
from newsfolio.library import BILLS

if TYPE_CHECKING:
    import pandas as pd


class Stake(StrEnum):
    """How much of the line is held."""

    RULE = "rule"
    SAME_VOLATILITY = "same-volatility"


@dataclass(frozen=True)
class MomentumChase(Strategy):
    """KWEB while it has gained over `lookback` sessions and stands above its mean, else bills.

    Article 000 quotes a manager for whom the chase after winners is a worldwide habit, and it
    will hurt to own too little of Chinese technology: what has gained two fifths in nine months
    is bought because it has. If so, a trend once there goes on. At each week's end `line` is held
    if its return over `lookback` sessions is above zero and its level above the mean of the last
    `average`; Treasury bills are held otherwise, and while the past is too short to tell.

    Such a rule mostly gains by being out of the market half of the time. So its controls are the
    line held always, 60/40 with bills, and a steady share with as much volatility as the rule:
    with stake=same-volatility the share is the standard deviation of the rule's session returns
    over that of the line's, both over all the past that is known (bills count as still, a
    decision counts from the session after it). Hindsight: nobody would have written about this
    market in September 2025 had it not run up; the rule says nothing of when to look at it. The
    line is a fund; 3033.HK tracks the article's own index from 2020 on, where its prices are at
    hand, and any single stock may stand there.
    """

    lookback: int = param(126, low=20, high=504, unit="sessions")
    average: int = param(
        200, low=10, high=504, unit="sessions", doc="mean that it must stand above"
    )
    line: str = param("KWEB", doc="what is held while it rises")
    stake: Stake = param(Stake.RULE, doc="all or nothing by the rule, or its volatility throughout")

    thesis = MOMENTUM_CHASE
    rebalance = weekly
    grid = {"lookback": (63, 126, 252), "average": (100, 200)}

    @property
    def universe(self) -> tuple[str, Sleeve]:  # type: ignore[override]
        return self.line, BILLS

    @property
    def benchmark(self) -> str:  # type: ignore[override]
        return self.line

    def weights(self, view: View) -> Weights:
        if self.stake is Stake.RULE:
            return equal(self.line if self._rises(view) else BILLS)
        share = self._share(view)
        return blend((share, equal(self.line)), (1 - share, equal(BILLS)))

    def _rises(self, view: View) -> bool:
        above = view.level(self.line) > view.moving_average(self.line, self.average)
        return above and view.momentum(self.line, self.lookback) > 0

    def _share(self, view: View) -> float:
        """The rule's volatility so far over the line's; 0 while neither is known."""
        close = view.close
        levels = close[self.line].ffill()
        # bills trade where the week ends for the rule
        held = self._signs(levels).where(_week_ends(close["BIL"])).ffill().shift(1)
        moves = levels.pct_change().where(held.notna())
        ratio = float((held * moves).std() / moves.std())
        return min(1.0, ratio) if math.isfinite(ratio) else 0.0

    def _signs(self, levels: pd.Series) -> pd.Series:
        """The rule at every close so far: 1 in, 0 out, NaN unknown."""
        past, mean = levels.shift(self.lookback), levels.rolling(self.average).mean()
        rises = (levels > past) & (levels > mean)
        return rises.astype("float64").where(past.notna() & mean.notna())

    def controls(self) -> Mapping[str, Strategy]:
        found: dict[str, Strategy] = {
            f"always {self.line}": Fixed(mix=((1.0, self.line),)),
            "60/40 with bills": Fixed(mix=((0.6, self.line), (0.4, BILLS))),
        }
        if self.stake is Stake.RULE:
            found["same volatility"] = dataclasses.replace(self, stake=Stake.SAME_VOLATILITY)
        return found


def _week_ends(bars: pd.Series) -> pd.Series:
    """Which sessions are the last of their week with a bar."""
    import numpy as np
    import pandas as pd

    days = bars.dropna().index
    weeks = (days.to_numpy().astype("datetime64[D]").astype(np.int64) + 3) // 7
    ends = days[np.append(weeks[1:] != weeks[:-1], True)]
    return pd.Series(bars.index.isin(ends), index=bars.index)
