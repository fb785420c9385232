"""What cash earns and debt costs, compounded by session."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from markets.market import Floats, Market
from markets.per_market import per_market

YEAR = 360.0
"""Days in the money market's year (actual/360)."""

HOLDING_YEAR = 365.0
"""Days in the year of a fee on what is held."""


@dataclass(frozen=True, eq=False)
class Growth:
    """Growth of one unit of cash since the run's first session, by session.

    credit: (T,) of a positive balance at the cash rate; debit: (T,) of a debt, which costs the
    rate plus a spread. days: (T,) calendar days since the session before, 0 up to the first.
    """

    credit: Floats
    debit: Floats
    days: Floats

    def over(self, start: int, end: int, balance: float) -> float:
        """The factor by which `balance` grows from the close of `start` to `end`."""
        table = self.credit if balance >= 0 else self.debit
        return float(table[end] / table[start])


@per_market
def growth(market: Market, credit_spread: float) -> Growth:
    """Growth at the market's dated cash rate; `credit_spread` a year on top for debt.

    Bare cash does not grow, its debt does.
    """
    days = np.zeros(len(market.sessions))
    days[1:] = np.diff(market.sessions).astype("int64")
    days[: market.first + 1] = 0.0
    earned = np.zeros_like(market.cash_rate) if market.bare_cash else market.cash_rate
    return Growth(
        credit=np.asarray(np.cumprod(1 + earned * days / YEAR)),
        debit=np.asarray(np.cumprod(1 + (market.cash_rate + credit_spread) * days / YEAR)),
        days=days,
    )
