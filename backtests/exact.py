"""Sums of money, rounded once so that the order of lines and trades cannot matter; of units."""

from __future__ import annotations

from math import fsum

import numpy as np
from numpy.typing import NDArray

from markets.market import Floats

try:
    from backtests.engines.core import chained, held, summed
except ImportError:  # there was no compiler when newsfolio was installed

    def chained(
        start: float, rows: NDArray[np.int64], amounts: Floats
    ) -> tuple[NDArray[np.int64], Floats]:
        """Balances after each distinct row: `start`, then the exact sum of what moved in it.

        rows: (F,) ascending; amounts: (F,). Answers the distinct rows and the balance after each.
        """
        distinct, first = np.unique(rows, return_index=True)
        balances, balance = [], start
        for part in np.split(amounts, first[1:]):
            balance = fsum([balance, *part.tolist()])
            balances.append(balance)
        return distinct, np.array(balances[: len(distinct)])

    def held(
        rows: NDArray[np.int64], columns: NDArray[np.int64], quantities: Floats,
        sessions: int, lines: int, left: float,
    ) -> Floats:  # fmt: skip
        """(sessions, lines) units after each session, from what was traded on it, (F,) each.

        Less than `left` of the most that was ever held of a line is nothing.
        """
        units = np.zeros((sessions, lines))
        np.add.at(units, (rows, columns), quantities)
        units = np.cumsum(units, axis=0)
        units[np.abs(units) < left * np.max(np.abs(units), axis=0, initial=0)] = 0.0
        return units

    def summed(cash: Floats, units: Floats, prices: Floats) -> Floats:
        """(S,) exact sums of cash (S,) and units x prices of all lines (S, N) at each close."""
        rows = zip(cash.tolist(), (units * prices).tolist(), strict=True)
        return np.array([fsum([held, *row]) for held, row in rows])


__all__ = ["chained", "held", "summed"]
