"""The sessions that count for a verdict, in words."""

from __future__ import annotations

from datetime import date

from backtests.evaluation.schema import Scored
from backtests.runner.divide import ScoredWindow, scored_window
from backtests.runner.run import Run
from backtests.simulation.metrics import DAYS_A_YEAR
from markets.market import Market


def scored_sessions(run: Run, since: date | None = None) -> tuple[Scored, ScoredWindow]:
    """What scores, in words and as places in the strategy's market."""
    window = scored_window(run, since)
    return in_words(run.market, window), window


def in_words(market: Market, window: ScoredWindow) -> Scored:
    """A window as an evaluation keeps it."""
    divide, last = market.day(window.divide), market.day(len(market.sessions) - 1)
    return Scored(
        divide=divide.isoformat(),
        start=market.day(window.divide + 1).isoformat() if window.sessions else "",
        end=last.isoformat(),
        sessions=window.sessions,
        years=(last - divide).days / DAYS_A_YEAR,
        reason=window.reason,
    )
