"""Playing one set after another on a market that is prepared once."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from backtests.account import Account, account
from backtests.claims import lines_of
from backtests.desk import Desk, Played
from backtests.engines import kernel
from backtests.evaluation.evaluate import scored_sessions
from backtests.evaluation.findings import Scored
from backtests.evaluation.overfitting import overfitting
from backtests.manifest import (
    Provenance,
    _plain,
    code_of,
    engine_code,
    parameter_values,
    settings_values,
)
from backtests.metrics import cash_returns, figures
from backtests.runner import Reference, Run, _ends, _leg, _load, _references, cost_model, prepare
from backtests.settings import Settings
from backtests.sweeps.curve import equity_of
from backtests.sweeps.sets import Plan
from markets.bars import Source
from markets.facts import Snapshot
from markets.market import Market
from newsfolio.errors import DataError, NewsfolioError
from newsfolio.strategy import Strategy

MOST = 32
"""Markets, and curves of controls, that a worker remembers; others are made again."""

Row = dict[str, Any]
"""A set as the table has it."""


@dataclass(frozen=True, eq=False)
class Ground:
    """A market on which sets are played, with what all of them share.

    row: of the divide on the run's sessions. idle: the account of who does nothing, for controls.
    """

    market: Market
    days: pd.DatetimeIndex
    rate: pd.Series
    scored: Scored
    row: int
    idle: Account


class Stage:
    """The bars of a sweep and the markets made of them: all that a worker needs."""

    def __init__(self, bars: Snapshot, settings: Settings, source: str) -> None:
        self.bars = bars
        self.snapshot = bars.id
        self.settings = settings
        self.source = source
        self.costs = cost_model(settings)
        self._grounds: OrderedDict[Any, Ground] = OrderedDict()
        self._others: OrderedDict[Any, tuple[str, pd.Series] | None] = OrderedDict()

    @classmethod
    def of(cls, plan: Plan, source: Source, settings: Settings) -> Stage:
        """Everything that any set needs of a source, read before the first is played."""
        read: list[Snapshot] = []
        seen: set[Any] = set()
        for place in range(len(plan)) if _varies(type(plan.base)) else ():
            try:
                strategy = plan.strategy(place)
            except NewsfolioError:
                continue  # it is recorded when its turn comes
            others = _references(strategy, settings)
            needs = (_asks(strategy), *(_asks(one.strategy) for one in others if one.strategy))
            if needs not in seen:
                seen.add(needs)
                read.append(_read(strategy, others, source, settings))
        if not read:
            base = plan.base
            read.append(_read(base, _references(base, settings), source, settings))
        bars = {ticker: line for one in read for ticker, line in one.bars.items()}
        tables = {name: table for one in read for name, table in one.facts.items()}
        return cls(Snapshot(bars, tables), settings, source.name)

    def ground(self, strategy: Strategy) -> Ground:
        """The market of a strategy; the sets of one universe share it."""
        key = _asks(strategy)
        if key not in self._grounds:
            _remember(self._grounds, key, self._prepared(strategy))
        return self._grounds[key]

    def warm(self, plan: Plan) -> None:
        """Prepare the market of the base, so that workers get it and need not make it."""
        with suppress(NewsfolioError):  # its sets say so themselves
            self.ground(plan.base)

    def play(self, strategy: Strategy) -> tuple[Ground, Played]:
        """One set from its first session to its last."""
        ground = self.ground(strategy)
        return ground, kernel.play(Desk(strategy, ground.market, self.settings, self.costs))

    def figures(self, strategy: Strategy) -> Row:
        """The figures of one set, its score, and the window that they are of."""
        ground, played = self.play(strategy)
        values = equity_of(ground.market, played, self.settings)
        equity = pd.Series(values, index=ground.days, name="equity")
        return {
            **figures(equity, played.fills, ground.rate),
            "score": self._score(strategy, ground, equity),
            "start": f"{ground.days[0]:%Y-%m-%d}",
            "end": f"{ground.days[-1]:%Y-%m-%d}",
            "scored": ground.scored.sessions if strategy.thesis else 0,
        }

    def against(self, strategy: Strategy) -> str:
        """What a strategy with a thesis is scored against, "" without one."""
        if strategy.thesis is None:
            return ""
        return self._other(strategy, self.ground(strategy))[0]

    def _prepared(self, strategy: Strategy) -> Ground:
        settings = self.settings
        market = prepare(
            strategy, self.bars, settings, _ends(_references(strategy, settings), self.bars)
        )
        idle = account(market, (), (), settings.cash, settings.credit_spread)
        run = Run(
            strategy, Provenance.of(strategy, strategy.name, self.source, self.snapshot), settings,
            self.costs, self.bars, market, Played((), (), (), ()), idle, {}, (),
        )  # fmt: skip
        scored, score = scored_sessions(run)
        row = score.divide - market.first
        return Ground(market, idle.sessions, run.rates["cash"], scored, row, idle)

    def _score(self, strategy: Strategy, ground: Ground, equity: pd.Series) -> float | None:
        """Annual Sharpe ratio of the difference to the control over the scored sessions."""
        if strategy.thesis is None or ground.scored.sessions < 2:
            return None
        _, other = self._other(strategy, ground)
        mine = _returns(equity, ground.row).to_frame("set")
        return overfitting(mine, other, "", ground.scored.years).variants[0].sharpe

    def _other(self, strategy: Strategy, ground: Ground) -> tuple[str, pd.Series]:
        """Name and scored returns of the first control that these data can carry, else of cash."""
        references = _references(strategy, self.settings)
        for reference in sorted(references, key=lambda one: one.name == "benchmark"):
            key = (_asks(strategy), reference)
            if key not in self._others:
                curve = self._curve(reference, ground)
                known = None if curve is None else (reference.name, _returns(curve, ground.row))
                _remember(self._others, key, known)
            if (curve_of := self._others[key]) is not None:
                return curve_of
        return "cash", cash_returns(ground.rate.iloc[ground.row :])

    def _curve(self, reference: Reference, ground: Ground) -> pd.Series | None:
        try:
            leg = _leg(reference, ground.market, ground.idle, self.settings, self.costs, self.bars)
        except DataError:
            return None
        return leg.curve


@dataclass(frozen=True, eq=False)
class Work:
    """A sweep cut into jobs of `size` sets, each of which a worker can do by itself.

    engine: the hash of our own code; about: all that a set's figures depend on but its parameters;
    values: the parameters of the base, as JSON values.
    """

    stage: Stage
    plan: Plan
    size: int
    engine: str
    about: str
    values: Row

    @classmethod
    def of(cls, stage: Stage, plan: Plan, size: int) -> Work:
        """Worked out here: a worker elsewhere may not have the author's file."""
        base = plan.base
        about = {
            "strategy": base.name,
            "code": code_of(type(base)),
            "settings": settings_values(stage.settings),
            "data": stage.snapshot,
            "engine": engine_code(),
        }
        text = json.dumps(about, sort_keys=True)
        return cls(stage, plan, size, engine_code(), text, parameter_values(base))

    @property
    def jobs(self) -> int:
        return -(-len(self.plan) // self.size)

    def places(self, job: int) -> range:
        return range(job * self.size, min((job + 1) * self.size, len(self.plan)))

    def __call__(self, job: int) -> list[Row]:
        """The sets of one job, in order."""
        names = Namer(self.about)
        return [self.row(place, names) for place in self.places(job)]

    def row(self, place: int, names: Namer) -> Row:
        """One set; what goes wrong with it is in its row."""
        values = {**self.values, **_told(self.plan.values(place))}
        row = {"set": place, "id": names(values), "error": ""}
        try:
            strategy = self.plan.strategy(place)
            found = self.stage.figures(strategy)
        except Exception as error:  # a bug in one set must not cost the others
            said = str(error) if isinstance(error, NewsfolioError) else repr(error)
            return {**row, "values": values, "error": said or repr(error)}
        return {**row, **found, "values": values}


class Namer:
    """Names a set by all that its figures depend on."""

    def __init__(self, about: str) -> None:
        self._start = hashlib.sha256(about.encode())

    def __call__(self, values: Mapping[str, Any]) -> str:
        digest = self._start.copy()
        digest.update(json.dumps(values, sort_keys=True).encode())
        return digest.hexdigest()[:16]


def _read(
    strategy: Strategy, others: tuple[Reference, ...], source: Source, settings: Settings
) -> Snapshot:
    """What a run of the strategy by itself would read."""
    claims = strategy.thesis.rests_on() if strategy.thesis else ()
    return _load(strategy, others, source, settings, lines_of(claims))


def _told(values: Mapping[str, Any]) -> Row:
    return {name: _plain(value) for name, value in values.items()}


def _varies(kind: Any) -> bool:
    """Whether two sets of a strategy may need different bars."""
    return _computes(kind) or kind.controls is not Strategy.controls


@lru_cache
def _computes(kind: Any) -> bool:
    """Whether anything that a market depends on follows from the parameters."""
    asked = ("universe", "signals", "facts", "benchmark", "thesis", "pool", "studies")
    held = (vars(base).get(name) for base in kind.__mro__ for name in asked)
    return any(hasattr(value, "__get__") for value in held)


def _asks(strategy: Strategy) -> Any:
    """What the market of a strategy depends on, as a key."""
    kind: Any = type(strategy)
    if not _computes(kind):
        return kind
    return (
        kind,
        strategy.universe, strategy.signals, strategy.facts, strategy.benchmark, strategy.thesis,
        strategy.pool,
    )  # fmt: skip


def _remember(known: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    known[key] = value
    if len(known) > MOST:
        known.popitem(last=False)


def _returns(equity: pd.Series, row: int) -> pd.Series:
    """Session returns after a row; NaN where nothing was left to earn on."""
    returns = equity.iloc[row:].pct_change().iloc[1:]
    return returns if equity.iloc[row] > 0 else returns * np.nan
