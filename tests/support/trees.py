"""Trees of strategies on small markets, and their legs' markets beside them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
from tests.support.random_markets import SCHEDULES, Case, prescribed, random_case

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


def random_tree(seed: int, deep: bool = False) -> tuple[Case, Strategy, Market]:
    """A parent of random tables and schedules over three random legs, one of them deep."""
    case = random_case(seed)
    rng = np.random.default_rng([seed, 77])
    market = case.market()
    legs = tuple(_random_leg(case, rng) for _ in range(3))
    if deep:
        inner = _random_parent(case, rng, legs[:2])
        market = dataclasses.replace(
            market, legs=(dataclasses.replace(market, legs=(market, market)), market)
        )
        return case, _random_parent(case, rng, (inner, legs[2])), market
    market = dataclasses.replace(market, legs=(market,) * 3)
    return case, _random_parent(case, rng, legs), market


def _random_leg(case: Case, rng: np.random.Generator) -> Strategy:
    """The case's tables, moved in time, on another schedule."""
    days = list(case.table)
    moved = int(rng.integers(len(days)))
    answers = [case.table[day] for day in (*days[moved:], *days[:moved])]
    schedule = SCHEDULES[int(rng.integers(len(SCHEDULES)))]
    table = dict(zip(days, answers, strict=True))
    return prescribed(case.sleeves, schedule, table, case.max_gross)


def _random_parent(case: Case, rng: np.random.Generator, legs: tuple[Strategy, ...]) -> Strategy:
    schedule = SCHEDULES[int(rng.integers(len(SCHEDULES)))]
    lines = list(case.market().universe)
    table = {day: _shares(rng, legs, lines) for day in case.table}
    return prescribed((*case.sleeves, *legs), schedule, table, 3 * case.max_gross)


def _shares(
    rng: np.random.Generator, legs: tuple[Strategy, ...], lines: list[str]
) -> dict[Any, float] | None:
    if rng.random() < 0.1:
        return None
    raw: dict[Any, float] = {leg: float(rng.random()) for leg in legs if rng.random() < 0.8}
    if rng.random() < 0.3:
        raw[str(rng.choice(lines))] = float(rng.random()) * 0.3
    whole = sum(raw.values()) / float(rng.choice([1.0, 0.9]))
    return {part: share / whole for part, share in raw.items()} if raw else {}
