"""From fills and cash events to cash, units, equity and weights: one pure function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from backtests.exact import chained, held, summed
from backtests.fills import REASONS, CashEvent, Fill, Why, event_table, fill_table
from backtests.interest import growth
from markets.market import Floats, Market

LEFT = 1e-9
"""Of the most that was held of a line: less is what rounding left of nothing."""


@dataclass(frozen=True, eq=False)
class Account:
    """What a run was worth, by session of the run (S of them, from the market's first).

    cash: (S,) at each close, interest since the last event included; units: (S, N);
    prices: (S, N) of one unit in base currency, 0 before the first bar; equity: (S,).
    """

    sessions: pd.DatetimeIndex
    tickers: tuple[str, ...]
    cash: Floats
    units: Floats
    prices: Floats

    @cached_property
    def values(self) -> Floats:
        """(S, N) base currency."""
        return self.units * self.prices

    @cached_property
    def worth(self) -> Floats:
        """(S,) cash and values together: the numbers of `equity`."""
        return summed(self.cash, self.units, self.prices)

    @cached_property
    def equity(self) -> pd.Series:
        return pd.Series(self.worth, index=self.sessions, name="equity")

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
    traded, moved = fill_table(fills, market), event_table(events, market)
    return Account(
        sessions=market.index,
        tickers=market.tickers,
        cash=_balances(market, traded, moved, cash, credit_spread),
        units=_units(market, traded, moved),
        prices=_worth(market),
    )


def _units(market: Market, traded: Floats, moved: Floats) -> Floats:
    """(S, N) held at each close; a delisting leaves nothing."""
    gone = moved[moved[:, 1] == REASONS.index(Why.DELISTING)]
    for session, _, column, _ in gone.tolist():
        before = traded[(traded[:, 1] == column) & (traded[:, 0] <= session), 2]
        ends = [[session, column, -before.sum(), 0.0, 0.0, 0.0, 0.0]]
        traded = np.concatenate([traded, ends])
    return held(
        traded[:, 0].astype("int64") - market.first, traded[:, 1].astype("int64"),
        np.ascontiguousarray(traded[:, 2]),
        len(market.sessions) - market.first, len(market.assets), LEFT,
    )  # fmt: skip


def _balances(
    market: Market, traded: Floats, moved: Floats, cash: float, credit_spread: float
) -> Floats:
    """Cash at each close: what the last move left, and its interest since then."""
    value = -traded[:, 2] * traded[:, 3] * traded[:, 4]
    rows = np.concatenate([traded[:, 0], traded[:, 0], moved[:, 0]]).astype("int64") - market.first
    amounts = np.concatenate([value, -traded[:, 5], moved[:, 3]])
    order = np.argsort(rows, kind="stable")
    moves, balances = chained(cash, rows[order], amounts[order])
    table = growth(market, credit_spread)
    credit, debit = table.credit[market.first :], table.debit[market.first :]
    place = np.searchsorted(moves, np.arange(len(credit)), side="right")
    left, last = np.append(cash, balances)[place], np.append(0, moves)[place]
    return left * np.where(left >= 0, credit / credit[last], debit / debit[last])


def _worth(market: Market) -> Floats:
    """(S, N) of one unit, 0 before the first bar."""
    found: Floats | None = market.memo.get("worth")
    if found is None:
        found = market.memo["worth"] = np.nan_to_num(market.value_rate[market.first :])
    return found
