"""All that a run needs of a source, worked out once, and the market made of what it gave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from backtests.engines.trees.one_meaning import require_one_meaning
from backtests.plain_strategy import PlainStrategy, author_of
from backtests.runner.claims import lines_of
from backtests.runner.flow_notes import flow_currencies, linked_tables
from backtests.runner.proxies import factor_table_of, proxies_to_load
from backtests.runner.run import BENCHMARK, Reference
from backtests.settings import (
    CostTable,
    Dividends,
    Engine,
    Funding,
    Fx,
    Settings,
    with_limits,
)
from markets.bars import Bars
from markets.build import build_market, natural_end
from markets.costs.models import CostModel, NoCosts, VenueCosts
from markets.market import Days, Market
from markets.quality.findings import Finding
from markets.quality.gate import gate, levels
from markets.quality.pairs import serving_pairs
from markets.reference.currencies import EcbRates, FxSource, SourceRates, require_known
from markets.reference.fixings_file import pair_of
from markets.snapshot import Snapshot, Source, with_ended_members, with_own_rows
from markets.store.rates.lines import with_pairs, with_rates
from markets.universe import Want, assets_to_load
from newsfolio.assets import Asset, sleeves_of
from newsfolio.claims import Claim
from newsfolio.costs import Costs
from newsfolio.declaration import controls_of
from newsfolio.declared import declared_by, meant, naming_its_place, with_declared
from newsfolio.errors import CommandError, MissingData
from newsfolio.facts import Facts
from newsfolio.limits import Limits
from newsfolio.listings import asset_of
from newsfolio.strategy import Fixed, Strategy
from newsfolio.trees import all_legs, facts_of, legs_of, published_of


@dataclass(frozen=True, eq=False)
class ReferenceInputs:
    """A reference with its names resolved.

    want: of a market of its own; None for a level. lines: of its universe, or the level itself.
    """

    reference: Reference
    want: Want | None
    lines: tuple[Asset, ...]


@dataclass(frozen=True, eq=False)
class Inputs:
    """A strategy and settings with every name in them resolved.

    references: the benchmark and the controls. claims: of the article, those that the thesis rests
    on. want: of the strategy's own market. assets, facts: all that is read for decisions and
    studies. evidence: tables that only the claims look at. more: currencies whose rates are read
    besides those of the assets.
    """

    strategy: Strategy
    settings: Settings
    references: tuple[ReferenceInputs, ...]
    claims: tuple[Claim, ...]
    want: Want
    assets: tuple[Asset, ...]
    facts: tuple[Facts, ...]
    evidence: tuple[Facts, ...] = ()
    more: frozenset[str] = frozenset()

    def load(self, source: Source) -> Snapshot:
        """One call to the source for all lines, so that a run sees one state of it.

        Rates are read besides, where the prices go on after those that are packaged. A table that
        only claims look at is kept where it is somebody's file.
        """
        read = source.load(self.assets, (*self.facts, *self.evidence))
        made_up = [facts.name for facts in self.evidence
                   if facts.name in read.facts and read.facts[facts.name].simulated]  # fmt: skip
        kept = {name: table for name, table in read.facts.items() if name not in made_up}
        read = with_ended_members(with_own_rows(Snapshot(read.bars, kept), self.facts), self.facts)
        currencies = {
            self.settings.currency,
            *self.more,
            *(asset.currency for asset in self.assets),
        }
        if isinstance(self.settings.costs, Costs):
            currencies |= self.settings.costs.currencies
        currencies = currencies.union(*(claim.currencies for claim in self.claims))
        currencies |= flow_currencies(self.settings)
        if self.settings.fx is Fx.SOURCE:
            return with_pairs(source, read, currencies)
        return with_rates(source, read, currencies, self.settings.end)

    def with_rates(self, currencies: Iterable[str]) -> Inputs:
        """The same, with the rates of these currencies read too."""
        return replace(self, more=frozenset(currencies) - {""})

    def market(self, bars: Mapping[str, Bars], *, keep: bool = False) -> Market:
        """The strategy's market; where no end is named, it ends with the benchmark's lines too."""
        want = replace(self._bounded(bars), clock=self._clock(bars), keep=keep)
        return market_of(want, bars, self.settings)

    def _clock(self, bars: Mapping[str, Bars]) -> Days | None:
        """The sessions of what a run is measured against, for one whose own lines trade daily."""
        own = self.want.lines.values()
        if not all(asset.venue.continuous for asset in own):
            return None
        others = [asset for needs in self.references for asset in needs.lines]
        days = [
            bars[asset.ticker].days
            for asset in others
            if asset.ticker in bars and not asset.venue.continuous
        ]
        return np.unique(np.concatenate(days)) if days else None

    def gate(self, market: Market, bars: Mapping[str, Bars]) -> tuple[Finding, ...]:
        """What the gate says of every line that the run, its benchmark or a control rests on."""
        trading = [needs for needs in self.references if needs.want is not None]
        traded = {asset.ticker for asset in market.assets}
        traded |= {asset.ticker for needs in trading for asset in needs.lines}
        named = {needs.reference.ticker for needs in self.references} - {""}
        shown = {ticker: bars[ticker] for ticker in named if ticker in bars}
        signals = {self.want.asset(line).ticker for line in self.strategy.signals}
        used = {*traded, *named, *signals}
        looked_at = [asset for asset in self.assets if asset.ticker in used]
        return (
            *gate(market, bars, [*looked_at, *self._own_rates(market, bars)]),
            *(() if market.simulated else levels(shown, traded - named)),
            *(serving_pairs(market, bars) if self.settings.fx is Fx.ECB else ()),
        )

    def natural_end(self, bars: Mapping[str, Bars]) -> date | None:
        """Where the run would end if nobody had named an end; None: nobody did."""
        if self.settings.end is None:
            return None
        want = replace(self._bounded(bars), end=None)
        return natural_end(bars, want, fx_source(self.settings, bars))

    def _bounded(self, bars: Mapping[str, Bars]) -> Want:
        """The want with what bounds its default end besides its own lines."""
        quoted = {asset.currency for needs in self.references for asset in needs.lines}
        quoted |= self.more | flow_currencies(self.settings)
        return replace(self.want, ends_with=self._ends(bars), quoted=tuple(sorted(quoted)))

    def _own_rates(self, market: Market, bars: Mapping[str, Bars]) -> list[Asset]:
        """The pairs that a run by the source's own rates rests on."""
        if self.settings.fx is not Fx.SOURCE:
            return []
        currencies = {asset.currency for asset in market.assets}
        pairs = [pair_of(currency, bars) for currency in sorted(currencies)]
        return [asset_of(pair[0]) for pair in pairs if pair is not None]

    def _ends(self, bars: Mapping[str, Bars]) -> dict[str, date]:
        """The last bars of the benchmark's lines."""
        return {
            asset.ticker: bars[asset.ticker].last
            for needs in self.references
            if needs.reference.name == BENCHMARK
            for asset in needs.lines
            if asset.ticker in bars and asset.delisted is bars[asset.ticker].delisted is None
        }


def inputs_of(strategy: Strategy, settings: Settings) -> Inputs:
    """What a run of a strategy needs, with its benchmark, its controls and its claims."""
    claims = strategy.thesis.rests_on() if strategy.thesis else ()
    with naming_its_place(strategy, author_of(type(strategy))):
        return _resolved(strategy, settings, references_of(strategy, settings), tuple(claims))


def inputs_alone(strategy: Strategy, settings: Settings) -> Inputs:
    """What the decisions of a strategy need, without anything to measure them against."""
    with naming_its_place(strategy, author_of(type(strategy))):
        return _resolved(strategy, settings, (), ())


def settings_for(strategy: Strategy, settings: Settings) -> Settings:
    """The settings that a strategy is run with; CommandError for those that it cannot have."""
    if settings.costs is None:
        settings = replace(settings, costs=strategy.costs or CostTable.VENUE)
    if not settings.flows:
        own = tuple(strategy.flows) or None
        settings = replace(settings, flows=own and (own if settings.flows is None else ()))
    chosen = strategy.limits if settings.limits is None else settings.limits
    settings = with_limits(settings, chosen if strategy.limits or chosen != Limits() else None)
    if legs_of(strategy) and any(flow.into == "targets" for flow in settings.flows or ()):
        raise CommandError(
            f"{strategy.label} holds strategies, whose parent invests a flow at its next decision: "
            "drop `into targets`"
        )
    if legs_of(strategy) and settings.limits not in (None, Limits()):
        raise CommandError(
            f"{strategy.label} holds strategies: declare limits on these, not on what holds them"
        )
    if isinstance(strategy, PlainStrategy):
        for option, given in (("--flows", settings.flows), ("--limits", settings.limits)):
            if given:
                raise CommandError(
                    f"{option} does not apply to a plain backtrader strategy, which sizes its own "
                    "orders; write the rule as a newsfolio strategy"
                )
        if settings.participation is not None:
            raise CommandError(
                "--participation does not apply to a plain backtrader strategy; give its broker a "
                "filler: self.broker.set_filler(backtrader.fillers.BarPointPerc())"
            )
        return replace(settings, engine=Engine.BACKTRADER, dividends=Dividends.REINVEST)
    if settings.funding is Funding.LOAN:
        raise CommandError("--funding loan is for plain backtrader strategies; use credit or wait")
    return settings


def references_of(strategy: Strategy, settings: Settings) -> tuple[Reference, ...]:
    """The benchmark asked for, or the strategy's own, and its controls."""
    declared = declared_by(strategy, author_of(type(strategy)))
    chosen = settings.benchmark or strategy.benchmark
    benchmark: list[Reference] = []
    if isinstance(chosen, str):
        line = declared.get(chosen) or asset_of(chosen)
        holder = Fixed(mix=((1.0, declared.get(chosen, chosen)),)) if line.tradable else None
        required = settings.benchmark is not None
        benchmark.append(Reference(BENCHMARK, chosen, holder, chosen, required, line))
    elif chosen is not None:
        benchmark.append(Reference(BENCHMARK, chosen.label, with_declared(chosen, declared)))
    controls = controls_of(strategy).items()
    others = (
        Reference(name, control.label, with_declared(control, declared))
        for name, control in controls
    )
    return (*benchmark, *others)


def reference_inputs(
    reference: Reference, strategy: Strategy, settings: Settings
) -> ReferenceInputs:
    """What a reference of a strategy needs."""
    if reference.strategy is None:
        return ReferenceInputs(reference, None, (reference.line or asset_of(reference.ticker),))
    want = _want(reference.strategy, settings, linked_tables(strategy, settings))
    return ReferenceInputs(reference, want, tuple(want.lines.values()))


def load_bars(strategy: Strategy, source: Source, settings: Settings) -> Snapshot:
    """Everything that a strategy needs of a source, without its references."""
    return inputs_alone(strategy, settings).load(source)


def prepare(
    strategy: Strategy, bars: Mapping[str, Bars], settings: Settings, clock: Days | None = None, *,
    keep: bool = False,
) -> Market:  # fmt: skip
    """The market of any strategy from bars that are at hand.

    clock: the sessions of a run whose own lines all trade every day. keep: as `Want` has it.
    """
    settings = settings_for(strategy, settings)
    want = _want(strategy, settings, linked_tables(strategy, settings))
    return market_of(replace(want, clock=clock, keep=keep), bars, settings)


def market_of(want: Want, bars: Mapping[str, Bars], settings: Settings) -> Market:
    """The market that is wanted, in the prices that the settings ask for."""
    abroad = [asset for asset in want.lines.values() if asset.currency != want.base]
    if settings.fx is Fx.ECB:
        require_known(tuple(sorted(flow_currencies(settings))), bars)
    if settings.fx is Fx.ECB and abroad:
        require_known((settings.currency,), bars)
        priced = {line.currency: line.ticker for line in reversed(abroad) if line.ticker in bars}
        for currency, ticker in priced.items():
            require_known((currency,), bars, ticker)
    market = replace(build_market(bars, want, fx_source(settings, bars)), bare_cash=want.bars)
    if settings.dividends is Dividends.REINVEST:
        market = market.reinvested()
    if not want.legs:
        return market
    return replace(market, legs=tuple(_leg_market(leg, market, bars, settings)
                                      for leg in want.legs))  # fmt: skip


def _leg_market(want: Want, market: Market, bars: Mapping[str, Bars], settings: Settings) -> Market:
    """The market of a leg's own lines, over the days of its parent's run."""
    days = market.day(market.first), market.day(-1)
    window = replace(settings, start=days[0], end=days[1])
    try:
        return market_of(
            replace(want, start=days[0], end=days[1], clock=market.sessions), bars, window
        )
    except MissingData as error:
        lines = ", ".join(want.lines)
        raise MissingData(f"the leg of {lines}: {error}") from error


def cost_model(settings: Settings, fx: FxSource | None = None) -> CostModel:
    """What trading costs by the settings of a run.

    fx: what converts amounts in another currency than a line's; None for the packaged fixings,
    which come before the pairs of a source too: those of a run need not tell these currencies.
    """
    if isinstance(fx, SourceRates):
        fx = EcbRates(fx.lines)
    if settings.costs is CostTable.NONE:
        return NoCosts()
    return VenueCosts(
        settings.costs if isinstance(settings.costs, Costs) else Costs(), fx or EcbRates()
    )


def fx_source(settings: Settings, bars: Mapping[str, Bars]) -> FxSource:
    return EcbRates(bars) if settings.fx is Fx.ECB else SourceRates(bars)


def _resolved(
    strategy: Strategy,
    settings: Settings,
    references: tuple[Reference, ...],
    claims: tuple[Claim, ...],
) -> Inputs:
    settings = settings_for(strategy, settings)
    want = _want(strategy, settings, linked_tables(strategy, settings))
    require_one_meaning(strategy, want)
    others = tuple(reference_inputs(reference, strategy, settings) for reference in references)
    needed = assets_to_load(want)
    proxies = proxies_to_load(strategy, needed.values())
    for asset in _reference_assets(others):
        needed.setdefault(asset.ticker, asset)
    for line in (*proxies, *_watched(strategy, claims)):
        if line not in needed:
            asset = want.asset(line)
            needed.setdefault(asset.ticker, asset)
    if settings.fx is Fx.SOURCE:
        currencies = {asset.currency for asset in needed.values()} | {settings.currency}
        currencies |= flow_currencies(settings)
        for currency in sorted(currencies - {"USD"}):
            needed[f"{currency}=X"] = asset_of(f"{currency}=X")
    tables = {facts.name: facts for facts in (*want.facts, *_facts(strategy, others))}
    assets, facts = tuple(needed.values()), tuple(tables.values())
    evidence = {facts.name: facts for claim in claims for facts in claim.tables
                if facts.name not in tables}  # fmt: skip
    return Inputs(strategy, settings, others, claims, want, assets, facts, tuple(evidence.values()))


def _want(strategy: Strategy, settings: Settings, linked: tuple[Facts, ...]) -> Want:
    declared = declared_by(strategy, author_of(type(strategy)))
    return Want(
        sleeves=tuple(meant(sleeve, declared) for sleeve in sleeves_of(strategy.universe)),
        base=settings.currency,
        signals=strategy.signals,
        facts=tuple({facts.name: facts for facts in (*linked, *facts_of(strategy))}.values()),
        published=published_of(strategy),
        start=settings.start,
        end=settings.end,
        bars=isinstance(strategy, PlainStrategy),
        declared=declared,
        cash_rate=settings.cash_rate,
        legs=tuple(_want(leg, settings, ()) for leg in legs_of(strategy)),
    )


def _reference_assets(references: Iterable[ReferenceInputs]) -> Iterator[Asset]:
    """All that the references trade, look at or are themselves."""
    for needs in references:
        yield from assets_to_load(needs.want).values() if needs.want else ()
        yield from needs.lines


def _watched(strategy: Strategy, claims: Iterable[Claim]) -> Iterator[Asset | str]:
    """The lines that only an evaluation looks at: claims, pool and event studies."""
    studied = (line for study in strategy.studies for line in (*study.lines.lines, study.market))
    yield from (*lines_of(claims), *strategy.pool, *studied)


def _facts(strategy: Strategy, references: Iterable[ReferenceInputs]) -> Iterator[Facts]:
    """What the references read, the event studies, and last, so that it counts, the strategy."""
    for needs in references:
        yield from _wanted_facts(needs.want) if needs.want else ()
    yield from (study.facts for study in strategy.studies if study.facts is not None)
    factors = factor_table_of(strategy)
    yield from (factors,) if factors else ()
    yield from (facts for leg in all_legs(strategy) for facts in facts_of(leg))
    yield from facts_of(strategy)


def _wanted_facts(want: Want) -> Iterator[Facts]:
    yield from (facts for leg in want.legs for facts in _wanted_facts(leg))
    yield from want.facts
