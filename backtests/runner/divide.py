"""Where scoring begins; nobody else works it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from backtests.runner.run import Run
from markets.market import Market


@dataclass(frozen=True)
class ScoredWindow:
    """What scores, as places in the strategy's market: the sessions after `divide`.

    decision: the first on the article, which may lie before the run. reason: what the divide is,
    e.g. "the first decision on article 003".
    """

    divide: int
    decision: int
    sessions: int
    reason: str = ""


def scored_window(run: Run, since: date | None = None) -> ScoredWindow:
    """What scores of a run. since: the end of an earlier run, which is judged again by this one."""
    return window_on(run.market, run.article if run.origin.thesis else None, since)


def window_on(market: Market, article: str | None, since: date | None = None) -> ScoredWindow:
    """What scores on a market.

    The divide is the first decision on the article, or the run's first session where that comes
    later; without an article (None) all is context, measured from the first session. Where `since`
    is later still, it divides.
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
    return ScoredWindow(divide, decision, last - divide, reason)
