"""Strategies in the universe of another one: its legs, as modules below `strategy` know them."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol, TypeGuard

from newsfolio.errors import StrategyError
from newsfolio.parameters import name_of
from newsfolio.thesis import Thesis

ROOT = "newsfolio.strategy.Strategy"

DEEPEST = 8
"""Parents above one another: a strategy that makes ever new ones has no end."""


class Leg(Protocol):
    """A strategy: Strategy imports this module, not vice versa."""

    @property
    def universe(self) -> object: ...
    @property
    def thesis(self) -> Thesis | None: ...
    @property
    def label(self) -> str: ...
    @property
    def max_gross(self) -> float: ...


def is_strategy(value: object) -> TypeGuard[Leg]:
    """Whether a value was made of a Strategy."""
    return _is_kind(type(value))  # type: ignore[arg-type] # a type can be hashed


@lru_cache(maxsize=512)
def _is_kind(kind: type) -> bool:
    return any(f"{base.__module__}.{base.__name__}" == ROOT for base in kind.__mro__)


def same(leg: object, other: object) -> bool:
    """Whether two strategies are one leg: the class and all parameters are alike."""
    return type(leg) is type(other) and vars(leg) == vars(other)


def legs_in(universe: object) -> tuple[Leg, ...]:
    """The strategies in a universe, each once, in its order; () for most."""
    parts = universe if isinstance(universe, tuple) else (universe,)
    legs: list[Leg] = []
    for part in parts:
        if is_strategy(part) and not any(same(part, leg) for leg in legs):
            legs.append(part)
    return tuple(legs)


def require_end(strategy: object, path: tuple[object, ...] = ()) -> None:
    """StrategyError for a strategy that is a leg of itself, however far down."""
    if any(same(strategy, above) for above in path) or len(path) > DEEPEST:
        names = " > ".join(name_of(type(part)) for part in (*path, strategy)[-DEEPEST:])
        raise StrategyError(f"a tree with a cycle: {names}; a strategy cannot be a leg of itself")
    for leg in legs_in(getattr(strategy, "universe", ())):
        require_end(leg, (*path, strategy))


class LatestThesis:
    """What a strategy tests that names no thesis: of its legs', the one published last."""

    def __get__(self, strategy: Leg | None, owner: type) -> Thesis | None:
        legs = () if strategy is None else legs_in(strategy.universe)
        if not legs:
            return None
        require_end(strategy)
        theses = [leg.thesis for leg in legs if leg.thesis is not None]
        return max(theses, key=lambda thesis: thesis.article.published, default=None)
