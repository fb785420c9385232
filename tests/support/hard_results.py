"""Results that a page is hard to make of."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from backtests.records.result import Result
from tests.support.results import curve, make, walk


def ruined() -> Result:
    fall = curve([0.01] * 80 + [-1.4] + [0.0] * 20)
    return make(fall, curve(walk(len(fall))), ruined="2019-05-01")


HARD: Mapping[str, Callable[[], Result]] = {
    "0 sessions": lambda: make(curve(walk(650)).iloc[:0]),
    "1 session": lambda: make(curve([])),
    "2 sessions": lambda: make(curve([-0.01]), curve([0.02])),
    "59 sessions": lambda: make(curve(walk(59)), curve(walk(59, 2))),
    "flat": lambda: make(curve([0.0] * 300), curve(walk(301))),
    "interest only": lambda: make(curve([1e-4] * 300), curve(walk(301))),
    "one move": lambda: make(curve([0.0] * 150 + [0.1] + [0.0] * 150), curve(walk(302))),
    "flat benchmark": lambda: make(curve(walk(301)), curve([0.0] * 300)),
    "all loss": lambda: make(curve([-0.002] * 300), curve(walk(301))),
    "all gain and once doubled": lambda: make(curve([0.001] * 200 + [1.5] + [0.001] * 200)),
    "no benchmark": lambda: make(curve(walk(301))),
    "ruined": ruined,
    "benchmark with gaps": lambda: make(curve(walk(301)), curve(walk(301)).iloc[50:]),
    "wide": lambda: make(curve([0.05] * 299), curve(walk(300)), {"$a_b$": curve(walk(300, 4))}),
}
