"""A plain backtrader class in the dress of a Strategy, so that sets of its params can be named."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar, cast

from newsfolio.assets import Asset
from newsfolio.declared import declared_in
from newsfolio.errors import CommandError, ParameterError
from newsfolio.listings import asset_of
from newsfolio.parameters import name_of, parameters
from newsfolio.strategy import Strategy

SETTABLE = (bool, int, float, str, date)
"""Types of a param's default that a command line can write."""


class PlainStrategy(Strategy):
    """Params are its parameters; orders come from backtrader, so that it has no weights.

    A param that is called like a word of Strategy keeps its default.
    """

    plain: ClassVar[type]

    @property
    def params(self) -> dict[str, object]:
        """What backtrader makes the strategy with: every parameter that can be set."""
        return {spec.name: getattr(self, spec.name) for spec in parameters(type(self))}

    def __reduce__(self) -> tuple[object, ...]:
        return _made_again, (self.plain, self.universe, self.params)


def plain_strategy(
    cls: type, universe: tuple[str | Asset, ...], values: Mapping[str, str] | None = None
) -> PlainStrategy:
    """A backtrader class with its lines, and params from text; ParameterError for a wrong one."""
    kind = _dressed(cls, tuple(map(_alone, universe)))
    specs = {spec.name: spec for spec in parameters(kind)}
    chosen = {}
    for name, text in (values or {}).items():
        if name not in specs:
            raise ParameterError(_why_not(cls, name, specs))
        chosen[name] = specs[name].parse(text, kind)
    return kind(**chosen)


def author_of(kind: type) -> type:
    """The class that somebody wrote: of a dressed one, the one within."""
    return kind.plain if issubclass(kind, PlainStrategy) else kind


def lines_of_class(cls: type, given: tuple[str, ...]) -> tuple[str | Asset, ...]:
    """The lines given, or else the class's own `universe`."""
    own = cast("str | Asset | Iterable[str | Asset]", vars_of(cls).get("universe", ()))
    declared = declared_in(cls.__module__) if given else {}
    lines: tuple[str | Asset, ...] = tuple(declared.get(line, line) for line in given) or (
        (own,) if isinstance(own, str | Asset) else tuple(own)
    )
    if not lines:
        raise CommandError(
            f"{cls.__name__} is a plain backtrader strategy: name its lines with "
            "--universe SPY,KWEB or a class attribute `universe`"
        )
    return lines


def vars_of(cls: type) -> dict[str, object]:
    """The attributes of a class and its bases."""
    return {name: value for base in reversed(cls.__mro__) for name, value in vars(base).items()}


@lru_cache(maxsize=64)
def _dressed(cls: type, universe: tuple[Asset, ...]) -> type[PlainStrategy]:
    """A frozen dataclass with a field for each param whose default can be written."""
    fields = [
        (name, type(default), default)
        for name, default in _defaults(cls).items()
        if type(default) in SETTABLE and not hasattr(PlainStrategy, name)
    ]
    namespace = {"universe": universe, "plain": cls}
    kind = dataclasses.make_dataclass(
        cls.__name__, fields, bases=(PlainStrategy,), namespace=namespace, frozen=True
    )
    kind.__module__, kind.__doc__ = cls.__module__, inspect.cleandoc(cls.__doc__ or "")
    return kind


def _defaults(cls: Any) -> dict[str, object]:
    """As backtrader keeps them: its classes have no types."""
    return dict(cls.params._getitems())


def _why_not(cls: type, name: str, specs: Iterable[str]) -> str:
    """Why a param cannot be set."""
    owner = name_of(cls)
    if name not in _defaults(cls):
        names = ", ".join(specs)
        accepted = f"it has {names}" if names else "it has none that can be set"
        return f"{owner} has no parameter {name!r}: {accepted}"
    if hasattr(PlainStrategy, name):
        return f"{owner}: {name} cannot be set, newsfolio has a word of that name; rename it"
    default = _defaults(cls)[name]
    return f"{owner}: {name} cannot be set, its default {default!r} is no number, text or date"


def _alone(line: str | Asset) -> Asset:
    """A line for which no other stands in: a strategy trades the feeds that it was given."""
    return dataclasses.replace(asset_of(line), stand_in=())


def _made_again(
    cls: type, universe: tuple[Asset, ...], values: Mapping[str, object]
) -> PlainStrategy:
    return _dressed(cls, universe)(**values)
