"""T18: Chinese AI until the gain of a technology cycle is earned, or its time is up."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from newsfolio import (
    Fixed,
    Sleeve,
    Strategy,
    View,
    Weights,
    at_publication,
    equal,
    param,
    weekly,
)
from newsfolio.articles.east_rising import CYCLE_CLOCK
from newsfolio.library import CHINA_FUND, CHINA_STOCKS, Form, Picks

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[Any]"

CHINESE_AI = Sleeve(
    "Chinese AI",
    ("9988.HK", "0700.HK", "1810.HK", "3888.HK", "0268.HK", "0981.HK"),
    hindsight="the article names no list; this one was drawn up after it, when its members had "
    "run up",
)
CANDIDATES = Sleeve(
    CHINA_STOCKS.name,
    (*CHINA_STOCKS.tickers, "3888.HK", "0020.HK", "3896.HK", "0763.HK", "6618.HK"),
    hindsight="candidates are Chinese technology companies that were known by 2025",
)
MEMBERS = len(CHINESE_AI.lines)
MARKET = "MCHI"
MONTH = 21
USUAL = 60
"""Sessions whose median traded value ranks a line, and bars that it needs to be ranked."""


@dataclass(frozen=True)
class AiCycleClock(Strategy):
    """Chinese AI from the article on, until it is `target` ahead of MSCI China or time is up.

    Article 003 quotes UBS: in the cycles of 4G, 5G and the cloud the shares concerned beat the
    market by 50 to 100 %, over one to two years, and this cycle is not half done. The strategy
    holds MCHI until the article can be acted on, then Chinese AI in equal parts, bought once and
    left alone. The excess is the basket's gain since the close of the first decision less MCHI's.
    Once it has stood at `target` at the close of any session, or `months` of 21 sessions have
    gone by, the next weekly close goes back to MCHI and stays there.

    Hindsight: the article names no companies, the six were chosen after it. With form=funds KWEB
    takes their place. The controls hold the market, hold the six without a clock, or hold by the
    same clock the six that were most traded in the 60 sessions up to the first decision; placebos
    draw six others by lot.
    """

    target: float = param(0.5, low=0.05, high=3.0, doc="excess over MCHI that ends it")
    months: int = param(24, low=1, high=60, unit="months", doc="how long it may take")
    clock: bool = param(True, doc="false never leaves")
    form: Form = param(Form.STOCKS, doc="stocks: six companies; funds: KWEB")
    picks: Picks = param(Picks.ARTICLE, doc="whose companies: the list, most traded, by lot")
    seed: int = param(1, low=0, high=999_999, doc="draws the companies of picks=lot")

    thesis = CYCLE_CLOCK
    rebalance = weekly | at_publication
    benchmark = MARKET
    grid = {"target": (0.5, 1.0), "months": (12, 24)}
    pool = CANDIDATES.tickers

    @property
    def universe(self) -> tuple[Sleeve | str, ...]:  # type: ignore[override]
        return self._candidates, MARKET

    @property
    def _candidates(self) -> Sleeve:
        if self.form is Form.FUNDS:
            return CHINA_FUND
        if self.picks is Picks.ARTICLE:
            return CHINESE_AI
        if self.picks is Picks.MOST_TRADED:
            return CANDIDATES
        lines = tuple(random.Random(self.seed).sample(CANDIDATES.lines, MEMBERS))
        return dataclasses.replace(CANDIDATES, lines=lines)

    def weights(self, view: View) -> Weights | None:
        basket = self._basket(view)
        wanted = basket if basket and self._running(view, basket) else (MARKET,)
        # bought once: a basket that is set equal again each week is not the one that is measured
        held = view.holdings
        return None if sum(held.get(line, 0.0) for line in wanted) > 0.5 else equal(wanted)

    def _basket(self, view: View) -> tuple[str, ...]:
        """The companies of the first decision; none before it."""
        if view.age is None:
            return ()
        if self.form is Form.STOCKS and self.picks is Picks.MOST_TRADED:
            return view.once(_most_traded, at=view.arrays.sessions(view.age + 1)[0])
        return self._candidates.tickers

    def _running(self, view: View, basket: tuple[str, ...]) -> bool:
        if not self.clock:
            return True
        if (view.age or 0) >= self.months * MONTH:
            return False
        return not (_excess(view, basket) >= self.target).any()

    def explain(self, view: View) -> pd.DataFrame | None:
        """How far the basket is ahead since the first decision, and how much time is left."""
        import pandas as pd

        basket = self._basket(view)
        if not basket:
            return None
        path = _excess(view, basket)
        days = view.arrays.sessions(len(path)).astype(str)
        left = max(0, self.months * MONTH - (len(path) - 1))
        reached = days[path >= self.target]
        row = {
            "first decision": days[0],
            "excess so far": path[-1],
            "highest so far": pd.Series(path).max(),
            "target": self.target,
            "reached on": reached[0] if len(reached) else "not yet",
            "sessions left": left,
            "holds": "Chinese AI" if self._running(view, basket) else MARKET,
        }
        return pd.DataFrame([row])

    def controls(self) -> Mapping[str, Strategy]:
        found: dict[str, Strategy] = {
            "MSCI China": Fixed(mix=((1.0, MARKET),)),
            "without a clock": dataclasses.replace(self, clock=False),
        }
        if self.form is Form.STOCKS and self.picks is Picks.ARTICLE:
            found["most traded, same clock"] = dataclasses.replace(self, picks=Picks.MOST_TRADED)
        return found

    def drawn(self, lot: random.Random) -> Strategy | None:
        if self.form is Form.FUNDS:
            return None
        return dataclasses.replace(self, picks=Picks.LOT, seed=lot.randrange(1_000_000))


def _excess(view: View, basket: tuple[str, ...]) -> Array:
    """The basket's gain less the market's, from the close of the first decision to each later one.

    Lines without a price on that day are not counted; NaN where none has one.
    """
    import numpy as np

    lines = tuple(line for line in basket if line in view.universe)
    levels = view.arrays.filled((*lines, MARKET), (view.age or 0) + 1)
    gains = levels / levels[0] - 1
    own = gains[:, :-1]
    there = ~np.isnan(own)
    with np.errstate(invalid="ignore"):
        mean = np.where(there, own, 0.0).sum(axis=1) / there.sum(axis=1)
    return np.asarray(mean - gains[:, -1])


def _most_traded(view: View) -> tuple[str, ...]:
    """The most traded candidates, ties by name."""
    past = view.turnover
    known = [line for line in CANDIDATES.tickers if line in past]
    listed = [line for line in known if past[line].notna().sum() >= USUAL]
    values = past[listed].iloc[-USUAL:].median().dropna()
    ranked = sorted(values.index, key=lambda line: (-values[line], line))
    return tuple(ranked[:MEMBERS])
