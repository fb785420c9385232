"""A cheat that asks somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from newsfolio import Strategy, View, Weights, equal, monthly


@dataclass(frozen=True)
class Network(Strategy):
    """Calls a port of this machine; nobody has to answer."""

    universe = ("QQQ", "KWEB")
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        with import_module("sock" + "et").socket() as line:
            line.settimeout(0.1)
            answered = line.connect_ex(("127.0.0.1", 9)) == 0
        return equal("KWEB" if answered else "QQQ")
