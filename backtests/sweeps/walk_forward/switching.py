"""Several sets of one strategy in turn, as one strategy: switching is then traded like the rest."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from newsfolio.errors import CommandError
from newsfolio.portfolios import Weights
from newsfolio.schedules import Schedule
from newsfolio.strategy import Strategy

if TYPE_CHECKING:
    import pandas as pd

    from newsfolio.schedules import Calendar, Mask
    from newsfolio.view import View


class SwitchingStrategy(Strategy):
    """Asks the set whose turn it is. Lines, thesis, benchmark and controls are those of the base.

    turns: the day of the decision from which on a set is asked, rising, and the set.
    """

    def __init__(self, base: Strategy, turns: tuple[tuple[date, Strategy], ...]) -> None:
        if len({one.rebalance.band for _, one in turns}) > 1:
            raise CommandError(
                f"{base.name}: sets with different drift bands cannot take turns; sweep over one"
            )
        self.base = base
        self.turns = turns
        self.universe: Any = base.universe  # type: ignore[misc]
        self.signals = base.signals  # type: ignore[misc]
        self.facts = base.facts  # type: ignore[misc]
        self.thesis = base.thesis  # type: ignore[misc]
        self.benchmark: Any = base.benchmark  # type: ignore[misc]
        self.pool = base.pool  # type: ignore[misc]
        self.files = base.files  # type: ignore[misc]
        self.max_gross = max(one.max_gross for _, one in turns)  # type: ignore[misc]
        self.rebalance: Any = SwitchingSchedule(  # type: ignore[misc]
            tuple((day, one.rebalance) for day, one in turns)
        )

    @property
    def name(self) -> str:
        return self.base.name

    @property
    def label(self) -> str:
        return f"{self.base.name} (walk-forward)"

    def at(self, day: date) -> Strategy:
        """The set whose turn it is at the close of a day."""
        days = [first for first, _ in self.turns]
        return self.turns[max(bisect_right(days, day) - 1, 0)][1]

    def weights(self, view: View) -> Weights | None:
        return self.at(view.today).weights(view)

    def explain(self, view: View) -> pd.DataFrame | None:
        return self.at(view.today).explain(view)

    def controls(self) -> Mapping[str, Strategy]:
        return self.base.controls()


class SwitchingSchedule(Schedule):
    """Each schedule on its own days, and the day of every turn."""

    def __init__(self, turns: tuple[tuple[date, Schedule], ...]) -> None:
        self._turns = turns

    @property
    def band(self) -> float | None:
        return self._turns[0][1].band

    def marks(self, calendar: Calendar) -> Mask:
        found = np.zeros_like(calendar.every())
        for day, schedule in self._turns:
            begins = calendar.on_or_after((day,))
            since = np.logical_or.accumulate(begins)
            found = np.where(since, schedule.marks(calendar) | begins, found)
        return found

    def __str__(self) -> str:
        told = dict.fromkeys(str(schedule) for _, schedule in self._turns)
        return f"{', '.join(told)}, and when the parameters change"
