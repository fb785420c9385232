"""What executes at an open, and what of the orders waits, is cut or lapses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import fsum

from backtests.settings import Funding, Settings
from backtests.simulation.book import DUST, Book
from backtests.simulation.fills import Fill, Lapse
from backtests.simulation.sizing import Quote, Sizer
from markets.market import Market


class Execution:
    """The orders of the last decision, from the open after it until they are filled or given up.

    pending: units still to be traded, by column; negative for sales. debt: the largest credit,
    base currency, and the session it was needed on. The rules: docs/method.md.

    A sale is missed once its venue has opened without filling it, or the part of it that was due:
    from then on it funds nothing, and the decision is given no tolerance any more.
    """

    def __init__(self, book: Book, sizer: Sizer, market: Market, settings: Settings) -> None:
        self._book = book
        self._sizer = sizer
        self._market = market
        self._settings = settings
        self._groups = by_opening(market)
        self._net = 0.0
        self._parts: Mapping[int, float] = {}
        self._missed: set[int] = set()
        self.pending: dict[int, float] = {}
        self.lapses: list[Lapse] = []
        self.debt: tuple[int, float] | None = None

    def send(
        self, orders: dict[int, float], net: float, parts: Mapping[int, float] | None = None
    ) -> None:
        """Replace what still waits by the orders of a new decision; net: the sum of its weights.

        parts: how much of each may fill in a session; None: all of it.
        """
        self.pending, self._net, self._missed = orders, net, set()
        self._parts = parts or {}

    def give_up(self, session: int, delisted: Iterable[int]) -> None:
        for column in delisted:
            if column in self.pending:
                self._lapse(session, column, self.pending.pop(column), "delisted")

    def open(self, session: int) -> None:
        """Trade at the opens of a session, venue after venue, after its cash events."""
        if self.pending:
            equity = fsum([self._book.cash, *self._book.values(session - 1).tolist()])
            for group in self._groups:
                self._trade(session, group, equity)
                self._note_debt(session)
        self._note_debt(session)

    def _trade(self, session: int, group: tuple[int, ...], equity: float) -> None:
        """Sells, then as many buys as the allowed debt carries."""
        ready = [
            column for column in group if column in self.pending and self._fills(session, column)
        ]
        sells = [column for column in ready if self.pending[column] < 0]
        sold = {column: self._capped(session, column) for column in sells}
        self._fill(session, {column: -size for column, size in sold.items()}, {})
        opened = self._market.opened
        in_time = {column for column, size in sold.items() if size == self._parts.get(column)}
        self._missed |= {
            column
            for column in group
            if self.pending.get(column, 0.0) < 0
            and opened.item(session, column)
            and column not in in_time
        }
        buys = {
            column: self._capped(session, column)
            for column in ready
            if self.pending.get(column, 0.0) > 0
        }
        if buys:
            self._buy(session, buys, equity)

    def _fills(self, session: int, column: int) -> bool:
        """Whether a line's order meets a market at this open, and is not at its price limit."""
        market, size = self._market, self.pending[column]
        locked = market.locked.item(session, column)
        return bool(market.fillable.item(session, column)) and locked * size <= 0

    def _missing(self) -> bool:
        """Whether a sale that was missed is still unfilled."""
        return any(self.pending.get(column, 0.0) < 0 for column in self._missed)

    def _buy(self, session: int, buys: dict[int, float], equity: float) -> None:
        """Covers in full; the rest by one factor, as far as cash and credit go."""
        covers = {
            column: min(size, max(0.0, -float(self._book.units[column])))
            for column, size in buys.items()
        }
        quotes = {column: self._sizer.quote(column, session, size) for column, size in buys.items()}
        price = {column: quote.price * quote.rate for column, quote in quotes.items()}
        due = fsum([
            *(quote.fee for quote in quotes.values()),
            *(covers[column] * price[column] for column in buys),
        ])  # fmt: skip
        rest = fsum((buys[column] - covers[column]) * price[column] for column in buys)
        purse = self._book.cash + self._allowed_debt(session, equity) - due
        factor = 1.0 if rest <= max(purse, 0.0) else max(0.0, purse / rest)
        fits = {
            column: size
            if factor == 1.0
            else covers[column]
            + self._sizer.round_lot(column, session, factor * (size - covers[column]))
            for column, size in buys.items()
        }
        self._fill(session, fits, quotes if factor == 1.0 else {})
        for column, size in buys.items():
            if fits[column] < size and column in self.pending:
                self._cut(session, column, size - fits[column])

    def _cut(self, session: int, column: int, size: float) -> None:
        """What credit did not carry lapses, or waits for missed sells (a cash account: for all)."""
        selling = any(left < 0 for left in self.pending.values())
        if self._missing() or (self._settings.funding is Funding.WAIT and selling):
            return
        left = self.pending[column] - size
        if left > DUST * size:
            self.pending[column] = left
        else:
            del self.pending[column]
        self._lapse(session, column, size, "not enough cash and credit at the open")

    def _allowed_debt(self, session: int, equity: float) -> float:
        """How far below zero the purchases of an open may push the cash."""
        borrowed = max(0.0, self._net - 1) * equity
        if self._settings.funding is Funding.WAIT:
            return borrowed
        gap = 0.0 if self._missed else self._settings.tolerance * max(equity, 0.0)
        return fsum([borrowed, self._unfilled_sells(session), gap])

    def _unfilled_sells(self, session: int) -> float:
        """What this decision's sells to come would bring at the last close, less their costs."""
        values = []
        for column, size in self.pending.items():
            if size < 0 and column not in self._missed:
                quote = self._sizer.estimate(column, session - 1, size)
                values.append(-size * quote.price * quote.rate - quote.fee)
        return fsum(values)

    def _capped(self, session: int, column: int) -> float:
        """How much of an order may fill at this open."""
        size = self.pending[column]
        capped = min(abs(size), self._sizer.cap(column, session))
        capped = min(capped, self._parts.get(column, capped))
        sent = size < 0 or self._sizer.worth_sending(column, session, capped, 0.0)
        return capped if sent else 0.0

    def _fill(
        self, session: int, quantities: Mapping[int, float], quotes: Mapping[int, Quote]
    ) -> None:
        """Book what executes together at one hour; `quotes` are those already at hand."""
        filled = {column: quantity for column, quantity in quantities.items() if quantity}
        self._book.settle(
            self._executed(session, column, quantity, quotes.get(column))
            for column, quantity in filled.items()
        )
        for column, quantity in filled.items():
            left = self.pending[column] - quantity
            if abs(left) <= DUST * abs(quantity):
                del self.pending[column]
            else:
                self.pending[column] = left

    def _executed(self, session: int, column: int, quantity: float, quote: Quote | None) -> Fill:
        asset = self._market.assets[column]
        if quote is None:
            quote = self._sizer.quote(column, session, quantity)
        return Fill(
            self._market.day(session), asset.ticker, float(quantity), quote.price,
            asset.currency, quote.rate, quote.fee, quote.slippage,
        )  # fmt: skip

    def _lapse(self, session: int, column: int, size: float, reason: str) -> None:
        self.lapses.append(
            Lapse(self._market.day(session), self._market.tickers[column], float(size), reason)
        )

    def _note_debt(self, session: int) -> None:
        """Remember the largest credit, that between two opens of one session included."""
        if self._book.cash < 0 and (self.debt is None or -self._book.cash > self.debt[1]):
            self.debt = (session, -self._book.cash)


def by_opening(market: Market) -> tuple[tuple[int, ...], ...]:
    """Columns whose orders fill at the same hour, in the order of the day."""
    groups: dict[object, list[int]] = defaultdict(list)
    for column, asset in enumerate(market.assets):
        groups[asset.deals].append(column)
    return tuple(tuple(groups[hour]) for hour in sorted(groups))  # type: ignore[type-var]
