"""The sessions that count for a verdict, and figures on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from backtests.evaluation.schema import Scored
from backtests.runner.run import Run
from backtests.simulation.metrics import DAYS_A_YEAR
from markets.market import Market


@dataclass(frozen=True)
class ScoredWindow:
    """What scored: the places of the divide and of the first decision in the strategy's market."""

    divide: int
    decision: int
    sessions: int


def scored_sessions(run: Run, since: date | None = None) -> tuple[Scored, ScoredWindow]:
    """`scored_on` for a run. since: the end of an earlier run, which is judged again by this."""
    return scored_on(run.market, run.article if run.origin.thesis else None, since)


def scored_on(
    market: Market, article: str | None, since: date | None = None
) -> tuple[Scored, ScoredWindow]:
    """What scores on a market, in words and as places in it; nobody else works it out.

    The divide is the first decision on the article, or the run's first session where that comes
    later; without an article (None) all is context, measured from the first session. since: a later
    divide counts instead.
    """
    decision, last = market.first_decision, len(market.sessions) - 1
    reason = f"the first decision on article {article}"
    if article is None:
        decision, reason = market.first, "the start of the run (no article)"
    elif decision is None:
        decision, reason = last, f"the publication of article {article}"
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
