"""How a run is made: every assumption that is not the strategy's, in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from newsfolio.errors import CommandError


class Engine(StrEnum):
    BACKTRADER = "backtrader"
    KERNEL = "kernel"


class Dividends(StrEnum):
    CASH = "cash"  # credited on the ex-date
    REINVEST = "reinvest"  # total-return prices


class Withholding(StrEnum):
    NONE = "none"
    FOREIGN = "foreign"


class Funding(StrEnum):
    CREDIT = "credit"  # Hong Kong buys may come before the US sells that pay for them
    WAIT = "wait"  # a cash account: buys wait for the sells


class Costs(StrEnum):
    VENUE = "venue"  # dated fees, commission, half-spread
    NONE = "none"


class Fx(StrEnum):
    ECB = "ecb"
    SOURCE = "source"  # HKD=X, CNY=X of the data source


class Lots(StrEnum):
    VENUE = "venue"
    FRACTIONAL = "fractional"


@dataclass(frozen=True)
class Settings:
    """start and end are the first and last session wanted (None: as far as the data go).

    cash is the initial capital in `currency`; `impact` is Y of the square-root law (0: none);
    `participation` caps a fill at that share of the line's median daily volume (None: no cap).
    `credit_spread` is what debt costs over the cash rate, a year; `tolerance` is the debt, as a
    share of equity, that a gap between close and open may cause.
    """

    start: date | None = None
    end: date | None = None
    cash: float = 1_000_000.0
    currency: str = "USD"
    benchmark: str | None = None
    engine: Engine = Engine.BACKTRADER
    dividends: Dividends = Dividends.CASH
    withholding: Withholding = Withholding.NONE
    funding: Funding = Funding.CREDIT
    costs: Costs = Costs.VENUE
    lots: Lots = Lots.VENUE
    fx: Fx = Fx.ECB
    impact: float = 0.0
    participation: float | None = None
    credit_spread: float = 0.015
    tolerance: float = 0.02

    def __post_init__(self) -> None:
        if not 0 < self.cash < float("inf"):
            raise CommandError(f"--cash {self.cash:g}: give a positive amount, e.g. --cash 1000000")
        if self.start and self.end and self.start >= self.end:
            raise CommandError(f"the window {self.start} to {self.end} is empty: end after the start")
        if not 0 <= self.impact < float("inf"):
            raise CommandError(f"--impact {self.impact:g}: give 0 or more; 0.5 to 1 is usual")
        if self.participation is not None and not 0 < self.participation <= 1:
            raise CommandError(f"--participation {self.participation:g}: give a share up to 1")
