"""A plain backtrader strategy, run by us and by a bare Cerebro on the same bars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import backtrader as bt
import numpy as np
import pandas as pd

from backtests.plain_strategy import plain_strategy
from backtests.runner.run import Run
from backtests.runner.run_strategy import run_backtrader
from backtests.settings import Settings
from markets.bars import COLUMNS, Bars, Priced
from markets.snapshot import Snapshot
from newsfolio import Asset
from tests.support.markets_of import bdays

Executed = tuple[date, str, float, float]


@dataclass(frozen=True)
class InMemory:
    """A source of the bars that a test made."""

    bars: Mapping[str, Bars]
    name: str = "test"

    def load(self, assets: Iterable[Asset], facts: Iterable[Any] = ()) -> Snapshot:
        wanted = {asset.ticker for asset in assets}
        return Snapshot({name: bar for name, bar in self.bars.items() if name in wanted}, {})


def walk(ticker: str, seed: int, start: str = "2021-01-04", count: int = 320) -> Bars:
    """Bars with a trend, noise, true highs and lows, and prices in cents."""
    rng = np.random.default_rng(seed)
    close = 50 * np.exp(np.cumsum(rng.normal(0.0004, 0.018, count)))
    opened = np.append(50, close[:-1]) * np.exp(rng.normal(0, 0.006, count))
    reach = np.abs(rng.normal(0, 0.008, (2, count)))
    table = {
        "open": opened,
        "high": np.maximum(opened, close) * (1 + reach[0]),
        "low": np.minimum(opened, close) * (1 - reach[1]),
        "close": close,
    }
    index = pd.DatetimeIndex(pd.to_datetime(bdays(start, count)), name="session")
    frame = pd.DataFrame(table, index=index).round(2)
    frame["volume"] = rng.integers(100_000, 900_000, count).astype(float)
    frame = frame.assign(dividend=0.0, split=0.0)[list(COLUMNS)]
    return Bars(ticker, frame, Priced.SPLITS)


def ours(
    cls: type, bars: Sequence[Bars], values: Mapping[str, str] | None = None,
    lines: tuple[str, ...] = (), **settings: Any,
) -> Run:  # fmt: skip
    """The run that a user gets, at no costs unless told otherwise; `lines`: the feeds, if fewer."""
    chosen = Settings(**{"cash": 100_000.0, "costs": "none", **settings})
    strategy = plain_strategy(cls, lines or tuple(line.ticker for line in bars), values)
    return run_backtrader(strategy, InMemory({line.ticker: line for line in bars}), chosen)


def executions(run: Run) -> list[Executed]:
    return [(fill.session, fill.asset, fill.quantity, fill.price) for fill in run.output.fills]


class _Told(bt.Analyzer):
    """Executions as backtrader tells them."""

    def start(self) -> None:
        self.rows: list[Executed] = []
        self.rejected = 0

    def prenext(self) -> None:
        pass

    def notify_order(self, order: bt.Order) -> None:
        self.rejected += order.status == bt.Order.Margin
        day = self.strategy.datetime.date(0)
        for bit in order.executed.iterpending():
            self.rows.append((day, order.data._name, bit.size, bit.price))


@dataclass(frozen=True)
class Bare:
    """What a Cerebro put out: executions, final value, orders rejected, and the strategy itself."""

    executed: list[Executed]
    value: float
    rejected: int
    strategy: bt.Strategy


def bare(cls: type, bars: Sequence[Bars], cash: float = 100_000.0, **values: Any) -> Bare:
    """A Cerebro as its manual has it, fed from pandas."""
    opens = any(name in vars(base) for base in cls.__mro__[:1] for name in ("next_open",))
    cerebro = bt.Cerebro(cheat_on_open=opens)
    cerebro.broker.setcash(cash)
    for line in bars:
        frame = line.frame[["open", "high", "low", "close", "volume"]]
        cerebro.adddata(bt.feeds.PandasData(dataname=frame), name=line.ticker)
    cerebro.addstrategy(cls, **values)
    cerebro.addanalyzer(_Told, _name="told")
    strategy = cerebro.run()[0]
    orders = strategy.analyzers.told
    return Bare(orders.rows, cerebro.broker.getvalue(), orders.rejected, strategy)
