"""The benchmark and the controls, simulated on the sessions of the strategy."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import pandas as pd

from backtests.engines import kernel
from backtests.runner.inputs import fx_source, prepare
from backtests.runner.run import Reference, ReferenceRun
from backtests.settings import Settings
from backtests.simulation.account import Account, account
from backtests.simulation.desk import Desk
from markets.bars import Bars
from markets.costs.models import CostModel
from markets.market import Market
from newsfolio.errors import MissingData
from newsfolio.listings import asset_of
from newsfolio.strategy import Fixed, Strategy


def references_of(strategy: Strategy, settings: Settings) -> tuple[Reference, ...]:
    """The benchmark asked for, or the strategy's own, and its controls."""
    chosen = settings.benchmark or strategy.benchmark
    found: list[Reference] = []
    if isinstance(chosen, str):
        held = asset_of(chosen).tradable
        buys = Fixed(mix=((1.0, chosen),)) if held else None
        asked = settings.benchmark is not None
        found.append(Reference("benchmark", chosen, buys, chosen, required=asked))
    elif chosen is not None:
        found.append(Reference("benchmark", chosen.label, chosen))
    controls = strategy.controls().items()
    return (*found, *(Reference(name, other.label, other) for name, other in controls))


def run_reference(
    reference: Reference, market: Market, own: Account, settings: Settings, costs: CostModel,
    bars: Mapping[str, Bars],
) -> ReferenceRun:  # fmt: skip
    """A reference on the strategy's sessions, from the same day with the same money."""
    if reference.strategy is None or _cannot_trade(reference, bars):
        level = _level(reference.ticker, bars, own, settings)
        return ReferenceRun(reference, f"{reference.label} (level)", level)
    window = dataclasses.replace(
        settings, start=market.day(market.first), end=market.day(len(market.sessions) - 1)
    )
    other = prepare(reference.strategy, bars, window)
    output = kernel.run(Desk(reference.strategy, other, window, costs))
    theirs = account(other, output.fills, output.events, settings.cash, settings.credit_spread)
    curve = theirs.equity.reindex(own.sessions, method="ffill").fillna(settings.cash)
    return ReferenceRun(reference, reference.label, curve, other, output, theirs)


def _cannot_trade(reference: Reference, bars: Mapping[str, Bars]) -> bool:
    line = bars.get(reference.ticker)
    return line is not None and not line.has_opens


def _level(ticker: str, bars: Mapping[str, Bars], own: Account, settings: Settings) -> pd.Series:
    """An index in base currency as of each session, scaled to the initial capital."""
    if ticker not in bars:
        raise MissingData(f"no data for the benchmark {ticker} in this source")
    close = bars[ticker].frame["close"]
    level = close.reindex(own.sessions, method="ffill")
    if np.isnan(level.iloc[0]):
        raise MissingData(f"the benchmark {ticker} has no bar before {own.sessions[0]:%Y-%m-%d}")
    currency = asset_of(ticker).currency
    if currency != settings.currency:
        days = own.sessions.to_numpy().astype("datetime64[D]")
        fixings = fx_source(settings, bars).fixings(currency, settings.currency)
        level = level * fixings.before(days)
    return (level / level.iloc[0] * settings.cash).rename("benchmark")
