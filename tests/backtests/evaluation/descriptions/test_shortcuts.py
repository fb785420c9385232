"""Each shortcut against what a careless backtest computes, and the phases of a schedule by hand."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backtests.engines import kernel
from backtests.evaluation.descriptions.altered_markets import (
    acting_on,
    decided_later,
    filled_at_the_close,
    todays_list,
)
from backtests.evaluation.descriptions.extras import Extras
from backtests.evaluation.descriptions.schema import Shortcut, Shortcuts
from backtests.evaluation.evaluate import JudgedRun, evaluate
from backtests.records.ledger import Tried
from backtests.runner.run import Run
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from backtests.simulation.account import account
from backtests.simulation.desk import Desk, clock_of
from markets.market import Market
from newsfolio import (
    NEW_YORK,
    Asset,
    Delisting,
    Fixed,
    Strategy,
    at_start,
    every_session,
    monthly,
    quarterly,
    weekly,
)  # fmt: skip
from tests.support.switch import DAYS, HONEST, LINES, Made, Switch

START = "2022-01-03"
FREE = Settings(engine="kernel", start=START, costs="none", lots="fractional", cash_rate="0%")  # type: ignore[arg-type]


def of(strategy: Strategy, settings: Settings = FREE, lines: Any = LINES) -> Run:
    return run_strategy(strategy, Made(lines), settings)


def equity(run: Run, market: Market, strategy: Strategy) -> pd.Series:
    output = kernel.run(Desk(strategy, market, run.settings, run.costs))
    settings = run.settings
    played = account(market, output.fills, output.events, settings.cash, settings.credit_spread)
    return played.equity


@dataclass(frozen=True)
class Chase(Strategy):
    """All in what rose more over the last month."""

    universe = ("AAA", "BBB")

    def weights(self, view):
        return {max(self.universe, key=lambda name: view.momentum(name, 21)): 1.0}


def test_fills_at_the_close_are_what_one_line_of_pandas_says() -> None:
    """Weights of a month's end times the returns after it, by hand."""
    gaps = {
        name: dataclasses.replace(
            LINES[name], frame=LINES[name].frame.assign(open=lambda frame: frame["low"] * 0.999)
        )
        for name in ("AAA", "BBB")
    }
    run = of(Chase(), lines=gaps)
    market = filled_at_the_close(run.market)
    close = pd.DataFrame({name: LINES[name].frame["close"] for name in ("AAA", "BBB")})
    moves = close.pct_change()
    ends = close.index.to_series().groupby(close.index.to_period("M")).max()
    marks = sorted({pd.Timestamp(START), *ends[ends >= START]})
    worth, growth, held = [1.0], 1.0, None
    for before, day in pairwise(DAYS):
        if before in marks:
            past = close.loc[before] / close.shift(21).loc[before]
            held = past.idxmax()
        if day > pd.Timestamp(START):
            growth *= 1 + moves.loc[day, held]
            worth.append(growth)
    curve = equity(run, market, Chase())
    assert curve.to_numpy() / 1e6 == pytest.approx(worth, rel=1e-9)
    honest = run.account.equity
    assert not np.allclose(curve, honest)


def test_a_buyer_at_the_close_gets_the_dividend_of_the_night() -> None:
    """10,000 units bought at 100; 2 go ex overnight and the price stays: worth 102 each."""
    frame = LINES["AAA"].frame.copy()
    day = list(DAYS).index(pd.Timestamp(START))
    for name in ("open", "high", "low", "close"):
        frame[name] = 100.0
    frame.loc[DAYS[day + 1], "dividend"] = 2.0
    paying = dataclasses.replace(LINES["AAA"], frame=frame)
    hold = Fixed(mix=((1.0, "AAA"),), schedule=at_start)
    run = of(hold, lines={"AAA": paying})
    curve = equity(run, filled_at_the_close(run.market), hold)
    assert curve.iloc[0] == 1e6
    assert curve.iloc[1] == 10_000 * 102
    assert run.account.equity.iloc[1] == pytest.approx(1e6)


def test_a_line_without_a_bar_waits_for_its_next_close() -> None:
    gap = DAYS[list(DAYS).index(pd.Timestamp(START))]
    halted = dataclasses.replace(LINES["AAA"], frame=LINES["AAA"].frame.drop(gap))
    both = Fixed(mix=((0.5, "AAA"), (0.5, "BBB")), schedule=at_start)
    run = of(both, lines={"AAA": halted, "BBB": LINES["BBB"]})
    market = filled_at_the_close(run.market)
    output = kernel.run(Desk(both, market, run.settings, run.costs))
    days = {fill.asset: fill.session for fill in output.fills}
    assert days == {"BBB": date(2022, 1, 4), "AAA": date(2022, 1, 5)}
    price = {fill.asset: fill.price for fill in output.fills}
    assert price["AAA"] == LINES["AAA"].frame["close"]["2022-01-04"]
    assert price["BBB"] == LINES["BBB"].frame["close"]["2022-01-03"]


# --- the list ----------------------------------------------------------------------------------


def test_todays_list_knows_who_will_be_there() -> None:
    """AAA may be held from its first bar and not sixty sessions later; BBB, which goes, never."""
    frames = {"AAA": LINES["AAA"].frame["2022-06-01":], "BBB": LINES["BBB"].frame[:"2023-03-01"]}  # type: ignore[misc]
    lines = {name: dataclasses.replace(LINES[name], frame=frame) for name, frame in frames.items()}
    lines["IDX"] = LINES["IDX"]
    new = Asset("AAA", NEW_YORK, listed=date(2022, 6, 1))
    gone = Asset("BBB", NEW_YORK, delisted=Delisting(date(2023, 3, 1)))
    both = Fixed(mix=((0.3, new), (0.3, gone), (0.4, "IDX")))
    run = of(both, lines=lines)
    market = todays_list(run.market)
    row, column = market.row_of, market.place
    assert market.usable[row[date(2022, 6, 1)], column["AAA"]]
    assert not run.market.usable[row[date(2022, 6, 1)], column["AAA"]]
    assert not market.usable[row[date(2022, 5, 31)], column["AAA"]]
    assert not market.usable[:, column["BBB"]].any()
    assert run.market.usable[row[date(2022, 6, 1)], column["BBB"]]
    assert (market.usable[:, column["IDX"]] == run.market.usable[:, column["IDX"]]).all()


# --- the article's day -------------------------------------------------------------------------


def test_the_articles_own_day_is_traded_at_its_opens() -> None:
    """Published on Thursday, 1 June 2023, 03:00 UTC: bought at the opens of that day."""
    run = of(Switch())
    early = acting_on(run.market, date(2023, 6, 1))
    assert early is not None
    output = kernel.run(Desk(Switch(), early, run.settings, run.costs))
    first = next(fill for fill in output.fills if fill.asset == "BBB")
    assert first.session == date(2023, 6, 1)
    honest = next(fill for fill in run.output.fills if fill.asset == "BBB")
    assert honest.session == date(2023, 6, 2)
    weekend = acting_on(run.market, date(2023, 6, 3))
    assert weekend is not None and weekend.first_decision is not None
    assert weekend.day(weekend.first_decision) == date(2023, 6, 2)
    assert acting_on(run.market, date(2022, 1, 3)) is None


# --- the table ---------------------------------------------------------------------------------


def judged(strategy: Strategy, lines: Any = LINES, **settings: Any) -> JudgedRun:
    wanted = Settings(**({"engine": "kernel", "start": START} | settings))
    run = run_strategy(strategy, Made(lines), wanted)
    return evaluate(run, Tried(), lambda: HONEST, count=0, extras=Extras(shortcuts=True))


def table_of(judged_run: JudgedRun) -> Shortcuts:
    assert judged_run.evaluation.shortcuts is not None
    return judged_run.evaluation.shortcuts


def by_name(shortcuts: Shortcuts) -> Mapping[str, Shortcut]:
    return {row.name: row for row in shortcuts.rows}


def test_a_row_is_the_run_that_it_says() -> None:
    judged_run = judged(Switch())
    table = table_of(judged_run)
    excess = judged_run.evaluation.comparisons[0].excess.value
    assert table.excess == pytest.approx(excess, abs=1e-9)
    assert (table.against, table.a_year, table.why) == ("half and half", True, "")
    free = run_strategy(
        Switch(), Made(LINES), Settings(engine="kernel", start=START, costs="none")  # type: ignore[arg-type]
    )  # fmt: skip
    own = free.account.equity["2023-06-01":]  # type: ignore[misc]
    its = free.references["half and half"].curve["2023-06-01":]  # type: ignore[misc]
    years = (own.index[-1] - own.index[0]).days / 365.25
    row = by_name(table)["Free of costs"]
    assert row.growth == pytest.approx((own.iloc[-1] / own.iloc[0]) ** (1 / years) - 1)
    ahead = own.iloc[-1] / own.iloc[0] / (its.iloc[-1] / its.iloc[0])
    assert row.excess == pytest.approx(ahead ** (1 / years) - 1)
    assert row.excess_added == pytest.approx(row.excess - table.excess)  # type: ignore[operator]
    assert by_name(table)["Today's list throughout"].why == (
        "every line could be held throughout the run"
    )


def test_the_best_of_the_grid_is_the_best_of_it() -> None:
    judged_run = judged(Switch())
    best = max(judged_run.evaluation.overfitting.variants, key=lambda row: row.excess or 0)
    row = by_name(table_of(judged_run))["Best of the grid"]
    assert row.excess == pytest.approx(best.excess)
    assert row.why == f"{best.label}, of 3"


def test_only_who_asks_gets_the_table_and_the_rest_stays_as_it_is() -> None:
    run = run_strategy(Switch(), Made(LINES), Settings(engine="kernel", start=START))  # type: ignore[arg-type]
    plain = evaluate(run, Tried(), lambda: HONEST, count=0)
    asked = judged(Switch())
    assert plain.evaluation.shortcuts is None
    assert dataclasses.replace(asked.evaluation, shortcuts=None) == plain.evaluation
    assert asked.variants == plain.variants


@pytest.mark.parametrize(
    ("settings", "name", "why"),
    [
        ({"costs": "none"}, "Free of costs", "the run is free of costs already"),
        ({"start": "2024-01-02"}, "The article's own day",
         "the run scores from a later day than the first decision on its article"),
    ],
)  # fmt: skip
def test_a_shortcut_that_does_not_apply_says_so(
    settings: dict[str, str], name: str, why: str
) -> None:
    row = by_name(table_of(judged(Switch(), **settings)))[name]
    assert (row.growth, row.why) == (None, why)


def test_without_scored_sessions_or_a_control_there_is_no_table() -> None:
    none = table_of(judged(Switch(), end="2023-05-31"))
    assert (none.rows, none.why) == ((), "no session scores yet")

    class Alone(Switch):
        benchmark = None

        def controls(self):
            return {}

    assert table_of(judged(Alone())).why == "there is no control that could be run again"


def test_a_short_record_is_shown_in_total() -> None:
    table = table_of(judged(Switch(), end="2023-07-31"))
    assert not table.a_year


# --- the phase ---------------------------------------------------------------------------------


def marked(market: Market, schedule: Any, by: int) -> list[str]:
    marks, _ = clock_of(schedule, decided_later(market, by))
    return [f"{market.day(place)}" for place in np.flatnonzero(marks)]


def test_ends_come_later_and_never_meet_the_next_ones() -> None:
    """Month ends of 2022 begin with 31 January; 4 February is its fourth session after it."""
    market = of(Switch()).market
    assert marked(market, monthly, 0)[:3] == ["2022-01-03", "2022-01-31", "2022-02-28"]
    assert marked(market, monthly, 4)[:4] == [
        "2022-01-03", "2022-01-06", "2022-02-04", "2022-03-04"
    ]  # fmt: skip
    # February 2022 had 19 sessions: twenty later is the last before its end
    assert marked(market, monthly, 20)[1:3] == ["2022-01-28", "2022-02-25"]
    assert marked(market, weekly, 1)[1:3] == ["2022-01-10", "2022-01-18"]  # King's day on the 17th
    assert marked(market, quarterly | at_start, 2)[:3] == [
        "2022-01-03", "2022-01-04", "2022-04-04"
    ]  # fmt: skip


@pytest.mark.parametrize(("schedule", "phases"), [(monthly, 21), (weekly, 5), (quarterly, 21)])
def test_every_day_of_the_period_is_a_phase(schedule: Any, phases: int) -> None:
    class Phased(Switch):
        rebalance = schedule
        grid = {}

    table = table_of(judged(Phased()))
    rows = table.phases.rows
    assert [row.by for row in rows] == list(range(phases))
    assert rows[0].excess == pytest.approx(table.excess)
    excesses = [row.excess for row in rows if row.excess is not None]
    assert table.phases.low == min(excesses)
    assert table.phases.median == statistics.median(excesses)
    assert table.phases.deviation == pytest.approx(statistics.stdev(excesses))
    assert table.phases.worse == sum(excess < excesses[0] for excess in excesses[1:]) / (phases - 1)


@pytest.mark.parametrize("schedule", [every_session, at_start])
def test_what_has_no_period_has_no_phase(schedule: Any) -> None:
    class Still(Switch):
        rebalance = schedule
        grid = {}

    phases = table_of(judged(Still(), end="2023-09-29")).phases
    assert (phases.rows, phases.why) == ((), "its schedule has no period whose end could be moved")
