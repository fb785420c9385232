"""The commands that tell what is known of markets and lines."""

from __future__ import annotations

import json

import pytest

from tests.support.shell import Shell


def test_venues_lists_every_market_with_its_unit_and_tax(shell: Shell) -> None:
    rows = {row["name"]: row for row in json.loads(shell("venues", "--json").out)["venues"]}
    assert len(rows) == 36
    london = rows["London Stock Exchange"]
    assert london == {
        "suffixes": [".L", ".IL"], "name": "London Stock Exchange", "calendars": ["XLON"],
        "currency": "GBP", "unit": "pence", "opens": "08:00", "closes": "16:30", "lot": 1,
        "shorting": True, "tax": "0.5 % purchases",
    }  # fmt: skip
    text = shell("venues").out
    assert ".TW .TWO" in text and "0.3 % sales" in text


@pytest.mark.parametrize("asked", ["XPAR", ".PA", "MC.PA"])
def test_the_rows_of_one_market_have_their_sources(shell: Shell, asked: str) -> None:
    report = json.loads(shell("venues", asked, "--json").out)
    tax = [row for row in report["rows"] if row["what"] == "financial transaction tax, stock"]
    assert tax[-1] == {
        "what": "financial transaction tax, stock", "from": "2025-04-01",
        "value": "0.4 % of value, purchases", "source": "Finance Law 2025",
    }  # fmt: skip
    assert any("EUR 1 billion" in note for note in report["notes"])


def test_a_venue_that_nobody_knows_is_refused_with_the_nearest(shell: Shell) -> None:
    reply = shell("venues", ".LL")
    assert reply.code == 2
    assert "no venue called '.LL'. Did you mean .L" in reply.err


def test_show_tells_the_rows_of_a_line(shell: Shell) -> None:
    text = shell("show", "VOD.L").out
    assert "XLON, GBP, quoted in pence" in text
    assert "stamp duty reserve tax" in text
    spared = shell("show", "HSBK.IL").out
    assert "0 % of value, purchases" in spared
    assert "10 %" in shell("show", "2330.TW").out


def test_the_bounds_of_a_levy_stand_with_the_days_on_which_they_held(shell: Shell) -> None:
    """The last maximum stood in every row, and a minimum in none."""
    stamp = [line for line in shell("show", "1155.KL").out.splitlines() if "stamp duty" in line]
    assert [("200 at most" in line, "1000 at most" in line) for line in stamp] == [
        (True, False), (False, True), (False, True)
    ]  # fmt: skip
    hong_kong = shell("venues", ".HK").out
    assert "0.002 % of value, both sides, 2 at least, 100 at most" in hong_kong
    assert "0.1 % of value, both sides, rounded up to 1" in hong_kong


def test_a_market_tells_its_steps_its_boards_and_how_lines_are_shorted(shell: Shell) -> None:
    riyadh = shell("venues", ".SR").out
    assert "covered alone; recalled" in riyadh
    assert r"price limit, 9\d{3}\.SR" in riyadh
    assert "0.005 to 1, 0.01 to 10, 0.02 to 100, then 0.1" in shell("venues", ".KL").out
    assert "yes" in next(
        line for line in shell("show", "7203.T").out.splitlines() if line.startswith("shorting")
    )
