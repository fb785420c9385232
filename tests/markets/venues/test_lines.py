"""What a line is that its market's rows complete: kinds, reliefs, lots, hours, weekends."""

from __future__ import annotations

from datetime import date, time

import numpy as np
import pytest

from backtests.simulation.execution import by_opening
from markets.costs.models import VenueCosts
from newsfolio import Asset, Kind, Venue, always
from newsfolio.costs import Commission, Costs
from newsfolio.listings import asset_of
from newsfolio.venues.australia import SYDNEY
from newsfolio.venues.japan import TOKYO
from newsfolio.venues.taiwan import TAIPEI
from newsfolio.venues.united_kingdom import LONDON
from tests.support.markets_of import line, market_of

STATUTORY = VenueCosts(Costs(commission=Commission()))
TODAY = date(2026, 11, 27)


def bought(asset: Asset, day: date = TODAY) -> float:
    """What a purchase of 10,000 is charged."""
    return STATUTORY.fee(asset, day, 100, 10_000)


def test_a_share_of_london_that_the_law_spares_pays_no_stamp_duty() -> None:
    assert bought(Asset("VOD.L", LONDON)) == pytest.approx(50)
    assert bought(Asset("AIM.L", LONDON, taxed=always(False, "AIM"))) == 0
    assert bought(Asset("SPY5.L", LONDON, Kind.ETF)) == 0
    assert bought(Asset("SGRO.L", LONDON, Kind.REIT)) == pytest.approx(50)


@pytest.mark.parametrize(
    ("listed", "day", "duty"),
    [
        (date(2025, 11, 26), date(2026, 1, 5), 50), (date(2025, 11, 27), date(2026, 1, 5), 0),
        (date(2025, 11, 27), date(2028, 11, 26), 0), (date(2025, 11, 27), date(2028, 11, 27), 50),
    ],
)  # fmt: skip
def test_a_new_listing_of_london_is_free_for_three_years(
    listed: date, day: date, duty: float
) -> None:
    assert bought(Asset("NEW.L", LONDON, listed=listed), day) == pytest.approx(duty)


def test_a_line_listed_on_29_february_has_an_end_of_its_relief() -> None:
    asset = Asset("NEW.L", LONDON, listed=date(2028, 2, 29))
    assert bought(asset, date(2031, 2, 28)) == 0
    assert bought(asset, date(2031, 3, 1)) == pytest.approx(50)


def test_a_declared_line_is_completed_by_the_rows_of_its_market() -> None:
    """What it says itself stays as it says."""
    plain = asset_of(Asset("7203.T", TOKYO))
    assert (plain.lot.at(TODAY), plain.withholding.at(TODAY)) == (100, pytest.approx(0.15315))
    own = asset_of(Asset("1306.T", TOKYO, Kind.ETF, lot=always(10), withholding=always(0.0)))
    assert (own.lot.at(TODAY), own.withholding.at(TODAY)) == (10, 0.0)
    elsewhere = Asset("OMV.VI", Venue("XWBO", "EUR", time(8), time(16, 30)))
    assert asset_of(elsewhere) is elsewhere


def test_a_declared_fund_is_the_fund_that_its_ticker_names() -> None:
    """No stamp duty and nothing withheld, whatever its venue is quoted in."""
    pounds = Venue("XLON", "GBP", time(8), time(16, 30))
    tracker, share = asset_of(Asset("VUSA.L", pounds)), asset_of(Asset("VOD.L", pounds))
    assert (tracker.kind, share.kind) == (Kind.ETF, Kind.STOCK)
    assert VenueCosts().fee(tracker, TODAY, 100, 10_000) == 0
    assert VenueCosts().fee(share, TODAY, 100, 10_000) == pytest.approx(50.0)
    assert asset_of(Asset("MWRD.MI", asset_of("MWRD.MI").venue)).withholding.at(TODAY) == 0


def test_a_trust_of_london_withholds_a_fifth_and_pays_stamp_duty() -> None:
    trust = asset_of(Asset("BLND.L", LONDON, Kind.REIT))
    assert (trust.withholding.at(TODAY), asset_of("BLND.L").withholding.at(TODAY)) == (0.20, 0.0)
    assert VenueCosts().fee(trust, TODAY, 100, 10_000) == pytest.approx(50.0)


def test_tickers_as_yahoo_writes_them() -> None:
    for ticker in ("VOLV-B.ST", "BAJAJ-AUTO.NS", "M&M.NS", "RCI-B.TO", "PTT-F.BK", "BRK-B"):
        assert asset_of(ticker).ticker == ticker


def test_what_opens_on_the_evening_before_opens_first() -> None:
    days = ["2026-01-13", "2026-01-14"]
    tickers = ("AAPL", "BHP.AX", "2330.TW", "7203.T")
    dollars = [Asset(ticker, _in_dollars(asset_of(ticker).venue)) for ticker in tickers]
    market = market_of([line(ticker, days, [10, 11]) for ticker in tickers], *dollars)
    order = [[market.tickers[column] for column in group] for group in by_opening(market)]
    assert order == [["BHP.AX"], ["7203.T"], ["2330.TW"], ["AAPL"]]
    assert (SYDNEY.opening, TOKYO.opening, TAIPEI.opening) == (-60, 0, 60)


def test_sessions_on_sundays_are_sessions_of_their_line_alone() -> None:
    """A row of Sunday is a session in Riyadh, and none in New York."""
    days = ["2026-01-08", "2026-01-11", "2026-01-12"]
    riyadh = Asset("2222.SR", _in_dollars(asset_of("2222.SR").venue))
    lines = [line("2222.SR", days, [10, 11, 12]), line("AAPL", days, [20, 21, 22])]
    market = market_of(lines, riyadh, "AAPL")
    assert [str(day) for day in market.sessions] == days
    close = dict(zip(market.tickers, market.close.T.tolist(), strict=True))
    assert close["2222.SR"] == [10, 11, 12]
    assert np.isnan(close["AAPL"]).tolist() == [False, True, False]
    assert [note for note in market.notes if "weekend" in note] == [
        "1 weekend rows dropped, the first of 2026-01-11"
    ]
    fillable = dict(zip(market.tickers, market.fillable.T.tolist(), strict=True))
    assert (fillable["2222.SR"], fillable["AAPL"]) == ([True] * 3, [True, False, True])


@pytest.mark.parametrize(
    ("ticker", "opened", "locked"),
    [("2330.TW", 110.0, 1), ("2330.TW", 109.5, 0), ("2330.TW", 90.0, -1), ("7203.T", 150.0, 1),
     ("7203.T", 149.0, 0), ("005930.KS", 130.0, 1), ("BBCA.JK", 135.0, 1), ("BBCA.JK", 85.0, -1)],
)  # fmt: skip
def test_what_opens_at_its_limit_is_locked(ticker: str, opened: float, locked: int) -> None:
    """From 100: a tenth in Taipei, 50 yen in Tokyo, 30 % in Seoul, 35 up and 15 down in Jakarta."""
    asset = Asset(ticker, _in_dollars(asset_of(ticker).venue))
    days = ["2026-01-13", "2026-01-14"]
    bars = line(ticker, days, [100.0, opened])
    assert market_of([bars], asset).locked[:, 0].tolist() == [0, locked]


def _in_dollars(venue: Venue) -> Venue:
    """The same hours and calendar where prices are dollars: no rate is needed."""
    return Venue(venue.code, "USD", venue.opens, venue.closes)
