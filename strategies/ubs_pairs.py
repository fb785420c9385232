"""T6: five pairs of rivals, long the Chinese company, short the American one."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from newsfolio import (
    Fixed,
    ParameterError,
    Sleeve,
    Strategy,
    View,
    Weights,
    at_publication,
    blend,
    monthly,
    param,
)
from newsfolio.articles.east_rising import PAIRS
from newsfolio.library import BILLS, CHINA_STOCKS

CHINA_FIVE = Sleeve(
    "Chinese halves of the pairs",
    ("688256.SS", "1810.HK", "0981.HK", "0700.HK", "9988.HK"),
    hindsight="paired in February 2025, after half a year in which Cambricon, Xiaomi and SMIC had "
    "more than doubled",
)
US_FIVE = Sleeve(
    "American halves of the pairs",
    ("NVDA", "TSLA", "TSM", "META", "AMZN"),
    hindsight="the giants of early 2025",
)
PICKED = " ".join(CHINA_FIVE.tickers)
MARKET = "SPY"
EXIT, STOP = 0.0, -3.0
BETA_MOVES, SPAN = 250, 5


class Hedge(StrEnum):
    """How much of the American company is sold for one of the Chinese."""

    DOLLAR = "dollar"
    BETA = "beta"
    NONE = "none"


@dataclass(frozen=True)
class UbsPairs(Strategy):
    """Cambricon/Nvidia, Xiaomi/Tesla, SMIC/TSMC, Tencent/Meta and Alibaba/Amazon, a fifth each.

    Article 003 passes on a list by UBS that sets five Chinese companies beside an American one
    each. If the market comes to see them as equals, the Chinese half beats the other in each
    pair, whatever both do. The strategy is in cash before the article; from its first decision on
    each pair takes a fifth of the equity long in the Chinese company and as much short in the
    American one, set again every month. A pair of which one half cannot be held waits in cash.
    The Chinese half is never sold short: mainland lines cannot be.

    With hedge=beta the short side is the long one times the ratio of both betas to the S&P 500
    (SPY, price only), from 250 overlapping returns of five sessions, because a day's closes in
    Hong Kong and New York lie twelve hours apart. Neither half exceeds a fifth; nothing is sold
    against a negative beta, and an unknown ratio counts as 1. With hedge=none nothing is sold.

    With `entry` above 0 a pair is held only after its Chinese half has fallen behind: from a z of
    the log ratio over `window` sessions between -3 and -`entry`, until it is back at 0, or at -3
    and below. Whether a pair is held is read from the book.

    The pairs were drawn after a run-up. The placebos keep the American five and draw the Chinese
    five by lot from the candidates of the Hang Seng TECH index; the control does so once, from
    those that UBS did not pick.
    """

    hedge: Hedge = param(Hedge.DOLLAR, doc="same dollars, same beta to the S&P 500, or no short")
    entry: float = param(
        0.0, low=0.0, high=2.9, unit="deviations", doc="how far behind to enter; 0: always in"
    )
    window: int = param(250, low=20, high=1260, unit="sessions", doc="of the log ratio's z")
    china: str = param(PICKED, doc="five Chinese companies in the pairs' order, blanks between")
    seed: int = param(1, low=0, high=999_999, doc="draws the control's Chinese companies")

    thesis = PAIRS
    rebalance = monthly | at_publication
    benchmark = Fixed(mix=((1.0, BILLS),))
    max_gross = 2.0
    grid = {"entry": (1.0, 1.5, 2.0), "window": (126, 250)}
    pool = CHINA_STOCKS.tickers

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.china.split()) != len(US_FIVE.lines):
            raise ParameterError(f"ubs-pairs: china={self.china!r}: name five companies")

    @property
    def universe(self) -> tuple[Sleeve, Sleeve]:  # type: ignore[override]
        if self.china == PICKED:
            return CHINA_FIVE, US_FIVE
        return Sleeve("Chinese stocks", tuple(self.china.split()), CHINA_STOCKS.hindsight), US_FIVE

    @property
    def signals(self) -> tuple[str, ...]:  # type: ignore[override]
        return (MARKET,) if self.hedge is Hedge.BETA else ()

    def weights(self, view: View) -> Weights:
        if not view.published:
            return {}
        china, america = self.universe
        pairs = zip(china.tickers, america.tickers, strict=True)
        held = [self._pair(view, *pair) for pair in pairs if self._wanted(view, *pair)]
        return blend(*((1 / len(US_FIVE.lines), pair) for pair in held))

    def _wanted(self, view: View, east: str, west: str) -> bool:
        """Whether to be in a pair; an unknown z changes nothing."""
        if not {east, west} <= view.usable:
            return False
        if not self.entry:
            return True
        z = view.zscore(east, west, self.window)
        if view.held.get(east, 0.0) > 0:
            return not (z >= EXIT or z <= STOP)
        return STOP < z < -self.entry

    def _pair(self, view: View, east: str, west: str) -> Weights:
        if self.hedge is Hedge.NONE:
            return {east: 1.0}
        ratio = _beta_ratio(view, east, west) if self.hedge is Hedge.BETA else 1.0
        return {east: 1 / max(1.0, ratio), west: -min(1.0, ratio)}

    def controls(self) -> Mapping[str, Strategy]:
        others = [line for line in self.pool if line not in CHINA_FIVE.tickers]
        return {"random members": self._with(random.Random(self.seed).sample(others, 5))}

    def drawn(self, lot: random.Random) -> Strategy:
        return self._with(lot.sample(self.pool, 5))

    def _with(self, picks: Sequence[str]) -> Strategy:
        return dataclasses.replace(self, china=" ".join(picks))


def _beta_ratio(view: View, east: str, west: str) -> float:
    """Beta of one line to the market over that of the other, at least 0; 1 where unknown."""
    levels = view.close.reindex(columns=[east, west]).ffill()
    levels[MARKET] = view.signal(MARKET)
    moves = levels.pct_change(SPAN).iloc[-BETA_MOVES:]
    if len(moves) < BETA_MOVES or moves.isna().to_numpy().any():
        return 1.0
    shared = moves.cov()[MARKET]
    return max(0.0, float(shared[east] / shared[west])) if shared[west] > 0 else 1.0
