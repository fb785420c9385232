"""How figures are put for people, on pages and in a terminal alike."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeGuard

A_YEAR_FROM = 90
"""Sessions from which growth is put as growth a year: six good weeks are not 188 % a year."""


def figure(value: float) -> str:
    """A number of unknown size to four significant digits, large ones to the unit."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def defined(value: float | None) -> TypeGuard[float]:
    """Whether there is a number to show."""
    return value is not None and math.isfinite(value)


def percent(value: float | None, digits: int = 2) -> str:
    """A fraction as a percentage, n/a where undefined, never a negative zero."""
    if not defined(value):
        return "n/a"
    return f"{_rounded(value * 100, digits):,.{digits}f} %"


def ratio(value: float | None, digits: int = 2) -> str:
    """A plain number, n/a where undefined, never a negative zero."""
    if not defined(value):
        return "n/a"
    return f"{_rounded(value, digits):,.{digits}f}"


def growth(a_year: float | None, total: float | None) -> str:
    """Growth a year, or in total where it is too short for that."""
    return percent(a_year) if defined(a_year) else f"{percent(total)} in total"


def in_total(a_year: float | None, years: float) -> float | None:
    """What growth a year comes to over some years; None stays unknown."""
    return (1 + a_year) ** years - 1 if defined(a_year) else None


@dataclass(frozen=True)
class Pace:
    """How growth over a window is put: a year, or in total where that is too little of one."""

    sessions: int
    years: float

    @property
    def yearly(self) -> bool:
        return self.sessions >= A_YEAR_FROM

    @property
    def words(self) -> str:
        return "a year" if self.yearly else "in total"

    def of(self, a_year: float | None) -> float | None:
        """Growth a year as it is put."""
        return a_year if self.yearly else in_total(a_year, self.years)


def signed(value: float | None, digits: int = 2) -> str:
    """A difference in percent with its sign, n/a where undefined; zero has none."""
    text = percent(value, digits)
    return f"+{text}" if defined(value) and _rounded(value * 100, digits) > 0 else text


def chance(value: float | None) -> str:
    """A probability or p-value to three digits, n/a where undefined."""
    if not defined(value):
        return "n/a"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def amount(value: float | None, currency: str = "") -> str:
    """Money to the unit, n/a where undefined."""
    return f"{ratio(value, 0)} {currency}".strip() if defined(value) else "n/a"


def clock(seconds: float) -> str:
    """A span of time as minutes and seconds, hours before them where there are any."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def moment(text: str) -> str:
    """An ISO instant for people, in UTC."""
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _rounded(value: float, digits: int) -> float:
    """Rounded, with the sign of a zero gone."""
    return round(value, digits) + 0.0
