"""All that a run needs of a source."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import date

from backtests.runner.run import Reference
from backtests.settings import Costs, Dividends, Fx, Settings
from markets.bars import Bars
from markets.build import build_market, natural_end
from markets.costs.models import CostModel, NoCosts, VenueCosts
from markets.market import Market
from markets.quality.checks import Finding
from markets.quality.gate import gate, levels
from markets.reference.currencies import QUOTED, EcbRates, FxSource, SourceRates, known_currencies
from markets.snapshot import Snapshot, Source, with_own_rows
from markets.universe import Want, assets_to_load, universe_assets
from newsfolio.assets import Asset, sleeves_of
from newsfolio.errors import UnknownName
from newsfolio.facts import Facts
from newsfolio.listings import asset_of
from newsfolio.strategy import Strategy

PROXIES: Mapping[str, str] = {"US": "SPY", "China": "MCHI", "AI": "SMH"}
"""Funds that stand for what a thesis may be a mere bet on; alpha is measured against them."""


def full_end(
    strategy: Strategy, references: tuple[Reference, ...], bars: Mapping[str, Bars],
    settings: Settings,
) -> date | None:  # fmt: skip
    if settings.end is None:
        return None
    want = _want(strategy, dataclasses.replace(settings, end=None), last_bars(references, bars))
    return natural_end(bars, want)


def gated(
    strategy: Strategy, market: Market, references: tuple[Reference, ...],
    bars: Mapping[str, Bars], settings: Settings,
) -> tuple[Finding, ...]:  # fmt: skip
    """What the gate says of every line that the run, its benchmark or a control rests on."""
    traded = {asset.ticker for asset in market.assets}
    for reference in references:
        if reference.strategy is not None:
            traded |= universe_assets(sleeves_of(reference.strategy.universe)).keys()
    named = {reference.ticker for reference in references if reference.ticker}
    rates = {f"{asset.currency}=X" for asset in market.assets} if settings.fx is Fx.SOURCE else ()
    shown = {ticker: bars[ticker] for ticker in named if ticker in bars}
    return (
        *gate(market, bars, {*traded, *named, *strategy.signals, *rates}),
        *(() if market.simulated else levels(shown, traded - named)),
    )


def prepare(
    strategy: Strategy,
    bars: Mapping[str, Bars],
    settings: Settings,
    ends_with: Mapping[str, date] | None = None,
) -> Market:
    """The market that a strategy runs on, from bars that are at hand."""
    if settings.currency not in known_currencies():
        raise UnknownName("currency", settings.currency, known_currencies(), QUOTED)
    market = build_market(bars, _want(strategy, settings, ends_with), fx_source(settings, bars))
    return market.reinvested() if settings.dividends is Dividends.REINVEST else market


def cost_model(settings: Settings) -> CostModel:
    return VenueCosts() if settings.costs is Costs.VENUE else NoCosts()


def load_bars(strategy: Strategy, source: Source, settings: Settings) -> Snapshot:
    """Everything that a strategy needs of a source, without its references."""
    return load_all(strategy, (), source, settings)


def _want(
    strategy: Strategy, settings: Settings, ends_with: Mapping[str, date] | None = None
) -> Want:
    return Want(
        sleeves=sleeves_of(strategy.universe),
        base=settings.currency,
        signals=strategy.signals,
        facts=strategy.facts,
        published=strategy.thesis.article.published if strategy.thesis else None,
        start=settings.start,
        end=settings.end,
        ends_with=ends_with,
    )


def load_all(
    strategy: Strategy, references: tuple[Reference, ...], source: Source, settings: Settings,
    more: tuple[str, ...] = (),
) -> Snapshot:  # fmt: skip
    """One call to the source for everything, so that a run sees one state of it."""
    needed = assets_to_load(_want(strategy, settings))
    for reference in references:
        if reference.strategy is not None:
            needed |= assets_to_load(_want(reference.strategy, settings)) | needed
        if reference.ticker:
            needed.setdefault(reference.ticker, asset_of(reference.ticker))
    studied = (line for study in strategy.studies for line in (*study.lines.lines, study.market))
    for asset in map(asset_of, (*PROXIES.values(), *more, *strategy.pool, *studied)):
        needed.setdefault(asset.ticker, asset)
    if settings.fx is Fx.SOURCE:
        currencies = {asset.currency for asset in needed.values()} | {settings.currency}
        for currency in currencies - {"USD"}:
            needed[f"{currency}=X"] = asset_of(f"{currency}=X")
    tables = {facts.name: facts for facts in _facts(strategy, references)}.values()
    return with_own_rows(source.load(list(needed.values()), tables), tables)


def _facts(strategy: Strategy, references: tuple[Reference, ...]) -> Iterator[Facts]:
    """What the strategy reads, its event studies, and what the others do."""
    for reference in references:
        if reference.strategy is not None:
            yield from reference.strategy.facts
    yield from (study.facts for study in strategy.studies if study.facts is not None)
    yield from strategy.facts


def fx_source(settings: Settings, bars: Mapping[str, Bars]) -> FxSource:
    return EcbRates() if settings.fx is Fx.ECB else SourceRates(bars)


def last_bars(references: tuple[Reference, ...], bars: Mapping[str, Bars]) -> dict[str, date]:
    """The last bars of the benchmark's lines, which end a run that names no end."""
    lines: list[Asset] = []
    for reference in references:
        if reference.name == "benchmark":
            if reference.strategy is not None:
                lines += universe_assets(sleeves_of(reference.strategy.universe)).values()
            lines += [asset_of(reference.ticker)] if reference.ticker else []
    return {
        asset.ticker: bars[asset.ticker].last
        for asset in lines
        if asset.ticker in bars and asset.delisted is None
    }
