"""The strategy from every month's start: by loops written out, and by runs of their own."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backtests.evaluation.descriptions.every_start import every_start
from backtests.evaluation.descriptions.schema import EveryStart
from backtests.runner.run import Run
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from newsfolio import (
    Fixed,
    Flow,
    Limits,
    Strategy,
    View,
    at_start,
    drift_band,
    monthly,
    quarterly,
    weekly,
)
from tests.support.switch import LINES, Made

HALVES = ((0.5, "AAA"), (0.5, "BBB"))


@dataclass(frozen=True)
class Rotating(Strategy):
    """The line that rose more over a quarter, and what a subclass changes."""

    universe = ("AAA", "BBB")
    rebalance = monthly

    def weights(self, view: View) -> Mapping[str, float] | None:
        return {max(self.universe, key=lambda line: view.momentum(line, 63)): 1.0}

    def controls(self) -> Mapping[str, Strategy]:
        return {"halves": Fixed(mix=HALVES)}


class Looking(Rotating):
    def weights(self, view: View) -> Mapping[str, float] | None:
        return dict(view.holdings) or super().weights(view)


class Waiting(Rotating):
    def weights(self, view: View) -> Mapping[str, float] | None:
        return super().weights(view) if view.today.month % 2 else None


class Banded(Rotating):
    rebalance = monthly | drift_band(0.05)


class Once(Rotating):
    rebalance = at_start

    def weights(self, view: View) -> Mapping[str, float] | None:
        return {"AAA": 0.5, "BBB": 0.5}


class Seldom(Rotating):
    def controls(self) -> Mapping[str, Strategy]:
        return {"halves": Fixed(mix=HALVES, schedule=quarterly)}


class Limited(Rotating):
    limits = Limits(turnover=0.5)


class Capped(Rotating):
    limits = Limits(cap=0.8)


class Saving(Rotating):
    flows = (Flow(1000, "monthly"),)


class Weekly(Rotating):
    rebalance = weekly


@cache
def run_of(kind: type[Rotating], start: str = "2021-01-04", end: str | None = None) -> Run:
    wanted: Any = {"engine": "kernel", "start": start, "end": end}
    return run_strategy(kind(), Made(LINES), Settings(**wanted))


def starts_of(kind: type[Rotating], **how: Any) -> EveryStart:
    run = run_of(kind)
    return every_start(run, run.references["halves"], **how)


def month_ends(equity: pd.Series) -> dict[str, pd.Timestamp]:
    """The last session of each whole month; the run ends with one."""
    return {f"{day:%Y-%m}": day for day in equity.index}


@pytest.mark.parametrize("years", [1, 3])
def test_a_month_begins_at_the_close_before_it(years: int) -> None:
    own, other = run_of(Rotating).account.equity, run_of(Rotating).references["halves"].curve
    ends = month_ends(own)
    (horizon,) = (row for row in starts_of(Rotating).horizons if row.years == years)
    expected = {}
    for month in pd.period_range("2021-01", "2024-12", freq="M"):
        begin = own.index[0] if str(month) == "2021-01" else ends[str(month - 1)]
        last = ends.get(str(month + 12 * years - 1))
        if last is not None:
            grown, its = own[last] / own[begin], other[last] / other[begin]
            expected[str(month)] = (grown ** (1 / years) - 1, (grown / its) ** (1 / years) - 1)
    assert {row.month: (row.growth, row.ahead) for row in horizon.starts} == {
        month: pytest.approx(pair, rel=1e-12) for month, pair in expected.items()
    }
    grown, ahead = zip(*expected.values(), strict=True)
    assert len(expected) == 48 - 12 * years + 1
    assert horizon.wins == sum(value > 0 for value in ahead) / len(ahead)
    assert (horizon.worst, horizon.median) == pytest.approx((min(ahead), statistics.median(ahead)))
    assert horizon.lost == sum(value < 0 for value in grown) / len(grown)
    assert horizon.worst_growth == pytest.approx(min(grown))
    assert horizon.apart == pytest.approx((len(expected) - 1) / 12 / years + 1)


def test_a_run_that_is_too_short_says_so() -> None:
    five = starts_of(Rotating).horizons[-1]
    assert (five.starts, five.wins, five.why) == ((), None, "the run is shorter than 5 years")
    run = run_of(Rotating, "2024-03-20")
    short = every_start(run, run.references["halves"])
    assert short.why == "the run is shorter than a year"


def test_a_run_that_begins_within_a_month_starts_with_the_next() -> None:
    run = run_of(Rotating, "2021-01-13")
    yearly = every_start(run, run.references["halves"]).horizons[0]
    assert (yearly.starts[0].month, yearly.starts[0].day) == ("2021-02", "2021-01-29")


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (Rotating, ""), (Weekly, ""), (Capped, ""), (Looking, "it looks at what it holds"),
        (Waiting, "it leaves what is held as it is at some decisions"),
        (Banded, "it decides where its weights have drifted"),
        (Once, "it decides less than once a month"),
        (Limited, "it trades within limits"), (Saving, "money comes in or leaves"),
        (Seldom, "its control decides less than once a month"),
    ],
)  # fmt: skip
def test_it_says_why_fresh_money_would_hold_something_else(kind: type[Rotating], why: str) -> None:
    read = starts_of(kind)
    assert read.fresh is False
    if not why:
        assert "fresh money would hold the same" in read.basis
        assert starts_of(kind, fresh=True) == read
        return
    assert f"because {why}" in read.basis
    assert "--shortcuts" in read.basis


@pytest.mark.parametrize("kind", [Once, Looking, Limited])
def test_every_start_is_a_run_of_its_own_where_the_rule_depends_on_it(kind: type[Rotating]) -> None:
    table = starts_of(kind, fresh=True)
    assert table.fresh
    assert table.basis.startswith("Each start is a run of its own")
    yearly, three, _ = table.horizons
    for row, years in ((yearly.starts[7], 1), (yearly.starts[-1], 1), (three.starts[3], 3)):
        month = pd.Period(row.month, "M") + 12 * years - 1
        alone = run_of(kind, row.day, str(month_ends(run_of(kind).account.equity)[str(month)])[:10])
        own, other = alone.account.equity, alone.references["halves"].curve
        grown = own.iloc[-1] / own.iloc[0]
        assert row.growth == pytest.approx(grown ** (1 / years) - 1, rel=1e-12)
        ahead = (grown * other.iloc[0] / other.iloc[-1]) ** (1 / years) - 1
        assert row.ahead == pytest.approx(ahead, rel=1e-9)
    read = starts_of(kind).horizons[0].starts
    assert yearly.starts[0].growth == pytest.approx(read[0].growth)  # the run's own first day
    assert yearly.starts[7].growth != pytest.approx(read[7].growth, rel=1e-3)


def test_without_a_control_it_is_held_against_cash() -> None:
    table = every_start(run_of(Rotating), None)
    assert table.against == "cash"
    for row in table.horizons[0].starts:
        assert row.ahead == pytest.approx(row.growth)  # nothing says what cash earns here


def test_a_start_that_saw_the_account_lost_has_no_figure() -> None:
    run = run_of(Rotating)
    gone = run.account.sessions >= "2022-06-01"
    lost = replace(run, account=replace(run.account, growth=np.where(gone, -1.0, 1e6)))
    yearly = every_start(lost, run.references["halves"]).horizons[0]
    figures = {row.month: row.growth for row in yearly.starts}
    assert figures["2021-06"] == 0
    assert figures["2021-07"] is None
    assert yearly.why == "31 starts without a figure"
