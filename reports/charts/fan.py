"""The fan of the next months as a small drawing that needs no script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

from markupsafe import Markup

from newsfolio.formatting import percent
from reports.charts.svg_axes import rounded
from reports.contract.starts import BandJson

WIDE, HIGH = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 76, 22, 8, 26
TICKS = 6
TODAY: BandJson = {
    "month": 0, "low": 1.0, "lower": 1.0, "middle": 1.0, "upper": 1.0, "high": 1.0
}  # fmt: skip


@dataclass(frozen=True)
class _Axes:
    """Where months and growth lie, growth on a log scale."""

    last: int
    low: float
    high: float

    def x(self, month: float) -> float:
        return round(LEFT + month / self.last * (WIDE - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        share = log(value / self.low) / (log(self.high / self.low) or 1.0)
        return round(HIGH - BOTTOM - share * (HIGH - TOP - BOTTOM), 1)

    def points(self, values: Iterable[tuple[int, float]]) -> str:
        return " ".join(f"{self.x(month)},{self.y(value)}" for month, value in values)

    def level(self, value: float, kind: str) -> str:
        ends = f'x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{self.y(value)}" y2="{self.y(value)}"'
        return f'<line class="{kind}" {ends}/>'

    def heights(self) -> str:
        """Lines across with their figures."""
        return "".join(
            f'{self.level(1 + gain, "rule")}<text x="{LEFT - 6}" y="{self.y(1 + gain) + 4}" '
            f'text-anchor="end">{percent(gain, 0)}</text>'
            for gain in rounded(self.low - 1, self.high - 1, TICKS)
        )

    def months(self) -> str:
        return "".join(
            f'<text x="{self.x(month)}" y="{HIGH - 8}" text-anchor="middle">{month}</text>'
            for month in range(0, self.last + 1, 6)
        )


def fan_drawing(bands: Sequence[BandJson]) -> Markup:
    """Quantiles of growth by month on a log axis: two areas and the middle; today is 1."""
    rows = [TODAY, *bands]
    end, back = rows[-1], rows[::-1]
    axes = _Axes(end["month"], min(row["low"] for row in rows), max(row["high"] for row in rows))
    outer = [(row["month"], row["high"]) for row in rows]
    outer += [(row["month"], row["low"]) for row in back]
    inner = [(row["month"], row["upper"]) for row in rows]
    inner += [(row["month"], row["lower"]) for row in back]
    middle = [(row["month"], row["middle"]) for row in rows]
    words = (
        f"Growth after {end['month']} months: from {percent(end['low'] - 1, 0)} to "
        f"{percent(end['high'] - 1, 0)} in nine of ten paths, {percent(end['middle'] - 1, 0)} in "
        "the middle."
    )
    return Markup(
        f'<svg class="fan" role="img" aria-label="{words}" viewBox="0 0 {WIDE} {HIGH}">'
        f'{axes.heights()}<polygon class="outer" points="{axes.points(outer)}"/>'
        f'<polygon class="inner" points="{axes.points(inner)}"/>'
        f'<polyline points="{axes.points(middle)}"/>{axes.level(1.0, "zero")}{axes.months()}</svg>'
    )
