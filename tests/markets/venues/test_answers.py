"""The rows of every market against its table of answers, worked out by hand: `answers/*.toml`.

A table says of some lines: venue, currency, unit, kind, lot today; what a purchase and a sale of
10,000 in currency (100 shares) are charged without the broker's part; what is withheld; and price
limits by the last close, upper and lower. Of the venue: days that are sessions and days that are
none, and closes in UTC.
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from markets.costs.models import VenueCosts
from markets.reference.calendars import closing_times, is_open
from markets.reference.grids.fillable import PriceLimits
from newsfolio.assets import Asset, suffix_of
from newsfolio.costs import Commission, Costs
from newsfolio.listings import asset_of
from newsfolio.venues import all_rows, rows_of

TABLES = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "answers").glob("*.toml"))
}
STATUTORY = VenueCosts(Costs(commission=Commission()))


def cases(name: str) -> Any:
    """The rows of one name in all tables, each a test with its market's name."""
    rows = [(market, row) for market, table in TABLES.items() for row in table.get(name, [])]
    return pytest.mark.parametrize(
        "row", [pytest.param(row, id=f"{market}-{row[0]}-{row[1]}") for market, row in rows]
    )


def test_every_market_has_its_table() -> None:
    here = {rows.name for rows in all_rows()}
    answered = set()
    for table in TABLES.values():
        rows = rows_of(table["lines"][0][1])
        assert rows is not None
        answered.add(rows.name)
        suffixes = {suffix_of(ticker) for ticker, *_ in table["lines"]}
        assert suffixes == rows.suffixes.keys()
        assert len({day for _, day, *_ in table["fees"]}) >= 3
    assert answered == here
    assert len(TABLES) == len(here)


@cases("lines")
def test_what_a_line_is(row: list[Any]) -> None:
    ticker, code, currency, unit, kind, lot = row
    asset = asset_of(ticker)
    today = date(2026, 11, 27)
    assert (asset.venue.code, asset.currency) == (code, currency)
    assert asset.venue.unit or asset.currency == unit
    assert (asset.kind, asset.lot.at(today)) == (kind, lot)


@cases("fees")
def test_an_order_of_ten_thousand(row: list[Any]) -> None:
    ticker, day, bought, sold = row
    asset = asset_of(ticker)
    assert STATUTORY.fee(asset, day, 100, 10_000) == pytest.approx(bought, abs=1e-9)
    assert STATUTORY.fee(asset, day, -100, 10_000) == pytest.approx(sold, abs=1e-9)


@cases("withheld")
def test_what_is_withheld(row: list[Any]) -> None:
    ticker, day, rate = row
    assert asset_of(ticker).withholding.at(day) == pytest.approx(rate, abs=1e-12)


@cases("lots")
def test_a_lot_of_its_day(row: list[Any]) -> None:
    ticker, day, lot = row
    assert asset_of(ticker).lot.at(day) == lot


@pytest.mark.parametrize("market", TABLES)
def test_sessions_and_none(market: str) -> None:
    table = TABLES[market]
    for name, opened in (("shut", False), ("open", True)):
        days = np.array(table[name], dtype="datetime64[D]")
        for code in {line[1] for line in table["lines"]}:
            open_days = is_open(code, days)
            assert [str(day) for day in days[open_days != opened]] == []


@pytest.mark.parametrize("market", TABLES)
def test_closes_by_the_clock(market: str) -> None:
    table = TABLES[market]
    for day, clock in table["closes"]:
        close = closing_times(table["lines"][0][1], day)
        assert close is not None
        assert (close.date(), f"{close:%H:%M}") == (day, clock)


@cases("limits")
def test_a_price_limit(row: list[Any]) -> None:
    ticker, day, last, *wanted = row
    assert bounds(asset_of(ticker), day, last) == pytest.approx(wanted, rel=1e-9)


def bounds(asset: Asset, day: date, last: float) -> tuple[float, float]:
    """The upper and the lower limit of a line after a close, rounded as its board rounds."""
    limits = PriceLimits.of(asset, np.array([day], dtype="datetime64[D]"), np.array([last]), True)
    assert limits is not None
    return float(limits.bound(1)[0]), float(limits.bound(-1)[0])
