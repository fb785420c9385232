"""A backtrader strategy that knows nothing of newsfolio, on the same bars at the same costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import backtrader as bt

from backtests.engines.backtrader_feed import after_the_bars
from backtests.engines.native_broker import (
    BROKER,
    CEREBRO,
    FEED,
    AskedOrder,
    Clock,
    NativeBroker,
    NativeCerebro,
    NativeFeed,
    TradingCosts,
    forbid,
)
from backtests.settings import Funding, Settings
from backtests.simulation.book import Book
from backtests.simulation.cash_events import CashEvents
from backtests.simulation.fills import Fill, Lapse
from backtests.simulation.interest import growth
from backtests.simulation.output import EngineOutput
from backtests.simulation.sizing import Sizer
from markets.costs.models import CostModel
from markets.market import Market
from newsfolio.errors import StrategyError

MARGIN = "rejected as Margin: the cash did not cover it"

OPENINGS = ("next_open", "prenext_open", "nextstart_open")
"""What a strategy writes that wants to act at an open; without one, backtrader never asks."""


@dataclass
class SideBook:
    """The book beside the broker: the same fills, and the cash that moves without a trade."""

    market: Market
    book: Book
    cash_events: CashEvents
    lapses: list[Lapse] = field(default_factory=list)
    debt: tuple[int, float] | None = None
    passed: Callable[[int], None] | None = None
    _today: list[Fill] = field(default_factory=list)

    @classmethod
    def of(cls, market: Market, settings: Settings, costs: CostModel) -> SideBook:
        book = Book(market, growth(market, settings.credit_spread), settings.cash)
        return cls(market, book, CashEvents(book, market, settings, costs))

    def fill(self, fill: Fill) -> None:
        self._today.append(fill)

    def close(self, session: int) -> float:
        """Book what happened in a session; answers the equity at its close."""
        if self.passed is not None:
            self.passed(session)
        book, today = self.book, self._today
        paying = self.cash_events.paying[session]
        if session > self.market.first and (today or paying or self.cash_events.carries()):
            self.cash_events.open(session)
        book.settle(today)
        self._today = []
        if book.cash < 0 and (self.debt is None or -book.cash > self.debt[1]):
            self.debt = (session, -book.cash)
        return book.equity(session)


class _Executions(bt.Analyzer):
    """Tells the ledger each execution once, and each order that the broker refused."""

    params = (("ledger", None), ("clock", None), ("broker", None))

    def prenext(self) -> None:
        """Executions are told by notify_order from the first bar on."""

    def notify_order(self, order: bt.Order) -> None:
        market, session = self.p.ledger.market, self.p.clock.session
        for bit in order.executed.iterpending():
            self.p.ledger.fill(self._fill(order, bit))
        if order.status == bt.Order.Margin:
            left, ticker = float(order.executed.remsize), order.data._name
            self.p.ledger.lapses.append(Lapse(market.day(session), ticker, left, MARGIN))

    def _fill(self, order: bt.Order, bit: object) -> Fill:
        """One execution; backtrader pays for what it closes and what it opens one by one."""
        market, session = self.p.ledger.market, self.p.clock.session
        costs: TradingCosts = self.p.broker.getcommissioninfo(order.data)
        parts = [float(part) for part in (bit.closed, bit.opened) if part]
        quotes = [costs.quote(part, bit.price) for part in parts]
        size = sum(parts)
        price = quotes[0].price
        if len({quote.price for quote in quotes}) > 1:
            price = sum(q.price * part for q, part in zip(quotes, parts, strict=True)) / size
        asset = market.assets[order.data.p.column]
        return Fill(
            market.day(session), asset.ticker, size, price, asset.currency, quotes[0].rate,
            sum(quote.fee for quote in quotes), sum(quote.slippage for quote in quotes),
        )  # fmt: skip


@dataclass(frozen=True)
class Played:
    """What a plain strategy put out, and what it asked of its broker."""

    output: EngineOutput
    placed: tuple[AskedOrder, ...]


def run(
    cls: type[bt.Strategy], market: Market, settings: Settings, costs: CostModel,
    values: Mapping[str, object] | None = None, last: int | None = None,
    passed: Callable[[int], None] | None = None,
) -> Played:  # fmt: skip
    """Run a plain strategy on total-return bars in base currency, the first line named first.

    values: its params, where they are not the defaults. last: the session to stop after.
    passed: told each session as it closes. What debt and shorts cost is kept beside its broker and
    counts in the result, but the strategy does not see it. StrategyError for whatever it raises.
    """
    clock, ledger = Clock(market), SideBook.of(market, settings, costs)
    ledger.passed = passed
    broker = NativeBroker(clock, lends=settings.funding is Funding.LOAN)
    cerebro = _cerebro(cls, clock, broker, settings.cash, last)
    sizer = Sizer(market, settings, costs)
    for ticker in market.universe:
        broker.charge(ticker, TradingCosts(clock, sizer, market.place[ticker]))
    cerebro.addanalyzer(_Executions, ledger=ledger, clock=clock, broker=broker)
    cerebro.addstrategy(_gated(cls, clock, ledger, broker), **(values or {}))
    for owner, names in ((broker, BROKER), (cerebro, CEREBRO), *((d, FEED) for d in cerebro.datas)):
        forbid(owner, names)
    try:
        cerebro.run()
    except StrategyError:
        raise
    except Exception as error:
        raise StrategyError(f"{cls.__name__} {_in_words(error, cerebro)}") from error
    for session in after_the_bars(market) if last is None else ():
        ledger.close(session)
    book, waiting = ledger.book, tuple(_waiting(broker))
    output = EngineOutput(
        tuple(book.fills), tuple(book.events), tuple(ledger.lapses), (), waiting, ledger.debt,
        clock.ruined,
    )  # fmt: skip
    return Played(output, tuple(broker.placed))


def _cerebro(
    cls: type[bt.Strategy], clock: Clock, broker: NativeBroker, cash: float, last: int | None
) -> NativeCerebro:
    """A cerebro with one feed a line, in the order in which they were named."""
    market = clock.market
    cheats = any(getattr(cls, name) is not getattr(bt.Strategy, name) for name in OPENINGS)
    cerebro = NativeCerebro(clock, last, cheats=cheats)
    cerebro.broker = broker
    broker.setcash(cash)
    for ticker in market.universe:
        cerebro.adddata(NativeFeed(market=market, column=market.place[ticker]), name=ticker)
    return cerebro


def _in_words(error: Exception, cerebro: NativeCerebro) -> str:
    text = f"raised {type(error).__name__}: {error}"
    if isinstance(error, IndexError) and "array" in str(error):
        text += " (it asked for a bar before the first or after the last)"
    elif isinstance(error, IndexError) or "'data" in str(error):
        named = ", ".join(data._name for data in cerebro.datas)
        text += f" (its data feeds are {named}; --universe names more)"
    return f"{text}; --debug shows the traceback"


def _waiting(broker: NativeBroker) -> list[tuple[str, float]]:
    """Orders that are still unfilled at the end."""
    orders = (*broker.pending, *broker.submitted)
    return [(o.data._name, float(o.executed.remsize)) for o in orders if o is not None]


def _gated(
    cls: type[bt.Strategy], clock: Clock, ledger: SideBook, broker: NativeBroker
) -> type[bt.Strategy]:
    """The strategy, asked from the first close of the run on and until it is ruined.

    Bars before the run warm its indicators up: if they are enough, its first bar is the first of
    the run. Methods are set after the class is made, which would rename some of them.
    """
    made: Any = type(cls)
    gated = made("_Gated", (cls,), {"__module__": cls.__module__})
    gated.__name__, gated.__qualname__ = cls.__name__, cls.__qualname__
    missed: list[bool] = []

    def next_or_first(self: bt.Strategy) -> None:
        """`nextstart` where that was due before the run."""
        if clock.acts:
            (cls.nextstart if missed and missed.pop() else cls.next)(self)

    def first(self: bt.Strategy) -> None:
        if clock.acts:
            cls.nextstart(self)
        else:
            missed.append(True)

    def notified(self: bt.Strategy, qorders: object = (), qtrades: object = ()) -> None:
        cls._notify(self, qorders=qorders, qtrades=qtrades)
        if clock.session >= clock.market.first and not qorders:
            worth = ledger.close(clock.session)
            if worth <= 0 and clock.ruined is None:
                clock.ruined = clock.session
                broker.liquidate(self)

    gated.next, gated.nextstart, gated._notify = next_or_first, first, notified
    for name in ("prenext", "notify_timer", "notify_cashvalue", "notify_fund", "notify_order",
                 "notify_trade"):  # fmt: skip
        setattr(gated, name, _while(getattr(cls, name), lambda: clock.acts))
    opened = clock.market.first + 1
    for name in OPENINGS:
        act = _while(getattr(cls, name), lambda: clock.acts and clock.session >= opened)
        setattr(gated, name, act)
    return gated  # type: ignore[no-any-return]


def _while(method: Callable[..., None], acts: Callable[[], bool]) -> Callable[..., None]:
    def call(self: bt.Strategy, *args: object, **options: object) -> None:
        if acts():
            method(self, *args, **options)

    return call
