"""The doubt about a withholding that nobody says, by what it advises."""

from __future__ import annotations

import pytest

from markets.quality.withholding import unsaid_withholding
from newsfolio.listings import asset_of


@pytest.mark.parametrize(
    ("ticker", "venue"),
    [("0005.HK", "HONG_KONG"), ("83188.HK", "HONG_KONG_CNY"), ("9088.HK", "HONG_KONG_USD")],
)
def test_the_row_to_write_keeps_the_currency_of_the_counter(ticker: str, venue: str) -> None:
    (found,) = unsaid_withholding([asset_of(ticker)])
    assert f'Asset("{ticker}", {venue}, lot=always(100), withholding=' in found.remedy


def test_a_line_with_a_row_and_other_venues_are_not_doubted() -> None:
    assert not list(
        unsaid_withholding([asset_of("0700.HK"), asset_of("SPY"), asset_of("600589.SS")])
    )
