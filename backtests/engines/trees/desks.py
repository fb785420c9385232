"""The desk of any strategy: of one that holds strategies, with the accounts of its legs."""

from __future__ import annotations

from dataclasses import replace

from backtests.engines import kernel
from backtests.engines.trees.goals import LegGoals
from backtests.engines.trees.leg_accounts import LegAccount, Turn, leg_account
from backtests.engines.trees.parents import ParentDecider, moments_of
from backtests.settings import Settings, with_limits
from backtests.simulation.desk import Desk
from backtests.simulation.limits import require_possible
from backtests.simulation.sizing import Sizer
from markets.costs.models import CostModel
from markets.market import Market
from newsfolio.errors import StrategyError
from newsfolio.strategy import Strategy
from newsfolio.trees import leg_names

KEPT = 16
"""Accounts of legs that a market remembers: sets of a sweep that vary one leg share the others."""


def desk_of(
    strategy: Strategy, market: Market, settings: Settings, costs: CostModel,
    turn: Turn = kernel.run,
) -> Desk:  # fmt: skip
    """A desk for a run; turn: the engine of the legs."""
    return Desk(
        strategy, market, settings, costs, tree=tree_of(strategy, market, settings, costs, turn)
    )


def tree_of(
    strategy: Strategy, market: Market, settings: Settings, costs: CostModel,
    turn: Turn = kernel.run,
) -> LegGoals | None:  # fmt: skip
    """The goals of a strategy of strategies, whose legs are run for it; None for another."""
    if not market.legs:
        return None
    accounts = legs_on(strategy, market, settings, costs, turn)
    decider = ParentDecider(strategy, market, leg_names(strategy))
    moments = moments_of(decider, market, accounts, settings)
    return LegGoals(decider, Sizer(market, settings, costs), accounts, moments)


def legs_on(
    strategy: Strategy, market: Market, settings: Settings, costs: CostModel, turn: Turn
) -> tuple[LegAccount, ...]:
    """The accounts of the legs of a strategy; its market remembers them."""
    legs, alone = leg_names(strategy), replace(settings, flows=None)
    if len(legs) != len(market.legs):
        raise StrategyError(f"{strategy.label}: its universe changes while it runs")
    kept: dict[object, LegAccount] = vars(market).setdefault("_leg_accounts", {})
    accounts = []
    for place, ((name, leg), own) in enumerate(zip(legs.items(), market.legs, strict=True)):
        limited = with_limits(alone, leg.limits)
        key = place, name, _Leg(leg), limited, costs, turn
        if key not in kept:
            require_possible(limited.limits, own, leg.label)
            desk = desk_of(leg, own, limited, costs, turn)
            kept[key] = leg_account(name, desk, market, turn)
        accounts.append(kept[key])
    while len(kept) > KEPT:
        del kept[next(iter(kept))]
    return tuple(accounts)


class _Leg:
    """A strategy as a key: alike where class and parameters are."""

    def __init__(self, strategy: Strategy) -> None:
        self.strategy = strategy

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Leg)
            and type(other.strategy) is type(self.strategy)
            and vars(other.strategy) == vars(self.strategy)
        )

    def __hash__(self) -> int:
        return hash(type(self.strategy))
