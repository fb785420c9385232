"""Which funds stand for which lines, by the rows that say so."""

from __future__ import annotations

import pytest

from newsfolio.listings import asset_of
from newsfolio.proxies import CLASSES, COUNTRIES, WORLD, proxies_of_lines
from newsfolio.venues import all_rows


@pytest.mark.parametrize(
    ("lines", "funds"),
    [
        ("GLD", {"Gold": "GLD"}),
        ("IAU BIL", {"Gold": "GLD"}),
        ("NEM", {"United States": "SPY", "Gold": "GLD"}),
        ("BABA 0700.HK 600519.SS", {"China": "MCHI"}),
        ("NVDA AAPL", {"United States": "SPY", "Semiconductors": "SMH"}),
        ("7203.T VOD.L", {"Japan": "EWJ", "United Kingdom": "EWU"}),
        ("TLT", {"Bonds": "IEF"}),
        ("BTC-USD", {"Bitcoin": "BTC-USD"}),
        ("SOL-USD", {"Bitcoin": "BTC-USD"}),
        ("EMXC", {"Emerging markets without China": "EEM"}),
        ("^GSPC ^IRX", {}),
        ("EDP.LS", {"World": "ACWI"}),
    ],
)
def test_what_a_line_is_a_bet_on(lines: str, funds: dict[str, str]) -> None:
    assert proxies_of_lines(map(asset_of, lines.split())) == funds


def test_every_country_of_a_venue_has_a_fund_or_takes_the_world() -> None:
    countries = {venue.country for rows in all_rows() for venue in rows.suffixes.values()}
    assert countries - COUNTRIES.keys() <= {"", "Portugal", "nowhere"}
    assert WORLD.ticker == "ACWI"


def test_a_line_has_one_class_that_stands_alone() -> None:
    alone = [line for row in CLASSES if row.alone for line in row.lines]
    assert len(alone) == len(set(alone))
    assert all(row.tracks for row in (*CLASSES, *COUNTRIES.values()))
