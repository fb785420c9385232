"""One run: strategy, source and settings in; a Result out. It knows no path and no clock."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from backtests.claims import checked, lines_of
from backtests.engines import kernel
from backtests.runner.inputs import cost_model, full_end, gated, last_bars, load_all, prepare
from backtests.runner.provenance import Provenance
from backtests.runner.references import references_of, run_reference
from backtests.runner.run import Reference, ReferenceRun, Run
from backtests.settings import Dividends, Engine, Settings
from backtests.simulation.account import account
from backtests.simulation.desk import Desk
from backtests.simulation.output import EngineOutput
from markets.costs.models import CostModel
from markets.market import Market
from markets.snapshot import Snapshot, Source
from newsfolio.errors import DataError, EngineError
from newsfolio.strategy import Fixed, Strategy


def run_strategy(
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
    found = gated(strategy, market, references, bars, settings)
    costs = cost_model(settings)
    desk = Desk(strategy, market, settings, costs)
    output = _engine(settings.engine)(desk)
    if verify:
        other = Engine.KERNEL if settings.engine is Engine.BACKTRADER else Engine.BACKTRADER
        if _engine(other)(Desk(strategy, market, settings, costs)) != output:
            raise EngineError(f"{strategy.label}: the two engines disagree; please report this")
    origin = Provenance.of(strategy, address or strategy.name, source.name, bars.id)
    run = _with_references(
        strategy, origin, settings, costs, bars, market, output, references, verify
    )
    measured = tuple(checked(thesis.article.id, one, bars) for one in claims) if thesis else ()
    return dataclasses.replace(
        run,
        explained=desk.explained(),
        claims=tuple(one.row() for one in measured),
        findings=found,
        full_end=full_end(strategy, references, bars, settings),
    )


def run_backtrader(
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
    output = native_backtrader.run(cls, market, settings, costs)
    origin = Provenance.of_plain(cls, universe, address, source.name, bars.id)
    return _with_references(None, origin, settings, costs, bars, market, output, references, False)


def _engine(engine: Engine) -> Callable[[Desk], EngineOutput]:
    if engine is Engine.KERNEL:
        return kernel.run
    from backtests.engines import event_driven

    return event_driven.run


def _with_references(
    strategy: Strategy | None, origin: Provenance, settings: Settings, costs: CostModel,
    bars: Snapshot, market: Market, output: EngineOutput,
    references: tuple[Reference, ...], verified: bool,
) -> Run:  # fmt: skip
    own = account(market, output.fills, output.events, settings.cash, settings.credit_spread)
    reference_runs: dict[str, ReferenceRun] = {}
    left_out = []
    for reference in references:
        try:
            reference_runs[reference.name] = run_reference(
                reference, market, own, settings, costs, bars
            )
        except DataError as error:
            if reference.required:
                raise
            left_out.append(f"{reference.name} left out: {error}")
    return Run(
        strategy, origin, settings, costs, bars, market, output, own, reference_runs,
        tuple(left_out), verified,
    )  # fmt: skip
