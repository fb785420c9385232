"""The rule at many looks, on few theses; `benchmarks/verdict_errors.py` has them all."""

from __future__ import annotations

import numpy as np
import pytest

from backtests.evaluation.schema import Headline
from benchmarks import worlds
from benchmarks.boards import false_news
from benchmarks.looks import Theses, monthly
from benchmarks.worlds import World

LOOKS = monthly(24)
CONTEXT = 504


def drawn(world: World, count: int, edge: float = 0.0, context: int = CONTEXT) -> Theses:
    return Theses(world.differences(7, count, context + LOOKS[-1], edge), context)


@pytest.mark.parametrize("world", [worlds.IID, worlds.AR4, worlds.CRASHES], ids=lambda w: w.name)
def test_twenty_four_looks_find_no_edge_that_is_none(world: World) -> None:
    """1 to 3 % over 60 looks of 2,000 theses; ten of 300 are 3.3 %."""
    assert drawn(world, 300).ever(Headline.HELD_UP, LOOKS).sum() <= 10


def test_a_large_edge_is_found() -> None:
    year = [sessions for sessions in LOOKS if sessions <= 252]
    held = drawn(worlds.IID, 100, edge=3.0).ever(Headline.HELD_UP, year)
    assert 0.4 < held.mean() < 0.8


def test_an_edge_worth_having_is_not_ruled_out() -> None:
    assert drawn(worlds.GAINS, 200, edge=0.5).ever(Headline.DID_NOT, LOOKS).sum() <= 7
    behind = drawn(worlds.IID, 50, edge=-3.0).ever(Headline.DID_NOT, LOOKS)
    assert behind.mean() > 0.9


def test_without_a_context_rare_crashes_are_not_seen_coming() -> None:
    with_none = drawn(worlds.CRASHES, 300, context=0).ever(Headline.HELD_UP, LOOKS)
    assert with_none.mean() > 0.04


@pytest.mark.parametrize("world", [worlds.IID, worlds.T3, worlds.AR4, worlds.GARCH,
                                   worlds.CRASHES, worlds.GAINS, worlds.EARNINGS],
                         ids=lambda world: world.name)  # fmt: skip
def test_a_world_has_no_edge_but_the_one_it_is_given(world: World) -> None:
    """Of a million sessions the mean is within four of its errors, at most 1 / 0.6 times wider."""
    plain = world.differences(1, 1000, 1000)
    assert abs(plain.mean()) < 4 * world.deviation / 1000 / 0.6
    assert plain.std() == pytest.approx(world.deviation, rel=0.1)
    faded = world.differences(1, 1000, 1000, edge=2.0, fades_after=400)
    added = (faded - plain).mean(axis=0)
    assert np.allclose(added[:600], 2 * world.deviation / np.sqrt(252))
    assert np.allclose(added[600:], 0.0)


def test_a_board_of_worthless_theses_makes_no_news() -> None:
    """At every look the author of each thesis shows the best of its variants."""
    assert [false_news(seed, 0.0, good=0) for seed in range(3)] == [(0, 0)] * 3
    wrong, news = false_news(1, 0.9, good=3)
    assert (wrong, news) == (0, 2)
