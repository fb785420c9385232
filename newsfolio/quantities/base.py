"""What a claim is about: figures that follow from prices, or tables of facts, of a window.

    Gain("HSTECH.HK") - Gain("^IXIC")            how far one ran ahead of the other
    Gain("HSTECH.HK") / Gain("^IXIC")            how many times as much it gained
    MeanMove("HSTECH.HK").over("2025-08-29", "2025-09-19")

A quantity is a value, and pure: it looks at prices through a `Record` and knows no file. Figures
are fractions. Moves are price returns in the line's own currency unless it says otherwise; the
window runs from the close of its first day to the close of its last, and where a line had no bar
on one of them the last close before it counts, up to a week old.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from newsfolio.assets import Sleeve
from newsfolio.blame import at, place_of, said_by
from newsfolio.errors import DataError, MissingData
from newsfolio.facts import Facts
from newsfolio.quantities.observations import Observations, joined

if TYPE_CHECKING:
    import pandas as pd


class Record(Protocol):
    """Prices and facts up to a claim's due day; MissingData for what the source lacks."""

    def closes(self, ticker: str, currency: str = "", *, total: bool = False) -> pd.Series:
        """Closes by session, in the line's own currency or in another.

        total: with dividends reinvested.
        """
        ...

    def highs(self, ticker: str) -> pd.Series:
        """Intraday highs by session; MissingData for a line that has closes only."""
        ...

    def splits(self, ticker: str, since: date) -> float:
        """How many shares one of `since` has become, by the splits that closes are adjusted for."""
        ...

    def facts(self, table: Facts) -> pd.DataFrame:
        """The rows known by the due day, in the order in which they became known.

        `known` (naive dates), then the table's text and number columns; NaN is a blank cell.
        """
        ...


@dataclass(frozen=True)
class Window:
    """From the close of one day to the close of another."""

    start: date
    end: date


@dataclass(frozen=True)
class Measured:
    """A figure, and what a reader should see of how it came about ("AAPL +6.9 %")."""

    value: float
    detail: str = ""


class Quantity:
    """Something that prices of a window tell; subclasses are frozen dataclasses."""

    @property
    def percent(self) -> bool:
        """Whether people read the figure in percent; otherwise it is a number or a level."""
        return True

    @property
    def lines(self) -> tuple[str, ...]:
        """The tickers that it looks at."""
        raise NotImplementedError

    @property
    def subject(self) -> str:
        """What it is about, in a word: its first line, or the name of its basket."""
        return next(iter((*(part.subject for part in _parts(self)), *self.lines)), "")

    @property
    def currencies(self) -> frozenset[str]:
        """Those that it converts to, and its parts."""
        return frozenset[str]().union(*(part.currencies for part in _parts(self)))

    @property
    def tables(self) -> tuple[Facts, ...]:
        """The tables of facts that it looks at."""
        return tuple(dict.fromkeys(table for part in _parts(self) for table in part.tables))

    def measure(self, record: Record, window: Window) -> Measured:
        """The figure; MissingData with the reason where prices and facts cannot tell."""
        raise NotImplementedError

    @property
    def estimates(self) -> bool:
        """Whether its figure stands for more than itself: "on average", "outperforms"."""
        return False

    def observations(self, record: Record, window: Window) -> Observations | None:
        """What the figure is an estimate from; None where it is a single fact."""
        return None

    def over(self, start: str, end: str) -> Quantity:
        """The same over a window of its own, whatever the reading's."""
        return Over(self, Window(date.fromisoformat(start), date.fromisoformat(end)))

    def __sub__(self, other: Quantity) -> Quantity:
        return Less(self, other)

    def __truediv__(self, other: Quantity) -> Quantity:
        return Times(self, other)


@dataclass(frozen=True)
class OfLines(Quantity):
    """A quantity of one line, or of a basket."""

    of: str | Sleeve

    @property
    def subject(self) -> str:
        return label_of(self.of)

    @property
    def lines(self) -> tuple[str, ...]:
        return tickers_of(self.of)


@dataclass(frozen=True)
class Over(Quantity):
    """A quantity over a window of its own."""

    of: Quantity
    window: Window

    @property
    def percent(self) -> bool:
        return self.of.percent

    @property
    def lines(self) -> tuple[str, ...]:
        return self.of.lines

    def measure(self, record: Record, window: Window) -> Measured:
        if self.window.end > window.end:
            raise MissingData(f"{self.window.end} comes after the claim's due day, {window.end}")
        return self.of.measure(record, self.window)

    @property
    def estimates(self) -> bool:
        return self.of.estimates

    def observations(self, record: Record, window: Window) -> Observations | None:
        return self.of.observations(record, self.window)


@dataclass(frozen=True)
class Less(Quantity):
    """One quantity less another."""

    one: Quantity
    other: Quantity

    @property
    def percent(self) -> bool:
        return self.one.percent

    @property
    def lines(self) -> tuple[str, ...]:
        return (*self.one.lines, *self.other.lines)

    def measure(self, record: Record, window: Window) -> Measured:
        measured, other = (part.measure(record, window) for part in (self.one, self.other))
        return Measured(measured.value - other.value, _both(measured, other))

    @property
    def estimates(self) -> bool:
        return True

    def observations(self, record: Record, window: Window) -> Observations | None:
        sides = [part.observations(record, window) for part in (self.one, self.other)]
        return joined(sides, lambda figures: figures[0] - figures[1])


@dataclass(frozen=True)
class Times(Quantity):
    """How many times another quantity one is; NaN where the other is not above 0."""

    one: Quantity
    other: Quantity

    @property
    def percent(self) -> bool:
        return False

    @property
    def lines(self) -> tuple[str, ...]:
        return (*self.one.lines, *self.other.lines)

    def measure(self, record: Record, window: Window) -> Measured:
        measured, other = (part.measure(record, window) for part in (self.one, self.other))
        ratio = measured.value / other.value if other.value > 0 else math.nan
        return Measured(ratio, _both(measured, other))

    @property
    def estimates(self) -> bool:
        return True

    def observations(self, record: Record, window: Window) -> Observations | None:
        import numpy as np

        sides = [part.observations(record, window) for part in (self.one, self.other)]
        return joined(
            sides, lambda figures: figures[0] / np.where(figures[1] > 0, figures[1], np.nan)
        )


@dataclass(frozen=True)
class Lowest(Quantity):
    """The smallest of several quantities."""

    of: tuple[Quantity, ...]

    @property
    def percent(self) -> bool:
        return self.of[0].percent

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(line for part in self.of for line in part.lines)

    def measure(self, record: Record, window: Window) -> Measured:
        parts = [part.measure(record, window) for part in self.of]
        values = [part.value for part in parts]
        lowest = math.nan if any(map(math.isnan, values)) else min(values)
        return Measured(lowest, ", ".join(part.detail for part in parts))

    @property
    def estimates(self) -> bool:
        return any(part.estimates for part in self.of)

    def observations(self, record: Record, window: Window) -> Observations | None:
        import numpy as np

        sides = [part.observations(record, window) for part in self.of]
        return joined(sides, lambda figures: np.min(figures, axis=0))


@dataclass(frozen=True)
class Custom(Quantity):
    """Any other figure: `how(record, window)` answers it.

    A function of a module, so that the claim can be pickled and compared.
    """

    of: tuple[str, ...]
    how: Callable[[Record, Window], Measured]

    @property
    def lines(self) -> tuple[str, ...]:
        return self.of

    def measure(self, record: Record, window: Window) -> Measured:
        called = getattr(self.how, "__name__", "a quantity of the author's own")
        try:
            measured = self.how(record, window)
        except DataError:
            raise
        except Exception as error:
            raise MissingData(f"{called}{at(place_of(error))} raised {said_by(error)}") from error
        if not isinstance(measured, Measured):
            raise MissingData(f"{called} answers {type(measured).__name__}; return Measured(value)")
        return measured


def tickers_of(of: str | Sleeve) -> tuple[str, ...]:
    """The lines of a basket, or the one line."""
    return (of,) if isinstance(of, str) else of.tickers


def label_of(of: str | Sleeve) -> str:
    """What a reader knows a line or a basket by."""
    return of if isinstance(of, str) else of.name


def _parts(of: Quantity) -> list[Quantity]:
    """The quantities that one is made of, alone or in a tuple."""
    values = (value if isinstance(value, tuple) else (value,) for value in vars(of).values())
    return [part for group in values for part in group if isinstance(part, Quantity)]


def _both(measured: Measured, other: Measured) -> str:
    return f"{measured.detail} against {other.detail}"
