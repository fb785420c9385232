"""The equity of a set, without the tables of its account."""

from __future__ import annotations

from backtests.account import account
from backtests.desk import Played
from backtests.settings import Settings
from markets.market import Floats, Market


def equity_of(market: Market, played: Played, settings: Settings) -> Floats:
    """(S,) equity at each close of the run."""
    found = account(market, played.fills, played.events, settings.cash, settings.credit_spread)
    return found.equity.to_numpy()
