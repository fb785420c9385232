"""A backtrader strategy that knows nothing of newsfolio, on the same bars at the same costs."""

from __future__ import annotations

import backtrader as bt

from backtests.engines.backtrader_feed import OverdraftBroker, cerebro_of
from backtests.engines.event_driven import Fee
from backtests.settings import Settings
from backtests.simulation.book import Book
from backtests.simulation.cash_events import CashEvents
from backtests.simulation.fills import Fill
from backtests.simulation.interest import growth
from backtests.simulation.output import EngineOutput
from backtests.simulation.sizing import Sizer
from markets.costs.models import CostModel
from markets.market import Market
from newsfolio.errors import StrategyError


class _Fills(bt.Analyzer):
    """Records each execution once, with the costs of its line and day."""

    params = (("market", None), ("sizer", None), ("columns", ()), ("fee", None))

    def start(self) -> None:
        datas = dict(zip(self.strategy.datas, self.p.columns, strict=True))
        self._column = datas
        self.fills: list[tuple[int, Fill]] = []
        self.strategy.broker.set_filler(self._fill)

    def prenext(self) -> None:
        """Executions are told by notify_order from the first bar on."""

    def notify_order(self, order: bt.Order) -> None:
        for bit in order.executed.iterpending():
            self._record(order, bit.size, bit.price)

    def _fill(self, order: bt.Order, price: float, ago: int) -> float:
        """The whole order, if the line is a market today, and what that costs."""
        column, session = self._column[order.data], order.data.row
        if not self.p.market.fillable[session, column]:
            return 0.0
        size = order.executed.remsize
        quote = self.p.sizer.quote(column, session, size, self._local(column, session, price))
        self.p.fee.due = quote.fee + quote.slippage
        return float(abs(size))

    def _record(self, order: bt.Order, size: float, price: float) -> None:
        column, session = self._column[order.data], order.data.row
        market = self.p.market
        quote = self.p.sizer.quote(column, session, size, self._local(column, session, price))
        asset = market.assets[column]
        fill = Fill(
            market.day(session), asset.ticker, float(size), quote.price,
            asset.currency, quote.rate, quote.fee, quote.slippage,
        )  # fmt: skip
        self.fills.append((session, fill))

    def _local(self, column: int, session: int, price: float) -> float:
        market = self.p.market
        opened, rate = market.open[session, column], market.rate_before[session, column]
        return float(opened) if price == opened * rate else price / float(rate)


class _Broker(OverdraftBroker):
    """Refuses what would fill at a stale bar when the venues keep different days."""

    venues = 1

    def submit(self, order: bt.Order, check: bool = True) -> bt.Order:
        if self.venues > 1 and order.exectype != bt.Order.Market:
            raise StrategyError(
                f"{order.data._name}: {order.getordername()} orders are refused across venues, "
                "they would fill on days when the line did not trade; use market orders"
            )
        return super().submit(order, check)


def run(
    cls: type[bt.Strategy], market: Market, settings: Settings, costs: CostModel
) -> EngineOutput:
    """Run a plain strategy on total-return bars in base currency.

    Its broker lends without limit; interest, credit and borrow are kept beside it and count in
    the result, but the strategy does not see them. StrategyError for whatever it raises.
    """
    fee, broker = Fee(), _Broker()
    broker.venues = len({asset.venue.code for asset in market.assets})
    cerebro, columns = cerebro_of(market, settings.cash, broker)
    broker.addcommissioninfo(fee)
    cerebro.addstrategy(cls)
    sizer = Sizer(market, settings, costs)
    cerebro.addanalyzer(_Fills, market=market, sizer=sizer, columns=columns, fee=fee, _name="fills")
    try:
        ran = cerebro.run(stdstats=False)[0]
    except StrategyError:
        raise
    except Exception as error:
        raise StrategyError(
            f"{cls.__name__} raised {type(error).__name__}: {error}; --debug shows the traceback"
        ) from error
    return _replayed(ran.analyzers.fills.fills, market, settings, costs)


def _replayed(
    fills: list[tuple[int, Fill]], market: Market, settings: Settings, costs: CostModel
) -> EngineOutput:
    """The same fills through a book, for the cash that moves without a trade."""
    book = Book(market, growth(market, settings.credit_spread), settings.cash)
    cash_events = CashEvents(book, market, settings, costs)
    debt: tuple[int, float] | None = None
    for session in range(market.first, len(market.sessions)):
        today = [fill for day, fill in fills if day == session]
        if session > market.first and (
            today or cash_events.paying[session] or cash_events.carries()
        ):
            cash_events.open(session)
        book.settle(today)
        if book.cash < 0 and (debt is None or -book.cash > debt[1]):
            debt = (session, -book.cash)
    return EngineOutput(tuple(book.fills), tuple(book.events), (), (), debt=debt)
