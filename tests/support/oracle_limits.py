"""Limits as the oracle applies them: by ticker, with a factor that is found by halving."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import inf, isinf

from newsfolio import Limits

Sizes = dict[str, float]


@dataclass(frozen=True)
class Desk:
    """What limits ask of the oracle at one close.

    held: weights; sleeve, owner: of each line; able: what can be held. small: the lines of which
    an order would be below the least, for weights and lines that stay.
    """

    held: Mapping[str, float]
    owner: Mapping[str, str]
    sleeve: Mapping[str, str]
    able: tuple[str, ...]
    small: Callable[[Sizes, set[str]], set[str]]


def restricted(limits: Limits, wanted: Sizes, desk: Desk) -> tuple[Sizes, set[str]]:
    """The weights that are ordered, and the lines whose units stay."""
    weights = boxed(limits, wanted, desk)
    room, held = sum(weights.values()), desk.held
    stays = {
        name
        for name, weight in weights.items()
        if weight and abs(weight - held.get(name, 0.0)) <= _width(limits, weight)
    }
    weights |= {name: held.get(name, 0.0) for name in stays}
    moves = {n: weights.get(n, 0.0) - held.get(n, 0.0) for n in {*weights, *held}}
    half = sum(abs(move) for move in moves.values()) / 2
    if limits.turnover is not None and half > limits.turnover:
        weights = {n: held.get(n, 0.0) + limits.turnover / half * m for n, m in moves.items()}
    weights = paid(weights, held, room)
    while limits.order and (small := desk.small(weights, stays)):
        stays |= small
        weights = paid({**weights, **{n: held.get(n, 0.0) for n in small}}, held, room)
    return {name: weight for name, weight in weights.items() if weight}, stays


def _width(limits: Limits, weight: float) -> float:
    if limits.band is None:
        return -1.0
    if isinstance(limits.band, str):
        return float(limits.band[:-1]) / 100 * abs(weight)
    return limits.band


def paid(weights: Sizes, held: Mapping[str, float], room: float) -> Sizes:
    """Purchases are cut by what a sale that was left out would have paid."""
    more = {n: w - held.get(n, 0.0) for n, w in weights.items() if w > held.get(n, 0.0)}
    excess = sum(weights.values()) - room
    if excess <= 1e-12 or not more:
        return dict(weights)
    part = max(0.0, 1 - excess / sum(more.values()))
    return {n: held.get(n, 0.0) + part * more[n] if n in more else w for n, w in weights.items()}


def boxed(limits: Limits, wanted: Sizes, desk: Desk) -> Sizes:
    """Caps and floors of lines and sleeves."""
    caps, floors = dict(limits.caps), dict(limits.floors)
    if not caps | floors:
        return dict(wanted)

    def name_of(line: str) -> str:
        return line if line in caps or line in floors else desk.owner.get(line, line)

    part = partial(_part, wanted, name_of)

    def low(line: str) -> float:
        return part(line) * floors.get(name_of(line), floors.get("", 0.0))

    def high(line: str) -> float:
        return part(line) * caps.get(name_of(line), caps.get("", inf))

    shorts = {n: max(w, -high(n)) for n, w in wanted.items() if w < 0 and low(n) == 0}
    longs = {n: max(w, 0.0) for n, w in wanted.items() if n not in shorts}
    for line in set(desk.able) - set(wanted):
        if low(line) > 0 or floors.get(_sleeve_of(line, desk)):
            longs[line] = 0.0
    total = max(0.0, sum(wanted.get(n, 0.0) for n in longs))
    between = {n: (low(n), high(n)) for n in longs}
    if not set(desk.sleeve.values()) & {*caps, *floors}:
        return shorts | _scaled(longs, between, total)
    sleeves: dict[str, list[str]] = {}
    for line in longs:
        sleeves.setdefault(_sleeve_of(line, desk), []).append(line)
    bounds = {
        name: (
            max(floors.get(name, 0.0), sum(low(n) for n in lines)),
            min(caps.get(name, inf), sum(high(n) if longs[n] > 0 else low(n) for n in lines)),
        )
        for name, lines in sleeves.items()
    }
    shares = _scaled({n: sum(longs[i] for i in g) for n, g in sleeves.items()}, bounds, total)
    for name, lines in sleeves.items():
        some = any(longs[n] for n in lines)  # nobody wanted any: equal parts
        shorts |= _scaled({n: longs[n] if some else 1.0 for n in lines}, between, shares[name])
    return {name: weight for name, weight in shorts.items() if weight}


def _sleeve_of(line: str, desk: Desk) -> str:
    owner = desk.owner.get(line, line)
    return desk.sleeve.get(owner, owner)


def _part(wanted: Sizes, name_of: Callable[[str], str], line: str) -> float:
    """What a line has of the line that it stands for, beside others that stand for it."""
    same = [abs(weight) for other, weight in wanted.items() if name_of(other) == name_of(line)]
    return abs(wanted[line]) / sum(same) if wanted.get(line) else 1.0


def _scaled(weights: Sizes, bounds: Mapping[str, tuple[float, float]], total: float) -> Sizes:
    def cut(factor: float) -> Sizes:
        return {
            name: min(max(factor * weight, bounds[name][0]), bounds[name][1])
            if weight > 0
            else bounds[name][0]
            for name, weight in weights.items()
        }

    if all(bounds[n][0] <= w <= bounds[n][1] for n, w in weights.items()) and (
        abs(sum(weights.values()) - total) < 1e-12
    ):
        return dict(weights)
    low, high = 0.0, 1.0
    while sum(cut(high).values()) < total and high < 1e12:
        high *= 2
    if isinf(high) or sum(cut(high).values()) < total:
        return cut(high)
    for _ in range(200):
        middle = (low + high) / 2
        if sum(cut(middle).values()) < total:
            low = middle
        else:
            high = middle
    return cut(high)
