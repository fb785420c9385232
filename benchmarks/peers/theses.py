"""The strategies that are timed, as a user writes them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from newsfolio import (
    Article,
    Fixed,
    Panel,
    Strategy,
    Thesis,
    View,
    Weights,
    at_publication,
    equal,
    every_session,
    monthly,
    param,
)
from newsfolio.panel import Table

LINES = (
    "AAPL", "MSFT", "GOOGL", "AMZN", "NVDA", "META", "TSLA", "SPY", "QQQ", "KWEB", "FXI", "TLT",
    "GLD", "0700.HK", "0981.HK", "1211.HK", "0175.HK",
)  # fmt: skip
"""Lines in two currencies, all of them listed before the window."""

ARTICLE = Article("speed", "A made-up article", "Nobody", datetime(2024, 9, 2, 6, 0, tzinfo=UTC))


@dataclass(frozen=True)
class Equal(Strategy):
    """Equal parts, every month."""

    universe = LINES
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        return equal(*self.universe)


@dataclass(frozen=True)
class Leaders(Strategy):
    """The lines with the highest momentum in equal parts, every month."""

    lookback: int = param(126, low=1, high=504, unit="sessions")
    top: int = param(5, low=1, high=17)

    universe = LINES
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        lines = (line for line in self.universe if line in view.usable)
        gains = {line: view.momentum(line, self.lookback) for line in lines}
        priced = [line for line, gain in gains.items() if gain == gain]
        best = sorted(priced, key=lambda line: -gains[line])[: self.top]
        return equal(*best) if best else {}


@dataclass(frozen=True)
class Inverse(Strategy):
    """All lines in inverse proportion to their volatility, every day."""

    universe = LINES
    rebalance = every_session

    def weights(self, view: View) -> Weights:
        spreads = {line: view.volatility(line, 60) for line in sorted(view.usable)}
        inverse = {line: 1 / spread for line, spread in spreads.items() if spread > 0}
        total = math.fsum(inverse.values())
        return {line: share / total for line, share in inverse.items()}


@dataclass(frozen=True)
class LeadersAtOnce(Leaders):
    """The same with all decisions at once."""

    def weights_table(self, panel: Panel) -> Table:
        gains = np.where(panel.usable, panel.momentum(self.lookback), np.nan)
        priced = ~np.isnan(gains)
        ranks = np.argsort(np.argsort(-gains, axis=1, kind="stable"), axis=1)
        best = priced & (ranks < self.top)
        return best / np.maximum(best.sum(axis=1, keepdims=True), 1)


@dataclass(frozen=True)
class InverseAtOnce(Inverse):
    """The same with all decisions at once."""

    def weights_table(self, panel: Panel) -> Table:
        spreads = np.where(panel.usable, panel.volatility(60), np.nan)
        usable = spreads > 0
        inverse = np.divide(1.0, spreads, out=np.zeros_like(spreads), where=usable)
        total = panel.total(inverse)[:, None]
        return np.divide(inverse, total, out=np.zeros_like(inverse), where=total > 0)


@dataclass(frozen=True)
class Judged(Strategy):
    """Equal parts with a thesis: half its money before the article, all of it afterwards."""

    thesis = Thesis("speed", "A made-up thesis", "All of them pay.", ARTICLE)
    universe = LINES
    rebalance = monthly | at_publication
    benchmark = "SPY"

    def weights(self, view: View) -> Weights:
        share = 1.0 if view.published else 0.5
        return {line: share * weight for line, weight in equal(*self.universe).items()}

    def controls(self) -> Mapping[str, Strategy]:
        return {"SPY": Fixed(mix=((1.0, "SPY"),))}
