"""From what a parent decided and its legs hold to units of the one account."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from backtests.engines.trees.leg_accounts import LegAccount
from backtests.engines.trees.parents import Moment, ParentDecider
from backtests.simulation.decisions import Decider
from backtests.simulation.desk import Goal
from backtests.simulation.output import LegLimited
from backtests.simulation.sizing import Sizer
from markets.market import Floats, Market, Mask


class LegGoals:
    """The goals of a strategy of strategies: its parent's shares of what each leg aims at.

    marks: (T,) closes at which the parent or a leg decides. multiples: by session of a goal, (K,)
    units of the account for each unit of a leg's; lines: (N,) units of the parent's own lines.
    """

    def __init__(
        self, decider: ParentDecider, sizer: Sizer, legs: tuple[LegAccount, ...],
        moments: list[Moment],
    ) -> None:  # fmt: skip
        self.decider: Decider = decider
        self.legs = legs
        self.moments = moments
        self.market: Market = sizer.market
        self._sizer = sizer
        self._decided = {
            moment.session: moment.weights for moment in moments if moment.weights is not None
        }
        self.marks: Mask = np.zeros(len(self.market.sessions), dtype=bool)
        for leg in legs:
            self.marks |= leg.decided
        self.marks[list(self._decided)] = True
        self.marks[: min(self._decided, default=len(self.marks))] = False
        self.nets: dict[int, float] = {}
        self.multiples: dict[int, Floats] = {}
        self.lines: dict[int, Floats] = {}
        self._multiple: Floats = np.zeros(len(legs))
        self._own: Floats = np.zeros(len(self.market.assets))
        self._weights: Mapping[int, float] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """What the strategies of the legs noted."""
        return tuple(note for leg in self.legs for note in leg.notes)

    @property
    def limited(self) -> tuple[LegLimited, ...]:
        """What limits of the legs changed."""
        return tuple(row for leg in self.legs for row in leg.limited)

    def goal(self, session: int, equity: float, held: Mapping[int, float]) -> Goal | None:
        """What is wanted at a close: units, the sum of the weights behind them, and weights."""
        weights = self._decided.get(session)
        if weights is not None:
            self._weights = weights
            self._share_out(session, equity, held)
        elif not any(leg.decided[session] for leg in self._held_legs()):
            return None
        self.multiples[session], self.lines[session] = self._multiple, self._own
        units = self._units(session)
        wanted = {column: self._sizer.round_lot(column, session, size)
                  for column, size in units.items()}  # fmt: skip
        worth = self.market.value_rate[session]
        shares = {column: size * worth.item(column) / equity for column, size in units.items()}
        self.nets[session] = self._net(session)
        return wanted, self.nets[session], shares

    def multiple_of(self, place: int) -> Floats:
        """(T,) the multiple of a leg after each close."""
        return self._laid_out({at: row[place : place + 1] for at, row in self.multiples.items()})[
            :, 0
        ]

    def own_lines(self) -> Floats:
        """(T, N) units of the parent's own lines after each close."""
        return self._laid_out(self.lines)

    def _laid_out(self, rows: Mapping[int, Floats]) -> Floats:
        width = len(next(iter(rows.values()), ()))
        table = np.zeros((len(self.market.sessions), width))
        for session, row in rows.items():
            table[session:] = row
        return table

    def _share_out(self, session: int, equity: float, held: Mapping[int, float]) -> None:
        """Multiples and own lines by the parent's weights; their costs are kept aside as ever."""
        width, worth = len(self.market.assets), self.market.value_rate[session]
        money = [leg.worth.item(session) for leg in self.legs]
        of_legs = [self._weights.get(width + k, 0.0) for k in range(len(money))]
        self._multiple = np.array(
            [
                w * equity / value if value > 0 else 0.0
                for w, value in zip(of_legs, money, strict=True)
            ]
        )
        self._own = np.zeros(width)
        for column, weight in self._weights.items():
            if column < width:
                self._own[column] = weight * equity / worth.item(column)
        units = self._units(session)
        weights = {column: size * worth.item(column) / equity for column, size in units.items()}
        _, cost = self._sizer.targets(weights, session, equity, held)
        self._multiple *= (equity - cost) / equity
        self._own *= (equity - cost) / equity

    def _held_legs(self) -> Iterator[LegAccount]:
        pairs = zip(self.legs, self._multiple.tolist(), strict=True)
        return (leg for leg, multiple in pairs if multiple)

    def _units(self, session: int) -> dict[int, float]:
        """Units by column before they are rounded to lots; none of what has been paid off."""
        total = self._own.copy()
        for leg, multiple in zip(self.legs, self._multiple.tolist(), strict=True):
            if multiple:
                total += multiple * leg.goal[session]
        total[[column for column, at in self.market.pays_off.items() if at <= session]] = 0.0
        return {column: total.item(column) for column in np.flatnonzero(total).tolist()}

    def _net(self, session: int) -> float:
        width = len(self.market.assets)
        return math.fsum(
            weight if column < width else weight * self.legs[column - width].net.item(session)
            for column, weight in self._weights.items()
        )
