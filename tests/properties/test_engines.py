"""Random markets: the two engines agree exactly, and both with a simulator that shares nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date
from functools import cache

import numpy as np
import pytest

from backtests.engines import event_driven, kernel
from backtests.simulation.desk import Desk
from backtests.simulation.fills import CashEvent, Fill, Lapse
from newsfolio import MissingData
from tests.support.altered_markets import renamed, scrambled, until
from tests.support.engine_runs import (
    CLOSE,
    Run,
    book_equity,
    desk_of,
    differences,
    equity_of,
    run_of,
)
from tests.support.random_markets import random_case


@cache
def seeded(seed: int) -> Run:
    """One of the 200 markets, which several tests look at."""
    return run_of(random_case(seed))


@pytest.fixture(scope="module", params=range(200))
def run(request: pytest.FixtureRequest) -> Run:
    return seeded(request.param)


# --- agreement -------------------------------------------------------------------------------


def test_backtrader_puts_out_the_same(run: Run) -> None:
    assert event_driven.run(desk_of(run.case, run.market)) == run.output


def test_the_oracle_agrees(run: Run) -> None:
    assert differences(run) == []


@pytest.mark.slow
@pytest.mark.parametrize("block", range(50))
def test_five_thousand_markets(block: int, request: pytest.FixtureRequest) -> None:
    if "slow" not in str(request.config.getoption("-m")):
        pytest.skip("five thousand markets: select them with -m slow")
    wrong, refused = {}, 0
    for seed in range(1000 + 100 * block, 1100 + 100 * block):
        try:
            run = run_of(random_case(seed))
        except MissingData:
            refused += 1  # its lines end before its start
            continue
        problems = differences(run)
        if event_driven.run(desk_of(run.case, run.market)) != run.output:
            problems.append("backtrader puts out otherwise")
        if problems:
            wrong[seed] = problems[0]
    assert wrong == {}
    assert refused <= 2


# --- what must hold whatever the market does ----------------------------------------------------


def test_no_order_is_lost(run: Run) -> None:
    """Every unit that was ordered is filled, lapsed or still waiting after each open."""
    desk, market = desk_of(run.case, run.market), run.market
    desk.close(market.first)
    for session in range(market.first + 1, len(market.sessions)):
        before, filled, lapsed = dict(desk.pending), len(desk.book.fills), len(lapses_of(desk))
        desk.open(session)
        left = {market.tickers[column]: size for column, size in before.items()}
        for fill in desk.book.fills[filled:]:
            left[fill.asset] -= fill.quantity
        for lapse in lapses_of(desk)[lapsed:]:
            left[lapse.asset] -= lapse.quantity
        for column, size in before.items():
            name = market.tickers[column]
            assert left[name] == pytest.approx(desk.pending.get(column, 0.0), abs=CLOSE * abs(size))
        desk.close(session)
    assert desk.output() == run.output


def lapses_of(desk: Desk) -> tuple[Lapse, ...]:
    return desk.output().lapses


def test_a_cash_account_never_owes_more_than_a_fee(run: Run) -> None:
    """Long only and at most 100 %: a sale too small for its own commission is all there is."""
    settings = dataclasses.replace(run.case.settings, funding="wait")  # type: ignore[arg-type]
    table = {
        day: None if wanted is None else {name: abs(size) / 1.5 for name, size in wanted.items()}
        for day, wanted in run.case.table.items()
    }
    case = dataclasses.replace(run.case, settings=settings, table=table)
    rate = run.market.cash_rate[run.market.first :].min()
    holding_fees = any(asset.venue.code == "XSHG" for asset in run.market.assets)
    if rate >= 0 and not holding_fees:
        debt = run_of(case).output.debt
        assert debt is None or debt[1] < 1e-4 * settings.cash


# --- the same market, seen otherwise ------------------------------------------------------------

SOME = range(0, 200, 5)
MIRROR = str.maketrans("0123456789LZ", "9876543210MA")


def mirrored(ticker: str) -> str:
    """Another name: the order of two tickers turns round. Venue suffixes stay."""
    return ticker if ticker.startswith("^") else ticker.translate(MIRROR)


@pytest.mark.parametrize("seed", SOME)
def test_the_names_of_the_lines_do_not_matter(seed: int) -> None:
    case = seeded(seed)
    other = run_of(renamed(case.case, mirrored))
    assert _by_line(case.output.fills, mirrored) == _by_line(other.output.fills, str)
    assert book_equity(desk_of(case.case, case.market)) == book_equity(
        desk_of(other.case, other.market)
    )
    assert equity_of(case).tolist() == equity_of(other).tolist()


def _by_line(fills: Sequence[Fill], name: object) -> list[Fill]:
    same = [dataclasses.replace(fill, asset=name(fill.asset)) for fill in fills]  # type: ignore[operator]
    return sorted(same, key=lambda fill: (fill.session, fill.asset))


def past(run: Run, day: date) -> tuple[list[Fill], list[CashEvent]]:
    return (
        [fill for fill in run.output.fills if fill.session <= day],
        [event for event in run.output.events if event.session <= day],
    )


def middle(run: Run) -> date:
    return run.market.day((run.market.first + len(run.market.sessions)) // 2)


@pytest.mark.parametrize("seed", SOME)
def test_a_shorter_history_has_the_same_past(seed: int) -> None:
    whole = seeded(seed)
    day = middle(whole)
    short = run_of(until(whole.case, day))
    last = short.market.day(len(short.market.sessions) - 1)
    assert last <= day
    assert past(short, last) == past(whole, last)


@pytest.mark.parametrize("seed", SOME)
def test_noise_in_the_future_leaves_the_past(seed: int) -> None:
    whole = seeded(seed)
    day = middle(whole)
    other = run_of(scrambled(whole.case, day))
    assert past(other, day) == past(whole, day)


# --- the random markets have what they are for ---------------------------------------------------


def test_limits_closed_days_and_counters_decide_fills() -> None:
    """Without the masks the same cases fill otherwise: a test of them can fail."""
    usual = {"XHKG": "HKD", "XSHG": "CNY", "XNYS": "USD"}
    limits = closed = counters = 0
    for seed in range(120):
        run = seeded(seed)
        case, market, own = run.case, run.market, run.output.fills
        free = dataclasses.replace(market, locked=np.zeros_like(market.locked))
        limits += kernel.run(desk_of(case, free)).fills != own
        quoted = ~np.isnan(market.open) & (market.volume != 0)
        open_ = dataclasses.replace(market, fillable=quoted)
        closed += kernel.run(desk_of(case, open_)).fills != own
        counters += any(
            asset.currency != usual.get(asset.venue.code, "USD") for asset in market.assets
        )
    assert limits >= 2 and closed >= 8 and counters >= 15, (limits, closed, counters)
