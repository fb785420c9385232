"""T12: after a house raises its target for a Chinese index, hold China."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from newsfolio import (
    EventStudy,
    Facts,
    Fixed,
    Schedule,
    Sleeve,
    Strategy,
    View,
    Weights,
    every_session,
    param,
    weekly,
)
from newsfolio.articles.east_rising import TARGETS_RAISED

if TYPE_CHECKING:
    import pandas as pd

TARGET_CHANGES = Facts(
    "target_changes",
    text=("house", "index"),
    columns=("old", "new"),
    where="Targets that large houses raised for Chinese indices (MSCI China, CSI 300, HSI, HSCEI, "
    "HSTECH), with the day of each note, from the press: all of them, those that failed too; a "
    "blank old target counts as lower than the new one.",
    rows=(
        ("2023-01-27", "Goldman Sachs", "MSCI China", 80, 85),  # SCMP; prices fell for a year
        ("2023-01-27", "Goldman Sachs", "CSI 300", 4500, 4800),  # SCMP
        ("2024-05-20", "Goldman Sachs", "MSCI China", 60, 70),  # CGTN; prices fell until September
        ("2024-05-20", "Goldman Sachs", "CSI 300", 3900, 4100),  # CGTN
        ("2025-02-17", "Goldman Sachs", "MSCI China", "", 85),  # article 003
        ("2025-02-17", "Goldman Sachs", "CSI 300", "", 4700),  # article 003
        ("2025-02-19", "Morgan Stanley", "HSCEI", 6970, 8600),  # article 003
        ("2025-02-19", "Morgan Stanley", "HSI", 19400, 24000),  # article 003
        ("2025-02-19", "Morgan Stanley", "CSI 300", 4200, 4200),  # article 003: held
        ("2025-05-08", "Goldman Sachs", "MSCI China", 75, 78),  # press of the following week
        ("2025-05-08", "Goldman Sachs", "CSI 300", 4300, 4400),  # press of the following week
        ("2025-07-28", "Goldman Sachs", "MSCI China", 85, 90),  # Yicai
    ),
)
CHINESE = frozenset(
    name.casefold()
    for name in (
        "MSCI China", "CSI 300", "HSI", "HSCEI", "HSTECH",
        "MCHI", "000300.SS", "^HSI", "^HSCE", "HSTECH.HK",
    )
)  # fmt: skip
"""Indices that the raises may be about, as the press or a price source calls them."""

CHINA, WORLD = "MCHI", "ACWX"
LOW, BULL = 126, 1.2
"""A technical bull market: a fifth above the lowest close of half a year."""

A_YEAR = 365


class Trigger(StrEnum):
    """What makes the strategy hold China."""

    TARGETS = "targets"
    BULL = "bull"
    LOT = "lot"


@dataclass(frozen=True)
class TargetsRaised(Strategy):
    """China (MCHI) for `hold` sessions after a raised target, else the world outside America.

    Article 003 names two houses that raised their targets for Chinese indices in February 2025,
    and expects the indices to go on rising. With trigger=targets every raise counts that is known
    by the close; a new one while China is held prolongs it. The table holds raises that failed
    beside those that the article names: of a list of the winners alone nothing could be learnt. It
    is still not complete, and someone who knew the outcome gathered it: a file of your own called
    target_changes.csv takes its place. With trigger=bull no house is asked: China is held after a
    weekly close a fifth above the lowest of 126 sessions. With trigger=lot, the control, each
    raise counts on a day drawn by lot from the year after it.
    """

    trigger: Trigger = param(Trigger.TARGETS, doc="raises, a technical bull market, days by lot")
    hold: int = param(126, low=1, high=504, unit="sessions", doc="how long China is held")
    seed: int = param(1, low=0, high=999_999, doc="draws the days of trigger=lot")

    thesis = TARGETS_RAISED
    universe = (CHINA, WORLD)
    benchmark = WORLD
    grid = {"trigger": (Trigger.TARGETS, Trigger.BULL), "hold": (20, 60, 126, 250)}
    studies = (
        EventStudy(
            "MSCI China after raised targets",
            Sleeve("MSCI China", (CHINA,)),
            WORLD,
            facts=TARGET_CHANGES,
            windows=((1, 5), (1, 20), (1, 60), (1, 250)),
        ),
    )

    @property
    def rebalance(self) -> Schedule:  # type: ignore[override]
        return weekly if self.trigger is Trigger.BULL else every_session

    @property
    def facts(self) -> tuple[Facts, ...]:  # type: ignore[override]
        return () if self.trigger is Trigger.BULL else (TARGET_CHANGES,)

    def weights(self, view: View) -> Weights | None:
        bull = self.trigger is Trigger.BULL
        risen = view.once(_bull, self.hold) if bull else self._raised(view)
        wanted = CHINA if risen else WORLD
        # one line with all the money in it drifts nowhere: trade only to change it
        return None if view.holdings.get(wanted, 0.0) > 0 else {wanted: 1.0}

    def _raised(self, view: View) -> bool:
        """Whether a raise became known within the last `hold` sessions."""
        import numpy as np

        day = max(self._days(view), default=date.min)
        past = (view.today - day).days  # of which at most 5 in 7 are sessions
        if past <= self.hold or past > 2 * self.hold + 30:
            return past <= self.hold
        sessions = view.arrays.sessions(past)
        return bool(np.count_nonzero(sessions > np.datetime64(day)) <= self.hold)

    def _days(self, view: View) -> Iterable[date]:
        """Days of the raises that count by now; with trigger=lot each is moved."""
        days = view.once(_raise_days)
        if self.trigger is not Trigger.LOT:
            return days
        return (moved for day in days if (moved := _moved(day, self.seed)) < view.today)

    def explain(self, view: View) -> pd.DataFrame | None:
        """The raises known so far."""
        if self.trigger is not Trigger.TARGETS:
            return None
        table = raises(view.facts(TARGET_CHANGES.name))
        return table.assign(known=table["known"].dt.strftime("%Y-%m-%d"))

    def controls(self) -> Mapping[str, Strategy]:
        fixed: dict[str, Strategy] = {
            "always MCHI": Fixed(mix=((1.0, CHINA),)),
            "always ACWX": Fixed(mix=((1.0, WORLD),)),
        }
        if self.trigger is Trigger.TARGETS:
            fixed["as many days by lot"] = dataclasses.replace(self, trigger=Trigger.LOT)
        return fixed


@lru_cache(maxsize=1024)
def _moved(day: date, seed: int) -> date:
    """Drawn for the day alone, so that rows to come move none that is known."""
    lot = random.Random(f"{seed} {day}")
    return day + timedelta(days=lot.randint(1, A_YEAR))


def raises(changes: pd.DataFrame) -> pd.DataFrame:
    """The rows of raised targets on Chinese indices; a held or lowered target is none."""
    import numpy as np

    cells = zip(*(changes[name].tolist() for name in ("index", "old", "new")), strict=True)
    return changes[np.array([_is_raise(*row) for row in cells], dtype=bool)]


def _is_raise(index: str, old: float, new: float) -> bool:
    # a blank target compares as False
    return index.casefold() in CHINESE and not new <= old


def _raise_days(view: View) -> tuple[date, ...]:
    """The days of the raises that are known, each once."""
    table = view.arrays.facts(TARGET_CHANGES.name)
    rows = zip(*(table[name].tolist() for name in ("known", "index", "old", "new")), strict=True)
    return tuple({day: None for day, *row in rows if _is_raise(*row)})


def _bull(view: View, hold: int) -> bool:
    """Whether a week within the last `hold` sessions ended a fifth above the low of 126."""
    import numpy as np

    levels = view.arrays.filled(CHINA, hold + LOW)
    if len(levels) < LOW:
        return False
    lows = np.lib.stride_tricks.sliding_window_view(levels, LOW).min(axis=1)
    above = levels[LOW - 1 :] >= BULL * lows
    days = view.arrays.sessions(len(above)).astype(np.int64)
    weeks = (days + 3) // 7
    ends = np.append(weeks[1:] != weeks[:-1], True)
    return bool((above & ends)[-hold:].any())
