"""What is asked of an evaluation besides what its verdict rests on."""

from __future__ import annotations

from dataclasses import dataclass

from backtests.evaluation.attribution.proxies import Factors
from backtests.evaluation.descriptions.periods import PERIODS, NamedPeriod
from backtests.progress import Progress, silent


@dataclass(frozen=True)
class Extras:
    """factors: that alpha is measured against, instead of the strategy's proxies.

    periods: in which the strategy is looked at. shortcuts: whether to run what nobody could have
    done, and the other days of the month. progress: how far placebos are.
    """

    factors: Factors | None = None
    periods: tuple[NamedPeriod, ...] = PERIODS
    shortcuts: bool = False
    progress: Progress = silent


NOTHING_MORE = Extras()
