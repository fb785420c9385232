"""Sums that are rounded once, so that the order of lines and trades cannot matter."""

from __future__ import annotations

from math import fsum

import numpy as np
from numpy.typing import NDArray

from markets.market import Floats

try:
    from backtests.engines.core import chained, summed
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

    def summed(cash: Floats, values: Floats) -> Floats:
        """(S,) exact sums of cash (S,) and the values of all lines (S, N) at each close."""
        rows = zip(cash.tolist(), values.tolist(), strict=True)
        return np.array([fsum([held, *row]) for held, row in rows])


__all__ = ["chained", "summed"]
