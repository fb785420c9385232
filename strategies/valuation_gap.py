"""T5: more of what is cheap by its own past, China or America."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import accumulate
from typing import TYPE_CHECKING

from newsfolio import (
    Facts,
    Fixed,
    Sleeve,
    Strategy,
    View,
    Weights,
    blend,
    equal,
    most_traded,
    param,
    quarterly,
)
from newsfolio.articles.east_rising import VALUATION_GAP
from newsfolio.library import CHINA_FUND, CHINA_STOCKS, US_FUND, US_STOCKS, Form

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

TOP_CHINA, TOP_US = 10, 7
STALE = 30
"""Days after which a P/E is too old to decide by."""
WALKS_FROM = date(1995, 1, 1)
"""First day of the random walk: earlier than any run by more than the longest window."""


def _valuation(index: str, called: str) -> Facts:
    return Facts(
        f"index_valuation_{index}",
        columns=("PE",),
        known="Date",
        lag=1,
        where=f"The price-earnings ratio of the {called} index, day by day from about 2020 on, on "
        "trailing earnings; from the index provider's factsheets or a vendor of index valuations.",
    )


CHINA_PE = _valuation("HSTECH", "Hang Seng TECH")
US_PE = _valuation("NDX", "Nasdaq 100")


class Signal(StrEnum):
    """What tells which side is cheap."""

    PRICE = "price"
    PE = "pe"
    WALK = "walk"


@dataclass(frozen=True)
class ValuationGap(Strategy):
    """China's share falls in a straight line with how dear it is against its own past.

    Article 003 finds the Hang Seng TECH index on 17 times expected earnings and the Nasdaq 100 on
    28, and expects the gap to close. Histories of expected earnings are not to be had freely, so
    the honest stand-in is the price: z is the log ratio of KWEB to QQQ, in standard deviations
    from its mean over the last `window` sessions. At each quarter's end China gets
    0.5 - 0.5 * z / `cap`, all at z = -`cap`, nothing at z = `cap`, and half while the past is too
    short.

    With signal=pe z is minus that of the gap in earnings yield, 1/PE of the Hang Seng TECH less
    1/PE of the Nasdaq 100, over the last `window` days on which both are known. A blank is
    unknown; fewer days than `window`, or a last one more than 30 days old, and nothing is decided.
    The ratios are on past earnings where the article speaks of expected ones.

    No list was drawn in hindsight: the funds are indices, and with form=stocks each side is its
    most traded companies (ten and seven), while z remains that of the funds. That the gap was
    worth an article is hindsight of its own: it is written when China is cheap. The controls bet
    on the opposite (momentum), on nothing (half and half), and on a walk drawn by lot.
    """

    window: int = param(756, low=60, high=2520, unit="values", doc="that z is measured over")
    cap: float = param(1.0, low=0.1, high=5.0, unit="deviations", doc="z of one side alone")
    signal: Signal = param(Signal.PRICE, doc="price ratio, P/E, or a random walk")
    direction: int = param(1, low=-1, high=1, doc="-1 buys what is dear")
    form: Form = param(Form.FUNDS, doc="funds: KWEB and QQQ; stocks: the most traded names")
    seed: int = param(1, low=0, high=999_999, doc="draws the random walk")

    thesis = VALUATION_GAP
    rebalance = quarterly
    grid = {"window": (504, 756, 1260), "cap": (1.0, 1.5, 2.0)}

    @property
    def facts(self) -> tuple[Facts, ...]:  # type: ignore[override]
        return (CHINA_PE, US_PE) if self.signal is Signal.PE else ()

    @property
    def universe(self) -> tuple[Sleeve, ...]:  # type: ignore[override]
        funds = (CHINA_FUND, US_FUND)
        return funds if self.form is Form.FUNDS else (CHINA_STOCKS, US_STOCKS, *funds)

    @property
    def benchmark(self) -> Strategy:  # type: ignore[override]
        china, america = self.universe[:2]
        return Fixed(mix=((0.5, china), (0.5, america)), schedule=quarterly)

    def weights(self, view: View) -> Weights | None:
        import numpy as np

        z = self._dearness(view)
        if np.isnan(z) and self.signal is Signal.PE:
            return None
        tilt = 0.0 if np.isnan(z) else float(np.clip(z / self.cap, -1, 1))
        share = 0.5 - 0.5 * self.direction * tilt
        china, america = self._sides(view)
        return blend((share, equal(china)), (1 - share, equal(america)))

    def _dearness(self, view: View) -> float:
        """How dear China is against America, in standard deviations; NaN unknown."""
        if self.signal is Signal.PRICE:
            return view.zscore("KWEB", "QQQ", self.window)
        if self.signal is Signal.WALK:
            return _score(_walk(view.today, self.seed)[-self.window :])
        gap = _yield_gap(view)
        fresh = len(gap) >= self.window and (view.today - gap.index[-1].date()).days <= STALE
        return -_score(gap.to_numpy()[-self.window :]) if fresh else float("nan")

    def _sides(self, view: View) -> tuple[Sleeve, Sleeve]:
        china, america = self.universe[:2]
        if self.form is Form.FUNDS:
            return china, america
        return most_traded(view, china, TOP_CHINA), most_traded(view, america, TOP_US)

    def controls(self) -> Mapping[str, Strategy]:
        return {
            "half and half": self.benchmark,
            "momentum": dataclasses.replace(self, direction=-self.direction),
            "a random walk": dataclasses.replace(self, signal=Signal.WALK),
        }


def _yield_gap(view: View) -> pd.Series:
    """China's earnings yield less America's, on the days on which both are known."""
    return (_earnings_yield(view, CHINA_PE) - _earnings_yield(view, US_PE)).dropna()


def _earnings_yield(view: View, table: Facts) -> pd.Series:
    """1/PE by day; a P/E that is blank or not positive is unknown."""
    rows = view.facts(table.name)
    rows = rows[rows["PE"] > 0].drop_duplicates("known", keep="last")
    return 1 / rows.set_index("known")["PE"]


def _walk(today: date, seed: int) -> list[float]:
    """A path of one step a day up to `today`: the same past whenever it is asked for."""
    lot = random.Random(seed)
    return list(accumulate(lot.random() - 0.5 for _ in range((today - WALKS_FROM).days)))


def _score(values: Sequence[float] | np.ndarray) -> float:
    """The last value, in standard deviations from the mean of all; NaN if they do not differ."""
    import numpy as np

    deviation = float(np.std(values, ddof=1))
    return float((values[-1] - np.mean(values)) / deviation) if deviation > 0 else float("nan")
