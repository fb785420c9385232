"""The sets of parameters of a sweep: every one has a number, and none is kept in memory."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from backtests.runner.provenance import plain_value
from newsfolio.errors import CommandError, UnknownName
from newsfolio.parameters import Parameter
from newsfolio.strategy import Strategy
from newsfolio.trees import changed, specs_of
from reports.contract.manifest import Json
from reports.contract.sweep import StretchJson

ROUNDS = 4
"""Of the shuffle below; three mix every part of a number with every other."""


@dataclass(frozen=True)
class Axis:
    """One parameter of a sweep: the values it takes, or the bounds that it is drawn between."""

    name: str
    values: Sequence[object] = ()
    low: float = math.nan
    high: float = math.nan

    def as_json(self) -> list[Json] | StretchJson:
        """What was asked for, as JSON values."""
        if isinstance(self.values, range):
            return {"low": self.values[0], "high": self.values[-1]}
        if self.values:
            return [plain_value(value) for value in self.values]
        return {"low": self.low, "high": self.high}


@dataclass(frozen=True)
class ParameterGrid:
    """The sets of a sweep. draws: how many are drawn by lot; None: all of the grid."""

    base: Strategy
    axes: tuple[Axis, ...]
    draws: int | None = None
    seed: int = 0

    def __len__(self) -> int:
        return self.cells if self.draws is None else self.draws

    @property
    def cells(self) -> int:
        """Sets of the grid; 0 where a parameter is drawn from a continuum."""
        return math.prod(len(axis.values) for axis in self.axes)

    def values(self, place: int) -> dict[str, object]:
        """The values of set number `place`, the last axis turning fastest."""
        if not self.cells:
            lot = Random(f"{self.seed}/{place}")  # noqa: S311
            return {axis.name: _drawn(axis, lot) for axis in self.axes}
        if self.draws is not None:
            place = shuffled(place, self.cells, self.seed)
        chosen = {}
        for axis in reversed(self.axes):
            place, row = divmod(place, len(axis.values))
            chosen[axis.name] = axis.values[row]
        return {axis.name: chosen[axis.name] for axis in self.axes}

    def strategy(self, place: int) -> Strategy:
        """Set number `place`; a NewsfolioError where its values do not go together."""
        return self.strategy_with(self.values(place))

    def strategy_with(self, values: Mapping[str, object]) -> Strategy:
        """The set with these values."""
        return changed(self.base, values)


def grid_of(
    base: Strategy,
    values: Mapping[str, Iterable[object]] | None = None,
    random: int | None = None,
    seed: int = 0,
) -> ParameterGrid:
    """The sets of a sweep.

    values: by parameter, as text or as they are; without one the strategy's own. random: draw
    so many sets of the grid given or, without one, uniformly within the bounds of each number.
    """
    if random is not None and random < 1:
        raise CommandError(f"--random {random}: draw at least one set")
    specs = specs_of(base)
    given = values or (base.grid if random is None else {})
    if not given and random is None:
        raise CommandError(
            f"{base.name} declares no grid; give --grid name=1,2,3, or --random 100 to draw within "
            "the bounds of its parameters"
        )
    axes = tuple(_axis(name, points, specs, base) for name, points in given.items())
    grid = ParameterGrid(base, axes or _bounded(base, specs), random, seed)
    if grid.cells and random is not None and random > grid.cells:
        raise CommandError(
            f"--random {random}: there are only {grid.cells} sets; leave it out to play all"
        )
    return grid


def read_grid(given: Iterable[str]) -> dict[str, list[str]]:
    """What `--grid name=v1,v2` means, as text."""
    axes: dict[str, list[str]] = {}
    for pair in given:
        name, equals, values = pair.partition("=")
        parts = [value.strip() for value in values.split(",") if value.strip()]
        if not equals or not parts:
            raise CommandError(f"--grid {pair}: write it as name=1,2,3")
        axes.setdefault(name.strip(), []).extend(parts)
    return axes


def shuffled(place: int, total: int, seed: int) -> int:
    """Another place below `total`, and a different one for every place: a draw without return.

    A Feistel network on the smallest square that holds them; outside of it, once more.
    """
    side = math.isqrt(total - 1) + 1 if total > 1 else 1
    while True:
        left, right = divmod(place, side)
        for turn in range(ROUNDS):
            left, right = right, (left + _mixed(seed, turn, right)) % side
        place = left * side + right
        if place < total:
            return place


def _mixed(seed: int, turn: int, part: int) -> int:
    digest = hashlib.blake2b(f"{seed}/{turn}/{part}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def _axis(
    name: str, values: Iterable[object], specs: Mapping[str, Parameter], base: Strategy
) -> Axis:
    if name not in specs:
        raise UnknownName(f"parameter of {base.name}", name, specs)
    spec, kind = specs[name], type(base)
    read = [
        spec.parse(value, kind) if isinstance(value, str) else spec.checked(value, kind)
        for value in values
    ]
    if not read:
        raise CommandError(f"the grid of {name} is empty; give it values")
    return Axis(name, tuple(dict.fromkeys(read)))


def _bounded(base: Strategy, specs: Mapping[str, Parameter]) -> tuple[Axis, ...]:
    """Every number between its bounds."""
    axes = tuple(
        Axis(spec.name, range(int(spec.low), int(spec.high) + 1))
        if spec.kind is int
        else Axis(spec.name, (), spec.low, spec.high)
        for spec in specs.values()
        if spec.kind in (int, float) and spec.low is not None and spec.high is not None
    )
    if not axes:
        raise CommandError(
            f"no parameter of {base.name} has bounds to draw within; declare them with "
            "param(..., low=, high=), or give --grid"
        )
    return axes


def _drawn(axis: Axis, lot: Random) -> object:
    return lot.choice(axis.values) if axis.values else lot.uniform(axis.low, axis.high)
