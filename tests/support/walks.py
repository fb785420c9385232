"""A strategy whose best set changes once, and walk-forwards over it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from backtests import sweep
from backtests.sweeps.sweep import SweepResult
from markets.bars import COLUMNS, Bars, Priced
from markets.snapshot import Snapshot
from newsfolio import (
    Asset,
    Strategy,
    View,
    monthly,
    param,
)
from newsfolio.facts import Facts

FLIP = date(2021, 7, 1)
"""Up to here AAA gains and BBB loses; from here on it is the other way round."""


CHANGE = date(2022, 3, 31)
"""See test_the_choice_changes_once_most_of_what_is_known_speaks_for_it."""


@dataclass(frozen=True)
class Hold(Strategy):
    """One of two lines."""

    pick: str = param("AAA")
    universe = ("AAA", "BBB")
    rebalance = monthly

    def weights(self, view: View) -> dict[str, float]:
        return {self.pick: 1.0}


@dataclass(frozen=True)
class ByHand(Strategy):
    """AAA until the close of the change, BBB from then on."""

    universe = ("AAA", "BBB")
    rebalance = monthly

    def weights(self, view: View) -> dict[str, float]:
        return {"AAA" if view.today < CHANGE else "BBB": 1.0}


class Regimes:
    """Two lines that swap at the flip: 0.1 % a session up or down, and 0.3 % to and fro.

    flips: whether they do. shock: a day, and what is added to AAA's logarithm and taken from BBB's.
    """

    name = "regimes"

    def __init__(self, shock: tuple[date, float] | None = None, *, flips: bool = True) -> None:
        self._shock = shock
        self._flips = flips

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        days = pd.bdate_range("2018-06-01", "2023-06-30")
        drift = np.where((days < pd.Timestamp(FLIP)) | (not self._flips), 0.001, -0.001)
        if self._shock is not None:
            drift[days == pd.Timestamp(self._shock[0])] += self._shock[1]
        sway = 0.003 * (-1.0) ** np.arange(len(days))
        prices = {"AAA": np.exp(np.cumsum(drift + sway)), "BBB": np.exp(np.cumsum(sway - drift))}
        wanted = {asset.ticker for asset in assets}
        lines = {name: _bars(name, days, prices[name] * 100) for name in prices if name in wanted}
        return Snapshot(lines)


def _bars(name: str, days: pd.DatetimeIndex, prices: np.ndarray) -> Bars:
    columns = dict.fromkeys(("open", "high", "low", "close"), prices)
    frame = pd.DataFrame({**columns, "volume": 1e9, "dividend": 0.0, "split": 0.0}, index=days)
    return Bars(name, frame[list(COLUMNS)].astype(float), Priced.SPLITS, simulated=True)


def walked(folder: Path, what: Any = None, **more: Any) -> SweepResult:
    options = {
        "data": Regimes(), "start": "2019-01-02", "grid": {"pick": ("AAA", "BBB")}, "by": "cagr",
        "walk_forward": (12, 3), **more,
    }  # fmt: skip
    return sweep(what or Hold(), out=folder, ledger=folder / "l.sqlite", **options)


def windows(sweep: SweepResult) -> list[dict[str, Any]]:
    return list(sweep.summary["walk_forward"]["windows"])
