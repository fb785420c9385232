"""Which lines and tables the sets of a sweep need: most often all the same."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import TypeAlias

from backtests.sweeps.grid import ParameterGrid
from newsfolio.errors import NewsfolioError
from newsfolio.strategy import Strategy

MarketKey: TypeAlias = tuple[object, ...]
"""What a market depends on; equal where it is the same one."""


def same_lines(plan: ParameterGrid) -> bool:
    """Whether all sets of a plan can be played on the market of its base."""
    if not _follows(plan.base):
        return True
    wanted = asks(plan.base)
    for place in range(len(plan)):
        with suppress(NewsfolioError):  # it is recorded when its turn comes
            if asks(plan.strategy(place)) != wanted:
                return False
    return True


ASKED = ("universe", "signals", "facts", "benchmark", "thesis", "pool", "studies")
"""What a market depends on."""


def varies(base: Strategy) -> bool:
    """Whether two sets of a strategy may need different bars."""
    return _follows(base) or type(base).controls is not Strategy.controls


def _follows(strategy: Strategy) -> bool:
    """Whether anything that a market depends on is a set's own."""
    bases = type(strategy).__mro__
    return _computes(bases) or not vars(strategy).keys().isdisjoint(ASKED)


@lru_cache
def _computes(bases: tuple[type, ...]) -> bool:
    """Whether anything that a market depends on follows from the parameters."""
    written = (base for base in bases if base is not Strategy)
    held = (vars(base).get(name) for base in written for name in ASKED)
    return any(hasattr(value, "__get__") for value in held)


def asks(strategy: Strategy) -> MarketKey:
    """What the market of a strategy depends on, as a key."""
    kind = type(strategy)
    if not _follows(strategy):
        return (kind,)
    return (kind, *(_without_legs(getattr(strategy, name)) for name in ASKED))


def _without_legs(value: object) -> object:
    """A universe in which a leg counts by what its own market depends on."""
    if isinstance(value, tuple):
        return tuple(map(_without_legs, value))
    return asks(value) if isinstance(value, Strategy) else value
