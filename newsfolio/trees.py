"""Strategies of strategies: the legs of one, their names, and their parameters by dotted names.

A leg is a strategy in the universe of another, its parent. The parent's weights name it beside
lines: `{Trend(): 0.6, "GLD": 0.4}`, or `blend((0.6, Trend()), (0.4, "GLD"))`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import datetime

from newsfolio.assets import sleeves_of
from newsfolio.errors import ParameterError, UnknownName
from newsfolio.facts import Facts
from newsfolio.legs import legs_in, require_end, same
from newsfolio.membership import dated_sleeves
from newsfolio.parameters import Parameter, parameters
from newsfolio.strategy import Fixed, Strategy
from newsfolio.thesis import Article


def legs_of(strategy: Strategy) -> tuple[Strategy, ...]:
    """The strategies in the universe of one, each once, in its order; () for most.

    StrategyError for a tree that comes back to itself.
    """
    legs = tuple(leg for leg in legs_in(strategy.universe) if isinstance(leg, Strategy))
    if legs:
        require_end(strategy)
    return legs


def all_legs(strategy: Strategy) -> Iterator[Strategy]:
    """Every strategy below one, at any depth, parents before their legs."""
    for leg in legs_of(strategy):
        yield leg
        yield from all_legs(leg)


def published_of(strategy: Strategy) -> datetime | None:
    """When the last of the articles could be read that a strategy and its legs are about."""
    theses = (part.thesis for part in (strategy, *all_legs(strategy)))
    return max((thesis.article.published for thesis in theses if thesis), default=None)


def other_articles(strategy: Strategy) -> tuple[Article, ...]:
    """The articles of legs besides the one by which a strategy is judged, latest first."""
    judged = strategy.thesis
    theses = (leg.thesis for leg in all_legs(strategy))
    articles = {thesis.article.id: thesis.article for thesis in theses if thesis}
    others = (article for article in articles.values()
              if judged is None or article.id != judged.article.id)  # fmt: skip
    return tuple(sorted(others, key=lambda article: article.published, reverse=True))


def facts_of(strategy: Strategy) -> tuple[Facts, ...]:
    """The tables that a strategy declares, and those of the dated sleeves of its universe."""
    sleeves = dated_sleeves(sleeves_of(strategy.universe))
    return (*strategy.facts, *(sleeve.table for sleeve in sleeves))


def leg_names(strategy: Strategy) -> dict[str, Strategy]:
    """The legs by name: of the field that holds one, else its own; `-2` and on for namesakes."""
    fields = _held_in_fields(strategy)
    named: dict[str, Strategy] = {}
    for leg in legs_of(strategy):
        of_field = (field for field, value in fields.items() if same(value, leg))
        name = own = next(of_field, leg.name)
        count = 1
        while name in named:
            count += 1
            name = f"{own}-{count}"
        named[name] = leg
    return named


def specs_of(strategy: Strategy) -> dict[str, Parameter]:
    """Parameters by name, those of legs by dotted ones: `lookback`, `trend.lookback`."""
    specs = {spec.name: spec for spec in parameters(type(strategy))}
    for name, leg in leg_names(strategy).items():
        specs |= {f"{name}.{inner}": spec for inner, spec in specs_of(leg).items()}
    return specs


def changed(strategy: Strategy, values: Mapping[str, object]) -> Strategy:
    """The strategy with other values of its parameters, legs' among them by dotted names."""
    own = {name: value for name, value in values.items() if "." not in name}
    strategy = dataclasses.replace(strategy, **own) if own else strategy  # type: ignore[type-var]
    below: dict[str, dict[str, object]] = {}
    for name, value in values.items():
        leg, dot, inner = name.partition(".")
        if dot:
            below.setdefault(leg, {})[inner] = value
    for name, inner_values in below.items():
        strategy = _with_leg(strategy, name, inner_values)
    return strategy


def _with_leg(strategy: Strategy, name: str, values: Mapping[str, object]) -> Strategy:
    named = leg_names(strategy)
    if name not in named:
        raise UnknownName(f"leg of {strategy.name}", name, named)
    leg = named[name]
    other = changed(leg, values)
    if name in _held_in_fields(strategy):
        return dataclasses.replace(strategy, **{name: other})  # type: ignore[type-var]
    if isinstance(strategy, Fixed):
        mix = tuple((share, other if same(part, leg) else part) for share, part in strategy.mix)
        return dataclasses.replace(strategy, mix=mix)
    raise ParameterError(
        f"{strategy.name}: its leg {name} is fixed in the class; to vary {next(iter(values))}, "
        f"hold it in a field: {name.replace('-', '_')}: Strategy = {type(leg).__name__}()"
    )


def _held_in_fields(strategy: Strategy) -> dict[str, Strategy]:
    values = {spec.name: getattr(strategy, spec.name) for spec in parameters(type(strategy))}
    return {name: value for name, value in values.items() if isinstance(value, Strategy)}
