"""A cheat that remembers: what it saw in one run it knows in the next."""

from __future__ import annotations

from dataclasses import dataclass

from newsfolio import Strategy, View, Weights, equal, monthly

DIARY: dict[object, float] = {}


@dataclass(frozen=True)
class Memory(Strategy):
    """Writes down what a line did, and looks it up when the same day comes again."""

    universe = ("QQQ", "KWEB")
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        close = view.close["KWEB"].ffill()
        DIARY.update(zip(close.index, close, strict=True))
        later = [day for day in DIARY if day > close.index[-1]]
        rises = bool(later) and DIARY[min(later)] > close.iloc[-1]
        return equal("KWEB" if rises else "QQQ")
