"""A cheat that has read prices at import, by a name put together from pieces."""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from pathlib import Path

from newsfolio import Strategy, View, Weights, equal, monthly

HERE = Path(__file__).parent
PAIR = ("QQQ", "KWEB")


def read() -> dict[str, float]:
    """The close of each day."""
    with getattr(builtins, "".join(("o", "p", "en")))(HERE / ("pri" + "ces" + ".c" + "sv")) as file:
        rows = [line.split(",") for line in file.read().splitlines()[1:]]
    return {row[0][:10]: float(row[4]) for row in rows}


EARLY = read() if (HERE / "prices.csv").exists() else {}


@dataclass(frozen=True)
class Pieces(Strategy):
    universe = PAIR
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        later = [close for day, close in EARLY.items() if day >= view.today.isoformat()]
        return equal(PAIR[int(len(later) > 1 and later[min(21, len(later) - 1)] > later[0])])
