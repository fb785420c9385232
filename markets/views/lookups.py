"""The look-ups of a view: pure functions of the levels so far, a value a line.

A panel adds up in the same order, so that both answer the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from markets.market import Floats, Market
from markets.per_market import per_market
from markets.universe import universe_assets
from newsfolio.listings import asset_of


@per_market
def stand_ins(market: Market) -> Mapping[str, tuple[str, ...]]:
    """The stand-ins of every line that may be asked for, with data or without."""
    assets = [*universe_assets(market.sleeves).values(), *market.assets]
    stand_in: dict[str, tuple[str, ...]] = {}
    while assets:
        asset = assets.pop(0)
        if asset.ticker not in stand_in:
            stand_in[asset.ticker] = asset.stand_in
            assets += map(asset_of, asset.stand_in)
    return stand_in


def gain(now: Floats, before: Floats) -> Floats:
    return now / before - 1


def last(levels: Floats) -> Floats:
    return levels[-1]


def rise(levels: Floats) -> Floats:
    return gain(levels[-1], levels[0])


def average(levels: Floats) -> Floats:
    return added(levels) / len(levels)


def fall(levels: Floats) -> Floats:
    return gain(levels[-1], levels.max(axis=0))


def deviation(levels: Floats) -> Floats:
    returns = gain(levels[1:], levels[:-1])
    apart = returns - added(returns) / len(returns)
    return np.sqrt(added(apart * apart) / (len(returns) - 1))


def middle(values: Floats) -> Floats:
    """The median along the last axis."""
    ranked, half = np.sort(values), values.shape[-1] // 2
    upper = ranked[..., half]
    return upper if values.shape[-1] % 2 else (ranked[..., half - 1] + upper) / 2


def added(rows: Floats) -> Floats:
    """The sum of rows, one after the other; NumPy adds a single column up in pairs."""
    if rows.shape[1] == 1:
        return np.asarray(np.add.accumulate(rows)[-1])
    return np.asarray(np.add.reduce(rows))


LOOK_UPS: Mapping[str, tuple[Callable[[Floats], Floats], int, int]] = {
    "level": (last, 0, 1),
    "momentum": (rise, 1, 1),
    "volatility": (deviation, 1, 2),
    "moving_average": (average, 0, 1),
    "drawdown": (fall, 0, 1),
}
"""From rows of levels to a value a line, how many rows more than the look-back, the shortest."""
