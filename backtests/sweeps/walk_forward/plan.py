"""What a walk-forward chooses by and when: set before a set is simulated, from what was asked."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from math import ceil, nan, sqrt

import numpy as np
import pandas as pd

from backtests.evaluation.statistics.overfitting import Criterion
from backtests.evaluation.statistics.samples import Values, moments
from backtests.simulation.metrics import sessions_a_year
from backtests.sweeps.data_needs import same_lines
from backtests.sweeps.grid import ParameterGrid
from backtests.sweeps.shared_market import SharedMarket
from backtests.sweeps.simulator import SweepSimulator
from backtests.sweeps.storage import ReturnStore
from backtests.sweeps.walk_forward.selection import Batch, Masks, Places
from markets.reference.calendars import is_open
from newsfolio.errors import CommandError, UnknownName
from newsfolio.formatting import A_YEAR_FROM
from newsfolio.strategy import Strategy
from reports.contract.manifest import Json

Split = tuple[Places, Places]
"""Sessions to choose on, and sessions to judge on, as places among the returns."""

CHOICES: Mapping[str, Criterion] = {
    "score": Criterion.SHARPE, "sharpe": Criterion.SHARPE, "cagr": Criterion.MEAN,
}  # fmt: skip
"""Figures that parameters can be chosen by: Sharpe ratio of the difference to the control, or to
cash, and growth."""

LONGEST = 63
"""Sessions purged at most, a quarter: a position that is held for years has no end to wait for."""

EMBARGO = 0.01
"""Share of the sessions after a test that are not trained on (Lopez de Prado 2018)."""

RUIN = -0.999999
"""What losing everything counts as, where growth is a logarithm."""


@dataclass(frozen=True)
class WalkForward:
    """Months to choose the parameters on, and months to trade with them until the next choice."""

    train: int
    test: int

    def __post_init__(self) -> None:
        if self.train < 1 or self.test < 1:
            raise CommandError(
                f"walk-forward {self.train} {self.test}: give months to choose on and months to "
                "trade, e.g. 36 12"
            )
        if find_spec("skfolio") is None:
            raise CommandError("walk-forward needs skfolio: pip install 'skfolio>=1.12'")


@dataclass(frozen=True, eq=False)
class WalkPlan:
    """The windows of a walk-forward on the returns of a sweep's sets, set before any is simulated.

    purge: sessions between training and test. other: what a set is held against, by session; empty
    where growth chooses. splits: training and test sessions of each window, as places.
    """

    asked: WalkForward
    grid: ParameterGrid
    simulator: SweepSimulator
    shared: SharedMarket
    by: str
    against: str
    purge: int
    embargo: int
    other: Values
    splits: tuple[Split, ...]

    @classmethod
    def of(
        cls, asked: WalkForward, grid: ParameterGrid, simulator: SweepSimulator, by: str
    ) -> WalkPlan:
        """A NewsfolioError where there is no window, or no way to go from set to set."""
        if by not in CHOICES:
            raise UnknownName("figure to choose by", by, CHOICES, "Choose --by one of them.")
        if len(grid) < 2:
            raise CommandError("walk-forward: give at least two sets to choose from")
        if not same_lines(grid):
            raise CommandError(
                f"walk-forward: the lines of {grid.base.name} follow from its parameters, so its "
                "sets cannot take turns on one market; sweep over the others"
            )
        shared = simulator.shared(grid.base)
        comparator = simulator.comparator(grid.base)
        other = {"score": comparator.whole, "sharpe": shared.cash}.get(by, shared.cash[:0])
        against = {"score": comparator.name, "sharpe": "cash"}.get(by, "")
        purge = held(grid.base, shared)
        splits = _splits(asked, shared, purge)
        embargo = ceil(EMBARGO * (len(shared.days) - 1))
        return cls(asked, grid, simulator, shared, by, against, purge, embargo, other, splits)

    @property
    def digest(self) -> str:
        """Names the walk among others over the same sets."""
        text = json.dumps([self.asked.train, self.asked.test, self.by, self.purge])
        return hashlib.sha256(text.encode()).hexdigest()[:10]

    @property
    def parameters(self) -> Mapping[str, Json]:
        """How the trial ledger knows it: another choice of windows is another variant."""
        axes = {axis.name: axis.as_json() for axis in self.grid.axes}
        drawn = {"draws": self.grid.draws, "seed": self.grid.seed} if self.grid.draws else {}
        asked = {**dataclasses.asdict(self.asked), "by": self.by, **drawn}
        return {"walk_forward": asked, "grid": axes}

    @property
    def sessions(self) -> int:
        """With a return: all of the run but the first."""
        return len(self.shared.days) - 1

    def day(self, row: int) -> pd.Timestamp:
        """The session whose return is at a place."""
        return self.shared.days[row + 1]

    def iso(self, row: int) -> str:
        return f"{self.day(int(row)):%Y-%m-%d}"

    def gains(self, returns: Values) -> Values:
        """What is ranked, (sessions, ...), of simple returns.

        An account that was lost loses everything at every session after: it must not count as cash.
        """
        lost = np.maximum.accumulate(returns <= -1, axis=0)
        returns = np.where(lost, -1.0, returns)
        if not len(self.other):
            return np.asarray(np.log1p(np.maximum(returns, RUIN)), dtype="float64")
        return returns - self.other.reshape(-1, *(1,) * (returns.ndim - 1))

    def figure(self, gains: Values) -> float:
        """The figure that is ranked by, a year; NaN where it is flat, or too short for growth."""
        pace = sessions_a_year(self.shared.days)
        if CHOICES[self.by] is not Criterion.MEAN:
            return moments(gains)[0] * sqrt(pace)
        return float(np.expm1(gains.mean() * pace)) if len(gains) >= A_YEAR_FROM else nan

    def total(self, gains: Values) -> float:
        """Growth in all, where sets are ranked by it; else NaN."""
        return float(np.expm1(gains.sum())) if CHOICES[self.by] is Criterion.MEAN else nan


class SetReturns:
    """The returns of all sets as they stream by, and those of a few by number."""

    def __init__(self, plan: WalkPlan, returns: ReturnStore) -> None:
        self._plan = plan
        self._returns = returns

    def batches(self) -> Iterator[Batch]:
        """Numbers and gains; a set with a gap is left out."""
        for numbers, returns in self._returns.batches():
            whole = np.isfinite(returns).all(axis=0)
            if whole.any():
                yield numbers[whole], self._plan.gains(np.ascontiguousarray(returns[:, whole]))

    def some(self, wanted: set[int]) -> dict[int, Values]:
        """Simple returns by number."""
        return {
            int(number): returns[:, place].copy()
            for numbers, returns in self._returns.batches()
            for place, number in enumerate(numbers.tolist())
            if number in wanted
        }


def held(strategy: Strategy, shared: SharedMarket) -> int:
    """The longest that a position is held between two decisions on a schedule, in sessions."""
    market = shared.market
    marks = strategy.rebalance.marks(market.calendar)[market.first :].copy()
    marks[0] |= strategy.rebalance.from_start
    gaps = np.diff(np.flatnonzero(marks))
    return min(int(gaps.max()), LONGEST) if len(gaps) else LONGEST


def masks(splits: tuple[Split, ...], sessions: int) -> tuple[Masks, Masks]:
    """Splits as masks, a row each."""
    train, test = np.zeros((2, len(splits), sessions), dtype=bool)
    for row, (before, after) in enumerate(splits):
        train[row, before], test[row, after] = True, True
    return train, test


def _splits(asked: WalkForward, shared: SharedMarket, purge: int) -> tuple[Split, ...]:
    """Windows of whole calendar months, the last one as long as there are sessions."""
    from skfolio.model_selection import WalkForward as Splitter  # type: ignore[import-untyped]

    days, lead = shared.days[1:], _lead(shared)
    index = pd.DatetimeIndex([*lead, *days]).as_unit("ns")
    frame = pd.DataFrame(0.0, index=index, columns=["returns"])
    splitter = Splitter(
        test_size=asked.test, train_size=asked.train, freq="MS", purged_size=purge,
        reduce_test=True,
    )  # fmt: skip
    try:
        splits = tuple(splitter.split(frame))
    except ValueError as error:
        raise CommandError(f"walk-forward {asked.train} {asked.test}: {error}") from None
    if not splits:
        raise CommandError(
            f"walk-forward {asked.train} {asked.test}: the run has {len(days)} sessions from "
            f"{days[0]:%Y-%m-%d}, and none is left to trade after {asked.train} months; give fewer "
            "or an earlier --start"
        )
    more = len(lead)
    return tuple((train[train >= more] - more, test - more) for train, test in splits)


def _lead(shared: SharedMarket) -> pd.DatetimeIndex:
    """The first of the month of the first return, if that month is whole and begins otherwise.

    skfolio cuts where a month begins, and drops the first one unless its first day is a row: a
    holiday and the run's first session, which has no return, cost a month each.
    """
    first = shared.days[1]
    begins = first.replace(day=1)
    before = np.arange(np.datetime64(begins.date()), np.datetime64(first.date()))
    not_first = before != np.datetime64(shared.days[0].date())
    missed = is_open(shared.market.calendar.clock.code, before) & not_first
    return pd.DatetimeIndex([begins] if len(before) and not missed.any() else [])
