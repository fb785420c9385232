"""What a single session, or the last years, say of a comparison: part of `evaluation.json`."""

from __future__ import annotations

from typing import TypedDict


class ExtremeJson(TypedDict):
    """What one more session like the most extreme of the whole record would leave."""

    move: float | None
    bound: float | None
    context: int


class RecentJson(TypedDict):
    """Growth ahead a year over the last sessions, and over those before."""

    sessions: int
    excess: float
    before: float
