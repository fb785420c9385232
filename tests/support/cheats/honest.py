"""Strategies that look only at what was, some of them in unusual ways."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random

from newsfolio import (
    Sleeve,
    Strategy,
    View,
    Weights,
    drift_band,
    equal,
    members,
    monthly,
    weekly,
)

PAIR = ("QQQ", "KWEB")


@dataclass(frozen=True)
class Hysteresis(Strategy):
    """Stays where it is inside a band, so that its start matters for ever."""

    universe = PAIR
    rebalance = weekly

    def weights(self, view: View) -> Weights | None:
        gap = view.momentum("KWEB", 63) - view.momentum("QQQ", 63)
        if abs(gap) < 0.05 and view.held.sum() > 0.5:
            return None
        return equal("KWEB" if gap > 0 else "QQQ")


@dataclass(frozen=True)
class HeldDependent(Strategy):
    """Moves a third of the way to its target each month."""

    universe = PAIR
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        want = 1.0 if view.momentum("KWEB", 126) > view.momentum("QQQ", 126) else 0.0
        east = float(view.held["KWEB"])
        east += (want - east) / 3
        return {"KWEB": east, "QQQ": 1 - east}


@dataclass(frozen=True)
class LateImport(Strategy):
    """Imports a library where it is used."""

    universe = PAIR
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        from scipy.stats import norm

        gap = view.zscore("KWEB", "QQQ", 126)
        east = float(norm.cdf(-gap)) if gap == gap else 0.5
        return {"KWEB": east, "QQQ": 1 - east}


@lru_cache(maxsize=64)
def squared(number: int) -> int:
    return number * number


@dataclass(frozen=True)
class Cached(Strategy):
    """Remembers the answers of a pure function."""

    universe = PAIR
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        return equal(PAIR[squared(view.today.month) % 2])


@dataclass(frozen=True)
class Dice(Strategy):
    """Draws by lot, the same lot on the same day."""

    universe = PAIR
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        return equal(PAIR[Random(view.today.toordinal()).randrange(2)])


@dataclass(frozen=True)
class Band(Strategy):
    """Half and half, restored where it drifts."""

    universe = PAIR
    rebalance = monthly | drift_band(0.02)

    def weights(self, view: View) -> Weights:
        return equal(*PAIR)


@dataclass(frozen=True)
class LateListings(Strategy):
    """All that can be held, which becomes more."""

    universe = ("SPY", "XPEV", "LI", "NIO")
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        return equal(*(line for line in view.universe if line in view.usable))


@dataclass(frozen=True)
class Listed(Strategy):
    """All lines of one sleeve by the view's list; those to come leave their share to the others."""

    universe = (Sleeve("all", ("SPY", "XPEV", "LI", "NIO")),)
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        return equal(view.universe)


@dataclass(frozen=True)
class Signal(Strategy):
    """Watches a yield and the whole table of prices."""

    universe = PAIR
    signals = ("^TNX",)
    rebalance = weekly

    def weights(self, view: View) -> Weights:
        yields = view.signal("^TNX").dropna()
        rising = len(yields) > 63 and yields.iloc[-1] > yields.iloc[-63]
        steady = view.close["QQQ"].pct_change(fill_method=None).std() < 0.02
        return equal("QQQ" if rising or steady else "KWEB")


@dataclass(frozen=True)
class ByDate(Strategy):
    """Members of a made-up index, of whom one joins and one leaves."""

    index = members(
        "by date",
        [("QQQ", "2015-01-02"), ("KWEB", "2015-01-02", "2024-02-09"), ("SPY", "2024-01-16")],
    )
    universe = index
    rebalance = weekly

    def weights(self, view: View) -> Weights:
        return equal(self.index.at(view))


@dataclass(frozen=True)
class HeldThroughOthers(Strategy):
    """Takes what its universe says, lines that are listed later and held through others too."""

    universe = ("BIDU", "9618.HK", "9999.HK")
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        return equal([line for line in view.universe if line in view.usable])
