"""The equity of a set, without the tables of its account: the same numbers, five times faster."""

from __future__ import annotations

from collections import defaultdict
from math import fsum

import numpy as np

from backtests.account import _balances
from backtests.desk import Played
from backtests.fills import Why
from backtests.settings import Settings
from markets.market import Floats, Market

ROUNDING = 2.0**-52
"""Of a sum of two numbers, relative."""


def equity_of(market: Market, played: Played, settings: Settings) -> Floats:
    """(S,) equity at each close of the run: `account(...).equity`, to the last bit."""
    first, columns = market.first, market.place
    place = _places(market)
    units = np.zeros((len(market.sessions) - first, len(market.assets)))
    flows: dict[int, list[float]] = defaultdict(list)
    for fill in played.fills:
        row = place[fill.session]
        units[row, columns[fill.asset]] += fill.quantity
        flows[row] += [-fill.quantity * fill.price * fill.rate, -fill.fee]
    for event in played.events:
        row = place[event.session]
        flows[row].append(event.amount)
        if event.why is Why.DELISTING:
            column = columns[event.asset]
            units[row, column] -= units[: row + 1, column].sum()
    units = np.cumsum(units, axis=0)
    units[np.abs(units) < 1e-9 * np.max(np.abs(units), axis=0, initial=0)] = 0.0
    cash = _balances(market, flows, settings.cash, settings.credit_spread)
    return exact_sums(np.vstack([cash, (units * _worth(market)).T]))


def exact_sums(terms: Floats) -> Floats:
    """The sum of each column, rounded once as `math.fsum` does.

    What each addition loses is known exactly (Knuth), and is added at the end. Where that could
    leave the last bit in doubt, fsum decides.
    """
    total, lost, size = terms[0].copy(), np.zeros(terms.shape[1]), np.zeros(terms.shape[1])
    for term in terms[1:]:
        after = total + term
        back = after - total
        error = (total - (after - back)) + (term - back)
        lost += error
        size += np.abs(error)
        total = after
    found = total + lost
    back = found - total
    rest = np.abs((total - (found - back)) + (lost - back))
    half = np.spacing(np.nextafter(np.abs(found), 0.0)) / 2
    doubtful = ~(rest + len(terms) * ROUNDING * size < half)
    for row in np.flatnonzero(doubtful & (size != 0)).tolist():
        found[row] = fsum(terms[:, row].tolist())
    return found


def _places(market: Market) -> dict[object, int]:
    """The row of each day of the run."""
    found = market.memo.get("places")
    if found is None:
        found = {day: row for row, day in enumerate(market.days[market.first :])}
        market.memo["places"] = found
    return found


def _worth(market: Market) -> Floats:
    found = market.memo.get("worth")
    if found is None:
        found = np.nan_to_num(market.value_rate[market.first :])
        market.memo["worth"] = found
    return found
