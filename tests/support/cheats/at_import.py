"""A cheat that has read everything before it is asked for the first time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from newsfolio import Strategy, View, Weights, equal, monthly

PRICES = pd.read_csv(Path(__file__).with_name("prices.csv"), index_col=0, parse_dates=True)
BEST = sorted(PRICES.columns)[0]


@dataclass(frozen=True)
class AtImport(Strategy):
    """Knows the turning points by heart."""

    universe = ("QQQ", "KWEB")
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        later = PRICES[BEST][PRICES.index >= pd.Timestamp(view.today)]
        return equal("KWEB" if len(later) and later.iloc[-1] > later.iloc[0] else "QQQ")
