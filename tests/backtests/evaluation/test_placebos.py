"""Placebos against whole runs of their own, started on the placebo date."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

import pytest

from backtests.evaluation.reruns.placebos import placebos
from backtests.evaluation.schema import Placebo, PlaceboKind
from backtests.evaluation.scored_window import scored_sessions
from backtests.runner.divide import ScoredWindow
from backtests.runner.run import ReferenceRun, Run
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from markets.folder.source import FolderSource
from newsfolio import (
    Article,
    Fixed,
    Sleeve,
    Strategy,
    Thesis,
    at_publication,
    equal,
    monthly,
    param,
)

START = "2018-01-02"


def thesis(published: datetime) -> Thesis:
    return Thesis("S", "switch", "", Article("sim", "a switch", "nobody", published))


@dataclass(frozen=True)
class Switch(Strategy):
    """From America to China at publication."""

    stock: str = param("KWEB")

    thesis = thesis(datetime(2024, 6, 3, 12, tzinfo=UTC))
    rebalance = monthly | at_publication
    benchmark = "ACWI"

    @property
    def universe(self) -> tuple[str, ...]:  # type: ignore[override]
        return ("SPY", self.stock)

    def weights(self, view):
        return equal(self.stock if view.published else "SPY")

    def controls(self) -> Mapping[str, Strategy]:
        return {"half and half": Fixed(mix=((0.5, "SPY"), (0.5, "KWEB")))}


@dataclass(frozen=True)
class Always(Switch):
    """Half and half whatever is published."""

    def weights(self, view):
        return equal("SPY", self.stock)


@dataclass(frozen=True)
class Hindsight(Switch):
    """Of a list that was drawn after the fact."""

    @property
    def universe(self) -> tuple[Sleeve, ...]:  # type: ignore[override]
        return (Sleeve("picked", ("SPY", self.stock), "picked in 2024"),)


@dataclass(frozen=True)
class Picked(Switch):
    """A stock that somebody picked."""

    pool = ("FXI", "MCHI", "EEM", "EWY", "INDA")

    def drawn(self, lot: Random) -> Strategy:
        return dataclasses.replace(self, stock=lot.choice(self.pool))


def played(strategy: Strategy, prices: Path, **settings: str) -> Run:
    wanted = Settings(**({"engine": "kernel", "start": START, "end": "2025-06-30"} | settings))  # type: ignore[arg-type]
    return run_strategy(strategy, FolderSource(prices), wanted)


def control(run: Run) -> ReferenceRun:
    return run.references["half and half"]


def ranked(run: Run, count: int = 25) -> tuple[Placebo, list[tuple[str, float]]]:
    _, score = scored_sessions(run)
    rank, table = placebos(run, control(run), score, count)
    return rank, list(zip(table["start"], table["excess"], strict=True))


def ahead(run: Run) -> float:
    """Growth a year over the control's, from the run's first session to its last."""
    own, other = run.account.equity, control(run).curve
    growth = (own.iloc[-1] / own.iloc[0]) / (other.iloc[-1] / other.iloc[0])
    years = (own.index[-1] - own.index[0]).days / 365.25
    return float(growth ** (1 / years) - 1)


def moved(day: date) -> Strategy:
    """The switch, had its article been published on the day before."""
    eve = datetime.combine(day, time(5), UTC) - timedelta(days=0)
    cls = dataclasses.make_dataclass(
        "Switch", [], bases=(Switch,), frozen=True, namespace={"thesis": thesis(eve)}
    )
    return cls()


def test_the_real_one_is_a_run_started_at_the_divide(prices: Path) -> None:
    rank, _ = ranked(played(Switch(), prices))
    assert rank.real == pytest.approx(ahead(played(Switch(), prices, start="2024-06-03")), rel=1e-9)


def test_each_placebo_is_a_run_of_its_own(prices: Path) -> None:
    run = played(Switch(), prices)
    rank, table = ranked(run)
    assert (rank.chosen, rank.count, len(table)) == (PlaceboKind.DATES, 25, 25)
    sessions = run.market.sessions
    scored = len(sessions) - 1 - run.market.first_decision
    for start, excess in (table[0], table[12], table[-1]):
        first = list(sessions.astype(str)).index(start)
        end = str(sessions[first + scored])
        alone = played(moved(date.fromisoformat(start)), prices, start=start, end=end)
        years = (date.fromisoformat(end) - date.fromisoformat(start)).days / 365.25
        real = (date(2025, 6, 30) - date(2024, 6, 3)).days / 365.25
        assert (1 + excess) ** real == pytest.approx((1 + ahead(alone)) ** years, rel=1e-9)


def test_placebo_windows_end_before_the_divide(prices: Path) -> None:
    run = played(Switch(), prices)
    _, table = ranked(run)
    sessions = list(run.market.sessions.astype(str))
    scored = len(sessions) - 1 - sessions.index("2024-06-03")
    assert max(sessions.index(start) for start, _ in table) + scored == sessions.index("2024-06-03")


def test_the_percentile_counts_those_that_did_worse(prices: Path) -> None:
    rank, table = ranked(played(Switch(), prices))
    worse = sum(excess < rank.real for _, excess in table)
    assert rank.percentile == pytest.approx(worse / 25)


def test_only_a_rule_that_looks_at_the_date_is_asked(prices: Path) -> None:
    end = "2025-01-31"
    assert ranked(played(Switch(), prices, end=end))[0].decides
    assert ranked(played(Switch(), prices, end=end), count=10)[0].decides  # fewer is no way out
    assert not ranked(played(Always(), prices, end=end))[0].decides
    listed = ranked(played(Hindsight(), prices, end=end))[0]
    assert (listed.decides, listed.why) == (False, "picked: picked in 2024")
    long = ranked(played(Switch(), prices))[0]
    assert (long.decides, long.independent < 10) == (False, True)  # type: ignore[operator]


def test_baskets_are_drawn_from_the_pool_once_each(prices: Path) -> None:
    run = played(Picked(), prices)
    _, score = scored_sessions(run)
    rank, table = placebos(run, control(run), score, 25)
    assert (rank.chosen, rank.count, rank.independent) == (PlaceboKind.BASKETS, 5, None)
    assert sorted(table["label"]) == [f"picked(stock={line})" for line in sorted(Picked.pool)]
    alone = played(Picked(stock="FXI"), prices, start="2024-06-03")
    drawn = table.set_index("label")["excess"]["picked(stock=FXI)"]
    assert drawn == pytest.approx(ahead(alone), rel=1e-9)


def test_there_may_be_none_and_it_says_why(prices: Path) -> None:
    run = played(Switch(), prices)
    _, score = scored_sessions(run)
    assert "switched off" in placebos(run, control(run), score, 0)[0].why
    assert "control" in placebos(run, None, score, 9)[0].why
    assert "no session" in placebos(run, control(run), ScoredWindow(9, 9, 0), 9)[0].why
    early = played(moved(date(2014, 6, 2)), prices)
    assert "window" in placebos(early, control(early), scored_sessions(early)[1], 9)[0].why


@pytest.mark.parametrize("strategy", [Switch(), Picked()], ids=["dates", "baskets"])
def test_placebos_do_not_depend_on_how_many_processes_run_them(
    strategy: Strategy, prices: Path
) -> None:
    run = played(strategy, prices)
    _, score = scored_sessions(run)
    (rank, table), *others = (
        placebos(run, control(run), score, 6, workers=workers) for workers in (1, 2, 3)
    )
    assert all(other == rank and drawn.equals(table) for other, drawn in others)
