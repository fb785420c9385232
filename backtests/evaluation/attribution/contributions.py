"""Where a return came from: by line, and by sleeve, country and currency; gross to net.

A line's change of value in a session, less what was traded at the prices before slippage, is its
local part at the exchange rate of the close before, and currency for the rest of it. What cash
earns beyond all that flows through it is interest less credit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import fsum

import numpy as np

from backtests.evaluation.attribution.schema import Attribution, Part
from backtests.simulation.account import Account
from backtests.simulation.fills import CashEvent, Fill, Why
from markets.market import Floats, Market
from newsfolio.listings import asset_of

PARTS = ("local", "currency", "dividends", "carry", "fees", "slippage")
"""Of a line, in the order of `Part`."""

_DIVIDENDS = frozenset({Why.DIVIDEND, Why.WITHHOLDING, Why.ADR_FEE})


@dataclass(frozen=True, eq=False)
class Contributions:
    """What each session of a run added to its curve, base currency; nothing on its first one.

    Where money flowed in or out, parts are of the initial capital as it grew, as the curve is.

    cash: (S,) interest less credit; the other arrays: (S, N). They add up to the curve's change.
    bought: (S, N) what trades of the session added to a position at their prices before slippage,
    negative where they added to a short; it is no part of the sum.
    """

    local: Floats
    currency: Floats
    dividends: Floats
    carry: Floats
    fees: Floats
    slippage: Floats
    cash: Floats
    bought: Floats

    @property
    def kinds(self) -> tuple[Floats, ...]:
        """The parts of a line, in the order of `PARTS`."""
        return tuple(getattr(self, name) for name in PARTS)

    @property
    def lines(self) -> Floats:
        """(S, N) everything that a line added."""
        total: Floats = np.sum(self.kinds, axis=0)
        return total


def contributions(
    market: Market, fills: Sequence[Fill], events: Sequence[CashEvent], own: Account
) -> Contributions:
    """Split what a run earned on the market that it ran on, session by session."""
    grid = _Grid(market, own.units.shape)
    fees, slippage, local_flow, base_flow = grid.trades(fills)
    bought = _opened(own.units, base_flow)
    payoff = grid.events(events, {Why.DELISTING})
    last_rate, rate_before = market.rate[grid.run], market.rate_before[grid.run]
    local_flow -= np.divide(payoff, rate_before, out=np.zeros_like(payoff), where=payoff != 0)
    base_flow -= payoff
    prices = np.nan_to_num(market.last[grid.run])
    earlier = np.vstack([rate_before[:1], last_rate[:-1]])
    earlier = np.nan_to_num(np.where(np.isnan(earlier), rate_before, earlier))
    local = (_change(own.units * prices) - local_flow) * earlier
    marked = _change(own.values) - base_flow
    dividends = grid.events(events, _DIVIDENDS)
    carry = grid.events(events, {Why.CARRY})
    flows = np.sort(-base_flow + dividends + carry + fees + slippage, axis=1)  # any order of lines
    cash = _change(own.cash) - flows.sum(axis=1)
    if own.flowed:
        cash -= grid.outside(events)
    parts = (local, marked - local, dividends, carry, fees, slippage, cash, bought)
    for part in parts:
        part[0] = 0.0
        if own.flowed:
            part *= own.scale if part.ndim == 1 else own.scale[:, None]
    return Contributions(*parts)


def attribute(
    market: Market,
    fills: Sequence[Fill],
    events: Sequence[CashEvent],
    own: Account,
    divide: int,
) -> Attribution | None:
    """What every line added after row `divide` of `own.sessions`, as shares of the equity there.

    None where no session follows, or no equity was left. `active` is left empty.
    """
    start, end = _equity(own, divide), _equity(own, -1)
    if start <= 0 or divide + 1 >= len(own.sessions):
        return None
    added = contributions(market, fills, events, own)
    scored = slice(divide + 1, None)
    kinds = [part[scored] / start for part in added.kinds]
    moved = np.any([part.any(axis=0) for part in kinds], axis=0)
    sums = np.array([part.T.copy().sum(axis=1) for part in kinds])  # pairwise, so exact enough
    pieces = {own.tickers[column]: sums[:, column] for column in np.flatnonzero(moved).tolist()}
    sleeves = sleeve_names(market)
    assets = market.by_ticker
    return Attribution(
        start=f"{own.sessions[divide + 1]:%Y-%m-%d}",
        end=f"{own.sessions[-1]:%Y-%m-%d}",
        total=(end - start) / start,
        cash=fsum((added.cash[scored] / start).tolist()),
        lines=_parts(pieces, {ticker: ticker for ticker in pieces}),
        sleeves=_parts(pieces, sleeves),
        countries=_parts(pieces, {ticker: assets[ticker].country for ticker in pieces}),
        currencies=_parts(pieces, {ticker: assets[ticker].currency for ticker in pieces}),
    )


def sleeve_names(market: Market) -> dict[str, str]:
    """The sleeve of each line of the market or its universe, and of all that may stand in.

    A stand-in belongs to the first sleeve with a line that it stands for, at any remove; a line
    that is neither, such as a signal, is a sleeve of its own.
    """
    names = {ticker: sleeve.name for sleeve in market.sleeves for ticker in sleeve.tickers}
    for sleeve in market.sleeves:
        queue = list(sleeve.tickers)
        for ticker in queue:  # grows: a stand-in may have stand-ins
            asset = market.by_ticker.get(ticker) or asset_of(ticker)
            queue += [stand_in for stand_in in asset.stand_in if stand_in not in queue]
            names.setdefault(ticker, sleeve.name)
    return {ticker: ticker for ticker in market.tickers} | names


class _Grid:
    """Places fills and events by session and line of a run."""

    def __init__(self, market: Market, shape: tuple[int, ...]) -> None:
        self.run = slice(market.first, None)
        self._days = market.sessions[self.run]
        self._place = market.place
        self._shape = shape

    def sums(self, where: tuple[list[date], list[str]], amounts: Sequence[float]) -> Floats:
        """(S, N) what falls on each session and line."""
        days, tickers = where
        total = np.zeros(self._shape)
        rows = np.searchsorted(self._days, np.array(days, dtype="datetime64[D]"))
        columns = np.array([self._place[ticker] for ticker in tickers], dtype=int)
        np.add.at(total, (rows, columns), amounts)
        return total

    def events(self, events: Sequence[CashEvent], reasons: Iterable[Why]) -> Floats:
        chosen = [event for event in events if event.why in reasons]
        return self.sums(_where(chosen), [event.amount for event in chosen])

    def outside(self, events: Sequence[CashEvent]) -> Floats:
        """(S,) what flowed in and out."""
        total = np.zeros(self._shape[0])
        flows = [event for event in events if event.why is Why.FLOW]
        days = np.array([event.session for event in flows], dtype="datetime64[D]")
        np.add.at(total, np.searchsorted(self._days, days), [event.amount for event in flows])
        return total

    def trades(self, fills: Sequence[Fill]) -> tuple[Floats, Floats, Floats, Floats]:
        """Fees and slippage, below zero, and what was paid before them: local and base currency."""
        where = _where(fills)
        fees = self.sums(where, [-fill.fee for fill in fills])
        slippage = self.sums(where, [-fill.slippage for fill in fills])
        local = [fill.quantity * fill.price - fill.slippage / fill.rate for fill in fills]
        base = [cost * fill.rate for cost, fill in zip(local, fills, strict=True)]
        return fees, slippage, self.sums(where, local), self.sums(where, base)


def _where(moves: Sequence[Fill | CashEvent]) -> tuple[list[date], list[str]]:
    return [move.session for move in moves], [move.asset for move in moves]


def _change(table: Floats) -> Floats:
    """Each row less the one before."""
    change: Floats = np.diff(table, axis=0, prepend=table[:1])
    return change


def _opened(units: Floats, traded: Floats) -> Floats:
    """The part of what was traded that made a position larger, or opened one on the other side."""
    change = _change(units)
    kept = np.where(np.roll(units, 1, axis=0) * units > 0, np.roll(units, 1, axis=0), 0.0)
    larger = np.sign(units) * np.maximum(np.abs(units) - np.abs(kept), 0.0)
    share = np.divide(larger, change, out=np.zeros_like(units), where=change != 0)
    return share * traded


def _equity(own: Account, row: int) -> float:
    """Of the curve."""
    equity = fsum([own.cash[row], *own.values[row].tolist()])
    return equity * own.scale.item(row) if own.flowed else equity


def _parts(pieces: Mapping[str, Floats], group: Mapping[str, str]) -> tuple[Part, ...]:
    """Lines summed by group, the largest first."""
    members: dict[str, list[Floats]] = {}
    for ticker, piece in pieces.items():
        members.setdefault(group[ticker], []).append(piece)
    parts = [
        Part(name, *(fsum(kind) for kind in zip(*(piece.tolist() for piece in rows), strict=True)))
        for name, rows in members.items()
    ]
    return tuple(sorted(parts, key=lambda part: (-abs(part.total), part.name)))
