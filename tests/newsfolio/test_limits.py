"""Limits as an author, an option or a file writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from backtests.settings import read_limits
from newsfolio import CommandError, Limits

ALL = Limits(
    cap={"SPY": 0.4, "cash": 0.1}, floor={"SPY": 0.05}, turnover=0.2, band="20%", order=500, over=5
)
TEXT = (
    "cap = {SPY = 0.4, cash = 0.1}; floor = {SPY = 0.05}; turnover = 0.2; "
    'band = "20%"; order = 500; over = 5'
)


def test_a_table_a_text_and_a_file_read_alike(tmp_path: Path) -> None:
    file = tmp_path / "limits.toml"
    file.write_text(TEXT.replace("; ", "\n"), encoding="utf-8")
    assert read_limits(TEXT) == read_limits(file) == Limits.read(ALL.written()) == ALL
    assert read_limits("cap = 0.3") == Limits(cap=0.3)
    assert Limits(cap=0.3).written() == {"cap": 0.3}
    assert read_limits("none") == Limits()
    assert hash(ALL) == hash(read_limits(TEXT))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("caps = 0.3", "'caps': limits are cap, floor, turnover, band, order, over"),
        ("cap = -0.3", "cap of a line -0.3: give a number from 0 on"),
        ('cap = {SPY = "half"}', "cap of SPY 'half'"),
        ("cap = 0.1; floor = 0.2", "the floor of a line, 0.2, is above its cap, 0.1"),
        ("floor = {SPY = 0.3}; cap = {SPY = 0.2}", "floor of SPY, 0.3, is above its cap, 0.2"),
        ("floor = {cash = 0.1}", "a floor of cash"),
        ("turnover = 0", "turnover 0: give a number above 0"),
        ('band = "wide"', "band nan"),
        ("over = 0", "over 0: give sessions, 1 to 1000"),
        ("over = 2.5", "over 2.5"),
        ("over = 1001", "over 1001: give sessions, 1 to 1000"),
        ("cap = 30", "cap of a line 30: give a share of the equity, 0.3 for 30 %"),
        ("floor = {SPY = 5}", "floor of SPY 5: give a share of the equity"),
        ("turnover = 10", "turnover 10: give a share of the equity"),
        ("band = 20", "band 20: give a share of the equity"),
        ("cap 0.3", "--limits cap 0.3"),
        ("missing.toml", "--limits missing.toml: No such file"),
    ],
)
def test_what_is_no_limit_is_named(text: str, message: str) -> None:
    with pytest.raises(CommandError) as error:
        read_limits(text)
    assert message in str(error.value)
    assert str(error.value).count("\n") <= 1
