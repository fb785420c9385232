"""All decisions at once lead to what one decision at a time does, on random markets."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backtests.engines import kernel
from backtests.simulation.account import account, valuations
from backtests.simulation.decision_tables import table_of
from backtests.simulation.desk import Desk
from backtests.simulation.metrics import Traded, cash_returns, figures, figures_of
from markets.market import Market
from newsfolio import Panel, Strategy, StrategyError, every_session
from newsfolio.panel import Table
from tests.support.decision_tables import assert_alike, drawn, marks_of, one_by_one
from tests.support.random_markets import Case, Prescribed


@dataclass(frozen=True)
class Tabled(Prescribed):
    """Weights from a table by date, in both forms."""

    def weights_table(self, panel: Panel) -> Table:
        rows = [self.table.get(day) for day in panel.days]  # none on weekends
        return np.array([
            [math.nan if row is None else row.get(line, 0.0) for line in panel.universe]
            for row in rows
        ])  # fmt: skip


def tabled(case: Case, market: Market, max_gross: float) -> Strategy:
    """The strategy of a random case; weights of lines without data cannot stand in a table."""
    table = {
        day: row and {line: weight for line, weight in row.items() if line in market.place}
        for day, row in case.table.items()
    }
    facts = {"universe": case.sleeves, "table": table, "max_gross": max_gross}
    return type("Tabled", (Tabled,), {**facts, "rebalance": every_session})()


@given(st.integers(0, 100_000))
@example(323)  # begins after its last bar
@example(9884)  # a line that trades on weekends
@settings(max_examples=40)
def test_tables_lead_to_the_same_weights(seed: int) -> None:
    case, market = drawn(seed)
    strategy = tabled(case, market, case.max_gross)
    assert_alike(strategy, market, marks_of(strategy, market))


@pytest.mark.skipif(not kernel.COMPILED, reason="the kernel was not compiled")
@given(st.integers(0, 100_000))
@settings(max_examples=40)
def test_runs_of_a_batch_are_those_made_alone(seed: int) -> None:
    """Their trades, equity and figures; each leaves the next a clean desk."""
    case, market = drawn(seed)
    cash, spread = case.settings.cash, case.settings.credit_spread
    own = tabled(case, market, case.max_gross)
    strategies = [own, scaled(own, 0.5), scaled(own, 0.0), scaled(own, 0.9), own]
    desks = [Desk(strategy, market, case.settings, case.costs) for strategy in strategies]
    tables = [table for table in map(kernel.table, desks) if table is not None]
    if len(tables) < len(desks):
        return  # impact or participation: nothing is run in a batch
    batch = kernel.run_batch(desks[0], tables)
    alone = [kernel.run(desk, at_once=False) for desk in desks]
    assert [batch[place] for place in range(len(batch))] == alone
    balances, worth = valuations(market, batch.transactions, cash, spread)
    rate = pd.Series(market.cash_rate[market.first :], index=market.index)
    days, earned = market.sessions[market.first :], cash_returns(rate).to_numpy()
    on = market.sessions[batch.transactions.fills[:, 0].astype("int64")]
    traded = Traded(batch.transactions.fills, on, batch.transactions.fills_end)
    together = figures_of(days, worth, traded, earned)
    for place, output in enumerate(alone):
        held = account(market, output.fills, output.events, cash, spread)
        assert np.array_equal(held.cash, balances[place])
        assert np.array_equal(held.worth, worth[place])
        by_hand = (held.units * held.prices).sum(axis=1) + held.cash
        assert held.worth == pytest.approx(by_hand, rel=1e-12, abs=1e-6)
        assert figures(held.equity, tuple(output.fills), rate) == together[place]


def scaled(strategy: Strategy, share: float) -> Strategy:
    """The same with smaller weights."""
    table: dict[date, dict[str, float] | None] = {
        day: row and {line: share * weight for line, weight in row.items()}
        for day, row in strategy.table.items()  # type: ignore[attr-defined]
    }
    return type("Scaled", (type(strategy),), {"table": table})()  # type: ignore[no-any-return]


@given(st.integers(0, 100_000))
@settings(max_examples=20)
def test_what_is_refused_one_by_one_is_refused_at_once(seed: int) -> None:
    case, market = drawn(seed)
    strategy = tabled(case, market, max_gross=0.5)
    marks = marks_of(strategy, market)
    try:
        one_by_one(strategy, market, marks)
    except StrategyError as error:
        with pytest.raises(StrategyError) as refused:
            table_of(strategy, market, marks)
        assert str(refused.value) == str(error)
