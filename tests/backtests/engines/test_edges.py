"""Small markets by hand: what random ones showed to go wrong, and what must not."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from backtests.engines import event_driven
from backtests.settings import Settings
from markets.bars import COLUMNS, Bars, Priced
from newsfolio import (
    HONG_KONG,
    MAINLAND,
    NEW_YORK,
    Asset,
    Delisting,
    Sleeve,
    Venue,
    always,
    every_session,
)
from newsfolio.schedules import Schedule, at_start, on_dates
from tests.support.engine_runs import desk_of, equity_of, run_of
from tests.support.random_markets import Case, Walk


def line(asset: Asset, prices: Sequence[float], volume: float = 1e9) -> Bars:
    """Bars from 2023-03-06 on, weekdays, that open and close at the prices."""
    index = pd.bdate_range("2023-03-06", periods=len(prices))
    columns = dict.fromkeys(("open", "high", "low", "close"), np.array(prices, dtype=float))
    other = {"volume": volume, "dividend": 0.0, "split": 0.0}
    frame = pd.DataFrame({**columns, **other}, index=index)[list(COLUMNS)].astype(float)
    return Bars(asset.ticker, frame, Priced.SPLITS, simulated=True)


def steady(
    lines: Mapping[Asset, Sequence[float]], weights: Mapping[str, float],
    schedule: Schedule = every_session, volume: float = 1e9, gross: float = 1.0,
    **settings: object,
) -> Case:  # fmt: skip
    """The same weights every day, in a market whose exchange rates do not move."""
    days = np.arange("2023-02-20", "2024-01-01", dtype="datetime64[D]")
    euros = {"EUR": 1.0, "USD": 0.9, "HKD": 0.115, "CNY": 0.13}
    fx = Walk(days, {name: np.full(len(days), rate) for name, rate in euros.items()}, True)
    made = Settings(start=date(2023, 3, 6), cash_rate="0%", **settings)  # type: ignore[arg-type]
    bars = {asset.ticker: line(asset, prices, volume) for asset, prices in lines.items()}
    table = {date(2023, 3, 6) + timedelta(day): weights for day in range(300)}
    return Case(0, bars, (Sleeve("all", tuple(lines)),), fx, schedule, table, gross, made)


def asset(ticker: str, venue: Venue = NEW_YORK, lot: int = 1, **facts: object) -> Asset:
    return Asset(ticker, venue, lot=always(lot), half_spread=always(0.0005), **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    ("lots", "costs", "sessions"),
    [
        ("venue", "venue", 1),
        ("venue", "none", 1),
        ("fractional", "none", 1),
        ("fractional", "venue", 2),  # the second invests what the first kept aside too much
    ],
)
def test_the_same_weights_again_trade_nothing(
    seed: int, lots: str, costs: str, sessions: int
) -> None:
    rng = np.random.default_rng(seed)
    lines = {
        asset("AAA"): [float(rng.uniform(5, 500))] * 12,
        asset("BBB"): [float(rng.uniform(5, 500))] * 12,
        asset("7001.HK", HONG_KONG, 100): [float(rng.uniform(5, 500))] * 12,
        asset("7002.HK", HONG_KONG, 500): [float(rng.uniform(1, 50))] * 12,
    }
    raw = rng.uniform(0.1, 1.0, 4)
    weights = {asset.ticker: float(w) for asset, w in zip(lines, raw / raw.sum(), strict=True)}
    output = run_of(steady(lines, weights, currency="EUR", lots=lots, costs=costs)).output
    assert len(output.targets) == 12
    assert {fill.session for fill in output.fills} == {
        date(2023, 3, 7) + timedelta(later) for later in range(sessions)
    }


def test_a_line_that_ends_worthless_leaves_the_account() -> None:
    gone = asset("GONE", delisted=Delisting(date(2023, 3, 10), 0.0))
    lines = {gone: [10.0] * 5, asset("STAYS"): [10.0] * 10}
    case = steady(lines, {"GONE": 0.5, "STAYS": 0.5}, at_start, costs="none", currency="EUR")
    assert equity_of(run_of(case)).tolist()[4:6] == pytest.approx([1e6, 5e5], rel=1e-4)


def test_losing_everything_is_ruin_and_not_a_crash() -> None:
    gone = asset("GONE", delisted=Delisting(date(2023, 3, 10), 0.0))
    lines = {gone: [10.0] * 5, asset("STAYS"): [10.0] * 10}
    case = steady(
        lines, {"GONE": 1.0}, costs="none", currency="USD", lots="fractional", cash=1000.0
    )
    run = run_of(case)
    assert run.output.ruined == 5
    assert equity_of(run).iloc[-1] == 0.0


def test_a_short_is_covered_even_without_credit() -> None:
    """The price trebles: equity 10,000 - 0.5 * 2 * 10,000 is nothing, and the cover is due."""
    lines = {asset("SHORT"): [10.0, 10.0, 10.0, 31.0, 31.0, 31.0], asset("IDLE"): [1.0] * 6}
    wanted = {date(2023, 3, 6): {"SHORT": -0.5}, date(2023, 3, 8): {}}
    case = steady(
        lines, {}, on_dates("2023-03-06", "2023-03-08"),
        cash=10_000.0, tolerance=0.0, costs="none",
    )  # fmt: skip
    case = dataclasses.replace(case, table=wanted)
    fills = run_of(case).output.fills
    assert [(fill.quantity, fill.price) for fill in fills] == [(-500.0, 10.0), (500.0, 31.0)]


def test_orders_far_above_all_volume_do_not_turn_prices_negative() -> None:
    """Square-root impact of 10,000 times the daily volume would take more than the price."""
    prices = [10.0 * (1.1 if day % 2 else 1.0) for day in range(40)]
    case = steady(
        {asset("THIN"): prices}, {"THIN": 1.0}, volume=100.0, impact=1.0, currency="USD", cash=1e7
    )
    case = dataclasses.replace(
        case,
        settings=dataclasses.replace(case.settings, start=date(2023, 4, 11)),
        table={day: weights if day.day % 2 else {} for day, weights in case.table.items()},
    )
    run = run_of(case)
    assert all(fill.price > 0 for fill in run.output.fills)
    assert np.isfinite(equity_of(run)).all()


def test_a_row_after_the_delisting_is_no_session() -> None:
    """Only the dead line has rows on the last three days; both engines end before them."""
    gone = asset("GONE", delisted=Delisting(date(2023, 3, 8)))
    short = asset("SHORT")
    lines = {gone: [10.0] * 9, short: [20.0] * 6}
    case = steady(lines, {"SHORT": -0.5}, currency="EUR")
    gap = case.bars["SHORT"].frame.drop(pd.Timestamp("2023-03-10"))
    bars = {**case.bars, "SHORT": dataclasses.replace(case.bars["SHORT"], frame=gap)}
    run = run_of(dataclasses.replace(case, bars=bars))
    assert np.datetime64("2023-03-10") not in run.market.sessions
    assert event_driven.run(desk_of(run.case, run.market)) == run.output


def test_the_rest_of_a_star_order_below_200_shares_is_not_bought() -> None:
    """450 shares are wanted and a tenth of 3,000 may fill: 300 do, and 150 are too few."""
    star = asset("688001.SS", MAINLAND, star=True)
    case = steady(
        {star: [10.0] * 40}, {"688001.SS": 1.0}, on_dates("2023-04-11"), volume=3000.0,
        cash=4500.0, currency="CNY", participation=0.1, costs="none",
    )  # fmt: skip
    case = dataclasses.replace(
        case, settings=dataclasses.replace(case.settings, start=date(2023, 4, 10))
    )
    fills = run_of(case).output.fills
    assert [fill.quantity for fill in fills] == [300.0]
