"""A trailing stop on real prices, by us and by a bare Cerebro on the same total-return bars."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import backtrader as bt
import pytest

from markets.bars import Bars
from markets.folder.source import FolderSource
from newsfolio.listings import asset_of
from tests.support.plain_runs import bare, executions, ours


class Trails(bt.Strategy):
    """All in where it holds nothing, out where the price falls 8 % below its highest close."""

    params = (("behind", 0.08), ("share", 0.95))

    def __init__(self) -> None:
        self.asked: Any = None

    def next(self) -> None:
        if not self.position and self.asked is None:
            self.asked = self.order_target_percent(target=self.p.share)

    def notify_order(self, order: bt.Order) -> None:
        if order.status == bt.Order.Completed and order.isbuy():
            kind, size = bt.Order.StopTrail, order.executed.size
            self.sell(size=size, exectype=kind, trailpercent=self.p.behind)
        if not order.alive():
            self.asked = None


def test_an_eight_percent_trailing_stop_on_nvidia_is_cerebros(prices: Path) -> None:
    """From 2010-01-04 to 2026-05-29 100,000 dollars become 16.06 million by both, in 441 fills."""
    bars = FolderSource(prices).load([asset_of("NVDA")])["NVDA"]
    run, other = ours(Trails, [bars]), bare(Trails, [_in_total_return(bars)])
    mine = executions(run)
    assert len(mine) == len(other.executed) > 400
    for trade, theirs in zip(mine, other.executed, strict=True):
        assert trade[:2] == theirs[:2]
        assert trade[2:] == pytest.approx(theirs[2:], rel=1e-9)
    assert run.account.equity.iloc[-1] == pytest.approx(other.value, rel=1e-9)
    stops = [price for _, _, size, price in mine if size < 0]
    opens = set(_in_total_return(bars).frame["open"].round(6))
    within = [price for price in stops if round(price, 6) not in opens]
    assert len(within) > len(stops) / 2, "stops that only lows within the session reach"


def _in_total_return(bars: Bars) -> Bars:
    """Each dividend buys shares at the close before its day."""
    frame = bars.frame.copy()
    share = (frame["dividend"] / frame["close"].shift()).fillna(0.0)
    grown = (1 / (1 - share)).cumprod()
    for name in ("open", "high", "low", "close"):
        frame[name] *= grown
    return Bars(bars.ticker, frame.assign(dividend=0.0), bars.priced)
