"""One run: strategy, source and settings in; a Result out. It knows no path and no clock."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd

from backtests.claims import checked, lines_of
from backtests.engines import kernel
from backtests.records.manifest import Provenance, manifest
from backtests.records.result import Result
from backtests.settings import Costs, Dividends, Engine, Fx, Settings
from backtests.simulation.account import Account, account
from backtests.simulation.desk import Desk, Explained, Played
from backtests.simulation.fills import Fill
from backtests.simulation.metrics import figures
from markets.bars import Bars, Source
from markets.build import build_market, natural_end
from markets.costs.models import CostModel, NoCosts, VenueCosts
from markets.facts import Snapshot, facts_of
from markets.market import Market
from markets.quality.checks import Finding
from markets.quality.gate import gate, levels
from markets.reference.currencies import QUOTED, EcbRates, FxSource, SourceRates, known_currencies
from markets.universe import Want, assets_to_load, universe_assets
from newsfolio.assets import Asset, sleeves_of
from newsfolio.errors import DataError, EngineError, MissingData, UnknownName
from newsfolio.facts import Facts
from newsfolio.listings import asset_of
from newsfolio.strategy import Fixed, Strategy

PROXIES: Mapping[str, str] = {"US": "SPY", "China": "MCHI", "AI": "SMH"}
"""Funds that stand for what a thesis may be a mere bet on; alpha is measured against them."""


@dataclass(frozen=True)
class Reference:
    """Something the strategy is measured against: another strategy, or a level nobody can buy."""

    name: str
    label: str
    strategy: Strategy | None
    ticker: str = ""
    required: bool = False


@dataclass(frozen=True, eq=False)
class Leg:
    """A reference as it was played: its curve on the strategy's sessions, and how it came about.

    market, played and account are None for a level that nobody can buy.
    """

    reference: Reference
    label: str
    curve: pd.Series
    market: Market | None = None
    played: Played | None = None
    account: Account | None = None

    @property
    def fills(self) -> Sequence[Fill]:
        return self.played.fills if self.played else ()


@dataclass(frozen=True, eq=False)
class Run:
    """What was played, with all that an evaluation or a result can be made from.

    strategy: None for a plain backtrader class. bars: everything that the source was asked for.
    legs: the benchmark and the controls by name, in that order; left_out: why others are missing.
    full_end: where the run would have ended if nobody had named an end; None: nobody did.
    """

    strategy: Strategy | None
    origin: Provenance
    settings: Settings
    costs: CostModel
    bars: Snapshot
    market: Market
    played: Played
    account: Account
    legs: Mapping[str, Leg]
    left_out: tuple[str, ...]
    verified: bool = False
    explained: Explained | None = None
    claims: tuple[Mapping[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()
    full_end: date | None = None

    @property
    def article(self) -> str:
        """The article's id, "" without one."""
        return str(self.origin.thesis["article"]["id"]) if self.origin.thesis else ""

    @property
    def rates(self) -> pd.DataFrame:
        """`cash`: a year's interest on idle cash as known on each session."""
        rate = self.market.cash_rate[self.market.first :]
        return pd.DataFrame({"cash": rate}, index=self.account.sessions, dtype="float64")

    def result(self) -> Result:
        """The tables and the manifest, without an evaluation."""
        return _result(self)


def play_strategy(
    strategy: Strategy, source: Source, settings: Settings, address: str = "", verify: bool = False
) -> Run:
    """Run a strategy, its benchmark and its controls.

    verify: run both engines; EngineError unless their fills are equal.
    """
    references = references_of(strategy, settings)
    thesis = strategy.thesis
    claims = thesis.rests_on() if thesis else ()
    bars = load_all(strategy, references, source, settings, lines_of(claims))
    market = prepare(strategy, bars, settings, last_bars(references, bars))
    found = _gated(strategy, market, references, bars, settings)
    costs = cost_model(settings)
    desk = Desk(strategy, market, settings, costs)
    played = _engine(settings.engine)(desk)
    if verify:
        other = Engine.KERNEL if settings.engine is Engine.BACKTRADER else Engine.BACKTRADER
        if _engine(other)(Desk(strategy, market, settings, costs)) != played:
            raise EngineError(f"{strategy.label}: the two engines disagree; please report this")
    origin = Provenance.of(strategy, address or strategy.name, source.name, bars.id)
    run = _with_legs(strategy, origin, settings, costs, bars, market, played, references, verify)
    measured = tuple(checked(thesis.article.id, one, bars) for one in claims) if thesis else ()
    return dataclasses.replace(
        run,
        explained=desk.explained(),
        claims=tuple(one.row() for one in measured),
        findings=found,
        full_end=_full_end(strategy, references, bars, settings),
    )


def _full_end(
    strategy: Strategy, references: tuple[Reference, ...], bars: Mapping[str, Bars],
    settings: Settings,
) -> date | None:  # fmt: skip
    if settings.end is None:
        return None
    want = _want(strategy, dataclasses.replace(settings, end=None), last_bars(references, bars))
    return natural_end(bars, want)


def _gated(
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


def play_plain(
    cls: type, universe: tuple[str, ...], source: Source, settings: Settings, address: str = ""
) -> Run:
    """Run a plain backtrader strategy on the lines named; DESIGN: same costs, same pages."""
    from backtests.engines import native_backtrader

    settings = dataclasses.replace(settings, engine=Engine.BACKTRADER, dividends=Dividends.REINVEST)
    holder = Fixed(mix=tuple((1 / len(universe), ticker) for ticker in universe))
    references = references_of(holder, settings)
    bars = load_all(holder, references, source, settings)
    market = prepare(holder, bars, settings, last_bars(references, bars))
    costs = cost_model(settings)
    played = native_backtrader.play(cls, market, settings, costs)
    origin = Provenance.of_plain(cls, universe, address, source.name, bars.id)
    return _with_legs(None, origin, settings, costs, bars, market, played, references, False)


def prepare(
    strategy: Strategy,
    bars: Mapping[str, Bars],
    settings: Settings,
    ends_with: Mapping[str, date] | None = None,
) -> Market:
    """The market that a strategy runs on, from bars that are at hand."""
    if settings.currency not in known_currencies():
        raise UnknownName("currency", settings.currency, known_currencies(), QUOTED)
    market = build_market(bars, _want(strategy, settings, ends_with), _fx(settings, bars))
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
    tables = {facts.name: facts for facts in _facts(strategy, references)}
    return Snapshot(source.load(list(needed.values())), facts_of(source, tables.values()))


def _facts(strategy: Strategy, references: tuple[Reference, ...]) -> Iterator[Facts]:
    """What the strategy reads, its event studies, and what the others do."""
    for reference in references:
        if reference.strategy is not None:
            yield from reference.strategy.facts
    yield from (study.facts for study in strategy.studies if study.facts is not None)
    yield from strategy.facts


def _fx(settings: Settings, bars: Mapping[str, Bars]) -> FxSource:
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


def _engine(engine: Engine) -> Callable[[Desk], Played]:
    if engine is Engine.KERNEL:
        return kernel.play
    from backtests.engines import event_driven

    return event_driven.play


def _with_legs(
    strategy: Strategy | None, origin: Provenance, settings: Settings, costs: CostModel,
    bars: Snapshot, market: Market, played: Played,
    references: tuple[Reference, ...], verified: bool,
) -> Run:  # fmt: skip
    own = account(market, played.fills, played.events, settings.cash, settings.credit_spread)
    legs: dict[str, Leg] = {}
    left_out = []
    for reference in references:
        try:
            legs[reference.name] = play_leg(reference, market, own, settings, costs, bars)
        except DataError as error:
            if reference.required:
                raise
            left_out.append(f"{reference.name} left out: {error}")
    return Run(
        strategy, origin, settings, costs, bars, market, played, own, legs, tuple(left_out),
        verified,
    )  # fmt: skip


def _result(run: Run) -> Result:
    own, played, rates = run.account, run.played, run.rates
    metrics = {"strategy": figures(own.equity, played.fills, rates["cash"])}
    metrics |= {
        name: figures(leg.curve, leg.fills, rates["cash"]) for name, leg in run.legs.items()
    }
    curves = {name: leg.curve for name, leg in run.legs.items()}
    labels = {
        name: {"label": leg.label, "traded": leg.played is not None}
        for name, leg in run.legs.items()
    }
    return Result(
        manifest=manifest(run, metrics, labels),
        equity=own.equity,
        weights=own.weights,
        targets=_targets(run.market, played),
        fills=_table(played.fills, _FILLS),
        cash=_table(played.events, ("session", "why", "asset", "amount")),
        lapses=_table(played.lapses, ("session", "asset", "quantity", "reason")),
        references=pd.DataFrame(curves, index=own.sessions),
        rates=rates,
    )  # fmt: skip


def play_leg(
    reference: Reference, market: Market, own: Account, settings: Settings, costs: CostModel,
    bars: Mapping[str, Bars],
) -> Leg:  # fmt: skip
    """A reference on the strategy's sessions, from the same day with the same money."""
    if reference.strategy is None or _cannot_trade(reference, bars):
        level = _level(reference.ticker, bars, own, settings)
        return Leg(reference, f"{reference.label} (level)", level)
    window = dataclasses.replace(
        settings, start=market.day(market.first), end=market.day(len(market.sessions) - 1)
    )
    other = prepare(reference.strategy, bars, window)
    played = kernel.play(Desk(reference.strategy, other, window, costs))
    theirs = account(other, played.fills, played.events, settings.cash, settings.credit_spread)
    curve = theirs.equity.reindex(own.sessions, method="ffill").fillna(settings.cash)
    return Leg(reference, reference.label, curve, other, played, theirs)


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
        fixings = _fx(settings, bars).fixings(currency, settings.currency)
        level = level * fixings.before(days)
    return (level / level.iloc[0] * settings.cash).rename("benchmark")


_FILLS = ("session", "asset", "quantity", "price", "currency", "rate", "fee", "slippage")


def _table(rows: Sequence[Any], columns: tuple[str, ...]) -> pd.DataFrame:
    """Records as a frame with stable column types, also when there are none."""
    frame = pd.DataFrame(list(map(attrgetter(*columns), rows)), columns=list(columns))
    frame["session"] = pd.to_datetime(frame["session"]).astype("datetime64[ms]")
    text = {"asset", "currency", "why", "reason"}
    kinds = {name: "str" if name in text else "float64" for name in columns if name != "session"}
    return frame.astype(kinds)


def _targets(market: Market, played: Played) -> pd.DataFrame:
    index = pd.DatetimeIndex(
        market.sessions[[target.session for target in played.targets]].astype("datetime64[ms]"),
        name="session",
    )
    rows = [target.weights for target in played.targets]
    frame = pd.DataFrame(rows, index=index, columns=list(market.tickers), dtype="float64")
    return frame.fillna(0.0)
