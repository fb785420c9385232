"""What is left of a return once known exposures are paid their due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import floor, sqrt

import numpy as np
import pandas as pd

from backtests.evaluation.schema import LEVEL, Alpha, Beta, Estimate
from backtests.evaluation.statistics.distributions import student_isf, student_sf
from backtests.evaluation.statistics.samples import Values, deviation_of, settled, too_few, unusable
from backtests.simulation.metrics import FLAT

MIN_SESSIONS = 60
"""A quarter: with fewer, Newey-West errors are far too small."""

MIN_MONTHS = 36
"""Three years, the usual least of a regression on months."""

PER_REGRESSOR = 10
"""Sessions or months for each coefficient, the usual rule of thumb against fitting noise."""

COLLINEAR = 1e8
"""Condition number of the scaled regressors from which rounding decides the coefficients."""

EXACT = 1e-12
"""Share of the variance left over below which the proxies explain everything."""


@dataclass(frozen=True, eq=False)
class Fit:
    """Ordinary least squares with a constant first; covariance after Newey and West."""

    coefficients: Values
    covariance: Values
    r_squared: float
    lags: int
    freedom: int

    def sum_of(self, places: list[int]) -> tuple[float, float]:
        """The sum of some coefficients and its standard error."""
        inside = self.covariance[np.ix_(places, places)]
        return float(self.coefficients[places].sum()), sqrt(max(float(inside.sum()), 0.0))


def alpha(
    own: pd.Series,
    cash: pd.Series,
    proxies: pd.DataFrame,
    tickers: Mapping[str, str],
    years: float,
    *,
    funded: bool = True,
    monthly: bool = False,
) -> Alpha:
    """Return a year beyond cash that the proxies do not explain; all on the scored sessions.

    proxies: simple returns, a column a name; one that lacks a session is left out, and `why` names
    it. funded: they cost money, so that cash is subtracted; factors are differences already.
    On sessions each counts with the same one and the one before, and its beta is their sum (Dimson
    1979): the venues close up to 12 hours apart, so half of a common move comes a session later.
    monthly: the rows are months, and each counts with the same one alone.
    Intervals and p are Student's with Newey-West errors (Bartlett, automatic lag).
    """
    whole = [name for name in proxies.columns if np.isfinite(proxies[name].astype("float64")).all()]
    left_out = [str(name) for name in proxies.columns if name not in whole]
    missing = f"no full returns of {', '.join(left_out)}" if left_out else ""
    why = unusable(own, cash) or _refusal(len(own), len(whole), missing, monthly)
    if why or not years > 0:
        return Alpha.unknown(why or "no time has passed")
    idle = settled(cash)
    excess = settled(own) - idle
    if not deviation_of(excess[1:]) > FLAT:
        return Alpha.unknown("it never moves against cash")
    moves = proxies[whole].to_numpy(dtype="float64") - (idle[:, None] if funded else 0.0)
    regressors = moves if monthly else np.column_stack([moves[1:], moves[:-1]])
    if _collinear(regressors):
        return Alpha.unknown("the proxies cannot be told apart: they move as one, or not at all")
    explained = excess if monthly else excess[1:]
    fit = newey_west(explained, regressors, bartlett_lags(len(explained)))
    if not fit.r_squared < 1 - EXACT:
        return Alpha.unknown("the proxies explain every session, so nothing is left to estimate")
    names = {str(name): tickers.get(str(name), "") for name in whole}
    estimate = _alpha(fit, names, regressors.mean(axis=0), len(excess) / years)
    return replace(estimate, why=missing, monthly=monthly)


def newey_west(returns: Values, regressors: Values, lags: int) -> Fit:
    """OLS on a constant and the regressors, Bartlett weights (Newey and West 1987).

    regressors: (sessions, k). No small-sample factor, as statsmodels has it by default.
    """
    design = np.column_stack([np.ones(len(regressors)), regressors])
    fit = least_squares(returns, design)
    moved = returns - returns.mean()
    return Fit(
        fit.coefficients,
        fit.inverse @ _long_run(design * fit.rest[:, None], lags) @ fit.inverse,
        1 - float(fit.rest @ fit.rest) / float((moved**2).sum()),
        lags,
        fit.freedom,
    )


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """An ordinary regression: what it found, and the rest that it leaves.

    inverse: of the design's moments, the covariance in units of the rest's variance.
    """

    coefficients: Values
    inverse: Values
    rest: Values
    freedom: int

    @property
    def variance(self) -> float:
        """Of the rest."""
        return float(self.rest @ self.rest) / self.freedom


def least_squares(values: Values, design: Values) -> LeastSquares:
    """Of values on the columns of a design, by its pseudo-inverse."""
    pseudo = np.linalg.pinv(design)
    coefficients = pseudo @ values
    rest = values - design @ coefficients
    freedom = len(values) - int(np.linalg.matrix_rank(design))
    return LeastSquares(coefficients, pseudo @ pseudo.T, rest, freedom)


def _long_run(scores: Values, lags: int) -> Values:
    """The covariance of sums of scores, with Bartlett's falling weights on their lags."""
    total = scores.T @ scores
    for lag in range(1, lags + 1):
        cross = scores[lag:].T @ scores[:-lag]
        total += (1 - lag / (lags + 1)) * (cross + cross.T)
    return np.asarray(total, dtype="float64")


def bartlett_lags(sessions: int) -> int:
    """The automatic lag of Newey and West 1994: floor(4 (T / 100) ** (2 / 9))."""
    return floor(4 * (sessions / 100) ** (2 / 9))


def _refusal(rows: int, proxies: int, missing: str, monthly: bool) -> str:
    """Why there is no regression, "" where there is one. The first session has none before it."""
    if not proxies:
        return missing or "no proxies"
    if monthly:
        needed = max(MIN_MONTHS, PER_REGRESSOR * (proxies + 1))
        return f"{rows} whole months; the regression needs {needed}" if rows < needed else ""
    needed = max(MIN_SESSIONS, PER_REGRESSOR * (2 * proxies + 1)) + 1
    return too_few(rows, "the regression", needed) if rows < needed else ""


def _collinear(regressors: Values) -> bool:
    spread = regressors.std(axis=0)
    if not (spread > FLAT).all():
        return True
    scaled = (regressors - regressors.mean(axis=0)) / spread
    return not np.linalg.cond(scaled) < COLLINEAR


def _alpha(fit: Fit, tickers: Mapping[str, str], means: Values, a_year: float) -> Alpha:
    """means: of each regressor, of which a proxy has one, or two where its lag counts."""
    value, error = fit.sum_of([0])
    ratio = value / error
    wide = student_isf((1 - LEVEL) / 2, fit.freedom) * error
    estimate = Estimate(value * a_year, (value - wide) * a_year, (value + wide) * a_year)
    p = 2 * student_sf(abs(ratio), fit.freedom)
    parts = fit.coefficients[1:] * means * a_year
    betas = tuple(
        _beta(fit, (name, ticker), range(place, len(means), len(tickers)), parts)
        for place, (name, ticker) in enumerate(tickers.items())
    )
    return Alpha(estimate, ratio, p, fit.r_squared, fit.lags, betas)


def _beta(fit: Fit, proxy: tuple[str, str], places: range, parts: Values) -> Beta:
    value, error = fit.sum_of([1 + place for place in places])
    return Beta(*proxy, value, value / error, float(parts[places].sum()))
