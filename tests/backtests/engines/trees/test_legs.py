"""A leg is the strategy that it is alone; one account, netted orders, and rows that add up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from math import fsum

import numpy as np
import pytest

from backtests.engines import kernel
from backtests.engines.trees.goals import LegGoals
from backtests.engines.trees.roll_up import rolled_up
from backtests.runner.inputs import cost_model, prepare
from backtests.runner.run_strategy import run_strategy
from backtests.settings import CostTable, Lots, Settings
from backtests.simulation.desk import Desk
from markets.bars import Bars
from markets.sample.source import SampleSource
from newsfolio import (
    Costs,
    Facts,
    Fixed,
    Flow,
    Limits,
    Strategy,
    StrategyError,
    at_start,
    blend,
    drift_band,
    monthly,
    on_dates,
    weekly,
)
from newsfolio.assets import Delisting, Kind
from newsfolio.listings import asset_of
from newsfolio.trees import all_legs, changed, leg_names, legs_of, specs_of
from reports.contract.manifest import LegJson
from tests.support.markets_of import bdays, line
from tests.support.trees import CASH, FREE, Played, played, walk

COUNT = 260
DAYS = bdays("2020-01-02", COUNT)
LINES = walk(9, COUNT, 4)
WHOLE = Settings(
    costs=Costs("0.1%", half_spread=0.0005, taxes=False), lots=Lots.VENUE, cash=200_000.0
)
SIXTY = Fixed(mix=((0.6, "A"), (0.4, "B")), schedule=monthly)
EVEN = Fixed(mix=((0.5, "B"), (0.5, "C")), schedule=weekly)
TREE = Fixed(mix=((0.7, SIXTY), (0.3, EVEN)), schedule=at_start)


def goals(run: Played) -> LegGoals:
    assert isinstance(run.desk.tree, LegGoals)
    return run.desk.tree


def rows(run: Played) -> list[LegJson]:
    paid = fsum(fill.fee + fill.slippage for fill in run.output.fills)
    return rolled_up(goals(run), run.desk.sizer, run.account, paid)


def test_a_leg_does_what_it_does_alone() -> None:
    run = played(TREE, LINES, WHOLE, kernel.run)
    for leg in goals(run).legs:
        market = prepare(leg.strategy, LINES, WHOLE)
        alone = kernel.run(Desk(leg.strategy, market, WHOLE, cost_model(WHOLE, market.fx)))
        assert leg.output == alone


def test_a_line_that_no_leg_moves_is_left_alone_to_the_lot() -> None:
    run = played(TREE, LINES, WHOLE, kernel.run)
    months = {fill.session for fill in goals(run).legs[0].output.fills}
    traded = {fill.session for fill in run.output.fills if fill.asset == "A"}
    assert traded
    assert traded <= months
    assert len({fill.session for fill in run.output.fills}) > len(months)  # the weekly leg


def test_the_account_is_the_sum_of_its_legs_where_nothing_costs() -> None:
    run = played(TREE, LINES, FREE, kernel.run)
    sixty, even = (leg.worth / CASH for leg in goals(run).legs)
    assert np.allclose(run.equity / CASH, 0.7 * sixty + 0.3 * even, rtol=1e-12, atol=0)
    table = rows(run)
    rest, whole = table[-2:]
    assert rest["earned"] == pytest.approx(0, abs=1e-6)
    assert whole["earned"] == pytest.approx(run.equity.iloc[-1] - CASH)


def test_crossed_orders_are_no_trade_and_what_they_saved_is_a_row() -> None:
    """A price of 10 and a half-spread of 0.1 %: a leg keeps 0.1 % of its money aside to get in.

    On day 5 the first leg sells what the second buys: nothing trades, and two orders are saved.
    """
    flat = {name: line(name, DAYS[:12], [10.0] * 12) for name in "A"}
    leaves = OneThenNone()
    enters = replace(leaves, late=True)
    settings = replace(FREE, costs=Costs("0bp", half_spread=0.001, taxes=False))
    tree = Fixed(mix=((0.5, leaves), (0.5, enters)), schedule=at_start)
    run = played(tree, flat, settings, kernel.run)
    assert len(run.output.fills) == 1
    units = (CASH - 1000) / 10  # of a leg with everything to itself
    share = 0.5 * (1 - 0.001 * 0.5 * units * 10 / CASH)  # of it, less what its order costs
    saved = next(row for row in rows(run) if row["kind"] == "netting")
    assert saved["earned"] == pytest.approx(2 * 0.001 * 10 * share * units, rel=1e-9)
    assert [row["costs"] for row in rows(run)[-2:]] == pytest.approx(
        [0, 0.001 * 10 * share * units], rel=1e-9, abs=1e-6
    )


@dataclass(frozen=True)
class OneThenNone(Strategy):
    universe = ("A",)
    rebalance = on_dates(DAYS[0], DAYS[5])
    late: bool = False

    def weights(self, view):  # type: ignore[no-untyped-def]
        return {"A": float((view.today >= date.fromisoformat(DAYS[5])) == self.late)}


def test_costs_and_turnover_roll_up_two_deep() -> None:
    tree = Fixed(mix=((0.6, TREE), (0.4, SIXTY)), schedule=monthly | drift_band(0.02))
    run = played(tree, LINES, replace(WHOLE, lots=Lots.FRACTIONAL), kernel.run)
    table = rows(run)
    top = [row for row in table if row["depth"] == 0]
    whole = top[-1]["costs"]
    assert whole is not None
    assert fsum(row["costs"] or 0.0 for row in top[:-1]) == pytest.approx(whole)
    assert abs(top[-2]["costs"] or 0.0) < 0.002 * whole
    inner = [row for row in table if row["depth"] == 1]
    assert [row["kind"] for row in inner] == ["leg", "leg", "moves", "netting"]
    assert fsum(row["costs"] or 0.0 for row in inner) == pytest.approx(top[0]["costs"])


def test_the_account_follows_from_its_fills_and_the_closes_alone() -> None:
    """Plain floats over what was saved: no word of the desk."""
    run = played(replace(TREE, schedule=monthly), LINES, replace(WHOLE, cash_rate="0%"), kernel.run)
    closes = {name: bars.frame["close"].tolist() for name, bars in LINES.items()}
    held, cash, equity = dict.fromkeys(closes, 0.0), WHOLE.cash, []
    for place, day in enumerate(DAYS):
        for fill in run.output.fills:
            if fill.session.isoformat() == day:
                opened = LINES[fill.asset].frame["open"].iloc[place]
                side = 1 if fill.quantity > 0 else -1
                paid = opened * (1 + side * 0.0005)
                assert fill.price == pytest.approx(paid, rel=1e-12)
                assert fill.fee == pytest.approx(abs(fill.quantity) * paid * 0.001, rel=1e-9)
                assert fill.quantity == int(fill.quantity)
                held[fill.asset] += fill.quantity
                cash -= fill.quantity * paid + abs(fill.quantity) * paid * 0.001
        equity.append(cash + sum(units * closes[name][place] for name, units in held.items()))
    assert np.allclose(run.equity.to_numpy(), equity, rtol=1e-12, atol=0)


# --- what a parent sees, and when it acts ------------------------------------------------------


@dataclass(frozen=True)
class Watching(Strategy):
    """Notes what it is shown: by its `seen`, which is no parameter."""

    sixty: Fixed = SIXTY
    rebalance = monthly
    seen = []  # type: ignore[var-annotated]

    @property
    def universe(self):  # type: ignore[no-untyped-def, override]
        return (self.sixty, "D")

    def weights(self, view):  # type: ignore[no-untyped-def]
        self.seen.append((view.today, view.holdings, view.held.sum()))
        view.note("it looked")
        return blend((0.5, self.sixty), (0.3, "D"))


def test_a_parent_sees_legs_and_lines_as_they_have_grown() -> None:
    Watching.seen.clear()
    run = played(Watching(), LINES, FREE, kernel.run)
    (first, nothing, _), (second, shown, total) = Watching.seen[:2]
    assert nothing == {}
    leg, market = goals(run).legs[0], run.desk.market
    then, now = market.row_of[first], market.row_of[second]
    grown = 0.5 * leg.worth[now] / leg.worth[then]
    closes = LINES["D"].frame["close"].to_numpy()
    line_grown = 0.3 * closes[now] / closes[then]
    assert shown[SIXTY] == pytest.approx(grown / (grown + line_grown + 0.2), rel=1e-12)
    assert shown["D"] == pytest.approx(line_grown / (grown + line_grown + 0.2), rel=1e-12)
    assert total == pytest.approx((grown + line_grown) / (grown + line_grown + 0.2))
    (note,) = run.desk.notes()
    assert note.startswith(f"{DAYS[0]} to ")
    assert note.endswith(" decisions: it looked")


def test_a_band_moves_money_between_legs_when_a_share_leaves_it() -> None:
    tree = replace(TREE, schedule=at_start | drift_band(0.01))
    run = played(tree, LINES, FREE, kernel.run)
    moments = goals(run).moments
    assert len(moments) > 2
    for moment in moments[1:]:
        assert np.abs(moment.values[-2:] / moment.equity - (0.7, 0.3)).max() > 0.01


def test_a_leg_of_nothing_decides_for_nobody() -> None:
    tree = Fixed(mix=((0.0, EVEN), (1.0, SIXTY)), schedule=at_start)
    run = played(tree, LINES, FREE, kernel.run)
    months = {target.session for target in goals(run).legs[1].output.targets}
    assert {target.session for target in run.output.targets} == months


def test_a_line_that_was_paid_off_is_ordered_no_more() -> None:
    """The parent holds D until its prices end; the weekly leg goes on deciding, D is cash."""
    ended = date.fromisoformat(DAYS[60])
    gone = replace(asset_of("D"), delisted=Delisting(ended))
    tree = Fixed(mix=((0.5, EVEN), (0.5, gone)), schedule=at_start)
    run = played(tree, {**LINES, "D": short(LINES["D"], 61)}, FREE, kernel.run)
    weeks = [
        target for target in run.output.targets if target.session > run.desk.market.row_of[ended]
    ]
    assert len(weeks) > 30
    assert all("D" not in target.weights for target in weeks)
    assert run.output.waiting == ()
    assert not [fill for fill in run.output.fills if fill.asset == "D" and fill.session > ended]


def short(bars: Bars, count: int) -> Bars:
    return replace(bars, frame=bars.frame.iloc[:count])


@dataclass(frozen=True)
class Declaring(Strategy):
    universe = ("A", "B")
    rebalance = monthly
    costs = Costs("1%")
    flows = (Flow(1000, "monthly"),)
    limits = Limits(cap=0.4)

    def weights(self, view):  # type: ignore[no-untyped-def]
        return {"A": 0.5, "B": 0.5}


class Strange(Declaring):
    limits = Limits(cap={"Z": 0.4})


class Lost(Declaring):
    costs, flows, limits, max_gross = None, (), None, 50.0

    def weights(self, view):  # type: ignore[no-untyped-def]
        return {"A": -50.0}


def test_what_does_not_count_of_a_leg_is_said() -> None:
    leg, lost = Declaring(), Lost()
    run = played(Fixed(mix=((0.5, leg), (0.01, lost))), LINES, FREE, kernel.run)
    *notes, ended = run.desk.notes()
    assert notes == [
        "declaring: as a leg it pays the costs of the run, not those that it declares",
        "declaring: the money that it declares to flow is left out: it flows into the one account "
        "alone",
        "declaring: its limits changed 13 of 13 decisions",
    ]
    assert ended.startswith("lost: its account came to nothing on 2020-")
    with pytest.raises(StrategyError, match=r"strange: limits of Z, which is no line"):
        played(Fixed(mix=((0.5, Strange()), (0.5, "C"))), LINES, FREE, kernel.run)


class Unmade(Declaring):
    universe = (Declaring, "C")  # type: ignore[assignment]


def test_a_class_is_no_leg() -> None:
    with pytest.raises(StrategyError, match=r"a strategy of newsfolio that is made: Declaring\(\)"):
        Unmade()


# --- trees that cannot be -----------------------------------------------------------------------


class Ouroboros(Strategy):
    @property
    def universe(self):  # type: ignore[no-untyped-def, override]
        return (Tail(),)

    def weights(self, view):  # type: ignore[no-untyped-def]
        return {Tail(): 1.0}


class Tail(Ouroboros):
    @property
    def universe(self):  # type: ignore[no-untyped-def, override]
        return (Ouroboros(),)


def test_a_cycle_is_one_line_that_names_it() -> None:
    with pytest.raises(StrategyError) as raised:
        legs_of(Ouroboros())
    assert str(raised.value) == (
        "a tree with a cycle: ouroboros > tail > ouroboros; a strategy cannot be a leg of itself"
    )


@dataclass(frozen=True)
class Reading(Strategy):
    universe = ("SPY",)

    def weights(self, view):  # type: ignore[no-untyped-def]
        return {"SPY": 1.0}


class Other(Reading):
    facts = (Facts("cpi", columns=("core",)),)


class Monthly(Reading):
    facts = (Facts("cpi", columns=("value",)),)


def test_a_name_means_one_thing_in_a_tree() -> None:
    dear = replace(asset_of("SPY"), kind=Kind.STOCK)
    two = Fixed(mix=((0.5, Fixed(mix=((1.0, dear),))), (0.5, Reading())))
    with pytest.raises(StrategyError, match="its legs declare SPY in two ways"):
        run_strategy(two, SampleSource(), FREE)
    tables = Fixed(mix=((0.5, Other()), (0.5, Monthly())))
    with pytest.raises(StrategyError, match="the table cpi is declared in two ways in one tree"):
        run_strategy(tables, SampleSource(), FREE)


def test_a_strategy_is_not_sold_short() -> None:
    with pytest.raises(StrategyError, match="cannot be sold short"):
        Fixed(mix=((-0.2, SIXTY), (1.0, "A")))


def test_a_leg_counts_for_max_gross_at_its_own() -> None:
    levered = Fixed(mix=((1.5, "A"),))
    assert Fixed(mix=((0.8, levered), (0.2, "B"))).max_gross == pytest.approx(1.4)
    with pytest.raises(StrategyError, match=r"add up to 1\.5000.*declare max_gross = 2"):
        played(Holding(levered), LINES, FREE, kernel.run)


@dataclass(frozen=True)
class Holding(Strategy):
    leg: Fixed = SIXTY
    other: Fixed = SIXTY

    @property
    def universe(self):  # type: ignore[no-untyped-def, override]
        return (self.leg,)

    def weights(self, view):  # type: ignore[no-untyped-def]
        return {self.leg: 1.0} if self.other == SIXTY else {self.other: 1.0}


def test_a_leg_outside_the_universe_is_named() -> None:
    with pytest.raises(StrategyError, match="which is not in its universe"):
        played(Holding(other=EVEN), LINES, FREE, kernel.run)


# --- names --------------------------------------------------------------------------------------


def test_legs_have_names_and_parameters_by_dots() -> None:
    tree = Fixed(mix=((0.5, Holding()), (0.5, SIXTY)))
    assert list(leg_names(tree)) == ["holding", "fixed"]
    assert "holding.leg.schedule" in specs_of(tree)
    other = changed(tree, {"holding.leg.schedule": weekly})
    assert [str(leg.rebalance) for leg in all_legs(other)] == [
        "end of each month", "end of each week", "end of each month",
    ]  # fmt: skip


def test_costs_none_is_still_one_account() -> None:
    run = played(TREE, LINES, replace(WHOLE, costs=CostTable.NONE), kernel.run)
    assert all(fill.quantity == int(fill.quantity) for fill in run.output.fills)
