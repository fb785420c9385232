"""What is asked of an evaluation besides what its verdict rests on."""

from __future__ import annotations

from dataclasses import dataclass

from backtests.evaluation.attribution.proxies import Factors


@dataclass(frozen=True)
class Extras:
    """factors: that alpha is measured against, instead of the strategy's proxies."""

    factors: Factors | None = None


NOTHING_MORE = Extras()
