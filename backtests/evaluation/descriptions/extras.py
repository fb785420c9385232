"""What is asked of an evaluation besides what its verdict rests on."""

from __future__ import annotations

from dataclasses import dataclass

from backtests.evaluation.attribution.proxies import Factors
from backtests.evaluation.descriptions.periods import PERIODS, NamedPeriod


@dataclass(frozen=True)
class Extras:
    """factors: that alpha is measured against, instead of the strategy's proxies.

    periods: in which the strategy is looked at.
    """

    factors: Factors | None = None
    periods: tuple[NamedPeriod, ...] = PERIODS


NOTHING_MORE = Extras()
