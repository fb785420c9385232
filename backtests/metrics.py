"""Headline figures, each written once: formula, unit and source in its docstring.

All take an equity curve or returns on real sessions; all answer fractions, NaN where undefined.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, isfinite, nan, sqrt

import numpy as np
import pandas as pd

from backtests.fills import Fill
from backtests.interest import YEAR

DAYS_A_YEAR = 365.25


def years(index: pd.Index) -> float:
    """Calendar years from the first to the last session."""
    return float((index[-1] - index[0]).days / DAYS_A_YEAR) if len(index) else 0.0


def sessions_a_year(index: pd.Index) -> float:
    """Real sessions per calendar year; NaN below two sessions."""
    return (len(index) - 1) / years(index) if len(index) > 1 else nan


def total_return(equity: pd.Series) -> float:
    """Last over first, minus one."""
    return float(equity.iloc[-1] / equity.iloc[0] - 1)


def cagr(equity: pd.Series) -> float:
    """Compound annual growth on calendar time: (last / first) ** (1 / years) - 1.

    NaN for less than a session; -1 for a wiped-out account.
    """
    span = years(equity.index)
    if not span:
        return nan
    ratio = float(equity.iloc[-1] / equity.iloc[0])
    return ratio ** (1 / span) - 1 if ratio > 0 else -1.0


def volatility(returns: pd.Series) -> float:
    """Standard deviation (n - 1) of session returns times the root of real sessions a year.

    `returns` starts with the first session after the start; NaN below two.
    """
    return _deviation(returns) * sqrt(_frequency(returns))


def sharpe(returns: pd.Series, cash: pd.Series) -> float:
    """Mean over standard deviation (n - 1) of returns less cash, annualised (Sharpe 1994).

    cash: what cash earned over each session, on the same index. NaN for a flat series.
    """
    excess = returns - cash
    return _ratio(float(excess.mean()), _deviation(excess), returns)


def sortino(returns: pd.Series, cash: pd.Series) -> float:
    """Mean excess over the root mean square of its negative part, over all n, annualised.

    Target downside deviation after Sortino and Price (1994); NaN where nothing is below cash.
    """
    excess = returns - cash
    downside = sqrt(float(np.mean(np.minimum(excess.to_numpy(), 0.0) ** 2))) if len(excess) else nan
    return _ratio(float(excess.mean()), downside, returns)


def drawdown(equity: pd.Series) -> pd.Series:
    """Each session's equity over the highest so far, minus one; the initial capital counts."""
    return equity / equity.cummax() - 1


def max_drawdown(equity: pd.Series) -> float:
    """The lowest drawdown from the initial capital on: 0 or negative."""
    return float(drawdown(equity).min())


def turnover(traded: pd.Series, equity: pd.Series) -> float:
    """One-way turnover a year: half of what was traded over the equity before, summed.

    traded: absolute base-currency value of the fills by session. Cash counts as an asset, so
    moving from cash into one line turns over half.
    """
    before = equity.shift(1).reindex(traded.index)
    span = years(equity.index)
    return float((traded / before).sum() / 2 / span) if span else nan


def cash_returns(rate: pd.Series) -> pd.Series:
    """What cash earned over each session after the first: rate x calendar days / 360."""
    days = pd.Series(rate.index, index=rate.index).diff().dt.days
    return (rate * days / YEAR).iloc[1:]


def _frequency(returns: pd.Series) -> float:
    """Sessions a year of returns, whose index lacks the session that they start from."""
    span = years(returns.index)
    return (len(returns) - 1) / span if len(returns) > 1 and span else nan


def _deviation(returns: pd.Series) -> float:
    return float(returns.std(ddof=1)) if len(returns) > 1 else nan


def _ratio(mean: float, deviation: float, returns: pd.Series) -> float:
    """Annualised mean over deviation; NaN where rounding is all that deviates."""
    if not deviation > 1e-12:
        return nan
    return mean / deviation * sqrt(_frequency(returns))


def figures(equity: pd.Series, fills: Sequence[Fill], rate: pd.Series) -> dict[str, float | None]:
    """The headline table of a curve; None where a figure is undefined.

    costs: fees and slippage, base currency. trades: the number of fills.
    """
    returns = equity.pct_change().iloc[1:]
    cash = cash_returns(rate)
    traded = pd.Series(
        [abs(fill.quantity * fill.price * fill.rate) for fill in fills],
        index=pd.DatetimeIndex([fill.session for fill in fills]),
        dtype="float64",
    )
    found = {
        "final_equity": float(equity.iloc[-1]),
        "total_return": total_return(equity),
        "cagr": cagr(equity),
        "volatility": volatility(returns),
        "sharpe": sharpe(returns, cash),
        "sortino": sortino(returns, cash),
        "max_drawdown": max_drawdown(equity),
        "turnover": turnover(traded.groupby(level=0).sum(), equity),
        "costs": fsum(fill.fee + fill.slippage for fill in fills),
        "trades": len(fills),
    }
    return {name: value if isfinite(value) else None for name, value in found.items()}
