"""T7: Chinese software, when the article says that its turn has come."""

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
    at_publication,
    equal,
    param,
    quarterly,
)
from newsfolio.articles.east_rising import SOFTWARE_PHASE
from newsfolio.library import CHINA_STOCKS

SOFTWARE = Sleeve(
    "Chinese software",
    ("0268.HK", "3888.HK", "0020.HK", "002230.SZ", "600588.SS", "3896.HK"),
    hindsight="the article names no list; this one was drawn up after it, and Kingdee, Kingsoft "
    "and Kingsoft Cloud had more than doubled in the half year before",
)
PICKED = " ".join(SOFTWARE.tickers)
OTHERS = (
    "3888.HK", "0020.HK", "3896.HK", "0763.HK", "6618.HK",
    "688256.SS", "300308.SZ", "300502.SZ", "002230.SZ", "600588.SS",
)  # fmt: skip
"""Chinese technology that is not among the candidates of the Hang Seng TECH index."""
LOOKBACK = 126


@dataclass(frozen=True)
class SoftwarePhase(Strategy):
    """MSCI China before the article, six Chinese software companies from it on.

    Article 003 quotes UBS: in past technology cycles the shares concerned beat the market by a
    half or more within one to two years, this one is not half done, and software, which puts AI
    into the work of companies, has the most room. The strategy holds MCHI until the article can
    be acted on, then Kingdee, Kingsoft, SenseTime, iFlytek, Yonyou and Kingsoft Cloud in equal
    parts, set again every quarter. With `top` it holds only those with the highest returns over
    126 sessions, ties in the order of the list, and MCHI where no return is known.

    There is no fund of Chinese software, so stocks are the only form. The list is hindsight: the
    article gives none. Controls make the same move into platforms (KWEB), into hardware (Lenovo,
    SMIC), or none; placebos move into as many Chinese technology stocks drawn by lot.
    """

    top: int = param(0, low=0, high=6, unit="lines", doc="how many of the leaders; 0: all")
    lines: str = param(PICKED, doc="what is bought, tickers with blanks between")

    thesis = SOFTWARE_PHASE
    rebalance = quarterly | at_publication
    benchmark = Fixed(mix=((1.0, "MCHI"),), schedule=quarterly)
    grid = {"top": (0, 2, 3)}
    pool = (*CHINA_STOCKS.tickers, *OTHERS)

    @property
    def universe(self) -> tuple[Sleeve | str, ...]:  # type: ignore[override]
        return self._bought, "MCHI"

    @property
    def _bought(self) -> Sleeve:
        if self.lines == PICKED:
            return SOFTWARE
        lines = tuple(self.lines.split())
        return Sleeve("In place of software", lines, CHINA_STOCKS.hindsight if lines[1:] else "")

    def weights(self, view: View) -> Weights:
        return equal(self._leaders(view) if view.published else "MCHI")

    def _leaders(self, view: View) -> tuple[str, ...]:
        lines = self._bought.tickers
        if not self.top:
            return lines
        gains = {line: view.momentum(line, LOOKBACK) for line in lines if line in view.usable}
        known = [line for line in gains if not math.isnan(gains[line])]
        ranked = sorted(known, key=lambda line: -gains[line])
        return tuple(ranked[: self.top]) or ("MCHI",)

    def controls(self) -> Mapping[str, Strategy]:
        return {
            "platforms": dataclasses.replace(self, top=0, lines="KWEB"),
            "hardware": dataclasses.replace(self, top=0, lines="0992.HK 0981.HK"),
            "MSCI China": self.benchmark,
        }

    def drawn(self, lot: random.Random) -> Strategy:
        picks = sorted(lot.sample(self.pool, len(SOFTWARE.lines)))
        return dataclasses.replace(self, lines=" ".join(picks))
