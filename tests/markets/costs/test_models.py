"""Dated trading costs: published cases, the days on which a rate changed, and what must hold."""

from __future__ import annotations

import pickle
from datetime import date, timedelta
from fractions import Fraction
from math import inf, nextafter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from markets.costs.models import CostModel, NoCosts, VenueCosts
from newsfolio import (
    HONG_KONG,
    MAINLAND,
    NEW_YORK,
    Asset,
    Commission,
    Costs,
    Dated,
    Kind,
    Row,
    Venue,
    always,
)
from newsfolio.venues import all_rows, hong_kong

STATUTORY = VenueCosts(Costs(commission=Commission()))
HONG_KONG_FEES = hong_kong.ROWS.schedule
WITH_BROKER = VenueCosts()

APPLE = Asset("AAPL", NEW_YORK)
SPY = Asset("SPY", NEW_YORK, Kind.ETF)
TENCENT = Asset("0700.HK", HONG_KONG, half_spread=always(0.0002))
XIAOMI = Asset("1810.HK", HONG_KONG, half_spread=always(0.0002))
TRACKER = Asset("2800.HK", HONG_KONG, Kind.ETF, half_spread=always(0.0002))
MOUTAI = Asset("600519.SS", MAINLAND, half_spread=always(0.0003))
STAR = Asset("688981.SS", MAINLAND, star=True)
FUND = Asset("512930.SS", MAINLAND, Kind.ETF)
NOWHERE = Asset("ACME.XX", Venue("XXXX", "GBP", NEW_YORK.opens, NEW_YORK.closes))
TRADED = (APPLE, SPY, TENCENT, TRACKER, MOUTAI, STAR, FUND)
CENT_DUST = 1e-9  # fees are exact decimals, a sum of floats may differ in the last bits

days = st.dates(date(2005, 1, 1), date(2030, 12, 31))
values = st.floats(0.01, 1e9)
quantities = st.floats(1, 1e8) | st.floats(-1e8, -1)


def exactly(amount: float) -> object:
    return pytest.approx(amount, rel=0, abs=CENT_DUST)


def statutory(asset: Asset, day: date, shares: float, value: float) -> float:
    return STATUTORY.fee(asset, day, shares, value)


def before(day: date) -> date:
    return day - timedelta(days=1)


# --- Published cases -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "parts"),
    [  # stamp duty, SFC, AFRC, trading fee, tariff, CCASS
        (date(2021, 6, 15), (50.00, 1.35, 0.00, 2.500, 0.50, 2.00)),
        (date(2025, 7, 15), (50.00, 1.35, 0.075, 2.825, 0.00, 2.10)),
    ],
)
def test_hong_kong_buy_of_50_000(day: date, parts: tuple[float, ...]) -> None:
    levies = [levy for levy in HONG_KONG_FEES.levies[Kind.STOCK] if not levy.broker]
    charged = [levy.at(day).of(100, 50_000) for levy in levies]
    assert charged == [exactly(part) for part in parts]
    assert statutory(TENCENT, day, 100, 50_000) == exactly(56.35)


@pytest.mark.parametrize("asset", [MOUTAI, STAR])
def test_mainland_sale_and_purchase_of_100_000(asset: Asset) -> None:
    today = date(2026, 5, 29)
    assert statutory(asset, today, -1000, 100_000) == exactly(3.41 + 2 + 1 + 2 + 50)
    assert statutory(asset, today, -1000, 100_000) == exactly(58.41)
    assert statutory(asset, today, 1000, 100_000) == exactly(8.41)


@pytest.mark.parametrize("asset", [APPLE, SPY])
def test_us_sale_of_100_shares_at_250(asset: Asset) -> None:
    assert statutory(asset, date(2025, 3, 3), -100, 25_000) == exactly(0.695 + 0.0166)
    assert statutory(asset, date(2025, 3, 3), 100, 25_000) == 0


# --- Days on which a rate changed ------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "old", "new"),
    [
        (date(2010, 1, 15), 25.70, 12.70),
        (date(2010, 4, 1), 12.70, 16.90),
        (date(2011, 1, 21), 16.90, 19.20),
        (date(2012, 2, 21), 19.20, 18.00),
        (date(2012, 4, 1), 18.00, 22.40),
        (date(2013, 5, 25), 22.40, 17.40),
        (date(2014, 3, 18), 17.40, 22.10),
        (date(2015, 2, 14), 22.10, 18.40),
        (date(2016, 2, 16), 18.40, 21.80),
        (date(2017, 7, 4), 21.80, 23.10),
        (date(2018, 5, 22), 23.10, 13.00),
        (date(2019, 4, 16), 13.00, 20.70),
        (date(2020, 2, 18), 20.70, 22.10),
        (date(2021, 2, 25), 22.10, 5.10),
        (date(2022, 5, 14), 5.10, 22.90),
        (date(2023, 2, 27), 22.90, 8.00),
        (date(2024, 5, 22), 8.00, 27.80),
        (date(2025, 5, 14), 27.80, 0.00),
        (date(2026, 4, 4), 0.00, 20.60),
    ],
)
def test_section_31_per_million_sold(day: date, old: float, new: float) -> None:
    # a ten-thousandth of a share leaves nothing of the fee per share
    assert statutory(APPLE, before(day), -0.0001, 1_000_000) == pytest.approx(old, abs=1e-6)
    assert statutory(APPLE, day, -0.0001, 1_000_000) == pytest.approx(new, abs=1e-6)


@pytest.mark.parametrize(
    ("day", "old", "new", "old_cap", "new_cap"),
    [
        (date(2022, 1, 1), 1.19, 1.30, 5.95, 6.49),
        (date(2023, 1, 1), 1.30, 1.45, 6.49, 7.27),
        (date(2024, 1, 1), 1.45, 1.66, 7.27, 8.30),
        (date(2026, 1, 1), 1.66, 1.95, 8.30, 9.79),
        (date(2027, 1, 1), 1.95, 2.32, 9.79, 11.61),
    ],
)
def test_trading_activity_fee_and_its_cap(
    day: date, old: float, new: float, old_cap: float, new_cap: float
) -> None:
    assert statutory(APPLE, before(day), -10_000, 0) == exactly(old)
    assert statutory(APPLE, day, -10_000, 0) == exactly(new)
    assert statutory(APPLE, before(day), -1_000_000, 0) == old_cap
    assert statutory(APPLE, day, -1_000_000, 0) == new_cap


@pytest.mark.parametrize(
    ("shares", "old", "new"),
    [(100, 1.00, 0.0), (200, 1.00, 0.0), (1_000, 5.00, 0.0)],
)
def test_us_commission_ends_with_september_2019(shares: int, old: float, new: float) -> None:
    assert WITH_BROKER.fee(APPLE, date(2019, 9, 30), shares, 1e5) == exactly(old)
    assert WITH_BROKER.fee(APPLE, date(2019, 10, 1), shares, 1e5) == new
    assert statutory(APPLE, date(2019, 9, 30), shares, 1e5) == 0


# Stamp, SFC with AFRC, trading fee, CCASS (capped at 100 until 2025-06-29) with the tariff.
@pytest.mark.parametrize(
    ("day", "old", "new"),
    [
        (date(2006, 12, 1), 10_000 + 500 + 500 + 100.5, 10_000 + 400 + 500 + 100.5),
        (date(2010, 10, 1), 10_000 + 400 + 500 + 100.5, 10_000 + 300 + 500 + 100.5),
        (date(2014, 11, 1), 10_000 + 300 + 500 + 100.5, 10_000 + 270 + 500 + 100.5),
        (date(2021, 8, 1), 10_000 + 270 + 500 + 100.5, 13_000 + 270 + 500 + 100.5),
        (date(2022, 1, 1), 13_000 + 270 + 500 + 100.5, 13_000 + 285 + 500 + 100.5),
        (date(2023, 1, 1), 13_000 + 285 + 500 + 100.5, 13_000 + 285 + 565 + 100),
        (date(2023, 11, 17), 13_000 + 285 + 565 + 100, 10_000 + 285 + 565 + 100),
        (date(2025, 6, 30), 10_000 + 285 + 565 + 100, 10_000 + 285 + 565 + 420),
    ],
)
def test_hong_kong_steps(day: date, old: float, new: float) -> None:
    for shares in (100_000, -100_000):
        assert statutory(TENCENT, before(day), shares, 1e7) == exactly(old)
        assert statutory(TENCENT, day, shares, 1e7) == exactly(new)


def test_settlement_fee_has_a_minimum_and_a_maximum_until_june_2025() -> None:
    other = 0.000027 + 0.0000015 + 0.0000565  # a fund's levies and trading fee in 2025
    for day, value, fee in (
        (date(2025, 6, 29), 1_000, 2.0),
        (date(2025, 6, 29), 200_000, 4.0),
        (date(2025, 6, 29), 50_000_000, 100.0),
        (date(2025, 6, 30), 1_000, 0.042),
        (date(2025, 6, 30), 200_000, 8.4),
        (date(2025, 6, 30), 50_000_000, 2_100.0),
    ):
        assert statutory(TRACKER, day, 100, value) == pytest.approx(other * value + fee, abs=1e-7)


@pytest.mark.parametrize(
    ("value", "stamp"),
    [(100, 1), (1_000, 1), (1_000.01, 2), (1_100, 2), (7_000, 7), (50_000, 50), (50_001, 51)],
)
def test_stamp_duty_is_rounded_up_to_the_next_dollar(value: float, stamp: int) -> None:
    fund = statutory(TRACKER, date(2024, 6, 3), 100, value)
    assert statutory(TENCENT, date(2024, 6, 3), 100, value) - fund == exactly(stamp)


@given(st.integers(1, 100_000))
def test_the_noise_of_a_float_costs_no_dollar(dollars: int) -> None:
    stamp = HONG_KONG_FEES.levies[Kind.STOCK][0]
    for day, rate in (
        (date(2021, 7, 31), Fraction(1, 1000)),
        (date(2021, 8, 1), Fraction(13, 10**4)),
    ):
        value = nextafter(float(dollars / rate), inf)
        assert stamp.at(day).of(1, value) == dollars
        assert stamp.at(day).of(1, value + 0.01) == dollars + 1


def test_hong_kong_funds_are_exempt_from_stamp_duty_since_february_2015() -> None:
    for day, stamp in ((date(2015, 2, 12), 50), (date(2015, 2, 13), 0)):
        # SFC 1.35, trading fee 2.50, settlement minimum 2, tariff 0.50
        assert statutory(TRACKER, day, 500, 50_000) == exactly(stamp + 6.35)
    assert statutory(TRACKER, date(2022, 6, 1), -500, 50_000) == exactly(6.35 + 0.075)


@pytest.mark.parametrize(
    ("day", "sale_before", "sale_after"),
    [
        (date(2015, 8, 1), 6.96 + 2 + 2 + 2 + 100, 4.87 + 2 + 2 + 2 + 100),
        (date(2022, 4, 29), 4.87 + 2 + 2 + 2 + 100, 4.87 + 2 + 1 + 2 + 100),
        (date(2023, 8, 28), 4.87 + 2 + 1 + 2 + 100, 3.41 + 2 + 1 + 2 + 50),
    ],
)
def test_mainland_steps(day: date, sale_before: float, sale_after: float) -> None:
    assert statutory(MOUTAI, before(day), -1000, 100_000) == exactly(sale_before)
    assert statutory(MOUTAI, day, -1000, 100_000) == exactly(sale_after)
    assert statutory(MOUTAI, before(day), 1000, 100_000) == exactly(sale_before - 100)


@pytest.mark.parametrize("shares", [1000, -1000])
def test_mainland_funds_pay_handling_and_hong_kong_clearing_only(shares: int) -> None:
    for day in (date(2022, 7, 4), date(2023, 8, 28), date(2026, 5, 29)):
        assert statutory(FUND, day, shares, 100_000) == exactly(4 + 2)


@pytest.mark.parametrize("asset", [TENCENT, TRACKER, MOUTAI, FUND])
def test_commission_of_three_basis_points(asset: Asset) -> None:
    day = date(2025, 7, 15)
    difference = WITH_BROKER.fee(asset, day, 100, 50_000) - statutory(asset, day, 100, 50_000)
    assert difference == exactly(15)


# --- Half-spreads and holding ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("asset", "day", "price", "basis_points"),
    [
        (TENCENT, date(2025, 3, 3), 499.0, 0.1 / 499 * 1e4),  # tick 0.2: 2.004 bp
        (TENCENT, date(2025, 3, 3), 500.0, 2.0),  # the band ends at 500
        (TENCENT, date(2025, 3, 3), 501.0, 0.25 / 501 * 1e4),  # tick 0.5: 4.99 bp
        (XIAOMI, date(2025, 8, 3), 45.0, 0.025 / 45 * 1e4),  # tick 0.05: 5.56 bp
        (XIAOMI, date(2025, 8, 4), 45.0, 0.01 / 45 * 1e4),  # tick 0.02: 2.22 bp
        (XIAOMI, date(2025, 8, 3), 15.0, 0.01 / 15 * 1e4),  # tick 0.02
        (XIAOMI, date(2025, 8, 4), 15.0, 0.005 / 15 * 1e4),  # tick 0.01
        (XIAOMI, date(2025, 8, 4), 8.0, 0.005 / 8 * 1e4),  # unchanged
    ],
)
def test_half_a_tick_in_hong_kong(
    asset: Asset, day: date, price: float, basis_points: float
) -> None:
    spread = WITH_BROKER.half_spread(asset, day, price)
    assert spread * 1e4 == pytest.approx(basis_points, rel=1e-12)  # one division by the price


@pytest.mark.parametrize(
    ("upto", "tick"),
    list(
        zip(
            (0.25, 0.5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 9995),
            (0.001, 0.005, 0.01, 0.02, 0.05, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
            strict=True,
        )
    ),
)
def test_tick_table_before_august_2025(upto: float, tick: float) -> None:
    table = HONG_KONG_FEES.ticks[Kind.STOCK].at(date(2025, 8, 3))
    assert table.at(upto) == tick
    assert table.at(upto * 0.99) == tick
    assert table.at(upto * (1 + 1e-15)) == tick  # the noise of a split factor opens no band


def test_only_two_bands_of_the_tick_table_changed() -> None:
    old, new = (HONG_KONG_FEES.ticks[Kind.STOCK].at(date(2025, 8, day)) for day in (3, 4))
    prices = (0.2, 0.4, 5, 15, 30, 75, 150, 300, 700, 1500, 3000, 7000)
    changed = {price: new.at(price) for price in prices if old.at(price) != new.at(price)}
    assert changed == {15: 0.01, 30: 0.02}


def test_a_liquid_hong_kong_line_pays_at_least_its_own_half_spread() -> None:
    wide = Asset("0001.HK", HONG_KONG, half_spread=always(0.001))
    assert WITH_BROKER.half_spread(wide, date(2025, 9, 1), 45.0) == 0.001


@pytest.mark.parametrize("asset", [TRACKER, MOUTAI, APPLE, FUND])
def test_elsewhere_the_half_spread_is_the_line_s_own(asset: Asset) -> None:
    spread = WITH_BROKER.half_spread(asset, date(2025, 3, 3), 0.6)
    assert spread == asset.half_spread.rows[0].value


def test_a_line_s_half_spread_is_dated() -> None:
    spread = Dated((Row(None, 0.002), Row(date(2024, 1, 1), 0.001)))
    line = Asset("ANY", NEW_YORK, half_spread=spread)
    assert WITH_BROKER.half_spread(line, date(2023, 12, 31), 10) == 0.002
    assert WITH_BROKER.half_spread(line, date(2024, 1, 1), 10) == 0.001


def test_only_mainland_longs_pay_for_being_held() -> None:
    rates = {asset.ticker: WITH_BROKER.holding_rate(asset, date(2025, 3, 3)) for asset in TRADED}
    assert {ticker: rate for ticker, rate in rates.items() if rate} == {
        "600519.SS": exactly(0.00008),
        "688981.SS": exactly(0.00008),
        "512930.SS": exactly(0.00008),
    }


# --- Unknown venues, notes, values -----------------------------------------------------------


def test_a_venue_without_a_schedule_costs_the_half_spread_and_says_so() -> None:
    day = date(2025, 3, 3)
    assert WITH_BROKER.fee(NOWHERE, day, 100, 1_000) == 0
    assert WITH_BROKER.half_spread(NOWHERE, day, 10) == 0.0005
    assert WITH_BROKER.holding_rate(NOWHERE, day) == 0
    note = "No fees are known for venue XXXX: neither tax nor commission is charged"
    assert any(words.startswith(note) for words in WITH_BROKER.notes([NOWHERE]))
    assert not any("XXXX" in words for words in WITH_BROKER.notes([APPLE]))


def test_no_costs_are_no_costs_anywhere() -> None:
    free: CostModel = NoCosts()
    for asset in (*TRADED, NOWHERE):
        assert free.fee(asset, date(2021, 8, 2), -100, 1e6) == 0
        assert free.half_spread(asset, date(2021, 8, 2), 10) == 0
        assert free.holding_rate(asset, date(2021, 8, 2)) == 0


def test_notes_state_what_was_assumed() -> None:
    notes = " ".join(WITH_BROKER.notes())
    for words in (
        "2026-11",
        "extrapolated",
        "SEC fee before 2009",
        "0.03 %",
        "judgement",
        "portfolio fee",
    ):
        assert words in notes
    assert "0.03 %" not in " ".join(STATUTORY.notes())
    assert NoCosts().notes()


def test_every_rate_has_a_source() -> None:
    schedules = [rows.schedule for rows in all_rows()]
    kinds = [levies for schedule in schedules for levies in schedule.levies.values()]
    facts = [levy.rate for levies in kinds for levy in levies]
    facts += [schedule.holding for schedule in schedules if schedule.holding]
    assert [row for fact in facts for row in fact.rows if not row.source] == []


def test_a_cost_model_is_a_value_that_travels() -> None:
    used = VenueCosts()
    fee = used.fee(TENCENT, date(2025, 7, 15), 100, 50_000)
    copy = pickle.loads(pickle.dumps(used))
    assert copy == used == VenueCosts() != STATUTORY
    assert copy.fee(TENCENT, date(2025, 7, 15), 100, 50_000) == fee


# --- What must always hold -------------------------------------------------------------------


@given(st.sampled_from(TRADED), days, quantities, values, values)
def test_a_larger_order_never_costs_less(
    asset: Asset, day: date, shares: float, first: float, other: float
) -> None:
    low, high = sorted((first, other))
    cheap = WITH_BROKER.fee(asset, day, shares, low)
    assert 0 <= cheap <= WITH_BROKER.fee(asset, day, shares, high)


@given(st.sampled_from(TRADED), days, quantities, values)
def test_a_sale_costs_at_least_what_a_purchase_does(
    asset: Asset, day: date, shares: float, value: float
) -> None:
    sale = WITH_BROKER.fee(asset, day, -abs(shares), value)
    assert sale >= WITH_BROKER.fee(asset, day, abs(shares), value)


@given(st.sampled_from(TRADED), days)
def test_an_order_for_nothing_is_free(asset: Asset, day: date) -> None:
    assert WITH_BROKER.fee(asset, day, 0, 0.0) == 0
    assert WITH_BROKER.fee(asset, day, -0.0, 0.0) == 0


@given(days, st.floats(0.01, 9_995))
def test_a_half_spread_is_a_fraction_of_the_price(day: date, price: float) -> None:
    assert 0.0002 <= WITH_BROKER.half_spread(TENCENT, day, price) <= 0.05
