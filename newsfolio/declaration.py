"""Class attributes of a strategy, checked when one is made: the ordinary slips, each by name."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

from newsfolio.assets import Asset, Sleeve
from newsfolio.blame import (
    at,
    declared_at,
    place_of,
    placed,
    said_by,
    shortened,
    source_file,
    writable,
)
from newsfolio.costs import Costs
from newsfolio.errors import NewsfolioError, StrategyError
from newsfolio.event_study import EventStudy
from newsfolio.facts import Facts
from newsfolio.flows import Flow
from newsfolio.legs import ROOT, is_strategy, require_end
from newsfolio.limits import Limits
from newsfolio.parameters import parameters
from newsfolio.schedules import Schedule
from newsfolio.thesis import Thesis

Control = TypeVar("Control", covariant=True)

METHODS = ("weights", "weights_table", "explain", "controls", "drawn")


class Controlled(Protocol[Control]):
    """A strategy, as far as this module knows one: Strategy imports it, not vice versa."""

    def controls(self) -> Mapping[str, Control]: ...


@lru_cache(maxsize=256)
def check_class(cls: Any) -> None:
    """StrategyError for what stands in the class itself and cannot be meant."""
    for name in METHODS:
        if not callable(getattr(cls, name)):
            raise StrategyError(
                f"{cls.__name__}.{name} is {_a(getattr(cls, name))}; write def {name}(self, ...)"
                f"{at(declared_at(cls, name))}"
            )
    for name, check in _CHECKS.items():
        value = getattr(cls, name)
        if not isinstance(value, property):
            _refuse(cls, name, value, check(value))
    if not isinstance(cls.grid, property):
        _refuse_axes(cls, cls.grid)


def check_made(strategy: Controlled[object]) -> None:
    """The same of a strategy that was made, with what it works out by properties and methods."""
    cls = type(strategy)
    _require_weights(cls)
    for name, check in _CHECKS.items():
        value = _asked(strategy, name)
        _refuse(cls, name, value, check(value))
    for name in ("name", "label"):
        value = _asked(strategy, name)
        if not isinstance(value, str) or writable(value) != value:
            raise StrategyError(
                f"{cls.__name__}.{name} is {_a(value)}, no text that can be written"
                f"{at(declared_at(cls, name))}"
            )
    _require_files(cls, _asked(strategy, "files"))
    require_end(strategy)
    controls_of(strategy)


def _require_files(cls: type, files: tuple[str, ...]) -> None:
    """Each declared file lies beside the class, or in the working folder.

    A bare word may name a value of the module instead, which is certified as a file is.
    """
    file = source_file(cls)
    folder = file.parent if file is not None else Path.cwd()
    for name in files:
        if name.isidentifier():
            continue
        path = Path(name).expanduser()
        if not path.exists() and not (folder / path).exists():
            raise StrategyError(
                f"{cls.__name__}.files: there is no {shortened(name, 100)} in {folder}; name the "
                f"files that weights reads as they lie beside the strategy"
                f"{at(declared_at(cls, 'files'))}"
            )


def controls_of(strategy: Controlled[Control]) -> Mapping[str, Control]:
    """The controls that a strategy names; StrategyError for an answer that is none."""
    cls = type(strategy)
    with _authored(cls, "controls"):
        controls = strategy.controls()
    if not isinstance(controls, Mapping):
        raise StrategyError(
            f'{cls.__name__}.controls answered {_a(controls)}; return {{"name": Strategy, ...}}, '
            f"or {{}} for none{at(declared_at(cls, 'controls'))}"
        )
    for name, control in controls.items():
        if not isinstance(name, str) or not is_strategy(control):
            raise StrategyError(
                f"{cls.__name__}.controls names {shortened(repr(name), 60)}: {_a(control)}; each "
                f"control is a strategy that was made: Fixed(...){at(declared_at(cls, 'controls'))}"
            )
    return controls


def _require_weights(cls: type) -> None:
    owner = next(base for base in cls.__mro__ if "weights" in vars(base))
    if f"{owner.__module__}.{owner.__name__}" == ROOT:
        raise StrategyError(
            f"{cls.__name__} has no weights; write def weights(self, view), which returns a dict "
            f"of ticker to weight{at(declared_at(cls, cls.__name__))}"
        )


def _asked(strategy: object, name: str) -> Any:
    """An attribute; one that the author works out can raise."""
    with _authored(type(strategy), name):
        return getattr(strategy, name)


@contextmanager
def _authored(cls: type, name: str) -> Iterator[None]:
    """What the author's code raises comes out as a StrategyError that names his line."""
    try:
        yield
    except NewsfolioError as error:
        raise placed(error) from error
    except Exception as error:
        raise StrategyError(
            f"{cls.__name__}.{name} raised {said_by(error)}{at(place_of(error))}"
        ) from error


def _refuse(cls: type, name: str, value: object, wanted: str) -> None:
    if wanted:
        raise StrategyError(
            f"{cls.__name__}.{name} is {_a(value)}; write {wanted}{at(declared_at(cls, name))}"
        )


def _refuse_axes(cls: type, grid: Mapping[str, object]) -> None:
    names = [spec.name for spec in parameters(cls)]
    for name in grid:
        if name not in names and "." not in name:  # a leg's parameter, known once it is made
            have = f"it has {', '.join(names)}" if names else "it has none"
            raise StrategyError(
                f"{cls.__name__}.grid: {name} is no parameter of it; {have}"
                f"{at(declared_at(cls, 'grid'))}"
            )


def _a(value: object) -> str:
    """What a value is, as one would say it."""
    if isinstance(value, str):
        return f"the text {shortened(value, 40)!r}"
    if value is None or isinstance(value, bool | int | float):
        return f"{value}"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    kind = type(value).__name__
    return f"{'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}"


# --- what each attribute may be: "" or what to write -------------------------------------------


def _universe(value: object) -> str:
    parts = value if isinstance(value, tuple) else (value,)
    right = all(
        (isinstance(part, str) and part.strip())
        or isinstance(part, Asset | Sleeve)
        or is_strategy(part)
        for part in parts
    )
    kind = next((part for part in parts if isinstance(part, type)), None)
    if kind is not None:
        return f"a strategy of newsfolio that is made: {kind.__name__}()"
    if not right:
        return 'a tuple of tickers, assets, sleeves or strategies: universe = ("SPY", "TLT")'
    sleeves = (part for part in parts if isinstance(part, Sleeve))
    if not all(_texts(sleeve.lines, Asset) for sleeve in sleeves):
        return 'the lines of a sleeve as a tuple: Sleeve("name", ("SPY", "TLT"))'
    return ""


def _rebalance(value: object) -> str:
    if isinstance(value, Schedule):
        return ""
    if isinstance(value, str) and value.isidentifier():
        return f"a schedule without quotes: rebalance = {value}"
    return "a schedule: rebalance = monthly, or quarterly | drift_band(0.05)"


def _benchmark(value: object) -> str:
    right = value is None or (isinstance(value, str) and value) or is_strategy(value)
    return "" if right else 'a ticker or a strategy that was made: benchmark = "SPY"'


def _max_gross(value: object) -> str:
    right = isinstance(value, numbers.Real) and not isinstance(value, bool)
    right = right and 0 < float(value) < math.inf  # type: ignore[arg-type]
    return "" if right else "a number above 0: max_gross = 1.5"


def _grid(value: object) -> str:
    right = isinstance(value, Mapping) and all(
        isinstance(name, str) and isinstance(values, tuple | list) and values
        for name, values in value.items()
    )
    return "" if right else 'values by parameter: grid = {"lookback": (63, 126)}'


def _tuple_of(kind: type | tuple[type, ...], example: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        right = isinstance(value, tuple) and all(isinstance(part, kind) for part in value)
        return "" if right else f"a tuple, {example}"

    return check


def _thesis(value: object) -> str:
    right = value is None or isinstance(value, Thesis)
    return "" if right else "a Thesis(...), or leave it out"


def _texts(value: object, *other: type) -> bool:
    return isinstance(value, tuple) and all(isinstance(part, (str, *other)) for part in value)


def _costs(value: object) -> str:
    right = value is None or isinstance(value, Costs)
    return "" if right else 'terms: costs = Costs("0.1% min 1 EUR")'


def _limits(value: object) -> str:
    right = value is None or isinstance(value, Limits)
    return "" if right else "limits: limits = Limits(cap=0.3, turnover=0.1)"


def _proxies(value: object) -> str:
    if isinstance(value, Facts):
        return "" if value.columns else "a table with number columns, one a factor"
    right = (
        all(isinstance(name, str) for name in value) and _texts(tuple(value.values()), Asset)
        if isinstance(value, Mapping)
        else _texts(value, Asset)
    )
    return "" if right else 'a tuple of tickers, or names: proxies = {"Gold": "GLD"}'


_CHECKS: Mapping[str, Callable[[object], str]] = {
    "universe": _universe,
    "rebalance": _rebalance,
    "thesis": _thesis,
    "benchmark": _benchmark,
    "signals": _tuple_of((str, Asset), 'signals = ("^VIX",)'),
    "facts": _tuple_of(Facts, "facts = (Facts(...),)"),
    "max_gross": _max_gross,
    "grid": _grid,
    "studies": _tuple_of(EventStudy, "studies = (EventStudy(...),)"),
    "pool": _tuple_of(str, 'pool = ("SPY", "TLT")'),
    "files": _tuple_of(str, 'files = ("scores.csv",)'),
    "costs": _costs,
    "limits": _limits,
    "flows": _tuple_of(Flow, 'flows = (Flow(500, "monthly"),)'),
    "proxies": _proxies,
}
