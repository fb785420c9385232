"""Headline figures, each written once: formula, unit and source in its docstring.

All take an equity curve or returns on real sessions; all answer fractions, NaN where undefined.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan, sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.simulation.fills import Fill, LazyRows
from backtests.simulation.interest import YEAR
from backtests.simulation.valuation import sums
from markets.market import Days, Floats
from newsfolio.formatting import A_YEAR_FROM

try:
    from backtests.compiled.core import moments, turned
except ImportError:  # there was no compiler when newsfolio was installed

    def moments(curve: Floats, cash: Floats) -> Floats:
        """(K, 5) all to be worked out by `plain_moments`."""
        return np.full((len(curve), 5), nan)

    def turned(
        fills: Floats, ends: NDArray[np.int64], rows: NDArray[np.int64], equity: Floats
    ) -> Floats:
        """(K, 2) exact sums of K runs: what each fill traded over the equity before, and costs.

        rows: (F,) the session of each in equity, (K, S); outside of it, and on the first, which
        has no equity before it, it traded nothing.
        """
        _, _, quantity, price, rate, fee, slippage = fills.T
        runs = np.repeat(np.arange(len(equity)), np.diff(ends, prepend=0))
        inside = (rows > 0) & (rows < equity.shape[1])
        before = np.zeros(len(rows))
        before[inside] = equity[runs[inside], rows[inside] - 1]
        value = np.abs(quantity * price * rate)
        shares = np.divide(value, before, out=np.zeros_like(before), where=before > 0)
        return np.column_stack([sums(shares, ends), sums(fee + slippage, ends)])


DAYS_A_YEAR = 365.25

MIN_DEVIATION = 2
"""Sessions: a single return has no standard deviation."""

FLAT = 1e-12
"""A session's standard deviation below it comes from rounding alone."""


def years(index: pd.Index) -> float:
    """Calendar years from the first to the last session."""
    return _years(_days(index))


def sessions_a_year(index: pd.Index) -> float:
    """Real sessions per calendar year; NaN below two sessions."""
    return _frequency(_days(index))


def total_return(equity: pd.Series) -> float:
    """Last over first, minus one."""
    return float(_ratio_of_ends(_values(equity))) - 1


def cagr(equity: pd.Series) -> float:
    """Compound annual growth on calendar time: (last / first) ** (1 / years) - 1.

    NaN for less than a session; -1 for a wiped-out account.
    """
    return _grown(float(_ratio_of_ends(_values(equity))), years(equity.index))


def volatility(returns: pd.Series) -> float:
    """Standard deviation (n - 1) of session returns times the root of real sessions a year.

    `returns` starts with the first session after the start; NaN below two.
    """
    return float(_deviation(_values(returns)) * sqrt(_frequency(_days(returns.index))))


def sharpe(returns: pd.Series, cash: pd.Series) -> float:
    """Mean over standard deviation (n - 1) of returns less cash, annualised (Sharpe 1994).

    cash: what cash earned over each session, on the same index. NaN for a flat series.
    """
    excess = _values(returns - cash)
    return float(_ratio(_mean(excess), _deviation(excess), _frequency(_days(returns.index))))


def sortino(returns: pd.Series, cash: pd.Series) -> float:
    """Mean excess over the root mean square of its negative part, over all n, annualised.

    Target downside deviation after Sortino and Price (1994); NaN where nothing is below cash.
    """
    excess = _values(returns - cash)
    return float(_ratio(_mean(excess), _downside(excess), _frequency(_days(returns.index))))


def max_drawdown(equity: pd.Series) -> float:
    """The lowest drawdown from the initial capital on: 0 to -1, where all is lost."""
    return max(float(_lowest(_values(equity))), -1.0)  # debt is no drawdown


def turnover(traded: pd.Series, equity: pd.Series) -> float:
    """One-way turnover a year: half of what was traded over the equity before, summed.

    traded: absolute base-currency value of the fills by session. Cash counts as an asset, so
    moving from cash into one line turns over half.
    """
    fills = np.ones((len(traded), 7))
    fills[:, 2] = _values(traded)
    moves = Traded(fills, _days(traded.index), np.array([len(traded)]))
    return float(_turned(moves, _days(equity.index), _values(equity)[None])[0, 0])


def cash_returns(rate: pd.Series) -> pd.Series:
    """What cash earned over each session after the first: rate x calendar days / 360."""
    return pd.Series(_earned(_values(rate), _days(rate.index)), index=rate.index[1:])


def figures(
    curve: pd.Series, fills: Sequence[Fill], rate: pd.Series, equity: pd.Series | None = None
) -> dict[str, float | None]:
    """The headline table of a curve; None where a figure is undefined.

    equity: of the account, where money that flowed in or out is no part of the curve.
    cagr: from A_YEAR_FROM sessions on; the total return says what shorter ones gained.
    costs: fees and slippage, base currency. trades: the number of fills.
    """
    days, rate_days = _days(curve.index), _days(rate.index)
    cash = _earned(_values(rate), rate_days)
    if len(rate_days) != len(days):
        cash = cash[np.searchsorted(rate_days, days[1:]) - 1]
    worth = None if equity is None else _values(equity)[None]
    return figures_of(days, _values(curve)[None], traded_in(fills), cash, worth)[0]


@dataclass(frozen=True, eq=False)
class Traded:
    """The fills of K runs: (F, 7) as fills.LazyRows has them, and (F,) their days.

    ends: (K,) the place after the last of each run.
    """

    fills: Floats
    days: Days
    ends: NDArray[np.int64]


def traded_in(fills: Sequence[Fill]) -> Traded:
    """The fills of one run."""
    if isinstance(fills, LazyRows):
        return Traded(fills.table, fills.days, np.array([len(fills)]))
    rows = [(0, 0, fill.quantity, fill.price, fill.rate, fill.fee, fill.slippage) for fill in fills]
    table = np.array(rows, dtype="float64").reshape(-1, 7)
    days = np.array([fill.session for fill in fills], "datetime64[D]")
    return Traded(table, days, np.array([len(fills)]))


def figures_of(
    days: Days, curve: Floats, traded: Traded, cash: Floats, equity: Floats | None = None
) -> list[dict[str, float | None]]:
    """As `figures`, of K runs on the same sessions.

    days: (S,); curve, equity: (K, S); cash: (S - 1,) what it earned over each session.
    """
    equity = curve if equity is None else equity
    frequency, span = _frequency(days[1:]), _years(days)
    deviation, mean, apart, downside, lowest = _moments(curve, cash).T
    turnover, costs = _turned(traded, days, equity).T
    ratios, long = _ratio_of_ends(curve), len(days) >= A_YEAR_FROM
    columns = {
        "final_equity": equity[:, -1].tolist(),
        "total_return": (ratios - 1).tolist(),
        "cagr": [_grown(ratio, span) if long else nan for ratio in ratios.tolist()],
        "volatility": (deviation * sqrt(frequency)).tolist(),
        "sharpe": _ratio(mean, apart, frequency).tolist(),
        "sortino": _ratio(mean, downside, frequency).tolist(),
        "max_drawdown": np.maximum(lowest, -1.0).tolist(),  # debt is no drawdown
        "turnover": turnover.tolist(),
        "costs": costs.tolist(),
        "trades": np.diff(traded.ends, prepend=0).tolist(),
    }
    return [
        {name: value if isfinite(value) else None for name, value in zip(columns, row, strict=True)}
        for row in zip(*columns.values(), strict=True)
    ]


def _moments(curve: Floats, cash: Floats) -> Floats:
    """(K, 5) what figures are made of: as `plain_moments`, most of them in machine code."""
    drawn = moments(np.ascontiguousarray(curve), np.ascontiguousarray(cash))
    other = np.isnan(drawn).any(axis=1)
    if other.any():
        drawn[other] = plain_moments(curve[other], cash)
    return drawn


def plain_moments(curve: Floats, cash: Floats) -> Floats:
    """(K, 5) of K curves, (K, S): standard deviation (n - 1) of returns; mean and standard
    deviation of returns less `cash`, (S - 1,); root mean square of its negative part; the lowest
    drawdown.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        returns = lost_once(curve[:, 1:] / curve[:, :-1] - 1)
    excess = returns - cash
    return np.column_stack([_deviation(returns), _mean(excess), _deviation(excess),
                            _downside(excess), _lowest(curve)])  # fmt: skip


def lost_once(returns: Floats) -> Floats:
    """Returns, sessions last, with -100 % once and 0 from then on where the account was lost."""
    lost = returns <= -1
    if lost.any():
        before = np.cumsum(lost, axis=-1) - lost > 0
        returns = np.where(before, 0.0, np.where(lost, -1.0, returns))
    return returns


def _years(days: Days) -> float:
    return float((days[-1] - days[0]).astype(int) / DAYS_A_YEAR) if len(days) else 0.0


def _frequency(days: Days) -> float:
    """Sessions a year; of returns, whose days lack the session that they start from."""
    span = _years(days)
    return (len(days) - 1) / span if len(days) > 1 and span else nan


def _ratio_of_ends(equity: Floats) -> Floats:
    return np.asarray(equity[..., -1] / equity[..., 0])


def _grown(ratio: float, span: float) -> float:
    """Of a year; NaN where no time has passed, infinite beyond all numbers."""
    if not span:
        return nan
    try:
        return ratio ** (1 / span) - 1 if ratio > 0 else -1.0
    except OverflowError:
        return inf


def _lowest(equity: Floats) -> Floats:
    """The lowest drawdown, which debt takes below -1."""
    under = equity / np.maximum.accumulate(equity, axis=-1) - 1
    return np.asarray(under.min(axis=-1))


def _mean(excess: Floats) -> Floats:
    return np.asarray(excess.mean(axis=-1) if excess.shape[-1] else np.full(excess.shape[:-1], nan))


def _downside(excess: Floats) -> Floats:
    """Root mean square of the negative part."""
    if not excess.shape[-1]:
        return np.full(excess.shape[:-1], nan)
    return np.asarray(np.sqrt(np.mean(np.minimum(excess, 0.0) ** 2, axis=-1)))


def _turned(traded: Traded, days: Days, equity: Floats) -> Floats:
    """(K, 2) one-way turnover a year, and costs."""
    span, rows = _years(days), np.searchsorted(days, traded.days)
    of_runs = turned(np.ascontiguousarray(traded.fills), traded.ends, rows,
                     np.ascontiguousarray(equity))  # fmt: skip
    of_runs[:, 0] = of_runs[:, 0] / 2 / span if span else nan
    return of_runs


def _earned(rate: Floats, days: Days) -> Floats:
    return rate[1:] * np.diff(days).astype("float64") / YEAR


def _deviation(values: Floats) -> Floats:
    if values.shape[-1] < MIN_DEVIATION:
        return np.full(values.shape[:-1], nan)
    return np.asarray(np.std(values, axis=-1, ddof=1))


def _ratio(mean: Floats, deviation: Floats, frequency: float) -> Floats:
    """Annualised mean over deviation; NaN where rounding is all that deviates."""
    moves = deviation > FLAT
    ratio = np.divide(mean, deviation, out=np.full(np.shape(mean), nan), where=moves)
    return np.asarray(ratio * sqrt(frequency))


def _days(index: pd.Index) -> Days:
    return np.asarray(index.to_numpy(), dtype="datetime64[D]")


def _values(series: pd.Series) -> Floats:
    return series.to_numpy(dtype="float64")
