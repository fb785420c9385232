"""The one class an author writes, and the few words it needs."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeVar

from newsfolio.assets import Asset, Sleeve
from newsfolio.errors import ParameterError, StrategyError
from newsfolio.schedules import Schedule, monthly

if TYPE_CHECKING:
    from newsfolio.thesis import Thesis
    from newsfolio.view import View

Weights: TypeAlias = "Mapping[str, float]"
"""Ticker to fraction of equity; what is missing is cash. A pandas Series will do."""

Universe: TypeAlias = "tuple[str | Asset | Sleeve, ...] | Sleeve"

T = TypeVar("T")


def param(
    default: T, *, low: float | None = None, high: float | None = None, unit: str = "", doc: str = ""
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
    max_gross  how much may be held at most, longs and shorts added up, in units of equity

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
    max_gross: ClassVar[float] = 1.0

    def __post_init__(self) -> None:
        for spec in parameters(type(self)):
            spec.check(getattr(self, spec.name), type(self))

    def weights(self, view: View) -> Weights | None:
        """What to hold from the next open on; None leaves everything, orders too, as it is.

        The answer must depend on `self` and `view` alone.
        """
        raise NotImplementedError

    def controls(self) -> Mapping[str, Strategy]:
        """What the same money would have done without the thesis, by name."""
        return {}

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
    """The class's name in kebab case: EastRising is east-rising."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()


@dataclasses.dataclass(frozen=True)
class Parameter:
    """What is declared of one field of a strategy."""

    name: str
    type: str
    default: Any
    low: float | None = None
    high: float | None = None
    unit: str = ""
    doc: str = ""

    def check(self, value: Any, owner: type) -> None:
        """Raise ParameterError unless the value is of the default's type and within bounds."""
        kind = type(self.default)
        if kind is float and type(value) is int:
            kind = int
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise ParameterError(
                f"{name_of(owner)}: {self.name}={value!r} is not of type {self.type}"
                f" (default {self.show(self.default)})"
            )
        low, high = self.low, self.high
        if isinstance(value, int | float) and not isinstance(value, bool):
            if value != value or (low is not None and value < low) or (
                high is not None and value > high
            ):
                raise ParameterError(
                    f"{name_of(owner)}: {self.name}={value} is out of bounds: {self.bounds}"
                )

    @property
    def bounds(self) -> str:
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
        kind = type(self.default)
        try:
            if kind is bool:
                return {"true": True, "yes": True, "on": True, "1": True,
                        "false": False, "no": False, "off": False, "0": False}[text.lower()]
            return kind(text)
        except (KeyError, ValueError, TypeError):
            choices = (
                f" (one of {', '.join(str(member.value) for member in kind)})"
                if issubclass(kind, Enum)
                else ""
            )
            raise ParameterError(
                f"{name_of(owner)}: {self.name}={text!r} is not of type {self.type}{choices}"
            ) from None

    def show(self, value: Any) -> str:
        return str(value.value) if isinstance(value, Enum) else f"{value}"


def parameters(cls: type) -> tuple[Parameter, ...]:
    """The parameters that a strategy class declares, in order.

    Raises StrategyError for a class with annotated fields that is not a frozen dataclass.
    """
    if not dataclasses.is_dataclass(cls) or "__dataclass_fields__" not in cls.__dict__:
        if cls.__dict__.get("__annotations__"):
            raise StrategyError(
                f"{cls.__name__}: write @dataclass(frozen=True) above the class, "
                "so that its fields are parameters"
            )
        return ()
    found = []
    for field in dataclasses.fields(cls):
        if field.default is dataclasses.MISSING:
            raise StrategyError(f"{cls.__name__}.{field.name}: a parameter needs a default")
        meta = {key: field.metadata[key] for key in ("low", "high", "unit", "doc") if field.metadata}
        kind = field.type if isinstance(field.type, str) else getattr(field.type, "__name__", "?")
        found.append(Parameter(field.name, kind, field.default, **meta))
    return tuple(found)


def equal(*of: str | Sleeve | Iterable[str]) -> dict[str, float]:
    """The same weight for every line named, sleeves opened up; together 1.

    >>> equal("SPY", "TLT")
    {'SPY': 0.5, 'TLT': 0.5}
    """
    lines: list[str] = []
    for part in of:
        lines += [part] if isinstance(part, str) else part.tickers if isinstance(part, Sleeve) else part
    distinct = list(dict.fromkeys(lines))
    return {line: 1 / len(distinct) for line in distinct}


def blend(*parts: tuple[float, Mapping[str, float]]) -> dict[str, float]:
    """Portfolios added up: blend((0.6, equal(EAST)), (0.4, equal(WEST)))."""
    total: dict[str, float] = {}
    for share, part in parts:
        for line, weight in part.items():
            total[line] = total.get(line, 0.0) + share * weight
    return total


@dataclasses.dataclass(frozen=True)
class Fixed(Strategy):
    """Constant weights, rebalanced on a schedule: benchmarks and static controls.

    mix: pairs of a weight and a ticker or sleeve (held in equal parts).
    """

    mix: tuple[tuple[float, str | Sleeve], ...] = ()
    rebalance: Schedule = monthly  # type: ignore[misc]  # here a parameter
    title: str = "fixed"

    @property
    def universe(self) -> tuple[str | Sleeve, ...]:  # type: ignore[override]
        return tuple(part for _, part in self.mix)

    @property
    def name(self) -> str:
        return self.title

    @property
    def label(self) -> str:
        return self.title

    def weights(self, view: View) -> Weights:
        return blend(*((share, equal(part)) for share, part in self.mix))
