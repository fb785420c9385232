"""What the compiled core offers to Python."""

from collections.abc import Callable, Mapping

from backtests.engines.kernel_inputs import Flags, Integers, KernelInputs
from backtests.simulation.decisions import Columns, Decider, HeldWeights
from backtests.simulation.fills import Transactions
from backtests.simulation.valuation import Closes
from markets.market import Floats, Market, Mask
from markets.views.recorder import Recorder
from newsfolio.strategy import Strategy

class Log:
    def table(self) -> Floats: ...

Ending = tuple[
    int,
    int,
    int,
    list[tuple[int, int, float, str]],
    list[tuple[int, float]],
    tuple[int, float] | None,
    int | None,
    tuple[int, float] | None,
]
"""How many fills, events and decisions there were by the end of a run, its lapses, the orders that
are still unfilled, the largest debt, the session of the ruin, and where it ran dry."""

class Core:
    """Runs on one market; `equity` and `values` of the present one as a Book has them."""

    fills: Log
    events: Log
    decisions: Log
    goals: Log
    noting: bool
    answers: list[Wanted | Mapping[int, float]]
    ends: list[Ending]

    def __init__(self, inputs: KernelInputs, cash: float) -> None: ...
    def run(
        self,
        decide: Callable[[int], Columns | None] | Asker,
        marks: Flags,
        stops: Integers,
        band: float = -1.0,
    ) -> None: ...
    def run_tables(self, weights: Floats, asked: Flags, row: Integers, stops: Integers) -> None: ...
    def keep(self, columns: list[int]) -> None: ...
    def equity(self, session: int) -> float: ...
    def values(self, session: int) -> Floats: ...

def run_goals(
    core: Core,
    decide: Callable[[int], tuple[Mapping[int, float], float, Mapping[int, float]] | None],
    marks: Flags,
    stops: Integers,
) -> None: ...
def holdings(core: Core) -> dict[int, float]: ...

class Answers: ...

class History:
    """A newsfolio.view.History that a run has for itself."""

    def __init__(
        self,
        market: Market,
        recorder_of: Callable[[Market], Recorder],
        kept: dict[tuple[int, int], Answers],
    ) -> None: ...

class Asker:
    def __init__(
        self,
        decider: Decider,
        strategy: Strategy,
        market: Market,
        history: History,
        held_of: Callable[..., HeldWeights],
    ) -> None: ...

class Wanted:
    def items(self) -> list[tuple[int, float]]: ...

def by_column(answer: object, own: Mapping[str, int], most: float) -> Columns | None: ...
def laid_out(
    table: Floats, able: Flags, own: Integers, lines: int, most: float
) -> tuple[Floats, Mask]: ...
def sums(values: Floats, ends: Integers) -> Floats: ...
def valued(cash: float, transactions: Transactions, closes: Closes) -> tuple[Floats, Floats]: ...
def moments(curve: Floats, cash: Floats) -> Floats: ...
def turned(fills: Floats, ends: Integers, rows: Integers, equity: Floats) -> Floats: ...
