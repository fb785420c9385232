"""The sessions that count for a verdict, and figures on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from backtests.evaluation.schema import (
    Scored,
)
from backtests.runner.run import Run
from backtests.simulation.metrics import DAYS_A_YEAR


def scored_sessions(run: Run, since: date | None = None) -> tuple[Scored, ScoredWindow]:
    """What scores, in words and as places in the strategy's market.

    The divide is the first decision on the article, or the run's first session where that comes
    later; without an article all is context, measured from the first session.
    """
    market, decision = run.market, run.market.first_decision
    last = len(market.sessions) - 1
    reason = f"the first decision on article {run.article}"
    if run.origin.thesis is None:
        decision, reason = market.first, "the start of the run (no article)"
    elif decision is None:
        decision, reason = last, f"the publication of article {run.article}"
    divide = max(decision, market.first)
    if divide > decision:
        reason = "the start of the run, after " + reason
    if since is not None and since > market.day(divide):
        divide = int(np.searchsorted(market.sessions, np.datetime64(since), side="right")) - 1
        reason = f"the end of the run that is judged again ({since})"
    days = (market.day(last) - market.day(divide)).days
    start = market.day(divide + 1).isoformat() if divide < last else ""
    scored = Scored(
        divide=market.day(divide).isoformat(),
        start=start,
        end=market.day(last).isoformat(),
        sessions=last - divide,
        years=days / DAYS_A_YEAR,
        reason=reason,
    )
    return scored, ScoredWindow(divide, decision, last - divide)


@dataclass(frozen=True)
class ScoredWindow:
    """What scored: the places of the divide and of the first decision in the strategy's market."""

    divide: int
    decision: int
    sessions: int
