"""backtrader by hand: as its manual shows it, tuned (`tuned-...`), and with filled feeds.

Tuned: no observers, weights worked out beforehand, nothing done on other days. `filled-...` fills
the feeds' arrays at once besides, which is no documented way.

Orders fill at the close they were decided on (cheat-on-close), in fractions, sells first.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any

import backtrader as bt
import numpy as np
import pandas as pd

from benchmarks.peers.panel import (
    LOOKBACK,
    TOP,
    WINDOW,
    Floats,
    Panel,
    figures,
    parameter_sets,
)
from benchmarks.peers.plain_pandas import equal, frame, inverse, top

PACKAGES = ("numpy", "pandas", "backtrader")
WORKS = ("equal", "top", "inverse", "sweep", "tuned-equal", "tuned-top", "tuned-inverse",
         "filled-equal")  # fmt: skip


def work(panel: Panel, name: str) -> Callable[..., Any]:
    prices = frame(panel)
    works: dict[str, Callable[..., Any]] = {
        "equal": lambda: naive(Equal, prices, panel),
        "top": lambda: naive(Leaders, prices, panel),
        "inverse": lambda: naive(Inverse, prices, panel),
        "sweep": lambda sets: np.array(
            [
                figures(naive(Leaders, prices, panel, lookback=lookback, top=count))
                for lookback, count in parameter_sets(sets)
            ]
        ),
        "tuned-equal": lambda: tuned(equal(prices, panel), by_row(prices), panel),
        "tuned-top": lambda: tuned(top(prices, panel, LOOKBACK, TOP), by_row(prices), panel),
        "tuned-inverse": lambda: tuned(inverse(prices), by_row(prices), panel),
        "filled-equal": lambda: tuned(equal(prices, panel), at_once(panel), panel),
    }
    return works[name]


class Rebalancing(bt.Strategy):
    """What the three have in common: when, and how orders are sent."""

    params = (("days", frozenset()), ("fee", 0.0), ("lookback", LOOKBACK), ("top", TOP))

    def __init__(self) -> None:
        self.equity: list[float] = []

    def prenext(self) -> None:
        self.equity.append(self.broker.getvalue())

    def next(self) -> None:
        self.equity.append(self.broker.getvalue())
        if self.data.datetime.date(0) in self.p.days:
            self.rebalance(self.targets())

    def rebalance(self, targets: list[float]) -> None:
        # A purchase that leaves less than no cash is refused as a whole, so some is kept.
        value = self.broker.getvalue() * (1 - 2 * self.p.fee - 1e-9)
        sizes = [
            share * value / data.close[0] for share, data in zip(targets, self.datas, strict=True)
        ]
        moves = [
            size - self.getposition(data).size for size, data in zip(sizes, self.datas, strict=True)
        ]
        for place in sorted(range(len(moves)), key=moves.__getitem__):
            self.order_target_size(self.datas[place], sizes[place])


class Equal(Rebalancing):
    def targets(self) -> list[float]:
        return [1 / len(self.datas)] * len(self.datas)


class Leaders(Rebalancing):
    def __init__(self) -> None:
        super().__init__()
        period = self.p.lookback
        self.gains = [bt.indicators.RateOfChange(data.close, period=period) for data in self.datas]

    def targets(self) -> list[float]:
        gains = [gain[0] for gain in self.gains]
        last = sorted(gains, reverse=True)[self.p.top - 1]
        return [float(gain >= last) / self.p.top for gain in gains]


class Inverse(Rebalancing):
    def __init__(self) -> None:
        super().__init__()
        returns = [bt.indicators.PercentChange(data.close, period=1) for data in self.datas]
        self.spreads = [bt.indicators.StandardDeviation(gains, period=WINDOW) for gains in returns]

    def targets(self) -> list[float]:
        inverted = [1 / spread[0] for spread in self.spreads]
        return [weight / sum(inverted) for weight in inverted]


def naive(cls: type, prices: pd.DataFrame, panel: Panel, **chosen: Any) -> Floats:
    days = prices.index if cls is Inverse else prices.index[panel.ends]
    cerebro = bt.Cerebro()
    cerebro.addstrategy(cls, days=frozenset(days.date), fee=panel.fee, **chosen)
    return _run(cerebro, by_row(prices), panel)


def by_row(prices: pd.DataFrame) -> list[bt.feed.DataBase]:
    """Feeds as the manual makes them."""
    names = ("open", "high", "low", "close")
    frames = (pd.DataFrame(dict.fromkeys(names, prices[ticker])) for ticker in prices)
    return [bt.feeds.PandasData(dataname=frame) for frame in frames]


class Columns(bt.feed.DataBase):
    """A feed whose arrays are filled at once instead of bar by bar."""

    params = (("numbers", None), ("closes", None))

    def preload(self) -> None:
        closes = array("d", self.p.closes)
        for line in (self.lines.open, self.lines.high, self.lines.low, self.lines.close):
            line.array = closes
        self.lines.datetime.array = array("d", self.p.numbers)
        blank = array("d", bytes(8 * len(closes)))
        self.lines.volume.array = self.lines.openinterest.array = blank
        for line in self.lines:
            line.lencount = len(closes)
        self.home()


class Tuned(Rebalancing):
    """Weights are worked out beforehand; nothing happens on the other days."""

    params = (("weights", None),)

    def next(self) -> None:
        self.equity.append(self.broker.getvalue())
        weights = self.p.weights.get(len(self.equity) - 1)
        if weights is not None:
            self.rebalance(weights)


def tuned(targets: pd.DataFrame, feeds: list[bt.feed.DataBase], panel: Panel) -> Floats:
    rows = np.searchsorted(panel.days, targets.index.to_numpy())
    weights = dict(zip(rows.tolist(), targets.to_numpy().tolist(), strict=True))
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.addstrategy(Tuned, fee=panel.fee, weights=weights)
    return _run(cerebro, feeds, panel)


def at_once(panel: Panel) -> list[bt.feed.DataBase]:
    numbers = [bt.date2num(day) for day in panel.days.astype("datetime64[s]").tolist()]
    return [Columns(numbers=numbers, closes=column) for column in panel.close.T]


def _run(cerebro: bt.Cerebro, feeds: list[bt.feed.DataBase], panel: Panel) -> Floats:
    for ticker, feed in zip(panel.tickers, feeds, strict=True):
        cerebro.adddata(feed, name=ticker)
    cerebro.broker.setcash(panel.cash)
    cerebro.broker.setcommission(panel.fee)
    cerebro.broker.set_coc(True)
    cerebro.broker.set_checksubmit(False)
    return np.array(cerebro.run()[0].equity)
