"""Bars in base currency as backtrader data, and the settings it is right with."""

from __future__ import annotations

from datetime import datetime

import backtrader as bt
import numpy as np

from markets.market import Floats, Market


class Feed(bt.feed.DataBase):
    """One line of a market, whole bars only: a missing bar is no row, never a NaN."""

    params = (("market", None), ("column", 0), ("whole", False))

    def start(self) -> None:
        super().start()
        rows = whole_rows if self.p.whole else rows_of
        self._rows = rows(self.p.market, self.p.column)

    def preload(self) -> None:
        """Fill the lines at once; backtrader's own way takes a call a bar."""
        for name, values in _lines(self.p.market, self.p.column, self._rows).items():
            getattr(self.lines, name).array.frombytes(values.tobytes())

    @property
    def row(self) -> int:
        """The session of the last bar that is known."""
        return self._rows[len(self) - 1]

    def _tick_nullify(self) -> None:
        """Daily bars have no ticks, and the broker takes the bar where there are none."""

    def _tick_fill(self, force: bool = False) -> None:
        """None, as above."""


def _lines(market: Market, column: int, rows: list[int]) -> dict[str, Floats]:
    """What each line of a feed holds, a number a bar."""
    close, before, rate = (
        grid[rows, column] for grid in (market.close, market.rate_before, market.rate)
    )
    opened = np.where(np.isnan(market.open[rows, column]), close, market.open[rows, column])
    opened, close, moved = opened * before, close * rate, before != rate
    highest, lowest = np.maximum(opened, close), np.minimum(opened, close)
    if market.high is not None and market.low is not None:
        high, low = market.high[rows, column] * rate, market.low[rows, column] * rate
        highest = np.where(moved, np.maximum(high, highest), high)
        lowest = np.where(moved, np.minimum(low, lowest), low)
    return {
        "datetime": numbers_of(market)[rows],
        "open": opened,
        "high": highest,
        "low": lowest,
        "close": close,
        "volume": np.nan_to_num(market.volume[rows, column]),
        "openinterest": np.zeros(len(rows)),
    }


def numbers_of(market: Market) -> Floats:
    """(T,) the sessions as backtrader counts time, in days."""
    return market.sessions.astype("int64") + bt.date2num(datetime(1970, 1, 1))


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


def whole_rows(market: Market, column: int) -> list[int]:
    """The sessions of all bars of a line that have a value in base currency."""
    valued = ~np.isnan(market.close[:, column] * market.rate[:, column])
    rows: list[int] = np.flatnonzero(valued).tolist()
    return rows


def after_the_bars(market: Market) -> range:
    """The last sessions, on which no line has a bar: backtrader does not come to them."""
    traded = np.flatnonzero((~np.isnan(market.close)).any(axis=1))
    return range(int(traded[-1]) + 1, len(market.sessions))


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
