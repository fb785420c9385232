"""The strategy from every month's start over some years, against its control.

Read off the daily values of the one run where fresh money would hold what the run holds; where it
would not, each start is a run of its own, for who asks for those. None of them is a trial.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
import pandas as pd

from backtests.engines import kernel
from backtests.engines.trees.desks import desk_of
from backtests.evaluation.descriptions.schema import EveryStart, Horizon, Start
from backtests.progress import Progress, counted, silent
from backtests.runner.run import ReferenceRun, Run
from backtests.settings import Settings, with_limits
from backtests.simulation.account import account
from backtests.simulation.desk import clock_of
from backtests.simulation.metrics import cash_returns
from markets.market import Market
from newsfolio.errors import NewsfolioError
from newsfolio.limits import Limits
from newsfolio.schedules import Period
from newsfolio.strategy import Strategy

HORIZONS = (1, 3, 5)
"""Years."""

EARLY = 7
"""Days of a month by which the first session of a run still begins that month."""

Curves = tuple[pd.Series, pd.Series]
"""Strategy and control, on the sessions of the run."""


def every_start(
    run: Run, against: ReferenceRun | None, *, fresh: bool = False, progress: Progress = silent
) -> EveryStart:
    """The whole run by month of entry, context included.

    against: what the verdict is about; None: cash. fresh: run every start where the rule depends
    on it.
    """
    starts = _Starts.of(run.market)
    why = _depends(run, against)
    alone = fresh and bool(why) and run.strategy is not None
    curves = _same(run, against, starts)
    if alone and run.strategy is not None:
        curves = _fresh_curves(run, run.strategy, against, starts, progress)
    horizons = tuple(_horizon(years, starts, curves) for years in HORIZONS)
    none = all(not horizon.starts for horizon in horizons)
    return EveryStart(
        against=against.reference.name if against else "cash",
        fresh=alone,
        basis=_basis(why, alone, run.strategy is None),
        horizons=horizons,
        why="the run is shorter than a year" if none else "",
    )


@dataclass(frozen=True)
class _Starts:
    """Where months begin: (month, place of the close before its first session), and where they end.

    Months are counted from year 0; the run may begin within the first days of one.
    """

    begins: Mapping[int, int]
    ends: Mapping[int, int]
    days: Sequence[str]

    @classmethod
    def of(cls, market: Market) -> _Starts:
        marks = np.flatnonzero(market.calendar.ends(Period.MONTH))
        places = marks[marks >= market.first].tolist()
        ends = {_month(market, place): place for place in places}
        begins = {month + 1: place for month, place in ends.items()}
        if market.day(market.first).day <= EARLY:
            begins = {_month(market, market.first): market.first} | begins
        return cls(begins, ends, [day.isoformat() for day in market.days])

    def pairs(self, years: int) -> Iterator[tuple[int, int, int]]:
        """Month, first and last place of every stretch of so many years in the run."""
        for month, place in self.begins.items():
            end = self.ends.get(month + 12 * years - 1)
            if end is not None:
                yield month, place, end


def _month(market: Market, place: int) -> int:
    """The month in which a place lies; an end that moved to the next session belongs to its own."""
    day = market.day(place)
    return day.year * 12 + day.month - 1 - (day.day <= EARLY and place > market.first)


def _depends(run: Run, against: ReferenceRun | None) -> str:
    """Why fresh money would hold something else than the run does; "" where it would not."""
    if run.strategy is None:
        return "it follows its own orders"
    if run.settings.flows:
        return "money comes in or leaves, which weighs otherwise in an account that began later"
    own = _limited(run.settings.limits) or _path(run.strategy, run.market, run.looked)
    if own:
        return f"it {own}"
    decided = int(clock_of(run.strategy.rebalance, run.market)[0].sum())
    if len(run.output.targets) < decided and run.output.ruined is None:
        return "it leaves what is held as it is at some decisions"
    control = against.reference.strategy if against else None
    if against is None or against.market is None or control is None:
        return ""
    theirs = _limited(control.limits) or _path(control, against.market, against.looked)
    return f"its control {theirs}" if theirs else ""


def _limited(limits: Limits | None) -> str:
    """Why limits let what is held follow from when it began; caps and floors alone do not."""
    if limits is None or limits == Limits(cap=limits.cap, floor=limits.floor):
        return ""
    return "trades within limits, so that what it holds depends on what it held"


def _path(strategy: Strategy, market: Market, looked: bool) -> str:
    """What makes a portfolio follow from when it began."""
    if market.legs:
        return "holds strategies, each with an account of its own"
    if looked:
        return "looks at what it holds"
    if strategy.rebalance.band is not None:
        return "decides where its weights have drifted"
    marks = clock_of(strategy.rebalance, market)[0]
    sessions = market.sessions.astype("datetime64[M]")
    whole = np.unique(sessions[market.first : -1])[:-1]
    if np.isin(whole, sessions[marks]).all():
        return ""
    return "decides less than once a month, so its weights drift from the day it began"


def _same(run: Run, against: ReferenceRun | None, starts: _Starts) -> Mapping[int, Curves]:
    """The one run's curves for every start."""
    own = run.account.curve
    cash = (1 + cash_returns(run.rates["cash"])).cumprod()
    other = against.curve if against else cash.reindex(own.index).fillna(1.0)
    return dict.fromkeys(starts.begins, (own, other))


def _fresh_curves(
    run: Run, strategy: Strategy, against: ReferenceRun | None, starts: _Starts, progress: Progress
) -> Mapping[int, Curves]:
    """Curves of runs that begin with each month; a start that cannot be run is left out."""
    last: dict[int, int] = {}
    for years in HORIZONS:
        last |= {month: end for month, _, end in starts.pairs(years)}
    curves = dict(_same(run, against, starts))
    control = against.reference.strategy if against else None
    for month, end in counted(last.items(), "every start", len(last), progress):
        span = starts.begins[month], end
        _, other = curves.pop(month)
        try:
            own = _fresh(run, strategy, run.market, span, run.settings)
            if control is not None and against is not None and against.market is not None:
                within = with_limits(run.settings, control.limits)
                other = _fresh(run, control, against.market, span, within)
        except NewsfolioError:
            continue
        curves[month] = own, other
    return curves


def _fresh(
    run: Run, strategy: Strategy, market: Market, span: tuple[int, int], settings: Settings
) -> pd.Series:
    """Equity of a strategy that begins with fresh money; span: places on the run's market."""
    first, last = (_place(market, run.market.sessions[place]) for place in span)
    window = market.window(first, last, market.first_decision)
    output = kernel.run(desk_of(strategy, window, settings, run.costs))
    played = account(window, output.fills, output.events, settings.cash, settings.credit_spread)
    days = run.account.sessions
    return played.curve.reindex(days, method="ffill").fillna(settings.cash)


def _place(market: Market, day: np.datetime64) -> int:
    return int(np.searchsorted(market.sessions, day, side="right")) - 1


def _horizon(years: int, starts: _Starts, curves: Mapping[int, Curves]) -> Horizon:
    rows = tuple(
        _start(years, month, (place, end), curves[month], starts)
        for month, place, end in starts.pairs(years)
        if month in curves
    )
    spans = [(place, end) for _, place, end in starts.pairs(years)]
    ahead = [row.ahead for row in rows if row.ahead is not None]
    grown = [row.growth for row in rows if row.growth is not None]
    unknown = f"the run is shorter than {years} years" if not spans else ""
    missing = len(spans) - len(ahead)
    return Horizon(
        years=years,
        starts=rows,
        wins=float(np.mean(np.array(ahead) > 0)) if ahead else None,
        worst=min(ahead, default=None),
        median=median(ahead) if ahead else None,
        lost=float(np.mean(np.array(grown) < 0)) if grown else None,
        worst_growth=min(grown, default=None),
        median_growth=median(grown) if grown else None,
        apart=(len(spans) - 1) / 12 / years + 1 if spans else 0.0,
        why=unknown or (f"{missing} starts without a figure" if missing else ""),
    )


def _start(years: int, month: int, span: tuple[int, int], curves: Curves, starts: _Starts) -> Start:
    first, last = (pd.Timestamp(starts.days[place]) for place in span)
    own, other = (curve.loc[first:last].to_numpy() for curve in curves)
    whole = len(own) and bool((own > 0).all() and (other > 0).all())
    grown, its = ((values[-1] / values[0]) if whole else 0.0 for values in (own, other))
    return Start(
        month=f"{month // 12}-{month % 12 + 1:02d}",
        day=starts.days[span[0]],
        growth=float(grown ** (1 / years)) - 1 if whole else None,
        ahead=float((grown / its) ** (1 / years)) - 1 if whole else None,
    )


def _basis(why: str, alone: bool, plain: bool) -> str:
    """Where the figures come from, and why from there."""
    if alone:
        return f"Each start is a run of its own with fresh money, because {why}. None is a trial."
    if not why:
        return (
            "Read off the daily values of this run: strategy and control decide at least once a "
            "month and never by what they hold, so fresh money would hold the same, but for whole "
            "lots and the cost of the first purchase."
        )
    more = "" if plain else " --shortcuts runs every start."
    return (
        "Read off the daily values of this run, as for somebody who joined the running account: "
        f"fresh money would hold something else, because {why}.{more}"
    )
