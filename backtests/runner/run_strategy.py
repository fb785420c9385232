"""One run: strategy, source and settings in; a Run out. It knows no path and no clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import fsum
from typing import TYPE_CHECKING

from backtests.engines import kernel
from backtests.engines.trees.desks import tree_of
from backtests.engines.trees.goals import LegGoals
from backtests.engines.trees.leg_accounts import Turn
from backtests.engines.trees.roll_up import rolled_up
from backtests.plain_strategy import PlainStrategy
from backtests.progress import Progress, silent, through
from backtests.runner.claims import Intervals, check_claim, without_intervals
from backtests.runner.flow_notes import require_flows
from backtests.runner.inputs import Inputs, cost_model, inputs_of
from backtests.runner.provenance import Provenance
from backtests.runner.references import run_reference
from backtests.runner.run import ReferenceRun, Run
from backtests.settings import Engine, Settings
from backtests.simulation.account import Account, account
from backtests.simulation.book import Holdings
from backtests.simulation.decisions import Columns
from backtests.simulation.desk import Desk, Goal
from backtests.simulation.limits import require_possible
from backtests.simulation.output import EngineOutput
from markets.facts import tables_for
from markets.market import Market
from markets.snapshot import Snapshot, Source
from newsfolio.errors import DataError, EngineError, MissingData
from newsfolio.strategy import Strategy
from reports.contract.manifest import ClaimJson, LegJson

SIMULATION = "simulation"
"""What progress is told of while an engine turns."""

if TYPE_CHECKING:
    from backtests.engines.native_backtrader import Played


class WatchedDesk(Desk):
    """A desk that tells at each close and at each decision how far the run is."""

    def __init__(self, inputs: Inputs, market: Market, progress: Progress, turn: Turn) -> None:
        strategy, settings = inputs.strategy, inputs.settings
        costs = cost_model(settings, market.fx)
        tree = tree_of(strategy, market, settings, costs, turn)
        super().__init__(strategy, market, settings, costs, tree=tree)
        self._passed = _passed(market, progress)

    def close(self, session: int) -> bool:
        self._passed(session)
        return super().close(session)

    def decide(self, session: int, book: Holdings) -> Columns | None:
        self._passed(session)
        return super().decide(session, book)

    def goal(self, session: int, equity: float, held: Mapping[int, float]) -> Goal | None:
        self._passed(session)
        return super().goal(session, equity, held)


def _passed(market: Market, progress: Progress) -> Callable[[int], None]:
    return through(SIMULATION, market.first, len(market.sessions) - 1, progress)


def run_strategy(
    strategy: Strategy, source: Source, settings: Settings, address: str = "",
    verify: bool = False, progress: Progress = silent, intervals: Intervals = without_intervals,
) -> Run:  # fmt: skip
    """Run a strategy, its benchmark and its controls.

    verify: run both engines; EngineError unless their fills are equal. progress: how far the
    strategy's own run is. intervals: how sure the figures of its claims are.
    """
    inputs = inputs_of(strategy, settings)
    bars = inputs.load(source)
    market = inputs.market(bars, keep=True)
    require_flows(market, inputs.settings)
    require_possible(inputs.settings.limits, market, strategy.label)
    findings = inputs.gate(market, bars)
    turn = _engine(settings.engine)
    desk = WatchedDesk(inputs, market, progress, turn)
    progress(SIMULATION, 0.0)
    output = turn(desk)
    if verify:
        _verify(inputs, market, output, progress)
    progress(SIMULATION, 1.0)
    origin = Provenance.of(strategy, address or strategy.name, source.name, bars.id)
    run = _measured(inputs, origin, bars, market, output)
    return replace(
        run,
        verified=verify,
        explained=desk.explained(),
        noted=desk.notes(),
        looked=bool(desk.decider.looked),
        legs=_legs(desk, run),
        limited=desk.tree.limited if desk.tree else (),
        claims=_claims(inputs, bars, intervals),
        findings=findings,
        full_end=inputs.natural_end(bars),
    )


def run_backtrader(
    strategy: PlainStrategy, source: Source, settings: Settings, address: str = "",
    progress: Progress = silent,
) -> Run:  # fmt: skip
    """Run a plain backtrader strategy: same gate, same costs, same pages."""
    inputs = inputs_of(strategy, settings)
    bars = inputs.load(source)
    market = inputs.market(bars, keep=True)
    findings = inputs.gate(market, bars)
    output = play_plain(strategy, market, inputs.settings, progress=progress).output
    progress(SIMULATION, 1.0)
    origin = Provenance.of(strategy, address or strategy.name, source.name, bars.id)
    run = _measured(inputs, origin, bars, market, output)
    return replace(run, findings=findings, full_end=inputs.natural_end(bars))


def play_plain(
    strategy: PlainStrategy, market: Market, settings: Settings, last: int | None = None,
    progress: Progress = silent,
) -> Played:  # fmt: skip
    """backtrader's own turn on a market; MissingData where a line of it has no bars."""
    from backtests.engines import native_backtrader

    if market.missing:
        raise MissingData(
            f"no data for {', '.join(market.missing)} in this source; a plain backtrader strategy "
            "gets one feed a line, in their order, so leave it out of --universe or add it"
        )
    return native_backtrader.run(
        strategy.plain, market, settings, cost_model(settings, market.fx), strategy.params, last,
        _passed(market, progress),
    )  # fmt: skip


def _engine(engine: Engine) -> Turn:
    if engine is Engine.KERNEL:
        return kernel.run
    from backtests.engines import event_driven

    return event_driven.run


def _verify(
    inputs: Inputs, market: Market, output: EngineOutput, progress: Progress = silent
) -> None:
    """EngineError unless the engine that was not asked for puts out the same."""
    chosen = inputs.settings.engine
    other = Engine.KERNEL if chosen is Engine.BACKTRADER else Engine.BACKTRADER
    turn = _engine(other)
    if turn(WatchedDesk(inputs, market, progress, turn)) != output:
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


def _legs(desk: Desk, run: Run) -> tuple[LegJson, ...]:
    """What the legs of a strategy of strategies came to."""
    if not isinstance(desk.tree, LegGoals):
        return ()
    costs = fsum(fill.fee + fill.slippage for fill in run.output.fills)
    return tuple(rolled_up(desk.tree, desk.sizer, run.account, costs))


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


def _claims(inputs: Inputs, bars: Snapshot, intervals: Intervals) -> tuple[ClaimJson, ...]:
    """The claims that the thesis rests on, measured on what the run read."""
    thesis = inputs.strategy.thesis
    if thesis is None:
        return ()
    declared, article = inputs.want.declared, thesis.article.id
    tables = tables_for((facts for claim in inputs.claims for facts in claim.tables), bars.facts)
    checked = (
        check_claim(article, claim, bars, declared, intervals, tables) for claim in inputs.claims
    )
    return tuple(claim.row() for claim in checked)
