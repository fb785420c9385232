"""Shares of hits with their intervals, and how far stated probabilities lie from what came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backtests.evaluation.statistics.distributions import beta_quantile

LEVEL = 0.95

BINS = 10
"""Of stated probabilities, from 0 to 1 in equal parts."""


@dataclass(frozen=True)
class Forecast:
    """A stated probability and whether it came so."""

    probability: float
    came: bool


@dataclass(frozen=True)
class ProbabilityBin:
    """Forecasts of about the same probability: their mean, and how many of them came."""

    mean: float
    count: int
    came: int


def clopper_pearson(hits: int, count: int, level: float = LEVEL) -> tuple[float, float]:
    """The exact interval of a share (Clopper and Pearson 1934); 0 to 1 where nothing is counted.

    It covers at least `level` of trials that are independent of each other.
    """
    tail = (1 - level) / 2
    low = beta_quantile(tail, hits, count - hits + 1) if hits else 0.0
    high = beta_quantile(1 - tail, hits + 1, count - hits) if hits < count else 1.0
    return low, high


def brier(forecasts: Sequence[Forecast]) -> float | None:
    """The mean square of probability less what came, 0 to 1 (Brier 1950); None of no forecast."""
    if not forecasts:
        return None
    return sum((forecast.probability - forecast.came) ** 2 for forecast in forecasts) / len(
        forecasts
    )


def base_brier(forecasts: Sequence[Forecast]) -> float | None:
    """What whoever always says the share that came gets: the variance of what came."""
    if not forecasts:
        return None
    share = sum(forecast.came for forecast in forecasts) / len(forecasts)
    return share * (1 - share)


def reliability(forecasts: Sequence[Forecast]) -> Iterator[ProbabilityBin]:
    """Forecasts by their probability; bins without any are left out."""
    groups: dict[int, list[Forecast]] = {}
    for forecast in forecasts:
        place = min(int(forecast.probability * BINS), BINS - 1)
        groups.setdefault(place, []).append(forecast)
    for _, group in sorted(groups.items()):
        mean = sum(forecast.probability for forecast in group) / len(group)
        yield ProbabilityBin(mean, len(group), sum(forecast.came for forecast in group))
