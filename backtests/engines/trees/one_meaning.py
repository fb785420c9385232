"""Strategies in one tree mean the same by a ticker, and by the name of a table."""

from __future__ import annotations

from collections.abc import Iterator

from markets.universe import Want
from newsfolio.assets import Asset
from newsfolio.errors import StrategyError
from newsfolio.facts import Facts
from newsfolio.strategy import Strategy
from newsfolio.trees import all_legs, facts_of


def require_one_meaning(strategy: Strategy, want: Want) -> None:
    """StrategyError that names what two strategies of a tree declare in two ways."""
    if not want.legs:
        return
    lines: dict[str, Asset] = {}
    for leaf in _leaves(want):
        for ticker, asset in leaf.lines.items():
            if lines.setdefault(ticker, asset) != asset:
                raise StrategyError(
                    f"{strategy.label}: its legs declare {ticker} in two ways; declare it once, "
                    "and use that in both"
                )
    tables: dict[str, Facts] = {}
    for part in (strategy, *all_legs(strategy)):
        for facts in facts_of(part):
            if tables.setdefault(facts.name, facts) != facts:
                raise StrategyError(
                    f"{strategy.label}: the table {facts.name} is declared in two ways in one "
                    "tree; declare it once, with all columns, and use that in both"
                )


def _leaves(want: Want) -> Iterator[Want]:
    """The legs that hold lines alone: the sleeves of others name those of their legs too."""
    if not want.legs:
        yield want
    for leg in want.legs:
        yield from _leaves(leg)
