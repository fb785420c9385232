"""Decisions one by one and all at once, on the sample market or any other."""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import reject

from backtests.runner.inputs import load_bars, prepare
from backtests.settings import Settings
from backtests.simulation.decision_tables import table_of
from backtests.simulation.decisions import Decider
from markets.market import Floats, Market, Mask
from markets.sample.source import SampleSource
from newsfolio import Fixed, Strategy
from newsfolio.errors import MissingData
from tests.support.random_markets import Case, random_case

LINES = ("SPY", "KWEB", "TLT", "0700.HK", "BABA")
SHORT = Settings(start="2018-01-02", end="2020-12-31")  # type: ignore[arg-type]


class Nothing:
    """An account in which nothing is held."""

    def __init__(self, market: Market) -> None:
        self._zeros = np.zeros(len(market.assets))

    def equity(self, session: int) -> float:
        return 1.0

    def values(self, session: int) -> Floats:
        return self._zeros


def marks_of(strategy: Strategy, market: Market) -> Mask:
    marks = strategy.rebalance.marks(market.calendar).copy()
    marks[: market.first] = False
    marks[market.first] = True
    return np.asarray(marks)


def one_by_one(strategy: Strategy, market: Market, marks: Mask) -> list[dict[int, float] | None]:
    """Weights by column on each session marked, asked in the order of time."""
    decider, account = Decider(strategy, market), Nothing(market)
    answers = [decider.decide(session, account) for session in np.flatnonzero(marks).tolist()]
    return [None if answer is None else dict(answer.items()) for answer in answers]


def at_once(strategy: Strategy, market: Market, marks: Mask) -> list[dict[int, float] | None]:
    decided = table_of(strategy, market, marks)
    assert decided is not None
    assert decided.sessions.tolist() == np.flatnonzero(marks).tolist()
    return [
        dict(enumerate(row)) if asked else None
        for row, asked in zip(decided.weights.tolist(), decided.asked.tolist(), strict=True)
    ]


def assert_alike(strategy: Strategy, market: Market, marks: Mask) -> None:
    columns = range(len(market.assets))
    expected = [
        None if row is None else {column: row.get(column, 0.0) for column in columns}
        for row in one_by_one(strategy, market, marks)
    ]
    assert at_once(strategy, market, marks) == expected


@cache
def sample_market() -> Market:
    strategy = Fixed(mix=tuple((0.2, line) for line in LINES))
    return prepare(strategy, load_bars(strategy, SampleSource(), SHORT), SHORT)


def drawn(seed: int) -> tuple[Case, Market]:
    """A random case and its market; some begin after their last bar."""
    case = random_case(seed)
    try:
        return case, case.market()
    except MissingData:
        reject()
