"""Sets of a sweep that are decided, played or measured together: each as it would be alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backtests.engines import kernel
from backtests.settings import Settings
from backtests.simulation.metrics import figures_of
from backtests.sweeps.data_needs import ASKED, asks, same_lines
from backtests.sweeps.grid import grid_of
from backtests.sweeps.simulator import SweepSimulator
from markets.sample.source import SampleSource
from newsfolio import Panel, Schedule, Strategy, StrategyError, View, monthly, param, weekly
from newsfolio.schedules import EverySession
from tests.support.sweeps import LINES, START, Top, swept

compiled = pytest.mark.skipif(
    not kernel.COMPILED, reason="no compiled kernel: tables of decisions are not used"
)


@dataclass(frozen=True)
class Foresighted(Strategy):
    """Its table knows the whole of the past and of the future."""

    lookback: int = param(63, low=20, high=252)
    universe = LINES
    rebalance = monthly

    def weights(self, view: View) -> dict[str, float]:
        return {"SPY": 1.0} if view.momentum("SPY", self.lookback) > 0 else {}

    def weights_table(self, panel: Panel) -> Any:
        gain = panel.of("SPY", panel.momentum(self.lookback))
        return panel.table({"SPY": (gain > gain.mean()).astype(float)})


@dataclass(frozen=True)
class Halved(Foresighted):
    """Its table answers where `weights` fails, of which no row would tell."""

    def weights(self, view: View) -> dict[str, float]:
        raise ZeroDivisionError("as it should")

    def weights_table(self, panel: Panel) -> Any:
        return panel.table({"SPY": 1.0})


@compiled
@pytest.mark.parametrize("kind", [Foresighted, Halved])
def test_a_table_that_decides_otherwise_stops_the_sweep(
    tmp_path: Path, kind: type[Foresighted]
) -> None:
    with pytest.raises(StrategyError, match="weights_table decides otherwise than weights"):
        swept(tmp_path, kind(), grid={"lookback": (30, 60)})
    assert not list(tmp_path.rglob("*.parquet"))


@dataclass(frozen=True)
class AtOnce(Top):
    """The same with all decisions at once, and two schedules."""

    pace: str = param("monthly")

    @property
    def rebalance(self) -> Schedule:  # type: ignore[override]
        return monthly if self.pace == "monthly" else weekly

    def weights(self, view: View) -> dict[str, float]:
        return super().weights(view)

    def weights_table(self, panel: Panel) -> Any:
        if self.word == "fails":
            raise ZeroDivisionError("as it should")
        gains = np.where(panel.usable, panel.momentum(self.lookback), np.nan)
        order = np.argsort(panel.universe)  # ties by name
        ranks = np.argsort(np.argsort(-gains[:, order], axis=1, kind="stable"), axis=1)
        held = np.zeros_like(gains)
        held[:, order] = (ranks < self.n) & ~np.isnan(gains[:, order])
        return held / self.n


@compiled
@pytest.mark.parametrize(
    ("room", "groups", "calls"),
    [(16_000_000, 8, 2), (16_000_000, 1, 10), (200_000, 8, 3), (0, 8, 10)],
)
def test_sets_run_together_are_those_run_alone(
    monkeypatch: pytest.MonkeyPatch, room: int, groups: int, calls: int
) -> None:
    grid = {"n": (2, 6), "lookback": (30, 90, 250), "word": ("plain", "fails"),
            "pace": ("monthly", "weekly")}  # fmt: skip
    sets = grid_of(AtOnce(), grid)
    simulator = SweepSimulator.of(sets, SampleSource(), Settings(start=START, engine="kernel"))
    asked = []
    run_batch = kernel.run_batch
    monkeypatch.setattr("backtests.sweeps.batches.ROOM", room)
    monkeypatch.setattr("backtests.sweeps.simulator.GROUPS", groups)
    monkeypatch.setattr(kernel, "run_batch", lambda *a: asked.append(a) or run_batch(*a))
    rows = simulator.rows((partial(sets.strategy, place) for place in range(len(sets))), keep=True)
    assert len(asked) == calls
    monkeypatch.undo()
    for place, row in enumerate(rows):
        values = sets.values(place)
        if values["n"] == 6 and values["lookback"] == 250:
            assert row == {"error": "six lines need a short past"}
        elif values["word"] == "fails":
            assert "ZeroDivisionError: as it should in weights_table" in row["error"]
        else:
            returns = row.pop("returns")
            strategy = sets.strategy(place)
            curve, alone = simulator.curve(OneByOne(**vars(strategy)))
            assert row == alone == simulator.curve(strategy)[1]
            assert np.array_equal(returns, curve.pct_change().iloc[1:])


class Nth(EverySession):
    """Equal to every other of its kind, and marks otherwise."""

    def __init__(self, n: int) -> None:
        object.__setattr__(self, "n", n)

    def marks(self, calendar: Any) -> Any:
        marks = calendar.every().copy()
        marks[np.arange(len(marks)) % self.n != 0] = False  # type: ignore[attr-defined]
        return marks


@dataclass(frozen=True)
class Paced(Strategy):
    n: int = param(1, low=1)
    universe = LINES

    @property
    def rebalance(self) -> Schedule:  # type: ignore[override]
        return Nth(self.n) | Nth(self.n)

    def weights(self, view: View) -> dict[str, float]:
        return {"SPY": 0.5, "KWEB": 0.5}


def test_schedules_that_are_equal_and_mark_otherwise_are_not_mixed_up() -> None:
    assert Nth(1) == Nth(5)
    sets = grid_of(Paced(), {"n": (1, 5, 60)})
    wanted = Settings(start=START, engine="kernel")
    rows = SweepSimulator.of(sets, SampleSource(), wanted).rows(
        partial(sets.strategy, place) for place in range(3)
    )
    for place, row in enumerate(rows):
        assert row == SweepSimulator.of(sets, SampleSource(), wanted).curve(sets.strategy(place))[1]
    assert (
        rows[0]["figures"]["trades"]
        > 2 * rows[1]["figures"]["trades"]
        > 4 * rows[2]["figures"]["trades"]
    )


def test_sets_that_cannot_be_measured_together_are_measured_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A figure that fails for one set is the error of that one."""
    sets = grid_of(AtOnce(), {"n": (1, 2, 3), "lookback": (30, 60)})
    wanted = Settings(start=START, engine="kernel")
    makers = [partial(sets.strategy, place) for place in range(6)]
    good = SweepSimulator.of(sets, SampleSource(), wanted).rows(makers)
    real, bad = figures_of, good[2]["figures"]["final_equity"]

    def failing(days: Any, equity: Any, *more: Any) -> Any:
        if (equity[:, -1] == bad).any():
            raise OverflowError("as it should")
        return real(days, equity, *more)

    monkeypatch.setattr("backtests.sweeps.simulator.figures_of", failing)
    rows = SweepSimulator.of(sets, SampleSource(), wanted).rows(makers)
    assert rows[2] == {"error": "OverflowError('as it should')"}
    assert [*rows[:2], *rows[3:]] == [*good[:2], *good[3:]]


@dataclass(frozen=True)
class Loose(AtOnce):
    """Asks for 60 sessions in other words, and for a number that is not whole."""

    @property
    def span(self) -> Any:
        return {1: 60, 2: 60.0, 3: np.float64(60), 4: 60.5}[self.n]

    def weights(self, view: View) -> dict[str, float]:
        return {"SPY": 1.0} if view.momentum("SPY", self.span) > 0 else {}

    def weights_table(self, panel: Panel) -> Any:
        gains = panel.of("SPY", panel.momentum(self.span))
        return panel.table({"SPY": gains > 0})


@pytest.mark.parametrize("kind", ["Loose", "LooseOneByOne"])
def test_no_set_gets_an_answer_that_it_would_not_get_alone(kind: str) -> None:
    """Whoever asked first: what is remembered must not depend on it."""
    sets = grid_of(globals()[kind](), {"n": (1, 2, 3, 4)})
    for order in ((0, 1, 2, 3), (3, 2, 1, 0)):
        simulator = SweepSimulator.of(sets, SampleSource(), Settings(start=START, engine="kernel"))
        rows = simulator.rows(partial(sets.strategy, place) for place in order)
        failed = [row["error"] for row in rows if row["error"]]
        assert len(failed) == 1
        assert "lookback=60.5: give a whole number" in failed[0]
        assert len({row.get("figures", {}).get("final_equity") for row in rows}) == 2


@dataclass(frozen=True)
class LooseOneByOne(Loose):
    """Its table does not count."""

    def weights(self, view: View) -> dict[str, float]:
        return super().weights(view)


@dataclass(frozen=True)
class OneByOne(AtOnce):
    """Its table does not count."""

    def weights(self, view: View) -> dict[str, float]:
        return super().weights(view)


@pytest.mark.parametrize("name", ASKED)
def test_sets_that_need_other_data_do_not_share_a_market(name: str) -> None:
    own = property(lambda self: (f"L{self.lookback}",))
    kind = dataclass(frozen=True)(type("Own", (Top,), {name: own}))
    assert asks(kind(lookback=30)) == asks(kind(lookback=30, n=3))
    assert asks(kind(lookback=30)) != asks(kind(lookback=60))
    assert same_lines(grid_of(Top(), {"lookback": (30, 60)}))
    assert not same_lines(grid_of(kind(), {"lookback": (30, 60)}))
