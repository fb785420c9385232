"""The lines that a strategy declares itself: a ticker means them wherever it stands in a run."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import overload

from newsfolio.assets import Asset, Sleeve
from newsfolio.blame import at, declared_at
from newsfolio.errors import CommandError
from newsfolio.strategy import Fixed, Strategy
from newsfolio.trees import legs_of


def declared_by(strategy: Strategy, author: type) -> dict[str, Asset]:
    """Assets by ticker: of universe, pool and benchmark, of the author's file, and of its legs.

    In a file or a notebook an asset counts where it has a name of its own.
    """
    parts: list[object] = [strategy.universe]
    if isinstance(strategy, Strategy):
        parts.append(strategy.pool)
        if isinstance(strategy.benchmark, Strategy):
            parts.append(strategy.benchmark.universe)
    assets = [asset for part in parts for asset in _assets(part)]
    below = [declared_by(leg, type(leg)) for leg in legs_of(strategy)]
    own = declared_in(author.__module__) | {asset.ticker: asset for asset in reversed(assets)}
    return {ticker: asset for leg in reversed(below) for ticker, asset in leg.items()} | own


def declared_in(name: str) -> dict[str, Asset]:
    """The assets that have a name in a user's module."""
    module = sys.modules.get(name)
    if module is None or name.partition(".")[0] in ("newsfolio", "backtrader"):
        return {}
    return {asset.ticker: asset for asset in _assets(tuple(vars(module).values()))}


def with_declared(strategy: Strategy, declared: Mapping[str, Asset]) -> Strategy:
    """Constant weights whose tickers mean the declared lines; another strategy as it is."""
    if not declared or not isinstance(strategy, Fixed):
        return strategy
    mix = tuple(
        (share, part if isinstance(part, Strategy) else meant(part, declared))
        for share, part in strategy.mix
    )
    return replace(strategy, mix=mix)


@contextmanager
def naming_its_place(strategy: Strategy, author: type) -> Iterator[None]:
    """An error about a line comes out with the place in the author's file that names the line."""
    try:
        yield
    except CommandError as error:
        text = str(error)
        names = (name for name, part in _named_by(strategy) if _is_about(text, part))
        name = "universe" if text.startswith("the universe") else next(names, "")
        place = declared_at(author, name) if name else ""
        if not place or place in text:
            raise
        raise CommandError(f"{text}{at(place)}") from error


def _named_by(strategy: Strategy) -> Iterator[tuple[str, object]]:
    """Attributes that name lines, each with the lines."""
    for name in ("universe", "signals", "pool", "benchmark"):
        part = getattr(strategy, name)
        yield name, part.universe if isinstance(part, Strategy) else part
    yield from (("controls", control.universe) for control in strategy.controls().values())


def _is_about(text: str, part: object) -> bool:
    """Whether an error is about one of some lines: it begins with the ticker, or quotes it."""
    tickers = (ticker for sleeve in _sleeves(part) for ticker in sleeve.tickers)
    return any(text.startswith((f"{line}:", f"{line} ")) or repr(line) in text for line in tickers)


def _sleeves(part: object) -> Iterator[Sleeve]:
    """Lines as sleeves, whatever is wrong with them."""
    for line in part if isinstance(part, tuple) else (part,):
        if line is not None:
            yield from (
                _sleeves(line.universe)
                if isinstance(line, Strategy)
                else (line if isinstance(line, Sleeve) else Sleeve("", (line,)),)
            )


@overload
def meant(part: Sleeve, declared: Mapping[str, Asset]) -> Sleeve: ...
@overload
def meant(part: str | Asset, declared: Mapping[str, Asset]) -> str | Asset: ...
def meant(part: str | Asset | Sleeve, declared: Mapping[str, Asset]) -> str | Asset | Sleeve:
    """A line, or a sleeve of lines, with the declared ones in place of their tickers."""
    if isinstance(part, Sleeve):
        return replace(part, lines=tuple(meant(line, declared) for line in part.lines))
    return declared.get(part, part) if isinstance(part, str) else part


def _assets(values: object) -> Iterator[Asset]:
    """The assets among some values, and in their sleeves."""
    parts: tuple[object, ...] = values if isinstance(values, tuple) else (values,)
    for value in parts:
        if isinstance(value, Asset):
            yield value
        elif isinstance(value, Sleeve):
            yield from _assets(value.lines)
