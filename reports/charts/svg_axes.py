"""Axes of a drawing that needs no script: places of values, and round ticks with their text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import floor, isfinite, log10

from newsfolio.formatting import percent
from reports.charts.figure import AxisValue, ChartAxis


@dataclass(frozen=True)
class PlotAxis:
    """One direction: `low` and `high` as numbers lie at the pixels `start` and `end`.

    kind: linear, log (then in powers of ten), date (in days) or category (in places).
    """

    kind: str
    low: float
    high: float
    start: float
    end: float
    names: tuple[str, ...] = ()

    def number(self, value: AxisValue) -> float | None:
        """A value as the axis counts; None where it has no place."""
        if value is None:
            return None
        if self.kind == "date":
            return _ordinal(value)
        if self.kind == "category":
            return float(self.names.index(str(value)))
        number = float(value)
        if self.kind == "log":
            return log10(number) if number > 0 else None
        return number if isfinite(number) else None

    def place(self, value: AxisValue) -> float | None:
        """Pixels of a value."""
        number = self.number(value)
        return None if number is None else self.at(number)

    def at(self, number: float) -> float:
        """Pixels of a number as the axis counts."""
        share = (number - self.low) / ((self.high - self.low) or 1.0)
        return round(self.start + share * (self.end - self.start), 1)

    @property
    def step(self) -> float:
        """Pixels that one category takes."""
        return abs(self.end - self.start) / max(self.high - self.low, 1.0)

    def ticks(self, layout: ChartAxis) -> list[tuple[float, str]]:
        """Where ticks stand, as the axis counts, with their text."""
        if self.kind == "category":
            return [(float(place), name) for place, name in enumerate(self.names)]
        if "tickvals" in layout:
            texts = zip(layout["tickvals"], layout["ticktext"], strict=True)
            marks = [(self.number(value), str(text)) for value, text in texts]
            return [(at, text) for at, text in marks if at is not None and self.inside(at)]
        most = int(layout.get("nticks", 6))
        if self.kind == "date":
            return _days(self.low, self.high, most)
        form = str(layout.get("tickformat", ""))
        return [(value, put(value, form)) for value in rounded(self.low, self.high, most)]

    def inside(self, number: float) -> bool:
        """Whether a number, as the axis counts, lies on it."""
        room = (self.high - self.low) * 1e-6
        return self.low - room <= number <= self.high + room


def rounded(low: float, high: float, most: int) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten between two numbers, at most so many."""
    rough = (high - low) / max(most, 2)
    if not rough > 0:
        return [low]
    power = 10.0 ** floor(log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough * 0.999)
    first = -floor(-low / step)
    return [place * step for place in range(int(first), floor(high / step + 1e-9) + 1)]


def put(value: float, form: str) -> str:
    """A tick as Plotly's format has it."""
    if form.endswith("%"):
        return percent(value, int(form[1:-1] or 0))
    return f"{value:,.6g}"


def _days(low: float, high: float, most: int) -> list[tuple[float, str]]:
    """The first days of years or months, so many that they do not lie on each other."""
    first, last = date.fromordinal(int(low)), date.fromordinal(int(high))
    months = (last.year - first.year) * 12 + last.month - first.month
    step = next((step for step in (1, 2, 3, 6, 12, 24, 60, 120) if months / step <= most), 240)
    ticks = []
    for count in range(first.year * 12, last.year * 12 + 12, step):
        day = date(count // 12, count % 12 + 1, 1)
        if first <= day <= last:
            text = str(day.year) if step >= 12 else f"{day:%b %Y}"
            ticks.append((float(day.toordinal()), text))
    return ticks or [(low, first.isoformat()), (high, last.isoformat())]


def axis_of(layout: ChartAxis, values: Sequence[AxisValue], start: float, end: float) -> PlotAxis:
    """The axis of some values: its range as the layout has it, else around the values."""
    kind = str(layout.get("type", "")) or _kind(values)
    if kind == "category":
        names = tuple(dict.fromkeys(str(value) for value in values))
        if layout.get("autorange") == "reversed":
            start, end = end, start
        return PlotAxis(kind, -0.5, len(names) - 0.5, start, end, names)
    bare = PlotAxis(kind, 0.0, 1.0, start, end)
    if "range" in layout:
        low, high = (_ordinal(v) if kind == "date" else float(v) for v in layout["range"])
        return PlotAxis(kind, low, high, start, end)
    numbers = [number for value in values if (number := bare.number(value)) is not None]
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    if layout.get("rangemode") == "tozero":
        low, high = min(low, 0.0), max(high, 0.0)
    room = 0.0 if kind == "date" else (high - low or abs(high) or 1.0) * 0.05
    return PlotAxis(kind, low - room, high + room, start, end)


def _ordinal(day: AxisValue) -> float:
    return float(date.fromisoformat(str(day)[:10]).toordinal())


def _kind(values: Sequence[AxisValue]) -> str:
    texts = [value for value in values if isinstance(value, str)]
    if not texts:
        return "linear"
    try:
        for text in texts[:3]:
            date.fromisoformat(text[:10])
    except ValueError:
        return "category"
    return "date"
