"""One run: strategy, source and settings in; a Run out. It knows no path and no clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from backtests.engines import kernel
from backtests.plain_strategy import PlainStrategy
from backtests.runner.claims import check_claim
from backtests.runner.inputs import Inputs, cost_model, inputs_of
from backtests.runner.provenance import Provenance
from backtests.runner.references import run_reference
from backtests.runner.run import ReferenceRun, Run
from backtests.settings import Engine, Settings
from backtests.simulation.account import Account, account
from backtests.simulation.desk import Desk
from backtests.simulation.output import EngineOutput
from markets.market import Market
from markets.snapshot import Snapshot, Source
from newsfolio.errors import DataError, EngineError, MissingData
from newsfolio.strategy import Strategy
from reports.contract.manifest import ClaimJson

if TYPE_CHECKING:
    from backtests.engines.native_backtrader import Played


def run_strategy(
    strategy: Strategy, source: Source, settings: Settings, address: str = "", verify: bool = False
) -> Run:
    """Run a strategy, its benchmark and its controls.

    verify: run both engines; EngineError unless their fills are equal.
    """
    inputs = inputs_of(strategy, settings)
    bars = inputs.load(source)
    market = inputs.market(bars)
    findings = inputs.gate(market, bars)
    desk = _desk(inputs, market)
    output = _engine(settings.engine)(desk)
    if verify:
        _verify(inputs, market, output)
    origin = Provenance.of(strategy, address or strategy.name, source.name, bars.id)
    run = _measured(inputs, origin, bars, market, output)
    return replace(
        run,
        verified=verify,
        explained=desk.explained(),
        claims=_claims(inputs, bars),
        findings=findings,
        full_end=inputs.natural_end(bars),
    )


def run_backtrader(
    strategy: PlainStrategy, source: Source, settings: Settings, address: str = ""
) -> Run:
    """Run a plain backtrader strategy: same gate, same costs, same pages."""
    inputs = inputs_of(strategy, settings)
    bars = inputs.load(source)
    market = inputs.market(bars)
    findings = inputs.gate(market, bars)
    output = play_plain(strategy, market, inputs.settings).output
    origin = Provenance.of(strategy, address or strategy.name, source.name, bars.id)
    run = _measured(inputs, origin, bars, market, output)
    return replace(run, findings=findings, full_end=inputs.natural_end(bars))


def play_plain(
    strategy: PlainStrategy, market: Market, settings: Settings, last: int | None = None
) -> Played:
    """backtrader's own turn on a market; MissingData where a line of it has no bars."""
    from backtests.engines import native_backtrader

    if market.missing:
        raise MissingData(
            f"no data for {', '.join(market.missing)} in this source; a plain backtrader strategy "
            "gets one feed a line, in their order, so leave it out of --universe or add it"
        )
    return native_backtrader.run(
        strategy.plain, market, settings, cost_model(settings, market.fx), strategy.params, last
    )


def _desk(inputs: Inputs, market: Market) -> Desk:
    costs = cost_model(inputs.settings, market.fx)
    return Desk(inputs.strategy, market, inputs.settings, costs)


def _engine(engine: Engine) -> Callable[[Desk], EngineOutput]:
    if engine is Engine.KERNEL:
        return kernel.run
    from backtests.engines import event_driven

    return event_driven.run


def _verify(inputs: Inputs, market: Market, output: EngineOutput) -> None:
    """EngineError unless the engine that was not asked for puts out the same."""
    chosen = inputs.settings.engine
    other = Engine.KERNEL if chosen is Engine.BACKTRADER else Engine.BACKTRADER
    if _engine(other)(_desk(inputs, market)) != output:
        raise EngineError(f"{inputs.strategy.label}: the two engines disagree; please report this")


def _measured(
    inputs: Inputs, origin: Provenance, bars: Snapshot, market: Market, output: EngineOutput
) -> Run:
    """The account of a run, and beside it the benchmark and the controls."""
    settings = inputs.settings
    own = account(market, output.fills, output.events, settings.cash, settings.credit_spread)
    references, left_out = _references(inputs, bars, market, own)
    return Run(
        strategy=None if origin.plain else inputs.strategy,
        origin=origin,
        settings=settings,
        costs=cost_model(settings, market.fx),
        bars=bars,
        market=market,
        output=output,
        account=own,
        references=references,
        left_out=left_out,
    )


def _references(
    inputs: Inputs, bars: Snapshot, market: Market, own: Account
) -> tuple[dict[str, ReferenceRun], tuple[str, ...]]:
    """The references by name, and why others are missing."""
    settings, costs = inputs.settings, cost_model(inputs.settings, market.fx)
    runs: dict[str, ReferenceRun] = {}
    left_out = []
    for needs in inputs.references:
        reference = needs.reference
        try:
            runs[reference.name] = run_reference(needs, market, own, settings, costs, bars)
        except DataError as error:
            if reference.required:
                raise
            left_out.append(f"{reference.name} left out: {error}")
    return runs, tuple(left_out)


def _claims(inputs: Inputs, bars: Snapshot) -> tuple[ClaimJson, ...]:
    """The claims that the thesis rests on, measured on what the run read."""
    thesis = inputs.strategy.thesis
    if thesis is None:
        return ()
    declared = inputs.want.declared
    checked = (check_claim(thesis.article.id, claim, bars, declared) for claim in inputs.claims)
    return tuple(claim.row() for claim in checked)
