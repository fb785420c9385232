"""What an author said beforehand would show that the thesis is wrong, and whether it does."""

from __future__ import annotations

from math import isfinite, sqrt

import numpy as np
import pandas as pd

from backtests.evaluation.descriptions.schema import Falsified
from backtests.evaluation.statistics.samples import Values, deviation_of, settled, unusable
from backtests.runner.divide import ScoredWindow
from backtests.runner.run import BENCHMARK, Run
from backtests.simulation.metrics import FLAT, MIN_DEVIATION, cash_returns
from newsfolio.falsifier import Falsifier
from newsfolio.formatting import percent, ratio

_RATIOS = frozenset({"sharpe"})


def falsified(run: Run, score: ScoredWindow, falsifier: Falsifier) -> Falsified:
    """Measure a falsifier on the scored sessions up to its day, and on none after it."""
    row, day = score.divide - run.market.first, pd.Timestamp(falsifier.by)
    own = _returns(run.account.curve, row).loc[:day]
    last = run.account.sessions[-1]
    until = own.index[-1] if len(own) else run.account.sessions[row]
    due = last >= day
    value = _figure(run, falsifier, row, own) if len(own) else None
    met = falsifier.met(value) if due and value is not None else None
    return Falsified(
        str(falsifier), falsifier.by.isoformat(), f"{until:%Y-%m-%d}", value, met,
        _sentence(falsifier, value, met, due=due),
    )  # fmt: skip


def _figure(run: Run, falsifier: Falsifier, row: int, own: pd.Series) -> float | None:
    """None where it is not defined."""
    cash = cash_returns(run.rates["cash"].iloc[row:]).reindex(own.index)
    references = sorted(run.references.items(), key=lambda named: named[0] == BENCHMARK)
    curves = [_returns(reference.curve, row) for _, reference in references]
    other = next(iter(curves), cash).reindex(own.index)
    if unusable(own, cash, other):
        return None
    mine, idle = settled(own), settled(cash)
    days = (own.index[-1] - run.account.sessions[row]).days
    a_year = sqrt(len(mine) / (days / 365.25)) if days else 0.0
    value = {
        "excess": lambda: _growth(mine) / _growth(settled(other)) - 1,
        "total_return": lambda: _growth(mine) - 1,
        "sharpe": lambda: _sharpe(mine - idle) * a_year,
        "volatility": lambda: _spread(mine) * a_year,
        "max_drawdown": lambda: _drawdown(mine),
    }[falsifier.figure]()
    return float(value) if isfinite(value) else None


def _returns(equity: pd.Series, row: int) -> pd.Series:
    returns = equity.iloc[row:].pct_change().iloc[1:]
    return returns if equity.iloc[row] > 0 else returns * np.nan


def _growth(returns: Values) -> float:
    return float(np.prod(1 + returns))


def _spread(returns: Values) -> float:
    return float(deviation_of(returns)) if len(returns) >= MIN_DEVIATION else np.nan


def _sharpe(excess: Values) -> float:
    spread = _spread(excess)
    return float(excess.mean()) / spread if spread > FLAT else np.nan


def _drawdown(returns: Values) -> float:
    curve = np.concatenate([[1.0], np.cumprod(1 + returns)])
    return float((curve / np.maximum.accumulate(curve) - 1).min())


def _sentence(falsifier: Falsifier, value: float | None, met: bool | None, *, due: bool) -> str:
    shown_value = "not known" if value is None else (
        ratio(value) if falsifier.figure in _RATIOS else percent(value)
    )  # fmt: skip
    if met is not None:
        end = "the thesis is wrong by its own condition" if met else "it has not been shown wrong"
        return f"{falsifier.figure} was {shown_value} on {falsifier.by}: {end}."
    if due:
        return f"{falsifier.figure} was {shown_value} on {falsifier.by}, so nothing is shown."
    return f"Open until {falsifier.by}; {falsifier.figure} is {shown_value} so far."
