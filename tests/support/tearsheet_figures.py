"""Every figure of quantstats' table by plain arithmetic: what it ought to say."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from typing import TypeAlias

import numpy as np
import pandas as pd

Value: TypeAlias = float | str

NAN = math.nan


@dataclass(frozen=True)
class Fall:
    """A stretch below a high: days of the high, the low and the recovery, and how deep."""

    peak: date
    trough: date
    recovered: date | None
    last: date
    depth: float

    @property
    def days(self) -> int:
        return ((self.recovered or self.last) - self.peak).days


class Told:
    """A curve as lists: days, equity, and returns of the sessions after the first."""

    def __init__(self, equity: pd.Series, cash: pd.Series) -> None:
        self.days = [day.date() for day in equity.index]
        self.equity = [float(value) for value in equity]
        self.returns = [after / before - 1 for before, after in pairwise(self.equity)]
        self.cash = [float(value) for value in cash][1:]
        self.excess = [own - idle for own, idle in zip(self.returns, self.cash, strict=True)]
        self.years = (self.days[-1] - self.days[0]).days / 365.25
        self.a_year = (len(self.returns) - 1) / ((self.days[-1] - self.days[1]).days / 365.25)

    @property
    def total(self) -> float:
        return self.equity[-1] / self.equity[0] - 1

    @property
    def cagr(self) -> float:
        return (self.equity[-1] / self.equity[0]) ** (1 / self.years) - 1

    @property
    def cash_rate(self) -> float:
        return math.prod(1 + idle for idle in self.cash) ** (1 / self.years) - 1

    def periods(self, months: int) -> list[float]:
        """Growth of each calendar stretch of so many months that has a session."""
        rows = list(zip(self.days[1:], self.returns, strict=True))
        key = lambda row: (row[0].year, (row[0].month - 1) // months)  # noqa: E731
        return [math.prod(1 + value for _, value in own) - 1 for _, own in groupby(rows, key)]

    def falls(self) -> list[Fall]:
        falls, high, place = [], 0, 1
        while place < len(self.equity):
            if self.equity[place] >= self.equity[high]:
                high = place
                place += 1
                continue
            end = next((row for row in range(place, len(self.equity))
                        if self.equity[row] >= self.equity[high]), None)  # fmt: skip
            under = range(place, end or len(self.equity))
            low = min(under, key=lambda row: self.equity[row])
            falls.append(Fall(
                self.days[high], self.days[low], None if end is None else self.days[end],
                self.days[-1], self.equity[low] / self.equity[high] - 1,
            ))  # fmt: skip
            place = end or len(self.equity)
        return falls

    def since(self, months: int) -> float:
        """Growth since the last close on or before the day so many months back."""
        day = (pd.Timestamp(self.days[-1]) - pd.DateOffset(months=months)).date()
        before = [value for on, value in zip(self.days, self.equity, strict=True) if on <= day]
        return self.equity[-1] / before[-1] - 1 if before else NAN

    def within(self, since: date) -> float:
        """Growth of the sessions from a day on."""
        rows = zip(self.days[1:], self.returns, strict=True)
        return math.prod(1 + value for day, value in rows if day >= since) - 1


def mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else NAN


def gains(values: list[float]) -> list[float]:
    return [value for value in values if value > 0]


def losses(values: list[float]) -> list[float]:
    return [value for value in values if value < 0]


def longest(signs: list[bool]) -> int:
    return max((len(list(own)) for sign, own in groupby(signs) if sign), default=0)


def won(values: list[float]) -> float:
    moved = len(gains(values)) + len(losses(values))
    return len(gains(values)) / moved


def penalty(values: list[float]) -> float:
    """What a first autocorrelation costs a ratio, as the library has it."""
    first = abs(float(np.corrcoef(values[:-1], values[1:])[0, 1]))
    n = len(values)
    return math.sqrt(1 + 2 * sum((n - x) / n * first**x for x in range(1, n)))


def moment(values: list[float], power: int) -> float:
    """Skewness or excess kurtosis of a sample, bias corrected (Joanes and Gill 1998)."""
    n, middle = len(values), mean(values)
    m2 = sum((value - middle) ** 2 for value in values) / n
    if power == 3:
        g1 = sum((value - middle) ** 3 for value in values) / n / m2**1.5
        return g1 * math.sqrt(n * (n - 1)) / (n - 2)
    g2 = sum((value - middle) ** 4 for value in values) / n / m2**2 - 3
    return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * g2 + 6)


def chance_above_zero(values: list[float]) -> float:
    n, middle = len(values), mean(values)
    spread = math.sqrt(sum((value - middle) ** 2 for value in values) / n)
    z = [(value - middle) / spread for value in values]
    rate = middle / statistics.stdev(values)
    third, fourth = mean([value**3 for value in z]), mean([value**4 for value in z])
    error = math.sqrt((1 - third * rate + (fourth - 1) / 4 * rate**2) / (n - 1))
    return statistics.NormalDist().cdf(rate / error)


def figures_of_curve(curve: Told, held: float) -> dict[str, Value]:
    """All but those against a benchmark; of three that nobody else defines there is none."""
    return {**risks(curve, held), **falls_of(curve), **sessions(curve), **stretches(curve)}


def risks(curve: Told, held: float) -> dict[str, Value]:
    """Growth and what it is set against."""
    values, excess, root = curve.returns, curve.excess, math.sqrt(curve.a_year)
    sharpe = mean(excess) / statistics.stdev(excess) * root
    sortino = mean(excess) / math.sqrt(mean([min(value, 0.0) ** 2 for value in excess])) * root
    return {
        "Risk-Free Rate": curve.cash_rate, "Time in Market": held,
        "Cumulative Return": curve.total, "CAGR﹪": curve.cagr, "All-time (ann.)": curve.cagr,
        "Sharpe": sharpe, "Prob. Sharpe Ratio": chance_above_zero(excess),
        "Smart Sharpe": sharpe / penalty(excess), "Sortino": sortino,
        "Smart Sortino": sortino / penalty(excess), "Sortino/√2": sortino / math.sqrt(2),
        "Smart Sortino/√2": sortino / penalty(excess) / math.sqrt(2),
        "Omega": sum(gains(excess)) / -sum(losses(excess)),
        "Volatility (ann.)": statistics.stdev(values) * root,
        "Risk-Adjusted Return": curve.cagr / held,
        "Risk-Return Ratio": mean(values) / statistics.stdev(values) * root,
        "Expected Daily": math.prod(1 + value for value in values) ** (1 / len(values)) - 1,
        "Expected Monthly": (1 + curve.cagr) ** (1 / 12) - 1, "Expected Yearly": curve.cagr,
    }  # fmt: skip


def falls_of(curve: Told) -> dict[str, Value]:
    falls = curve.falls()
    deepest, ulcer = min(falls, key=lambda fall: fall.depth), ulcer_of(curve)
    return {
        "Max Drawdown": deepest.depth, "Max DD Date": f"{deepest.trough}",
        "Max DD Period Start": f"{deepest.peak}",
        "Max DD Period End": f"{deepest.recovered or 'not yet'}",
        "Longest DD Days": float(max(fall.days for fall in falls)),
        "Avg. Drawdown": mean([fall.depth for fall in falls]),
        "Avg. Drawdown Days": mean([float(fall.days) for fall in falls]),
        "Calmar": curve.cagr / -deepest.depth, "Recovery Factor": curve.total / -deepest.depth,
        "Ulcer Index": ulcer, "Ulcer Performance Index": (curve.cagr - curve.cash_rate) / ulcer,
    }  # fmt: skip


def sessions(curve: Told) -> dict[str, Value]:
    """What is told of single sessions."""
    values = curve.returns
    payoff = mean(gains(values)) / -mean(losses(values))
    factor = sum(gains(values)) / -sum(losses(values))
    tail = abs(float(np.quantile(values, 0.95) / np.quantile(values, 0.05)))
    worst = float(np.quantile(values, 0.05))
    return {
        "Skew": moment(values, 3), "Kurtosis": moment(values, 4),
        "Avg. Return": mean(values), "Avg. Win": mean(gains(values)),
        "Avg. Loss": mean(losses(values)), "Win/Loss Ratio": payoff, "Payoff Ratio": payoff,
        "Kelly Criterion": won(values) - (1 - won(values)) / payoff,
        "Daily Value-at-Risk": worst,
        "Expected Shortfall (cVaR)": mean([value for value in values if value <= worst]),
        "Max Consecutive Wins": float(longest([value > 0 for value in values])),
        "Max Consecutive Losses": float(longest([value < 0 for value in values])),
        "Gain/Pain Ratio": sum(values) / -sum(losses(values)),
        "Profit Factor": factor, "Common Sense Ratio": factor * tail,
        "CPC Index": factor * won(values) * payoff, "Tail Ratio": tail,
        "Outlier Win Ratio": float(np.quantile(values, 0.99)) / mean(gains(values)),
        "Outlier Loss Ratio": float(np.quantile(values, 0.01)) / mean(losses(values)),
        "Best Day": max(values), "Worst Day": min(values), "Win Days": won(values),
    }  # fmt: skip


def stretches(curve: Told) -> dict[str, Value]:
    """What is told of months, quarters, years, and of the time up to the last session."""
    months, quarters, years = curve.periods(1), curve.periods(3), curve.periods(12)
    last = curve.days[-1]
    return {
        "Gain/Pain (1M)": sum(months) / -sum(losses(months)),
        "MTD": curve.within(last.replace(day=1)),
        "YTD": curve.within(last.replace(month=1, day=1)),
        "3M": curve.since(3), "6M": curve.since(6), "1Y": curve.since(12),
        "3Y (ann.)": (1 + curve.since(36)) ** (1 / 3) - 1,
        "5Y (ann.)": (1 + curve.since(60)) ** (1 / 5) - 1,
        "10Y (ann.)": (1 + curve.since(120)) ** (1 / 10) - 1,
        "Best Month": max(months), "Worst Month": min(months),
        "Best Year": max(years), "Worst Year": min(years),
        "Avg. Up Month": mean(gains(months)), "Avg. Down Month": mean(losses(months)),
        "Win Month": won(months), "Win Quarter": won(quarters), "Win Year": won(years),
    }  # fmt: skip


def ulcer_of(curve: Told) -> float:
    highs, high = [], curve.equity[0]
    for value in curve.equity[1:]:
        high = max(high, value)
        highs.append((value / high - 1) ** 2)
    return math.sqrt(mean(highs))


def figures_of_both(own: Told, other: Told) -> dict[str, Value]:
    """Those of the strategy against its benchmark, which has none of its own."""
    correlation = statistics.correlation(own.returns, other.returns)
    difference = [mine - its for mine, its in zip(own.returns, other.returns, strict=True)]
    slope = statistics.covariance(own.excess, other.excess) / statistics.variance(other.excess)
    return {
        "R^2": correlation**2,
        "Correlation": correlation,
        "Beta": statistics.covariance(own.returns, other.returns)
        / statistics.variance(other.returns),
        "Information Ratio": mean(difference)
        / statistics.stdev(difference)
        * math.sqrt(own.a_year),
        "Alpha": (mean(own.excess) - slope * mean(other.excess)) * own.a_year,
        "Treynor Ratio": (own.cagr - own.cash_rate) / slope,
    }


UNDEFINED = frozenset({"Profit Ratio", "Risk of Ruin", "Serenity Index"})
"""Figures that nobody defines but the library; their tests say what is wrong with them."""
