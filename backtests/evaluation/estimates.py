"""Figures and comparisons over the scored sessions, with intervals; and what a record can prove.

Every series holds the simple returns of the scored sessions, all on the same index; `years` are
calendar years from the divide to the last of them, and a year has len(returns) / years sessions.
An account that is lost stays lost: from a return of -100 % or worse on, nothing moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan, sqrt

import numpy as np
import pandas as pd

from backtests.evaluation.schema import (
    EDGE,
    LEVEL,
    Comparison,
    Estimate,
    Figures,
    Power,
    Role,
    Significance,
)
from backtests.evaluation.statistics.bootstrap import MIN_SESSIONS, Resample
from backtests.evaluation.statistics.distributions import normal_quantile
from backtests.evaluation.statistics.samples import (
    Sample,
    Values,
    compounded,
    counted,
    deviation_of,
    mean_of,
    moments,
    settled,
    sharpe_of,
    too_few,
    unusable,
)
from backtests.evaluation.statistics.sharpe import (
    CONFIDENCE,
    deflated_sharpe,
    expected_best_sharpe,
    memmel,
    min_track_record,
    probabilistic_sharpe,
    sampling_variance,
)
from backtests.evaluation.trial_record import TrialCounts
from backtests.simulation.metrics import DAYS_A_YEAR, FLAT, MIN_DEVIATION
from newsfolio.formatting import A_YEAR_FROM

STILL = 0.01
"""Annual volatility over cash below which a benchmark is as good as cash."""

UNSURE = 0.5
"""Standard error of a beta above which no mix is made of it."""

USUAL_YEAR = 252
"""Sessions, where there are none yet to count."""


def figures_of(
    name: str,
    label: str,
    returns: pd.Series,
    cash: pd.Series,
    years: float,
    drawn: Resample | None,
) -> Figures:
    """One curve by itself. `drawn` None: no intervals.

    The largest drawdown has none in any case: it hangs on the order of the sessions, which
    resampling breaks.
    """
    why = unusable(returns, cash)
    if why:
        return Figures.unknown(name, label, why)
    own = settled(returns)
    sample = Sample(len(own), years, drawn)
    return Figures(
        name,
        label,
        total_return=_growth(own, sample, 1.0),
        cagr=_a_year(own, sample, years),
        volatility=_volatility(own, sample),
        sharpe=_sharpe(own - settled(cash), sample),
        max_drawdown=Estimate(_max_drawdown(own)),
    )


@dataclass(frozen=True, eq=False)
class Alternative:
    """What one could have held instead. returns: None says that there is no such thing.

    beta: to the benchmark, where it is a mix of it and cash.
    """

    name: str
    role: Role
    label: str
    returns: pd.Series | None
    beta: float | None = None


def comparison(
    against: Alternative, own: pd.Series, cash: pd.Series, years: float, drawn: Resample | None
) -> Comparison:
    """The strategy against one alternative.

    Excess is growth ahead: exp(mean difference of log returns x sessions a year) - 1, its interval
    that of the mean through the same function. The interval of the Sharpe difference is Memmel's,
    as is its p, so the two cannot disagree.
    """
    name, role, label, other = against.name, against.role, against.label, against.returns
    why = _incomparable(own, other, cash, role)
    if other is None or why:
        return Comparison.unknown(name, role, label, why, against.beta)
    mine, its, idle = settled(own), settled(other), settled(cash)
    sample = Sample(len(mine), years, drawn)
    excess, total = _excess(mine, its, sample)
    difference, p, correlation = _sharpe_difference(mine - idle, its - idle, sample)
    error = _volatility(mine - its, replace(sample, drawn=None)).value
    information = _sharpe(mine - its, sample)
    return Comparison(
        name, role, label, excess, total, difference, p, error, correlation, against.beta,
        information,
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


def significance(
    own: pd.Series,
    other: pd.Series | None,
    years: float,
    trials: Sequence[float],
    counts: TrialCounts | None,
) -> Significance:
    """What the Sharpe ratio of `own` less `other` is worth after so many trials.

    trials: annual Sharpe ratios of the difference of all distinct variants, this one included, NaN
        where unknown. Their variance sets what luck finds; below two known ones that of the
        estimate itself does. counts: how many there were, None where the ledger cannot be read;
        the larger of thesis and family deflates, never fewer than `trials`.
    """
    unknown = Significance.unknown("no control", counts)
    if other is None:
        return unknown
    why = unusable(own, other)
    if why or len(own) < MIN_DEVIATION or not years > 0:
        return replace(unknown, why=why or too_few(len(own), "a Sharpe ratio", MIN_DEVIATION))
    record = _track_record(settled(own) - settled(other), years)
    if not isfinite(record.sharpe):
        return replace(unknown, why="the difference never moves")
    if record.sessions < MIN_SESSIONS:
        why = too_few(record.sessions, "a probability")
        return replace(unknown, sharpe=record.sharpe * record.year, why=why)
    return _deflate(_undeflated(unknown, record), record, trials)


def power(
    years: float, n: int, skew: float | None, kurtosis: float | None, edge: float = EDGE
) -> Power:
    """How long an annual Sharpe ratio of `edge` takes to be proven, one-sided at CONFIDENCE.

    n: sessions in `years`; 252 a year where there are none. Unknown moments count as normal ones.
    """
    a_year = n / years if n > 0 and years > 0 else float(USUAL_YEAR)
    skew, kurtosis = _or_normal(skew, 0.0), _or_normal(kurtosis, 3.0)
    needed = min_track_record(edge / sqrt(a_year), skew, kurtosis) / a_year
    provable = _provable(n, skew, kurtosis) * sqrt(a_year)
    sentence = f"{_span(years)}; proving a Sharpe edge of {edge:g} takes {_span(needed)}"
    return Power(edge, needed, years, _finite(provable), sentence)


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


@dataclass(frozen=True)
class _TrackRecord:
    """Moments of a difference per session; `year` is the root of the sessions a year."""

    sharpe: float
    skew: float
    kurtosis: float
    sessions: int
    year: float


def _track_record(difference: Values, years: float) -> _TrackRecord:
    return _TrackRecord(*moments(difference), len(difference), sqrt(len(difference) / years))


def _undeflated(unknown: Significance, record: _TrackRecord) -> Significance:
    needed = min_track_record(record.sharpe, record.skew, record.kurtosis) / record.year**2
    probable = probabilistic_sharpe(record.sharpe, record.sessions, record.skew, record.kurtosis)
    return replace(
        unknown,
        sharpe=record.sharpe * record.year,
        probabilistic=_finite(probable),
        needed=_finite(needed),
        skew=record.skew,
        kurtosis=record.kurtosis,
        why="" if isfinite(needed) else "no record proves a Sharpe ratio that is not positive",
    )


def _deflate(
    undeflated: Significance, record: _TrackRecord, trials: Sequence[float]
) -> Significance:
    if undeflated.counted is None:
        uncounted = "the ledger cannot be read, so the trials are not counted"
        return replace(undeflated, why="; ".join(filter(None, (undeflated.why, uncounted))))
    count = max(undeflated.counted, len(trials), 1)
    spread = _deviation_of(trials, record)
    deflated = deflated_sharpe(
        record.sharpe, record.sessions, record.skew, record.kurtosis, count, spread
    )
    best = expected_best_sharpe(count, spread) * record.year
    return replace(undeflated, expected_best=_finite(best), deflated=_finite(deflated))


def _deviation_of(trials: Sequence[float], record: _TrackRecord) -> float:
    """Standard deviation per session of the Sharpe ratios across the trials."""
    sharpes = np.array([trial for trial in trials if isfinite(trial)], dtype="float64")
    if len(sharpes) > 1:
        return float(sharpes.std(ddof=1)) / record.year
    variance = sampling_variance(record.sharpe, record.sessions, record.skew, record.kurtosis)
    return sqrt(variance)


def _growth(own: Values, sample: Sample, years: float) -> Estimate:
    """Growth over the sample, spread over so many years."""
    if own.min() <= -1:
        return Estimate(-1.0, why="the account was lost, so growth has no interval")
    times = sample.sessions / years if years > 0 else nan
    return sample.estimate(np.log1p(own), mean_of, lambda mean: compounded(mean * times))


def _a_year(own: Values, sample: Sample, years: float) -> Estimate:
    if sample.sessions < A_YEAR_FROM:
        return Estimate(why=too_few(sample.sessions, "growth a year", A_YEAR_FROM))
    return _growth(own, sample, years)


def _volatility(own: Values, sample: Sample) -> Estimate:
    if sample.sessions < MIN_DEVIATION:
        return Estimate(why=too_few(sample.sessions, "a deviation", MIN_DEVIATION))
    return sample.estimate(own, deviation_of, lambda spread: max(spread * sample.year, 0.0))


def _sharpe(excess: Values, sample: Sample) -> Estimate:
    if sample.sessions < MIN_DEVIATION:
        return Estimate(why=too_few(sample.sessions, "a Sharpe ratio", MIN_DEVIATION))
    if not deviation_of(excess) > FLAT:
        return Estimate(why="it never moves against cash")
    return sample.estimate(excess, sharpe_of, lambda ratio: ratio * sample.year)


def _max_drawdown(own: Values) -> float:
    """From 1 at the divide, which counts as a peak."""
    curve = np.concatenate([[1.0], np.cumprod(1 + own)])
    return float((curve / np.maximum.accumulate(curve) - 1).min())


def _excess(mine: Values, its: Values, sample: Sample) -> tuple[Estimate, float | None]:
    """A year and in total."""
    if its.min() <= -1:
        return Estimate(why="the other account was lost: nothing to compare growth with"), None
    if mine.min() <= -1:
        return Estimate(-1.0, why="the account was lost, so growth has no interval"), -1.0
    ahead = np.log1p(mine) - np.log1p(its)
    total = _finite(compounded(float(ahead.sum())))
    if np.abs(ahead).max() < FLAT:
        return Estimate(0.0, why="no interval: the two never differ"), total
    times = sample.sessions / sample.years if sample.years > 0 else nan
    return sample.estimate(ahead, mean_of, lambda mean: compounded(mean * times)), total


def _sharpe_difference(
    mine: Values, its: Values, sample: Sample
) -> tuple[Estimate, float | None, float | None]:
    """The annual difference, Memmel's p, and the correlation of both less cash."""
    bare = replace(sample, drawn=None)
    first, second = _sharpe(mine, bare), _sharpe(its, bare)
    if first.value is None or second.value is None:
        return (
            Estimate(why=first.why if first.value is None else f"other: {second.why}"),
            None,
            None,
        )
    value = first.value - second.value
    if sample.sessions < MIN_SESSIONS:
        return Estimate(value, why=too_few(sample.sessions, "an interval")), None, None
    together = float(np.corrcoef(mine, its)[0, 1])
    tested = memmel(
        first.value / sample.year, second.value / sample.year, together, sample.sessions
    )
    if not isfinite(tested.error):
        return Estimate(value, why="no interval: the two never differ"), None, together
    wide = _normal_quantile() * tested.error * sample.year
    return Estimate(value, value - wide, value + wide), tested.p, together


def _normal_quantile() -> float:
    return -normal_quantile((1 - LEVEL) / 2)


def _provable(n: int, skew: float, kurtosis: float) -> float:
    """The Sharpe ratio per session whose minimum track record is n: the root of MinTRL = n."""
    z2 = normal_quantile(CONFIDENCE) ** 2
    square = (n - 1) - z2 * (kurtosis - 1) / 4
    if not square > 0:
        return nan
    return (-z2 * skew + sqrt((z2 * skew) ** 2 + 4 * square * z2)) / (2 * square)


def _span(years: float) -> str:
    """Days below a month, months below 24, else years."""
    if not isfinite(years):
        return "longer than can be told"
    months = round(years * 12)
    if months < 1:
        return counted(round(years * DAYS_A_YEAR), "day")
    if months < 24:
        return counted(months, "month")
    return f"{years:.0f} years" if years >= 10 else f"{round(years, 1):g} years"


def _or_normal(moment: float | None, normal: float) -> float:
    return moment if moment is not None and isfinite(moment) else normal


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None
