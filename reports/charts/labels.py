"""Text in charts: made harmless, and placed so that labels do not lie on each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import log10

import pandas as pd

from reports.charts.figure import END_LABEL, Annotation

LINE = 15
"""Pixels that a label takes."""

_DIRECTION = re.compile("[\u0000-\u001f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str, most: int = 40) -> str:
    """A name as Plotly draws it literally: it reads tags and entities, so they are escaped.

    Marks that turn the direction of writing are dropped: they would turn our own words too.
    """
    bare = _DIRECTION.sub(" ", text)
    return escape(bare if len(bare) <= most else bare[: most - 1] + "…", quote=False)


@dataclass(frozen=True)
class Label:
    """A name to write at the end of a curve, whose last value is `value`."""

    text: str
    colour: str
    value: float


def end_labels(
    labels: Sequence[Label], end: pd.Timestamp, reach: tuple[float, float], log: bool, height: int
) -> tuple[list[Annotation], int]:
    """Annotations right of the last session, moved apart, and the margin that they take.

    reach: of the axis, in powers of ten where it is logarithmic; height: of the axis in pixels.
    """
    shown = [label for label in labels if not log or label.value > 0]
    places = [log10(label.value) if log else label.value for label in shown]
    pixels = [(place - reach[0]) / (reach[1] - reach[0]) * height for place in places]
    moved = _apart(pixels)
    notes: list[Annotation] = [
        {
            "name": "wide only", "text": plain(label.text, END_LABEL),
            "x": f"{end:%Y-%m-%d}", "y": float(f"{place:.8g}"),
            "xref": "x", "yref": "y", "xanchor": "left", "yanchor": "middle", "xshift": 5,
            "yshift": round(moved[row] - pixels[row], 1), "showarrow": False, "align": "left",
            "font": {"color": {"$css": label.colour + "-ink"}, "size": 12},
        }
        for row, (label, place) in enumerate(zip(shown, places, strict=True))
    ]  # fmt: skip
    longest = max((min(len(label.text), END_LABEL) for label in shown), default=0)
    return notes, 16 + 7 * longest


def _apart(pixels: Sequence[float]) -> list[float]:
    """Heights at least a line apart, in their order, moved as little as a single sweep can."""
    order = sorted(range(len(pixels)), key=lambda row: pixels[row])
    moved = list(pixels)
    for below, above in pairwise(order):
        moved[above] = max(moved[above], moved[below] + LINE)
    shift = sum(moved) / len(moved) - sum(pixels) / len(pixels) if moved else 0.0
    return [place - shift for place in moved]
