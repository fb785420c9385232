"""A run in named periods, and in rising and falling, quiet and moving markets: a description."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import expm1, sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.evaluation.descriptions.periods import NamedPeriod
from backtests.evaluation.descriptions.schema import Regime, Regimes
from backtests.runner.run import BENCHMARK, ReferenceRun, Run
from backtests.simulation.metrics import FLAT, cash_returns, sessions_a_year
from newsfolio.portfolios import blend
from newsfolio.strategy import Fixed
from newsfolio.trees import legs_of

YEAR = 252
"""Sessions of the trailing year."""

MONTH = 21
"""Sessions whose deviation is held against the year's."""

Mask = NDArray[np.bool_]


def regimes(
    run: Run, against: ReferenceRun | None, divide: str, periods: Sequence[NamedPeriod]
) -> Regimes:
    """The whole run, context included, cut by periods and by states of its benchmark.

    against: what the verdict is about; None: cash. divide: the session after which it scores.
    """
    parts = _Parts.of(run, against, divide)
    reference = run.references.get(BENCHMARK)
    level = None if reference is None else benchmark_level(run, reference)
    states = {} if level is None else states_of(level, parts.days)
    return Regimes(
        against=against.reference.name if against else "cash",
        benchmark="" if reference is None else reference.reference.label,
        periods=tuple(parts.period(period) for period in periods),
        states=tuple(parts.state(name, mask) for name, mask in states.items()),
        why="" if states else "no benchmark, whose trailing year could tell",
    )


@dataclass(frozen=True, eq=False)
class _Parts:
    """Log growth by session of the run, own and other's; NaN once an account was lost."""

    days: pd.DatetimeIndex
    own: pd.Series
    other: pd.Series
    divide: pd.Timestamp
    a_year: float

    @classmethod
    def of(cls, run: Run, against: ReferenceRun | None, divide: str) -> _Parts:
        equity = run.account.curve
        other = (
            np.log1p(cash_returns(run.rates["cash"]))
            if against is None
            else _log_growth(against.curve)
        )
        days = pd.DatetimeIndex(equity.index[1:])
        year = sessions_a_year(equity.index)
        return cls(days, _log_growth(equity), other, pd.Timestamp(divide), year)

    def period(self, period: NamedPeriod) -> Regime:
        first, last = pd.Timestamp(period.first), pd.Timestamp(period.last)
        inside = (self.days >= first) & (self.days <= last)
        row = self._regime(period.name, inside, a_year=False)
        why = row.why or "; ".join(self._cut(first, last))
        days = f"{period.first}", f"{period.last}"
        return replace(row, why=why, first=days[0], last=days[1], source=period.source)

    def state(self, name: str, inside: Mask) -> Regime:
        return self._regime(name, inside, a_year=True)

    def _cut(self, first: pd.Timestamp, last: pd.Timestamp) -> Iterator[str]:
        """What of a period the run does not see; a weekend beyond its ends is nothing."""
        if (self.days[0] - first).days > 4:
            yield f"the run begins on {self.days[0]:%Y-%m-%d}"
        if (last - self.days[-1]).days > 4:
            yield f"the run ends on {self.days[-1]:%Y-%m-%d}"

    def _regime(self, name: str, inside: Mask, *, a_year: bool) -> Regime:
        own, other = self.own[inside], self.other[inside]
        count = len(own)
        scored = int((self.days[inside] > self.divide).sum())
        unknown = Regime(name, "", "", "", count, scored, None, None, None, None)
        if not count or own.isna().any() or other.isna().any():
            why = "an account was lost" if count else "outside the run"
            return replace(unknown, why=why)
        times = self.a_year / count if a_year else 1.0
        ahead = float((own - other).sum())
        # by numpy: that of pandas ends otherwise where Bottleneck is installed
        spread = float((self.own - self.other).to_numpy().std(ddof=1)) * sqrt(count)
        return Regime(
            name, "", "", "", count, scored,
            own=expm1(float(own.sum()) * times),
            other=expm1(float(other.sum()) * times),
            difference=expm1(ahead * times),
            deviations=ahead / spread if spread > FLAT else None,
        )  # fmt: skip


def states_of(level: pd.Series, days: pd.DatetimeIndex) -> dict[str, Mask]:
    """Which sessions lie in which state, told by the closes before each of them.

    Rising: the close before is above the one a year of sessions earlier. High volatility: the
    deviation of the last month is above the median of such deviations over the last year. Sessions
    of which the closes so far tell nothing stand apart.
    """
    returns = pd.Series(np.log(level)).diff()
    monthly = returns.rolling(MONTH).std(ddof=1)
    trend = (level / level.shift(YEAR) - 1).shift().reindex(days, method="ffill")
    gap = monthly - monthly.rolling(YEAR).median()
    moving = gap.shift().reindex(days, method="ffill")
    named = {
        "Rising market": trend > 0,
        "Falling market": trend <= 0,
        "Trend not known yet": trend.isna(),
        "High volatility": moving > 0,
        "Low volatility": moving <= 0,
        "Volatility not known yet": moving.isna(),
    }
    masks = {name: mask.to_numpy(dtype=bool) for name, mask in named.items()}
    return {name: mask for name, mask in masks.items() if mask.any() or "not known" not in name}


def benchmark_level(run: Run, reference: ReferenceRun) -> pd.Series | None:
    """A level of the benchmark on the sessions before the run too; None where there is none.

    Of constant weights their daily mix; of an index its closes; else its curve from the start on.
    """
    strategy, market = reference.reference.strategy, reference.market
    if market is None:
        bars = run.bars.get(reference.reference.ticker)
        if bars is None:
            return reference.curve
        index = pd.DatetimeIndex(run.market.sessions.astype("datetime64[ms]"))
        return bars.frame["close"].reindex(index, method="ffill")
    if not isinstance(strategy, Fixed) or legs_of(strategy):
        return reference.curve
    index = pd.DatetimeIndex(market.sessions.astype("datetime64[ms]"))
    levels = pd.DataFrame(market.level, index=index, columns=list(market.tickers))
    weights = _weights_of(strategy, levels)
    returns = levels.pct_change(fill_method=None)
    priced = returns.notna() * weights
    mixed = (returns.fillna(0.0) * weights).sum(axis=1) / priced.sum(axis=1).replace(0.0, np.nan)
    begun = mixed.first_valid_index()
    return None if begun is None else (1 + mixed[begun:].fillna(0.0)).cumprod()


def _weights_of(strategy: Fixed, levels: pd.DataFrame) -> pd.Series:
    """The constant weights, of the lines that there are."""
    weights = blend(*strategy.mix)
    return pd.Series(weights, dtype="float64").reindex(levels.columns, fill_value=0.0)


def _log_growth(equity: pd.Series) -> pd.Series:
    """Log growth a session, from the second on; NaN where nothing was left to grow."""
    worth = equity.where(equity > 0).astype("float64")
    return pd.Series(np.log(worth)).diff().iloc[1:]
