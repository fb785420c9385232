"""Intervals as small drawings that need no script: a bar around a dot, and where zero is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10

from markupsafe import Markup

from newsfolio.formatting import defined, percent
from reports.contract.evaluation import EstimateJson

WIDTH = 320

NARROWEST = 0.01
"""Of a scale: what differs by less lies on one point, as it should."""


@dataclass(frozen=True)
class Scale:
    """The stretch of values that a drawing shows; zero is always on it."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """In units of WIDTH, a margin kept at both ends."""
        share = (value - self.low) / (self.high - self.low)
        return round(6 + min(max(share, 0.0), 1.0) * (WIDTH - 12), 1)


def scale_of(estimates: Sequence[EstimateJson]) -> Scale | None:
    """One scale for several estimates; None where there is nothing to draw."""
    ends = ((estimate["value"], estimate["low"], estimate["high"]) for estimate in estimates)
    values = [value for three in ends for value in three if defined(value)]
    if not values:
        return None
    low, high = min(0.0, *values), max(0.0, *values)
    if high - low < NARROWEST:
        low, high = low - NARROWEST, high + NARROWEST
    room = (high - low) * 0.06
    return Scale(low - room, high + room)


def bar(estimate: EstimateJson, scale: Scale | None, *, axis: bool = False) -> Markup:
    """An estimate on a scale. `axis`: the drawing stands alone, so it names its ends and zero."""
    if scale is None or not defined(estimate["value"]):
        return Markup("")
    marks = [_line(scale.place(0.0))]
    if defined(estimate["low"]) and defined(estimate["high"]):
        marks.append(_band(scale.place(estimate["low"]), scale.place(estimate["high"])))
    marks.append(f'<circle class="dot" cx="{scale.place(estimate["value"])}" cy="11" r="5"/>')
    ticks = _ticks(scale) if axis else ""
    label = escape(in_words(estimate))
    height = 40 if axis else 22
    return Markup(
        f'<svg class="interval" role="img" aria-label="{label}" viewBox="0 0 {WIDTH} {height}">'
        f"{''.join(marks)}{ticks}</svg>"
    )


def in_words(estimate: EstimateJson) -> str:
    """An estimate as a screen reader says it."""
    if not defined(estimate["value"]):
        return f"not known: {estimate['why']}" if estimate["why"] else "not known"
    text = percent(estimate["value"], 1)
    if not (defined(estimate["low"]) and defined(estimate["high"])):
        return text
    return f"{text}, between {percent(estimate['low'], 1)} and {percent(estimate['high'], 1)}"


def _line(x: float) -> str:
    return f'<line class="zero" x1="{x}" x2="{x}" y1="0" y2="22"/>'


def _band(low: float, high: float) -> str:
    wide = max(round(high - low, 1), 1.0)
    return f'<rect class="band" x="{low}" y="7" width="{wide}" height="8" rx="4"/>'


def _ticks(scale: Scale) -> str:
    """Round percentages below the bar, about four of them, zero among them."""
    step = _step((scale.high - scale.low) / 4)
    first, last = -floor(-scale.low / step), floor(scale.high / step)
    values = [place * step for place in range(int(first), int(last) + 1)]
    digits = 0 if step >= 0.01 else 2
    return "".join(
        f'<text x="{scale.place(value)}" y="36" text-anchor="middle">'
        f"{percent(value, digits)}</text>"
        for value in values
    )


def _step(rough: float) -> float:
    """The next of 1, 2, 5, 10 ... above a rough step."""
    power = 10.0 ** floor(log10(rough))
    return next(power * times for times in (1, 2, 5, 10) if power * times >= rough * 0.999)
