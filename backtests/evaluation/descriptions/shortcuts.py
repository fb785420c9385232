"""What each shortcut of careless backtests would have added, and the luck of the schedule's day.

Every row is a run of the strategy and its control from the same day with the same money. None of
them is a trial: they enter no ledger, and nothing of them can be asked for as a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median, stdev

import numpy as np
import pandas as pd

from backtests.engines import kernel
from backtests.engines.trees.desks import desk_of
from backtests.evaluation.descriptions.altered_markets import (
    acting_on,
    decided_later,
    filled_at_the_close,
    todays_list,
)
from backtests.evaluation.descriptions.schema import Phase, Phases, Shortcut, Shortcuts
from backtests.progress import Progress, counted, silent
from backtests.runner.divide import ScoredWindow
from backtests.runner.inputs import cost_model
from backtests.runner.run import ReferenceRun, Run
from backtests.settings import CostTable
from backtests.simulation.account import account
from backtests.simulation.desk import clock_of
from backtests.simulation.metrics import DAYS_A_YEAR
from markets.market import Market
from newsfolio.errors import NewsfolioError
from newsfolio.formatting import A_YEAR_FROM
from newsfolio.strategy import Strategy

SHORTCUTS = 6
"""Rows of the table."""

MOST_PHASES = 21
"""Sessions of a month, after which its days come round again."""

Alter = Callable[[Market], Market]
Variants = Sequence[tuple[Strategy, pd.Series]]
"""Sets of the grid with their equity on the run's sessions."""


def shortcuts(
    run: Run, against: ReferenceRun | None, score: ScoredWindow, variants: Variants,
    progress: Progress = silent,
) -> Shortcuts:  # fmt: skip
    """The table of a run; variants: its grid, already run. progress: how far it is."""
    if run.strategy is None:
        return Shortcuts.unknown("a plain backtrader strategy is not run again")
    if score.sessions < 1:
        return Shortcuts.unknown("no session scores yet")
    control = against.reference.strategy if against else None
    if against is None or against.market is None or control is None:
        return Shortcuts.unknown("there is no control that could be run again")
    race = _Race(run, run.strategy, control, against.market, score)
    honest = race.shown(lambda market: market)
    return Shortcuts(
        against=against.reference.name,
        a_year=race.a_year,
        growth=honest.growth,
        excess=honest.excess,
        rows=tuple(counted(_rows(race, honest, variants), "shortcuts", SHORTCUTS, progress)),
        phases=_phases(race, honest, progress),
    )


@dataclass(frozen=True)
class _Shown:
    """Growth of the strategy and its growth ahead of the control; None where all was lost."""

    growth: float | None
    excess: float | None


@dataclass(frozen=True, eq=False)
class _Race:
    """Strategy and control, each on its own market."""

    run: Run
    strategy: Strategy
    control: Strategy
    control_market: Market
    score: ScoredWindow

    @property
    def market(self) -> Market:
        return self.run.market

    @property
    def a_year(self) -> bool:
        return self.score.sessions >= A_YEAR_FROM

    def shown(self, alter: Alter, *, free: bool = False, divide: int | None = None) -> _Shown:
        """Both under one shortcut; free: of costs. divide: the session from which growth counts."""
        own = self.equity(self.strategy, alter(self.market), free=free)
        return self.measured(own, self.control_curve(alter, free=free), divide)

    def measured(self, own: pd.Series, other: pd.Series, divide: int | None = None) -> _Shown:
        """What two curves on the run's sessions show since the divide."""
        place = self.score.divide if divide is None else divide
        years = (self.market.day(-1) - self.market.day(place)).days / DAYS_A_YEAR
        power = 1 / years if self.a_year else 1.0
        row = place - self.market.first
        grown, its = (curve.iloc[-1] / curve.iloc[row] for curve in (own, other))
        if not (own.iloc[row:] > 0).all() or not (other.iloc[row:] > 0).all():
            return _Shown(None, None)
        return _Shown(float(grown**power) - 1, float((grown / its) ** power) - 1)

    def control_curve(self, alter: Alter, *, free: bool = False) -> pd.Series:
        return self.equity(self.control, alter(self.control_market), free=free)

    def equity(self, strategy: Strategy, market: Market, *, free: bool = False) -> pd.Series:
        """What a strategy was worth on the run's sessions, on a market that lets it cheat."""
        settings = self.run.settings
        if free:
            settings = replace(settings, costs=CostTable.NONE)
        costs = cost_model(settings, market.fx) if free else self.run.costs
        output = kernel.run(desk_of(strategy, market, settings, costs))
        played = account(market, output.fills, output.events, settings.cash, settings.credit_spread)
        days = self.run.account.sessions
        return played.curve.reindex(days, method="ffill").fillna(settings.cash)


# --- the rows ----------------------------------------------------------------------------------

CLOSE = ("Filled at the close", "At the close at which it is decided, as pandas in one line does.")
FREE = ("Free of costs", "No fees, no taxes, no half-spread.")
LIST = ("Today's list throughout", "Lines that trade today, from their first bar on: no listing "
        "dates, no opening of Stock Connect, nothing that has gone.")  # fmt: skip
DAY = ("The article's own day", "Bought at the opens of the day on the article, before most could "
       "act on it.")  # fmt: skip
ALL = ("The first four at once", "What a careless backtest of this thesis shows.")
BEST = ("Best of the grid", "The variant that looks best now, as if it had been meant.")


def _rows(race: _Race, honest: _Shown, variants: Variants) -> Iterator[Shortcut]:
    free = race.run.settings.costs is CostTable.NONE
    listed = _list_matters(race)
    moment = _on_the_day(race)
    yield _row(CLOSE, honest, lambda: race.shown(filled_at_the_close))
    yield (
        Shortcut.unknown(*FREE, "the run is free of costs already")
        if free
        else _row(FREE, honest, lambda: race.shown(lambda market: market, free=True))
    )
    yield (
        _row(LIST, honest, lambda: race.shown(todays_list))
        if listed
        else Shortcut.unknown(*LIST, "every line could be held throughout the run")
    )
    yield (
        _row(DAY, honest, lambda: race.shown(moment.alter, divide=moment.divide))
        if isinstance(moment, _Moment)
        else Shortcut.unknown(*DAY, moment)
    )
    alter, divide = _composed(moment)
    yield _row(ALL, honest, lambda: race.shown(alter, free=True, divide=divide))
    yield _best(race, honest, variants)


def _row(named: tuple[str, str], honest: _Shown, shown: Callable[[], _Shown]) -> Shortcut:
    """A row, or why the strategy cannot be run in that way."""
    try:
        other = shown()
    except NewsfolioError as error:
        return Shortcut.unknown(*named, str(error).splitlines()[0])
    if other.growth is None or other.excess is None:
        return Shortcut.unknown(*named, "an account was lost")
    if honest.growth is None or honest.excess is None:
        return Shortcut(*named, other.growth, None, other.excess, None, "the run itself was lost")
    return Shortcut(
        *named, other.growth, other.growth - honest.growth,
        other.excess, other.excess - honest.excess,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Moment:
    """The article acted on at the opens of its own day; divide: the close before."""

    alter: Alter
    divide: int


def _on_the_day(race: _Race) -> _Moment | str:
    """How to act on the article's day, or why that cannot be."""
    thesis, market = race.strategy.thesis, race.market
    if thesis is None or market.first_decision is None:
        return "no article is acted on in this run"
    if race.score.divide != market.first_decision:
        return "the run scores from a later day than the first decision on its article"
    day = thesis.article.published.date()
    early = acting_on(market, day)
    if early is None or early.first_decision is None:
        return "the run starts on the article's day"

    def alter(other: Market) -> Market:
        """A control that knows of no article decides as it did."""
        return other if other.first_decision is None else acting_on(other, day) or other

    return _Moment(alter, early.first_decision)


def _composed(moment: _Moment | str) -> tuple[Alter, int | None]:
    """All shortcuts of the market one after the other."""
    dated = moment if isinstance(moment, _Moment) else None

    def alter(market: Market) -> Market:
        listed = filled_at_the_close(todays_list(market))
        return dated.alter(listed) if dated else listed

    return alter, dated.divide if dated else None


def _list_matters(race: _Race) -> bool:
    """Whether some line could not be held on some session of the run, but has a price."""
    return any(
        bool((todays_list(market).usable != market.usable)[market.first :].any())
        for market in (race.market, race.control_market)
    )


def _best(race: _Race, honest: _Shown, variants: Variants) -> Shortcut:
    """The variant with the largest excess; it was run, and counted, with the grid."""
    if len(variants) < 2:
        return Shortcut.unknown(*BEST, "the thesis declares no grid")
    other = race.control_curve(lambda market: market)
    shown = {strategy.label: race.measured(equity, other) for strategy, equity in variants}
    defined = {label: row for label, row in shown.items() if row.excess is not None}
    if not defined:
        return Shortcut.unknown(*BEST, "every variant lost its account")
    label = max(defined, key=lambda name: defined[name].excess or 0.0)
    return replace(_row(BEST, honest, lambda: defined[label]), why=f"{label}, of {len(variants)}")


# --- the phase ---------------------------------------------------------------------------------


def _phases(race: _Race, honest: _Shown, progress: Progress) -> Phases:
    """The strategy decided on each of the other days of its month, the control as it is."""
    other = race.control_curve(lambda market: market)
    moved = _moved(race, other)
    rows = tuple(counted(moved, "other days of the month", MOST_PHASES, progress))
    if len(rows) < 2:
        return Phases.unknown("its schedule has no period whose end could be moved")
    excesses = [row.excess for row in rows if row.excess is not None]
    if len(excesses) < 2 or honest.excess is None:
        return replace(Phases.unknown("an account was lost"), rows=rows)
    others = np.array([row.excess for row in rows[1:] if row.excess is not None])
    return Phases(
        rows, min(excesses), median(excesses), max(excesses), stdev(excesses),
        float(np.mean(others < honest.excess)) if len(others) else None,
    )  # fmt: skip


def _moved(race: _Race, other: pd.Series) -> Iterator[Phase]:
    """Each phase whose marks are those of no other, the run's own first."""
    seen: set[bytes] = set()
    for by in range(MOST_PHASES):
        market = decided_later(race.market, by)
        marks, _ = clock_of(race.strategy.rebalance, market)
        if marks.tobytes() in seen:
            continue
        seen.add(marks.tobytes())
        try:
            shown = race.measured(race.equity(race.strategy, market), other)
        except NewsfolioError:
            shown = _Shown(None, None)
        yield Phase(by, shown.growth, shown.excess)
