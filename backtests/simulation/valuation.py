"""Sums of money, rounded once so that the order of lines and trades cannot matter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import fsum

import numpy as np
from numpy.typing import NDArray

from backtests.simulation.fills import REASONS, Transactions, Why
from markets.market import Floats

DELISTING = REASONS.index(Why.DELISTING)
"""The event that leaves no units."""

LEFT = 1e-9
"""Of the most that was held of a line: less is what rounding left of nothing."""


MANY = 64
"""Lines whose prices are kept by close alone: all that is held at one is added up together."""


@dataclass(frozen=True, eq=False)
class Closes:
    """What cash and units are worth at S closes of a market, from the session `first` on.

    prices: (S, N) of one unit in base currency; credit, debit: (S,) growth of one unit of cash.
    """

    first: int
    prices: Floats
    credit: Floats
    debit: Floats

    @cached_property
    def by_line(self) -> Floats:
        """(N, S) the same prices, one line after the other; of many lines (0, S)."""
        few = self.prices.T if self.prices.shape[1] < MANY else self.prices.T[:0]
        return np.ascontiguousarray(few)


def held(fills: Floats, events: Floats, first: int, shape: tuple[int, int]) -> Floats:
    """(S, N) units after each session from `first` on, of one run; (S, N): the `shape`.

    fills: (F, 7), events: (E, 4), as fills.LazyRows has them.
    """
    traded = np.zeros(shape)
    row, column = fills[:, 0].astype("int64") - first, fills[:, 1].astype("int64")
    np.add.at(traded, (row, column), fills[:, 2])
    units = np.cumsum(traded, axis=0)
    for session, _, gone, _ in events[events[:, 1] == DELISTING].tolist():
        line, place = int(gone), int(session) - first
        units[place, line] = 0.0
        units[place + 1 :, line] = np.cumsum(traded[place + 1 :, line])
    units[np.abs(units) < LEFT * np.max(np.abs(units), axis=0, initial=0)] = 0.0
    return units


try:
    from backtests.compiled.core import sums, valued
except ImportError:  # there was no compiler when newsfolio was installed

    def sums(values: Floats, ends: NDArray[np.int64]) -> Floats:
        """(K,) exact sums of stretches of `values`, (F,), which end at `ends`, (K,)."""
        return np.array([fsum(part.tolist()) for part in np.split(values, ends)[: len(ends)]])

    def valued(cash: float, transactions: Transactions, closes: Closes) -> tuple[Floats, Floats]:
        """(K, S) cash and equity at each close of K runs that began with `cash`.

        Equity is the exact sum of cash and units x prices.
        """
        fills_end, events_end = transactions.fills_end, transactions.events_end
        runs = [
            _valued(cash, fills, events, closes)
            for fills, events in zip(
                np.split(transactions.fills, fills_end)[: len(fills_end)],
                np.split(transactions.events, events_end)[: len(events_end)],
                strict=True,
            )
        ]
        curves = np.array(runs, dtype="float64").reshape(len(runs), 2, len(closes.prices))
        return curves[:, 0], curves[:, 1]

    def _valued(
        cash: float, fills: Floats, events: Floats, closes: Closes
    ) -> tuple[Floats, Floats]:
        """Cash and equity of one run."""
        first, prices, credit, debit = closes.first, closes.prices, closes.credit, closes.debit
        value = -fills[:, 2] * fills[:, 3] * fills[:, 4]
        rows = np.concatenate([fills[:, 0], fills[:, 0], events[:, 0]]).astype("int64") - first
        amounts = np.concatenate([value, -fills[:, 5], events[:, 3]])
        order = np.argsort(rows, kind="stable")
        moved, balances = _chained(cash, rows[order], amounts[order])
        place = np.searchsorted(moved, np.arange(len(credit)), side="right")
        kept, last = np.append(cash, balances)[place], np.append(0, moved)[place]
        balance = kept * np.where(kept >= 0, credit / credit[last], debit / debit[last])
        units = held(fills, events, first, prices.shape)
        worth = zip(balance.tolist(), (units * prices).tolist(), strict=True)
        return balance, np.array([fsum([at_bank, *row]) for at_bank, row in worth])

    def _chained(
        start: float, rows: NDArray[np.int64], amounts: Floats
    ) -> tuple[NDArray[np.int64], Floats]:
        """The distinct rows, and the balance after each."""
        distinct, first = np.unique(rows, return_index=True)
        balances, balance = [], start
        for part in np.split(amounts, first[1:]):
            balance = fsum([balance, *part.tolist()])
            balances.append(balance)
        return distinct, np.array(balances[: len(distinct)])


__all__ = ["held", "sums", "valued"]
