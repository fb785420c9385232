"""Sets that are simulated together, and what is kept of each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from backtests.engines import kernel
from backtests.simulation.decision_tables import DecisionTable
from backtests.simulation.desk import Desk
from backtests.simulation.fills import Transactions, transactions_of
from backtests.simulation.output import EngineOutput
from backtests.sweeps.shared_market import SharedMarket
from newsfolio.errors import NewsfolioError
from newsfolio.strategy import Strategy

ROOM, EACH = 16_000_000, 64
"""Bytes that sets played together may need, and what a weight or a session of one does at most."""

GROUPS = 8
"""Of sets, each with a market or a schedule of its own, that may wait to be played together."""

Row = dict[str, Any]
"""A set as the table has it."""


class SetBatch:
    """Sets of one market whose figures are worked out in one go.

    Either all are played already, or all have decided: those are played in one call, on the
    schedule of `desk`.
    """

    def __init__(self, shared: SharedMarket, desk: Desk) -> None:
        self.shared = shared
        self.desk = desk
        self.rows: list[Row] = []
        self.strategies: list[Strategy] = []
        self.output: list[EngineOutput] = []
        self.decided: list[DecisionTable] = []

    @property
    def full(self) -> bool:
        """Whether the next set would be too much: trades and curves of all are held at once."""
        size = len(self.shared.days)
        if self.decided:
            size += self.decided[0].weights.size
        else:
            size += len(self.output[0].fills) + len(self.output[0].events)
        return len(self.rows) * size * EACH > ROOM

    @property
    def parts(self) -> Iterator[SetBatch]:
        """Each of the sets by itself."""
        for place in range(len(self.rows)):
            part, own = SetBatch(self.shared, self.desk), slice(place, place + 1)
            part.rows, part.strategies = self.rows[own], self.strategies[own]
            part.output, part.decided = self.output[own], self.decided[own]
            yield part

    def moves(self) -> Transactions:
        """What they put out, in their order."""
        if self.decided:
            return kernel.run_batch(self.desk, self.decided).transactions
        return transactions_of(self.shared.market, [(one.fills, one.events) for one in self.output])


@contextmanager
def recorded(row: Row) -> Iterator[None]:
    """A bug in one set must not cost the others."""
    try:
        yield
    except MemoryError:
        raise  # says nothing about the set
    except Exception as error:
        said = str(error) if isinstance(error, NewsfolioError) else repr(error)
        row["error"] = said or repr(error)
