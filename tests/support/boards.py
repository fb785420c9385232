"""A scoreboard with a row of each kind: a thesis judged, the shipped ones, claims checked."""

from __future__ import annotations

from datetime import date

from backtests.evaluation.scoreboard.theses import ScoreboardInputs, scoreboard
from backtests.records.ledger.verdicts import JudgedRow
from backtests.strategy_loader import shipped
from reports.contract.scoreboard import ScoreboardJson
from tests.support.checked_claims import checked, claim

JUDGED = JudgedRow(1, "2026-06-01T10:00:00+00:00", "T1", "east-rising", "v", "run", "2026-05-29", {
    "word": "cannot tell yet", "reason": "why", "against": "half", "excess": 0.05, "low": -0.05,
    "high": 0.15, "total": 0.05, "since": "2025-02-21", "sessions": 300,
})  # fmt: skip


def full_board() -> ScoreboardJson:
    kept = checked(
        claim("1", probability=0.7, quoted="Ann"), claim("2", "fails", probability=0.3),
        claim("3", "open", due="2027-01-29"), claim("4", due="2025-03-03"),
    )  # fmt: skip
    strategies = [cls() for cls in shipped().values()]
    inputs = ScoreboardInputs(judged=[JUDGED], strategies=strategies, checked=[kept])
    return scoreboard(inputs, "ledger", date(2026, 6, 2))
