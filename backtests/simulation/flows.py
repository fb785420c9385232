"""Money in and out of an account: when it comes, how much it is, and returns without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import fsum

import numpy as np

from backtests.simulation.fills import REASONS, Transactions, Why
from markets.market import Days, Floats, Market, Mask
from markets.per_market import per_market
from newsfolio.errors import MissingData
from newsfolio.flows import Flow

FLOW = REASONS.index(Why.FLOW)

YEAR_OF_XIRR = 365.0
"""Days in a year as spreadsheets count them."""

FARTHEST = 700.0
"""Times the years of a run: growth beyond its exponential is no number."""


@dataclass(frozen=True, eq=False)
class DatedFlows:
    """The flows of a run by session.

    due: (T,) whether anything flows. table: (T, 4) an amount in base currency, a share of the
    equity at the close before, both of all flows, and both of those that go into targets.
    """

    due: Mask
    table: Floats

    def on(self, session: int, equity: float) -> tuple[float, float]:
        """What flows on a session, and what of it goes into targets; equity: the close before."""
        amount, share, own_amount, own_share = self.table[session].tolist()
        return amount + share * equity, own_amount + own_share * equity


@per_market
def dated_flows(market: Market, flows: tuple[Flow, ...]) -> DatedFlows:
    """The flows that arrive on a market, after its first session; MissingData without a rate."""
    due = np.zeros(len(market.sessions), dtype=bool)
    table = np.zeros((len(due) if flows else 0, 4))
    for flow in flows:
        places = places_of(market, flow)
        due[places] = True
        sizes = np.column_stack([_in_base(market, flow, places), np.full(len(places), flow.share)])
        table[places, :2] += sizes
        if flow.into == "targets":
            table[places, 2:] += sizes
    table.flags.writeable = due.flags.writeable = False
    return DatedFlows(due, table)


def places_of(market: Market, flow: Flow) -> np.ndarray:
    """The sessions after the first before whose open a flow arrives, ascending."""
    sessions, schedule = market.sessions, flow.schedule
    if schedule is None:
        days = np.array([flow.on], dtype="datetime64[D]")
        places = np.searchsorted(sessions, days[days <= sessions[-1]])
    else:
        marks = schedule.marks(market.calendar).copy()
        marks &= _from(sessions, flow.since) & ~_from(sessions, flow.until, after=True)
        places = np.flatnonzero(marks)
    return places[places > market.first]


def _from(sessions: np.ndarray, day: object, *, after: bool = False) -> Mask:
    """(T,) the sessions from a day on, or after it; None: all of them, or none."""
    if day is None:
        return np.full(len(sessions), not after)
    edge = np.datetime64(str(day))
    return np.asarray(sessions > edge if after else sessions >= edge)


def _in_base(market: Market, flow: Flow, places: np.ndarray) -> Floats:
    """What a flow is in base currency on each of its sessions: at the last rate before it."""
    if flow.share or not len(places):
        return np.zeros(len(places))
    amounts = np.full(len(places), float(flow.amount))
    if flow.linked:
        amounts *= _level(market, flow, places - 1) / _level(market, flow, np.array([market.first]))
    if flow.currency and flow.currency != market.base:
        fixings = market.fx.fixings(flow.currency, market.base)
        amounts *= fixings.before(market.sessions[places])
    return amounts


def _level(market: Market, flow: Flow, closes: np.ndarray) -> Floats:
    """The latest value of the column that a flow is linked to, as known at some closes."""
    placed = market.facts[flow.table]
    values = placed.frame[flow.column].to_numpy(dtype="float64")
    filled = ~np.isnan(values)
    values, places = values[filled], np.maximum.accumulate(placed.places[filled])
    rows = np.searchsorted(places, closes, side="right") - 1
    if (rows < 0).any() or not (values[rows] > 0).all():
        day = market.day(int(closes[0]))
        raise MissingData(
            f"flow {flow}: {flow.table} has no value above 0 of {flow.column} that was known on "
            f"{day}; start the run later, or give earlier rows"
        )
    return values[rows]


def moved(market: Market, flow: Flow) -> date | None:
    """The session to which a flow of a closed day moves; None where it does not."""
    places = places_of(market, flow)
    day = market.day(int(places[0])) if len(places) and flow.schedule is None else flow.on
    return day if isinstance(day, date) and day != flow.on else None


def time_weighted(worth: Floats, transactions: Transactions, first: int) -> Floats:
    """(K, S) what the initial capital of K runs grew to, without what flowed in and out.

    A session with a flow earned equity / (equity at the close before + flow) - 1: the flow came
    before its first open. worth: (K, S) equity; it is the answer itself where nothing flowed.
    """
    if not (transactions.events[:, 1] == FLOW).any():
        return worth
    scale = np.ones_like(worth)
    for run, (row, amount) in _flowed(transactions, first):
        before = worth[run, row - 1]
        scale[run, row:] *= before / (before + amount)
    return worth * scale


def _flowed(transactions: Transactions, first: int) -> Iterator[tuple[int, tuple[int, float]]]:
    """Run, row and amount of each session with a flow."""
    begun = 0
    for run, end in enumerate(transactions.events_end.tolist()):
        events = transactions.events[begun:end]
        flows = events[events[:, 1] == FLOW]
        for session in np.unique(flows[:, 0]):
            amount = fsum(flows[flows[:, 0] == session, 3].tolist())
            yield run, (int(session) - first, amount)
        begun = end


def money_weighted(days: Days, amounts: Floats) -> float | None:
    """The rate a year at which what was paid in is worth what came out (XIRR, actual / 365).

    days: (n,); amounts: (n,) below zero what was paid in, above it what came out, the last equity
    among it. None where no rate, or no time, answers.
    """
    from scipy.optimize import brentq

    years = (days - days[0]).astype("float64") / YEAR_OF_XIRR
    if not years[-1] or not np.isfinite(amounts).all():
        return None

    def left(rate: float) -> float:
        return fsum((amounts * np.exp(-rate * years)).tolist())

    most, width = FARTHEST / float(years[-1]), 1.0
    while left(-width) * left(width) > 0 and width < most:
        width = min(2 * width, most)
    if left(-width) * left(width) > 0:
        return None
    return float(np.expm1(brentq(left, -width, width, xtol=1e-15, rtol=1e-14, maxiter=500)))


def flow_figures(market: Market, events: Floats, worth: Floats) -> dict[str, float | None]:
    """What was paid in and out, base currency, and the money-weighted return; {} without flows.

    events: (E, 4) of one run; worth: (S,) its equity.
    """
    flows = events[events[:, 1] == FLOW]
    if not len(flows):
        return {}
    sessions, amounts = flows[:, 0].astype("int64"), flows[:, 3]
    days = market.sessions[np.concatenate([[market.first], sessions, [-1]])]
    moves = np.concatenate([-worth[:1], -amounts, worth[-1:]])
    return {
        "paid_in": fsum(amounts[amounts > 0].tolist()),
        "paid_out": -fsum(amounts[amounts < 0].tolist()) + 0.0,
        "money_weighted": money_weighted(days, moves),
    }
