"""Sets that are simulated together, and what is kept of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypedDict

from backtests.engines import kernel
from backtests.simulation.decision_tables import DecisionTable
from backtests.simulation.desk import Desk
from backtests.simulation.fills import Transactions, transactions_of
from backtests.simulation.output import EngineOutput
from backtests.sweeps.shared_market import SharedMarket
from markets.market import Floats
from newsfolio.errors import NewsfolioError
from newsfolio.strategy import Strategy
from reports.contract.manifest import FiguresByName, Json

ROOM, EACH = 16_000_000, 64
"""Bytes that sets run together may need, and what a weight or a session of one does at most."""

GROUPS = 8
"""Of sets, each with a market or a schedule of its own, that may wait to be run together."""


class SweepRow(TypedDict, total=False):
    """A set as the table has it, as far as its simulation came; an `error` leaves the rest out.

    values: its parameters. score: Sharpe ratio of the difference to the control, over the `scored`
    sessions. returns: (S - 1,) where they are kept.
    """

    set: int
    id: str
    values: Mapping[str, Json]
    error: str
    figures: FiguresByName
    score: float | None
    start: str
    end: str
    scored: int
    returns: Floats


class SetBatch:
    """Sets of one market whose figures are worked out in one go.

    Either all are run already, or all have decided: those are run in one call, on the schedule of
    `desk`.
    """

    def __init__(self, shared: SharedMarket, desk: Desk) -> None:
        self.shared = shared
        self.desk = desk
        self.rows: list[SweepRow] = []
        self.strategies: list[Strategy] = []
        self.outputs: list[EngineOutput] = []
        self.decided: list[DecisionTable] = []

    @property
    def full(self) -> bool:
        """Whether the next set would be too much: trades and curves of all are held at once."""
        size = len(self.shared.days)
        if self.decided:
            size += self.decided[0].weights.size
        else:
            size += len(self.outputs[0].fills) + len(self.outputs[0].events)
        return len(self.rows) * size * EACH > ROOM

    @property
    def singles(self) -> Iterator[SetBatch]:
        """Each of the sets by itself."""
        for place in range(len(self.rows)):
            single, own = SetBatch(self.shared, self.desk), slice(place, place + 1)
            single.rows, single.strategies = self.rows[own], self.strategies[own]
            single.outputs, single.decided = self.outputs[own], self.decided[own]
            yield single

    def transactions(self) -> Transactions:
        """What they put out, in their order."""
        if self.decided:
            return kernel.run_batch(self.desk, self.decided).transactions
        outputs = [(output.fills, output.events) for output in self.outputs]
        return transactions_of(self.shared.market, outputs)


@contextmanager
def errors_in(row: SweepRow) -> Iterator[None]:
    """A bug in one set must not cost the others."""
    try:
        yield
    except MemoryError:
        raise  # says nothing about the set
    except Exception as error:
        message = str(error) if isinstance(error, NewsfolioError) else repr(error)
        row["error"] = message or repr(error)
