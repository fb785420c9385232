"""The variants of a thesis that its author declared: which they are, and what each was worth."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator

import pandas as pd

from backtests.engines import kernel
from backtests.engines.trees.desks import desk_of
from backtests.records.ledger import variant_of
from backtests.runner.fingerprint import code_behind
from backtests.runner.inputs import prepare
from backtests.runner.provenance import parameter_values, settings_values
from backtests.runner.run import Run
from backtests.simulation.account import account
from newsfolio.errors import NewsfolioError
from newsfolio.strategy import Strategy
from newsfolio.trees import changed


def variant_names(run: Run) -> frozenset[str]:
    """The ledger's names for the run and for every set of its grid, run or not."""
    settings = settings_values(run.settings)

    def named(strategy: Strategy) -> str:
        values, code = parameter_values(strategy), code_behind(strategy)
        return variant_of(strategy.name, values, code, settings)

    about = run.origin.strategy
    own = variant_of(about["name"], about["parameters"], about["code"], settings)
    return frozenset((own, *map(named, _sets(run.strategy))))


def variant_equities(run: Run) -> Iterator[tuple[Strategy, pd.Series]]:
    """Every set of the strategy's grid with its curve on the run's sessions, its own first."""
    if run.strategy is None or not run.strategy.grid:
        return
    yield run.strategy, run.account.curve
    for variant in _sets(run.strategy):
        if variant == run.strategy:
            continue
        try:
            yield variant, _equity(run, variant)
        except NewsfolioError:
            continue  # a variant that these data cannot carry says nothing about the others


def _sets(strategy: Strategy | None) -> Iterator[Strategy]:
    """The strategy with every set of values of its grid."""
    if strategy is None or not strategy.grid:
        return
    for values in itertools.product(*strategy.grid.values()):
        yield changed(strategy, dict(zip(strategy.grid, values, strict=True)))


def _equity(run: Run, strategy: Strategy) -> pd.Series:
    """The curve of a variant on the run's sessions."""
    market, settings = run.market, run.settings
    if strategy.universe != (run.strategy.universe if run.strategy else ()):
        days = run.account.sessions
        window = dataclasses.replace(settings, start=days[0].date(), end=days[-1].date())
        market = prepare(strategy, run.bars, window)
    output = kernel.run(desk_of(strategy, market, settings, run.costs))
    own = account(market, output.fills, output.events, settings.cash, settings.credit_spread)
    return own.curve.reindex(run.account.sessions, method="ffill").fillna(settings.cash)
