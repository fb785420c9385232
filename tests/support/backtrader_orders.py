"""Small backtrader strategies, one for each kind of order and target.

They know nothing of newsfolio.
"""

from __future__ import annotations

from datetime import timedelta

import backtrader as bt

Order = bt.Order


class Every(bt.Strategy):
    """Trades every so many bars: buys when flat, and closes what is held."""

    params = (("every", 7), ("size", 100))

    def next(self) -> None:
        if len(self) % self.p.every == 0:
            self.act()

    def act(self) -> None:
        if self.position:
            self.close()
        else:
            self.enter()

    def enter(self) -> None:
        self.buy(size=self.p.size)


class MarketOrders(Every):
    pass


class Crossing(bt.Strategy):
    params = (("fast", 5), ("slow", 20))

    def __init__(self) -> None:
        averages = (bt.ind.SMA(period=self.p.fast), bt.ind.SMA(period=self.p.slow))
        self.cross = bt.ind.CrossOver(*averages)

    def next(self) -> None:
        if self.cross > 0:
            self.buy(size=200)
        elif self.cross < 0 and self.position:
            self.close()


class LimitEntry(Every):
    def enter(self) -> None:
        self.buy(size=self.p.size, exectype=Order.Limit, price=self.data.close[0] * 0.985)


class LimitExit(Every):
    def act(self) -> None:
        if not self.position:
            self.buy(size=self.p.size)
        elif not self.broker.get_orders_open():
            price = self.data.close[0] * 1.02
            self.sell(size=self.position.size, exectype=Order.Limit, price=price)


class LimitWithValidity(Every):
    def enter(self) -> None:
        until = self.data.datetime.date(0) + timedelta(days=3)
        price = self.data.close[0] * 0.98
        self.buy(size=self.p.size, exectype=Order.Limit, price=price, valid=until)


class LimitForADay(Every):
    def enter(self) -> None:
        price = self.data.close[0] * 0.99
        self.buy(size=self.p.size, exectype=Order.Limit, price=price, valid=0)


class StopEntry(Every):
    def enter(self) -> None:
        self.buy(size=self.p.size, exectype=Order.Stop, price=self.data.high[0] * 1.01)


class StopLoss(Every):
    def notify_order(self, order: bt.Order) -> None:
        if order.status == order.Completed and order.isbuy():
            price = order.executed.price * 0.95
            self.sell(size=order.executed.size, exectype=Order.Stop, price=price)

    def act(self) -> None:
        if not self.position:
            self.enter()


class StopLimitEntry(Every):
    def enter(self) -> None:
        price = self.data.close[0] * 1.01
        limit = self.data.close[0] * 1.015
        self.buy(size=self.p.size, exectype=Order.StopLimit, price=price, plimit=limit)


class StopLimitExit(Every):
    def act(self) -> None:
        if not self.position:
            self.buy(size=self.p.size)
        elif not self.broker.get_orders_open():
            price = self.data.close[0]
            self.sell(size=50, exectype=Order.StopLimit, price=price * 0.99, plimit=price * 0.97)


class TrailingPercent(Every):
    """An eight per cent trailing stop after each entry."""

    def notify_order(self, order: bt.Order) -> None:
        if order.status == order.Completed and order.isbuy():
            self.sell(size=order.executed.size, exectype=Order.StopTrail, trailpercent=0.08)

    def act(self) -> None:
        if not self.position:
            self.enter()


class TrailingAmount(TrailingPercent):
    def notify_order(self, order: bt.Order) -> None:
        if order.status == order.Completed and order.isbuy():
            self.sell(size=order.executed.size, exectype=Order.StopTrail, trailamount=2.5)


class TrailingLimit(TrailingPercent):
    def notify_order(self, order: bt.Order) -> None:
        if order.status == order.Completed and order.isbuy():
            price = self.data.close[0]
            self.sell(
                size=order.executed.size, exectype=Order.StopTrailLimit, price=price * 0.96,
                plimit=price * 0.95, trailpercent=0.04,
            )  # fmt: skip


class CloseOrders(Every):
    def enter(self) -> None:
        self.buy(size=self.p.size, exectype=Order.Close)

    def act(self) -> None:
        if self.position:
            self.close(exectype=Order.Close)
        else:
            self.enter()


class Bracket(Every):
    def act(self) -> None:
        if not self.position:
            price = self.data.close[0]
            self.buy_bracket(
                size=self.p.size, price=price * 0.99, stopprice=price * 0.95,
                limitprice=price * 1.05,
            )  # fmt: skip


class MarketBracket(Every):
    def act(self) -> None:
        if not self.position:
            price = self.data.close[0]
            self.buy_bracket(
                size=self.p.size, exectype=Order.Market, stopprice=price * 0.96,
                limitprice=price * 1.03,
            )  # fmt: skip


class ShortBracket(Every):
    def act(self) -> None:
        if not self.position:
            price = self.data.close[0]
            self.sell_bracket(
                size=self.p.size, price=price * 1.01, stopprice=price * 1.06,
                limitprice=price * 0.94,
            )  # fmt: skip


class ManualBracket(Every):
    def act(self) -> None:
        if not self.position:
            price = self.data.close[0]
            first = self.buy(size=self.p.size, transmit=False)
            self.sell(
                size=self.p.size, exectype=Order.Stop, price=price * 0.97, transmit=False,
                parent=first,
            )  # fmt: skip
            self.sell(size=self.p.size, exectype=Order.Limit, price=price * 1.04, parent=first)


class OneCancelsOther(Every):
    def act(self) -> None:
        if self.position:
            self.close()
            return
        price = self.data.close[0]
        first = self.buy(size=50, exectype=Order.Limit, price=price * 0.98)
        second = self.buy(size=60, exectype=Order.Stop, price=price * 1.02, oco=first)
        self.buy(size=70, exectype=Order.Limit, price=price * 0.97, oco=second)


class CancelsAfterThree(Every):
    def enter(self) -> None:
        self.since = len(self)
        price = self.data.close[0] * 0.97
        self.order = self.buy(size=self.p.size, exectype=Order.Limit, price=price)

    def next(self) -> None:
        order = getattr(self, "order", None)
        if order is not None and order.alive() and len(self) - self.since >= 3:
            self.cancel(order)
        super().next()


class TargetSize(Every):
    def act(self) -> None:
        self.order_target_size(target=(len(self) * 13) % 400 - 100)


class TargetValue(Every):
    def act(self) -> None:
        self.order_target_value(target=(len(self) * 997) % 60_000)


class TargetPercent(Every):
    def act(self) -> None:
        self.order_target_percent(target=((len(self) * 7) % 10) / 12)


class ShortAndLong(Every):
    def act(self) -> None:
        self.order_target_percent(target=0.6 if (len(self) // self.p.every) % 2 else -0.6)


class Unaffordable(Every):
    """Asks for more than there is, so that orders of the same bar are rejected too."""

    def act(self) -> None:
        self.buy(size=20)
        self.buy(size=3_000)
        if self.position:
            self.sell(size=10)


class AllIn(Every):
    """All cash at the close: an open above it is not covered."""

    def act(self) -> None:
        if self.position:
            self.close()
        else:
            self.order_target_percent(target=1.0)
