"""What a run of the oracle came to."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Trade:
    """One fill of the oracle; `price` local, `rate` and `fee` in base currency."""

    session: date
    asset: str
    quantity: float
    price: float
    rate: float
    fee: float


@dataclass
class Account:
    """What a run came to. Amounts are base currency, quantities split-adjusted units.

    invested: the value of all units at each close. events: cash that moved without a trade, by
    the names of `Why`. lapsed, waiting: quantities given up over the run, and left at its end.
    """

    equity: dict[date, float] = field(default_factory=dict)
    cash: dict[date, float] = field(default_factory=dict)
    invested: dict[date, float] = field(default_factory=dict)
    fills: list[Trade] = field(default_factory=list)
    events: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    lapsed: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    waiting: dict[str, float] = field(default_factory=dict)
    decisions: list[date] = field(default_factory=list)
    ruined: date | None = None
    dry: date | None = None
