"""Several runs compared: who is surely ahead, and that luck names nobody."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtests.evaluation.comparison import compare
from backtests.records.result import Result
from tests.support.results import curve, make


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test here hangs on the third decimal of an interval."""
    monkeypatch.setattr("backtests.evaluation.evaluate.REPLICATIONS", 400)
    monkeypatch.setattr("backtests.evaluation.comparison.REPLICATIONS", 400)


def growing_debt(name: str) -> Result:
    """An account below nothing, whose debt doubles."""
    days = pd.bdate_range("2019-01-02", periods=301, name="session")
    debt = pd.Series(-1000 * np.exp(np.linspace(0, np.log(2), 301)), days)
    return make(debt, id=name)


def test_compare_takes_no_growing_debt_for_a_gain() -> None:
    steady = make(curve([0.0001 + 0.001 * (-1) ** day for day in range(300)]), id="steady-1")
    comparison = compare([growing_debt("lost-1"), steady])
    assert comparison["figures"][0]["total_return"]["value"] is None
    assert comparison["pairs"][0]["excess"]["value"] is None
    assert comparison["conclusion"] == "None is surely ahead of another at 95 %."


# Pairs of runs


def runs(seed: int, count: int, sessions: int, edge: float = 0.0) -> list[Result]:
    """Runs without a difference, but for the first one's edge a session."""
    lot = np.random.default_rng(seed)
    drift = edge * (np.arange(count) == 0)
    returns = 0.01 * lot.standard_t(5, (sessions, count)) + drift
    return [make(curve(own), id=f"run-{place}") for place, own in enumerate(returns.T)]


def test_of_many_pairs_the_luckiest_is_not_surely_ahead() -> None:
    comparison = compare(runs(4, 6, 252))
    lows = [(pair["excess"]["low"], pair["excess"]["high"]) for pair in comparison["pairs"]]
    assert any(low > 0 or high < 0 for low, high in lows)
    assert comparison["conclusion"] == "None is surely ahead of another at 95 %."


def test_a_run_that_is_ahead_of_all_is_still_named() -> None:
    comparison = compare(runs(1, 3, 252, edge=0.006))
    assert comparison["conclusion"].startswith("At 95 % for all 3 pairs together: ")
    assert comparison["conclusion"].count("is ahead of") == 2


def test_two_runs_that_do_not_differ_are_rarely_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """At 95 %: 5 of 100 pairs are, here no more than 8; 5 sessions tell nothing at all."""
    monkeypatch.setattr("backtests.evaluation.comparison.REPLICATIONS", 200)
    conclusions = [compare(runs(seed, 2, 60))["conclusion"] for seed in range(100)]
    assert sum("is ahead of" in conclusion for conclusion in conclusions) <= 8
    few = [compare(runs(seed, 2, 5))["conclusion"] for seed in range(20)]
    assert not any("is ahead of" in conclusion for conclusion in few)
