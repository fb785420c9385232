"""How a cheat gets hold of the whole market: by walking up the frames that called it."""

from __future__ import annotations

import sys
from typing import Any


def whole_market() -> Any:
    """The market of the run, future included, and the place of today in it."""
    frame = sys._getframe(1)
    while frame is not None:
        decider = frame.f_locals.get("self")
        market = getattr(decider, "_market", None)
        if market is not None and "session" in frame.f_locals:
            return market, frame.f_locals["session"]
        frame = frame.f_back
    raise LookupError("no market in the frames")


def path_of(ticker: str) -> Any:
    """All levels of a line, future included, and the place of today."""
    market, today = whole_market()
    return market.level[:, market.place[ticker]], today
