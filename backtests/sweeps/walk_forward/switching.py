"""Several sets of one strategy, one after the other, as one strategy: its switching is traded."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from newsfolio.errors import CommandError
from newsfolio.portfolios import Weights
from newsfolio.schedules import Schedule
from newsfolio.strategy import Strategy
from newsfolio.trees import legs_of

if TYPE_CHECKING:
    import pandas as pd

    from newsfolio.schedules import Calendar, Mask
    from newsfolio.view import View


class SwitchingStrategy(Strategy):
    """Asks the set of the day. Lines, thesis, benchmark and controls are those of the base.

    switches: the day of the decision from which on a set is asked, rising, and the set.
    """

    def __init__(self, base: Strategy, switches: tuple[tuple[date, Strategy], ...]) -> None:
        if len({strategy.rebalance.band for _, strategy in switches}) > 1:
            raise CommandError(
                f"{base.name}: sets with different drift bands cannot take turns; sweep over one"
            )
        self.base = base
        self.switches = switches
        self.universe: object = _universe(base, switches)  # type: ignore[misc]
        self.signals = base.signals  # type: ignore[misc]
        self.facts = base.facts  # type: ignore[misc]
        self.thesis = base.thesis  # type: ignore[misc]
        self.benchmark: object = base.benchmark  # type: ignore[misc]
        self.pool = base.pool  # type: ignore[misc]
        self.files = base.files  # type: ignore[misc]
        self.max_gross = max(strategy.max_gross for _, strategy in switches)  # type: ignore[misc]
        self.rebalance: object = SwitchingSchedule(  # type: ignore[misc]
            tuple((day, strategy.rebalance) for day, strategy in switches)
        )

    @property
    def name(self) -> str:
        return self.base.name

    @property
    def label(self) -> str:
        return f"{self.base.name} (walk-forward)"

    def at(self, day: date) -> Strategy:
        """The set that decides at the close of a day."""
        days = [first for first, _ in self.switches]
        return self.switches[max(bisect_right(days, day) - 1, 0)][1]

    def weights(self, view: View) -> Weights | None:
        return self.at(view.today).weights(view)

    def explain(self, view: View) -> pd.DataFrame | None:
        return self.at(view.today).explain(view)

    def controls(self) -> Mapping[str, Strategy]:
        return self.base.controls()


def _universe(base: Strategy, switches: tuple[tuple[date, Strategy], ...]) -> object:
    """The base's; of strategies that hold strategies, the legs of all sets."""
    if not legs_of(base):
        return base.universe
    legs = [leg for _, strategy in switches for leg in legs_of(strategy)]
    parts = base.universe if isinstance(base.universe, tuple) else (base.universe,)
    lines = (part for part in parts if not isinstance(part, Strategy))
    return (*lines, *legs)


class SwitchingSchedule(Schedule):
    """Each schedule on its own days, and the day of every switch."""

    def __init__(self, switches: tuple[tuple[date, Schedule], ...]) -> None:
        self._switches = switches

    @property
    def band(self) -> float | None:
        return self._switches[0][1].band

    def marks(self, calendar: Calendar) -> Mask:
        marks = np.zeros_like(calendar.every())
        for day, schedule in self._switches:
            begins = calendar.on_or_after((day,))
            since = np.logical_or.accumulate(begins)
            marks = np.where(since, schedule.marks(calendar) | begins, marks)
        return marks

    def __str__(self) -> str:
        names = dict.fromkeys(str(schedule) for _, schedule in self._switches)
        return f"{', '.join(names)}, and when the parameters change"
