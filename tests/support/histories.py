"""Histories whose answers are prescribed, for views in tests of single decisions."""

from __future__ import annotations

from typing import Any

from newsfolio import Sleeve
from newsfolio.view import mean_known


class Prescribed:
    """Answers a look-up by the method of its name, and for a sleeve the mean over its lines."""

    def look_up(self, name: str, of: str | Sleeve, lookback: int, skip: int = 0) -> float:
        if not isinstance(of, str):
            return mean_known(self.look_up(name, line, lookback, skip) for line in of.tickers)
        answers: Any = getattr(self, name)
        if name == "level":
            return float(answers(of))
        return float(answers(of, lookback, skip) if name == "momentum" else answers(of, lookback))
