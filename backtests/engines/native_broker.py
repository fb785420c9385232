"""Broker, feeds and clock of a plain strategy: backtrader's own rules, on the bars of a market."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import backtrader as bt

from backtests.engines.backtrader_feed import Feed, OverdraftBroker, numbers_of
from backtests.simulation.sizing import Quote, Sizer
from markets.market import Market
from newsfolio.errors import StrategyError

CANCEL = "cancel"


@dataclass(frozen=True)
class AskedOrder:
    """What a strategy told its broker after the open of a session: an order, or to cancel one."""

    session: int
    ticker: str
    what: str
    quantity: float
    terms: tuple[float | None, ...] = ()


class Clock:
    """The session that backtrader is in, and whether the strategy may act."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.session = -1
        self.number = 0.0
        self.ruined: int | None = None
        self._session = {day: row for row, day in enumerate(numbers_of(market).tolist())}

    def turn(self, number: float) -> None:
        self.session, self.number = self._session[number], number

    @property
    def acts(self) -> bool:
        """From the first close of the run on, until everything is lost."""
        return self.session >= self.market.first and self.ruined is None


class TradingCosts(bt.CommInfoBase):
    """What an execution of one line costs on the day: fee and slippage, on top of the price."""

    params = (("stocklike", True), ("commtype", bt.CommInfoBase.COMM_FIXED))

    def __init__(self, clock: Clock, sizer: Sizer, column: int) -> None:
        super().__init__()
        self._clock, self._sizer, self._column = clock, sizer, column

    def _getcommission(self, size: float, price: float, pseudoexec: bool) -> float:
        quote = self.quote(size, price)
        return quote.fee + quote.slippage

    def quote(self, size: float, price: float) -> Quote:
        """An execution in this session at a price in base currency."""
        market, session = self._sizer.market, self._clock.session
        opened = market.open.item(session, self._column)
        rate = market.rate_before.item(session, self._column)
        local = opened if price == opened * rate else price / rate
        return self._sizer.quote(self._column, session, size, local)


class NativeFeed(Feed):
    """Every bar of a line, those before the run too; they warm up the indicators."""

    params = (("market", None), ("column", 0), ("whole", True))


class NativeBroker(OverdraftBroker):
    """backtrader's broker, on bars of today alone and on costs that are not the strategy's.

    lends: never refuse an order for want of cash.
    """

    def __init__(self, clock: Clock, lends: bool) -> None:
        super().__init__()
        self.lends = lends
        self.placed: list[AskedOrder] = []
        self._clock = clock

    def charge(self, name: str, costs: TradingCosts) -> None:
        """The costs of one line."""
        super().addcommissioninfo(costs, name=name)

    def submit(self, order: bt.Order, check: bool = True) -> bt.Order:
        asked = order.created
        terms = asked.price, asked.pricelimit, asked.trailamount, asked.trailpercent
        self._note(order, order.getordername(), terms)
        return super().submit(order, check)

    def cancel(self, order: bt.Order, bracket: bool = False) -> bool:
        if not bracket:
            self._note(order, CANCEL)
        return bool(super().cancel(order, bracket))

    def _note(self, order: bt.Order, what: str, terms: tuple[float | None, ...] = ()) -> None:
        size = float(order.created.size)
        self.placed.append(AskedOrder(self._clock.session, order.data._name, what, size, terms))

    def _try_exec(self, order: bt.Order) -> None:
        """Not on a bar of another day, where nothing fills, or that opened at its price limit."""
        market, session = self._clock.market, self._clock.session
        at = session, order.data.p.column
        locked = market.locked[at] == (1 if order.isbuy() else -1)
        today = order.data.datetime[0] == self._clock.number
        if today and market.fillable[at] and not locked:
            super()._try_exec(order)

    def _execute(self, order, ago=None, price=None, cash=None, position=None, dtcoc=None):  # type: ignore[no-untyped-def]
        if ago is not None and price is not None and not order.isbuy():
            self._refuse_short(order)
        execute = super()._execute if self.lends else super(OverdraftBroker, self)._execute
        return execute(order, ago, price, cash, position, dtcoc)

    def _refuse_short(self, order: bt.Order) -> None:
        """StrategyError for a short sale where none can be made."""
        asset = self._clock.market.assets[order.data.p.column]
        held = self.getposition(order.data).size
        if asset.unshortable and held + order.executed.remsize < 0:
            raise StrategyError(
                f"{asset.ticker} is sold short on {self._clock.market.day(self._clock.session)} "
                f"({-order.executed.remsize:g} units, {held:g} held): {asset.unshortable}; "
                "sell what is held"
            )

    def liquidate(self, strategy: bt.Strategy) -> None:
        """Cancel what works and sell what is held, on credit where it must be."""
        self.lends = True
        self.submitted.clear()
        for order in [order for order in self.pending if order is not None]:
            super().cancel(order)
        for data, position in list(self.positions.items()):
            if position.size:
                strategy.close(data=data)


_COSTS = "newsfolio charges the dated costs of each line; --costs none charges nothing"
_MONEY = "the capital is --cash, and nothing is added to it"
_FEEDS = "a strategy gets the daily bars of the lines that are named; use an indicator over them"

BROKER = {
    **dict.fromkeys(
        ("setcommission", "addcommissioninfo", "set_slippage_perc", "set_slippage_fixed"), _COSTS
    ),
    **dict.fromkeys(("add_cash", "set_cash", "setcash", "set_fund_history"), _MONEY),
    "add_order_history": "orders come from the strategy alone",
    "set_shortcash": "the proceeds of a short sale are cash, as backtrader has it by default",
}
CEREBRO = {
    **dict.fromkeys(("adddata", "resampledata", "replaydata", "chaindata", "rolloverdata"), _FEEDS),
    "runstop": "a run is valued to the end of its window; close what is held, or give --end",
}
FEED = dict.fromkeys(("resample", "replay", "addfilter", "addfilter_simple"), _FEEDS)
"""What a strategy may not ask of its broker, its cerebro and its feeds, and why."""


def forbid(owner: object, names: Mapping[str, str]) -> None:
    """Let each of these methods raise StrategyError from now on."""
    for name, why in names.items():
        setattr(owner, name, partial(_refuse, name, why))


def _refuse(name: str, why: str, *args: object, **options: object) -> None:
    raise StrategyError(f"{name} is refused: {why}")


class NativeCerebro(bt.Cerebro):
    """Tells the clock which session comes before anything happens in it.

    last: the session after which it stops; None: the last of the market.
    """

    def __init__(self, clock: Clock, last: int | None, *, cheats: bool) -> None:
        super().__init__()
        self.p.cheat_on_open = cheats
        self._clock, self._last = clock, last

    def _check_timers(self, runstrats: object, dt0: float, cheat: bool = False) -> None:
        if cheat:
            self._clock.turn(dt0)
            if self._last is not None and self._clock.session > self._last:
                super().runstop()
        super()._check_timers(runstrats, dt0, cheat)
