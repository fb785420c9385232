"""The lines that a strategy declares itself: a ticker means them wherever it stands in a run."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from newsfolio.assets import Asset, Sleeve
from newsfolio.strategy import Fixed, Strategy


def declared_by(strategy: Strategy, author: type) -> dict[str, Asset]:
    """Assets by ticker: of the universe, the pool, the benchmark, and of the author's file.

    In a file or a notebook an asset counts where it has a name of its own.
    """
    parts: list[Any] = [strategy.universe]
    if isinstance(strategy, Strategy):
        parts.append(strategy.pool)
        if isinstance(strategy.benchmark, Strategy):
            parts.append(strategy.benchmark.universe)
    assets = [asset for part in parts for asset in _assets(part)]
    return declared_in(author.__module__) | {asset.ticker: asset for asset in reversed(assets)}


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
    mix = tuple((share, meant(part, declared)) for share, part in strategy.mix)
    return replace(strategy, mix=mix)


def meant(part: Any, declared: Mapping[str, Asset]) -> Any:
    """A line, or a sleeve of lines, with the declared ones in place of their tickers."""
    if isinstance(part, Sleeve):
        return replace(part, lines=tuple(meant(line, declared) for line in part.lines))
    return declared.get(part, part) if isinstance(part, str) else part


def _assets(values: Any) -> Iterator[Asset]:
    """The assets among some values, and in their sleeves."""
    parts: Iterable[Any] = values if isinstance(values, tuple) else (values,)
    for value in parts:
        if isinstance(value, Asset):
            yield value
        elif isinstance(value, Sleeve):
            yield from _assets(value.lines)
