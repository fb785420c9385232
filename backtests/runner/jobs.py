"""What is to be run: a strategy, or a plain backtrader class with its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backtests import strategy_loader
from backtests.plain_strategy import PlainStrategy, lines_of_class, plain_strategy
from backtests.runner.inputs import Inputs, inputs_of
from backtests.settings import Settings
from newsfolio.declaration import check_made
from newsfolio.errors import CommandError, StrategyError
from newsfolio.strategy import Strategy

Runnable = str | type | Strategy


@dataclass(frozen=True)
class Job:
    """Something to run, by the address it was asked for."""

    address: str
    strategy: Strategy

    @property
    def plain(self) -> PlainStrategy | None:
        """The plain backtrader strategy that it is; None for one of newsfolio's."""
        return self.strategy if isinstance(self.strategy, PlainStrategy) else None

    @property
    def name(self) -> str:
        return self.strategy.name

    def inputs(self, settings: Settings) -> Inputs:
        """What a run of it needs."""
        return inputs_of(self.strategy, settings)


def job_of(
    what: Runnable, parameters: Mapping[str, str] | None = None, universe: Sequence[str] = ()
) -> Job:
    """What an address, a class or a strategy stands for."""
    if isinstance(what, Strategy):
        check_made(what)
        return Job(what.name, what)
    address = what if isinstance(what, str) else what.__name__
    cls = strategy_loader.find(what) if isinstance(what, str) else what
    if strategy_loader.is_plain(cls):
        return Job(address, plain_strategy(cls, lines_of_class(cls, tuple(universe)), parameters))
    if not issubclass(cls, Strategy):
        raise StrategyError(f"{address} is not a subclass of newsfolio.Strategy")
    if universe:
        raise CommandError("--universe is for plain backtrader strategies; this one has its own")
    return Job(address, strategy_loader.build(cls, parameters or {}))
