"""The strategy from every month's start, and what its next years may bring."""

from __future__ import annotations

from typing import TypedDict


class StartJson(TypedDict):
    """Money that began with a month: growth a year, and a year ahead of the control."""

    month: str
    day: str
    growth: float | None
    ahead: float | None


class StartHorizonJson(TypedDict):
    """All starts over so many years."""

    years: int
    starts: list[StartJson]
    wins: float | None
    worst: float | None
    median: float | None
    lost: float | None
    worst_growth: float | None
    median_growth: float | None
    apart: float
    why: str


class EveryStartJson(TypedDict):
    """All horizons; basis: where the figures come from, and why from there."""

    against: str
    fresh: bool
    basis: str
    horizons: list[StartHorizonJson]
    why: str


class BandJson(TypedDict):
    """Growth of 1 after so many months: quantiles 5, 25, 50, 75 and 95 %."""

    month: int
    low: float
    lower: float
    middle: float
    upper: float
    high: float


class AheadJson(TypedDict):
    """The chances at the end of some months: of a loss, and of a drawdown beyond a depth."""

    months: int
    loss: float
    fall: float
    depth: float


class FanJson(TypedDict):
    """Paths drawn from the run's own sessions."""

    first: str
    last: str
    sessions: int
    block: float | None
    paths: int
    bands: list[BandJson]
    ahead: list[AheadJson]
    assumes: list[str]
    why: str
