"""Stated probabilities against how often they came: a drawing that needs no script."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from newsfolio.formatting import percent
from reports.contract.scoreboard import ReliabilityBinJson

SIZE, LEFT, BOTTOM, TOP = 300, 44, 30, 8
MARKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def reliability_drawing(bins: Sequence[ReliabilityBinJson]) -> Markup:
    """A dot a bin with its interval, on the diagonal where words and deeds agree; "" of none."""
    if not bins:
        return Markup("")
    marks = "".join((*map(_tick, MARKS), _diagonal(), *map(_dot, bins)))
    wide, high = LEFT + SIZE + 12, TOP + SIZE + BOTTOM
    return Markup(
        f'<svg class="interval reliability" role="img" aria-label="{_words(bins)}" '
        f'viewBox="0 0 {wide} {high}">{marks}</svg>'
    )


def _x(share: float) -> float:
    return round(LEFT + share * SIZE, 1)


def _y(share: float) -> float:
    return round(TOP + (1 - share) * SIZE, 1)


def _tick(share: float) -> str:
    """A line across at a share of what came, and its text on both axes."""
    text = percent(share, 0)
    return (
        f'<line class="grid" x1="{_x(0)}" x2="{_x(1)}" y1="{_y(share)}" y2="{_y(share)}"/>'
        f'<text x="{LEFT - 6}" y="{_y(share) + 4}" text-anchor="end">{text}</text>'
        f'<text x="{_x(share)}" y="{_y(0) + 18}" text-anchor="middle">{text}</text>'
    )


def _diagonal() -> str:
    return f'<line class="zero" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>'


def _dot(part: ReliabilityBinJson) -> str:
    """How often it came, with the interval of that share; larger for more forecasts."""
    x, size = _x(part["mean"]), min(4 + part["count"] ** 0.5, 11)
    low, high = _y(part["low"]), _y(part["high"])
    tall = max(round(low - high, 1), 1.0)
    return (
        f'<rect class="band" x="{round(x - 4, 1)}" y="{high}" width="8" height="{tall}" rx="4"/>'
        f'<circle class="dot" cx="{x}" cy="{_y(part["rate"])}" r="{size:.1f}"/>'
    )


def _words(bins: Sequence[ReliabilityBinJson]) -> str:
    """The drawing as a screen reader says it."""
    return "; ".join(
        f"{part['came']} of {part['count']} called {percent(part['mean'], 0)} likely came"
        for part in bins
    )
