"""Small backtrader strategies, one for each thing that a plain strategy may do besides its orders.

They know nothing of newsfolio. `feeds`: how many of them one needs.
"""

from __future__ import annotations

from datetime import time
from typing import Any

import backtrader as bt

from tests.support import backtrader_orders
from tests.support.backtrader_orders import Every


class FixedStake(Every):
    def __init__(self) -> None:
        self.setsizer(bt.sizers.FixedSize(stake=130))

    def enter(self) -> None:
        self.buy()


class PercentStake(FixedStake):
    def __init__(self) -> None:
        self.setsizer(bt.sizers.PercentSizer(percents=35))


class AllInStake(FixedStake):
    def __init__(self) -> None:
        self.setsizer(bt.sizers.AllInSizerInt(percents=90))


class Reverser(FixedStake):
    def __init__(self) -> None:
        self.setsizer(bt.sizers.FixedReverser(stake=40))

    def act(self) -> None:
        (self.buy if (len(self) // self.p.every) % 2 else self.sell)()


class HalfOfTheCash(bt.Sizer):
    def _getsizing(self, comminfo: Any, cash: float, data: Any, isbuy: bool) -> int:
        position = self.broker.getposition(data)
        return int(cash / 2 / data.close[0]) if isbuy else int(position.size)


class OwnSizer(FixedStake):
    def __init__(self) -> None:
        self.setsizer(HalfOfTheCash())


class SignalLong(bt.SignalStrategy):
    params = (("period", 15),)

    def __init__(self) -> None:
        self.signal_add(bt.SIGNAL_LONG, self.data.close - bt.ind.SMA(period=self.p.period))


class SignalLongShort(bt.SignalStrategy):
    def __init__(self) -> None:
        self.signal_add(bt.SIGNAL_LONGSHORT, bt.ind.MACDHisto().histo)


class SignalWithExit(bt.SignalStrategy):
    params = (("_accumulate", True),)

    def __init__(self) -> None:
        self.signal_add(bt.SIGNAL_LONG, bt.ind.RSI(period=10) - 55)
        self.signal_add(bt.SIGNAL_LONGEXIT, self.data.close - bt.ind.EMA(period=25))

    def next(self) -> None:
        self.seen = len(self)


class WithTimer(bt.Strategy):
    def __init__(self) -> None:
        self.add_timer(when=bt.timer.SESSION_START, weekdays=[1, 4], weekcarry=True)

    def notify_timer(self, timer: Any, when: Any, *args: Any, **options: Any) -> None:
        if self.position:
            self.close()
        else:
            self.buy(size=90)


class WithMonthlyTimer(WithTimer):
    def __init__(self) -> None:
        self.add_timer(when=time(0, 0), monthdays=[1, 15], monthcarry=True)


class WithCheatingTimer(WithTimer):
    def __init__(self) -> None:
        self.add_timer(when=bt.timer.SESSION_START, weekdays=[3], cheat=True)

    def notify_timer(self, timer: Any, when: Any, *args: Any, **options: Any) -> None:
        if len(self):
            super().notify_timer(timer, when)


class AtTheOpen(bt.Strategy):
    """Acts in `next_open`: backtrader fills that at the same open."""

    def __init__(self) -> None:
        self.average = bt.ind.SMA(period=10)

    def next_open(self) -> None:
        above = self.data.open[0] > self.average[-1]
        if above and not self.position:
            self.buy(size=120)
        elif self.position and not above:
            self.close()


class AtTheSameClose(Every):
    """Cheats on close: its orders fill at the close that they were decided at."""

    def __init__(self) -> None:
        self.broker.set_coc(True)


class WithFiller(Every):
    def __init__(self) -> None:
        self.broker.set_filler(bt.broker.fillers.FixedSize(size=30))


class WithVolumeFiller(Every):
    params = (("size", 1_000),)

    def __init__(self) -> None:
        self.broker.set_filler(bt.broker.fillers.BarPointPerc(minmov=0.01, perc=0.5))


class UnansweredCash(Every):
    """Switches the first of the two cash checks off."""

    def __init__(self) -> None:
        self.broker.set_checksubmit(False)

    def enter(self) -> None:
        self.buy(size=2_500)
        self.buy(size=100)


class ReadsItsStats(bt.Strategy):
    def next(self) -> None:
        if len(self) < 10:
            return
        value = self.stats.broker.value[0]
        if len(self) % 9 == 0 and not self.position:
            self.buy(size=int(value / 4 / self.data.close[0]))
        elif len(self) % 9 == 5 and self.position:
            self.close()


class Drops(bt.Indicator):
    """A line of its own: how far below its highest close."""

    lines = ("drop",)
    params = (("period", 20),)

    def __init__(self) -> None:
        self.lines.drop = self.data / bt.ind.Highest(self.data, period=self.p.period) - 1


class OwnIndicator(bt.Strategy):
    def __init__(self) -> None:
        self.drops = Drops(period=30)

    def next(self) -> None:
        if self.drops[0] < -0.06 and not self.position:
            self.buy(size=150)
        elif self.drops[0] > -0.01 and self.position:
            self.close()


class Counts(bt.Observer):
    lines = ("orders",)

    def next(self) -> None:
        self.lines.orders[0] = len(self._owner.broker.orders)


class Trades(bt.Analyzer):
    def start(self) -> None:
        self.closed = 0

    def notify_trade(self, trade: bt.Trade) -> None:
        self.closed += trade.isclosed

    def get_analysis(self) -> dict[str, int]:
        return {"closed": self.closed}


class OwnAnalyzer(Every):
    """Stops after ten trades, which its own analyzer counts."""

    def __init__(self) -> None:
        self._addanalyzer(Trades, _name="trades")

    def enter(self) -> None:
        if self.analyzers.trades.get_analysis()["closed"] < 10:
            self.buy(size=self.p.size)


class OwnObserver(Every):
    def __init__(self) -> None:
        self._addobserver(False, Counts)

    def enter(self) -> None:
        self.buy(size=10 + int(self.stats.counts.orders[-1]))


class StockAnalyzers(Every):
    def __init__(self) -> None:
        for kind in (
            "AnnualReturn",
            "DrawDown",
            "TradeAnalyzer",
            "SharpeRatio",
            "SQN",
            "TimeReturn",
        ):
            self.cerebro.addanalyzer(getattr(bt.analyzers, kind), _name=kind.lower())


class AtrStop(bt.Strategy):
    """Leaves where the low falls through a multiple of the true range."""

    def __init__(self) -> None:
        self.atr = bt.ind.ATR(period=10)
        self.high = bt.ind.Highest(self.data.high, period=15)

    def next(self) -> None:
        if not self.position and self.data.close[0] >= self.high[-1] * 0.99:
            self.buy(size=100)
            self.floor = self.data.close[0] - 2 * self.atr[0]
        elif self.position and self.data.low[0] < self.floor:
            self.close()


class Oscillator(bt.Strategy):
    def __init__(self) -> None:
        self.slow = bt.ind.Stochastic()

    def next(self) -> None:
        if self.slow.percK[0] < 25 and not self.position:
            self.buy(size=110)
        elif self.slow.percK[0] > 80 and self.position:
            self.close()


class FromThePrenext(bt.Strategy):
    def __init__(self) -> None:
        self.average = bt.ind.SMA(period=40)
        self.started = 0

    def prenext(self) -> None:
        if len(self) % 10 == 0 and not self.position:
            self.buy(size=30)

    def nextstart(self) -> None:
        self.started += 1
        self.close()
        self.next()

    def next(self) -> None:
        if len(self) % 11 == 0:
            self.order_target_size(target=len(self) % 5 * 20)


class ReadsTrades(Every):
    """Doubles after a loss, as `notify_trade` tells it."""

    stake = 20

    def notify_trade(self, trade: bt.Trade) -> None:
        if trade.isclosed:
            self.stake = min(self.stake * 2, 300) if trade.pnl < 0 else 20

    def enter(self) -> None:
        self.buy(size=self.stake)


class ReadsCash(Every):
    def notify_cashvalue(self, cash: float, value: float) -> None:
        self.cash, self.value = cash, value

    def enter(self) -> None:
        self.buy(size=int(self.cash // (self.data.close[0] * 3)))


class Pair(bt.Strategy):
    """Long one feed and short the other by the z-score of their ratio."""

    feeds = 2

    def __init__(self) -> None:
        ratio = self.data0.close / self.data1.close
        self.score = (ratio - bt.ind.SMA(ratio, period=30)) / bt.ind.StdDev(ratio, period=30)

    def next(self) -> None:
        if len(self) % 3:
            return
        side = -1 if self.score[0] > 1 else 1 if self.score[0] < -1 else 0
        self.order_target_percent(self.data0, target=0.4 * side)
        self.order_target_percent(self.data1, target=-0.4 * side)


class Rotation(bt.Strategy):
    """Holds the one that rose most; sells first."""

    feeds = 3

    def __init__(self) -> None:
        self.gains = {data: bt.ind.ROC(data, period=20) for data in self.datas}

    def next(self) -> None:
        if len(self) % 21:
            return
        best = max(self.datas, key=lambda data: self.gains[data][0])
        for data in self.datas:
            if data is not best:
                self.order_target_percent(data, target=0.0)
        self.order_target_percent(best, target=0.9)


class ByName(bt.Strategy):
    """Trades the second feed on what the first one does."""

    feeds = 2

    def __init__(self) -> None:
        self.above = self.data0.close > bt.ind.EMA(self.data0, period=12)

    def next(self) -> None:
        other = self.getdatabyname(self.data1._name)
        if self.above[0] and not self.getposition(other):
            self.buy(data=other, size=80)
        elif not self.above[0] and self.getposition(other):
            self.close(data=other)


class EachOnItsOwn(bt.Strategy):
    feeds = 3

    def __init__(self) -> None:
        self.cross = {
            data: bt.ind.CrossOver(data, bt.ind.SMA(data, period=18)) for data in self.datas
        }

    def next(self) -> None:
        for data in self.datas:
            if self.cross[data][0] > 0:
                self.buy(data=data, size=100)
            elif self.cross[data][0] < 0 and self.getposition(data):
                self.close(data=data)


ALL: dict[str, type[bt.Strategy]] = {
    name: kind
    for name, kind in {**vars(backtrader_orders), **vars()}.items()
    if isinstance(kind, type) and issubclass(kind, bt.Strategy) and name[0] != "_"
}


def feeds_of(kind: type[bt.Strategy]) -> int:
    """How many data feeds a strategy needs."""
    return int(vars(kind).get("feeds", 1))
