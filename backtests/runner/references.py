"""The benchmark and the controls, simulated on the sessions of the strategy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from backtests.engines import kernel
from backtests.runner.inputs import ReferenceInputs, cost_model, fx_source, market_of
from backtests.runner.run import BENCHMARK, ReferenceRun
from backtests.settings import Settings
from backtests.simulation.account import Account, account
from backtests.simulation.desk import Desk
from markets.bars import Bars
from markets.build import valued_at
from markets.market import Market
from markets.reference.currencies import value_rates
from newsfolio.errors import MissingData


def run_reference(
    needs: ReferenceInputs,
    market: Market,
    own: Account,
    settings: Settings,
    bars: Mapping[str, Bars],
) -> ReferenceRun:
    """A reference on the strategy's sessions, from the same day with the same money."""
    reference, strategy = needs.reference, needs.reference.strategy
    if strategy is None or needs.want is None or _cannot_trade(needs, bars):
        level = _level(needs, bars, own, settings)
        return ReferenceRun(reference, f"{reference.label} (level)", level)
    window = replace(settings, start=market.day(market.first), end=market.day(-1))
    other = market_of(replace(needs.want, start=window.start, end=window.end), bars, window)
    output = kernel.run(Desk(strategy, other, window, cost_model(settings)))
    valued = valued_at(other, fx_source(settings, bars), own.market.calendar.clock.closes)
    theirs = account(valued, output.fills, output.events, settings.cash, settings.credit_spread)
    curve = theirs.equity.reindex(own.sessions, method="ffill").fillna(settings.cash)
    return ReferenceRun(reference, reference.label, curve, valued, output, theirs)


def _cannot_trade(needs: ReferenceInputs, bars: Mapping[str, Bars]) -> bool:
    line = bars.get(needs.reference.ticker)
    return line is not None and not line.has_opens


def _level(
    needs: ReferenceInputs, bars: Mapping[str, Bars], own: Account, settings: Settings
) -> pd.Series:
    """An index in base currency as of each session, scaled to the initial capital."""
    ticker, (asset,) = needs.reference.ticker, needs.lines
    if ticker not in bars:
        raise MissingData(f"no data for the benchmark {ticker} in this source")
    close = bars[ticker].frame["close"]
    level = close.reindex(own.sessions, method="ffill")
    if np.isnan(level.iloc[0]):
        raise MissingData(f"the benchmark {ticker} has no bar before {own.sessions[0]:%Y-%m-%d}")
    if asset.currency != settings.currency:
        days = own.sessions.to_numpy().astype("datetime64[D]")
        fx = fx_source(settings, bars)
        closes = max(own.market.calendar.clock.closes, asset.venue.closes)
        fixings = fx.fixings(asset.currency, settings.currency)
        level = level * value_rates(fx, fixings, days, closes)
    return (level / level.iloc[0] * settings.cash).rename(BENCHMARK)
