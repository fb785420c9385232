"""T3: AI, BABA, China."""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from newsfolio import (
    Fixed,
    Panel,
    Strategy,
    View,
    Weights,
    at_publication,
    equal,
    param,
    quarterly,
)
from newsfolio.articles.east_rising import ABC
from newsfolio.library import EX_CHINA
from newsfolio.panel import Table

OTHER_MEMBERS = ("BIDU", "JD", "PDD", "BILI", "TME")
"""Companies in KWEB that might have stood where Alibaba stands, one line each in the US."""
AI_FUNDS = ("SMH", "SOXX", "XLK", "IGV", "QQQ")
STOCKS = ("BABA", *OTHER_MEMBERS, "NTES", "TCOM", "NIO", "LI", "XPEV")
CHINA_FUNDS = ("KWEB", "FXI", "MCHI", "CQQQ", "PGJ", "ASHR")
"""What an author who said AI, a Chinese champion, China might have picked instead."""


class Mix(StrEnum):
    """How the three parts are weighted."""

    EQUAL = "equal"
    AI_HALF = "ai-half"
    INVERSE_VOLATILITY = "inverse-volatility"


@dataclass(frozen=True)
class AbcBasket(Strategy):
    """A third each of AI (SMH), Alibaba and Chinese internet (KWEB), reset every quarter.

    Article 003 turns a joke about portfolios with "anything but China" into its opposite: AI,
    BABA, China. The null is the joke itself, the strategy anything-but-china; the second control
    puts another member of KWEB, drawn by lot, where Alibaba stands, because one stock may be luck.
    Placebos draw all three parts from the funds and stocks that might have been meant.
    """

    mix: Mix = param(Mix.EQUAL, doc="thirds, half AI, or by 63-session volatility")
    ai: str = param("SMH", doc="the fund that stands for AI")
    stock: str = param("BABA", doc="the single stock")
    china: str = param("KWEB", doc="the fund that stands for China")
    seed: int = param(1, low=0, doc="draws the stock of the second control")

    thesis = ABC
    rebalance = quarterly | at_publication
    benchmark = "ACWI"
    grid = {"mix": tuple(Mix)}
    pool = (*AI_FUNDS, *STOCKS, *CHINA_FUNDS)

    @property
    def universe(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.ai, self.stock, self.china)

    def weights(self, view: View) -> Weights:
        if self.mix is Mix.INVERSE_VOLATILITY:
            return _inverse_volatility(view, self.universe)
        return self._fixed

    def weights_table(self, panel: Panel) -> Table | None:
        if not set(self.universe) <= set(panel.universe):
            return None
        if self.mix is Mix.INVERSE_VOLATILITY:
            return _inverse_volatilities(panel)
        return panel.table(self._fixed)

    @property
    def _fixed(self) -> Weights:
        if self.mix is Mix.AI_HALF:
            return dict(zip(self.universe, (0.5, 0.25, 0.25), strict=True))
        return equal(*self.universe)

    def controls(self) -> Mapping[str, Strategy]:
        drawn = random.Random(self.seed).choice(OTHER_MEMBERS)
        return {
            "anything but China": AnythingButChina(),
            f"{drawn} for {self.stock}": dataclasses.replace(self, stock=drawn),
        }

    def drawn(self, lot: random.Random) -> Strategy:
        ai, stock, china = map(lot.choice, (AI_FUNDS, STOCKS, CHINA_FUNDS))
        return dataclasses.replace(self, ai=ai, stock=stock, china=china)


@dataclass(frozen=True)
class AnythingButChina(Strategy):
    """The null of abc-basket: half Nasdaq 100, half emerging markets without China.

    The second half is EMXC, before its listing XCEM, and where neither is at hand South Korea and
    India (EWY and INDA) equally, which is a proxy.
    """

    thesis = ABC
    universe = ("QQQ", EX_CHINA)
    rebalance = quarterly | at_publication
    benchmark = "ACWI"

    def weights(self, view: View) -> Weights:
        return equal("QQQ", EX_CHINA)

    def controls(self) -> Mapping[str, Strategy]:
        return {"world equities": Fixed(mix=((1.0, "ACWI"),), schedule=quarterly)}


def _inverse_volatility(view: View, parts: tuple[str, ...]) -> Weights:
    """Weights in inverse proportion to 63-session volatility, over the parts that have one."""
    inverse = {part: 1 / view.volatility(part, 63) for part in parts}
    known = {part: value for part, value in inverse.items() if value == value}
    total = math.fsum(known.values())
    return {part: value / total for part, value in known.items()}


def _inverse_volatilities(panel: Panel) -> Table:
    import numpy as np

    inverse = np.nan_to_num(1 / panel.volatility(63))
    total = panel.total(inverse)
    return inverse / np.where(total > 0, total, 1.0)[:, None]
