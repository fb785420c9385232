"""The sparse engine: visits only the sessions on which something can happen.

In machine code where the extension was built and knows the rules of the run, else turning the desk;
what comes out is the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from backtests.desk import Desk, Played, Target
from backtests.engines.rules import rules_of
from backtests.fills import Lapse, Rows, events_of, fills_of
from markets.market import Market

if TYPE_CHECKING:
    from backtests.engines.core import Core

try:
    from backtests.engines.core import Core as _Core
except ImportError:  # there was no compiler when newsfolio was installed
    COMPILED = False
else:
    COMPILED = True


def play(desk: Desk) -> Played:
    """Turn the desk's clock from the first session to the last."""
    rules = rules_of(desk.market, desk.settings, desk.sizer.costs) if COMPILED else None
    if rules is None:
        return turned(desk)
    core = _Core(rules, desk.settings.cash)
    core.play(
        lambda session: desk.decide(session, core),
        desk.marks.astype("uint8"),
        desk.stops,
        -1.0 if desk.band is None else desk.band,
    )
    return _played(core, desk.market)


def turned(desk: Desk) -> Played:
    """The same by the desk itself, whose book and orders are then those of the last close."""
    session = desk.market.first
    desk.close(session)
    while (following := desk.turn(session)) is not None:
        session = following
        desk.open(session)
        desk.close(session)
    return desk.played()


def _played(core: Core, market: Market) -> Played:
    days, tickers = market.days, market.tickers
    return Played(
        fills=Rows(core.fills.table(), market, fills_of),
        events=Rows(core.events.table(), market, events_of),
        lapses=tuple(Lapse(days[session], tickers[column], size, reason)
                     for session, column, size, reason in core.lapses),
        targets=tuple(_target(session, weights or {}, market) for session, weights in core.targets),
        waiting=tuple((tickers[column], size) for column, size in core.left()),
        debt=(core.indebted, core.debt) if core.indebted >= 0 else None,
        ruined=core.ruined if core.ruined >= 0 else None,
    )  # fmt: skip


def _target(session: int, weights: Mapping[int, float], market: Market) -> Target:
    tickers = market.tickers
    return Target(session, {tickers[column]: weights[column] for column in sorted(weights)})
