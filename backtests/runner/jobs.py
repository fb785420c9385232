"""What is to be run: a strategy, or a plain backtrader class with its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backtests import strategy_loader
from backtests.runner.inputs import Inputs, inputs_of, inputs_of_backtrader
from backtests.settings import Settings
from newsfolio.errors import CommandError, StrategyError
from newsfolio.parameters import name_of
from newsfolio.strategy import Strategy

Runnable = str | type | Strategy


@dataclass(frozen=True)
class Job:
    """Something to run: a strategy, or a plain backtrader class and its lines."""

    address: str
    strategy: Strategy | None = None
    plain: type | None = None
    universe: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.strategy.name if self.strategy else name_of(self.plain or object)

    def inputs(self, settings: Settings) -> Inputs:
        """What a run of it needs."""
        if self.strategy is not None:
            return inputs_of(self.strategy, settings)
        return inputs_of_backtrader(self.universe, settings)


def job_of(
    what: Runnable, parameters: Mapping[str, str] | None = None, universe: Sequence[str] = ()
) -> Job:
    """What an address, a class or a strategy stands for."""
    if isinstance(what, Strategy):
        return Job(what.name, what)
    address = what if isinstance(what, str) else what.__name__
    cls = strategy_loader.find(what) if isinstance(what, str) else what
    if strategy_loader.is_plain(cls):
        lines = tuple(universe) or tuple(getattr(cls, "universe", ()))
        if not lines:
            raise CommandError(
                f"{address} is a plain backtrader strategy: name its lines with "
                "--universe SPY,KWEB or a class attribute `universe`"
            )
        if parameters:
            raise CommandError(f"{address} is a plain backtrader strategy: --set does not apply")
        return Job(address, plain=cls, universe=lines)
    if not issubclass(cls, Strategy):
        raise StrategyError(f"{address} is not a subclass of newsfolio.Strategy")
    if universe:
        raise CommandError("--universe is for plain backtrader strategies; this one has its own")
    return Job(address, strategy_loader.build(cls, parameters or {}))
