"""Our values of the figures that the library defines otherwise or gets wrong, as text.

All are of the whole run, fractions of the initial capital or a year as docs/method.md has them:
calendar years, real sessions a year, dated cash. What is undefined is n/a.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import erf, nan, sqrt
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from newsfolio.formatting import percent, ratio
from reports.tables import returns as tables
from reports.tearsheet.inputs import SheetInput, years

Floats: TypeAlias = NDArray[np.float64]

TAIL = 0.05
"""Share of sessions that the value at risk and the expected shortfall look at."""


@dataclass(frozen=True, eq=False)
class EquityCurve:
    """One of the two curves of a report."""

    equity: pd.Series
    cash: pd.Series
    held: float | None = None

    @cached_property
    def returns(self) -> Floats:
        """(n,) of the sessions after the first."""
        values = self.equity.to_numpy(dtype="float64")
        return np.asarray(values[1:] / values[:-1] - 1)

    @cached_property
    def excess(self) -> Floats:
        """(n,) less what cash earned over the same days."""
        return np.asarray(self.returns - self.cash.to_numpy(dtype="float64")[1:])

    @cached_property
    def years(self) -> float:
        return years(self.equity.index)

    @property
    def frequency(self) -> float:
        """Real sessions a year, from the first return on, as the headline has them."""
        return (len(self.returns) - 1) / years(self.equity.index[1:])

    @property
    def grown(self) -> float:
        return float(self.equity.iloc[-1] / self.equity.iloc[0] - 1)

    @property
    def cagr(self) -> float:
        return float((1 + self.grown) ** (1 / self.years) - 1)

    @property
    def cash_rate(self) -> float:
        """Growth of idle cash a year."""
        return float(np.prod(1 + self.cash.to_numpy()) ** (1 / self.years) - 1)

    @cached_property
    def falls(self) -> list[tables.Fall]:
        """All drawdowns, the deepest first."""
        return tables.drawdowns(self.equity, most=len(self.equity))

    @property
    def depth(self) -> float:
        return float(self.falls[0]["depth"]) if self.falls else nan

    @property
    def ulcer(self) -> float:
        """Root mean square of the drawdowns of all sessions (Martin and McCann 1989)."""
        return float(np.sqrt(np.mean(tables.drawdown(self.equity).to_numpy()[1:] ** 2)))


def own_values(run: SheetInput) -> dict[str, tuple[str, str]]:
    """Of each figure the value of the benchmark, "" where there is none, and of the strategy."""
    strategy = EquityCurve(run.equity, run.cash, run.held)
    if run.benchmark is None:
        return {name: ("", value) for name, value in _evaluated(OF_A_CURVE, strategy)}
    benchmark = EquityCurve(run.benchmark, run.cash, 1.0)
    beside = dict(_evaluated(OF_A_CURVE, benchmark))
    return {
        **{name: (beside[name], value) for name, value in _evaluated(OF_A_CURVE, strategy)},
        **{name: ("", value) for name, value in _evaluated(OF_BOTH, strategy, benchmark)},
    }


def _evaluated(
    figures: Mapping[str, Callable[..., str]], *curves: EquityCurve
) -> Iterator[tuple[str, str]]:
    with np.errstate(divide="ignore", invalid="ignore"):
        for name, figure in figures.items():
            yield name, figure(*curves)


def sharpe(curve: EquityCurve) -> float:
    """Sharpe 1994, annualised."""
    return _over(float(curve.excess.mean()), _deviation(curve.excess)) * sqrt(curve.frequency)


def sortino(curve: EquityCurve) -> float:
    """Sortino and Price 1994, over all sessions, annualised."""
    downside = float(np.sqrt(np.mean(np.minimum(curve.excess, 0.0) ** 2)))
    return _over(float(curve.excess.mean()), downside) * sqrt(curve.frequency)


def probabilistic_sharpe(curve: EquityCurve) -> float:
    """Chance that the true ratio is above zero (Bailey and Lopez de Prado 2012)."""
    excess = curve.excess
    deviation = _deviation(excess)
    if not deviation:
        return nan
    rate, moves = excess.mean() / deviation, (excess - excess.mean()) / excess.std()
    spread = 1 - np.mean(moves**3) * rate + (np.mean(moves**4) - 1) / 4 * rate**2
    z = rate / sqrt(spread / (len(excess) - 1)) if spread > 0 else nan
    return (1 + erf(z / sqrt(2))) / 2


def omega(curve: EquityCurve) -> float:
    """What sessions gained over cash, over what they lost to it (Keating and Shadwick 2002)."""
    gained = float(np.maximum(curve.excess, 0.0).sum())
    return _over(gained, float(np.maximum(-curve.excess, 0.0).sum()))


def shortfall(curve: EquityCurve) -> float:
    """Mean of the sessions at the quantile of the value at risk or below."""
    tail = np.quantile(curve.returns, TAIL)
    return float(curve.returns[curve.returns <= tail].mean())


def gain_to_pain(curve: EquityCurve) -> float:
    """Sum of the months' returns over the sum of their losses (Schwager)."""
    months = [
        value
        for row in tables.monthly(curve.equity)
        for value in row["months"]
        if value is not None
    ]
    return _over(sum(months), -sum(value for value in months if value < 0))


def outlier_wins(curve: EquityCurve) -> float:
    """The 99 % quantile over the mean of the sessions that gained."""
    gains = curve.returns[curve.returns > 0]
    return _over(
        float(np.quantile(curve.returns, 0.99)), float(gains.mean()) if len(gains) else 0.0
    )


def since(curve: EquityCurve, months: int, *, yearly: bool = False) -> float:
    """Growth from the last close on or before the day so many months back; NaN before it."""
    day = pd.Timestamp(curve.equity.index[-1]) - pd.DateOffset(months=months)
    before = curve.equity.loc[:day]
    if before.empty:
        return nan
    grown = float(curve.equity.iloc[-1] / before.iloc[-1])
    return float(grown ** (12 / months)) - 1 if yearly else grown - 1


def information_ratio(own: EquityCurve, other: EquityCurve) -> float:
    """Mean over deviation of the difference, annualised."""
    difference = own.returns - other.returns
    return _over(float(difference.mean()), _deviation(difference)) * sqrt(own.frequency)


def beta(own: EquityCurve, other: EquityCurve) -> float:
    matrix = np.cov(own.excess, other.excess)
    return _over(float(matrix[0, 1]), float(matrix[1, 1]))


def alpha(own: EquityCurve, other: EquityCurve) -> float:
    """Jensen's, of returns less cash, times sessions a year."""
    left = own.excess.mean() - beta(own, other) * other.excess.mean()
    return float(left * own.frequency)


def treynor(own: EquityCurve, other: EquityCurve) -> float:
    """Growth a year less that of cash, over beta."""
    return _over(own.cagr - own.cash_rate, beta(own, other))


def r_squared(own: EquityCurve, other: EquityCurve) -> float:
    if not (_deviation(own.returns) and _deviation(other.returns)):
        return nan
    return float(np.corrcoef(own.returns, other.returns)[0, 1] ** 2)


def _over(value: float, base: float) -> float:
    return value / base if base else nan


def _deviation(values: Floats) -> float:
    return float(np.std(values, ddof=1))


def _day(fall: tables.Fall | None, key: Literal["peak", "recovered"], otherwise: str) -> str:
    day = fall[key] if fall else None
    return otherwise if day is None else f"{day:%Y-%m-%d}"


def _deepest(curve: EquityCurve) -> tables.Fall | None:
    return curve.falls[0] if curve.falls else None


def _whole(days: list[int], combine: Callable[[list[int]], float]) -> str:
    return f"{combine(days):,.0f}" if days else "n/a"


def _rates(curve: EquityCurve) -> str:
    days = np.diff(pd.DatetimeIndex(curve.cash.index).to_numpy(dtype="datetime64[D]"))
    rates = curve.cash.to_numpy()[1:] / days.astype("float64") * 360
    low, high = percent(float(rates.min())), percent(float(rates.max()))
    return low if low == high else f"{low} to {high}"


def _fall_days(curve: EquityCurve) -> list[int]:
    return [int(fall["days"]) for fall in curve.falls]


OF_A_CURVE: Mapping[str, Callable[[EquityCurve], str]] = {
    "Risk-Free Rate": _rates,
    "Time in Market": lambda curve: percent(curve.held),
    "Sharpe": lambda curve: ratio(sharpe(curve)),
    "Prob. Sharpe Ratio": lambda curve: percent(probabilistic_sharpe(curve)),
    "Sortino": lambda curve: ratio(sortino(curve)),
    "Sortino/√2": lambda curve: ratio(sortino(curve) / sqrt(2)),
    "Omega": lambda curve: ratio(omega(curve)),
    "Max DD Period Start": lambda curve: _day(_deepest(curve), "peak", "n/a"),
    "Max DD Period End": lambda curve: _day(_deepest(curve), "recovered", "not yet"),
    "Longest DD Days": lambda curve: _whole(_fall_days(curve), max),
    "Ulcer Performance Index": lambda curve: ratio(
        _over(curve.cagr - curve.cash_rate, curve.ulcer)
    ),
    "Risk-Adjusted Return": lambda curve: percent(_over(curve.cagr, curve.held or 0.0)),
    "Risk-Return Ratio": lambda curve: ratio(
        _over(float(curve.returns.mean()), _deviation(curve.returns)) * sqrt(curve.frequency)
    ),
    "Avg. Return": lambda curve: percent(float(curve.returns.mean())),
    "Expected Monthly": lambda curve: percent((1 + curve.cagr) ** (1 / 12) - 1),
    "Expected Yearly": lambda curve: percent(curve.cagr),
    "Daily Value-at-Risk": lambda curve: percent(float(np.quantile(curve.returns, TAIL))),
    "Expected Shortfall (cVaR)": lambda curve: percent(shortfall(curve)),
    "Gain/Pain (1M)": lambda curve: ratio(gain_to_pain(curve)),
    "Outlier Win Ratio": lambda curve: ratio(outlier_wins(curve)),
    "3M": lambda curve: percent(since(curve, 3)),
    "6M": lambda curve: percent(since(curve, 6)),
    "1Y": lambda curve: percent(since(curve, 12)),
    "3Y (ann.)": lambda curve: percent(since(curve, 36, yearly=True)),
    "5Y (ann.)": lambda curve: percent(since(curve, 60, yearly=True)),
    "10Y (ann.)": lambda curve: percent(since(curve, 120, yearly=True)),
    "Avg. Drawdown Days": lambda curve: _whole(
        _fall_days(curve), lambda days: sum(days) / len(days)
    ),
    "Recovery Factor": lambda curve: ratio(_over(curve.grown, abs(curve.depth))),
}
"""By the name in the library's table."""

OF_BOTH: Mapping[str, Callable[[EquityCurve, EquityCurve], str]] = {
    "R^2": lambda own, other: ratio(r_squared(own, other)),
    "Information Ratio": lambda own, other: ratio(information_ratio(own, other)),
    "Alpha": lambda own, other: percent(alpha(own, other)),
    "Treynor Ratio": lambda own, other: percent(treynor(own, other)),
}
"""Of the strategy against its benchmark, which has no value of its own."""
