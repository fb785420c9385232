"""What a single session, or the last years, say of a comparison: part of `evaluation.schema`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Extreme:
    """What one more session like the most extreme of the whole record would leave.

    move: the difference on that session. bound: the end of the 98 % interval of one look that lies
    nearer to the question, with such a session added. context: sessions before the divide on which
    the two differ, which count for what is extreme.
    """

    move: float | None = None
    bound: float | None = None
    context: int = 0


@dataclass(frozen=True)
class Recent:
    """Growth ahead a year over the last `sessions`, and over those before.

    Of the last one, two, three ... years the stretch that earned least.
    """

    sessions: int
    excess: float
    before: float
