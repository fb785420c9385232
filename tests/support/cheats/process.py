"""A cheat that lets another process read."""

from __future__ import annotations

import os
from dataclasses import dataclass

from newsfolio import Strategy, View, Weights, equal, monthly


@dataclass(frozen=True)
class Process(Strategy):
    """Asks the shell."""

    universe = ("QQQ", "KWEB")
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        return equal("KWEB" if os.system("true") else "QQQ")
