"""From fills and cash events to cash, units, equity and weights: pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from backtests.simulation.fills import CashEvent, Fill, Transactions, transactions_of
from backtests.simulation.flows import FLOW, flow_figures, time_weighted
from backtests.simulation.interest import growth as growth_of
from backtests.simulation.valuation import Closes, held, valued
from markets.market import Floats, Market
from markets.per_market import per_market


@dataclass(frozen=True, eq=False)
class Account:
    """What a run was worth, by session of the run (S of them, from the market's first).

    cash: (S,) at each close, interest since the last event included; worth: (S,) cash and what is
    held together, the numbers of `equity`. growth: (S,) those of `curve`.
    """

    market: Market
    transactions: Transactions
    cash: Floats
    worth: Floats
    growth: Floats

    @property
    def sessions(self) -> pd.DatetimeIndex:
        return self.market.index

    @property
    def tickers(self) -> tuple[str, ...]:
        return self.market.tickers

    @cached_property
    def units(self) -> Floats:
        """(S, N) held at each close; a delisting leaves nothing."""
        fills, events = self.transactions.fills, self.transactions.events
        return held(fills, events, self.market.first, self.prices.shape)

    @property
    def prices(self) -> Floats:
        """(S, N) of one unit in base currency, 0 before the first bar."""
        return _prices(self.market)

    @cached_property
    def values(self) -> Floats:
        """(S, N) base currency."""
        return self.units * self.prices

    @cached_property
    def equity(self) -> pd.Series:
        return pd.Series(self.worth, index=self.sessions, name="equity")

    @cached_property
    def curve(self) -> pd.Series:
        """What the initial capital grew to, time-weighted; the equity where nothing flowed."""
        return pd.Series(self.growth, index=self.sessions, name="equity")

    @cached_property
    def flowed(self) -> bool:
        """Whether money came in or left."""
        return bool((self.transactions.events[:, 1] == FLOW).any())

    @property
    def flow_figures(self) -> dict[str, float | None]:
        """Paid in, paid out and the money-weighted return; {} where nothing flowed."""
        return flow_figures(self.market, self.transactions.events, self.worth)

    @property
    def scale(self) -> Floats:
        """(S,) of the curve for one unit of equity; 0 where there is none."""
        return np.divide(self.growth, self.worth, out=np.zeros_like(self.worth),
                         where=self.worth != 0)  # fmt: skip

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
    transactions = transactions_of(market, [(fills, events)])
    balances, worth = valuations(market, transactions, cash, credit_spread)
    growth = time_weighted(worth, transactions, market.first)
    return Account(market, transactions, balances[0], worth[0], growth[0])


def valuations(
    market: Market, transactions: Transactions, cash: float, credit_spread: float
) -> tuple[Floats, Floats]:
    """(K, S) cash and equity at each close of K runs."""
    return valued(cash, transactions, _closes(market, credit_spread))


@per_market
def _closes(market: Market, credit_spread: float) -> Closes:
    table, first = growth_of(market, credit_spread), market.first
    return Closes(first, _prices(market), table.credit[first:], table.debit[first:])


@per_market
def _prices(market: Market) -> Floats:
    return np.ascontiguousarray(np.nan_to_num(market.value_rate[market.first :]))
