"""The strategy against what one could have held instead, over the scored sessions.

Every series holds the simple returns of the scored sessions, all on the same index; `years` are
calendar years from the divide to the last of them, and a year has len(returns) / years sessions.
An account that is lost stays lost: from a return of -100 % or worse on, nothing moves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, nan, sqrt
from typing import NamedTuple

import numpy as np
import pandas as pd

from backtests.evaluation.schema import LEVEL, Comparison, Estimate, Role
from backtests.evaluation.statistics.bootstrap import MIN_SESSIONS
from backtests.evaluation.statistics.distributions import normal_quantile
from backtests.evaluation.statistics.robustness import Extreme, Recent
from backtests.evaluation.statistics.samples import (
    Values,
    compounded,
    deviation_of,
    settled,
    sharpe_of,
    too_few,
    unusable,
)
from backtests.evaluation.statistics.sequential import (
    FIRST_LOOK,
    RECENT,
    Mean,
    at_all_looks,
    at_one_look,
)
from backtests.evaluation.statistics.sharpe import memmel
from backtests.simulation.metrics import FLAT, MIN_DEVIATION

STILL = 0.01
"""Annual volatility over cash below which a benchmark is as good as cash."""

UNSURE = 0.5
"""Standard error of a beta above which no mix is made of it."""

SURVIVES = 0.98
"""Level of the interval of one look that has to survive one more extreme session."""

Bend = Callable[[float], float]
"""From a mean of sessions to the figure that a page shows."""


@dataclass(frozen=True, eq=False)
class Alternative:
    """What one could have held instead. returns: None says that there is no such thing.

    beta: to the benchmark, where it is a mix of it and cash. context: its returns before the
    divide, None where there are none.
    """

    name: str
    role: Role
    label: str
    returns: pd.Series | None
    beta: float | None = None
    context: pd.Series | None = None


def comparison(
    against: Alternative,
    own: pd.Series,
    cash: pd.Series,
    years: float,
    context: pd.Series | None = None,
) -> Comparison:
    """The strategy against one alternative. context: own returns before the divide.

    Excess is growth ahead: exp(mean difference of log returns x sessions a year) - 1, its intervals
    those of the mean through the same function. The interval of the Sharpe difference is Memmel's,
    as is its p, so the two cannot disagree. The Sharpe ratio of the difference takes the difference
    of simple returns, its deviation as known.
    """
    name, role, label, other = against.name, against.role, against.label, against.returns
    why = _incomparable(own, other, cash, role)
    if other is None or why:
        return Comparison.unknown(name, role, label, why, against.beta)
    mine, its, idle = settled(own), settled(other), settled(cash)
    year = sqrt(len(mine) / years) if years > 0 else nan
    before = _before(context, against.context)
    excess, total = _excess(mine, its, before, years)
    difference, p, correlation = _sharpe_difference(mine - idle, its - idle, year)
    ratio = _ratio(mine - its, before, year)
    return Comparison(
        name, role, label, excess.look, total, difference, p,
        _tracking_error(mine - its, year), correlation, against.beta,
        information=ratio.look,
        excess_always=excess.always,
        information_always=ratio.always,
        worst=excess.extreme,
        best=ratio.extreme,
        recent=_recent(mine, its, len(mine) / years if years > 0 else nan),
    )  # fmt: skip


def moves(benchmark: pd.Series, cash: pd.Series, years: float) -> bool:
    """Whether a benchmark has a beta to match: bills, which hardly move, have none.

    True where it cannot be told, so that the mix says why it is missing.
    """
    if len(benchmark) < MIN_SESSIONS or unusable(benchmark, cash) or not years > 0:
        return True
    its = settled(benchmark) - settled(cash)
    return float(deviation_of(its)) * sqrt(len(its) / years) >= STILL


def beta_mix(
    own: pd.Series, benchmark: pd.Series | None, cash: pd.Series
) -> tuple[pd.Series, float]:
    """Returns of benchmark and cash mixed to the strategy's own beta, and that beta.

    Beta is Dimson's (1979): the sum over the same session and the ones before and after, since the
    venues close 12 hours apart. It is estimated on the scored sessions and then taken as known:
    intervals against the mix are those of its returns and leave out how surely beta itself is
    known. All NaN without a benchmark that moves, below 20 sessions, where a session has no
    return, or where beta's standard error is above UNSURE.
    """
    no_mix = pd.Series(nan, index=own.index, dtype="float64"), nan
    if benchmark is None or len(own) < MIN_SESSIONS or unusable(own, benchmark, cash):
        return no_mix
    idle = settled(cash)
    mine, its = settled(own) - idle, settled(benchmark) - idle
    if not deviation_of(its[1:-1]) > FLAT:
        return no_mix
    columns = np.column_stack([np.ones(len(its) - 2), its[1:-1], its[:-2], its[2:]])
    weights, *_ = np.linalg.lstsq(columns, mine[1:-1], rcond=None)
    left = mine[1:-1] - columns @ weights
    spread = np.linalg.pinv(columns.T @ columns) * float(left @ left) / (len(left) - 4)
    beta = float(weights[1:].sum())
    if not sqrt(max(0.0, float(spread[1:, 1:].sum()))) <= UNSURE:
        return no_mix
    return pd.Series(idle + beta * its, index=own.index), beta


def _incomparable(own: pd.Series, other: pd.Series | None, cash: pd.Series, role: Role) -> str:
    """Why there is no comparison, "" where there is one."""
    if other is None:
        return f"no {role}"
    unmixed = role is Role.MIX and bool(len(other)) and bool(other.isna().all())
    if unmixed and len(other) < MIN_SESSIONS:
        return too_few(len(other), "a beta")
    if unmixed and not unusable(own, cash):
        return "no beta: the benchmark lacks sessions or does not move"
    return unusable(own, other, cash)


def _before(own: pd.Series | None, other: pd.Series | None) -> Values:
    """Returns before the divide, own and the alternative's, on sessions on which they differ."""
    if own is None or other is None:
        return np.empty((0, 2))
    both = np.column_stack([own, other])
    alive = np.isfinite(both).all(axis=1) & (both > -1).all(axis=1)
    return both[alive & (np.abs(both[:, 0] - both[:, 1]) > FLAT)]


class _Judged(NamedTuple):
    """A figure with its intervals of one look and of all, and after one more extreme session."""

    look: Estimate
    always: Estimate
    extreme: Extreme = Extreme()

    @classmethod
    def without(cls, why: str, value: float | None = None) -> _Judged:
        """A figure without an interval, or none at all."""
        return cls(Estimate(value, why=why), Estimate(value, why=why))


def _judged(gaps: Values, bend: Bend, context: Values, *, worst: bool) -> _Judged:
    """`bend` of the mean of the sessions, of its intervals, and after the worst or best session."""
    value = bend(float(gaps.mean()))
    if not isfinite(value):
        return _Judged.without("out of range")
    if len(gaps) < MIN_SESSIONS:
        return _Judged.without(too_few(len(gaps), "an interval"), value)
    mean = Mean.of(gaps)
    look = _around(mean, at_one_look(len(gaps)), bend)
    if len(gaps) < FIRST_LOOK:
        early = too_few(len(gaps), "an interval of all looks", FIRST_LOOK)
        return _Judged(look, Estimate(value, why=early))
    record = np.concatenate([context, gaps])
    move = float(record.min() if worst else record.max())
    end = _around(Mean.of(np.append(gaps, move)), at_one_look(len(gaps) + 1, SURVIVES), bend)
    extreme = Extreme(move, end.low if worst else end.high, len(context))
    return _Judged(look, _around(mean, at_all_looks(len(gaps)), bend), extreme)


def _around(mean: Mean, errors: float, bend: Bend) -> Estimate:
    value = bend(float(mean.value))
    low, high = (bend(float(end)) for end in mean.within(errors))
    if not (isfinite(low) and isfinite(high)):
        return Estimate(value, why="no interval: out of range")
    return Estimate(value, low, high)


def _excess(
    mine: Values, its: Values, before: Values, years: float
) -> tuple[_Judged, float | None]:
    """A year and in total."""
    if its.min() <= -1:
        return _Judged.without("the other account was lost: nothing to compare growth with"), None
    if mine.min() <= -1:
        return _Judged.without("the account was lost, so growth has no interval", -1.0), -1.0
    ahead = np.log1p(mine) - np.log1p(its)
    total = compounded(float(ahead.sum()))
    total_or_none = total if isfinite(total) else None
    if np.abs(ahead).max() < FLAT:
        return _Judged.without("no interval: the two never differ", 0.0), total_or_none
    if not years > 0:
        return _Judged.without("no time has passed"), total_or_none
    times = len(ahead) / years
    context = np.log1p(before[:, 0]) - np.log1p(before[:, 1])
    judged = _judged(ahead, lambda mean: compounded(mean * times), context, worst=True)
    return judged, total_or_none


def _ratio(gap: Values, before: Values, year: float) -> _Judged:
    """The annual Sharpe ratio of a difference of simple returns."""
    if len(gap) < MIN_DEVIATION:
        return _Judged.without(too_few(len(gap), "a Sharpe ratio", MIN_DEVIATION))
    spread = float(deviation_of(gap))
    if not spread > FLAT:
        return _Judged.without("the difference never moves")
    if not isfinite(year):
        return _Judged.without("no time has passed")
    context = before[:, 0] - before[:, 1]
    return _judged(gap, lambda mean: mean / spread * year, context, worst=False)


def _tracking_error(gap: Values, year: float) -> float | None:
    error = float(deviation_of(gap)) * year if len(gap) >= MIN_DEVIATION else nan
    return error if isfinite(error) else None


def _recent(mine: Values, its: Values, a_year: float) -> Recent | None:
    """Growth ahead a year over the last whole years, those that earned least, and before them."""
    lengths = range(RECENT, len(mine) - FIRST_LOOK + 1, RECENT)
    if not (lengths and isfinite(a_year) and min(mine.min(), its.min()) > -1):
        return None
    ahead = np.log1p(mine) - np.log1p(its)
    least = min(lengths, key=lambda length: float(ahead[-length:].mean()))
    late, early = (float(part.mean()) * a_year for part in (ahead[-least:], ahead[:-least]))
    return Recent(least, compounded(late), compounded(early))


def _sharpe_difference(
    mine: Values, its: Values, year: float
) -> tuple[Estimate, float | None, float | None]:
    """The annual difference, Memmel's p, and the correlation of both less cash."""
    first, why = _annual_sharpe(mine, year)
    second, other = _annual_sharpe(its, year)
    if why or other:
        return Estimate(why=why or f"other: {other}"), None, None
    value = first - second
    if len(mine) < MIN_SESSIONS:
        return Estimate(value, why=too_few(len(mine), "an interval")), None, None
    together = float(np.corrcoef(mine, its)[0, 1])
    tested = memmel(first / year, second / year, together, len(mine))
    if not isfinite(tested.error):
        return Estimate(value, why="no interval: the two never differ"), None, together
    wide = -normal_quantile((1 - LEVEL) / 2) * tested.error * year
    return Estimate(value, value - wide, value + wide), tested.p, together


def _annual_sharpe(excess: Values, year: float) -> tuple[float, str]:
    """The ratio, or why there is none."""
    if len(excess) < MIN_DEVIATION:
        return nan, too_few(len(excess), "a Sharpe ratio", MIN_DEVIATION)
    if not deviation_of(excess) > FLAT:
        return nan, "it never moves against cash"
    ratio = float(sharpe_of(excess)) * year
    return ratio, "" if isfinite(ratio) else "no time has passed"
