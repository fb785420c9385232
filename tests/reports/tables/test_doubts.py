"""What is said of doubts about lines that are held, and about what is only looked at."""

from __future__ import annotations

from reports.tables.doubts import Doubts


def test_a_doubt_about_a_signal_is_on_no_share_of_the_portfolio() -> None:
    row = {"severity": "doubt", "ticker": "^VIX", "share": 0.0}
    assert str(Doubts((row,), (), ("^VIX",), 0.0)) == "1 doubt, on what is not held"  # type: ignore[arg-type]
    assert str(Doubts((row, row), (), ("SPY",), 0.98)) == "2 doubts, on 98 % of the portfolio"  # type: ignore[arg-type]
