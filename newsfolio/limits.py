"""What an account may hold and trade at most, whatever its strategy wants."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TypeAlias

from newsfolio.errors import CommandError

EXAMPLE = 'cap = 0.3; turnover = 0.1; band = "20%"; order = 500; over = 5'

CASH = "cash"
"""The key of a cap on what is in no line."""

LARGEST = 5.0
"""A share of equity from which on a percentage must have been meant."""

LONGEST = 1000
"""Sessions over which orders may fill."""

LimitsTable: TypeAlias = Mapping[str, "float | int | str | Mapping[str, float]"]
Bounds: TypeAlias = "float | Mapping[str, float] | tuple[tuple[str, float], ...] | None"


@dataclass(frozen=True)
class Limits:
    """Limits of a strategy's account; None and 0 are none.

    cap, floor: weights of equity, one for every line or by ticker and name of a sleeve; `cash` is
    a key of cap. turnover: one way, half of what a decision trades, a share of equity. band: a
    line whose weight is no farther than this from its target is not traded; text such as "20%" is
    a share of the target. order: the smallest order, in the money of the run. over: sessions over
    which the orders of a decision fill, in equal parts. What is wanted no more is sold whatever
    band and order say.

    >>> Limits(cap={"SPY": 0.4}, over=3).written()
    {'cap': {'SPY': 0.4}, 'over': 3}
    """

    cap: Bounds = None
    floor: Bounds = None
    turnover: float | None = None
    band: float | str | None = None
    order: float = 0.0
    over: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "cap", _bounds("cap", self.cap))
        object.__setattr__(self, "floor", _bounds("floor", self.floor))
        if self.turnover is not None:
            _part("turnover", self.turnover, above=True)
        if self.band is not None:
            _part("band", _share(self.band))
        _number("order", self.order)
        whole = isinstance(self.over, int) and not isinstance(self.over, bool)
        if not whole or not 1 <= self.over <= LONGEST:
            raise CommandError(f"limits: over {self.over!r}: give sessions, 1 to {LONGEST}")
        for key in dict(self.caps).keys() & dict(self.floors).keys():
            require_room(self, key)

    @property
    def caps(self) -> tuple[tuple[str, float], ...]:
        """By ticker, sleeve, `cash`; "" is every line."""
        return self.cap if isinstance(self.cap, tuple) else ()

    @property
    def floors(self) -> tuple[tuple[str, float], ...]:
        """By ticker and sleeve; "" is every line."""
        return self.floor if isinstance(self.floor, tuple) else ()

    @property
    def relative(self) -> bool:
        """Whether the band is a share of the target."""
        return isinstance(self.band, str)

    @property
    def width(self) -> float:
        """The band as a number; below zero: none."""
        return -1.0 if self.band is None else _share(self.band)

    def cap_of(self, key: str) -> float:
        """The largest weight of a line, a sleeve or `cash`; infinite where there is none."""
        return dict(self.caps).get(key, dict(self.caps).get("", math.inf))

    def floor_of(self, key: str) -> float:
        """The smallest weight of a line or a sleeve; 0 where there is none."""
        return dict(self.floors).get(key, dict(self.floors).get("", 0.0))

    @classmethod
    def read(cls, table: Mapping[str, object], where: str = "limits") -> Limits:
        """Of a table of plain values; CommandError for a name or value that is none."""
        names = [field.name for field in fields(cls)]
        for name in table:
            if name not in names:
                raise CommandError(f"{where}: {name!r}: limits are {', '.join(names)}: {EXAMPLE}")
        return cls(**table)  # type: ignore[arg-type]  # it checks each of them

    def written(self) -> LimitsTable:
        """As plain values, what is none left out."""
        values: dict[str, float | int | str | Mapping[str, float]] = {}
        for name, pairs in (("cap", self.caps), ("floor", self.floors)):
            if pairs:
                values[name] = pairs[0][1] if pairs[0][0] == "" and len(pairs) == 1 else dict(pairs)
        if self.turnover is not None:
            values["turnover"] = self.turnover
        if self.band is not None:
            values["band"] = self.band
        if self.order:
            values["order"] = self.order
        return values | ({"over": self.over} if self.over > 1 else {})

    def __str__(self) -> str:
        return ", ".join(f"{name} {_said(value)}" for name, value in self.written().items())


def require_room(limits: Limits, key: str) -> None:
    """CommandError where the floor of a line or sleeve is above its cap."""
    floor, cap = limits.floor_of(key), limits.cap_of(key)
    if floor > cap:
        raise CommandError(
            f"limits: the floor of {key or 'a line'}, {floor:g}, is above its cap, {cap:g}"
        )


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        return " and ".join(f"{key or 'others'} {part:g}" for key, part in value.items())
    return value if isinstance(value, str) else f"{value:g}"


def _bounds(name: str, value: object) -> tuple[tuple[str, float], ...] | None:
    """Pairs of a key and a weight; "" stands for every line."""
    if value is None:
        return None
    pairs = value.items() if isinstance(value, Mapping) else value
    if not isinstance(value, Mapping | tuple):
        pairs = (("", value),)
    checked = {str(key): _part(f"{name} of {key or 'a line'}", part) for key, part in pairs}  # type: ignore[attr-defined]
    if CASH in checked and name == "floor":
        raise CommandError("limits: a floor of cash: scale the weights, or cap each line")
    return tuple(sorted(checked.items()))


def _share(value: object) -> float:
    """A band as a number, of text as a percentage."""
    text = str(value).strip()
    try:
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return math.nan


def _part(name: str, value: object, *, above: bool = False) -> float:
    """A share of equity."""
    share = _number(name, value, above=above)
    if share >= LARGEST:
        raise CommandError(
            f"limits: {name} {share:g}: give a share of the equity, 0.3 for 30 %, e.g. {EXAMPLE}"
        )
    return share


def _number(name: str, value: object, *, above: bool = False) -> float:
    right = isinstance(value, int | float) and not isinstance(value, bool) and value < math.inf
    if not right or not (value > 0 if above else value >= 0):  # type: ignore[operator]
        wanted = "a number above 0" if above else "a number from 0 on"
        raise CommandError(f"limits: {name} {value!r}: give {wanted}, e.g. {EXAMPLE}")
    return float(value)  # type: ignore[arg-type]
