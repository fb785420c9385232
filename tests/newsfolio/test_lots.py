"""Lots of lines whose author does not say them."""

from __future__ import annotations

from datetime import date

import pytest

from newsfolio import HONG_KONG, MAINLAND, NEW_YORK, Asset, Kind, always
from newsfolio.assets import SHANGHAI_B
from newsfolio.listings import asset_of

DAY = date(2024, 10, 8)


@pytest.mark.parametrize(
    ("asset", "lot", "confirmed"),
    [
        (Asset("600589.SS", MAINLAND), 100, True),
        (Asset("300308.SZ", MAINLAND), 100, True),
        (Asset("510300.SS", MAINLAND, Kind.ETF), 100, True),
        (Asset("900901.SS", SHANGHAI_B), 100, True),
        (Asset("0005.HK", HONG_KONG), 100, False),
        (Asset("AAPL", NEW_YORK), 1, True),
        (Asset("^LEVEL", MAINLAND, Kind.INDEX), 1, True),
        (Asset("600589.SS", MAINLAND, lot=always(1)), 1, True),
        (Asset("0005.HK", HONG_KONG, lot=always(400)), 400, True),
    ],
)
def test_a_declared_line_has_the_lot_of_its_venue(asset: Asset, lot: int, confirmed: bool) -> None:
    assert (asset.lot.at(DAY), asset.lot_known) == (lot, confirmed)


@pytest.mark.parametrize("ticker", ["688981.SS", "689009.SS"])
def test_a_declared_line_with_a_code_of_star_is_on_star(ticker: str) -> None:
    """200 shares or more, then by one."""
    assert Asset(ticker, MAINLAND).star and asset_of(ticker).star
    assert not Asset("600589.SS", MAINLAND).star


def test_trusts_of_hong_kong_are_trusts_in_every_counter() -> None:
    hui_xian = asset_of("87001.HK")
    assert (hui_xian.kind, hui_xian.currency, hui_xian.withholding_known) == (
        Kind.REIT, "CNY", True,
    )  # fmt: skip
    for ticker in ("0823.HK", "80823.HK", "1426.HK", "1503.HK", "2191.HK"):
        assert asset_of(ticker).kind is Kind.REIT
