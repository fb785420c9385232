"""A curve the size of a word: sixty points, grey up to the divide."""

from __future__ import annotations

from math import log

import numpy as np
import pandas as pd
from markupsafe import Markup

POINTS = 60
WIDE, HIGH = 112, 32


def sparkline(equity: pd.Series, divide: str | None) -> Markup:
    """Equity as an inline SVG, on a log scale where all is positive; "" below two sessions."""
    values = equity.dropna()
    if len(values) < 2:
        return Markup("")
    row = _divide(values, divide)
    marks = sorted({*np.linspace(0, len(values) - 1, POINTS).round().astype(int).tolist(), row})
    heights = _heights(values.to_numpy("float64")[marks].tolist())
    last = len(values) - 1
    points = [f"{mark / last * WIDE:.1f},{y:.1f}" for mark, y in zip(marks, heights, strict=True)]
    cut = marks.index(row)
    x = f"{row / last * WIDE:.1f}"
    line = f'<line x1="{x}" x2="{x}" y1="0" y2="{HIGH}"/>' if row else ""
    return Markup(
        f'<svg class="spark" role="img" aria-label="{_words(values, row)}" '
        f'viewBox="0 0 {WIDE} {HIGH}">{line}{_polyline(points[: cut + 1], "past")}'
        f"{_polyline(points[cut:], 'scored')}</svg>"
    )


def _divide(values: pd.Series, divide: str | None) -> int:
    """The row of the divide; 0 without one, so that all is in colour."""
    if divide is None:
        return 0
    place = int(pd.DatetimeIndex(values.index).searchsorted(pd.Timestamp(divide), "right")) - 1
    return min(max(place, 0), len(values) - 1)


def _heights(values: list[float]) -> list[float]:
    levels = [log(value) for value in values] if min(values) > 0 else values
    low, high = min(levels), max(levels)
    span = high - low
    return [HIGH / 2 if not span else 2 + (high - level) / span * (HIGH - 4) for level in levels]


def _polyline(points: list[str], name: str) -> str:
    return f'<polyline class="{name}" points="{" ".join(points)}"/>' if len(points) > 1 else ""


def _words(values: pd.Series, row: int) -> str:
    start = float(values.iloc[row])
    if not start > 0:
        return "equity fell to zero or below"
    return f"1 became {float(values.iloc[-1]) / start:.2f}" + (" since the divide" if row else "")
