"""The benchmark and the controls, simulated on the sessions of the strategy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from backtests.engines import kernel
from backtests.engines.trees.desks import desk_of
from backtests.runner.inputs import ReferenceInputs, fx_source, market_of
from backtests.runner.run import BENCHMARK, ReferenceRun
from backtests.settings import Settings
from backtests.simulation.account import Account, account
from markets.bars import Bars
from markets.build import valued_at
from markets.costs.models import CostModel
from markets.market import Market
from markets.reference.calendars import sessions_of
from markets.reference.currencies import value_rates
from markets.reference.series import fresh
from markets.universe import assets_to_load
from newsfolio.assets import Asset
from newsfolio.errors import MissingData


def run_reference(
    needs: ReferenceInputs,
    market: Market,
    own: Account,
    settings: Settings,
    costs: CostModel,
    bars: Mapping[str, Bars],
) -> ReferenceRun:
    """A reference on the strategy's sessions, from the same day with the same money."""
    reference, strategy = needs.reference, needs.reference.strategy
    if strategy is None or needs.want is None or _cannot_trade(needs, bars):
        level = _level(needs, bars, own, settings)
        return ReferenceRun(reference, f"{reference.label} (level)", level)
    window = _window(settings, market)
    try:
        other = market_beside(needs, market, bars, settings)
    except MissingData:
        _require_begun(needs, market, bars)
        raise
    output = kernel.run(desk_of(strategy, other, window, costs))
    valued = valued_at(other, fx_source(settings, bars), own.market.calendar.clock.closes)
    theirs = account(valued, output.fills, output.events, settings.cash, settings.credit_spread)
    curve = theirs.curve.reindex(own.sessions, method="ffill").fillna(settings.cash)
    return ReferenceRun(reference, reference.label, curve, valued, output, theirs)


def market_beside(
    needs: ReferenceInputs, market: Market, bars: Mapping[str, Bars], settings: Settings
) -> Market:
    """The market of a reference, on the sessions of the strategy's."""
    window = _window(settings, market)
    if needs.want is None:
        raise MissingData(f"{needs.reference.label} is a level")
    want = replace(needs.want, start=window.start, end=window.end, clock=market.sessions)
    return market_of(want, bars, window)


def _window(settings: Settings, market: Market) -> Settings:
    return replace(settings, start=market.day(market.first), end=market.day(-1))


def _require_begun(needs: ReferenceInputs, market: Market, bars: Mapping[str, Bars]) -> None:
    """MissingData where every line of a reference begins after the run, stand-ins too."""
    loaded = assets_to_load(needs.want) if needs.want else {}
    held = {asset.ticker for asset in needs.lines} | {
        other for asset in needs.lines for other in asset.stand_in
    }
    there = [line for line in loaded if line in bars and line in held]
    if not there:
        return
    ticker = min(there, key=lambda line: (bars[line].first, line))
    start, first = np.datetime64(market.day(market.first)), np.datetime64(bars[ticker].first)
    sessions = sessions_of(loaded[ticker].venue)
    if ((sessions >= start) & (sessions < first)).any():
        raise MissingData(_late(needs, ticker, bars))


def _late(needs: ReferenceInputs, ticker: str, bars: Mapping[str, Bars]) -> str:
    """What to do about a reference that begins after the run."""
    name = needs.reference.name
    role = "the benchmark" if name == BENCHMARK else f"the first line of the control {name!r}"
    return f"{ticker}, {role}, begins on {bars[ticker].first}: start then, or take another"


def _cannot_trade(needs: ReferenceInputs, bars: Mapping[str, Bars]) -> bool:
    line = bars.get(needs.reference.ticker)
    return line is not None and not line.has_opens


def _refuse_old(asset: Asset, close: pd.Series, asked: pd.DatetimeIndex) -> None:
    """MissingData where the last close of a level is too old to be compared with."""
    days, sessions = (index.to_numpy().astype("datetime64[D]") for index in (close.index, asked))
    places = np.searchsorted(days, sessions, side="right") - 1
    old = ~fresh(asset, days, places, sessions)
    if old.any():
        raise MissingData(
            f"the benchmark {asset.ticker} has no close between {days[places[old][0]]} and "
            f"{sessions[old][0]}; end the run on {days[places[old][0]]}, or fetch it again"
        )


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
        raise MissingData(_late(needs, ticker, bars))
    _refuse_old(asset, close, own.sessions)
    if asset.currency != settings.currency:
        days = own.sessions.to_numpy().astype("datetime64[D]")
        fx = fx_source(settings, bars)
        closes = max(own.market.calendar.clock.closes, asset.venue.closes)
        fixings = fx.fixings(asset.currency, settings.currency)
        level = level * value_rates(fx, fixings, days, closes)
    return (level / level.iloc[0] * settings.cash).rename(BENCHMARK)
