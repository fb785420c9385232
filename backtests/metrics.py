"""Headline figures, each written once: formula, unit and source in its docstring.

All take an equity curve or returns on real sessions; all answer fractions, NaN where undefined.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, isfinite, nan, sqrt
from typing import Any

import numpy as np
import pandas as pd

from backtests.fills import Fill, Rows
from backtests.interest import YEAR
from markets.market import Days, Floats

DAYS_A_YEAR = 365.25


def years(index: pd.Index) -> float:
    """Calendar years from the first to the last session."""
    return _years(_days(index))


def sessions_a_year(index: pd.Index) -> float:
    """Real sessions per calendar year; NaN below two sessions."""
    return _frequency(_days(index))


def total_return(equity: pd.Series) -> float:
    """Last over first, minus one."""
    return _ratio_of_ends(_values(equity)) - 1


def cagr(equity: pd.Series) -> float:
    """Compound annual growth on calendar time: (last / first) ** (1 / years) - 1.

    NaN for less than a session; -1 for a wiped-out account.
    """
    return _cagr(_values(equity), years(equity.index))


def volatility(returns: pd.Series) -> float:
    """Standard deviation (n - 1) of session returns times the root of real sessions a year.

    `returns` starts with the first session after the start; NaN below two.
    """
    return _volatility(_values(returns), _frequency(_days(returns.index)))


def sharpe(returns: pd.Series, cash: pd.Series) -> float:
    """Mean over standard deviation (n - 1) of returns less cash, annualised (Sharpe 1994).

    cash: what cash earned over each session, on the same index. NaN for a flat series.
    """
    return _sharpe(_values(returns - cash), _frequency(_days(returns.index)))


def sortino(returns: pd.Series, cash: pd.Series) -> float:
    """Mean excess over the root mean square of its negative part, over all n, annualised.

    Target downside deviation after Sortino and Price (1994); NaN where nothing is below cash.
    """
    return _sortino(_values(returns - cash), _frequency(_days(returns.index)))


def drawdown(equity: pd.Series) -> pd.Series:
    """Each session's equity over the highest so far, minus one; the initial capital counts."""
    return equity / equity.cummax() - 1


def max_drawdown(equity: pd.Series) -> float:
    """The lowest drawdown from the initial capital on: 0 or negative."""
    return _max_drawdown(_values(equity))


def turnover(traded: pd.Series, equity: pd.Series) -> float:
    """One-way turnover a year: half of what was traded over the equity before, summed.

    traded: absolute base-currency value of the fills by session. Cash counts as an asset, so
    moving from cash into one line turns over half.
    """
    return _turnover(_days(traded.index), _values(traded), _days(equity.index), _values(equity))


def cash_returns(rate: pd.Series) -> pd.Series:
    """What cash earned over each session after the first: rate x calendar days / 360."""
    return pd.Series(_earned(_values(rate), _days(rate.index)), index=rate.index[1:])


def figures(equity: pd.Series, fills: Sequence[Fill], rate: pd.Series) -> dict[str, float | None]:
    """The headline table of a curve; None where a figure is undefined.

    costs: fees and slippage, base currency. trades: the number of fills.
    """
    days, known = _days(equity.index), _days(rate.index)
    cash = _earned(_values(rate), known)
    if len(known) != len(days):
        cash = cash[np.searchsorted(known, days[1:]) - 1]
    return figures_of(days, _values(equity), fills, cash)


def figures_of(
    days: Days, equity: Floats, fills: Sequence[Fill], cash: Floats
) -> dict[str, float | None]:
    """As `figures`: (S,) days and equity, (S - 1,) what cash earned over each session."""
    with np.errstate(invalid="ignore", divide="ignore"):
        returns = lost_once(equity[1:] / equity[:-1] - 1)
    excess, frequency, span = returns - cash, _frequency(days[1:]), _years(days)
    on, traded, costs = _trades(fills)
    found = {
        "final_equity": float(equity[-1]),
        "total_return": _ratio_of_ends(equity) - 1,
        "cagr": _cagr(equity, span),
        "volatility": _volatility(returns, frequency),
        "sharpe": _sharpe(excess, frequency),
        "sortino": _sortino(excess, frequency),
        "max_drawdown": _max_drawdown(equity),
        "turnover": _turnover(on, traded, days, equity),
        "costs": fsum(costs.tolist()),
        "trades": len(fills),
    }
    return {name: value if isfinite(value) else None for name, value in found.items()}


def lost_once(returns: Floats) -> Floats:
    """Returns with -100 % once, and 0 from then on, where the account was lost."""
    lost = np.flatnonzero(returns <= -1)
    if len(lost):
        returns = returns.copy()
        returns[lost[0]] = -1.0
        returns[lost[0] + 1 :] = 0.0
    return returns


def _trades(fills: Sequence[Fill]) -> tuple[Days, Floats, Floats]:
    """(F,) each: days, what was traded in base currency, fees and slippage."""
    if isinstance(fills, Rows):
        _, _, quantity, price, rate, fee, slippage = fills.table.T
        return fills.days, np.abs(quantity * price * rate), fee + slippage
    rows = [(fill.quantity * fill.price * fill.rate, fill.fee + fill.slippage) for fill in fills]
    value, costs = np.array(rows, dtype="float64").reshape(-1, 2).T
    return np.array([fill.session for fill in fills], "datetime64[D]"), np.abs(value), costs


def _years(days: Days) -> float:
    return float((days[-1] - days[0]).astype(int) / DAYS_A_YEAR) if len(days) else 0.0


def _frequency(days: Days) -> float:
    """Sessions a year; of returns, whose days lack the session that they start from."""
    span = _years(days)
    return (len(days) - 1) / span if len(days) > 1 and span else nan


def _ratio_of_ends(equity: Floats) -> float:
    return float(equity[-1] / equity[0])


def _cagr(equity: Floats, span: float) -> float:
    if not span:
        return nan
    ratio = _ratio_of_ends(equity)
    return ratio ** (1 / span) - 1 if ratio > 0 else -1.0


def _max_drawdown(equity: Floats) -> float:
    return float((equity / np.maximum.accumulate(equity) - 1).min())


def _volatility(returns: Floats, frequency: float) -> float:
    return _deviation(returns) * sqrt(frequency)


def _sharpe(excess: Floats, frequency: float) -> float:
    return _ratio(excess, _deviation(excess), frequency)


def _sortino(excess: Floats, frequency: float) -> float:
    downside = sqrt(float(np.mean(np.minimum(excess, 0.0) ** 2))) if len(excess) else nan
    return _ratio(excess, downside, frequency)


def _turnover(on: Days, traded: Floats, days: Days, equity: Floats) -> float:
    span, rows = _years(days), np.searchsorted(days, on)
    known = (rows > 0) & (rows < len(days))  # the first session has no equity before it
    if not span:
        return nan
    known &= equity[rows - 1] > 0
    return fsum((traded[known] / equity[rows[known] - 1]).tolist()) / 2 / span


def _earned(rate: Floats, days: Days) -> Floats:
    return rate[1:] * np.diff(days).astype("float64") / YEAR


def _deviation(values: Floats) -> float:
    return float(np.std(values, ddof=1)) if len(values) > 1 else nan


def _ratio(excess: Floats, deviation: float, frequency: float) -> float:
    """Annualised mean over deviation; NaN where rounding is all that deviates."""
    if not deviation > 1e-12:
        return nan
    return float(excess.mean()) / deviation * sqrt(frequency)


def _days(index: Any) -> Days:
    return np.asarray(index.to_numpy(), dtype="datetime64[D]")


def _values(series: pd.Series) -> Floats:
    return series.to_numpy(dtype="float64")
