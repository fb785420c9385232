"""Figures of one curve over the scored sessions, with intervals; and what a record can prove.

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
    Estimate,
    Figures,
    Power,
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
from backtests.evaluation.statistics.sequential import FIRST_LOOK, at_all_looks
from backtests.evaluation.statistics.sharpe import (
    CONFIDENCE,
    deflated_sharpe,
    expected_best_sharpe,
    min_track_record,
    probabilistic_sharpe,
    sampling_variance,
)
from backtests.evaluation.statistics.volatility import volatility_interval
from backtests.evaluation.trial_record import TrialCounts
from backtests.simulation.metrics import DAYS_A_YEAR, FLAT, MIN_DEVIATION
from newsfolio.formatting import A_YEAR_FROM

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
    """How long an annual Sharpe ratio of `edge` takes to be proven, by an estimate equal to it.

    At one look: the minimum track record, one-sided at CONFIDENCE. At all looks: as the rule has
    it. n: sessions in `years`; 252 a year where there are none. Unknown moments count as normal.
    """
    a_year = n / years if n > 0 and years > 0 else float(USUAL_YEAR)
    skew, kurtosis = _or_normal(skew, 0.0), _or_normal(kurtosis, 3.0)
    needed = min_track_record(edge / sqrt(a_year), skew, kurtosis) / a_year
    always = _sessions_at_all_looks(edge / sqrt(a_year)) / a_year
    provable = _provable(n, skew, kurtosis) * sqrt(a_year)
    sentence = (
        f"{_span(years)}; proving a Sharpe edge of {edge:g} takes {_span(needed)} at one look, "
        f"{_span(always)} at all looks"
    )
    return Power(edge, needed, years, _finite(provable), sentence, _finite(always))


def _sessions_at_all_looks(sharpe: float) -> float:
    """After so many this ratio per session lies on the edge of the interval of all looks."""
    sessions = float(FIRST_LOOK)
    for _ in range(50):  # a contraction: the reach grows by the root of a logarithm
        sessions = max((at_all_looks(round(sessions)) / sharpe) ** 2, float(FIRST_LOOK))
    return sessions


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
    """Of the scored sessions; none is claimed for the long run."""
    if sample.sessions < MIN_DEVIATION:
        return Estimate(why=too_few(sample.sessions, "a deviation", MIN_DEVIATION))
    value = float(deviation_of(own)) * sample.year
    if not isfinite(value):
        return Estimate(why="no time has passed")
    if sample.sessions < MIN_SESSIONS:
        return Estimate(value, why=too_few(sample.sessions, "an interval"))
    low, high = volatility_interval(own)
    return Estimate(value, low * sample.year, high * sample.year)


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
