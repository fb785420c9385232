"""Each leg in an account of its own: what it wanted, held and earned, by its parent's sessions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtests.simulation.account import Account, account
from backtests.simulation.desk import Desk, Tree
from backtests.simulation.fills import Why
from backtests.simulation.output import EngineOutput, LegLimited
from markets.build import valued_at
from markets.market import Floats, Market, Mask
from newsfolio.strategy import Strategy

Turn = Callable[[Desk], EngineOutput]
"""An engine."""


@dataclass(frozen=True, eq=False)
class LegAccount:
    """A leg with the whole capital to itself, on the T sessions and N lines of its parent.

    worth: (T,) of the account at each close; goal: (T, N) units held and on order after each close;
    net: (T,) the sum of the weights of the last decision. decided: (T,) whether it decided there.
    notes: of its strategy. limited: by its limits and those of its own legs. tree: of a leg that
    holds strategies itself.
    """

    name: str
    strategy: Strategy
    worth: Floats
    goal: Floats
    net: Floats
    decided: Mask
    output: EngineOutput
    account: Account
    notes: tuple[str, ...]
    limited: tuple[LegLimited, ...]
    tree: Tree | None = None


def leg_account(name: str, desk: Desk, market: Market, turn: Turn) -> LegAccount:
    """Turn a leg's desk, and lay what it did out on its parent's market."""
    desk.noting = True
    output, settings = turn(desk), desk.settings
    valued = valued_at(desk.market, market.fx, market.calendar.clock.closes)
    own = account(valued, output.fills, output.events, settings.cash, settings.credit_spread)
    goal, net, decided = _goals(desk.market, output, desk.tree.nets if desk.tree else {})
    before = np.searchsorted(desk.market.sessions, market.sessions, side="right") - 1
    row = before - desk.market.first
    worth = np.where(row >= 0, own.worth[np.maximum(row, 0)], settings.cash)
    begun, at = before >= 0, np.maximum(before, 0)
    columns = [market.place[ticker] for ticker in desk.market.tickers]
    wide = np.zeros((len(market.sessions), len(market.assets)))
    wide[:, columns] = np.where(begun[:, None], goal[at], 0.0)
    notes = (*desk.notes(), *_of_its_own(desk, output))
    same_day = begun & (desk.market.sessions[at] == market.sessions)
    return LegAccount(
        name, desk.strategy, worth, wide, np.where(begun, net[at], 0.0), same_day & decided[at],
        output, own, tuple(f"{name}: {note}" for note in notes),
        tuple(_limited(name, desk, output)), desk.tree,
    )  # fmt: skip


def _limited(name: str, desk: Desk, output: EngineOutput) -> Iterator[LegLimited]:
    for row in output.limited:
        yield LegLimited(name, desk.market.day(row.session), row)
    for leg, day, row in desk.tree.limited if desk.tree else ():
        yield LegLimited(f"{name}: {leg}", day, row)


def _of_its_own(desk: Desk, output: EngineOutput) -> Iterator[str]:
    """What a leg declares that counts for nothing in a tree, and what its limits and prices did."""
    strategy, day = desk.strategy, desk.market.day
    if strategy.costs is not None and strategy.costs != desk.settings.costs:
        yield "as a leg it pays the costs of the run, not those that it declares"
    if strategy.flows:
        yield "the money that it declares to flow is left out: it flows into the one account alone"
    if output.limited:
        count = len({row.session for row in output.limited})
        yield f"its limits changed {count} of {len(output.targets)} decisions"
    if output.ruined is not None:
        yield f"its account came to nothing on {day(output.ruined)}, and it decides no more"


def _goals(
    market: Market, output: EngineOutput, nets: Mapping[int, float]
) -> tuple[Floats, Floats, Mask]:
    """(T, N) units held and on order, (T,) the last decision's sum of weights, (T,) decisions."""
    goal = np.zeros((len(market.sessions), len(market.assets)))
    net, decided = np.zeros(len(goal)), np.zeros(len(goal), dtype=bool)
    noted = np.empty((0, 3)) if output.goals is None else output.goals
    places: NDArray[np.int64] = noted[:, 0].astype("int64")
    for target in output.targets:
        goal[target.session :] = 0.0
        mine = places == target.session
        goal[target.session :, noted[mine, 1].astype("int64")] = noted[mine, 2]
        weights = target.weights.values()
        net[target.session :] = nets.get(target.session, math.fsum(weights))
        decided[target.session] = True
    _given_up(goal, market, output, decided)
    return goal, net, decided


def _given_up(goal: Floats, market: Market, output: EngineOutput, decided: Mask) -> None:
    """Take out what lapsed, up to the next decision, and what was paid off."""
    for lapse in output.lapses:
        row, column = market.row_of[lapse.session], market.place[lapse.asset]
        later = np.flatnonzero(decided[row:])
        end = row + int(later[0]) if len(later) else len(goal)
        goal[row:end, column] -= lapse.quantity
    for event in output.events:
        if event.why is Why.DELISTING:
            goal[market.row_of[event.session] :, market.place[event.asset]] = 0.0
