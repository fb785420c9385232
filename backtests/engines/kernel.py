"""The sparse engine: visits only the sessions on which something can happen.

In machine code where the extension was built and knows the rules of the run, else turning the desk;
what comes out is the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from backtests.decisions import Decided, table_of
from backtests.desk import Desk, Played, Target
from backtests.engines.rules import Integers, rules_of
from backtests.fills import Lapse, Rows, events_of, fills_of
from markets.market import Floats, Market

if TYPE_CHECKING:
    from backtests.engines.core import Core

try:
    from backtests.engines.core import Core as _Core
except ImportError:  # there was no compiler when newsfolio was installed
    COMPILED = False
else:
    COMPILED = True


def play(desk: Desk, *, at_once: bool = True) -> Played:
    """Turn the desk's clock from the first session to the last.

    at_once: ask for all decisions together where the strategy has a vectorised form.
    """
    rules = rules_of(desk.market, desk.settings, desk.costs) if COMPILED else None
    if rules is None:
        return turned(desk)
    core = _Core(rules, desk.settings.cash)
    table = table_of(desk.strategy, desk.market, desk.marks) if at_once else None
    if table is None:
        band = -1.0 if desk.band is None else desk.band
        core.play(
            lambda session: desk.decide(session, core), desk.marks.view("uint8"), desk.stops, band
        )
    else:
        core.play_table(
            table.weights, table.asked.view("uint8"), _rows(table, desk.market), desk.stops
        )
    return _played(core, desk.market, table)


def turned(desk: Desk) -> Played:
    """The same by the desk itself, whose book and orders are then those of the last close."""
    session = desk.market.first
    desk.close(session)
    while (following := desk.turn(session)) is not None:
        session = following
        desk.open(session)
        desk.close(session)
    return desk.played()


def _rows(table: Decided, market: Market) -> Integers:
    """(T,) the row of each session in a table of decisions, -1 where none is due."""
    rows = np.full(len(market.sessions), -1, dtype="int64")
    rows[table.sessions] = np.arange(len(table.sessions))
    return rows


def _played(core: Core, market: Market, table: Decided | None) -> Played:
    days, tickers = market.days, market.tickers
    sessions = np.array([[session] for session, _ in core.targets], dtype="float64").reshape(-1, 1)
    return Played(
        fills=Rows(core.fills.table(), market, fills_of),
        events=Rows(core.events.table(), market, events_of),
        lapses=tuple(Lapse(days[session], tickers[column], size, reason)
                     for session, column, size, reason in core.lapses),
        targets=Rows(sessions, market, lambda _, market: _targets(core.targets, market, table)),
        waiting=tuple((tickers[column], size) for column, size in core.left()),
        debt=(core.indebted, core.debt) if core.indebted >= 0 else None,
        ruined=core.ruined if core.ruined >= 0 else None,
    )  # fmt: skip


def _targets(
    decided: Sequence[tuple[int, Mapping[int, float] | None]], market: Market, table: Decided | None
) -> tuple[Target, ...]:
    rows = {} if table is None else dict(zip(table.sessions.tolist(), table.weights, strict=True))
    return tuple(
        _target(session, _kept(rows[session]) if weights is None else weights, market)
        for session, weights in decided
    )


def _kept(weights: Floats) -> Mapping[int, float]:
    return {column: weight for column, weight in enumerate(weights.tolist()) if weight}


def _target(session: int, weights: Mapping[int, float], market: Market) -> Target:
    tickers = market.tickers
    return Target(session, {tickers[column]: weights[column] for column in sorted(weights)})
