"""What attribution finds: who added what, and how a run differs from its benchmark."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """What a line, or a group of lines, added: shares of the equity at the divide.

    They add up: the sum over all lines and the cash is the total return of the scored sessions.
    """

    name: str
    local: float
    currency: float
    dividends: float
    carry: float
    fees: float
    slippage: float

    @property
    def total(self) -> float:
        return math.fsum(
            (self.local, self.currency, self.dividends, self.carry, self.fees, self.slippage)
        )


@dataclass(frozen=True)
class Effect:
    """One group against the benchmark, Brinson and Fachler, linked over the sessions by Carino."""

    name: str
    allocation: float
    selection: float


@dataclass(frozen=True)
class Attribution:
    """From gross to net, and from whom. `cash`: interest less credit.

    active: against the benchmark by sleeve; sums to total return less the benchmark's.
    """

    start: str
    end: str
    total: float
    cash: float
    lines: tuple[Part, ...]
    sleeves: tuple[Part, ...]
    countries: tuple[Part, ...]
    currencies: tuple[Part, ...]
    active: tuple[Effect, ...] = ()
    active_why: str = ""
