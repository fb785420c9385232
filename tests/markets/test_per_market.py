"""What is remembered of a market: by identity, up to a bound, and no longer than the market."""

from __future__ import annotations

import dataclasses
import gc
import pickle
from dataclasses import dataclass
from weakref import ref

import pytest

from backtests.engines import kernel
from backtests.simulation.account import account
from backtests.simulation.desk import Desk, clock_of
from backtests.simulation.interest import growth
from markets.market import Market
from markets.per_market import Itself, per_market
from newsfolio.schedules import EverySession
from tests.support.random_markets import random_case


@pytest.fixture(scope="module")
def market() -> Market:
    return random_case(3).market()


def test_an_answer_is_worked_out_once_a_market_and_argument(market: Market) -> None:
    asked = []

    @per_market
    def sessions(market: Market, add: int) -> int | None:
        """How many."""
        asked.append(add)
        return len(market.sessions) + add if add else None

    other = dataclasses.replace(market)
    for _ in range(2):
        assert sessions(market, 1) == sessions(other, 1) == len(market.sessions) + 1
        assert sessions(market, 0) is None
    assert asked == [1, 1, 0]
    assert sessions.remembered(market) == {(1,): len(market.sessions) + 1, (0,): None}
    assert sessions.__doc__ == "How many."
    sessions.remembered(market).clear()
    sessions(market, 1)
    assert asked == [1, 1, 0, 1]


def test_the_oldest_answers_go_first(market: Market) -> None:
    @per_market(most=2)
    def itself(market: Market, value: int) -> int:
        return value

    for value in (1, 2, 1, 3):
        itself(market, value)
    assert list(itself.remembered(market)) == [(2,), (3,)]


def test_an_error_is_not_remembered_and_has_no_other_cause(market: Market) -> None:
    @per_market
    def failing(market: Market) -> None:
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no") as raised:
            failing(market)
        assert raised.value.__context__ is None
    assert failing.remembered(market) == {}


def test_a_market_on_which_all_was_run_dies_with_what_was_remembered() -> None:
    case = random_case(3)
    market = case.market()
    for engine in (kernel.run, kernel.turned):  # backtrader keeps its last strategy for itself
        desk = Desk(case.strategy, market, case.settings, case.costs)
        output = engine(desk)
        assert account(market, output.fills, output.events, case.settings.cash, 0.02).worth.any()
    gone, forgotten = ref(market), ref(growth(market, case.settings.credit_spread))
    assert forgotten() is not None
    del market, desk, output
    gc.collect()
    assert gone() is None
    assert forgotten() is None


def test_a_market_travels_without_what_was_remembered(market: Market) -> None:
    assert growth(market, 0.02) is growth(market, 0.02)
    arrived = pickle.loads(pickle.dumps(market))
    assert growth.remembered(market)
    assert not growth.remembered(arrived)


@dataclass(frozen=True)
class Twice(EverySession):
    """Equal to another, though an author's own may mark otherwise."""


def test_schedules_that_are_equal_have_marks_of_their_own(market: Market) -> None:
    first, other = Twice(), Twice()
    assert first == other and Itself(first) != Itself(other) and Itself(first) == Itself(first)
    assert clock_of(first, market) is clock_of(first, market)
    assert clock_of(first, market) is not clock_of(other, market)
