"""Price limits by venue, board and day; every figure is that of the exchanges' rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from markets.reference.price_limits import board_of, price_limit
from newsfolio import MAINLAND, Asset, Dated, Kind, Row
from newsfolio.listings import asset_of


@pytest.mark.parametrize(
    ("ticker", "day", "limit"),
    [
        ("600519.SS", "2024-10-08", 0.10),
        ("000001.SZ", "2008-01-02", 0.10),
        ("002594.SZ", "2024-10-08", 0.10),
        ("300308.SZ", "2020-08-21", 0.10),
        ("300308.SZ", "2020-08-24", 0.20),
        ("301999.SZ", "2024-10-08", 0.20),
        ("688981.SS", "2020-10-08", 0.20),
        ("689009.SS", "2024-10-08", 0.20),
        ("900901.SS", "2024-10-08", 0.10),
        ("200002.SZ", "2024-10-08", 0.10),
        ("510300.SS", "2024-10-08", 0.10),
        ("588000.SS", "2024-10-08", 0.20),
        ("589000.SS", "2025-10-08", 0.20),
        ("159915.SZ", "2020-08-21", 0.10),
        ("159915.SZ", "2020-08-24", 0.20),
        ("159919.SZ", "2024-10-08", 0.10),
        ("0700.HK", "2024-10-08", None),
        ("NVDA", "2024-10-08", None),
        ("000300.SS", "2024-10-08", None),
    ],
)
def test_the_limit_of_a_board(ticker: str, day: str, limit: float | None) -> None:
    assert price_limit(asset_of(ticker), date.fromisoformat(day)) == limit


def warned(ticker: str) -> Asset:
    """A line that was marked ST from 2024-04-30 to 2025-05-05, and again from 2026-05-06."""
    rows = (
        Row(None, False), Row(date(2024, 4, 30), True), Row(date(2025, 5, 6), False),
        Row(date(2026, 5, 6), True),
    )  # fmt: skip
    return Asset(ticker, MAINLAND, risk_warning=Dated(rows))


@pytest.mark.parametrize(
    ("day", "limit"),
    [("2024-04-29", 0.10), ("2024-04-30", 0.05), ("2025-05-06", 0.10), ("2026-07-03", 0.05),
     ("2026-07-06", 0.10)],
)  # fmt: skip
def test_a_risk_warning_halves_the_limit_of_the_main_board(day: str, limit: float) -> None:
    assert price_limit(warned("600589.SS"), date.fromisoformat(day)) == limit


@pytest.mark.parametrize("ticker", ["900901.SS", "200002.SZ"])
def test_a_risk_warning_halves_the_limit_of_b_shares_too(ticker: str) -> None:
    marked = replace(asset_of(ticker), risk_warning=warned(ticker).risk_warning)
    assert price_limit(marked, date(2024, 4, 29)) == 0.10
    assert price_limit(marked, date(2024, 4, 30)) == 0.05
    assert price_limit(marked, date(2026, 7, 6)) == 0.10


def test_a_listing_before_all_known_sessions_has_its_limit_on_the_first_of_them() -> None:
    first = date(1999, 1, 4)
    assert price_limit(Asset("600601.SS", MAINLAND, listed=date(1990, 12, 19)), first) == 0.10
    assert price_limit(Asset("600999.SS", MAINLAND, listed=first), first) is None


def test_a_listing_beyond_the_calendar_counts_weekdays() -> None:
    asset = Asset("688999.SS", MAINLAND, listed=date(2027, 3, 1))
    assert price_limit(asset, date(2027, 3, 5)) is None
    assert price_limit(asset, date(2027, 3, 8)) == 0.20


def test_a_risk_warning_changes_nothing_on_the_growth_boards() -> None:
    assert price_limit(warned("300999.SZ"), date(2024, 5, 6)) == 0.20
    assert price_limit(warned("688999.SS"), date(2024, 5, 6)) == 0.20


@pytest.mark.parametrize(
    ("ticker", "listed", "free", "bound"),
    [
        ("688256.SS", "2020-07-20", "2020-07-24", "2020-07-27"),  # five sessions
        ("301999.SZ", "2024-09-26", "2024-10-09", "2024-10-10"),  # across the national holiday
        ("300999.SZ", "2019-03-04", "2019-03-04", "2019-03-05"),  # one, before the reform
        ("600999.SS", "2020-07-20", "2020-07-20", "2020-07-21"),
        ("601999.SS", "2024-10-08", "2024-10-14", "2024-10-15"),
    ],
)
def test_a_listing_has_no_limit_at_first(ticker: str, listed: str, free: str, bound: str) -> None:
    asset = Asset(ticker, MAINLAND, listed=date.fromisoformat(listed))
    assert price_limit(asset, date.fromisoformat(free)) is None
    assert price_limit(asset, date.fromisoformat(bound)) is not None


def test_a_fund_has_its_limit_from_the_first_session() -> None:
    fund = Asset("510999.SS", MAINLAND, Kind.ETF, listed=date(2024, 10, 8))
    assert price_limit(fund, date(2024, 10, 8)) == 0.10


def test_a_declared_line_without_a_code_is_on_the_main_board_or_on_star() -> None:
    assert price_limit(Asset("PLAIN", MAINLAND), date(2024, 10, 8)) == 0.10
    assert price_limit(Asset("YOUNG", MAINLAND, star=True), date(2024, 10, 8)) == 0.20


@pytest.mark.parametrize(
    ("ticker", "tick"),
    [("600519.SS", 0.01), ("510300.SS", 0.001), ("900901.SS", 0.001), ("200002.SZ", 0.01)],
)
def test_the_step_of_a_price(ticker: str, tick: float) -> None:
    board = board_of(asset_of(ticker))
    assert board is not None and board.tick == tick
