"""The currency that a code trades in, which its suffix does not tell."""

from __future__ import annotations

from datetime import date

import pytest

from newsfolio import HONG_KONG, HONG_KONG_USD, Asset, CommandError
from newsfolio.assets import USD_COUNTERS
from newsfolio.listings import KNOWN, asset_of


@pytest.mark.parametrize(
    ("ticker", "currency", "code"),
    [
        ("80700.HK", "CNY", "XHKG"), ("82800.HK", "CNY", "XHKG"), ("87001.HK", "CNY", "XHKG"),
        ("8083.HK", "HKD", "XHKG"),  # the growth market has four digits
        ("0700.HK", "HKD", "XHKG"), ("9988.HK", "HKD", "XHKG"), ("9618.HK", "HKD", "XHKG"),
        ("9868.HK", "HKD", "XHKG"), ("9992.HK", "HKD", "XHKG"), ("9633.HK", "HKD", "XHKG"),
        ("9834.HK", "USD", "XHKG"), ("9067.HK", "USD", "XHKG"), ("9840.HK", "USD", "XHKG"),
        ("3067.HK", "HKD", "XHKG"), ("2834.HK", "HKD", "XHKG"),
        ("900901.SS", "USD", "XSHG"), ("200002.SZ", "HKD", "XSHG"),
        ("600901.SS", "CNY", "XSHG"), ("002002.SZ", "CNY", "XSHG"), ("300200.SZ", "CNY", "XSHG"),
    ],
)  # fmt: skip
def test_the_currency_of_a_counter(ticker: str, currency: str, code: str) -> None:
    asset = asset_of(ticker)
    assert (asset.currency, asset.venue.code) == (currency, code)


@pytest.mark.parametrize("ticker", ["9123.HK", "9499.HK", "9849.HK"])
def test_a_code_kept_for_funds_in_dollars_is_refused(ticker: str) -> None:
    with pytest.raises(CommandError, match=rf"{ticker}: .*venue=HONG_KONG_USD") as raised:
        asset_of(ticker)
    assert len(str(raised.value).splitlines()) == 1
    assert asset_of(Asset(ticker, HONG_KONG_USD)).currency == "USD"
    assert asset_of(Asset(ticker, HONG_KONG)).currency == "HKD"


def test_no_share_of_the_list_has_a_code_of_a_dollar_fund() -> None:
    assert not KNOWN.keys() & USD_COUNTERS.keys()
    assert all(asset_of(ticker) is asset for ticker, asset in KNOWN.items())


def test_a_counter_is_the_line_that_it_is_a_counter_of() -> None:
    """Lot and withholding are of the share; its listing is not, the counter came later."""
    counter, line = asset_of("80700.HK"), KNOWN["0700.HK"]
    assert (counter.lot, counter.withholding) == (line.lot, line.withholding)
    assert (counter.listed, counter.stand_in, counter.name) == (None, (), "Tencent, CNY counter")
    assert asset_of("9067.HK").lot is KNOWN["3067.HK"].lot


def test_a_counter_of_a_trust_is_a_trust() -> None:
    counter = asset_of("80823.HK")
    assert (counter.kind, counter.currency, counter.lot.at(date(2025, 1, 2))) == (
        "reit",
        "CNY",
        100,
    )


def test_b_shares_are_held_without_stock_connect() -> None:
    share = asset_of("900901.SS")
    assert (share.venue.needs, share.access, share.venue.shorting) == (None, None, False)
    assert share.lot.at(date(2025, 1, 2)) == 100
