"""The one way to run something, for the command line and for notebooks."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backtests import addresses, home
from backtests.ledger import Ledger, Trial
from backtests.manifest import code_of, parameter_values, settings_values
from backtests.result import Result
from backtests.runner import run_plain, run_strategy
from backtests.settings import Settings
from markets.bars import Source
from newsfolio.errors import CommandError, NewsfolioError, OutputError, StrategyError
from newsfolio.strategy import Strategy, name_of

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


def job_of(
    what: Runnable, parameters: Mapping[str, str] | None = None, universe: Sequence[str] = ()
) -> Job:
    """What an address, a class or a strategy stands for."""
    if isinstance(what, Strategy):
        return Job(what.name, what)
    address = what if isinstance(what, str) else what.__name__
    cls = addresses.find(what) if isinstance(what, str) else what
    if addresses.is_plain(cls):
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
    return Job(address, addresses.build(cls, parameters or {}))


def run(
    strategy: Runnable,
    data: str | Source = "yahoo",
    *,
    universe: Sequence[str] = (),
    ledger: str | Path | None = None,
    offline: bool = False,
    verify: bool = False,
    **settings: Any,
) -> Result:
    """Run a strategy and answer its Result; `result.report(folder)` writes the pages.

    strategy: an address such as "abc-basket", a Strategy, or a class (plain backtrader ones too,
        with `universe`).
    data: "yahoo", "sample", a folder, or anything with a `load` method.
    settings: the fields of backtests.settings.Settings, e.g. start="2015-01-02", cash=250_000.

    Every run, failed ones too, is appended to the trial ledger. Raises a NewsfolioError.
    """
    try:
        wanted = Settings(**settings)
    except TypeError as error:
        raise CommandError(f"unknown setting: {error}") from None
    source = home.open_source(data, offline=offline) if isinstance(data, str) else data
    job = job_of(strategy, universe=universe)
    book = Ledger(Path(ledger) if ledger else home.ledger_path())
    return execute(job, source, wanted, book, verify=verify)


def execute(
    job: Job,
    source: Source,
    settings: Settings,
    ledger: Ledger,
    *,
    verify: bool = False,
    save: Callable[[Result], object] | None = None,
) -> Result:
    """Run a job, let `save` keep it, and record the trial whatever happens."""
    try:
        result = _played(job, source, settings, verify)
        if save is not None:
            save(result)
    except NewsfolioError as error:
        _record(ledger, _failed(job, source, settings, str(error)))
        raise
    _record(ledger, _done(job, result))
    return result


def _played(job: Job, source: Source, settings: Settings, verify: bool) -> Result:
    if job.strategy is not None:
        return run_strategy(job.strategy, source, settings, job.address, verify)
    if job.plain is None:
        raise CommandError(f"{job.address}: nothing to run")
    if verify:
        raise CommandError(f"--verify does not apply to {job.address}, a plain backtrader strategy")
    return run_plain(job.plain, job.universe, source, settings, job.address)


def _record(ledger: Ledger, trial: Trial) -> None:
    """A ledger that cannot be written costs a warning, not the result."""
    try:
        ledger.append(trial, home.now())
    except OutputError as error:
        warnings.warn(f"this trial is not counted: {error}", stacklevel=3)


def _done(job: Job, result: Result) -> Trial:
    about = result.manifest
    return Trial(
        thesis=about["thesis"]["id"] if about["thesis"] else "",
        strategy=job.name,
        parameters=about["strategy"]["parameters"],
        code=about["strategy"]["code"],
        data=about["data"]["snapshot"],
        simulated=result.simulated,
        settings=about["settings"],
        start=about["window"]["start"],
        end=about["window"]["end"],
        run=result.id,
        metrics=about["metrics"]["strategy"],
    )


def _failed(job: Job, source: Source, settings: Settings, error: str) -> Trial:
    strategy = job.strategy
    return Trial(
        thesis=strategy.thesis.id if strategy and strategy.thesis else "",
        strategy=job.name,
        parameters=parameter_values(strategy) if strategy else {},
        code=code_of(type(strategy) if strategy else job.plain or object),
        data="",
        simulated=source.name == "sample",
        settings=settings_values(settings),
        error=error,
    )
