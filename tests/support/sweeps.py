"""A strategy to sweep over, as a class and as a user's file, and sweeps of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backtests import sweep
from backtests.sweeps.sweep import SweepResult
from newsfolio import ParameterError, Strategy, View, monthly, param

ROOT = Path(__file__).parents[2]
START = "2025-06-02"
LINES = ("SPY", "QQQ", "KWEB", "TLT", "GLD", "0700.HK")
TOP = '''
import os
from dataclasses import dataclass
from pathlib import Path
from newsfolio import Strategy, View, monthly, param

@dataclass(frozen=True)
class Top(Strategy):
    """The best by momentum."""

    n: int = param(2, low=1, high=6)
    lookback: int = param(63, low=20, high=252)
    universe = ("SPY", "QQQ", "KWEB", "TLT", "GLD", "0700.HK")
    rebalance = monthly

    def weights(self, view: View):
        gains = {line: view.momentum(line, self.lookback) for line in view.usable}
        known = sorted((line for line in gains if gains[line] == gains[line]),
                       key=lambda line: (-gains[line], line))
        return {line: 1 / self.n for line in known[: self.n]}
'''
CROSS = '''
import backtrader as bt


class Cross(bt.Strategy):
    """Long while the fast average is above the slow one."""

    universe = ("SPY", "TLT")
    params = dict(fast=5, slow=20)

    def __init__(self):
        self.above = bt.ind.SMA(period=self.p.fast) - bt.ind.SMA(period=self.p.slow)

    def next(self):
        if self.above[0] > 0 and not self.position:
            self.order_target_percent(target=0.9)
        elif self.above[0] < 0 and self.position:
            self.close()
'''
"""A plain backtrader class as a user's file."""
GRID = {"n": range(1, 5), "lookback": range(30, 150, 10)}
"""48 sets: three jobs."""


@dataclass(frozen=True)
class Top(Strategy):
    """As above, with values that do not go together and a date on which it fails."""

    n: int = param(2, low=1, high=6)
    lookback: int = param(63, low=20, high=252)
    share: float = param(0.5, low=0.0, high=1.0)
    word: str = param("plain")
    universe = LINES
    rebalance = monthly

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.n == 6 and self.lookback > 200:
            raise ParameterError("six lines need a short past")

    def weights(self, view: View) -> dict[str, float]:
        if self.word == "fails":
            raise ZeroDivisionError("as it should")
        gains = {line: view.momentum(line, self.lookback) for line in view.usable}
        ranked = sorted((-gain, line) for line, gain in gains.items() if gain == gain)
        return {line: 1 / self.n for _, line in ranked[: self.n]}


def swept(folder: Path, what: Any = None, **more: Any) -> SweepResult:
    options = {"grid": GRID, "data": "sample", "start": START, **more}
    return sweep(what or Top(), out=folder, ledger=folder / "l.sqlite", **options)


def bytes_of(result: SweepResult) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (result.folder / "parts").glob("*.parquet")}
