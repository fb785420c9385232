"""Sums of money, rounded once so that the order of lines and trades cannot matter."""

from __future__ import annotations

from math import fsum

import numpy as np
from numpy.typing import NDArray

from backtests.simulation.fills import REASONS, Why
from markets.market import Floats

DELISTING = REASONS.index(Why.DELISTING)
"""The event that leaves no units."""


def held(
    fills: Floats, events: Floats, first: int, sessions: int, lines: int, left: float
) -> Floats:
    """(S, N) units after each session from `first` on, of one run.

    fills: (F, 7), events: (E, 4), as fills.Rows has them. Less than `left` of the most that was
    ever held of a line is nothing.
    """
    traded = np.zeros((sessions, lines))
    row, column = fills[:, 0].astype("int64") - first, fills[:, 1].astype("int64")
    np.add.at(traded, (row, column), fills[:, 2])
    units = np.cumsum(traded, axis=0)
    for session, _, gone, _ in events[events[:, 1] == DELISTING].tolist():
        line, place = int(gone), int(session) - first
        units[place, line] = 0.0
        units[place + 1 :, line] = np.cumsum(traded[place + 1 :, line])
    units[np.abs(units) < left * np.max(np.abs(units), axis=0, initial=0)] = 0.0
    return units


try:
    from backtests.compiled.core import sums, valued
except ImportError:  # there was no compiler when newsfolio was installed

    def sums(values: Floats, ends: NDArray[np.int64]) -> Floats:
        """(K,) exact sums of stretches of `values`, (F,), which end at `ends`, (K,)."""
        return np.array([fsum(part.tolist()) for part in np.split(values, ends)[: len(ends)]])

    def valued(
        cash: float, fills: Floats, fills_end: NDArray[np.int64],
        events: Floats, events_end: NDArray[np.int64],
        prices: Floats, credit: Floats, debit: Floats, first: int, left: float,
    ) -> tuple[Floats, Floats]:  # fmt: skip
        """(K, S) cash and equity at each close of K runs that began with `cash`.

        fills, events: of all runs, one after the other, each in the order of time, as fills.Rows
        has them; those of a run end at fills_end, events_end. prices: (S, N) of one unit in base
        currency, from the session `first` on; credit, debit: (S,) growth of one unit of cash.
        Equity is the exact sum of cash and units x prices; left: see `held`.
        """
        runs = [
            _valued(cash, fill, event, prices, credit, debit, first, left)
            for fill, event in zip(
                np.split(fills, fills_end)[: len(fills_end)],
                np.split(events, events_end)[: len(events_end)],
                strict=True,
            )
        ]
        shape = len(runs), 2, len(prices)
        found = np.array(runs, dtype="float64").reshape(shape)
        return found[:, 0], found[:, 1]

    def _valued(
        cash: float, fills: Floats, events: Floats,
        prices: Floats, credit: Floats, debit: Floats, first: int, left: float,
    ) -> tuple[Floats, Floats]:  # fmt: skip
        """Cash and equity of one run."""
        value = -fills[:, 2] * fills[:, 3] * fills[:, 4]
        rows = np.concatenate([fills[:, 0], fills[:, 0], events[:, 0]]).astype("int64") - first
        amounts = np.concatenate([value, -fills[:, 5], events[:, 3]])
        order = np.argsort(rows, kind="stable")
        moves, balances = _chained(cash, rows[order], amounts[order])
        place = np.searchsorted(moves, np.arange(len(credit)), side="right")
        kept, last = np.append(cash, balances)[place], np.append(0, moves)[place]
        balance = kept * np.where(kept >= 0, credit / credit[last], debit / debit[last])
        units = held(fills, events, first, len(prices), prices.shape[1], left)
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
