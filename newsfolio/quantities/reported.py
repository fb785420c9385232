"""What tables of facts tell: levels, changes, growth, ratios, shares and totals.

A figure counts from the day on which its row was known. Without a period of its own (`at`) a
quantity is about the last period that became known within its window, and of each period the
figure is the one that was known at the window's end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date

from newsfolio.errors import CommandError, MissingData
from newsfolio.facts import Facts
from newsfolio.formatting import figure, percent, signed
from newsfolio.quantities.base import Measured, Quantity, Record, Window
from newsfolio.quantities.figures import FigureSeries, Point, Series, back, known_series, period_end


@dataclass(frozen=True)
class OfFigures(Quantity):
    """A quantity that each period of a table has; `at`: the period that is meant, as written."""

    def __post_init__(self) -> None:
        if self.period:
            period_end(self.period, self.label)

    @property
    def period(self) -> str:
        """The period that is meant; "" for the last one that became known in the window."""
        return ""

    @property
    def label(self) -> str:
        """What a reader knows it by."""
        raise NotImplementedError

    @property
    def subject(self) -> str:
        return self.label

    @property
    def lines(self) -> tuple[str, ...]:
        return ()

    def series(self, record: Record, until: date) -> Series:
        """The figure of each period, as known on a day."""
        raise NotImplementedError

    def shown(self, value: float) -> str:
        """The figure for people."""
        return percent(value, 1) if self.percent else figure(value)

    def measure(self, record: Record, window: Window) -> Measured:
        point = self._point(self.series(record, window.end), window)
        unit = f" {point.unit}" if point.unit and not self.percent else ""
        words = point.why or f"{self.shown(point.value)}{unit}"
        return Measured(point.value, f"{self.label} {words}, {point.written}, known {point.known}")

    def _point(self, series: Series, window: Window) -> Point:
        if self.period:
            point = series.get(period_end(self.period, self.label))
            if point is None:
                raise MissingData(f"{self.label}: {self.period} was not known by {window.end}")
            return point
        if not series:
            raise MissingData(f"{self.label}: nothing was known by {window.end}")
        point = series[max(series)]
        if point.first_known < window.start:
            raise MissingData(
                f"{self.label}: nothing new became known from {window.start} to {window.end}, "
                f"the last was {point.written}"
            )
        return point


@dataclass(frozen=True)
class OfOneSeries(OfFigures):
    """A quantity of one series."""

    of: FigureSeries
    at: str = ""

    @property
    def period(self) -> str:
        return self.at

    @property
    def percent(self) -> bool:
        return self.of.percent

    @property
    def label(self) -> str:
        return self.of.label

    @property
    def tables(self) -> tuple[Facts, ...]:
        return (self.of.table,)


@dataclass(frozen=True)
class Reported(OfOneSeries):
    """The figure itself, in its table's unit."""

    def series(self, record: Record, until: date) -> Series:
        return known_series(record, self.of, until)


@dataclass(frozen=True)
class ReportedChange(OfOneSeries):
    """The figure less the one of some months before, both as known at the end.

    months: by the calendar; 0 compares what was last known at the window's end with what was last
    known at its start.
    """

    months: int = 0

    def series(self, record: Record, until: date) -> Series:
        series = known_series(record, self.of, until)
        return {day: self._compared(point, back(series, day, self._months()))
                for day, point in series.items()}  # fmt: skip

    def measure(self, record: Record, window: Window) -> Measured:
        if self.months:
            return super().measure(record, window)
        after, before = (known_series(record, self.of, day) for day in (window.end, window.start))
        first = before[max(before)]
        last = after[period_end(self.at, self.label) if self.at else max(after)]
        point = self._compared(last, first)
        words = f"{point.why or self.shown(point.value)} from {first.written} to {last.written}"
        return Measured(point.value, f"{self.label} {words}, known {last.known}")

    def shown(self, value: float) -> str:
        return signed(value, 1) if self.percent else f"{'+' if value > 0 else ''}{figure(value)}"

    def between(self, now: float, then: float) -> float:
        """What two figures come to; NaN where that says nothing."""
        return now - then

    def _months(self) -> int:
        if not self.months:
            raise CommandError(f"{self.label}: say over how many months, as in months=12")
        return self.months

    def _compared(self, point: Point, base: Point | None) -> Point:
        if base is None:
            why = f"has no figure of {self.months} months before"
            return replace(point, value=math.nan, why=why)
        value = self.between(point.value, base.value)
        why = "" if math.isfinite(value) else f"starts from {figure(base.value)}, no base for it"
        first = max(point.first_known, base.first_known)
        return replace(point, value=value, first_known=first, why=why)


@dataclass(frozen=True)
class ReportedGrowth(ReportedChange):
    """The same as a fraction of the figure before; NaN where that is not above 0."""

    @property
    def percent(self) -> bool:
        return True

    def between(self, now: float, then: float) -> float:
        return now / then - 1 if then > 0 else math.nan


@dataclass(frozen=True)
class ReportedRatio(OfFigures):
    """How many times another figure of the same period one is; NaN where that is not above 0."""

    one: FigureSeries
    other: FigureSeries
    at: str = ""

    @property
    def period(self) -> str:
        return self.at

    @property
    def percent(self) -> bool:
        return False

    @property
    def label(self) -> str:
        return f"{self.one.label} over {self.other.label}"

    @property
    def tables(self) -> tuple[Facts, ...]:
        return tuple(dict.fromkeys((self.one.table, self.other.table)))

    def series(self, record: Record, until: date) -> Series:
        upper, lower = (known_series(record, part, until) for part in (self.one, self.other))
        return {day: _over(upper[day], [lower[day]]) for day in upper if day in lower}


@dataclass(frozen=True)
class ReportedShare(OfFigures):
    """Which part of the sum of several figures of the same period one of them, or another, is."""

    part: FigureSeries
    whole: tuple[FigureSeries, ...]
    at: str = ""

    @property
    def period(self) -> str:
        return self.at

    @property
    def label(self) -> str:
        return f"{self.part.label} of the whole"

    @property
    def tables(self) -> tuple[Facts, ...]:
        return tuple(dict.fromkeys(of.table for of in (self.part, *self.whole)))

    def series(self, record: Record, until: date) -> Series:
        part, *wholes = (known_series(record, of, until) for of in (self.part, *self.whole))
        units = {point.unit for series in (part, *wholes) for point in series.values()}
        if len(units) > 1:
            raise MissingData(f"{self.label}: no share of {' and '.join(sorted(units))}")
        return {day: _over(part[day], [whole[day] for whole in wholes])
                for day in part if all(day in whole for whole in wholes)}  # fmt: skip


@dataclass(frozen=True)
class ReportedTotal(OfOneSeries):
    """The sum of the figures whose periods end within the window, its first day left out."""

    def measure(self, record: Record, window: Window) -> Measured:
        series = known_series(record, self.of, window.end)
        inside = {day: point for day, point in series.items() if window.start < day <= window.end}
        if not inside:
            raise MissingData(
                f"{self.label}: no period that ends from {window.start} to {window.end}"
            )
        value = math.fsum(point.value for point in inside.values())
        unit = next(iter(inside.values())).unit
        return Measured(value, f"{self.label} {self.shown(value)}{f' {unit}' if unit else ''} over "
                        f"{len(inside)} periods to {max(inside)}")  # fmt: skip

    def series(self, record: Record, until: date) -> Series:
        return known_series(record, self.of, until)


def _over(point: Point, others: list[Point]) -> Point:
    """One figure over the sum of others, known when all of them were."""
    whole = math.fsum(other.value for other in others)
    return Point(
        point.written,
        point.value / whole if whole > 0 else math.nan,
        max(part.first_known for part in (point, *others)),
        max(part.known for part in (point, *others)),
        why="" if whole > 0 else f"has {figure(whole)} under it",
    )
