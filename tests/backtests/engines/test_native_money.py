"""Bars, cash and refusals of plain strategies, each with the right value by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import backtrader as bt
import numpy as np
import pytest

from backtests.runner.limit_fills import limit_notes
from markets.bars import COLUMNS, Bars, Priced
from newsfolio.errors import CommandError, MissingData, ParameterError, StrategyError
from tests.support.backtrader_strategies import ALL, feeds_of
from tests.support.markets_of import bdays, line
from tests.support.plain_runs import bare, executions, ours, walk


def bars_of(ticker: str, rows: list[tuple[float, float, float, float]]) -> Bars:
    """Open, high, low and close of sessions from 2023-03-06 on."""
    opened, high, low, close = map(list, zip(*rows, strict=True))
    days = bdays("2023-03-06", len(rows))
    return line(ticker, days, close, open=opened, high=high, low=low)


def strategy(next_: Callable[[Any], None], **attributes: Any) -> type[bt.Strategy]:
    return type("Mine", (bt.Strategy,), {"next": next_, "__module__": __name__, **attributes})


def buys_once(self: bt.Strategy) -> None:
    if len(self) == 1:
        self.buy(size=10)
        self.sell(size=10, exectype=bt.Order.Stop, price=95)


def test_a_stop_fills_where_the_low_passed_it() -> None:
    """The closes never fall below 99: without the low of 94 the stop would still wait."""
    rows = [(100, 101, 99, 100), (100, 102, 99, 101), (101, 103, 94, 102), (102, 103, 101, 102)]
    run = ours(strategy(buys_once), [bars_of("XLK", [tuple(map(float, row)) for row in rows])])
    assert [(fill[2], fill[3]) for fill in executions(run)] == [(10.0, 100.0), (-10.0, 95.0)]
    assert run.account.equity.iloc[-1] == 100_000 - 50


def test_the_first_line_named_is_data0() -> None:
    def next_(self: bt.Strategy) -> None:
        if len(self) == 1:
            self.buy(size=1)

    lines = [walk("XLK", 1), walk("AGG", 2)]
    assert executions(ours(strategy(next_), lines))[0][1] == "XLK"
    assert executions(ours(strategy(next_), lines[::-1]))[0][1] == "AGG"


class Averages(bt.Strategy):
    """Buys on its first bar; `seen` is what it knew there."""

    seen: list[tuple[Any, float, int]] = []

    def __init__(self) -> None:
        self.average = bt.ind.SMA(period=50)

    def nextstart(self) -> None:
        Averages.seen.append((self.data.datetime.date(0), self.average[0], len(self)))
        self.next()

    def next(self) -> None:
        if not self.position:
            self.buy(size=1)


@pytest.mark.parametrize(("place", "begins"), [(200, 200), (20, 49)])
def test_bars_before_the_start_warm_the_indicators_up(place: int, begins: int) -> None:
    """A run of 50 bars' average acts on its first session, or as soon as there are 50."""
    bars = walk("XLK", 7)
    days, close = bars.frame.index, bars.frame["close"].to_numpy()
    Averages.seen.clear()
    run = ours(Averages, [bars], start=str(days[place].date()))
    assert run.account.sessions[0] == days[place]
    ((day, average, count),) = Averages.seen
    assert (day, count) == (days[begins].date(), begins + 1)
    assert average == pytest.approx(close[begins - 49 : begins + 1].mean())
    assert executions(run)[0][0] == days[begins + 1].date()


def test_what_the_cash_does_not_cover_is_rejected_and_listed() -> None:
    """1,001 units at 100 cost more than 100,000; a thousand do not."""

    def next_(self: bt.Strategy) -> None:
        if len(self) in (1, 3):
            self.buy(size=1_001 if len(self) == 1 else 1_000)

    rows = [(100.0, 100.0, 100.0, 100.0)] * 6
    run = ours(strategy(next_), [bars_of("XLK", rows)])
    assert [fill[2] for fill in executions(run)] == [1_000.0]
    ((lapse),) = run.output.lapses
    assert (lapse.asset, lapse.quantity) == ("XLK", 1_001.0)
    assert "Margin" in lapse.reason
    lent = ours(strategy(next_), [bars_of("XLK", rows)], funding="loan")
    assert [fill[2] for fill in executions(lent)] == [1_001.0, 1_000.0]
    assert lent.output.debt is not None


def test_a_ruined_account_is_sold_and_stays_as_it_is() -> None:
    """1,000 units short at 100 and 100,000 in cash: gone at 200, bought back at 210."""

    def next_(self: bt.Strategy) -> None:
        if not self.position:
            self.sell(size=1_000)

    path = [100.0, 100.0, 120.0, 140.0, 160.0, 180.0, 200.0, 210.0, 190.0, 170.0]
    run = ours(strategy(next_), [bars_of("XLK", [(p, p, p, p) for p in path])], credit_spread=0.0)
    assert run.output.ruined is not None
    assert str(run.market.day(run.output.ruined)) == bdays("2023-03-06", 7)[-1]
    assert [fill[2:] for fill in executions(run)] == [(-1_000.0, 100.0), (1_000.0, 210.0)]
    assert run.account.equity.iloc[-3:].tolist() == [-10_000.0] * 3


def test_a_mainland_line_is_not_sold_short() -> None:
    def next_(self: bt.Strategy) -> None:
        if len(self) == 5:
            self.sell(size=100)

    rows = [(10.0, 10.0, 10.0, 10.0)] * 12
    with pytest.raises(StrategyError, match=r"600519\.SS is sold short on .*mainland"):
        ours(strategy(next_), [bars_of("600519.SS", rows)], currency="CNY")


def test_nobody_buys_where_a_line_opens_at_its_price_limit() -> None:
    """Up ten per cent at two opens, 11.00 and 12.10; bought at 12.00 on the third."""

    def next_(self: bt.Strategy) -> None:
        if len(self) == 2:
            self.buy(size=100)

    path = [10.0, 10.0, 11.0, 12.1, 12.0, 12.0]
    bars = bars_of("600519.SS", [(price, price, price, price) for price in path])
    run = ours(strategy(next_), [bars], currency="CNY")
    assert [fill[2:] for fill in executions(run)] == [(100.0, 12.0)]


def test_a_fill_where_a_line_closes_at_its_price_limit_is_noted() -> None:
    """Bought at the close of 11.00, the limit of 10.00; at 10.50 within the day it is no wonder."""

    def at_close(self: bt.Strategy) -> None:
        if len(self) == 1:
            self.buy(size=100, exectype=bt.Order.Close)

    def at_open(self: bt.Strategy) -> None:
        if len(self) == 1:
            self.buy(size=100)

    sentence = (
        "600519.SS: 1 fill after the open of sessions that closed at the price limit, the first "
    )
    for next_, close, count in ((at_close, 11.0, 1), (at_close, 10.9, 0), (at_open, 11.0, 0)):
        rows = [(10.0, 10.0, 10.0, 10.0), (10.5, 11.0, 10.5, close), (11.0, 11.0, 11.0, 11.0)]
        run = ours(strategy(next_), [bars_of("600519.SS", rows)], currency="CNY")
        assert len(run.output.fills) == 1
        assert [note.startswith(sentence + "on 2023-03-07") for note in limit_notes(run)] == [
            True
        ] * count


def test_nothing_fills_on_a_day_on_which_the_venue_was_shut() -> None:
    """Typhoon Saola, 2023-09-01: bought on the Monday, and the bar of the Friday is seen."""
    days = [str(day) for day in np.arange("2023-07-24", "2023-09-06", dtype="datetime64[D]")
            if np.is_busday(day)]  # fmt: skip
    asked = days.index("2023-08-31") + 1

    def next_(self: bt.Strategy) -> None:
        if len(self) == asked:
            self.buy(size=10)
        assert len(self) != asked + 1 or self.data.close[0] == prices[asked]

    prices = [100.0 + number for number in range(len(days))]
    alone, other = line("0005.HK", days, prices), line("0700.HK", days, [9 * p for p in prices])
    for lines, day in (([alone], "2023-09-04"), ([alone, other], "2023-09-01")):
        run = ours(strategy(next_), lines, currency="HKD")
        assert [(str(fill[0]), fill[3]) for fill in executions(run)] == [
            (day, prices[days.index(day)])
        ]


def test_no_fill_on_a_bar_that_the_line_does_not_have() -> None:
    """The limit of 99 is made while GLD stands still; its old low of 98 does not fill it."""

    def next_(self: bt.Strategy) -> None:
        if len(self) == 3:
            self.buy(data=self.data1, size=1, exectype=bt.Order.Limit, price=99)

    days = bdays("2023-03-06", 6)
    full = bars_of("XLK", [(100.0, 101.0, 99.0, 100.0)] * 6)
    still = bars_of("GLD", [(100.0, 101.0, 98.0, 100.0)] * 6)
    frame = still.frame.drop(still.frame.index[[2, 3]])
    run = ours(strategy(next_), [full, Bars("GLD", frame[list(COLUMNS)], Priced.SPLITS)])
    assert [str(fill[0]) for fill in executions(run)] == [days[4]]


REFUSED: dict[str, Callable[[Any], Any]] = {
    "setcommission": lambda self: self.broker.setcommission(commission=0.001),
    "addcommissioninfo": lambda self: self.broker.addcommissioninfo(bt.CommInfoBase(mult=10.0)),
    "set_slippage_perc": lambda self: self.broker.set_slippage_perc(0.01),
    "add_cash": lambda self: self.broker.add_cash(1_000),
    "setcash": lambda self: self.broker.setcash(5),
    "set_shortcash": lambda self: self.broker.set_shortcash(False),
    "resampledata": lambda self: self.cerebro.resampledata(self.data, timeframe=bt.TimeFrame.Weeks),
    "runstop": lambda self: self.env.runstop(),
    "resample": lambda self: self.data.resample(timeframe=bt.TimeFrame.Weeks),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_as_it_is_is_refused_by_name(name: str) -> None:
    kind = strategy(lambda self: None, __init__=lambda self: REFUSED[name](self) and None)
    with pytest.raises(StrategyError, match=f"{name} is refused"):
        ours(kind, [walk("XLK", 1)])


def test_a_feed_that_is_not_there_is_named() -> None:
    kind = strategy(lambda self: self.buy(data=self.datas[1]))
    with pytest.raises(StrategyError, match="its data feeds are XLK; --universe names more"):
        ours(kind, [walk("XLK", 1)])


def test_a_bar_that_is_not_there_is_named() -> None:
    kind = strategy(lambda self: self.buy(size=self.data.close[1]))
    with pytest.raises(StrategyError, match="asked for a bar before the first or after the last"):
        ours(kind, [walk("XLK", 1)])


class WithParams(bt.Strategy):
    params = (("size", 5), ("share", 0.5), ("loud", False), ("rebalance", 3), ("kind", None))

    def next(self) -> None:
        if len(self) == 1:
            self.buy(size=self.p.size)


def test_params_are_set_as_parameters_are() -> None:
    run = ours(WithParams, [walk("XLK", 1)], {"size": "7", "loud": "yes"})
    assert executions(run)[0][2] == 7.0
    assert run.origin.strategy["label"] == "with-params(size=7, loud=True)"
    for name, value, sentence in (
        ("size", "many", "not of type int"),
        ("kind", "x", "its default None is no number"),
        ("rebalance", "4", "newsfolio has a word of that name"),
        ("speed", "4", "has no parameter 'speed': it has size, share, loud"),
    ):
        with pytest.raises(ParameterError, match=sentence):
            ours(WithParams, [walk("XLK", 1)], {name: value})


def test_settings_that_do_not_apply_are_refused() -> None:
    with pytest.raises(CommandError, match="--participation does not apply"):
        ours(WithParams, [walk("XLK", 1)], participation=0.1)


def test_costs_are_those_of_the_line_and_the_broker_knows_them() -> None:
    """What the strategy's broker has is what the account has, to the last cent."""
    kept: list[float] = []

    class Keeps(WithParams):
        def stop(self) -> None:
            kept.append(self.broker.getvalue())

    run = ours(Keeps, [walk("XLK", 1)], costs="venue")
    assert run.output.fills[0].slippage > 0
    assert run.account.equity.iloc[-1] == pytest.approx(kept[0], rel=1e-12)


@pytest.mark.parametrize("name", ["MarketOrders", "ShortAndLong", "Pair", "AllIn"])
def test_idle_cash_earns_nothing_where_a_cash_rate_is_known_too(name: str) -> None:
    """A bare Cerebro pays no interest, on proceeds of shorts neither."""
    kind = ALL[name]
    bars = [walk("XLK", 3), walk("AGG", 4)][: feeds_of(kind)]
    rate = walk("^IRX", 6)
    bills = Bars("^IRX", rate.frame.assign(**dict.fromkeys(COLUMNS[:4], 5.0)), Priced.LEVEL)
    run = ours(kind, [*bars, bills], lines=tuple(line.ticker for line in bars))
    assert run.market.cash_rate[-1] > 0.05
    assert run.account.equity.iloc[-1] == pytest.approx(bare(kind, bars).value, rel=1e-12)


def test_the_bare_cerebro_looks_at_the_same_bars() -> None:
    """The comparison of all strategies rests on this: both see one series to the last bit."""
    seen: list[np.ndarray] = []

    class Sees(bt.Strategy):
        def stop(self) -> None:
            names = ("open", "high", "low", "close", "volume")
            seen.append(np.array([getattr(self.data, name).array for name in names]))

    bars = [walk("XLK", 9)]
    bare(Sees, bars)
    ours(Sees, bars)
    assert np.array_equal(*seen)


def test_a_line_without_data_does_not_move_the_others() -> None:
    from backtests.plain_strategy import plain_strategy
    from backtests.runner.run_strategy import run_backtrader
    from backtests.settings import Settings
    from tests.support.plain_runs import InMemory

    both = plain_strategy(WithParams, ("XLK", "AGG"))
    with pytest.raises(MissingData, match="AGG"):
        run_backtrader(both, InMemory({"XLK": walk("XLK", 1)}), Settings())
