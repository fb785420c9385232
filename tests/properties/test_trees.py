"""Random trees on random markets: the two engines agree exactly, and both with the oracle."""

from __future__ import annotations

import dataclasses

import pytest

from backtests.engines import event_driven, kernel
from backtests.engines.trees.desks import desk_of
from tests.support.engine_runs import Run, differences_of
from tests.support.oracle_trees import simulate_tree
from tests.support.trees import random_tree


def gaps(seed: int, *, deep: bool) -> list[str]:
    """Where an engine or the oracle parts from the kernel."""
    case, strategy, market = random_tree(seed, deep)
    plain = case.plain_market()
    legs = (dataclasses.replace(plain, legs=(plain, plain)), plain) if deep else (plain,) * 3
    oracle = simulate_tree(
        strategy, dataclasses.replace(plain, legs=legs), case.settings, case.costs
    )
    desk = desk_of(strategy, market, case.settings, case.costs)
    run = Run(case, market, kernel.run(desk))
    other = desk_of(strategy, market, case.settings, case.costs, event_driven.run)
    same = event_driven.run(other) == run.output
    book = desk_of(strategy, market, case.settings, case.costs)
    return [
        *differences_of(run, oracle, book),
        *([] if same else ["backtrader puts out otherwise"]),
    ]


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_engines_and_oracle_agree_on_trees(seed: int, deep: bool) -> None:
    assert gaps(seed, deep=deep) == []


@pytest.mark.parametrize("seed", [115, 151, 385])
def test_what_ended_is_ordered_no_more(seed: int) -> None:
    """Lines that were paid off between two decisions of a parent, and legs that came to nothing."""
    assert gaps(seed, deep=True) == []


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_a_thousand_trees(block: int) -> None:
    wrong = {}
    for seed in range(100 + 50 * block, 150 + 50 * block):
        for deep in (False, True):
            problems = gaps(seed, deep=deep)
            wrong |= {(seed, deep): problems[0]} if problems else {}
    assert wrong == {}
