"""What is said of doubts about lines that are held, and about what is only looked at."""

from __future__ import annotations

from typing import cast

from reports.contract.manifest import FindingJson, ManifestJson
from reports.tables.doubts import Doubts, doubts_of


def test_a_doubt_about_a_signal_is_on_no_share_of_the_portfolio() -> None:
    row = {"severity": "doubt", "ticker": "^VIX", "share": 0.0}
    assert str(Doubts((row,), (), ("^VIX",), 0.0)) == "1 doubt, on what is not held"  # type: ignore[arg-type]
    assert str(Doubts((row, row), (), ("SPY",), 0.98)) == "2 doubts, on 98 % of the portfolio"  # type: ignore[arg-type]


def test_two_hundred_lines_of_which_the_same_is_said_are_one_row() -> None:
    """Shares add up; the line with words of its own keeps its row and its place."""

    def row(ticker: str, sentence: str) -> FindingJson:
        return {"severity": "doubt", "ticker": ticker, "rule": "contradiction", "told": sentence,
                "remedy": "Fetch it.", "days": [], "count": 0, "share": 0.004}  # fmt: skip

    def doubts_about(rows: list[FindingJson]) -> Doubts:
        return doubts_of(cast(ManifestJson, {"findings": rows}))

    rows = [row(f"L{place:03d}", "no dividends") for place in range(200)]
    doubts = doubts_about([*rows[:3], row("L001", "a gap"), *rows[3:]])
    first, second = doubts.rows
    assert first["ticker"] == doubts.named == "L000, L001, L002 and 197 more"
    assert round(first["share"], 6) == 0.8
    assert (second["ticker"], second["told"]) == ("L001", "a gap")
    assert str(doubts) == "2 doubts, on 80 % of the portfolio"
    assert len(doubts_about(rows[:4]).rows) == 4
