"""What an engine puts out."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import NamedTuple

from backtests.simulation.fills import CashEvent, Fill, Lapse
from markets.market import Floats
from reports.contract.manifest import ExplainedJson


@dataclass(frozen=True)
class Target:
    """One decision: the weights wanted at the close of a session, by ticker that is held."""

    session: int
    weights: dict[str, float]


@dataclass(frozen=True)
class Limited:
    """A line of which a decision got other than it wanted: weights, and the limits that did it."""

    session: int
    asset: str
    wanted: float
    held: float
    allowed: float
    limits: str


class LegLimited(NamedTuple):
    """What a limit of a leg changed, in weights of the leg's own account."""

    leg: str
    day: date
    row: Limited


@dataclass(frozen=True)
class EngineOutput:
    """What a run put out. Equity, weights, turnover and costs follow from it and the market.

    fills, events, lapses: in the order of time. targets: what was decided, the last wind-up too.
    waiting: orders that were still unfilled at the end. debt: the largest credit, base currency,
    and the session it was needed on. ruined: the session whose close wiped the equity out. dry:
    the session of a withdrawal that would have left nothing, and its amount, base currency.
    limited: what limits changed of decisions.
    goals: (R, 3) session, column and the units that a decision wanted of it, where it is noted.
    """

    fills: Sequence[Fill]
    events: Sequence[CashEvent]
    lapses: tuple[Lapse, ...]
    targets: Sequence[Target]
    waiting: tuple[tuple[str, float], ...] = ()
    debt: tuple[int, float] | None = None
    ruined: int | None = None
    dry: tuple[int, float] | None = None
    limited: tuple[Limited, ...] = ()
    goals: Floats | None = field(default=None, compare=False)

    @property
    def ended(self) -> int | None:
        """The session that ended the strategy: no decision followed it."""
        return self.ruined if self.dry is None else self.dry[0]


@dataclass(frozen=True)
class Explained:
    """What stood behind the last decision: its day, and a table as the author made it."""

    day: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float, ...], ...]

    def as_json(self) -> ExplainedJson:
        return {"day": self.day, "columns": self.columns, "rows": self.rows}


def cell(value: object) -> str | float:
    """A cell as JSON and a comparison with `==` can hold it: an unknown figure says so."""
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        return float(value) if isfinite(value) else "n/a"
    return str(value)
