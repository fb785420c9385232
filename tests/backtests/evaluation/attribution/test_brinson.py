"""Brinson and Fachler by hand, Carino's linking, and real legs on other sessions."""

from __future__ import annotations

import dataclasses
from math import fsum, log

import numpy as np
import pytest

from backtests import paths
from backtests.evaluation.attribution.brinson import (
    Grouped,
    active,
    active_effects,
)
from backtests.evaluation.attribution.schema import Effect
from backtests.runner.run import Run
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from backtests.simulation.account import account
from backtests.simulation.fills import CashEvent, Why
from newsfolio import Sleeve
from newsfolio.strategy import Fixed, Strategy

WP, WB = np.array([0.6, 0.3, 0.1]), np.array([0.4, 0.4, 0.2])
RP, RB = np.array([0.12, 0.02, 0.05]), np.array([0.10, 0.04, 0.03])
"""The golden case: three groups, their weights and returns, own and benchmark."""


def grouped(weight: object, returns: object) -> Grouped:
    """Portfolios that buy nothing: rows are periods, columns are groups."""
    shares, made = np.atleast_2d(np.array(weight)), np.atleast_2d(np.array(returns))
    return Grouped(shares, shares * made, np.zeros_like(shares))


def by_name(effects: tuple[Effect, ...]) -> dict[str, tuple[float, float]]:
    return {effect.name: (effect.allocation, effect.selection) for effect in effects}


def total(effects: tuple[Effect, ...]) -> float:
    return fsum(part for effect in effects for part in (effect.allocation, effect.selection))


def test_one_period_is_the_golden_case_with_interaction_in_selection() -> None:
    """By hand: selection 0.008, -0.008 and 0.004; interaction 0.004, 0.002 and -0.002."""
    effects = active(("a", "b", "c"), grouped(WP, RP), grouped(WB, RB), np.array([RB]))
    assert by_name(effects) == {
        "a": (pytest.approx(0.0076, abs=1e-14), pytest.approx(0.012, abs=1e-14)),
        "b": (pytest.approx(0.0022, abs=1e-14), pytest.approx(-0.006, abs=1e-14)),
        "c": (pytest.approx(0.0032, abs=1e-14), pytest.approx(0.002, abs=1e-14)),
    }
    assert [effect.name for effect in effects] == ["a", "c", "b"]


def test_two_periods_are_linked_by_hand() -> None:
    """All in a against half and half: +10 % and -20 % against +5 % and -10 %, b flat."""
    own = grouped([[1.0, 0.0], [1.0, 0.0]], [[0.10, 0.0], [-0.20, 0.0]])
    other = grouped([[0.5, 0.5], [0.5, 0.5]], [[0.10, 0.0], [-0.20, 0.0]])
    effects = active(("a", "b"), own, other, np.array([[0.10, 0.0], [-0.20, 0.0]]))
    first, second = log(1.10 / 1.05) / 0.05, log(0.80 / 0.90) / -0.10
    whole = log(0.88 / 0.945) / (0.88 - 0.945)
    # Allocation to a: 0.5 * (0.10 - 0.05), 0.5 * (-0.20 + 0.10); to b as much.
    linked = (0.025 * first - 0.05 * second) / whole
    assert by_name(effects) == {
        "a": (pytest.approx(linked, rel=1e-12), pytest.approx(0.0, abs=1e-15)),
        "b": (pytest.approx(linked, rel=1e-12), pytest.approx(0.0, abs=1e-15)),
    }
    assert total(effects) == pytest.approx(0.88 - 0.945, rel=1e-12)


def test_equal_portfolios_have_no_effects() -> None:
    twice = [[0.5, 0.5], [0.4, 0.6]]
    same = grouped(twice, [[0.10, 0.0], [-0.20, 0.03]])
    effects = active(("a", "b"), same, same, np.array([[0.10, 0.0], [-0.20, 0.03]]))
    assert effects == ()


@pytest.mark.parametrize("seed", range(20))
def test_linked_effects_add_up_to_the_difference_of_total_returns(seed: int) -> None:
    rng = np.random.default_rng(seed)
    periods, names = int(rng.integers(1, 2000)), ("a", "b", "c", "cash")

    def portfolio() -> Grouped:
        weight = rng.dirichlet(np.ones(4), periods) * [1.4, 1, 1, 1] - [0.1, 0, 0, 0]
        weight /= weight.sum(axis=1, keepdims=True)
        return Grouped(weight, rng.normal(0.0001, 0.005, (periods, 4)), np.zeros_like(weight))

    own, other = portfolio(), portfolio()
    effects = active(names, own, other, rng.normal(0, 0.02, (periods, 4)))
    grown = [float(np.prod(1 + portfolio.brought.sum(axis=1))) for portfolio in (own, other)]
    assert total(effects) == pytest.approx(grown[0] - grown[1], rel=1e-12, abs=1e-12)


# --- runs on the simulated market ------------------------------------------------------------

EAST, WEST = Sleeve("East", ("0700.HK", "9988.HK")), Sleeve("West", ("SPY", "QQQ"))


def played(benchmark: Strategy | str, **settings: object) -> Run:
    """Half East, 45 % West on the simulated market, against a benchmark."""
    strategy = dataclasses.replace(Fixed(), mix=((0.5, EAST), (0.45, WEST)))
    own = type("Own", (Fixed,), {"benchmark": benchmark})(mix=strategy.mix)
    facts = {"engine": "kernel", "start": "2021-01-04", "end": "2022-06-30", **settings}
    return run_strategy(own, paths.open_source("sample"), Settings(**facts))  # type: ignore[arg-type]


def ahead(run: Run, divide: int) -> float:
    """Total return of the run less that of its benchmark's curve."""
    curve, equity = run.references["benchmark"].curve, run.account.equity
    return float(equity.iloc[-1] / equity.iloc[divide] - curve.iloc[-1] / curve.iloc[divide])


@pytest.mark.parametrize(
    "benchmark",
    [
        "2800.HK",
        "SPY",
        "^GSPC",
        Fixed(mix=((0.3, EAST), (0.7, Sleeve("bonds", ("TLT", "IEF"))))),
        Fixed(mix=((1.3, WEST), (-0.3, "TLT"))),
    ],
    ids=["other sessions", "part of a sleeve", "a level", "another sleeve", "a short"],
)
@pytest.mark.parametrize("divide", [0, 100])
def test_effects_add_up_on_the_benchmarks_own_sessions(
    benchmark: Strategy | str, divide: int
) -> None:
    run = played(benchmark)
    effects, why = active_effects(run, run.references["benchmark"], divide)
    assert why == ""
    assert total(effects) == pytest.approx(ahead(run, divide), rel=1e-12, abs=1e-12)


def test_groups_are_the_runs_sleeves_and_the_benchmarks_own() -> None:
    bonds = Sleeve("bonds", ("TLT", "IEF"))
    mixed = Fixed(mix=((0.3, "9988.HK"), (0.2, "SPY"), (0.5, bonds)))
    run = played(mixed)
    effects, _ = active_effects(run, run.references["benchmark"], 0)
    assert {effect.name for effect in effects} == {"East", "West", "bonds", "cash"}


def test_the_same_portfolio_has_no_effects_to_speak_of() -> None:
    run = played(Fixed(mix=((0.5, EAST), (0.45, WEST))))
    effects, why = active_effects(run, run.references["benchmark"], 0)
    assert why == ""
    assert all(abs(effect.allocation) + abs(effect.selection) < 1e-12 for effect in effects)


def test_idle_cash_against_a_full_benchmark_is_allocation() -> None:
    """What the cash missed is what it weighed times how far it fell behind: no selection in it."""
    run = played(Fixed(mix=((0.5 / 0.95, EAST), (0.45 / 0.95, WEST))), costs="none")
    effects, _ = active_effects(run, run.references["benchmark"], 1)
    cash = by_name(effects)["cash"]
    difference = ahead(run, 1)
    assert cash[0] == pytest.approx(difference, rel=0.1)
    assert abs(cash[1]) < 0.01 * abs(difference)


def test_a_benchmark_that_buys_on_the_day_has_that_days_return() -> None:
    """On its first session it holds nothing at the close before, and all of the group soon after.

    Without the day's purchases its return would be zero over zero.
    """
    run = played(Fixed(mix=((1.0, "QQQ"),)), costs="none")
    effects, why = active_effects(run, run.references["benchmark"], 0)
    assert why == ""
    assert all(abs(part) < 2 for effect in effects for part in dataclasses.astuple(effect)[1:])
    assert total(effects) == pytest.approx(ahead(run, 0), rel=1e-12)


def test_lost_equity_and_no_sessions_are_said() -> None:
    run = played("SPY")
    leg, last = run.references["benchmark"], len(run.account.sessions) - 1
    assert active_effects(run, leg, last) == ((), "there is no session after the divide")
    broke = dataclasses.replace(leg, curve=leg.curve * 0)
    assert active_effects(run, broke, 0) == ((), "the benchmark lost all of its equity")
    ruin = (CashEvent(run.account.sessions[5].date(), Why.CREDIT, "", -2e6),)
    own = account(run.market, (), ruin, 1e6, 0.0)
    ruined = dataclasses.replace(
        run, account=own, output=dataclasses.replace(run.output, fills=(), events=ruin)
    )
    assert active_effects(ruined, leg, 0) == ((), "the strategy lost all of its equity")
