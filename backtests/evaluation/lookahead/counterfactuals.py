"""Decisions without a future: desks that end at a session, or whose market is written as they go.

The strategy is observed meanwhile: what it was shown, and how much was read behind the hooks.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from backtests.engines import kernel
from backtests.evaluation.lookahead.access_audit import COUNTER, AccessAudit
from backtests.runner.inputs import cost_model
from backtests.settings import Settings
from backtests.simulation.book import Holdings
from backtests.simulation.decisions import Columns, Decider
from backtests.simulation.desk import Desk
from backtests.simulation.output import EngineOutput
from markets.market import Market
from markets.views.recorder import Recorder
from newsfolio.portfolios import Weights
from newsfolio.strategy import Strategy
from newsfolio.view import View

WRITTEN = ("open", "close", "last", "volume", "dividend", "factor", "rate_before", "rate",
            "cash_rate")  # fmt: skip

_DERIVED = ("level", "value_rate", "traded_value")


@dataclass
class ObservedStrategy:
    """A strategy that is watched while it answers: views shown, bytes read behind the hooks."""

    strategy: Strategy
    watch: AccessAudit | None
    views: list[tuple[View, Weights | None]] = field(default_factory=list)
    reads: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.strategy, name)

    def weights(self, view: View) -> Weights | None:
        opens, before = self.watch.opens if self.watch else 0, _bytes_read()
        answer = self.strategy.weights(view)
        if self.watch and self.watch.opens == opens:
            self.reads += max(0, _bytes_read()[0] - sum(before))
        self.views.append((view, None if answer is None else dict(answer)))
        return answer


def _bytes_read() -> tuple[int, int]:
    """What this process had read before this look, and the look itself; 0 where nobody counts."""
    try:
        file = os.open(COUNTER, os.O_RDONLY)
    except OSError:
        return 0, 0
    try:
        text = os.read(file, 4096)
    finally:
        os.close(file)
    return int(text.split()[1]), len(text)


class TruncatedDesk(Desk):
    """A desk whose run ends at a session, for a strategy whose market goes on."""

    def __init__(
        self, strategy: ObservedStrategy, market: Market, last: int, settings: Settings,
        recorder: Recorder | None,
    ) -> None:  # fmt: skip
        as_strategy = cast(Strategy, strategy)
        super().__init__(
            as_strategy, _ending(market, last), settings, cost_model(settings, market.fx)
        )
        self._decider = Decider(as_strategy, market, recorder)


class StepwiseDesk(TruncatedDesk):
    """One whose market is written as it goes: at every decision, nothing later is."""

    _write: Callable[[int], None]

    def run(self, write: Callable[[int], None]) -> EngineOutput:
        """Run on a market that `write` makes known up to a session."""
        if self.band is not None:
            return _session_by_session(self, write)  # drift may call for a decision on any session
        self._write = write
        self._write_on(self.market.first)
        return kernel.run(self)

    def decide(self, session: int, book: Holdings) -> Columns | None:
        weights = super().decide(session, book)
        if self.band is None:
            self._write_on(session + 1)
        return weights

    def _write_on(self, session: int) -> None:
        """Up to the next decision from a session on."""
        due = np.flatnonzero(self.marks[session:])
        self._write(session + int(due[0]) if len(due) else len(self.market.sessions) - 1)


def _ending(market: Market, last: int) -> Market:
    """The market up to a session."""
    if last == len(market.sessions) - 1:
        return market
    decision = market.first_decision
    later = decision is None or decision > last
    return market.window(market.first, last, None if later else decision)


def _session_by_session(desk: Desk, write: Callable[[int], None]) -> EngineOutput:
    """The kernel's order of things, with each session written before it is run."""
    session = desk.market.first
    desk.close(session)
    while (following := desk.turn(session)) is not None:
        session = following
        write(session)
        desk.open(session)
        desk.close(session)
    return desk.output()


class UnwrittenMarket:
    """A market whose sessions hold noise until they are written.

    It starts out true, so that what a desk works out beforehand (interest, days of payment) is.
    """

    def __init__(self, market: Market, rng: np.random.Generator) -> None:
        self._written = market.first
        self._true = [getattr(market, name) for name in (*WRITTEN, *_DERIVED)]
        self._true += market.signals.values()
        self._now = [values.copy() for values in self._true]
        self._noise = [values * np.exp(rng.normal(0, 0.3, values.shape)) for values in self._true]
        shown = iter([values.view() for values in self._now])
        written: dict[str, Any] = {name: next(shown) for name in WRITTEN}
        derived = {name: next(shown) for name in _DERIVED}
        signals = {name: next(shown) for name in market.signals}
        self.market = dataclasses.replace(market, **written, signals=signals)
        vars(self.market).update(derived)  # cached on first use, and then no longer true

    def begin(self) -> Callable[[int], None]:
        """Replace everything after the first session; answers what makes a later one known."""
        for now, noise in zip(self._now, self._noise, strict=True):
            now[self._written + 1 :] = noise[self._written + 1 :]
        return self._write

    def _write(self, session: int) -> None:
        rows = slice(self._written + 1, session + 1)
        for now, true in zip(self._now, self._true, strict=True):
            now[rows] = true[rows]
        self._written = session
