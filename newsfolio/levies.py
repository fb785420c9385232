"""The words of a fee schedule: what is charged on what, from when on."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from math import ceil, inf
from typing import TYPE_CHECKING

from newsfolio.dated import Dated, Row, always
from newsfolio.venue import Kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BELOW = 1e-6
"""Of a bound: less than any step of a price, far more than the noise of a float."""
DUST = 1e-9  # far below a cent, far above the noise of a float


class Basis(StrEnum):
    """What the rate of a levy multiplies."""

    VALUE = "value"
    SHARES = "shares"
    ORDER = "order"


@dataclass(frozen=True)
class Charge:
    """A levy on one day: three rates added up, kept within bounds, rounded up to `step`.

    `value` is a fraction of what changes hands, `share` and `order` money; `cap` bounds it by a
    fraction of what changes hands.
    """

    value: float = 0.0
    share: float = 0.0
    order: float = 0.0
    minimum: float = 0.0
    maximum: float = inf
    cap: float = inf
    step: float = 0.0

    def of(self, shares: float, value: float) -> float:
        """Money for one order; both arguments positive."""
        amount = self.value * value + self.share * shares + self.order
        amount = min(max(amount, self.minimum), self.maximum)
        if self.cap < inf:
            amount = min(amount, self.cap * value)
        return self.step * ceil(amount / self.step - DUST) if self.step else amount

    @property
    def in_money(self) -> bool:
        """Whether anything of it is an amount of some currency."""
        return bool(self.share or self.order or self.minimum or self.maximum < inf or self.step)

    def times(self, rate: float) -> Charge:
        """The same where one unit of its money is `rate` of another."""
        return Charge(
            self.value,
            self.share * rate,
            self.order * rate,
            self.minimum * rate,
            self.maximum * rate,
            self.cap,
            self.step * rate,
        )


_RATES = {Basis.VALUE: "value", Basis.SHARES: "share", Basis.ORDER: "order"}


@dataclass(frozen=True)
class Levy:
    """One line of a contract note. `step` 1.0 rounds up to whole units of currency.

    `broker` marks commission: what a broker asks, not what the law or a market does; `tax` what the
    state takes, of which some lines are free. free_years: for how long a new listing pays none, by
    the day of the listing.
    """

    name: str
    basis: Basis
    rate: Dated[float]
    sales_only: bool = False
    minimum: Dated[float] = always(0.0)
    maximum: Dated[float] = always(inf)
    step: float = 0.0
    broker: bool = False
    tax: bool = False
    purchases_only: bool = False
    free_years: Dated[int] = always(0)

    def at(self, day: date) -> Charge:
        return Charge(
            **{_RATES[self.basis]: self.rate.at(day)},
            minimum=self.minimum.at(day),
            maximum=self.maximum.at(day),
            step=self.step,
        )

    def falls_on(self, sale: bool) -> bool:
        return not (self.purchases_only if sale else self.sales_only)

    def due(self, taxed: Dated[bool], listed: date | None) -> Levy:
        """What it takes of one line: of a tax nothing while the line is free of it."""
        years = self.free_years.at(listed) if listed else 0
        until = _years_later(listed, years) if listed and years else date.min
        if not self.tax or (until == date.min and all(row.value for row in taxed.rows)):
            return self
        starts = {until, *self.rate.starts, *taxed.starts}
        rates = (
            Row(day, self.rate.at(day) * (taxed.at(day) and day >= until)) for day in sorted(starts)
        )
        return replace(self, rate=Dated(tuple(rates)))

    def starts(self) -> set[date]:
        """The days on which anything about it changes."""
        return {day for fact in (self.rate, self.minimum, self.maximum) for day in fact.starts}


def _years_later(day: date, years: int) -> date:
    """The same day of a later year; of 29 February, where there is none, 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


@dataclass(frozen=True)
class TickTable:
    """Price steps by band; a band holds its upper bound, and the last step has none."""

    bounds: tuple[float, ...]
    ticks: tuple[float, ...]

    def at(self, price: float) -> float:
        return self.ticks[bisect_left(self.bounds, price - DUST)]

    def each(self, prices: NDArray[np.float64]) -> NDArray[np.float64]:
        """(T,) the step at each price; of an unknown one the last."""
        import numpy as np

        return np.array(self.ticks)[np.searchsorted(self.bounds, prices - DUST)]

    @classmethod
    def below(cls, *bands: tuple[float, float], above: float) -> TickTable:
        """A table whose bands end before their bound: pairs of bound and step, then the last step.

        >>> TickTable.below((10, 0.01), (50, 0.05), above=0.1).at(10)
        0.05
        """
        just_below = tuple(bound * (1 - BELOW) for bound, _ in bands)
        return cls(just_below, (*(step for _, step in bands), above))


@dataclass(frozen=True)
class VenueSchedule:
    """All that the lines of one venue are charged, by kind; a kind without levies is not known.

    ticks: price steps, of which half a one is the least half-spread. holding: what a long position
    pays a year, as a fraction of its value. notes: what a reader must know besides. commission: the
    broker's among the levies, in words. early: before when which first rows are extrapolated.
    """

    levies: Mapping[Kind, tuple[Levy, ...]]
    ticks: Mapping[Kind, Dated[TickTable]] = field(default_factory=dict)
    holding: Dated[float] | None = None
    notes: tuple[str, ...] = ()
    commission: str = ""
    early: str = ""


PERCENT, MILLION = 100.0, 1e6
"""Of how much of the basis a figure is quoted."""


def history(per: float, *rows: tuple[str, float, str]) -> Dated[float]:
    """Figures as they are quoted: first day ("": always), figure for `per` of the basis, source."""
    return Dated(
        tuple(
            Row(date.fromisoformat(start) if start else None, figure / per, source)
            for start, figure, source in rows
        )
    )


def by_kind(
    shares: tuple[Levy, ...] = (), funds: tuple[Levy, ...] | None = None
) -> Mapping[Kind, tuple[Levy, ...]]:
    """What shares and trusts are charged, and funds, where that is something else.

    Mutual funds deal with their manager, who charges nothing on an order.
    """
    of_funds = shares if funds is None else funds
    return {Kind.STOCK: shares, Kind.REIT: shares, Kind.ETF: of_funds, Kind.FUND: ()}


def of_value(name: str, *rows: tuple[str, float, str], sales_only: bool = False) -> Levy:
    """A levy in percent of the value that changes hands."""
    return Levy(name, Basis.VALUE, history(PERCENT, *rows), sales_only)


def tax_on_purchases(name: str, *rows: tuple[str, float, str]) -> Levy:
    """A tax in percent of the value, which the buyer pays."""
    return replace(of_value(name, *rows), tax=True, purchases_only=True)


def tax_on_sales(name: str, *rows: tuple[str, float, str]) -> Levy:
    """A tax in percent of the value, which the seller pays."""
    return replace(of_value(name, *rows, sales_only=True), tax=True)


def tax_on_both(name: str, *rows: tuple[str, float, str]) -> Levy:
    """A tax in percent of the value, which buyer and seller pay each."""
    return replace(of_value(name, *rows), tax=True)


def commission(percent: float, source: str) -> Levy:
    """A broker's, in percent of the value, at all times the same."""
    return replace(of_value("commission", ("", percent, source)), broker=True)
