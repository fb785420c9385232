"""Facts that change by law or by contract, as dated rows with their source."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Generic, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Row(Generic[T_co]):
    """A value in force from `start` on; None: from the beginning of time."""

    start: date | None
    value: T_co
    source: str = ""


@dataclass(frozen=True)
class Dated(Generic[T_co]):
    """A value over time, rows in ascending order of their start.

    >>> stamp = Dated((Row(None, 0.0010), Row(date(2021, 8, 1), 0.0013, "IRD")))
    >>> stamp.at(date(2021, 7, 31)), stamp.at(date(2021, 8, 1))
    (0.001, 0.0013)
    """

    rows: tuple[Row[T_co], ...]

    def __post_init__(self) -> None:
        if not self.rows or any(a >= b for a, b in pairwise(self.starts)):
            raise ValueError(f"dated rows must be non-empty and ascending: {self.starts}")

    @cached_property
    def starts(self) -> list[date]:
        """The first day of each row."""
        return [row.start or date.min for row in self.rows]

    def at(self, day: date) -> T_co:
        """The value in force on `day`; LookupError before the first row."""
        starts = self.starts
        if len(starts) == 1 and day >= starts[0]:
            return self.rows[0].value
        place = bisect_right(starts, day)
        if not place:
            raise LookupError(f"nothing is known before {self.rows[0].start}, asked for {day}")
        return self.rows[place - 1].value


def always(value: T, source: str = "") -> Dated[T]:
    """A value that has never changed, as far as is known."""
    return Dated((Row(None, value, source),))
