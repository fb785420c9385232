"""What can fill at an open, by hand; and price limits again in decimal figures."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest

from markets.bars import Bars
from markets.build import build_market
from markets.market import Market
from markets.reference.calendars import sessions_of
from markets.reference.currencies import EcbRates
from markets.universe import Want
from newsfolio import HONG_KONG, MAINLAND, NEW_YORK, Asset, Dated, Row, Sleeve, Venue
from newsfolio.listings import asset_of
from tests.support.markets_of import line, market_of


def sessions(start: str, count: int, venue: Venue = MAINLAND) -> list[str]:
    calendar_days = sessions_of(venue)
    place = int(np.searchsorted(calendar_days, np.datetime64(start)))
    return [str(day) for day in calendar_days[place : place + count]]


def locked(asset: str | Asset, closes: list[float], start: str = "2024-10-08",
           **columns: list[float]) -> list[int]:  # fmt: skip
    """Of a line that trades at its closes unless `open` says otherwise."""
    ticker = asset.ticker if isinstance(asset, Asset) else asset
    bars = line(ticker, sessions(start, len(closes)), closes, **columns)
    return market_of([bars], asset, start=date.fromisoformat(start)).locked[:, 0].tolist()


# --- price limits ------------------------------------------------------------------------------


def test_a_line_that_stops_ten_percent_up_four_times_is_locked_four_times() -> None:
    assert locked("600589.SS", [10, 11, 12.1, 13.31, 14.64, 14]) == [0, 1, 1, 1, 1, 0]


@pytest.mark.parametrize(
    ("close", "opened", "side"),
    [
        (3.33, 3.66, 1), (3.33, 3.65, 0),  # 3.663
        (3.33, 3.00, -1), (3.33, 3.01, 0),  # 2.997
        (10.05, 11.06, 1), (10.05, 11.05, 0),  # 11.055 is rounded up
        (10.05, 9.05, -1), (10.05, 9.06, 0),  # 9.045
    ],
)  # fmt: skip
def test_a_limit_is_rounded_to_the_tick(close: float, opened: float, side: int) -> None:
    bars = {"open": [close, opened], "high": [close, 12], "low": [close, 2]}
    assert locked("600589.SS", [close, close], **bars) == [0, side]


def test_the_limit_is_less_the_dividend() -> None:
    """10.00 less 0.50 and a tenth up is 10.45; ten of 11.00 are far above it."""
    paid = [0, 0.5]
    assert locked("600589.SS", [10, 10.45], dividend=paid) == [0, 1]
    assert locked("600589.SS", [10, 10.44], dividend=paid) == [0, 0]
    assert locked("600589.SS", [10, 8.55], dividend=paid) == [0, -1]


@pytest.mark.parametrize(
    ("ticker", "closes", "paid", "side"),
    [
        ("7203.T", (2500, 2000), 60, -1), ("7203.T", (2500, 1940), 60, 0),  # 500 yen from 2,500
        ("005930.KS", (50_000, 65_000), 400, 1), ("005930.KS", (50_000, 64_400), 400, 0),
    ],
)  # fmt: skip
def test_tokyo_and_seoul_count_from_the_close_whatever_is_paid(
    ticker: str, closes: tuple[float, float], paid: float, side: int
) -> None:
    days = sessions("2024-10-08", 2, asset_of(ticker).venue)
    bars = line(ticker, days, list(closes), dividend=[0, paid])
    market = market_of([bars], ticker, start=date(2024, 10, 8))
    assert market.locked[:, 0].tolist() == [0, side]


@pytest.mark.parametrize(
    ("paid", "split", "opened", "side"),
    [
        (0.056, 0, 10.93, 1), (0.056, 0, 10.94, 1), (0.056, 0, 10.92, 0),  # 9.944 is 9.94: 10.934
        (0.0, 1.3, 8.46, 1), (0.0, 1.3, 8.45, 0), (0.0, 1.3, 6.92, -1),  # 7.692 is 7.69
    ],
)  # fmt: skip
def test_the_reference_is_rounded_before_the_limit_is(
    paid: float, split: float, opened: float, side: int
) -> None:
    """10.00 less 0.056 is 9.944, whose limit would be 10.94; the exchange's is that of 9.94.

    10.00 by 1.3 is 7.692, whose lower limit would be 6.923 as well. A tick above the upper limit
    counts as the limit, a tick below it does not.
    """
    before = 10 / (split or 1)
    bars = {"open": [before, opened], "high": [before, 12], "low": [before, 2]}
    events = {"dividend": [0, paid], "split": [0, split]}
    assert locked("600589.SS", [before, opened], **bars, **events) == [0, side]


def test_the_limit_goes_through_the_split() -> None:
    """20.02 before a split of two: 11.01 after it, and 22.02 (11.01 adjusted) before."""
    split = [0, 0, 2]
    assert locked("600589.SS", [9.10, 10.01, 11.01], split=split)[2] == 1
    assert locked("600589.SS", [10.01, 11.01, 11.01], split=split)[1] == 1
    assert locked("600589.SS", [10.01, 11.005, 11.01], split=split)[1] == 0  # raw 22.01


def test_chinext_doubled_its_limit_on_2020_08_24() -> None:
    assert locked("300308.SZ", [10, 11, 12.1], "2020-08-20") == [0, 1, 0]
    assert locked("300308.SZ", [10, 11, 13.2], "2020-08-21") == [0, 0, 1]


def test_only_a_row_makes_a_line_st_and_others_are_noted() -> None:
    row = Dated((Row(None, False), Row(date(2024, 4, 30), True, "notice of the exchange")))
    closes = [10, 10.5, 11.03, 11.58]
    days = sessions("2024-10-08", 4)
    plain = market_of([line("600589.SS", days, closes)], "600589.SS")
    marked = Asset("600589.SS", MAINLAND, risk_warning=row)
    marked_market = market_of([line("600589.SS", days, closes)], marked)
    assert plain.locked[:, 0].tolist() == [0, 0, 0, 0]
    assert [note for note in plain.notes if "5 %" in note] == [
        "600589.SS: stops 5 % above the last close on sessions in a row from 2024-10-09, as under "
        "a risk warning (ST); if it was, say when: Asset(..., risk_warning=Dated(...))"
    ]
    assert marked_market.locked[:, 0].tolist() == [0, 1, 1, 1]
    assert not [note for note in marked_market.notes if "5 %" in note]


def test_a_listing_is_free_for_five_sessions() -> None:
    young = Asset("688999.SS", MAINLAND, listed=date(2024, 10, 8), star=True)
    closes = [10, 12, 14.4, 17.28, 20.74, 24.89, 29.87]
    assert locked(young, closes) == [0, 0, 0, 0, 0, 1, 1]


def test_a_price_beyond_the_limit_was_traded_without_one() -> None:
    assert locked("600589.SS", [10, 47.2, 51.92]) == [0, 0, 1]


def test_no_other_venue_has_limits_yet() -> None:
    days = sessions("2024-10-08", 2, HONG_KONG)
    assert not market_of([line("0700.HK", days, [10, 11])], "0700.HK").locked.any()


def test_a_history_adjusted_for_dividends_is_measured_within_a_tick() -> None:
    """Raw 10.05 and 11.06; what is left of them after a dividend of a tenth: 9.045 and 9.954."""
    bars = line("600589.SS", sessions("2024-10-08", 2), [9.045, 9.954])
    frame = bars.frame.assign(split=float("nan"))
    cut = Bars("600589.SS", frame, bars.priced)
    assert market_of([cut], "600589.SS").locked[:, 0].tolist() == [0, 1]


@pytest.mark.parametrize("seed", range(20))
def test_limits_agree_with_decimal_arithmetic(seed: int) -> None:
    rng = np.random.default_rng(seed)
    share = Decimal("0.2") if seed % 2 else Decimal("0.1")
    closes, opens, expected = [float(rng.integers(100, 3000)) / 100], [], [0]
    opens.append(closes[0])
    for _ in range(40):
        last = Decimal(str(closes[-1]))
        upper, lower = (
            (last * (1 + sign * share)).quantize(Decimal("0.01"), ROUND_HALF_UP) for sign in (1, -1)
        )
        at = int(rng.integers(3))
        opened = [upper, lower, last][at] + Decimal("0.01") * (0, 0, 1)[at]
        if rng.random() < 0.3:  # a tick inside
            opened, at = (upper - Decimal("0.01"), lower + Decimal("0.01"), last)[at], 2
        opens.append(float(opened))
        expected.append((1, -1, 0)[at])
        closes.append(round(max(closes[-1] + float(rng.normal(0, 0.05)), 1.0), 2))
    ticker = "300308.SZ" if seed % 2 else "600589.SS"
    highs, lows = np.maximum(opens, closes).tolist(), np.minimum(opens, closes).tolist()
    assert locked(ticker, closes, "2022-01-04", open=opens, high=highs, low=lows) == expected


# --- closed days -------------------------------------------------------------------------------

SAOLA = ["2023-08-31", "2023-09-01", "2023-09-04"]


def hong_kong(*lines: Bars) -> Market:
    return market_of(list(lines), *(bars.ticker for bars in lines))


def test_a_bar_on_a_typhoon_day_fills_nothing_volume_or_not() -> None:
    market = hong_kong(line("0005.HK", SAOLA, [50, 51, 53]))
    assert market.fillable[:, 0].tolist() == [True, False, True]
    assert market.opened[:, 0].tolist() == [True, False, True]


def test_a_bar_without_volume_or_open_fills_nothing_and_a_blank_volume_does() -> None:
    days, nan = ["2023-08-29", "2023-08-30", "2023-08-31"], float("nan")
    prices = [50.0, 51.0, 52.0]
    for changed, expected in (
        ({"volume": [5.0, 0.0, nan]}, [True, False, True]),
        ({"open": [50.0, nan, 52.0]}, [True, False, True]),
    ):
        market = hong_kong(line("0005.HK", days, prices, **changed))
        assert market.fillable[:, 0].tolist() == expected
        assert market.opened.all()


def test_a_second_line_that_traded_says_that_the_calendar_errs() -> None:
    market = hong_kong(
        line("0005.HK", SAOLA, [50, 51, 53]), line("0700.HK", SAOLA, [300, 303, 299])
    )
    assert market.fillable.all() and market.opened.all()


def test_a_bar_that_is_repeated_is_no_trade() -> None:
    market = hong_kong(
        line("0005.HK", SAOLA, [50, 50, 53]), line("0700.HK", SAOLA, [300, 300, 299])
    )
    assert market.fillable.tolist() == [[True, True], [False, False], [True, True]]


def test_a_bar_that_stands_still_at_the_close_before_is_no_trade() -> None:
    lines = []
    for ticker, closes in (("0005.HK", [50.0, 50.0, 53.0]), ("0700.HK", [300.0, 300.0, 299.0])):
        first = [closes[0] - 1, *closes[1:]]
        lines.append(line(ticker, SAOLA, closes, open=first, low=first, volume=[3, 2, 1]))
    assert hong_kong(*lines).fillable.tolist() == [[True, True], [False, False], [True, True]]


def test_a_line_of_another_venue_says_nothing_of_this_one() -> None:
    market = hong_kong(line("0005.HK", SAOLA, [50, 51, 53]), line("AAPL", SAOLA, [180, 181, 182]))
    assert market.fillable[1].tolist() == [False, True]


def test_beyond_its_end_a_calendar_says_nothing() -> None:
    sessions = sessions_of(MAINLAND)
    assert str(sessions[-1])[:4] <= "2026", "then this test wants a later day"
    bars = line("600589.SS", ["2026-12-31", "2027-01-04"], [10, 10.1])
    want = Want((Sleeve("one", ("600589.SS",)),), "CNY")
    market = build_market({"600589.SS": bars}, want, EcbRates())
    assert market.fillable[:, 0].all() and market.opened[:, 0].all()


def test_beyond_its_end_the_weekdays_of_a_venue_open_it() -> None:
    """Of two lines in yuan the mainland's has no bar on a Tuesday, and Hong Kong's has."""
    days = ["2026-12-31", "2027-01-04", "2027-01-05", "2027-01-06"]
    lines = [line("80700.HK", days, [500] * 4), line("600589.SS", days[:2] + days[3:], [10] * 3)]
    want = Want((Sleeve("all", ("80700.HK", "600589.SS")),), "CNY")
    market = build_market({bars.ticker: bars for bars in lines}, want, EcbRates())
    column = market.place["600589.SS"]
    assert market.fillable[:, column].tolist() == [True, True, False, True]
    assert market.opened[:, column].all()


def test_a_venue_opens_for_a_line_that_hong_kong_s_holiday_keeps_from_trading() -> None:
    """2024-10-11: the mainland had a session, Stock Connect none."""
    days = ["2024-10-10", "2024-10-11", "2024-10-14"]
    market = market_of([line("600589.SS", days, [10, 10.1, 10.2])], "600589.SS")
    assert market.fillable[:, 0].tolist() == [True, False, True]
    assert market.opened[:, 0].tolist() == [True, True, True]


def test_a_halted_line_has_its_venue_open() -> None:
    """2024-01-03 without a bar of its own; 2024-01-15 was no session of New York."""
    days = ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-15"]
    lines = [line("AAPL", [days[0], days[2]], [1, 1]), line("0700.HK", days, [2, 2.1, 2.2, 2.3])]
    market = market_of(lines, Asset("AAPL", NEW_YORK), "0700.HK", end=date(2024, 1, 4))
    column = market.place["AAPL"]
    assert market.fillable[:, column].tolist() == [True, False, True]
    assert market.opened[:, column].tolist() == [True, True, True]
