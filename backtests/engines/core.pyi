"""What the compiled core offers to Python."""

from collections.abc import Callable, Mapping

from backtests.engines.rules import Flags, Integers, Rules
from markets.market import Floats

class Log:
    def table(self) -> Floats: ...

class Core:
    """One run on one market; `equity` and `values` as a Book has them."""

    cash: float
    touched: int
    ruined: int
    indebted: int
    debt: float
    lapses: list[tuple[int, int, float, str]]
    targets: list[tuple[int, Mapping[int, float] | None]]
    fills: Log
    events: Log

    def __init__(self, rules: Rules, cash: float) -> None: ...
    def play(
        self,
        decide: Callable[[int], Mapping[int, float] | None],
        marks: Flags,
        stops: Integers,
        band: float = -1.0,
    ) -> None: ...
    def play_table(self, weights: Floats, asked: Flags, row: Integers, stops: Integers) -> None: ...
    def equity(self, session: int) -> float: ...
    def values(self, session: int) -> Floats: ...
    def left(self) -> list[tuple[int, float]]: ...

def chained(start: float, rows: Integers, amounts: Floats) -> tuple[Integers, Floats]: ...
def held(
    rows: Integers, columns: Integers, quantities: Floats, sessions: int, lines: int, left: float
) -> Floats: ...
def summed(cash: Floats, units: Floats, prices: Floats) -> Floats: ...
