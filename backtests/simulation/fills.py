"""What an engine puts out: fills and cash events. Everything else follows from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from markets.market import Days, Floats, Market

T = TypeVar("T")


@dataclass(frozen=True)
class Fill:
    """One execution, at the open of `session` on the line's own venue.

    quantity: split-adjusted units, negative for a sale.
    price: in the line's currency, split-adjusted, half-spread and impact included.
    rate: base currency for one unit of the line's currency, the last fixing before the session.
    fee: base currency, all fees and commission.
    slippage: base currency, what half-spread and impact took; it is inside the price.
    """

    session: date
    asset: str
    quantity: float
    price: float
    currency: str
    rate: float
    fee: float
    slippage: float


class Why(StrEnum):
    """Why cash moved without a trade."""

    DIVIDEND = "dividend"
    WITHHOLDING = "withholding"
    ADR_FEE = "adr fee"
    INTEREST = "interest"
    CREDIT = "credit"
    CARRY = "borrow and holding fees"
    DELISTING = "delisting"
    FLOW = "money in and out"


@dataclass(frozen=True)
class CashEvent:
    """Cash that moved without a trade, base currency; negative: paid."""

    session: date
    why: Why
    asset: str
    amount: float


@dataclass(frozen=True)
class Lapse:
    """An order, or a part of one, that was given up, and why."""

    session: date
    asset: str
    quantity: float
    reason: str


class LazyRows(Sequence[T]):
    """Rows that are made when somebody looks at one; equal to a tuple of them.

    table: (R, k) the same in numbers, for whoever needs no more. Of fills the columns are session
    (its place), column (of the line), quantity, price, rate, fee, slippage; of cash events
    session, place in `Why`, column (-1: none), amount. days: (R,) of their sessions.
    """

    def __init__(
        self, table: Floats, market: Market, make: Callable[[Floats, Market], tuple[T, ...]]
    ) -> None:
        self.table = table
        self._market = market
        self._make = make
        self._made: tuple[T, ...] | None = None

    @property
    def days(self) -> Days:
        return self._market.sessions[self.table[:, 0].astype("int64")]

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[T, ...]: ...
    def __getitem__(self, place: int | slice) -> T | tuple[T, ...]:
        return self._rows()[place]

    def __len__(self) -> int:
        return len(self.table)

    def __iter__(self) -> Iterator[T]:
        return iter(self._rows())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, LazyRows) and self._like(other):
            return np.array_equal(self.table, other.table)
        return (
            tuple(other) == self._rows() if isinstance(other, tuple | LazyRows) else NotImplemented
        )

    def _like(self, other: LazyRows[object]) -> bool:
        return other._market is self._market and other._make is self._make

    def __hash__(self) -> int:
        return hash(self._rows())

    def __repr__(self) -> str:
        return repr(self._rows())

    def __reduce__(self) -> tuple[object, ...]:
        return tuple, (self._rows(),)

    def _rows(self) -> tuple[T, ...]:
        if self._made is None:
            self._made = self._make(self.table, self._market)
        return self._made


REASONS = tuple(Why)


def fills_of(table: Floats, market: Market) -> tuple[Fill, ...]:
    """Rows of numbers as fills."""
    days, assets = market.days, market.assets
    return tuple(
        Fill(days[int(session)], assets[int(column)].ticker, quantity, price,
             assets[int(column)].currency, rate, fee, slippage)
        for session, column, quantity, price, rate, fee, slippage in table.tolist()
    )  # fmt: skip


def events_of(table: Floats, market: Market) -> tuple[CashEvent, ...]:
    """Rows of numbers as cash events."""
    days, tickers = market.days, (*market.tickers, "")
    return tuple(
        CashEvent(days[int(session)], REASONS[int(why)], tickers[int(column)], amount)
        for session, why, column, amount in table.tolist()
    )


def fill_table(fills: Sequence[Fill], market: Market) -> Floats:
    """(F, 7) the numbers of fills, as `LazyRows` has them."""
    if isinstance(fills, LazyRows):
        return fills.table
    place = market.row_of
    rows = [
        (place[fill.session], market.place[fill.asset], fill.quantity, fill.price, fill.rate,
         fill.fee, fill.slippage)
        for fill in fills
    ]  # fmt: skip
    return np.array(rows, dtype="float64").reshape(-1, 7)


def event_table(events: Sequence[CashEvent], market: Market) -> Floats:
    """(E, 4) the numbers of cash events, as `LazyRows` has them."""
    if isinstance(events, LazyRows):
        return events.table
    place, column = market.row_of, {**market.place, "": -1}
    rows = [
        (place[event.session], REASONS.index(event.why), column[event.asset], event.amount)
        for event in events
    ]
    return np.array(rows, dtype="float64").reshape(-1, 4)


@dataclass(frozen=True, eq=False)
class Transactions:
    """Fills and cash events of K runs on one market in numbers, one run after the other.

    fills: (F, 7), events: (E, 4), as `LazyRows` has them, each run in the order of time. fills_end,
    events_end: (K,) the row after the last of each run.
    """

    fills: Floats
    fills_end: NDArray[np.int64]
    events: Floats
    events_end: NDArray[np.int64]


def transactions_of(
    market: Market, runs: Sequence[tuple[Sequence[Fill], Sequence[CashEvent]]]
) -> Transactions:
    """The numbers of what some runs put out."""
    fills = [_in_time(fill_table(filled, market)) for filled, _ in runs]
    events = [_in_time(event_table(cash_events, market)) for _, cash_events in runs]
    return Transactions(*_joined(fills, 7), *_joined(events, 4))


def _in_time(table: Floats) -> Floats:
    sessions = table[:, 0]
    if (sessions[1:] >= sessions[:-1]).all():
        return table
    return table[np.argsort(sessions, kind="stable")]


def _joined(tables: Sequence[Floats], width: int) -> tuple[Floats, NDArray[np.int64]]:
    ends = np.cumsum([len(table) for table in tables], dtype="int64")
    return tables[0] if len(tables) == 1 else np.concatenate([np.empty((0, width)), *tables]), ends
