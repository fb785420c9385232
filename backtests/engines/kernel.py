"""The sparse engine: visits only the sessions on which something can happen.

In machine code where the extension was built and knows the rules of the run, else turning the desk;
what comes out is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from backtests.engines.kernel_inputs import Integers, KernelInputs, kernel_inputs_of
from backtests.simulation.decision_tables import DecisionTable, table_of
from backtests.simulation.decisions import HeldWeights
from backtests.simulation.desk import Desk
from backtests.simulation.fills import Lapse, LazyRows, Transactions, events_of, fills_of
from backtests.simulation.output import EngineOutput, Target
from markets.market import Floats, Market
from markets.per_market import per_market
from markets.views.recorder import Recorder

if TYPE_CHECKING:
    from backtests.compiled.core import Answers, Asker, Core

try:
    from backtests.compiled.core import Asker as _Asker
    from backtests.compiled.core import Core as _Core
    from backtests.compiled.core import History as _History
    from backtests.compiled.core import holdings, run_goals
except ImportError:  # there was no compiler when newsfolio was installed
    COMPILED = False
else:
    COMPILED = True


def run(desk: Desk, *, at_once: bool = True) -> EngineOutput:
    """Turn the desk's clock from the first session to the last.

    at_once: ask for all decisions together where the strategy has a vectorised form.
    """
    inputs = _inputs(desk)
    if inputs is None:
        return turned(desk)
    decided = table(desk) if at_once else None
    if decided is not None:
        return run_batch(desk, [decided])[0]
    core = _core(desk, inputs)
    if desk.tree is not None:
        run_goals(
            core,
            lambda session: desk.goal(session, core.equity(session), holdings(core)),
            desk.marks.view("uint8"),
            desk.stops,
        )
        return Batch(core, desk.market)[0]
    band = -1.0 if desk.band is None else desk.band
    decide = _asker(desk) if type(desk) is Desk else lambda session: desk.decide(session, core)
    core.run(decide, desk.marks.view("uint8"), desk.stops, band)
    return Batch(core, desk.market)[0]


def table(desk: Desk) -> DecisionTable | None:
    """All decisions of a run; None where they or the run must be made one by one."""
    if desk.tree is not None or _inputs(desk) is None:
        return None
    return table_of(desk.strategy, desk.market, desk.marks)


def run_batch(desk: Desk, tables: Sequence[DecisionTable]) -> Batch:
    """Several runs on the market and the schedule of `desk`, by what `table` answered for each."""
    inputs = _inputs(desk)
    if inputs is None:
        raise ValueError("the compiled kernel does not know the rules of these runs")
    core = _core(desk, inputs)
    core.run_tables(
        np.array([table.weights for table in tables]),
        np.array([table.asked for table in tables]).view("uint8"),
        _rows(tables[0], desk.market),
        desk.stops,
    )
    return Batch(core, desk.market, tables)


def turned(desk: Desk) -> EngineOutput:
    """The same by the desk itself, whose book and orders are then those of the last close."""
    session = desk.market.first
    desk.close(session)
    while (following := desk.turn(session)) is not None:
        session = following
        desk.open(session)
        desk.close(session)
    return desk.output()


class Batch:
    """What the compiled core put out, run by run; an EngineOutput is made when it is asked for.

    tables: the decisions of each run, where they were known beforehand.
    """

    def __init__(self, core: Core, market: Market, tables: Sequence[DecisionTable] = ()) -> None:
        self._core = core
        self._market = market
        self._tables = tables
        ends = np.array([end[:3] for end in core.ends], dtype="int64").reshape(-1, 3)
        self._ends = np.vstack([np.zeros((1, 3), dtype="int64"), ends])
        fills_end, events_end, _ = np.ascontiguousarray(self._ends[1:].T)
        self._decisions = core.decisions.table()
        self._goals = core.goals.table() if core.noting else None
        self.transactions = Transactions(
            core.fills.table(), fills_end, core.events.table(), events_end
        )

    def __len__(self) -> int:
        return len(self._core.ends)

    def __getitem__(self, place: int) -> EngineOutput:
        market, (begun, end) = self._market, self._ends[place : place + 2].tolist()
        *_, lapses, waiting, debt, ruined, dry = self._core.ends[place]
        days, tickers = market.days, market.tickers
        decided = self._decisions[begun[2] : end[2]]
        return EngineOutput(
            fills=LazyRows(self.transactions.fills[begun[0] : end[0]], market, fills_of),
            events=LazyRows(self.transactions.events[begun[1] : end[1]], market, events_of),
            lapses=tuple(Lapse(days[session], tickers[column], size, reason)
                         for session, column, size, reason in lapses),
            targets=LazyRows(decided, market, lambda table, market: self._targets(place, table)),
            waiting=tuple((tickers[column], size) for column, size in waiting),
            debt=debt,
            ruined=ruined,
            dry=dry,
            goals=self._goals,
        )  # fmt: skip

    def _targets(self, place: int, decided: Floats) -> tuple[Target, ...]:
        return tuple(
            Target(session, self._weights(place, row))
            for session, row in decided.astype("int64").tolist()
        )

    def _weights(self, place: int, row: int) -> dict[str, float]:
        """Of a decision, by ticker; none where the account was wound up."""
        if row < 0:
            return {}
        tickers = self._market.tickers
        if self._tables:
            weights = self._tables[place].weights[row].tolist()
            return {
                ticker: weight for ticker, weight in zip(tickers, weights, strict=True) if weight
            }
        wanted = sorted(self._core.answers[row].items())
        return {tickers[column]: weight for column, weight in wanted}


@per_market
def look_ups(market: Market) -> dict[tuple[int, int], Answers]:
    """Of all lines at each session, by look-up and look-back, the oldest first."""
    return {}


def _asker(desk: Desk) -> Asker:
    market = desk.market
    recorder_of = partial(Recorder, notes=desk.decider.noted)
    history = _History(market, recorder_of, look_ups(market))
    return _Asker(desk.decider, desk.strategy, market, history, HeldWeights)


def _inputs(desk: Desk) -> KernelInputs | None:
    return kernel_inputs_of(desk.market, desk.settings, desk.costs) if COMPILED else None


def _core(desk: Desk, inputs: KernelInputs) -> Core:
    core = _Core(inputs, desk.settings.cash)
    core.noting = desk.noting
    return core


def _rows(table: DecisionTable, market: Market) -> Integers:
    """(T,) the row of each session in a table of decisions, -1 where none is due."""
    rows = np.full(len(market.sessions), -1, dtype="int64")
    rows[table.sessions] = np.arange(len(table.sessions))
    return rows
