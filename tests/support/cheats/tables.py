"""Cheats that are honest one decision at a time, and look ahead where they decide all at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from newsfolio import Panel, Strategy, View, Weights, equal, monthly
from newsfolio.panel import Table

PAIR = ("QQQ", "KWEB")


@dataclass(frozen=True)
class WholeTable(Strategy):
    """Scales a momentum by the deviation over all decisions, those to come too."""

    universe = PAIR
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        return equal("KWEB" if view.momentum("KWEB", 63) > 0 else "QQQ")

    def weights_table(self, panel: Panel) -> Table:
        gains = panel.of("KWEB", panel.momentum(63))
        east = (gains - np.nanmean(gains)) / np.nanstd(gains) > 0
        return panel.table({"KWEB": east, "QQQ": ~east})


@dataclass(frozen=True)
class Shares(Strategy):
    """Honest: the same rule in both forms."""

    universe = PAIR
    rebalance = monthly

    def weights(self, view: View) -> Weights | None:
        gain = view.momentum("KWEB", 63)
        return None if abs(gain) < 0.02 else equal("KWEB" if gain > 0 else "QQQ")

    def weights_table(self, panel: Panel) -> Table:
        gains = panel.of("KWEB", panel.momentum(63))
        table = panel.table({"KWEB": gains > 0, "QQQ": ~(gains > 0)})
        table[abs(gains) < 0.02] = np.nan
        return table


@dataclass(frozen=True)
class ByHeld(Shares):
    """A rule that looks at what it holds, with a table that cannot."""

    def weights(self, view: View) -> Weights | None:
        return None if view.held.sum() > 0.5 else super().weights(view)

    def weights_table(self, panel: Panel) -> Table:
        return super().weights_table(panel)
