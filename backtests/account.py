"""From fills and cash events to cash, units, equity and weights: one pure function."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import fsum

import numpy as np
import pandas as pd

from backtests.fills import CashEvent, Fill, Why
from backtests.interest import growth
from markets.market import Floats, Market


@dataclass(frozen=True, eq=False)
class Account:
    """What a run was worth, by session of the run (S of them, from the market's first).

    cash: (S,) at each close, interest since the last event included; units: (S, N);
    values: (S, N) base currency; equity: (S,).
    """

    sessions: pd.DatetimeIndex
    tickers: tuple[str, ...]
    cash: Floats
    units: Floats
    values: Floats

    @property
    def equity(self) -> pd.Series:
        parts = zip(self.cash.tolist(), self.values.tolist(), strict=True)
        total = [fsum([cash, *values]) for cash, values in parts]  # any order of lines
        return pd.Series(total, index=self.sessions, name="equity")

    @property
    def weights(self) -> pd.DataFrame:
        """Share of equity by line; 0 everywhere once the equity is gone."""
        equity = self.equity.to_numpy()[:, None]
        shares = np.divide(self.values, equity, out=np.zeros_like(self.values), where=equity > 0)
        return pd.DataFrame(shares, index=self.sessions, columns=list(self.tickers))


def account(
    market: Market,
    fills: Sequence[Fill],
    events: Sequence[CashEvent],
    cash: float,
    credit_spread: float,
) -> Account:
    """Replay what an engine put out on the market that it ran on; `cash` is the initial capital."""
    run = slice(market.first, None)
    days = market.sessions[run]
    units = np.zeros((len(days), len(market.assets)))
    flows: dict[int, list[float]] = defaultdict(list)
    place = {day.astype(date): row for row, day in enumerate(days)}
    for fill in fills:
        row = place[fill.session]
        units[row, market.place[fill.asset]] += fill.quantity
        flows[row] += [-fill.quantity * fill.price * fill.rate, -fill.fee]
    for event in events:
        row = place[event.session]
        flows[row].append(event.amount)
        if event.why is Why.DELISTING:
            column = market.place[event.asset]
            units[row, column] -= units[: row + 1, column].sum()
    units = np.cumsum(units, axis=0)
    units[np.abs(units) < 1e-9 * np.max(np.abs(units), axis=0, initial=0)] = 0.0
    rates = np.nan_to_num(market.value_rate[run])
    return Account(
        sessions=pd.DatetimeIndex(days.astype("datetime64[ms]"), name="session"),
        tickers=market.tickers,
        cash=_balances(market, flows, cash, credit_spread),
        units=units,
        values=units * rates,
    )


def _balances(
    market: Market, flows: dict[int, list[float]], cash: float, credit_spread: float
) -> Floats:
    """Cash at each close: what the last move left, and its interest since then."""
    table = growth(market, credit_spread)
    credit, debit = table.credit[market.first :], table.debit[market.first :]
    posted, last = [cash], np.zeros(len(credit), dtype=int)
    for row in sorted(flows):
        posted.append(fsum([posted[-1], *flows[row]]))
        last[row:] = row
    left = np.array(posted)[np.searchsorted(sorted(flows), np.arange(len(credit)), side="right")]
    grown = np.where(left >= 0, credit / credit[last], debit / debit[last])
    return left * grown
