"""What an author may hand to `view.once`: functions of their view alone, and others."""

from __future__ import annotations

import builtins
import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from newsfolio import Strategy, View, Weights, equal, weekly

PAIR = ("QQQ", "KWEB")
STORE: Any = builtins
"""A library's module, whose names nobody can look through: what is put there shows when asked."""


@dataclass(frozen=True)
class Base(Strategy):
    universe = PAIR
    rebalance = weekly

    def ahead(self, view: View) -> bool:
        raise NotImplementedError

    def weights(self, view: View) -> Weights:
        return equal("KWEB" if self.ahead(view) else "QQQ")


def _ahead(view: View, lookback: int) -> float:
    return view.momentum("KWEB", lookback) - view.momentum("QQQ", lookback)


def _better_than_before(view: View, day: date) -> bool:
    return view.once(_ahead, 63) > view.once(_ahead, 63, at=day)


@dataclass(frozen=True)
class Earlier(Base):
    """Honest: asks of a week before as well, and one function through another."""

    def ahead(self, view: View) -> bool:
        return view.once(_better_than_before, view.today - timedelta(days=7))


def _dice(view: View) -> float:
    return random.random()


@dataclass(frozen=True)
class Dice(Base):
    """Draws lots without a seed."""

    def ahead(self, view: View) -> bool:
        return view.once(_dice) > 0.5


def _nth(view: View) -> int:
    STORE._asked_so_often = getattr(STORE, "_asked_so_often", 0) + 1
    return int(STORE._asked_so_often)


@dataclass(frozen=True)
class Counts(Base):
    """Counts how often it is asked, and does nothing with it."""

    def ahead(self, view: View) -> bool:
        return view.once(_nth) > 0 and view.momentum("KWEB", 63) > 0


def _parameter(view: View) -> int:
    return int(getattr(STORE, "_lookback", 21))


@dataclass(frozen=True)
class Smuggled(Base):
    """Hands a function what is no argument: the variants would share one answer."""

    lookback: int = 63

    def ahead(self, view: View) -> bool:
        earlier = view.once(_parameter)
        STORE._lookback = self.lookback
        return view.momentum("KWEB", earlier) > 0


def _highest_seen(view: View) -> float:
    STORE._diary = diary = getattr(STORE, "_diary", {})
    diary[view.today] = view.level("KWEB")
    return max(level for day, level in diary.items() if day >= view.today)


@dataclass(frozen=True)
class Diary(Base):
    """Cheats: whoever comes by a second time knows the highest level that followed."""

    def ahead(self, view: View) -> bool:
        return view.once(_highest_seen) > view.level("KWEB")


@dataclass(frozen=True)
class Ahead(Base):
    """Asks for a week that has not come."""

    def ahead(self, view: View) -> bool:
        return view.once(_ahead, 5, at=view.today + timedelta(days=7)) > 0
