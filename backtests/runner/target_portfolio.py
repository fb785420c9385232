"""What a strategy holds at a close, and the orders that lead there from a given portfolio."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TypedDict

import numpy as np

from backtests.engines import kernel
from backtests.progress import Progress, silent
from backtests.runner.holdings.at_close import Held, held_at_close
from backtests.runner.holdings.reading import read_statement
from backtests.runner.holdings.statement import Outside, OutsideJson
from backtests.runner.inputs import Inputs, cost_model, fx_source, inputs_alone
from backtests.runner.run_strategy import SIMULATION, WatchedDesk
from backtests.settings import Dividends, Lots, Settings
from backtests.simulation.desk import Desk
from backtests.simulation.limits import Standing
from backtests.simulation.output import EngineOutput, Explained
from backtests.simulation.sizing import ROUNDS, Sizer
from markets.market import Market
from markets.reference.calendars import sessions_of
from markets.snapshot import Source
from newsfolio.formatting import figure, percent
from newsfolio.strategy import Strategy
from reports.contract.manifest import ExplainedJson
from reports.tables.companies import Companies

OLD = 5
"""Sessions after which a close is too old to size an order by without a word."""


@dataclass(frozen=True)
class Order:
    """Whole lots of raw shares; price in the line's currency; value and cost in base currency."""

    asset: str
    shares: float
    price: float
    currency: str
    value: float
    cost: float

    def as_json(self) -> OrderJson:
        return {
            "asset": self.asset, "shares": self.shares, "price": self.price,
            "currency": self.currency, "value": self.value, "cost": self.cost,
        }  # fmt: skip


class OrderJson(TypedDict):
    """An `Order` as `--json` prints it."""

    asset: str
    shares: float
    price: float
    currency: str
    value: float
    cost: float


class AdviceJson(TypedDict):
    """`Advice` as `--json` prints it: ISO days, weights as fractions."""

    asof: str
    decided: str | None
    equity: float
    currency: str
    simulated: bool
    weights: dict[str, float]
    orders: list[OrderJson]
    outside: list[OutsideJson]
    notes: list[str]
    explained: ExplainedJson | None
    names: dict[str, str]


@dataclass(frozen=True)
class Advice:
    """The portfolio of a strategy at a close.

    decided: the day of the decision that the weights come from; today: whether it is `asof`,
    otherwise the weights have drifted since. outside: what is held beside it, to sell or to keep.
    warnings: what makes the orders doubtful; they stand among the notes too. names: of companies
    and funds, by ticker.
    """

    asof: date
    decided: date | None
    weights: Mapping[str, float]
    orders: tuple[Order, ...]
    equity: float
    currency: str
    notes: tuple[str, ...]
    simulated: bool
    explained: Explained | None = None
    outside: tuple[Outside, ...] = ()
    warnings: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        head, orders, tail = self.as_text()
        widths = [max(map(len, column)) for column in zip(*orders, strict=True)]
        rows = (
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in orders
        )
        return "\n".join([*head, *rows, *tail])

    def as_json(self) -> AdviceJson:
        """JSON values: weights as fractions, orders in raw shares, money in base currency."""
        return {
            "asof": self.asof.isoformat(),
            "decided": self.decided.isoformat() if self.decided else None,
            "equity": self.equity,
            "currency": self.currency,
            "simulated": self.simulated,
            "weights": dict(self.weights),
            "orders": [order.as_json() for order in self.orders],
            "outside": [held.as_json() for held in self.outside],
            "notes": list(dict.fromkeys((*self.notes, *self.warnings))),
            "explained": self.explained.as_json() if self.explained else None,
            "names": dict(self.names),
        }

    def as_text(self) -> tuple[list[str], list[tuple[str, ...]], list[str]]:
        """The same for people: lines, the table of the orders with its heading, more lines."""
        since = (
            "decided that day" if self.decided == self.asof else f"decided {self.decided}, drifted"
        )
        names = Companies(self.names)
        held = ", ".join(
            f"{names.beside(ticker)} {percent(weight, 1)}"
            for ticker, weight in sorted(self.weights.items())
        )
        total = math.fsum(order.cost for order in self.orders)
        head = [
            *(["SIMULATED: the sample market is made up"] if self.simulated else []),
            f"close of {self.asof} ({since if self.decided else 'no decision yet'})",
            f"hold    {held or 'cash'}",
            f"orders  from {self.equity:,.0f} {self.currency}, for the next opens"
            f"{'' if self.orders else ': none'}",
        ]
        tail = [
            f"costs   about {total:,.2f} {self.currency}",
            *(f"outside {names.told(other.as_text())}" for other in self.outside),
            *(f"note    {names.told(warning)}" for warning in self.warnings),
        ]
        return head, self._order_rows(names), tail

    def _order_rows(self, names: Companies) -> list[tuple[str, ...]]:
        """The orders under a heading; nothing where there are none."""
        rows = [
            (
                "buy" if order.shares > 0 else "sell", f"{abs(order.shares):,.10g}",
                names.beside(order.asset),
                f"{order.price:,.3f}", order.currency,
                f"{abs(order.value):,.0f}", f"{order.cost:,.2f}",
            )
            for order in self.orders
        ]  # fmt: skip
        heading = ("order", "shares", "line", "at", "", f"value, {self.currency}", "costs about")
        return [heading, *rows] if rows else []


def advise(
    strategy: Strategy,
    source: Source,
    settings: Settings,
    asof: date | None,
    holdings: Path | Sequence[Path] | None,
    today: date | None = None,
    progress: Progress = silent,
) -> Advice:
    """Run the strategy up to the close of `asof` (default: the last one) and size its portfolio.

    holdings: files of what is held, which add up; without one, orders start from the settings'
    cash. today: against which the close is old; None: it is not asked. progress: how far the run
    to that close is.
    """
    settings = replace(settings, dividends=Dividends.CASH, end=asof or settings.end)
    paths = [holdings] if isinstance(holdings, Path) else holdings or ()
    statements = {path: read_statement(path) for path in paths}
    money = {currency for statement in statements.values() for currency in statement.cash}
    inputs = inputs_alone(strategy, settings).with_rates(money)
    bars = inputs.load(source)
    if asof is not None:
        bars = bars.until(asof)
    market = inputs.market(bars, keep=asof is None)
    settings = inputs.settings
    desk, output = _turned(inputs, market, progress)
    last = len(market.sessions) - 1
    decided = output.targets[-1].session if output.targets else None
    held = Held((), {}, settings.cash)
    if statements:
        held = held_at_close(statements, market, fx_source(settings, bars))
    sizer = Sizer(market, settings, cost_model(settings, market.fx))
    weights = _wanted(desk, output, held)
    columns = {market.place[ticker]: weight for ticker, weight in weights.items()}
    sizes, parts = _sizes(sizer, columns, held, desk.kept if decided == last else frozenset())
    concerned = {*columns, *held.units}
    return Advice(
        asof=market.day(last),
        decided=None if decided is None else market.day(decided),
        weights=weights,
        orders=tuple(_order(sizer, market, column, size, last) for column, size in sizes.items()),
        equity=held.equity(market),
        currency=settings.currency,
        notes=market.notes,
        simulated=market.simulated,
        explained=desk.explained(),
        outside=held.outside,
        warnings=(
            *_over(settings),
            *_old(market, concerned, None if asof else today),
            *held.notes,
            *parts,
        ),
        names={asset.ticker: asset.name for asset in market.assets if asset.name},
    )


def _drifted(desk: Desk, last: int) -> dict[str, float]:
    """What the book is worth by line at the last close, as shares of its equity."""
    equity = desk.book.equity(last)
    values = zip(desk.market.tickers, desk.book.values(last).tolist(), strict=True)
    return {ticker: value / equity for ticker, value in values if value}


def _sizes(
    sizer: Sizer, weights: Mapping[int, float], held: Held, kept: frozenset[int]
) -> tuple[dict[int, float], list[str]]:
    """Orders in units by column, and what they leave because it is no whole share.

    Sales that are rounded bring less than the targets count on: purchases shrink until the money
    that was to be left is left.
    """
    market, equity = sizer.market, held.equity(sizer.market)
    last = len(market.sessions) - 1
    least = min(0.0, equity * (1 - math.fsum(weights.values()))) - 1e-9 * equity
    short = 0.0
    for _ in range(ROUNDS):
        wanted, _ = sizer.targets(weights, last, equity - short, held.units, kept)
        orders = sizer.orders(wanted, held.units, last, equity - short)
        sizes = {column: _whole(sizer, column, size, bool(wanted.get(column)))
                 for column, size in orders.items()}  # fmt: skip
        sizes = {column: size for column, size in sizes.items() if size}
        spent = (size * float(market.value_rate[last, at]) for at, size in sizes.items())
        left = held.cash - math.fsum(spent) - sizer.cost_of(sizes, last)
        if left >= min(least, held.cash) or equity - short <= 0:
            break
        short += min(least, held.cash) - left
    rest = {column: (held.units[column] + sizes.get(column, 0.0)) / market.later[last, column]
            for column in held.units if not wanted.get(column)}  # fmt: skip
    return sizes, [
        f"{size:.4g} of a {market.tickers[column]} share stays: no venue trades a part of one"
        for column, size in rest.items()
        if abs(size) > 1e-9
    ]


def _turned(inputs: Inputs, market: Market, progress: Progress) -> tuple[Desk, EngineOutput]:
    """The desk at the last close, and what it put out."""
    desk = WatchedDesk(inputs, market, progress, kernel.run)
    progress(SIMULATION, 0.0)
    output = kernel.turned(desk)
    progress(SIMULATION, 1.0)
    return desk, output


def _wanted(desk: Desk, output: EngineOutput, held: Held) -> dict[str, float]:
    """What to hold: the decision of the last close within its limits, or an older one, drifted.

    Limits look at what somebody holds, not at what the simulation does.
    """
    market = desk.market
    last = len(market.sessions) - 1
    if not output.targets or output.targets[-1].session != last:
        return _drifted(desk, last)
    if desk.limiter is None:
        return dict(output.targets[-1].weights)
    standing = Standing(last, held.equity(market), held.units)
    columns = desk.limiter.apply(desk.asked, standing, desk.decider.owner)
    return {market.tickers[column]: weight for column, weight in columns.items()}


def _over(settings: Settings) -> Iterator[str]:
    """That orders are to be sent in parts."""
    over = settings.limits.over if settings.limits else 1
    if over > 1:
        yield f"send each order in {over} equal parts, one a session: its limits say so"


def _whole(sizer: Sizer, column: int, size: float, goes_on: bool) -> float:
    """An order in whole lots, towards zero; one that closes its position, in whole shares."""
    if sizer.settings.lots is Lots.FRACTIONAL:
        return size
    market = sizer.market
    asset, later = market.assets[column], float(market.later[-1, column])
    lot = asset.lot.at(market.day(-1)) if goes_on and not asset.star else 1
    return math.copysign(math.floor(abs(size) / (lot * later) + 1e-9) * lot * later, size)


def _old(market: Market, columns: Iterable[int], today: date | None) -> Iterator[str]:
    """Where orders are sized by a close that is more than five sessions old, or by such rates."""
    asof = market.day(-1)
    yield from (note for note in market.notes if "rates of" in note)
    if today is not None and not market.simulated:
        calendar = sessions_of(market.calendar.clock)
        passed = int(np.searchsorted(calendar, np.datetime64(today)))
        passed -= int(np.searchsorted(calendar, np.datetime64(asof), side="right"))
        if passed > OLD:
            yield (
                f"the last close is of {asof}, {passed} sessions before {today}; bring the prices "
                "up to date before these orders are sent"
            )
    for column in sorted(columns):
        closes = np.flatnonzero(~np.isnan(market.close[:, column]))
        age = len(market.sessions) - 1 - int(closes[-1]) if len(closes) else 0
        if age > OLD:
            yield (
                f"{market.tickers[column]} has had no close since {market.day(closes[-1])}, "
                f"{age} sessions before {asof}; its price may be another by now"
            )


def explained_rows(explained: Explained, names: Companies) -> list[tuple[str, ...]]:
    """What stood behind the decision, as a table of text with its heading."""

    def cell(value: str | float) -> str:
        return names.told(value) if isinstance(value, str) else figure(value)

    return [tuple(map(cell, row)) for row in (explained.columns, *explained.rows)]


def _order(sizer: Sizer, market: Market, column: int, size: float, session: int) -> Order:
    quote, later = sizer.estimate(column, session, size), float(market.later[session, column])
    asset = market.assets[column]
    return Order(
        asset=asset.ticker,
        shares=size / later,
        price=float(market.last[session, column]) * later,
        currency=asset.currency,
        value=size * float(market.value_rate[session, column]),
        cost=quote.fee + quote.slippage,
    )
