"""Rows that begin on a day: an order on either side of it, by hand."""

from __future__ import annotations

from datetime import date

import pytest

from markets.costs.models import VenueCosts
from newsfolio import HONG_KONG, MAINLAND, NEW_YORK, Asset, Commission, Costs, Kind
from newsfolio.listings import KNOWN, asset_of
from newsfolio.venues import hong_kong

STATUTORY = VenueCosts(Costs(commission=Commission()))
HONG_KONG_FEES = hong_kong.ROWS.schedule
CENT = 1e-9


@pytest.mark.parametrize(
    ("day", "shares", "fee"),
    [
        (date(2011, 6, 30), 10_000, 0.75), (date(2011, 6, 30), 1_000_000, 3.75),
        (date(2011, 7, 1), 10_000, 0.90), (date(2011, 7, 1), 1_000_000, 4.50),
        (date(2012, 2, 29), 10_000, 0.90),
        (date(2012, 3, 1), 10_000, 0.95), (date(2012, 3, 1), 1_000_000, 4.75),
        (date(2012, 7, 1), 10_000, 1.19), (date(2012, 7, 1), 1_000_000, 5.95),
    ],
)  # fmt: skip
def test_the_trading_activity_fee_before_2012_07(day: date, shares: int, fee: float) -> None:
    """A sale for nothing pays no section 31 fee."""
    assert STATUTORY.fee(Asset("AAPL", NEW_YORK), day, -shares, 0) == pytest.approx(fee, abs=CENT)


@pytest.mark.parametrize(
    ("price", "before", "after"),
    [(0.4, 0.005, 0.005), (0.6, 0.01, 0.005), (5, 0.01, 0.005), (10, 0.01, 0.005),
     (10.01, 0.01, 0.01), (30, 0.02, 0.02)],
)  # fmt: skip
def test_the_second_cut_of_the_ticks_of_hong_kong(
    price: float, before: float, after: float
) -> None:
    for kind in (Kind.STOCK, Kind.REIT):
        ticks = HONG_KONG_FEES.ticks[kind]
        assert ticks.at(date(2026, 8, 2)).at(price) == before
        assert ticks.at(date(2026, 8, 3)).at(price) == after
    assert Kind.ETF not in HONG_KONG_FEES.ticks


def test_half_a_tick_of_five_dollars() -> None:
    line = asset_of("0005.HK")
    assert STATUTORY.half_spread(line, date(2026, 8, 2), 5.0) == pytest.approx(0.001)  # 0.005 / 5
    assert STATUTORY.half_spread(line, date(2026, 8, 3), 5.0) == pytest.approx(0.0005)


@pytest.mark.parametrize(
    ("day", "stamp"),
    [(date(2021, 8, 2), 130.0), (date(2023, 11, 17), 100.0), (date(2024, 12, 20), 100.0),
     (date(2024, 12, 21), 0.0)],
)  # fmt: skip
def test_trusts_of_hong_kong_pay_no_stamp_duty_since_2024_12_21(day: date, stamp: float) -> None:
    """HKD 100,000: 0.13 %, 0.10 %, none; a fund has paid none since 2015, a share pays still."""
    trust, fund, share = asset_of("0823.HK"), asset_of("2800.HK"), asset_of("0700.HK")
    assert trust.kind is Kind.REIT and trust.tradable
    free = STATUTORY.fee(fund, day, 1000, 100_000)
    assert STATUTORY.fee(trust, day, 1000, 100_000) - free == pytest.approx(stamp)
    assert STATUTORY.fee(share, day, 1000, 100_000) - free >= 100


@pytest.mark.parametrize(("ticker", "lot"), [("9866.HK", 10), ("2015.HK", 100), ("9868.HK", 100)])
def test_board_lots_of_the_car_makers(ticker: str, lot: int) -> None:
    assert (KNOWN[ticker].lot_known, KNOWN[ticker].lot.at(date(2026, 6, 2))) == (True, lot)


def test_taiwan_withholds_a_fifth_and_then_21_percent() -> None:
    withheld = KNOWN["TSM"].withholding
    assert (withheld.at(date(2017, 12, 31)), withheld.at(date(2018, 1, 1))) == (0.20, 0.21)
    assert all("recalled" in row.source for row in withheld.rows)


def test_a_hong_kong_line_without_a_row_withholds_a_tenth_and_says_so() -> None:
    for line in (asset_of("0005.HK"), Asset("1234.HK", HONG_KONG)):
        assert line.withholding.at(date(2025, 1, 2)) == 0.10
        assert not line.withholding_known
    sources = {row.source for asset in KNOWN.values() for row in asset.withholding.rows}
    assert not [source for source in sources if "Cayman" in source]
    assert all(asset.withholding_known for asset in KNOWN.values())
    assert Asset("^HSI", HONG_KONG, Kind.INDEX).withholding_known


def test_the_portfolio_fee_is_a_rate_a_year() -> None:
    fee = VenueCosts().holding_of(Asset("600519.SS", MAINLAND))
    assert fee is not None and fee.at(date(2025, 1, 2)) == pytest.approx(0.00008)


def test_amounts_of_the_venue_are_in_its_money_whatever_the_counter_trades_in() -> None:
    """HKD 2 at least are USD 0.26 (1.0852 and 8.4838 a euro on the day before).

    Of CNY 10,050, HKD 11,647.21, the duty is HKD 12 (7.8778 and 9.1298 a euro).
    """
    dollars, yuan = asset_of("9834.HK"), asset_of("80700.HK")
    fee = STATUTORY.fee(dollars, date(2024, 6, 3), 1000, 10_000)
    assert fee == pytest.approx(0.27 + 0.015 + 0.565 + 2 * 1.0852 / 8.4838, abs=CENT)
    fee = STATUTORY.fee(yuan, date(2026, 6, 3), -1000, 10_050)
    others = 0.27135 + 0.015075 + 0.567825 + 0.4221
    assert fee == pytest.approx(12 * 7.8778 / 9.1298 + others, abs=CENT)
