"""Every market is found by its file, with all that a line of it needs."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from newsfolio import Kind
from newsfolio.venue_rows import VenueRows
from newsfolio.venues import all_rows, rows_of, rows_of_suffix

MARKETS = pytest.mark.parametrize("rows", all_rows(), ids=lambda rows: rows.name)


@MARKETS
def test_a_market_is_found_by_suffix_and_by_code(rows: VenueRows) -> None:
    assert all(rows_of_suffix(suffix) is rows for suffix in rows.suffixes)
    assert all(rows_of(code) is rows for code in rows.codes)


@MARKETS
def test_a_market_has_all_that_a_line_needs(rows: VenueRows) -> None:
    assert ZoneInfo(rows.zone).key == rows.zone
    daily = all(venue.continuous for venue in rows.suffixes.values())
    kinds = {Kind.CRYPTO} if daily else {Kind.STOCK, Kind.ETF, Kind.REIT}
    assert kinds <= rows.schedule.levies.keys()
    assert rows.lot.rows[-1].value >= (1e-8 if daily else 1)
    assert all(0 <= row.value <= 0.4 and row.source for row in rows.withholding.rows)
    for venue in rows.suffixes.values():
        assert venue.opens < venue.closes or venue.opens.hour >= 21  # east of the date line
        assert venue.country


def test_a_suffix_belongs_to_one_market() -> None:
    suffixes = [suffix for rows in all_rows() for suffix in rows.suffixes]
    codes = [code for rows in all_rows() for code in rows.codes]
    assert len(suffixes) == len(set(suffixes))
    assert len(codes) == len(set(codes))


def test_what_nobody_knows_is_no_market() -> None:
    assert rows_of_suffix("NOWHERE") is None
    assert rows_of("XXXX") is None
