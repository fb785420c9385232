"""newsfolio: strategies as a user writes them, with venue costs, lots and both currencies.

`flat-...` plays the peers' own prices without costs and lots, opened where they last closed, so
that its equity is comparable. `many` is the large market, read from its folder of Parquet files.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq

from backtests import sweep
from backtests.engines import event_driven, kernel
from backtests.runner.inputs import cost_model, load_bars, prepare
from backtests.settings import Settings
from backtests.simulation.account import account
from backtests.simulation.desk import Desk
from benchmarks.peers import theses
from benchmarks.peers.made import Held, flat_lines, names, random_lines, window
from benchmarks.peers.panel import LOOKBACKS, TOPS, Floats, Panel
from markets.folder.source import FolderSource
from markets.market import Market
from markets.sample.source import SampleSource
from markets.snapshot import Source
from markets.views import memory, panel_lookups
from newsfolio import Schedule, Strategy, every_session, monthly, quarterly, weekly, yearly

PACKAGES = ("numpy", "pandas", "backtrader")
KINDS = {
    "equal": theses.Equal(),
    "top": theses.Leaders(),
    "inverse": theses.Inverse(),
    "batch-top": theses.LeadersAtOnce(),
    "batch-inverse": theses.InverseAtOnce(),
}
SWEEPS = {"sweep": theses.Leaders, "batch-sweep": theses.LeadersAtOnce}
WORKS = (*KINDS, *SWEEPS, "engine-equal", "many", *(f"flat-{name}" for name in KINDS))
SCHEDULES = {
    "yearly": yearly, "quarterly": quarterly, "monthly": monthly, "weekly": weekly,
    "daily": every_session,
}  # fmt: skip

MEMORIES = (
    memory.look_ups_of, memory.signals_of, panel_lookups.kept_answers, kernel.look_ups,
)  # fmt: skip
"""What runs on a market share."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """A market that is loaded, and what to play on it; each run looks everything up anew."""

    strategy: Strategy
    market: Market
    settings: Settings
    engine: Callable[[Desk], Any] = kernel.run

    def __call__(self) -> Floats:
        """One run, its decisions and its equity included."""
        for kept in MEMORIES:
            kept.remembered(self.market).clear()
        desk = Desk(self.strategy, self.market, self.settings, cost_model(self.settings))
        played, settings = self.engine(desk), self.settings
        held = account(
            self.market, played.fills, played.events, settings.cash, settings.credit_spread
        )
        return held.equity.to_numpy()


def work(panel: Panel, name: str) -> Callable[..., Any]:
    """What is asked for, its market prepared."""
    if name in SWEEPS:
        return sweeping(SWEEPS[name](), panel)
    if name == "many":
        return on_many(panel)
    if name.startswith("grown-"):
        return grown(*name.split("-")[1:])
    if name.startswith("flat-"):
        return on_flat(KINDS[name.removeprefix("flat-")], panel)
    kind = KINDS[name.removeprefix("engine-")]
    run = prepared(kind, SampleSource(), window(len(panel.days)))
    return dataclasses.replace(run, engine=event_driven.run) if name.startswith("engine-") else run


def on_flat(strategy: Strategy, panel: Panel) -> Prepared:
    free = dataclasses.replace(window(len(panel.days)), costs="none", lots="fractional")
    return prepared(spread(strategy, len(panel.tickers)), Held(flat_lines(panel)), free)


def on_many(panel: Panel) -> Prepared:
    """The large market, from its folder."""
    files = sorted((panel.folder / "many").glob("*.parquet"))
    settings = window(pq.read_metadata(files[0]).num_rows)
    return prepared(spread(theses.Equal(), len(files)), FolderSource(files[0].parent), settings)


def grown(lines: str, sessions: str, schedule: str) -> Prepared:
    """A made-up market of that size."""
    wide = spread(theses.Equal(), int(lines), SCHEDULES[schedule])
    made = Held(random_lines(int(lines), int(sessions)))
    return prepared(wide, made, window(int(sessions)))


def prepared(strategy: Strategy, source: Source, settings: Settings) -> Prepared:
    market = prepare(strategy, load_bars(strategy, source, settings), settings, keep=True)
    return Prepared(strategy, market, settings)


def spread(strategy: Strategy, lines: int, schedule: Schedule | None = None) -> Strategy:
    """The same strategy over made-up lines."""
    when = strategy.rebalance if schedule is None else schedule
    facts = {"universe": names(lines), "rebalance": when}
    return type(type(strategy).__name__, (type(strategy),), facts)()  # type: ignore[no-any-return]


def sweeping(strategy: Strategy, panel: Panel) -> Callable[[int], Floats]:
    """The public call on bars in memory, to the table; its parts and its ledger are written."""
    settings = window(len(panel.days))
    bars = load_bars(strategy, SampleSource(), settings)

    def swept(sets: int) -> Floats:
        few = sets // len(TOPS) or 1
        grid = {"lookback": tuple(LOOKBACKS)[:few], "top": tuple(TOPS)[: sets // few]}
        with tempfile.TemporaryDirectory() as place:
            result = sweep(
                strategy, Held(bars), grid=grid, start=settings.start, end=settings.end,
                out=place, ledger=f"{place}/trials.sqlite",
            )  # fmt: skip
            return result.table[["total_return", "volatility", "sharpe", "max_drawdown"]].to_numpy()

    return swept
