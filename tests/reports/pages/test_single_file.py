"""The verdict as one file to mail."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backtests.records.result import Result
from reports import write_single
from tests.support.hostile_results import hostile
from tests.support.results import curve, judged, make, walk

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def usual() -> Result:
    return judged()


def page_of(result: Result, folder: Path) -> str:
    write_single(result, folder / "one.html")
    return (folder / "one.html").read_text(encoding="utf-8")


def test_it_needs_no_script_and_no_other_file(usual: Result, tmp_path: Path) -> None:
    page = page_of(usual, tmp_path)
    assert "<script" not in page
    assert "script-src" not in page
    links = re.findall(r'(?:href|src)="([^"]*)"', page)
    assert {link[:1] for link in links if link != "data:,"} == {"#"}


def test_each_drawing_stands_with_its_table(usual: Result, tmp_path: Path) -> None:
    page = page_of(usual, tmp_path)
    assert page.count('<svg class="static"') >= 4
    assert page.count("The same as a table") == page.count('<svg class="static"')
    own = usual.equity.iloc[-1]
    divide = usual.evaluation["scored"]["divide"] if usual.evaluation else ""
    grown = own / usual.equity[:divide].iloc[-1]
    table = page.split('aria-label="Growth of 1, as a table"')[1].split("</table>")[0]
    assert f"{grown:,.4g}</td></tr></tbody>" in table


def test_thirty_years_of_daily_values_are_below_a_megabyte(tmp_path: Path) -> None:
    equity = curve(walk(7800))
    others = {"one": curve(walk(7800, 2)), "two": curve(walk(7800, 3))}
    assert len(page_of(make(equity, curve(walk(7800, 4)), others), tmp_path)) < MEGABYTE


@pytest.mark.parametrize("sessions", [0, 1, 2])
def test_a_short_run_gives_a_file_too(tmp_path: Path, sessions: int) -> None:
    assert "</html>" in page_of(make(curve(walk(sessions))[:sessions]), tmp_path)


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    page = page_of(hostile(), tmp_path)
    assert "<script" not in page
    assert "<img" not in page
