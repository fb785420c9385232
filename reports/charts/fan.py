"""The fan of the next months as a small drawing that needs no script."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from markupsafe import Markup

from newsfolio.formatting import percent
from reports.charts.svg_axes import rounded
from reports.contract.starts import BandJson

WIDE, HIGH = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 76, 22, 8, 26
TICKS = 9


def fan_drawing(bands: Sequence[BandJson]) -> Markup:
    """Quantiles of growth by month on a log axis: two areas and the middle; today is 1."""
    today: BandJson = {
        "month": 0, "low": 1.0, "lower": 1.0, "middle": 1.0, "upper": 1.0, "high": 1.0
    }  # fmt: skip
    rows = [today, *bands]
    low, high = min(row["low"] for row in rows), max(row["high"] for row in rows)
    last = rows[-1]["month"]

    def x(month: float) -> float:
        return round(LEFT + month / last * (WIDE - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        share = log(value / low) / (log(high / low) or 1.0)
        return round(HIGH - BOTTOM - share * (HIGH - TOP - BOTTOM), 1)

    def points(values: Sequence[tuple[int, float]]) -> str:
        return " ".join(f"{x(month)},{y(value)}" for month, value in values)

    outer = [(r["month"], r["high"]) for r in rows] + [(r["month"], r["low"]) for r in rows[::-1]]
    inner = [(r["month"], r["upper"]) for r in rows] + [
        (r["month"], r["lower"]) for r in rows[::-1]
    ]

    def level(value: float, kind: str) -> str:
        ends = f'x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{y(value)}" y2="{y(value)}"'
        return f'<line class="{kind}" {ends}/>'

    heights = "".join(
        level(1 + gain, "rule")
        + f'<text x="{LEFT - 6}" y="{y(1 + gain) + 4}" text-anchor="end">{percent(gain, 0)}</text>'
        for gain in rounded(low - 1, high - 1, TICKS)
    )
    months = "".join(
        f'<text x="{x(month)}" y="{HIGH - 8}" text-anchor="middle">{month}</text>'
        for month in range(0, last + 1, 6)
    )
    middle = points([(row["month"], row["middle"]) for row in rows])
    end = rows[-1]
    words = (
        f"Growth after {last} months: from {percent(end['low'] - 1, 0)} to "
        f"{percent(end['high'] - 1, 0)} in nine of ten paths, {percent(end['middle'] - 1, 0)} in "
        "the middle."
    )
    return Markup(
        f'<svg class="fan" role="img" aria-label="{words}" viewBox="0 0 {WIDE} {HIGH}">{heights}'
        f'<polygon class="outer" points="{points(outer)}"/><polygon class="inner" '
        f'points="{points(inner)}"/><polyline points="{middle}"/>'
        f"{level(1.0, 'zero')}{months}</svg>"
    )
