"""The country that a line counts for."""

from __future__ import annotations

import pytest

from newsfolio import HONG_KONG, NEW_YORK, Asset, Kind, Venue
from newsfolio.listings import KNOWN, asset_of


@pytest.mark.parametrize(
    ("ticker", "country"),
    [
        ("SPY", "United States"),
        ("BABA", "China"),
        ("KWEB", "China"),
        ("0700.HK", "China"),
        ("3033.HK", "China"),
        ("2800.HK", "China"),
        ("600519.SS", "China"),
        ("TSM", "Taiwan"),
        ("EWY", "South Korea"),
        ("INDA", "India"),
        ("^N225", "Japan"),
        ("ACWI", "World"),
        ("EEM", "Emerging markets"),
        ("F", "United States"),
        ("0001.HK", "China"),
        ("000002.SZ", "China"),
    ],
)
def test_a_country_is_where_the_companies_are(ticker: str, country: str) -> None:
    assert asset_of(ticker).country == country


def test_a_line_of_an_unknown_venue_names_the_venue() -> None:
    london = Venue("XLON", "GBP", NEW_YORK.opens, NEW_YORK.closes)
    assert Asset("VOD.L", london).country == "XLON"
    assert Asset("VOD.L", london, country="United Kingdom").country == "United Kingdom"


def test_every_known_depositary_receipt_says_where_its_company_is() -> None:
    venues = {asset.ticker: asset for asset in KNOWN.values() if asset.name.endswith(" ADR")}
    assert {asset.country for asset in venues.values()} == {"China", "Taiwan"}
    home = [a for a in KNOWN.values() if a.venue is HONG_KONG and a.kind is Kind.STOCK]
    assert {asset.country for asset in home} == {"China"}
