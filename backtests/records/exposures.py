"""What a run had its money in while it scored: by this the ledger knows it under another name."""

from __future__ import annotations

from datetime import UTC, date
from math import sqrt

import numpy as np
import pandas as pd

from backtests.records.ledger.trial import Exposure
from backtests.runner.divide import scored_window
from backtests.runner.run import BENCHMARK, Run
from backtests.simulation.account import Account
from backtests.simulation.metrics import MIN_DEVIATION
from markets.market import Market
from newsfolio.strategy import Strategy

STILL = 0.02
"""Annual volatility below which a line is as good as cash: half of it in bills is no other bet."""

USUAL_YEAR = 252
"""Sessions."""

SMALL = 0.005
"""Of the money at work: a line with less is a rest of whole lots."""


def published_on(strategy: Strategy) -> str:
    """The UTC day of its article, "" without one."""
    if strategy.thesis is None:
        return ""
    return strategy.thesis.article.published.astimezone(UTC).date().isoformat()


def exposure_of(run: Run, published: str, since: date | None = None) -> Exposure:
    """Of a run. since: the day after which one that is judged again scores."""
    row = 0
    if run.origin.thesis is not None:
        row = scored_window(run, since).divide - run.market.first + 1
    control = next(
        (reference for name, reference in run.references.items() if name != BENCHMARK), None
    )
    held = control or run.references.get(BENCHMARK)
    return exposure_from(row, run.account, held.account if held else None, published)


def exposure_from(row: int, own: Account, control: Account | None, published: str) -> Exposure:
    """Average weights of an account from a row of its sessions on.

    control: the account of what it is held against, where that can be held.
    """
    days = own.sessions
    if row >= len(days):
        return Exposure(published)
    held = _mean_weights(own, days[row])
    lines = _shares(held.drop(_still(own.market, row, held)))
    apart = _without(lines, control, days[row])
    return Exposure(published, lines, apart, f"{days[row]:%Y-%m-%d}", f"{days[-1]:%Y-%m-%d}")


def _mean_weights(account: Account, since: pd.Timestamp) -> pd.Series:
    """Mean absolute share of equity by line, from a session on."""
    return account.weights.loc[since:].abs().mean()


def _still(market: Market, row: int, held: pd.Series) -> list[str]:
    """Lines that are as good as cash, unless nothing else was held."""
    level = market.level[market.first + row :]
    if len(level) <= MIN_DEVIATION:
        return []
    with np.errstate(invalid="ignore", divide="ignore"):
        moves = np.nanstd(np.diff(np.log(level), axis=0), axis=0) * sqrt(USUAL_YEAR)
    still = [ticker for ticker, move in zip(market.tickers, moves, strict=True)
             if move < STILL and ticker in held.index]  # fmt: skip
    return still if held.drop(still).sum() > SMALL else []


def _shares(held: pd.Series) -> dict[str, float]:
    """Shares of what is held, lines that hardly count left out; {} where nothing is."""
    total = float(held.sum())
    if not total > 0:
        return {}
    kept = held[held / total >= SMALL]
    return {str(line): round(float(share), 4) for line, share in (kept / kept.sum()).items()}


def _without(
    lines: dict[str, float], control: Account | None, since: pd.Timestamp
) -> dict[str, float]:
    """The lines that the control does not hold; {} where that is all of them, or none."""
    if control is None:
        return {}
    its = _shares(_mean_weights(control, since))
    left = {line: share for line, share in lines.items() if line not in its}
    return _shares(pd.Series(left)) if left and left != lines else {}
