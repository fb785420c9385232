"""How a cheat gets hold of the whole market: by walking up the frames that called it."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np


def whole_market() -> Any:
    """The market of the run, future included, and the place of today in it."""
    frame, view = sys._getframe(1), None
    while frame is not None:
        view = view or frame.f_locals.get("view")
        for value in list(frame.f_locals.values()):
            market = getattr(value, "market", None) or getattr(value, "_market", None)
            if view is not None and hasattr(market, "sessions"):
                return market, int(np.searchsorted(market.sessions, np.datetime64(view.today)))
        frame = frame.f_back
    raise LookupError("no market in the frames")


def path_of(ticker: str) -> Any:
    """All levels of a line, future included, and the place of today."""
    market, today = whole_market()
    return market.level[:, market.place[ticker]], today
