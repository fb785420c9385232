"""The one class an author writes, and the few words it needs."""

from __future__ import annotations

import dataclasses
import math
import numbers
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeVar

from newsfolio.assets import Asset, Sleeve
from newsfolio.errors import ParameterError, StrategyError
from newsfolio.event_study import EventStudy
from newsfolio.facts import Facts
from newsfolio.schedules import Schedule, monthly

if TYPE_CHECKING:
    from random import Random

    import pandas as pd

    from newsfolio.panel import Panel, Table
    from newsfolio.thesis import Thesis
    from newsfolio.view import View

Weights: TypeAlias = "Mapping[str, float]"
"""Ticker to fraction of equity; what is missing is cash. A pandas Series will do."""

T = TypeVar("T")


def param(
    default: T,
    *,
    low: float | None = None,
    high: float | None = None,
    unit: str = "",
    doc: str = "",
) -> T:
    """A strategy parameter with bounds (inclusive), a unit and a word of explanation.

    >>> lookback: int = param(126, low=20, high=504, unit="sessions")
    """
    metadata = {"low": low, "high": high, "unit": unit, "doc": doc}
    return dataclasses.field(default=default, metadata=metadata)


class Strategy:
    """A thesis as a rule: from what was known at a close to what to hold from the next open.

    Subclass it as a frozen dataclass. Annotated fields are parameters; class attributes are facts:

    universe   tickers, assets or sleeves that may be held
    rebalance  when `weights` is asked
    thesis     the statement of an article that this tests, if any
    benchmark  a ticker, or a strategy, to be measured against
    signals    tickers that are looked at and never held
    facts      tables of dated facts that `view.facts` shows: releases, valuations, events
    max_gross  how much may be held at most, longs and shorts added up, in units of equity
    grid       parameter values of the thesis's variants, declared before anything was run
    studies    event studies that the report makes, whatever the strategy holds
    pool       lines that `drawn` may put in the place of the author's picks
    files      data files that `weights` reads; a file that is not named here cannot be certified

    >>> @dataclass(frozen=True)
    ... class Mine(Strategy):
    ...     universe = ("SPY", "TLT")
    ...     def weights(self, view):
    ...         return {"SPY": 0.6, "TLT": 0.4}
    """

    universe: ClassVar[Any] = ()
    rebalance: ClassVar[Any] = monthly
    thesis: ClassVar[Thesis | None] = None
    benchmark: ClassVar[Any] = None
    signals: ClassVar[tuple[str, ...]] = ()
    facts: ClassVar[tuple[Facts, ...]] = ()
    max_gross: ClassVar[float] = 1.0
    grid: ClassVar[Mapping[str, tuple[Any, ...]]] = {}
    studies: ClassVar[tuple[EventStudy, ...]] = ()
    pool: ClassVar[tuple[str, ...]] = ()
    files: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        for spec in parameters(type(self)):
            value = spec.checked(getattr(self, spec.name), type(self))
            object.__setattr__(self, spec.name, value)

    def weights(self, view: View) -> Weights | None:
        """What to hold from the next open on; None leaves everything, orders too, as it is.

        The answer must depend on `self` and `view` alone.
        """
        raise NotImplementedError

    def weights_table(self, panel: Panel) -> Table | None:
        """The same decisions, all at once: weights, decisions x lines of `panel.universe`.

        A row of NaN is None: it leaves everything as it is. Optional, for speed: None where the
        rule has no such form. It must answer what `weights` answers, which stays the truth, and
        cannot know what is held.
        """
        return None

    def explain(self, view: View) -> pd.DataFrame | None:
        """A table of what stands behind the decision at a close; None where there is none.

        `newsfolio weights` and the report show it for the last decision.
        """
        return None

    def controls(self) -> Mapping[str, Strategy]:
        """What the same money would have done without the thesis, by name."""
        return {}

    def drawn(self, lot: Random) -> Strategy | None:
        """The same strategy with its picks drawn by lot from `pool`; None where nothing was picked.

        What it earns compared with many such draws is the luck of the pick.
        """
        return None

    @property
    def name(self) -> str:
        """The class's name in kebab case."""
        return name_of(type(self))

    @property
    def label(self) -> str:
        """Name with the parameters that are not at their defaults."""
        changed = [
            f"{spec.name}={spec.show(getattr(self, spec.name))}"
            for spec in parameters(type(self))
            if getattr(self, spec.name) != spec.default
        ]
        return f"{self.name}({', '.join(changed)})" if changed else self.name


def name_of(cls: type) -> str:
    """The class's name in kebab case: EastRising is east-rising; also a name for a folder."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", cls.__name__)
    return re.sub(r"\W+", "-", parted).lower()


@dataclasses.dataclass(frozen=True)
class Parameter:
    """What is declared of one field of a strategy."""

    name: str
    default: Any
    low: float | None = None
    high: float | None = None
    unit: str = ""
    doc: str = ""

    @property
    def kind(self) -> type:
        """The type that every value must have: the default's, or what a schedule has in common."""
        return Schedule if isinstance(self.default, Schedule) else type(self.default)

    def checked(self, value: Any, owner: type) -> Any:
        """The value as the default's type; ParameterError if it is another, or out of bounds."""
        number = isinstance(value, numbers.Real) and not isinstance(value, bool)
        if self.kind is float and number:
            value = float(value)
        elif self.kind is int and isinstance(value, numbers.Integral) and number:
            value = int(value)
        if not isinstance(value, self.kind) or isinstance(value, bool) != (self.kind is bool):
            raise ParameterError(
                f"{name_of(owner)}: {self.name}={value!r} is not of type {self.kind.__name__} "
                f"(default {self.show(self.default)})"
            )
        if self.kind in (int, float) and not self._inside(value):
            raise ParameterError(
                f"{name_of(owner)}: {self.name}={value} is out of bounds: {self.bounds}"
            )
        return value

    def _inside(self, value: Any) -> bool:
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        return math.isfinite(value) and low <= value <= high

    @property
    def bounds(self) -> str:
        """Limits and unit in words."""
        unit = f" {self.unit}" if self.unit else ""
        if self.low is None and self.high is None:
            return self.unit
        if self.high is None:
            return f"at least {self.low}{unit}"
        if self.low is None:
            return f"at most {self.high}{unit}"
        return f"{self.low} to {self.high}{unit}"

    def parse(self, text: str, owner: type) -> Any:
        """The value that `text` (from a command line) means; ParameterError if none."""
        read = {bool: _truth, date: date.fromisoformat}.get(self.kind, self.kind)
        try:
            if self.kind not in (bool, int, float, str, date) and not issubclass(self.kind, Enum):
                raise ValueError
            return self.checked(read(text), owner)
        except ParameterError:
            raise
        except (KeyError, ValueError):
            choices = ", ".join(self.show(member) for member in self._members())
            raise ParameterError(
                f"{name_of(owner)}: {self.name}={text!r} is not of type {self.kind.__name__}"
                f"{f' (one of {choices})' if choices else ''}"
                f"{f' within {self.bounds}' if self.bounds else ''}"
            ) from None

    def _members(self) -> list[Enum]:
        return list(self.kind) if issubclass(self.kind, Enum) else []

    def show(self, value: Any) -> str:
        """A value as a command line would write it."""
        return str(value.value) if isinstance(value, Enum) else f"{value}"


def _truth(text: str) -> bool:
    return {"true": True, "yes": True, "on": True, "1": True,
            "false": False, "no": False, "off": False, "0": False}[text.lower()]  # fmt: skip


def parameters(cls: type) -> tuple[Parameter, ...]:
    """The parameters that a strategy class declares or inherits, in order.

    Raises StrategyError for fields that are not declared as a frozen dataclass would.
    """
    return _declared(cls)


@lru_cache(maxsize=256)
def _declared(cls: Any) -> tuple[Parameter, ...]:
    own = {name for name, kind in vars(cls).get("__annotations__", {}).items()
           if "ClassVar" not in str(kind)}  # fmt: skip
    fields = dataclasses.fields(cls) if dataclasses.is_dataclass(cls) else ()
    inherited = {field.name for field in fields}
    plain = "__dataclass_fields__" not in vars(cls)
    if plain and (own or inherited & set(vars(cls))):
        raise StrategyError(
            f"{cls.__name__}: write @dataclass(frozen=True) above the class, so that its fields "
            "are parameters"
        )
    if fields and not cls.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        raise StrategyError(f"{cls.__name__}: write @dataclass(frozen=True), not @dataclass")
    return tuple(_parameter(cls, field) for field in fields)


def _parameter(cls: type, field: dataclasses.Field[Any]) -> Parameter:
    if field.default is dataclasses.MISSING or field.default is None:
        raise StrategyError(
            f"{cls.__name__}.{field.name}: give the parameter a default, which also tells its type"
        )
    keys = ("low", "high", "unit", "doc")
    return Parameter(
        field.name, field.default, **{key: field.metadata[key] for key in keys if field.metadata}
    )


Part: TypeAlias = str | Asset | Sleeve


def equal(*of: Part | Iterable[Part]) -> dict[str, float]:
    """The same weight for every line named, sleeves opened up; together 1.

    >>> equal("SPY", "TLT")
    {'SPY': 0.5, 'TLT': 0.5}
    """
    return _equal(of if _all_text(of) else tuple(_tickers(of))).copy()


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


def _tickers(parts: Iterable[Part | Iterable[Part]]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            yield part
        elif isinstance(part, Asset):
            yield part.ticker
        elif isinstance(part, Sleeve):
            yield from part.tickers
        else:
            yield from _tickers(part)


def blend(*parts: tuple[float, Mapping[str, float]]) -> dict[str, float]:
    """Portfolios added up: blend((0.6, equal(EAST)), (0.4, equal(WEST)))."""
    lines = dict.fromkeys(line for _, part in parts for line in part)
    return {
        line: math.fsum(share * part[line] for share, part in parts if line in part)
        for line in lines
    }


def most_traded(view: View, candidates: Sleeve, count: int) -> Sleeve:
    """The `count` lines of a sleeve with the highest median traded value, ties by name.

    A list by rule, to hold against one that somebody drew up. A line counts once it can be held.
    """
    traded = {line: view.traded_value(line) for line in candidates.tickers if line in view.usable}
    known = [line for line, value in traded.items() if value > 0]
    ranked = sorted(known, key=lambda line: (-traded[line], line))[:count]
    return Sleeve(candidates.name, tuple(ranked), candidates.hindsight)


@dataclasses.dataclass(frozen=True)
class Fixed(Strategy):
    """Constant weights, rebalanced on a schedule: benchmarks and static controls.

    mix: pairs of a weight and a line or sleeve (held in equal parts).
    """

    mix: tuple[tuple[float, Part], ...] = ()
    schedule: Schedule = monthly

    @property
    def universe(self) -> tuple[Part, ...]:  # type: ignore[override]
        return tuple(part for _, part in self.mix)

    @property
    def rebalance(self) -> Schedule:  # type: ignore[override]
        return self.schedule

    @property
    def max_gross(self) -> float:  # type: ignore[override]
        return max(1.0, math.fsum(abs(share) for share, _ in self.mix))

    @property
    def label(self) -> str:
        parts = [f"{share:.0%} {_called(part)}" for share, part in self.mix]
        return f"{' + '.join(parts)}, {self.schedule}"

    def weights(self, view: View) -> Weights:
        return blend(*((share, equal(part)) for share, part in self.mix))

    def weights_table(self, panel: Panel) -> Table | None:
        weights = blend(*((share, equal(part)) for share, part in self.mix))
        return panel.table(weights) if weights.keys() <= set(panel.universe) else None


def _called(part: Part) -> str:
    if isinstance(part, Asset):
        return part.ticker
    return part.name if isinstance(part, Sleeve) else part
