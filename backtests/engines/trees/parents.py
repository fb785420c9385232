"""What a parent decides: when, and how much each leg and each line of its own shall have.

Between its decisions the share of a leg grows with the leg's account, that of a line with its total
return, cash with its interest. That is what the parent sees as held, and what its band measures.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

import numpy as np
import pandas as pd

from backtests.engines.trees.leg_accounts import LegAccount
from backtests.settings import Settings
from backtests.simulation.book import Holdings
from backtests.simulation.decisions import ROUNDING, Decider, HeldWeights
from backtests.simulation.desk import clock_of
from backtests.simulation.interest import growth
from markets.market import Floats, Market, Mask
from markets.views.recorder import Recorder
from newsfolio.errors import StrategyError
from newsfolio.legs import same
from newsfolio.strategy import Strategy


class ParentDecider(Decider):
    """A Decider whose strategy names legs beside lines: leg k is column N + k."""

    def __init__(
        self, strategy: Strategy, market: Market, legs: Mapping[str, Strategy],
        recorder: Recorder | None = None,
    ) -> None:  # fmt: skip
        super().__init__(strategy, market, recorder)
        self.legs = tuple(legs.values())
        self._names = (*market.tickers, *legs)
        self.shown = cast("tuple[str, ...]", self.legs)  # where a view has tickers
        self.owner = {**self.owner, **dict(enumerate(self.shown, len(market.assets)))}

    @property
    def names(self) -> tuple[str, ...]:
        return self._names

    def held(self, session: int, book: Holdings) -> Mapping[str, float]:
        lines, values = (*self.market.universe, *self.shown), book.values(session).copy()
        return HeldWeights(lines, self.owner, values, book.equity(session))

    def decide(self, session: int, book: Holdings) -> dict[int, float] | None:
        """Weights by column, of legs behind those of lines."""
        if self._recorder is None:
            self._recorder = Recorder(self.market, notes=self.noted)
        self._recorder.write(self.market, session)
        usable = self.holdable(session).usable
        self.last = view = self._view(session, book, usable, self._recorder)
        when = f"at the decision of {view.today}"
        answer: object = self.called(self.strategy.weights, view, when)
        if answer is None:
            return None
        if isinstance(answer, pd.Series):
            answer = answer.to_dict()
        if not isinstance(answer, Mapping):
            return dict(self.lines(self.checked(answer, view.today), session))
        return self._columns(answer, session)

    def _columns(self, answer: Mapping[object, object], session: int) -> dict[int, float]:
        day, width = self.market.day(session), len(self.market.assets)
        lines = {part: weight for part, weight in answer.items() if not isinstance(part, Strategy)}
        weights = self.lines(self.checked(lines, day), session)
        gross = math.fsum(map(abs, weights.values()))
        for part, weight in answer.items():
            if isinstance(part, Strategy):
                column, share = width + self._place(part, day), self._share(part, weight, day)
                gross += share * part.max_gross
                weights[column] = weights.get(column, 0.0) + share
        if gross > self.strategy.max_gross + ROUNDING:
            raise StrategyError(
                f"{self.strategy.label}: weights on {day} add up to {gross:.4f}, legs at their own "
                f"max_gross, above max_gross {self.strategy.max_gross:g}; scale them, or declare "
                f"max_gross = {math.ceil(gross)}"
            )
        return {column: weight for column, weight in weights.items() if weight}

    def _place(self, part: Strategy, day: date) -> int:
        place = next((k for k, leg in enumerate(self.legs) if same(leg, part)), None)
        if place is None:
            raise StrategyError(
                f"{self.strategy.label} wants {part.label} on {day}, which is not in its universe; "
                "add it there"
            )
        return place

    def _share(self, part: Strategy, weight: object, day: date) -> float:
        share = self._number(part.label, weight, day)
        if not 0 <= share < math.inf:
            raise StrategyError(
                f"{self.strategy.label}: the weight of {part.label} on {day} is {share:g}; a "
                "strategy is held at a finite weight of 0 or more"
            )
        return share


@dataclass(frozen=True, eq=False)
class Moment:
    """One decision of a parent: the account that it saw, and its answer by column."""

    session: int
    values: Floats
    equity: float
    weights: dict[int, float] | None


class Shares:
    """What a parent's decision has become by a later close, as shares of 1 at that decision."""

    def __init__(self, market: Market, legs: tuple[LegAccount, ...], settings: Settings) -> None:
        worth = np.column_stack([market.level, *(leg.worth for leg in legs)])
        self.worth: Floats = np.where(worth > 0, worth, np.nan)
        self._growth = growth(market, settings.credit_spread)
        self.since = market.first
        self.weights: dict[int, float] = {}

    def between(self, start: int, end: int) -> tuple[Floats, Floats]:
        """(n, N + K) values and (n,) their sum with the cash, of the closes `start` to `end`."""
        columns = list(self.weights)
        amounts = np.array([self.weights[column] for column in columns])
        begun = self.worth[self.since, columns]
        grown = np.nan_to_num(self.worth[start : end + 1, columns] / begun, nan=0.0)
        values = np.zeros((end + 1 - start, self.worth.shape[1]))
        values[:, columns] = grown * amounts
        alive = amounts[~np.isnan(begun)]
        cash = 1.0 - math.fsum(alive.tolist())
        table = self._growth.credit if cash >= 0 else self._growth.debit
        idle = cash * table[start : end + 1] / table[self.since]
        return values, values.sum(axis=1) + idle


@dataclass(frozen=True, eq=False)
class Seen:
    """The account of a parent at one close, as a decision sees it."""

    row: Floats
    total: float

    def values(self, session: int) -> Floats:
        return self.row

    def equity(self, session: int) -> float:
        return self.total


def moments_of(
    decider: ParentDecider, market: Market, legs: tuple[LegAccount, ...], settings: Settings
) -> list[Moment]:
    """Every decision of a parent over its run."""
    marks, _ = clock_of(decider.strategy.rebalance, market)
    shares, band = Shares(market, legs, settings), decider.strategy.rebalance.band
    moments: list[Moment] = []
    session = _next(shares, marks, None, market.first)
    while session is not None:
        values, totals = shares.between(session, session)
        account = Seen(values[0], float(totals[0]))
        if account.total <= 0:
            break
        answer = decider.decide(session, account)
        moments.append(Moment(session, account.row, account.total, answer))
        if answer is not None:
            shares.since, shares.weights = session, answer
        decided = any(moment.weights is not None for moment in moments)
        session = _next(shares, marks, band if decided else None, session + 1)
    return moments


def _next(shares: Shares, marks: Mask, band: float | None, start: int) -> int | None:
    """The next close, from `start` on, that is marked or on which a share has left the band."""
    later = np.flatnonzero(marks[start:])
    marked = start + int(later[0]) if len(later) else None
    end = len(marks) - 1 if marked is None else marked
    if band is None or end < start:
        return marked
    values, totals = shares.between(start, end)
    wanted = np.zeros(values.shape[1])
    for column, weight in shares.weights.items():
        wanted[column] = weight
    with np.errstate(invalid="ignore", divide="ignore"):
        gaps = np.abs(values / totals[:, None] - wanted).max(axis=1)
    left = np.flatnonzero(gaps > band)
    return start + int(left[0]) if len(left) else marked
