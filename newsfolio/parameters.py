"""The parameters of a strategy: fields with bounds and units; and the name that a class has."""

from __future__ import annotations

import dataclasses
import math
import numbers
import re
import sys
from collections.abc import Mapping
from datetime import date
from enum import Enum, EnumType
from functools import lru_cache
from typing import Any, TypeVar

from newsfolio.blame import at, declared_at
from newsfolio.errors import ParameterError, StrategyError
from newsfolio.schedules import Schedule

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


def name_of(cls: type) -> str:
    """The class's name in kebab case: EastRising is east-rising; also a name for a folder."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", cls.__name__)
    return re.sub(r"\W+", "-", parted).lower()


def folder_name(name: str) -> str:
    """The name as a folder can have it, on any system: letters, digits, dots inside, dashes.

    A strategy may call itself "60/40" or "../x"; most characters take one to four bytes.
    """
    plain = re.sub(r"[^\w.-]+|\.{2,}", "-", name).strip("-. ")[:50]
    return plain.strip("-. ") or "run"


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
        if (
            type(value) is type(self.default)
            and type(value) in (int, float)
            and self._inside(value)
        ):
            return value
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
        if isinstance(value, Enum):
            return str(value.value)
        label = getattr(value, "label", None)  # of a strategy that is held as a leg
        return label if isinstance(label, str) else f"{value}"


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


_PLAIN: Mapping[str, type] = {kind.__name__: kind for kind in (bool, int, float, str, date)}


def _declared_type(cls: type, written: object) -> type | None:
    """The type that a field is annotated with; None for one that says more than a class does."""
    if isinstance(written, str):
        scope = vars(sys.modules[cls.__module__]) if cls.__module__ in sys.modules else {}
        written = scope.get(written) or _PLAIN.get(written)
    return written if type(written) in (type, EnumType) else None  # type: ignore[return-value]


def _is_of(value: object, kind: type) -> bool:
    """Whether it is a value of a type: whole numbers are numbers, true and false are none."""
    if kind in (int, float):
        number = numbers.Integral if kind is int else numbers.Real
        return isinstance(value, number) and not isinstance(value, bool)
    return isinstance(value, kind)


def _parameter(cls: type, field: dataclasses.Field[Any]) -> Parameter:
    if field.default is dataclasses.MISSING or field.default is None:
        raise StrategyError(
            f"{cls.__name__}.{field.name}: give the parameter a default, which also tells its type"
            f"{at(declared_at(cls, field.name))}"
        )
    wanted = _declared_type(cls, field.type)
    if wanted is not None and not _is_of(field.default, wanted):
        raise StrategyError(
            f"{cls.__name__}.{field.name}: {wanted.__name__} = {field.default!r}, which is of type "
            f"{type(field.default).__name__}; write a default of the type that is declared"
            f"{at(declared_at(cls, field.name))}"
        )
    keys = ("low", "high", "unit", "doc")
    return Parameter(
        field.name, field.default, **{key: field.metadata[key] for key in keys if field.metadata}
    )
