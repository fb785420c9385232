"""How often, and for the first time: figures of tables, or any quantities, beyond a number."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from newsfolio.errors import CommandError, MissingData
from newsfolio.facts import Facts
from newsfolio.quantities.base import Measured, Quantity, Record, Window
from newsfolio.quantities.figures import FigureSeries, known_series, period_end
from newsfolio.quantities.reported import OfFigures

Beyond = Literal[">", ">=", "<", "<="]

_BEYOND: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip


@dataclass(frozen=True)
class CountBeyond(Quantity):
    """How many of several quantities, or of the periods that became known, are beyond a number."""

    of: OfFigures | tuple[Quantity, ...]
    says: Beyond
    number: float

    def __post_init__(self) -> None:
        _require(self.says)

    @property
    def percent(self) -> bool:
        return False

    @property
    def lines(self) -> tuple[str, ...]:
        parts = self.of if isinstance(self.of, tuple) else (self.of,)
        return tuple(line for part in parts for line in part.lines)

    def measure(self, record: Record, window: Window) -> Measured:
        if isinstance(self.of, tuple):
            parts = [part.measure(record, window) for part in self.of]
            count = sum(self._met(part.value) for part in parts)
            details = "; ".join(part.detail for part in parts)
            return Measured(float(count), f"{count} of {len(parts)}: {details}")
        series = self.of.series(record, window.end).values()
        points = [point for point in series if window.start <= point.first_known <= window.end]
        if not points:
            raise MissingData(
                f"{self.of.label}: nothing became known from {window.start} to {window.end}"
            )
        periods = [point.written for point in points if self._met(point.value)]
        bar = f"{self.of.label} {self.says} {self.of.shown(self.number)}"
        counted = f"{len(periods)} of {len(points)} periods"
        return Measured(float(len(periods)), f"{bar} in {counted}: {', '.join(periods) or 'none'}")

    def _met(self, value: float) -> bool:
        return _BEYOND[self.says](value, self.number)


@dataclass(frozen=True)
class FirstTime(Quantity):
    """The how manieth period the last one is to go beyond a number; 0 where it does not.

    since: the first period that counts, as written; "": all that the table has. To be the first
    is to be 1.
    """

    of: OfFigures
    says: Beyond
    number: float
    since: str = ""

    def __post_init__(self) -> None:
        _require(self.says)

    @property
    def percent(self) -> bool:
        return False

    @property
    def lines(self) -> tuple[str, ...]:
        return self.of.lines

    def measure(self, record: Record, window: Window) -> Measured:
        measured = self.of.measure(record, window)
        series = self.of.series(record, window.end)
        last = period_end(self.of.period, self.of.label) if self.of.period else max(series)
        first = period_end(self.since, self.of.label) if self.since else min(series)
        if first < min(series):
            raise MissingData(f"{self.of.label} begins with {series[min(series)].written}")
        inside = {day: point.value for day, point in series.items() if first <= day <= last}
        met = [day for day, value in inside.items() if _BEYOND[self.says](value, self.number)]
        if not met or met[-1] != last:
            return Measured(0.0, measured.detail)
        before = f"before that {series[met[-2]].written}" if len(met) > 1 else "never before"
        since = self.since or series[min(series)].written
        return Measured(float(len(met)), f"{measured.detail}; {before} since {since}")


@dataclass(frozen=True)
class DaysUntilKnown(Quantity):
    """Days from the window's start to the one on which a series first had a row; below 0 before."""

    of: FigureSeries

    @property
    def percent(self) -> bool:
        return False

    @property
    def subject(self) -> str:
        return self.of.label

    @property
    def lines(self) -> tuple[str, ...]:
        return ()

    @property
    def tables(self) -> tuple[Facts, ...]:
        return (self.of.table,)

    def measure(self, record: Record, window: Window) -> Measured:
        points = known_series(record, self.of, window.end).values()
        first = min(point.first_known for point in points)
        days = (first - window.start).days
        return Measured(
            float(days), f"{self.of.label} on {first}, {days} days after {window.start}"
        )


def _require(says: str) -> None:
    if says not in _BEYOND:
        raise CommandError(f"says={says!r}: write one of {', '.join(_BEYOND)}")
