"""T18: Chinese AI until the gain of a technology cycle is earned, or its time is up."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
        return None if view.held.reindex(list(wanted)).sum() > 0.5 else equal(wanted)

    def _basket(self, view: View) -> tuple[str, ...]:
        """The companies of the first decision; none before it."""
        if view.age is None:
            return ()
        if self.form is Form.STOCKS and self.picks is Picks.MOST_TRADED:
            return _most_traded_at(view, view.age)
        return self._candidates.tickers

    def _running(self, view: View, basket: tuple[str, ...]) -> bool:
        if not self.clock:
            return True
        path = _excess(view, basket)
        return len(path) - 1 < self.months * MONTH and not (path >= self.target).any()

    def explain(self, view: View) -> pd.DataFrame | None:
        """How far the basket is ahead since the first decision, and how much time is left."""
        import pandas as pd

        basket = self._basket(view)
        if not basket:
            return None
        path = _excess(view, basket)
        left = max(0, self.months * MONTH - (len(path) - 1))
        reached = path[path >= self.target]
        row = {
            "first decision": f"{path.index[0]:%Y-%m-%d}",
            "excess so far": path.iloc[-1],
            "highest so far": path.max(),
            "target": self.target,
            "reached on": f"{reached.index[0]:%Y-%m-%d}" if len(reached) else "not yet",
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


def _excess(view: View, basket: tuple[str, ...]) -> pd.Series:
    """The basket's gain less the market's, from the close of the first decision to each later one.

    Lines without a price on that day are not counted; NaN where none has one.
    """
    levels = view.close.ffill().iloc[-(view.age or 0) - 1 :]
    gains = levels / levels.iloc[0] - 1
    return gains[[line for line in basket if line in gains]].mean(axis=1) - gains[MARKET]


def _most_traded_at(view: View, age: int) -> tuple[str, ...]:
    """The most traded candidates as they stood `age` sessions ago, ties by name."""
    past = view.turnover.iloc[: len(view.turnover) - age]
    known = [line for line in CANDIDATES.tickers if line in past]
    listed = [line for line in known if past[line].notna().sum() >= USUAL]
    values = past[listed].iloc[-USUAL:].median().dropna()
    ranked = sorted(values.index, key=lambda line: (-values[line], line))
    return tuple(ranked[:MEMBERS])
