"""Trees of strategies on small markets, and their legs' markets beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtests.engines.trees.desks import desk_of
from backtests.engines.trees.leg_accounts import Turn
from backtests.runner.inputs import cost_model, prepare
from backtests.settings import CostTable, Lots, Settings
from backtests.simulation.account import Account, account
from backtests.simulation.desk import Desk
from backtests.simulation.output import EngineOutput
from markets.bars import Bars
from markets.market import Market
from newsfolio import Strategy
from tests.support.markets_of import bdays, line

CASH = 1_000_000.0
FREE = Settings(costs=CostTable.NONE, lots=Lots.FRACTIONAL, cash_rate="0%", cash=CASH)


def walk(seed: int, count: int, width: int, start: str = "2020-01-02") -> dict[str, Bars]:
    """Lines A, B, ... whose open is the close before."""
    days = bdays(start, count)
    steps = np.random.default_rng(seed).normal(0.0004, 0.012, (count, width))
    closes = 50 * np.exp(np.cumsum(steps, axis=0))
    lines = {}
    for column in range(width):
        close = closes[:, column].tolist()
        name = "ABCDEFGH"[column]
        lines[name] = line(name, days, close, open=[close[0], *close[:-1]])
    return lines


@dataclass(frozen=True, eq=False)
class Played:
    """One run of a tree: its desk, which holds the accounts of its legs, and its own account."""

    desk: Desk
    output: EngineOutput
    account: Account

    @property
    def equity(self) -> pd.Series:
        return self.account.equity


def played(
    strategy: Strategy, bars: Mapping[str, Bars], settings: Settings, turn: Turn,
    market: Market | None = None,
) -> Played:  # fmt: skip
    """A strategy on an engine."""
    market = market or prepare(strategy, bars, settings)
    desk = desk_of(strategy, market, settings, cost_model(settings, market.fx), turn)
    output = turn(desk)
    own = account(market, output.fills, output.events, settings.cash, settings.credit_spread)
    return Played(desk, output, own)
