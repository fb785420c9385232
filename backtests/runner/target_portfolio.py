"""What a strategy holds at a close, and the orders that lead there from a given portfolio."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from backtests.engines import kernel
from backtests.runner.inputs import cost_model, inputs_alone
from backtests.settings import Dividends, Settings
from backtests.simulation.desk import Desk
from backtests.simulation.output import Explained
from backtests.simulation.sizing import Sizer
from markets.market import Market
from markets.snapshot import Source
from newsfolio.errors import BrokenData, CommandError
from newsfolio.formatting import figure
from newsfolio.strategy import Strategy

CASH = "CASH"
MOST = 1e15
"""Shares, or money, of one line; nobody holds more."""


@dataclass(frozen=True)
class Order:
    """Whole lots of raw shares; price in the line's currency; value and cost in base currency."""

    asset: str
    shares: float
    price: float
    currency: str
    value: float
    cost: float


@dataclass(frozen=True)
class Advice:
    """The portfolio of a strategy at a close.

    decided: the day of the decision that the weights come from; today: whether it is `asof`,
    otherwise the weights have drifted since.
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

    def as_json(self) -> dict[str, Any]:
        """JSON values: weights as fractions, orders in raw shares, money in base currency."""
        return {
            "asof": self.asof.isoformat(),
            "decided": self.decided.isoformat() if self.decided else None,
            "equity": self.equity,
            "currency": self.currency,
            "simulated": self.simulated,
            "weights": dict(self.weights),
            "orders": [asdict(order) for order in self.orders],
            "notes": list(self.notes),
            "explained": asdict(self.explained) if self.explained else None,
        }

    def as_text(self) -> str:
        """The same for people."""
        since = (
            "decided that day" if self.decided == self.asof else f"decided {self.decided}, drifted"
        )
        held = ", ".join(
            f"{ticker} {weight:.1%}" for ticker, weight in sorted(self.weights.items())
        )
        rows = [
            f"  {'buy' if order.shares > 0 else 'sell':<5}{abs(order.shares):>12,.10g} "
            f"{order.asset:<10} at {order.price:>10,.3f} {order.currency}  "
            f"{abs(order.value):>14,.0f} {self.currency}, costs about {order.cost:,.2f}"
            for order in self.orders
        ]
        total = math.fsum(order.cost for order in self.orders)
        return "\n".join([
            *(["SIMULATED: the sample market is made up"] if self.simulated else []),
            f"close of {self.asof} ({since if self.decided else 'no decision yet'})",
            f"hold    {held or 'cash'}",
            f"orders  from {self.equity:,.0f} {self.currency}, for the next opens",
            *(rows or ["  none"]),
            f"costs   about {total:,.2f} {self.currency}",
            *(_table(self.explained) if self.explained else []),
        ])  # fmt: skip


def advise(
    strategy: Strategy, source: Source, settings: Settings, asof: date | None, holdings: Path | None
) -> Advice:
    """Run the strategy up to the close of `asof` (default: the last one) and size its portfolio.

    Without holdings, orders start from the settings' cash.
    """
    settings = replace(settings, dividends=Dividends.CASH, end=asof or settings.end)
    inputs = inputs_alone(strategy, settings)
    bars = inputs.load(source)
    if asof is not None:
        bars = bars.until(asof)
    market = inputs.market(bars)
    desk = Desk(strategy, market, settings, cost_model(settings))
    output = kernel.turned(desk)
    last = len(market.sessions) - 1
    decided = output.targets[-1].session if output.targets else None
    if decided == last:
        weights = dict(output.targets[-1].weights)
    else:
        equity = desk.book.equity(last)
        values = zip(market.tickers, desk.book.values(last).tolist(), strict=True)
        weights = {ticker: value / equity for ticker, value in values if value}
    units, cash = _holdings(holdings, market, settings)
    sizer = Sizer(market, settings, cost_model(settings))
    worth = [size * float(market.value_rate[last, column]) for column, size in units.items()]
    equity = math.fsum([cash, *worth])
    if equity <= 0:
        raise CommandError(
            f"{holdings}: the portfolio is worth {equity:,.2f}; nothing can be bought"
        )
    columns = {market.place[ticker]: weight for ticker, weight in weights.items()}
    wanted, _ = sizer.targets(columns, last, equity, units)
    sizes = sizer.orders(wanted, units, last, equity)
    return Advice(
        asof=market.day(last),
        decided=None if decided is None else market.day(decided),
        weights=weights,
        orders=tuple(_order(sizer, market, column, size, last) for column, size in sizes.items()),
        equity=equity,
        currency=settings.currency,
        notes=market.notes,
        simulated=market.simulated,
        explained=desk.explained(),
    )


def _table(explained: Explained) -> list[str]:
    """What stood behind the decision, as lines of a terminal."""
    rows = [explained.columns, *(tuple(map(_cell, row)) for row in explained.rows)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(explained.columns))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
             for row in rows]  # fmt: skip
    return [f"behind the decision of {explained.day}", *(f"  {line.rstrip()}" for line in lines)]


def _cell(value: str | float) -> str:
    return value if isinstance(value, str) else figure(value)


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


def _holdings(
    path: Path | None, market: Market, settings: Settings
) -> tuple[dict[int, float], float]:
    """Units by column and cash from a CSV of `asset,quantity`; CASH is a line of its own."""
    if path is None:
        return {}, settings.cash
    units: dict[int, float] = {}
    cash = 0.0
    for number, asset, quantity in _rows(path):
        if asset == CASH:
            cash += quantity
        elif asset not in market.place:
            raise CommandError(
                f"{path}, line {number}: {asset} is not a line of this strategy; leave it out, it "
                f"is not part of the money ({', '.join(market.tickers)}, {CASH})"
            )
        else:
            column = market.place[asset]
            later = float(market.later[-1, column])
            units[column] = units.get(column, 0.0) + quantity * later
    return units, cash


def _rows(path: Path) -> list[tuple[int, str, float]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenData(
            f"{path} cannot be read ({error}); give a CSV with asset,quantity"
        ) from error
    holdings = []
    for number, row in enumerate(rows, start=2):
        asset, text = (row.get("asset") or "").strip(), (row.get("quantity") or "").strip()
        try:
            quantity = float(text)
        except ValueError:
            quantity = math.nan  # which is not below anything
        if not asset or not abs(quantity) <= MOST:
            raise BrokenData(
                f"{path}, line {number}: expected asset,quantity such as 0700.HK,300; "
                f"found {asset!r},{text!r}"
            )
        holdings.append((number, asset, quantity))
    return holdings
