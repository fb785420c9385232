"""Notes that many lines share are one note."""

from __future__ import annotations

from markets.universe import MANY, grouped


def test_a_note_that_many_lines_share_is_one() -> None:
    many = [f"L{number}: read as nasdaq.com: newest first" for number in range(200)]
    assert grouped(["SPY: proxy", *many, "L1: odd: twice"]) == [
        "SPY: proxy", "L0, L1, L2 and 197 more: read as nasdaq.com: newest first",
        "L1: odd: twice",
    ]  # fmt: skip


def test_a_note_of_few_lines_stands_with_each() -> None:
    few = [f"L{number}: splits unknown" for number in range(MANY - 1)]
    assert grouped(few) == few
