"""The market that the sets of a sweep share, and what they are compared with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from backtests.evaluation.schema import Scored
from backtests.evaluation.statistics.samples import Values
from backtests.simulation.account import Account
from backtests.simulation.metrics import cash_returns, lost_once
from markets.market import Days, Floats, Market


@dataclass(frozen=True, eq=False)
class SharedMarket:
    """A market on which sets are simulated, with what all of them share.

    row: of the divide on the run's sessions. idle: the account of who does nothing, for controls.
    """

    market: Market
    days: pd.DatetimeIndex
    rate: pd.Series
    scored: Scored
    row: int
    idle: Account

    @cached_property
    def axis(self) -> Days:
        return self.market.sessions[self.market.first :]

    @cached_property
    def cash(self) -> Values:
        """What cash earned over each session after the first."""
        return cash_returns(self.rate).to_numpy(dtype="float64")

    @cached_property
    def start(self) -> str:
        return self.market.days[self.market.first].isoformat()

    @cached_property
    def end(self) -> str:
        return self.market.days[-1].isoformat()


@dataclass(frozen=True, eq=False)
class Comparator:
    """What a set is held against: session returns of all of the run, and of what scores."""

    name: str
    whole: Values
    scored: Values


def returns_of(equity: Floats, row: int = 0) -> Values:
    """Session returns after a row, settled; NaN where nothing was left to earn on."""
    if not equity[row] > 0:
        return np.full(len(equity) - row - 1, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        returns = lost_once(equity[row + 1 :] / equity[row:-1] - 1)
    return np.asarray(returns, dtype="float64")


def comparator_of(name: str, curve: Floats, row: int) -> Comparator:
    return Comparator(name, returns_of(curve), returns_of(curve, row))
