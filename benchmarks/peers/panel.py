"""What every peer is given: prices in one currency, days of decisions, a fee, sets to sweep."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

LOOKBACK, TOP, WINDOW = 126, 5, 60
LOOKBACKS, TOPS = range(20, 220, 2), range(1, 11)


@dataclass(frozen=True, eq=False)
class Panel:
    """Total-return prices in the base currency, (T, N), whose closes are decided and traded at.

    ends: the rows of the monthly decisions, the first session among them. folder: where it lies,
        and other data beside it.
    """

    days: NDArray[np.datetime64]
    tickers: tuple[str, ...]
    close: Floats
    ends: NDArray[np.int64]
    fee: float
    cash: float
    folder: Path

    def save(self) -> None:
        kept = {name: value for name, value in vars(self).items() if name != "folder"}
        np.savez(self.folder / "panel.npz", **{**kept, "tickers": np.array(self.tickers)})


def read_panel(folder: Path) -> Panel:
    with np.load(folder / "panel.npz") as held:
        return Panel(
            held["days"].astype("datetime64[ns]"),
            tuple(map(str, held["tickers"])),
            held["close"],
            held["ends"],
            float(held["fee"]),
            float(held["cash"]),
            folder,
        )


def parameter_sets(count: int) -> list[tuple[int, int]]:
    """The first `count` pairs of look-back and number of lines."""
    return [(lookback, top) for lookback in LOOKBACKS for top in TOPS][:count]


def figures(equity: Floats) -> Floats:
    """(..., 4) total return, volatility, Sharpe ratio and drawdown of curves (..., T)."""
    gains = equity[..., 1:] / equity[..., :-1] - 1
    mean, deviation = gains.mean(axis=-1), gains.std(axis=-1, ddof=1)
    fall = (equity / np.maximum.accumulate(equity, axis=-1)).min(axis=-1) - 1
    total = equity[..., -1] / equity[..., 0] - 1
    sharpe = np.divide(mean, deviation, out=np.zeros_like(mean), where=deviation > 0)
    return np.stack([total, deviation * 252**0.5, sharpe * 252**0.5, fall], axis=-1)
