"""The same rule where it has no reason to work: from other dates on, or with other lines."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import islice
from math import fsum
from random import Random

import numpy as np
import pandas as pd

from backtests.engines import kernel
from backtests.engines.trees.desks import desk_of
from backtests.evaluation.reruns.workers import shared, usable
from backtests.evaluation.schema import Placebo, PlaceboKind
from backtests.progress import Progress, silent
from backtests.records.result import no_placebos
from backtests.runner.divide import ScoredWindow
from backtests.runner.inputs import prepare
from backtests.runner.run import ReferenceRun, Run
from backtests.settings import with_limits
from backtests.simulation.account import account
from backtests.simulation.metrics import DAYS_A_YEAR
from backtests.simulation.output import EngineOutput
from markets.market import Market
from newsfolio.errors import NewsfolioError
from newsfolio.strategy import Strategy

LOOK_BACK = 252
"""Sessions between the first on which every sleeve can be held and the first placebo date, so that
the look-backs of a year exist."""

ENOUGH = 20
"""Placebos below which a percentile tells nothing."""

APART = 10
"""Windows that do not overlap, below which too many of the placebos are the same stretch: with one
window half of all theses without an edge beat 90 % of their placebos, with ten an eighth."""

OFF = "switched off"

ATTEMPTS = 10
"""Draws for every basket wanted, after which the pool counts as exhausted."""

Draw = tuple[str, date, float]
"""Label, first day, growth ahead of the control over the window."""


def placebos(
    run: Run,
    against: ReferenceRun | None,
    score: ScoredWindow,
    count: int,
    progress: Progress = silent,
    workers: int | None = None,
) -> tuple[Placebo, pd.DataFrame]:
    """Rank the strategy, run with fresh money at the divide, among `count` placebos.

    Baskets where the strategy can draw other lines, else dates. A placebo that cannot be run, for
    want of data, is passed over. workers: processes that run them; None: as many as can be used.
    """
    if run.strategy is None:
        return _none("a plain backtrader strategy cannot be moved to other dates")
    if against is None or against.market is None or against.reference.strategy is None:
        return _none("there is no control that could be run with fresh money")
    if score.sessions < 1:
        return _none("no session scores yet")
    if not count:
        return _none(OFF, decides=True)
    duel = _Duel(run, run.strategy, against.reference.strategy, against.market, score)
    drawn = run.strategy.drawn(Random(0)) is not None  # noqa: S311
    sharing = _Sharing(workers or usable(), count, progress)
    progress("placebos", 0.0)
    draws = duel.baskets(count, sharing) if drawn else duel.dates(count, sharing)
    progress("placebos", 1.0)
    return _ranked(duel, draws, drawn, against.label)


@dataclass(frozen=True)
class _Sharing:
    """How many processes run placebos, and how far they are, told of all that are wanted."""

    workers: int
    total: int
    progress: Progress

    def of(self, draw: Callable[[int], Draw | None], count: int, before: int = 0) -> list[Draw]:
        """What so many placebos came to, without those that cannot be run.

        before: how many there are already.
        """
        return [
            drawn
            for drawn in shared(draw, count, self.workers, report=partial(self._report, before))
            if drawn is not None
        ]

    def _report(self, before: int, number: int) -> None:
        done = before + number
        self.progress(f"placebos: {done + 1:,} of {self.total:,}", min(done / self.total, 0.99))


@dataclass(frozen=True, eq=False)
class _Duel:
    """Strategy and control, each started with fresh money on the same day."""

    run: Run
    strategy: Strategy
    other: Strategy
    other_market: Market
    score: ScoredWindow
    of_control: dict[tuple[int, int, int], float] = field(default_factory=dict)

    @property
    def market(self) -> Market:
        return self.run.market

    @property
    def last(self) -> int:
        return len(self.market.sessions) - 1

    def real(self) -> float:
        """What the strategy itself did over the scored sessions."""
        return self._ahead(
            self.strategy, self.market, self.score.divide, self.last, self.score.decision
        )

    def reacts(self) -> bool:
        """Whether the strategy decides otherwise because there is an article."""
        with_article, without = (
            self._output(self.strategy, self.market.window(self.score.divide, self.last, decision))
            for decision in (self.score.decision, None)
        )
        return with_article.targets != without.targets

    @property
    def hindsight(self) -> str:
        """What makes windows before the article unlike those after it, "" if nothing."""
        lists = [
            f"{sleeve.name}: {sleeve.hindsight}"
            for sleeve in self.market.sleeves
            if sleeve.hindsight
        ]
        return "; ".join(lists)

    def fair(self) -> bool:
        """Whether earlier windows can say what the article was worth."""
        return not self.hindsight and self.reacts()

    def eligible(self) -> tuple[int, int]:
        """The first and the last place where a placebo may start; the last may come first."""
        ready = [place for place in (self.market.ready,) if place is not None]
        if self.other_market.ready is not None:
            day = self.other_market.sessions[self.other_market.ready]
            ready.append(int(np.searchsorted(self.market.sessions, day)))
        waited = self.score.divide - self.score.decision
        early = max(ready, default=self.score.divide) + LOOK_BACK + waited
        # Judged again, the divide comes later than the article: its own record is no placebo.
        return early, min(self.score.divide, self.score.decision) - self.score.sessions

    def dates(self, count: int, sharing: _Sharing) -> list[Draw]:
        """Windows as long as the scored one that ended before the divide, evenly spread."""
        first, last = self.eligible()
        if last < first:
            return []
        places = np.unique(np.linspace(first, last, count).round().astype(int)).tolist()
        return sharing.of(lambda number: self._dated(places[number]), len(places))

    def _dated(self, place: int) -> Draw | None:
        """A window from a place on; None where it cannot be run."""
        waited = self.score.divide - self.score.decision
        end, day = place + self.score.sessions, self.market.day(place)
        try:
            ahead = self._moved(day)._ahead(self.strategy, self.market, place, end, place - waited)
        except NewsfolioError:
            return None
        return day.isoformat(), day, ahead

    def _moved(self, day: date) -> _Duel:
        """The same with money that flows as long after a day as it does after the divide."""
        settings = self.run.settings
        if not settings.flows:
            return self
        by = day - self.market.day(self.score.divide)
        flows = tuple(flow.later(by) for flow in settings.flows)
        run = dataclasses.replace(self.run, settings=dataclasses.replace(settings, flows=flows))
        return dataclasses.replace(self, run=run)

    def baskets(self, count: int, sharing: _Sharing) -> list[Draw]:
        """The real window with lines drawn by lot, each basket once."""
        lots, draws = self._lots(count), list[Draw]()
        while baskets := list(islice(lots, count - len(draws))):
            draws += sharing.of(partial(self._basket, baskets), len(baskets), len(draws))
        return draws

    def _lots(self, count: int) -> Iterator[Strategy]:
        """Other baskets than the strategy's own, each once, until the pool counts as exhausted."""
        seen: set[Strategy | None] = {self.strategy, None}
        lot = Random(0)  # noqa: S311
        for _ in range(ATTEMPTS * count):
            basket = self.strategy.drawn(lot)
            if basket is not None and basket not in seen:
                seen.add(basket)
                yield basket

    def _basket(self, baskets: Sequence[Strategy], number: int) -> Draw | None:
        """One of them; None where it cannot be run."""
        basket = baskets[number]
        try:
            return basket.label, self.market.day(self.score.divide), self._drawn(basket)
        except NewsfolioError:
            return None

    def _drawn(self, basket: Strategy) -> float:
        """What a drawn basket did over the scored sessions, on a market of its own lines."""
        days = self.market.day
        window = dataclasses.replace(
            self.run.settings, start=days(self.market.first), end=days(self.last)
        )
        market = prepare(basket, self.run.bars, window)
        first = _place(market, days(self.score.divide))
        decision = _place(market, days(self.score.decision))
        return self._ahead(basket, market, first, len(market.sessions) - 1, decision)

    def _ahead(
        self, strategy: Strategy, market: Market, first: int, last: int, decision: int
    ) -> float:
        """Growth of the strategy over that of the control from one close to another, minus one."""
        others = [_place(self.other_market, market.day(place)) for place in (first, last, decision)]
        own = self._growth(strategy, market.window(first, last, decision))
        return own / self._of_control(*others) - 1

    def _of_control(self, first: int, last: int, decision: int) -> float:
        """The control's growth; drawn baskets are all measured over the same window."""
        window = first, last, decision
        if window not in self.of_control:
            self.of_control[window] = self._growth(self.other, self.other_market.window(*window))
        return self.of_control[window]

    def _growth(self, strategy: Strategy, market: Market) -> float:
        output, settings = self._output(strategy, market), self.run.settings
        own = account(market, output.fills, output.events, settings.cash, settings.credit_spread)
        if own.flowed:
            return float(own.growth[-1] / own.growth[0])
        first, last = (fsum([own.cash[row], *own.values[row].tolist()]) for row in (0, -1))
        return float(last / first)

    def _output(self, strategy: Strategy, market: Market) -> EngineOutput:
        settings = self.run.settings
        if strategy is self.other:
            settings = with_limits(settings, strategy.limits)
        return kernel.run(desk_of(strategy, market, settings, self.run.costs))


def _ranked(
    duel: _Duel, draws: list[Draw], drawn: bool, against: str
) -> tuple[Placebo, pd.DataFrame]:
    """The strategy's place among the placebos, and all of them."""
    days = duel.market.day(duel.last) - duel.market.day(duel.score.divide)
    years, real = days.days / DAYS_A_YEAR, duel.real()
    ahead = np.array([ahead for _, _, ahead in draws])
    table = pd.DataFrame(
        {
            "label": pd.Series([label for label, _, _ in draws], dtype="str"),
            "start": pd.Series([start.isoformat() for _, start, _ in draws], dtype="str"),
            "excess": pd.Series([_a_year(value, years) for value in ahead], dtype="float64"),
        }
    )
    first, last = duel.eligible()
    windows = max(0.0, (last - first) / duel.score.sessions + 1)
    placebo = Placebo(
        chosen=PlaceboKind.BASKETS if drawn else PlaceboKind.DATES,
        count=len(draws),
        real=_a_year(real, years),
        percentile=float(np.mean(ahead < real) + np.mean(ahead == real) / 2) if draws else None,
        independent=None if drawn else windows,
        decides=drawn or (windows >= APART and duel.fair()),
        against=against,
        why=duel.hindsight if draws else _too_few(duel.score, drawn),
    )
    return placebo, table


def _too_few(score: ScoredWindow, drawn: bool) -> str:
    if drawn:
        return "no other basket of the pool has data over the scored sessions"
    return (
        f"no other window of {score.sessions} sessions lies between the first year of data and "
        "the divide"
    )


def _a_year(ahead: float, years: float) -> float:
    return (1 + ahead) ** (1 / years) - 1 if ahead > -1 else -1.0


def _place(market: Market, day: date) -> int:
    """The last session not after a day."""
    return int(np.searchsorted(market.sessions, np.datetime64(day), side="right")) - 1


def _none(why: str, decides: bool = False) -> tuple[Placebo, pd.DataFrame]:
    return Placebo.unknown(why, decides=decides), no_placebos()
