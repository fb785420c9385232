"""Bars in base currency as backtrader data, and the settings it is right with."""

from __future__ import annotations

import backtrader as bt
import numpy as np

from markets.market import Market


class Feed(bt.feed.DataBase):
    """One line of a market, whole bars only: a missing bar is no row, never a NaN."""

    params = (("market", None), ("column", 0))
    lines = ("session",)

    def start(self) -> None:
        super().start()
        market, column = self.p.market, self.p.column
        self._rows = rows_of(market, column)
        opened = np.where(np.isnan(market.open), market.close, market.open)[:, column]
        self._open = opened * market.rate_before[:, column]
        self._close = market.close[:, column] * market.rate[:, column]
        self._numbers = [
            bt.date2num(day) for day in market.sessions.astype("datetime64[s]").tolist()
        ]
        self._volume = np.nan_to_num(market.volume[:, column])
        self._next = 0

    def _load(self) -> bool:
        if self._next >= len(self._rows):
            return False
        row = self._rows[self._next]
        self._next += 1
        opened, closed = self._open[row], self._close[row]
        self.lines.datetime[0] = self._numbers[row]
        self.lines.open[0] = opened
        self.lines.high[0] = max(opened, closed)
        self.lines.low[0] = min(opened, closed)
        self.lines.close[0] = closed
        self.lines.volume[0] = self._volume[row]
        self.lines.openinterest[0] = 0.0
        self.lines.session[0] = row
        return True


class OverdraftBroker(bt.brokers.BackBroker):
    """A broker that never refuses an order for want of cash: credit is the desk's business."""

    def _execute(self, order, ago=None, price=None, cash=None, position=None, dtcoc=None):  # type: ignore[no-untyped-def]
        if ago is None:
            checked = super()._execute(order, ago, price, cash, position, dtcoc)
            return max(checked, 0.0)
        if price is None:
            return None
        loan = 4 * abs(order.executed.remsize) * price + 4 * abs(self.cash) + 1
        self.cash += loan
        try:
            return super()._execute(order, ago, price, cash, position, dtcoc)
        finally:
            self.cash -= loan


def rows_of(market: Market, column: int) -> list[int]:
    """The sessions of a line's bars, from the last one before the run on.

    An order for a line that has had no bar yet would never fill in backtrader.
    """
    rows = np.flatnonzero(~np.isnan(market.close[:, column]))
    return rows[max(int(np.searchsorted(rows, market.first, side="right")) - 1, 0) :].tolist()


def cerebro_of(
    market: Market, cash: float, broker: bt.BrokerBase
) -> tuple[bt.Cerebro, tuple[int, ...]]:
    """A cerebro with one feed a line that has bars in the run, and the columns of the feeds."""
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.broker = broker
    broker.setcash(cash)
    broker.set_checksubmit(False)
    columns = tuple(column for column in range(len(market.assets)) if rows_of(market, column))
    for column in columns:
        cerebro.adddata(Feed(market=market, column=column), name=market.tickers[column])
    return cerebro, columns
