"""All decisions at once: equal to the last bit to what is asked one decision at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pytest

from backtests.engines import kernel
from backtests.runner.inputs import load_bars, prepare
from backtests.simulation.decision_tables import table_of
from backtests.simulation.decisions import Decider
from backtests.simulation.desk import Desk
from backtests.simulation.fills import Why
from backtests.simulation.holdable import HoldableLines
from markets.costs.models import CostModel, NoCosts, VenueCosts
from markets.market import Market
from markets.sample.source import SampleSource
from newsfolio import (
    NEW_YORK,
    Asset,
    Fixed,
    Panel,
    Sleeve,
    Strategy,
    StrategyError,
    View,
    Weights,
    drift_band,
    equal,
    every_session,
    monthly,
)
from newsfolio.panel import Table
from strategies.abc_basket import AbcBasket, Mix
from strategies.relative_momentum import RelativeMomentum
from tests.support.decision_tables import (
    LINES,
    SHORT,
    Nothing,
    assert_alike,
    marks_of,
    one_by_one,
    sample_market,
)
from tests.support.markets_of import bdays, line, market_of


@pytest.fixture
def sample() -> Market:
    return sample_market()


@dataclass(frozen=True)
class Top(Strategy):
    """The `n` lines with the highest momentum, ties by their place."""

    lookback: int = 63
    n: int = 2

    universe = LINES
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        gains = {line: view.momentum(line, self.lookback) for line in LINES if line in view.usable}
        priced = [line for line, gain in gains.items() if not math.isnan(gain)]
        best = sorted(priced, key=lambda line: (-gains[line], LINES.index(line)))[: self.n]
        return equal(*best) if best else {}

    def weights_table(self, panel: Panel) -> Table:
        gains = np.where(panel.usable, panel.momentum(self.lookback), np.nan)
        order = np.argsort(-gains, axis=1, kind="stable")[:, : self.n]
        held = np.zeros_like(gains)
        np.put_along_axis(held, order, 1.0, axis=1)
        held[np.isnan(gains)] = 0.0
        return held / np.maximum(held.sum(axis=1, keepdims=True), 1.0)


@dataclass(frozen=True)
class Inverse(Strategy):
    """In inverse proportion to volatility, every session."""

    universe = LINES
    rebalance = every_session

    def weights(self, view: View) -> Weights:
        inverse = {line: 1 / view.volatility(line, 60) for line in view.usable}
        defined = {line: value for line, value in inverse.items() if not math.isnan(value)}
        total = math.fsum(defined.values())
        return {line: value / total for line, value in defined.items()}

    def weights_table(self, panel: Panel) -> Table:
        inverse = np.nan_to_num(np.where(panel.usable, 1 / panel.volatility(60), 0.0))
        return inverse / panel.total(inverse)[:, None]


@pytest.mark.parametrize("rule", [Top(), Top(5, 4), Top(504, 1), Inverse()])
def test_rules_in_both_forms(rule: Strategy, sample: Market) -> None:
    assert_alike(rule, sample, marks_of(rule, sample))


SHIPPED = (
    RelativeMomentum(),
    RelativeMomentum(band=0.0, filter=False, direction=-1),
    RelativeMomentum(lookback=252, skip=0, band=0.1),
    *(AbcBasket(mix=mix) for mix in Mix),
    Fixed(mix=((0.6, "SPY"), (0.3, Sleeve("both", ("KWEB", "TLT"))))),
)


@pytest.mark.parametrize("strategy", SHIPPED, ids=lambda strategy: strategy.label)
def test_shipped_strategies_in_both_forms(strategy: Strategy) -> None:
    market = prepare(strategy, load_bars(strategy, SampleSource(), SHORT), SHORT)
    marks = marks_of(strategy, market)
    assert any(one_by_one(strategy, market, marks))
    assert_alike(strategy, market, marks)


@dataclass(frozen=True)
class Anew(Top):
    """Another rule, which has no table of its own."""

    def weights(self, view: View) -> Weights:
        return equal("SPY")


@dataclass(frozen=True)
class Banded(Top):
    rebalance = monthly | drift_band(0.05)


@dataclass(frozen=True)
class Explaining(Top):
    def explain(self, view: View) -> pd.DataFrame:
        return pd.DataFrame()


@dataclass(frozen=True)
class Narrow(Top):
    def weights_table(self, panel: Panel) -> Table:
        return super().weights_table(panel)[:, 1:]


@dataclass(frozen=True)
class Failing(Top):
    def weights_table(self, panel: Panel) -> Table:
        return np.asarray(1 / int(panel.age[0] > 0))


@pytest.mark.parametrize("rule", [Anew(), Banded(), Explaining()])
def test_a_table_that_does_not_count(rule: Strategy, sample: Market) -> None:
    assert table_of(rule, sample, marks_of(rule, sample)) is None


def test_a_table_of_the_wrong_shape_and_one_that_fails(sample: Market) -> None:
    marks = marks_of(Top(), sample)
    with pytest.raises(StrategyError, match=r"it must be \(37, 5\), decisions x lines"):
        table_of(Narrow(), sample, marks)
    with pytest.raises(
        StrategyError, match="raised ZeroDivisionError: division by zero in weights_table"
    ):
        table_of(Failing(), sample, marks)


def test_what_was_held_is_what_it_was_then(sample: Market) -> None:
    """`held` is worked out when somebody looks, from the account as it stood."""
    account = Nothing(sample)
    account._zeros = np.full(len(LINES), 0.2)
    held = Decider(Top(), sample).held(sample.first, account)
    account._zeros[:] = 0.0
    assert dict(held) == dict.fromkeys(LINES, 0.2)


def test_sessions_that_are_alike_share_what_is_open(sample: Market) -> None:
    holdable = HoldableLines(sample).at(len(sample.sessions) - 1)
    assert holdable.own.keys() == holdable.usable == set(LINES)
    assert HoldableLines(sample).at(len(sample.sessions) - 2) is holdable


# Weights and fees that are easily mixed up


@dataclass(frozen=True)
class Against(Strategy):
    """Long one line and short the other; until they are listed one stand-in serves both."""

    universe = tuple(
        Asset(name, NEW_YORK, listed=date(2024, 6, 3), stand_in=("SPY",)) for name in ("UP", "DOWN")
    )
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        return {"UP": 0.5, "DOWN": -0.5}

    def weights_table(self, panel: Panel) -> Table:
        return panel.table({"UP": 0.5, "DOWN": -0.5})


def test_weights_that_cancel_on_a_stand_in_are_no_weight() -> None:
    sessions = bdays("2024-01-02", 250)
    late = [day for day in sessions if day >= "2024-06-03"]
    lines = [line("SPY", sessions, [10.0] * 250)]
    lines += [line(name, late, [10.0] * len(late)) for name in ("UP", "DOWN")]
    market = market_of(lines, *Against.universe, start=date(2024, 1, 2))
    marks = marks_of(Against(), market)
    answers = one_by_one(Against(), market, marks)
    assert_alike(Against(), market, marks)
    assert answers[0] == {}
    assert answers[-1] == {market.place["UP"]: 0.5, market.place["DOWN"]: -0.5}
    desks = [Desk(Against(), market, SHORT, VenueCosts()) for _ in range(3)]
    output = kernel.run(desks[0])
    assert output == kernel.run(desks[1], at_once=False) == kernel.turned(desks[2])
    assert output.targets[0].weights == {}
    assert {fill.asset for fill in output.fills} == {"UP", "DOWN"}


class Boundless(Against):
    max_gross = 1e308

    def weights_table(self, panel: Panel) -> Table:
        return panel.table({"UP": math.inf})


def test_weights_that_no_sum_can_hold_are_refused() -> None:
    sessions = bdays("2024-01-02", 90)
    lines = [line(name, sessions, [10.0] * 90) for name in ("SPY", "UP", "DOWN")]
    market = market_of(lines, *Against.universe, start=date(2024, 1, 2))

    class Huge(Against):
        def weights(self, view: View) -> Weights:
            return {"UP": 1e308, "DOWN": 1e308}

    with pytest.raises(StrategyError, match="add up to inf, above max_gross 1; scale them"):
        kernel.run(Desk(Huge(), market, SHORT, VenueCosts()), at_once=False)


def test_weights_without_bounds_are_refused_at_once() -> None:
    sessions = bdays("2024-01-02", 250)
    lines = [line(name, sessions, [10.0] * 250) for name in ("SPY", "UP", "DOWN")]
    market = market_of(lines, *Boundless.universe, start=date(2024, 1, 2))
    with pytest.raises(StrategyError, match="weight of UP on 2024-01-02 is inf"):
        table_of(Boundless(), market, marks_of(Boundless(), market))


@pytest.mark.parametrize("costs", [VenueCosts(), NoCosts()])
def test_the_depositary_asks_where_trading_costs(costs: CostModel) -> None:
    sessions = bdays("2024-01-02", 250)
    paid = [0.5 if place in (50, 90, 240) else 0.0 for place in range(250)]
    fee = Asset("ADR", NEW_YORK, adr_fee=0.05)
    lines = [line("ADR", sessions, [10.0] * 250, dividend=paid)]
    market = market_of(lines, fee, start=date(2024, 1, 2))
    first, other = (Desk(Fixed(mix=((1.0, fee),)), market, SHORT, costs) for _ in range(2))
    output = kernel.run(first)
    assert output == kernel.turned(other)
    assert sum(event.why is Why.ADR_FEE for event in output.events) == isinstance(costs, VenueCosts)
