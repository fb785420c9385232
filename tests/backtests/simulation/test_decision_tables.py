"""All decisions at once: equal to the last bit to what is asked one decision at a time."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, reject, settings
from hypothesis import strategies as st

from backtests.engines import kernel
from backtests.runner.inputs import load_bars, prepare
from backtests.settings import Costs, Settings
from backtests.simulation.account import account, valuations
from backtests.simulation.decision_tables import panel_of, table_of
from backtests.simulation.decisions import Decider
from backtests.simulation.desk import Desk
from backtests.simulation.fills import Why
from backtests.simulation.holdable import HoldableLines
from backtests.simulation.metrics import cash_returns, figures, figures_of, traded_of
from markets.costs.models import CostModel, NoCosts, VenueCosts
from markets.market import Floats, Market, Mask
from markets.sample.source import SampleSource
from markets.views.panel_lookups import KEPT, kept_answers
from markets.views.recorder import Recorder
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
from newsfolio.errors import MissingData
from newsfolio.panel import Table
from strategies.abc_basket import AbcBasket, Mix
from strategies.relative_momentum import RelativeMomentum
from tests.support.markets_of import bdays, line, market_of
from tests.support.random_markets import Case, Prescribed, random_case

LINES = ("SPY", "KWEB", "TLT", "0700.HK", "BABA")
SHORT = Settings(start="2018-01-02", end="2020-12-31")  # type: ignore[arg-type]
LOOK_UPS = (
    ("level", ()),
    ("momentum", (1,)),
    ("momentum", (9, 4)),
    ("volatility", (2,)),
    ("volatility", (13,)),
    ("moving_average", (1,)),
    ("moving_average", (20,)),
    ("drawdown", (1,)),
    ("drawdown", (11,)),
    ("traded_value", ()),
    ("traded_value", (5,)),
)


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


@pytest.fixture(scope="module")
def sample() -> Market:
    strategy = Fixed(mix=tuple((0.2, line) for line in LINES))
    return prepare(strategy, load_bars(strategy, SampleSource(), SHORT), SHORT)


# Look-ups


def views(market: Market, sessions: list[int]) -> list[View]:
    """One view a session, each with a recorder of its own."""
    found = []
    for session in sessions:
        recorder = Recorder(market)
        recorder.write(market, session)
        usable = HoldableLines(market).at(session).usable
        found.append(View(market.day(session), market.universe, usable, None, {}, recorder))
    return found


@given(st.integers(0, 100_000), st.sampled_from([1, 3]))
@settings(max_examples=40, deadline=None)
def test_a_panel_answers_what_every_view_does(seed: int, step: int) -> None:
    """Late listings, stand-ins of stand-ins, gaps, lines without data, three currencies."""
    _, market = drawn(seed)
    marks = np.zeros(len(market.sessions), dtype=bool)
    marks[::step] = True
    panel = panel_of(market, marks)
    seen = views(market, np.flatnonzero(marks).tolist())
    assert panel.usable.tolist() == [
        [line in view.usable for line in market.universe] for view in seen
    ]
    for name, arguments in LOOK_UPS:
        expected = [
            [getattr(view, name)(line, *arguments) for line in market.universe] for view in seen
        ]
        found = getattr(panel, name)(*arguments)
        assert found.shape == (len(seen), len(market.universe))
        np.testing.assert_array_equal(found, expected, err_msg=f"{name}{arguments}")


def test_a_panel_knows_days_and_ages(sample: Market) -> None:
    calendar = dataclasses.replace(sample.calendar, first_decision=sample.first + 2)
    aged = dataclasses.replace(sample, calendar=calendar)
    marks = np.zeros(len(aged.sessions), dtype=bool)
    marks[aged.first : aged.first + 5] = True
    panel = panel_of(aged, marks)
    assert panel.days == aged.days[aged.first : aged.first + 5]
    assert panel.published.tolist() == [False, False, True, True, True]
    np.testing.assert_array_equal(panel.age, [np.nan, np.nan, 0, 1, 2])
    assert panel.universe == LINES


def test_look_ups_against_pandas(sample: Market) -> None:
    """On all sessions of five lines; pandas adds up in another order."""
    marks = np.ones(len(sample.sessions), dtype=bool)
    panel, order = panel_of(sample, marks), [sample.place[line] for line in LINES]
    level = pd.DataFrame(sample.level[:, order])
    returns = level.pct_change()
    value = pd.DataFrame(sample.traded_value[:, order])
    medians = value.apply(lambda one: one.dropna().rolling(60, min_periods=1).median()).ffill()
    for found, expected in (
        (panel.momentum(126), level / level.shift(126) - 1),
        (panel.momentum(126, 21), level.shift(21) / level.shift(147) - 1),
        (panel.volatility(60), returns.rolling(60).std()),
        (panel.moving_average(200), level.rolling(200).mean()),
        (panel.drawdown(90), level / level.rolling(90).max() - 1),
        (panel.traded_value(60), medians),
        (panel.level(), level),
    ):
        own = expected.notna().to_numpy()  # where it is not, a stand-in may answer
        assert own.mean() > 0.5
        np.testing.assert_allclose(found[own], expected.to_numpy()[own], rtol=1e-9, atol=1e-12)


def test_answers_are_shared_by_parameter_sets_and_cannot_be_written_to(sample: Market) -> None:
    marks = marks_of(Fixed(), sample)
    one, other = panel_of(sample, marks), panel_of(sample, marks)
    assert one.momentum(63) is other.momentum(63)
    with pytest.raises(ValueError, match="read-only"):
        one.momentum(63)[0, 0] = 1.0


def test_what_is_remembered_has_a_bound(sample: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    market = dataclasses.replace(sample)
    panel = panel_of(market, marks_of(Fixed(), market))
    size = panel.momentum(5).nbytes
    assert size < KEPT
    monkeypatch.setattr("markets.views.panel_lookups.KEPT", 3 * size)
    for lookback in range(5, 15):
        panel.momentum(lookback)
    kept = kept_answers(market)
    assert [asked for _, asked in kept] == [("momentum", lookback, 0) for lookback in (12, 13, 14)]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("momentum", (-1,)), ("momentum", (5, -1)), ("volatility", (1,)), ("drawdown", (0,)),
     ("moving_average", (2.5,)), ("traded_value", (-60,))],
)  # fmt: skip
def test_a_panel_refuses_to_look_ahead(
    name: str, arguments: tuple[int, ...], sample: Market
) -> None:
    panel = panel_of(sample, marks_of(Fixed(), sample))
    with pytest.raises(StrategyError, match="give a whole number of at least"):
        getattr(panel, name)(*arguments)


def test_columns_sums_and_tables_by_hand() -> None:
    panel = Panel((), ("A", "B", "C"), np.ones((2, 3), bool), np.zeros(2), None)  # type: ignore[arg-type]
    panel = dataclasses.replace(panel, days=(SHORT.start, SHORT.end))
    values = np.array([[1.0, math.nan, 4.0], [0.1, 0.2, math.nan]])
    assert panel.of("C", values)[0] == 4.0
    np.testing.assert_array_equal(
        panel.of(Sleeve("both", ("A", "B")), values), [1.0, (0.1 + 0.2) / 2]
    )
    assert panel.total(values).tolist() == [5.0, 0.1 + 0.2]
    made = panel.table({"C": 0.5, "A": np.array([0.0, 0.25])})
    assert made.tolist() == [[0.0, 0.0, 0.5], [0.25, 0.0, 0.5]]
    with pytest.raises(StrategyError, match="D is not in the panel"):
        panel.table({"D": 1.0})


# Decisions


@dataclass(frozen=True)
class Tabled(Prescribed):
    """Weights from a table by date, in both forms."""

    def weights_table(self, panel: Panel) -> Table:
        rows = [self.table[day] for day in panel.days]
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


def drawn(seed: int) -> tuple[Case, Market]:
    """A random case and its market; some begin after their last bar."""
    case = random_case(seed)
    try:
        return case, case.market()
    except MissingData:
        reject()


@given(st.integers(0, 100_000))
@example(323)  # begins after its last bar
@settings(max_examples=60, deadline=None)
def test_tables_lead_to_the_same_weights(seed: int) -> None:
    case, market = drawn(seed)
    strategy = tabled(case, market, case.max_gross)
    assert_alike(strategy, market, marks_of(strategy, market))


@pytest.mark.skipif(not kernel.COMPILED, reason="the kernel was not compiled")
@given(st.integers(0, 100_000))
@settings(max_examples=60, deadline=None)
def test_runs_played_together_are_those_played_alone(seed: int) -> None:
    """Their trades, equity and figures; each leaves the next a clean desk."""
    case, market = drawn(seed)
    cash, spread = case.settings.cash, case.settings.credit_spread
    own = tabled(case, market, case.max_gross)
    strategies = [own, scaled(own, 0.5), scaled(own, 0.0), scaled(own, 0.9), own]
    desks = [Desk(one, market, case.settings, case.costs) for one in strategies]
    tables = [table for table in map(kernel.table, desks) if table is not None]
    if len(tables) < len(desks):
        return  # impact or participation: nothing is played together
    batch = kernel.run_batch(desks[0], tables)
    alone = [kernel.run(desk, at_once=False) for desk in desks]
    assert [batch[place] for place in range(len(batch))] == alone
    balances, worth = valuations(market, batch.transactions, cash, spread)
    rate = pd.Series(market.cash_rate[market.first :], index=market.index)
    days, earned = market.sessions[market.first :], cash_returns(rate).to_numpy()
    on = market.sessions[batch.transactions.fills[:, 0].astype("int64")]
    traded = traded_of(batch.transactions.fills, on, batch.transactions.fills_end)
    together = figures_of(days, worth, traded, earned)
    for place, played in enumerate(alone):
        held = account(market, played.fills, played.events, cash, spread)
        assert np.array_equal(held.cash, balances[place])
        assert np.array_equal(held.worth, worth[place])
        by_hand = (held.units * held.prices).sum(axis=1) + held.cash
        assert held.worth == pytest.approx(by_hand, rel=1e-12, abs=1e-6)
        assert figures(held.equity, tuple(played.fills), rate) == together[place]


def scaled(strategy: Strategy, share: float) -> Strategy:
    """The same with smaller weights."""
    table: dict[date, dict[str, float] | None] = {
        day: row and {line: share * weight for line, weight in row.items()}
        for day, row in strategy.table.items()  # type: ignore[attr-defined]
    }
    return type("Scaled", (type(strategy),), {"table": table})()  # type: ignore[no-any-return]


@given(st.integers(0, 100_000))
@settings(max_examples=20, deadline=None)
def test_what_is_refused_one_by_one_is_refused_at_once(seed: int) -> None:
    case, market = drawn(seed)
    strategy = tabled(case, market, max_gross=0.5)
    marks = marks_of(strategy, market)
    try:
        one_by_one(strategy, market, marks)
    except StrategyError as error:
        with pytest.raises(StrategyError) as found:
            table_of(strategy, market, marks)
        assert str(found.value) == str(error)


@dataclass(frozen=True)
class Top(Strategy):
    """The `n` lines with the highest momentum, ties by their place."""

    lookback: int = 63
    n: int = 2

    universe = LINES
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        gains = {line: view.momentum(line, self.lookback) for line in LINES if line in view.usable}
        known = [line for line, gain in gains.items() if not math.isnan(gain)]
        best = sorted(known, key=lambda line: (-gains[line], LINES.index(line)))[: self.n]
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
        known = {line: value for line, value in inverse.items() if not math.isnan(value)}
        total = math.fsum(known.values())
        return {line: value / total for line, value in known.items()}

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
    found = HoldableLines(sample).at(len(sample.sessions) - 1)
    assert found.own.keys() == found.usable == set(LINES)
    assert HoldableLines(sample).at(len(sample.sessions) - 2) is found


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
    found = market_of(lines, *Against.universe, start=date(2024, 1, 2))
    marks = marks_of(Against(), found)
    answers = one_by_one(Against(), found, marks)
    assert_alike(Against(), found, marks)
    assert answers[0] == {}
    assert answers[-1] == {found.place["UP"]: 0.5, found.place["DOWN"]: -0.5}
    desks = [Desk(Against(), found, SHORT, VenueCosts()) for _ in range(3)]
    played = kernel.run(desks[0])
    assert played == kernel.run(desks[1], at_once=False) == kernel.turned(desks[2])
    assert played.targets[0].weights == {}
    assert {fill.asset for fill in played.fills} == {"UP", "DOWN"}


class Boundless(Against):
    max_gross = math.inf

    def weights_table(self, panel: Panel) -> Table:
        return panel.table({"UP": math.inf})


def test_weights_that_no_sum_can_hold_are_refused() -> None:
    sessions = bdays("2024-01-02", 90)
    lines = [line(name, sessions, [10.0] * 90) for name in ("SPY", "UP", "DOWN")]
    found = market_of(lines, *Against.universe, start=date(2024, 1, 2))

    class Huge(Against):
        def weights(self, view: View) -> Weights:
            return {"UP": 1e308, "DOWN": 1e308}

    with pytest.raises(StrategyError, match="add up to inf, above max_gross 1; scale them"):
        kernel.run(Desk(Huge(), found, SHORT, VenueCosts()), at_once=False)


def test_weights_without_bounds_are_refused_at_once() -> None:
    sessions = bdays("2024-01-02", 250)
    lines = [line(name, sessions, [10.0] * 250) for name in ("SPY", "UP", "DOWN")]
    found = market_of(lines, *Boundless.universe, start=date(2024, 1, 2))
    with pytest.raises(StrategyError, match="weight of UP on 2024-01-02 is inf"):
        table_of(Boundless(), found, marks_of(Boundless(), found))


@pytest.mark.parametrize("costs", [VenueCosts(), NoCosts()])
@pytest.mark.parametrize("asked", list(Costs))
def test_the_depositary_asks_by_the_settings_whatever_else_costs(
    costs: CostModel, asked: Costs
) -> None:
    sessions = bdays("2024-01-02", 250)
    paid = [0.5 if place in (50, 90, 240) else 0.0 for place in range(250)]
    fee = Asset("ADR", NEW_YORK, adr_fee=0.05)
    lines = [line("ADR", sessions, [10.0] * 250, dividend=paid)]
    found = market_of(lines, fee, start=date(2024, 1, 2))
    wanted = dataclasses.replace(SHORT, costs=asked)
    one, other = (Desk(Fixed(mix=((1.0, fee),)), found, wanted, costs) for _ in range(2))
    played = kernel.run(one)
    assert played == kernel.turned(other)
    assert sum(event.why is Why.ADR_FEE for event in played.events) == (asked is Costs.VENUE)
