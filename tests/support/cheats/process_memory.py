"""Cheats that look for the future in the memory of the process that asks them."""

from __future__ import annotations

import gc
import inspect
import multiprocessing
import sys
import threading
from dataclasses import dataclass
from types import FrameType
from typing import Any

import markets.market
from newsfolio import Strategy, View, Weights, equal, monthly
from tests.support.cheats.whole import path_of

PAIR = ("QQQ", "KWEB")
MADE: list[Any] = []
CALLS: list[Any] = []


def ahead_in(market: Any, today: Any) -> bool:
    """Whether KWEB gains more than QQQ over the coming month."""
    day = int((market.sessions <= market.sessions.dtype.type(str(today))).sum()) - 1
    end = min(day + 21, len(market.sessions) - 1)
    gains = {line: market.level[end, market.place[line]] / market.level[day, market.place[line]]
             for line in PAIR}  # fmt: skip
    return bool(gains["KWEB"] > gains["QQQ"])


def is_market(value: Any) -> bool:
    return type(value).__name__ == "Market"


@dataclass(frozen=True)
class Base(Strategy):
    universe = PAIR
    rebalance = monthly

    def market(self, view: View) -> Any:
        raise NotImplementedError

    def weights(self, view: View) -> Weights:
        return equal("KWEB" if ahead_in(self.market(view), view.today) else "QQQ")


class Collector(Base):
    """Asks the garbage collector for every object there is."""

    def market(self, view: View) -> Any:
        return next(value for value in gc.get_objects() if is_market(value))


class Referrers(Base):
    """Climbs from the class of markets to those that are alive."""

    def market(self, view: View) -> Any:
        return next(value for value in gc.get_referrers(markets.market.Market) if is_market(value))


def market_in(frame: FrameType) -> Any:
    """A market among the values of a frame, or one that any of them holds; None without."""
    for value in list(frame.f_locals.values()):
        for held in (value, getattr(value, "market", None), getattr(value, "_market", None)):
            if is_market(held):
                return held
    return None


class Traceback(Base):
    """Raises an error for the sake of its traceback, whose frames need no call that is watched."""

    def market(self, view: View) -> Any:
        try:
            raise ValueError
        except ValueError as error:
            frame = error.__traceback__.tb_frame  # type: ignore[union-attr]
        while frame is not None:
            if held := market_in(frame):
                return held
            frame = frame.f_back
        raise LookupError


class CurrentFrames(Base):
    """Takes its own frame from the list of all threads."""

    def market(self, view: View) -> Any:
        frame = sys._current_frames()[threading.get_ident()]
        while frame is not None:
            if held := market_in(frame):
                return held
            frame = frame.f_back
        raise LookupError


class Stack(Base):
    """Reads the stack with the library's own inspector."""

    def market(self, view: View) -> Any:
        for row in inspect.stack(0):
            if held := market_in(row.frame):
                return held
        raise LookupError


def _made(market: Any, *args: Any, **kwargs: Any) -> None:
    _first(market, *args, **kwargs)
    MADE.append(market)


_first = markets.market.Market.__init__


class Patched(Base):
    """Puts itself into the making of markets."""

    def market(self, view: View) -> Any:
        if markets.market.Market.__init__ is not _made:
            markets.market.Market.__init__ = _made  # type: ignore[method-assign]
        return MADE[-1] if MADE else next(t for t in gc.get_objects() if is_market(t))


class Profiled(Base):
    """Has every call reported from its first decision on, with the frame that makes it."""

    def market(self, view: View) -> Any:
        def look(frame: Any, event: str, _: Any) -> None:
            if held := market_in(frame):
                sys.setprofile(None)
                CALLS.append(held)

        sys.setprofile(look)
        view.momentum("KWEB", 63)  # somebody is bound to call something
        return CALLS[-1] if CALLS else path_market()


def path_market() -> Any:
    from tests.support.cheats.whole import whole_market

    return whole_market()[0]


class TwoFaced(Base):
    """Looks ahead where nobody checks, and is honest in a process that another one started."""

    def weights(self, view: View) -> Weights:
        if multiprocessing.parent_process() is not None:
            return equal(PAIR[view.momentum("KWEB", 63) > view.momentum("QQQ", 63)])
        level, today = path_of("KWEB")
        return equal(PAIR[int(level[min(today + 21, len(level) - 1)] > level[today])])


class Rarely(Base):
    """Looks ahead in one month of the year only."""

    def weights(self, view: View) -> Weights:
        if view.today.month != 3:
            return equal(PAIR[int(view.momentum("KWEB", 63) > view.momentum("QQQ", 63))])
        level, today = path_of("KWEB")
        return equal(PAIR[int(level[min(today + 21, len(level) - 1)] > level[today])])
