"""What the look-ahead replays found: part of `evaluation.json`."""

from __future__ import annotations

from typing import TypedDict


class ChangedDecisionJson(TypedDict):
    """A decision that changed when it should not have."""

    replay: str
    session: str
    ticker: str
    before: float
    after: float


class CertificateJson(TypedDict):
    """What the look-ahead replays found."""

    honesty: str
    reason: str
    replays: int
    decisions: int
    changes: list[ChangedDecisionJson]
    seen: list[str]
    declared: list[str]
