"""Money in and out by hand: when it comes, what is bought for it, and what was earned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest
import pyxirr

from backtests.engines import event_driven, kernel
from backtests.settings import Settings
from backtests.simulation.account import Account, account
from backtests.simulation.desk import Desk
from backtests.simulation.fills import Why
from backtests.simulation.flows import money_weighted, moved
from backtests.simulation.output import EngineOutput
from markets.build import build_market
from markets.costs.models import NoCosts
from markets.facts import own_table
from markets.market import Market
from markets.reference.currencies import EcbRates
from markets.snapshot import Snapshot
from markets.universe import Want
from newsfolio import Facts, Fixed, Flow, Sleeve, Strategy, UnknownName, at_start, every_session
from tests.support.markets_of import bdays, line, market_of

DAYS = bdays("2024-03-01", 6)
RISING = [10.0, 10.0, 11.0, 12.1, 12.1, 13.31]
ENGINES = [kernel.run, kernel.turned, event_driven.run]
Engine = Callable[[Desk], EngineOutput]


@dataclass(frozen=True, eq=False)
class Played:
    market: Market
    output: EngineOutput
    own: Account

    @property
    def curve(self) -> list[float]:
        return self.own.curve.tolist()


def play(
    engine: Engine, *flows: Flow, strategy: Strategy | None = None, prices: object = None,
    **settings: object,
) -> Played:  # fmt: skip
    """A thousand dollars in line A from its first session on, in fractions, free of costs."""
    lines = prices or {"A": RISING}
    market = market_of([line(name, DAYS, closes) for name, closes in lines.items()], *lines,  # type: ignore[attr-defined]
                       cash_rate="0%", start=date.fromisoformat(DAYS[0]))  # fmt: skip
    chosen = strategy or Fixed(mix=((1.0, "A"),), schedule=at_start)
    asked = {"lots": "fractional", "credit_spread": 0.0, **settings}
    made = Settings(cash=1000, flows=flows, **asked)  # type: ignore[arg-type]
    output = engine(Desk(chosen, market, made, NoCosts()))
    own = account(market, output.fills, output.events, made.cash, made.credit_spread)
    return Played(market, output, own)


@pytest.mark.parametrize("engine", ENGINES)
def test_money_rests_until_a_decision_and_the_return_breaks_at_the_close_before(
    engine: Engine,
) -> None:
    """1,100 before the open of the fourth session: 2,310 / (1,100 + 1,100) is 5 %."""
    run = play(engine, Flow(1100, DAYS[3]))
    assert [fill.quantity for fill in run.output.fills] == [100.0]
    assert run.own.equity.tolist() == pytest.approx([1000, 1000, 1100, 2310, 2310, 2431])
    assert run.curve == pytest.approx([1000, 1000, 1100, 1155, 1155, 1155 * 2431 / 2310])
    assert [(str(e.session), e.why, e.amount) for e in run.output.events] == [
        (DAYS[3], Why.FLOW, 1100.0)
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_next_decision_invests_it(engine: Engine) -> None:
    daily = Fixed(mix=((1.0, "A"),), schedule=every_session)
    run = play(engine, Flow(1100, DAYS[3]), strategy=daily)
    bought = [(str(fill.session), fill.quantity) for fill in run.output.fills]
    assert bought == [(DAYS[1], 100.0), (DAYS[4], pytest.approx(1100 / 12.1))]
    assert run.curve[-1] == pytest.approx(1155 * 1.1)


HALVES = Fixed(mix=((0.5, "A"), (0.5, "B")), schedule=at_start)
PARTED = {"A": [10.0, 10, 20, 20, 20, 20], "B": [10.0] * 6}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("amount", "orders"),
    [
        # 50 of each; A at 20: 1,000 and 500. With 300 in, targets are 900 each: all of it into B.
        (300, {"B": 300 / 10}),
        # With 1,500 in, 1,500 each: gaps of 500 and 1,000, both filled whole.
        (1500, {"A": 500 / 20, "B": 1000 / 10}),
        # With 300 out, targets are 600 each: A is 400 above, and pays all.
        (-300, {"A": -300 / 20}),
        # With 1,200 out, 150 each: A is 850 and B 350 above, 1,200 together.
        (-1200, {"A": -850 / 20, "B": -350 / 10}),
    ],
)
def test_it_goes_into_what_is_under_its_target_where_that_is_asked(
    engine: Engine, amount: float, orders: dict[str, float]
) -> None:
    run = play(engine, Flow(amount, DAYS[3], into="targets"), strategy=HALVES, prices=PARTED)
    last = {f.asset: f.quantity for f in run.output.fills if str(f.session) == DAYS[4]}
    assert last == pytest.approx(orders)
    assert run.own.cash[-1] == pytest.approx(0.0, abs=1e-9)
    assert len(run.output.targets) == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_whole_lots_of_a_sale_cover_the_withdrawal(engine: Engine) -> None:
    run = play(engine, Flow(-105, DAYS[3], into="targets"), lots="venue")
    assert [fill.quantity for fill in run.output.fills] == [100.0, -9.0]  # 105 / 12.1 is 8.7
    assert run.own.cash[-1] == pytest.approx(9 * 12.1 - 105)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_share_is_of_the_close_before(engine: Engine) -> None:
    run = play(engine, Flow("-10%", DAYS[3]), Flow(100, DAYS[3]))
    (event,) = run.output.events[:1]
    assert event.amount == pytest.approx(100 - 0.1 * 1100)
    assert run.curve[3] == pytest.approx(1100 * (1210 - 10) / (1100 - 10))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("amount", [-1100, -5000])
def test_a_withdrawal_that_leaves_nothing_ends_the_account_and_is_not_paid(
    engine: Engine, amount: float
) -> None:
    daily = Fixed(mix=((1.0, "A"),), schedule=every_session)
    run = play(engine, Flow(amount, DAYS[3]), Flow(7, DAYS[4]), strategy=daily)
    assert run.output.dry == (3, -amount)
    assert run.output.ended == 3
    assert run.output.ruined is None
    assert not [event for event in run.output.events if event.why is Why.FLOW]
    assert [fill.quantity for fill in run.output.fills] == [100.0, -100.0]
    assert run.curve == pytest.approx([1000, 1000, 1100, 1210, 1210, 1210])


def test_a_closed_day_moves_to_the_next_session_and_what_lies_outside_never_comes() -> None:
    flows = (Flow(5, "2024-03-02"), Flow(6, DAYS[0]), Flow(7, "2024-02-01"), Flow(8, "2025-01-02"))
    run = play(kernel.run, *flows)
    assert [(str(e.session), e.amount) for e in run.output.events] == [("2024-03-04", 5.0)]
    assert [moved(run.market, flow) for flow in flows] == [date(2024, 3, 4), None, None, None]


def test_another_currency_comes_at_the_rate_of_the_day_before() -> None:
    """The euro of 4 March 2024, as the ECB fixed it: 1.0846; the next day's is 1.0849."""
    run = play(kernel.run, Flow(100, "2024-03-05", "EUR"))
    assert run.output.events[0].amount == pytest.approx(108.46)
    with pytest.raises(UnknownName, match="no currency called 'VEF'"):
        play(kernel.run, Flow(100, "2024-03-05", "VEF"))


CPI = Facts("cpi", ("value",), rows=(("2024-02-13", 100.0), ("2024-03-05", 103.0)))


def test_a_linked_amount_grows_by_what_was_known_at_the_close_before() -> None:
    """Released on 5 March: known from the decision of the 6th on, so a flow of the 7th has it."""
    want = Want((Sleeve("A", ("A",)),), "USD", facts=(CPI,), start=date.fromisoformat(DAYS[0]))
    bars = Snapshot({"A": line("A", DAYS, RISING)}, {"cpi": own_table(CPI)})
    market = build_market(bars, want, EcbRates())
    made = Settings(cash=1000, flows=tuple(Flow(100, day, linked="cpi") for day in DAYS[1:]))
    output = kernel.run(Desk(Fixed(mix=((1.0, "A"),), schedule=at_start), market, made, NoCosts()))
    paid = {str(e.session): e.amount for e in output.events if e.why is Why.FLOW}
    amounts = {day: 103.0 if day >= "2024-03-07" else 100.0 for day in DAYS[1:]}
    assert paid == pytest.approx(amounts)


# --- the money-weighted return ------------------------------------------------------------------


def test_xirr_is_that_of_pyxirr() -> None:
    """Two hundred accounts that grow at random and never owe: each has one rate."""
    for seed in range(200):
        lot = np.random.default_rng(seed)
        days = np.unique(lot.integers(1, 4000, int(lot.integers(1, 40))))
        worth, moves = 1000.0, [-1000.0]
        for _ in days:
            worth *= float(np.exp(lot.normal(0.01, 0.1)))
            flow = max(float(lot.normal(0, 300)), -0.9 * worth)
            worth += flow
            moves.append(-flow)
        dates = np.datetime64("2010-01-04") + np.array([0, *days, days[-1] + 30])
        ours = money_weighted(dates, np.array([*moves, worth]))
        theirs = pyxirr.xirr(dates.tolist(), [*moves, worth])
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-9), seed


def test_xirr_by_hand_and_where_there_is_none() -> None:
    year = np.array(["2023-01-02", "2024-01-02"], dtype="datetime64[D]")
    assert money_weighted(year, np.array([-100.0, 110.0])) == pytest.approx(0.10)
    assert money_weighted(year, np.array([-100.0, -5.0])) is None
    assert money_weighted(year[[0, 0]], np.array([-100.0, 110.0])) is None


def test_the_figures_are_of_capital_flows_and_final_equity() -> None:
    run = play(kernel.run, Flow(1100, DAYS[3]), Flow(-200, DAYS[4]))
    figures = run.own.flow_figures
    dates = [date.fromisoformat(DAYS[place]) for place in (0, 3, 4, 5)]
    expected = pyxirr.xirr(dates, [-1000, -1100, 200, 2231])
    assert (figures["paid_in"], figures["paid_out"]) == (1100.0, 200.0)
    assert figures["money_weighted"] == pytest.approx(expected)
    assert play(kernel.run).own.flow_figures == {}
