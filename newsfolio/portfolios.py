"""Portfolios that many strategies are made from: equal parts, blends, the most traded."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from newsfolio.assets import Asset, Sleeve
from newsfolio.errors import StrategyError
from newsfolio.legs import Leg
from newsfolio.membership import at_close

if TYPE_CHECKING:
    from newsfolio.view import View

Weights: TypeAlias = "Mapping[str, float]"
"""Ticker to fraction of equity; what is missing is cash. A pandas Series will do.

A strategy of the universe may stand in a ticker's place, which `blend` types as Any.
"""

Part: TypeAlias = str | Asset | Sleeve


def equal(*of: Part | Iterable[Part]) -> dict[str, float]:
    """The same weight for every line named, sleeves opened up; together 1.

    >>> equal("SPY", "TLT")
    {'SPY': 0.5, 'TLT': 0.5}
    """
    return _equal(of if _all_text(of) else tuple(tickers_of(of))).copy()


def _all_text(parts: Iterable[object]) -> bool:
    try:
        "".join(parts)  # type: ignore[arg-type] # the quickest look at every type
    except TypeError:
        return False
    return True


@lru_cache(maxsize=64)
def _equal(lines: tuple[str, ...]) -> dict[str, float]:
    if not lines:
        raise StrategyError("equal() of no lines; return {} for cash")
    return dict.fromkeys(lines, 1 / len(set(lines)))


def tickers_of(parts: Iterable[Part | Iterable[Part]]) -> Iterator[str]:
    """Lines of whatever an author names, sleeves opened up."""
    for part in parts:
        if isinstance(part, str):
            yield part
        elif isinstance(part, Asset):
            yield part.ticker
        elif isinstance(part, Sleeve):
            if part.dated:
                raise StrategyError(
                    f"{part.name} has other members at other times; take those of a close, "
                    "equal(INDEX.at(view))"
                )
            yield from part.tickers
        else:
            yield from tickers_of(part)


@overload
def blend(*parts: tuple[float, Mapping[str, float]]) -> dict[str, float]: ...
@overload
def blend(
    *parts: tuple[float, Mapping[str, float] | Part | Leg],
) -> dict[Any, float]: ...
def blend(*parts: tuple[float, Mapping[str, float] | Part | Leg]) -> dict[Any, float]:
    """Portfolios added up: blend((0.6, equal(EAST)), (0.4, equal(WEST))).

    Strategies, lines and sleeves are portfolios too: blend((0.7, Trend()), (0.3, "GLD")).
    """
    try:
        return _added_up(parts)
    except TypeError:  # asked at every decision, where most often all parts are dicts
        return _added_up([(share, _portfolio(part)) for share, part in parts])


def _added_up(parts: Sequence[tuple[float, Any]]) -> dict[Any, float]:
    lines = dict.fromkeys(line for _, part in parts for line in part)
    return {
        line: math.fsum(share * part[line] for share, part in parts if line in part)
        for line in lines
    }


def _portfolio(part: Mapping[str, float] | Part | Leg) -> Mapping[Any, float]:
    if isinstance(part, str | Asset | Sleeve):
        return equal(part)
    return part if isinstance(part, Mapping) else {part: 1.0}


def most_traded(view: View, candidates: Sleeve, count: int) -> Sleeve:
    """The `count` lines of a sleeve with the highest median traded value, ties by name.

    A list by rule, to hold against one that somebody drew up. A line counts once it can be held.
    """
    lines = [line for line in at_close(candidates, view).tickers if line in view.usable]
    traded = {line: view.traded_value(line) for line in lines}
    there = [line for line, value in traded.items() if value > 0]
    ranked = sorted(there, key=lambda line: (-traded[line], line))[:count]
    return Sleeve(candidates.name, tuple(ranked), candidates.hindsight)
