"""Which lines a decision may hold at a close: themselves, or through a stand-in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markets.market import Market
from markets.per_market import per_market
from newsfolio.listings import asset_of


@dataclass(frozen=True)
class Holdable:
    """Which lines can be held at a close.

    own: the columns of those that can be held themselves. usable: they, and the lines that can be
    held through a stand-in.
    """

    own: Mapping[str, int]
    usable: frozenset[str]


class HoldableLines:
    """What can be held at each close of a market; closes that are alike share it."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._kept = _kept(market)

    def at(self, session: int) -> Holdable:
        key = self._market.usable[session].tobytes()
        holdable = self._kept.get(key)
        if holdable is None:
            holdable = self._kept[key] = _holdable(self._market, session)
        return holdable


@per_market
def _kept(market: Market) -> dict[bytes, Holdable]:
    """By the lines that can be held themselves."""
    return {}


def _holdable(market: Market, session: int) -> Holdable:
    able = market.usable[session]
    return Holdable(
        {line: market.place[line] for line in market.universe if able[market.place[line]]},
        frozenset(line for line in market.universe if places(market, line, session)),
    )


def places(market: Market, ticker: str, session: int) -> dict[int, float]:
    """The column that can be held for a line, or those of its stand-ins in equal parts."""
    column = market.place.get(ticker)
    if column is not None and market.usable[session, column]:
        return {column: 1.0}
    asset = market.by_ticker.get(ticker) or asset_of(ticker)
    parts = [part for other in asset.stand_in if (part := places(market, other, session))]
    total: dict[int, float] = {}
    for part in parts:
        for place, share in part.items():
            total[place] = total.get(place, 0.0) + share / len(parts)
    return total
