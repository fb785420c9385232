"""A folder of two random lines, one of which pays dividends, and a strategy that holds both."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.support.markets_of import bdays
from tests.support.price_files import HEADER

DAYS = bdays("2023-01-03", 500)
BODY = """
share: float = 0.6
universe = ("A", "B")
rebalance = quarterly
benchmark = "B"
def weights(self, view):
    return {"A": self.share, "B": 1 - self.share}
def controls(self):
    return {"half": Fixed(mix=((0.5, "A"), (0.5, "B")))}
"""
ASKED = {"cash": 50_000, "cash_rate": "0%", "lots": "fractional", "start": DAYS[5]}


def prices(folder: Path) -> Path:
    """Two lines that move at random; A pays a dividend of 0.5 each hundredth session."""
    folder.mkdir()
    lot = np.random.default_rng(3)
    for name in ("A", "B"):
        close = (50 * np.exp(np.cumsum(lot.normal(0.0005, 0.01, len(DAYS))))).tolist()
        opened = [c * float(np.exp(lot.normal(0, 0.004))) for c in close]
        pays = [0.5 if name == "A" and place % 100 == 99 else 0.0 for place in range(len(DAYS))]
        kept = [1 - pay / before for pay, before in zip(pays[1:], close, strict=False)]
        later = np.append(np.cumprod(kept[::-1])[::-1], 1.0).tolist()
        rows = [
            f"{day},{o!r},{max(o, c)!r},{min(o, c)!r},{c!r},{c * left!r},1000000,{pay},0"
            for day, o, c, left, pay in zip(DAYS, opened, close, later, pays, strict=True)
        ]
        (folder / f"{name}.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return folder
