"""The words of a fee schedule: what is charged on what, from when on."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from math import ceil, inf

from newsfolio.assets import Kind
from newsfolio.dated import Dated, Row, always

DUST = 1e-9  # far below a cent, far above the noise of a float


class Basis(StrEnum):
    """What the rate of a levy multiplies."""

    VALUE = "value"
    SHARES = "shares"
    ORDER = "order"


@dataclass(frozen=True)
class Charge:
    """A levy on one day: `rate` times the basis, kept within bounds, rounded up to `step`."""

    basis: Basis
    rate: float
    minimum: float
    maximum: float
    step: float

    def of(self, shares: float, value: float) -> float:
        """Money for one order; both arguments positive."""
        basis = self.basis
        base = value if basis is Basis.VALUE else shares if basis is Basis.SHARES else 1.0
        amount = min(max(self.rate * base, self.minimum), self.maximum)
        return self.step * ceil(amount / self.step - DUST) if self.step else amount


@dataclass(frozen=True)
class Levy:
    """One line of a contract note. `step` 1.0 rounds up to whole units of currency.

    `broker` marks commission: what a broker asks, not what the law or a market does.
    """

    name: str
    basis: Basis
    rate: Dated[float]
    sales_only: bool = False
    minimum: Dated[float] = always(0.0)
    maximum: Dated[float] = always(inf)
    step: float = 0.0
    broker: bool = False

    def at(self, day: date) -> Charge:
        return Charge(
            self.basis, self.rate.at(day), self.minimum.at(day), self.maximum.at(day), self.step
        )

    def starts(self) -> set[date]:
        """The days on which anything about it changes."""
        facts = (self.rate, self.minimum, self.maximum)
        return {row.start or date.min for fact in facts for row in fact.rows}


@dataclass(frozen=True)
class TickTable:
    """Price steps by band; a band holds its upper bound, and the last step has none."""

    bounds: tuple[float, ...]
    ticks: tuple[float, ...]

    def at(self, price: float) -> float:
        return self.ticks[bisect_left(self.bounds, price - DUST)]


@dataclass(frozen=True)
class VenueSchedule:
    """All that the lines of one venue are charged, by kind; a kind without levies is not known.

    ticks: price steps, of which half a one is the least half-spread. holding: what a long position
    pays a year, as a fraction of its value. notes: what a reader must know besides.
    """

    levies: Mapping[Kind, tuple[Levy, ...]]
    ticks: Mapping[Kind, Dated[TickTable]] = field(default_factory=dict)
    holding: Dated[float] | None = None
    notes: tuple[str, ...] = ()


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


def of_value(name: str, *rows: tuple[str, float, str], sales_only: bool = False) -> Levy:
    """A levy in percent of the value that changes hands."""
    return Levy(name, Basis.VALUE, history(PERCENT, *rows), sales_only)


def commission(percent: float, source: str) -> Levy:
    """A broker's, in percent of the value, at all times the same."""
    return replace(of_value("commission", ("", percent, source)), broker=True)
