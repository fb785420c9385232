"""How far a price may move in a session: the limits of each board, by its venue's rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from markets.reference.calendars import FIRST, Days, expected_of
from newsfolio.assets import Asset
from newsfolio.boards import Board, PriceBands
from newsfolio.dated import Dated
from newsfolio.levies import TickTable
from newsfolio.venues import rows_of

T = TypeVar("T")
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

NOISE = 1e-6
"""Of a price: what a vendor's adjustment leaves of a rounded figure."""


def board_of(asset: Asset) -> Board | None:
    """The board that a line trades on; None where no price limits are known."""
    rows = rows_of(asset.venue.code) if asset.tradable else None
    if rows is None:
        return None
    for pattern, board in rows.boards:
        if re.fullmatch(pattern, asset.ticker):
            return board
    return rows.board_of_kind.get("star" if asset.star else asset.kind)


def price_limit(asset: Asset, day: date) -> float | None:
    """The largest move of a line on a day, as a fraction of its last close.

    None for no limit, and for one that depends on the price.
    The close counts less the dividend and through the split of the day, rounded to the tick, and
    the limit of that is rounded again.
    """
    limit = float(price_limits(asset, np.array([day], dtype="datetime64[D]"))[0])
    return None if np.isnan(limit) else limit


@dataclass(frozen=True, eq=False)
class PriceLimits:
    """(T,) the prices at which a line stops, before rounding, as it trades (raw); NaN for none.

    exact: whether raw prices are known to the tick; a history that is adjusted for dividends, or
    for splits that it does not tell, is not.
    """

    upper: Floats
    lower: Floats
    board: Board
    exact: bool

    @classmethod
    def of(cls, asset: Asset, days: Days, last: Floats, exact: bool) -> PriceLimits | None:
        """On ascending days, from the prices `last` that they are counted from; None for none."""
        board = board_of(asset)
        if board is None:
            return None
        fractions = price_limits(asset, days)
        upper, lower = last * (1 + fractions), last * (1 - fractions)
        for start, end, bands in _bands(board.limit, days):
            close = last[start:end]
            scale = close if bands.fractions else 1.0
            upper[start:end] = close + scale * bands.up.each(close)
            lower[start:end] = close - scale * bands.down.each(close)
        return cls(upper, lower, board, exact)

    def bound(self, sign: int) -> Floats:
        """(T,) the upper limit, for -1 the lower one, as the exchange rounds it."""
        limit = self.upper if sign > 0 else self.lower
        if not self.exact:
            return limit
        tick = steps_of(self.board, limit)
        steps = limit / tick
        if not self.board.inward:
            steps = np.floor(steps + 0.5 + NOISE)
        else:
            steps = np.floor(steps + NOISE) if sign > 0 else np.ceil(steps - NOISE)
        return np.asarray(steps * tick)

    def reached(self, price: Floats, sign: int) -> Mask:
        """(T,) where `price` stands at the upper limit, for -1 at the lower one.

        A price beyond it was traded where none was in force: at a relisting, or after a halt.
        """
        bound = self.bound(sign)
        tick = steps_of(self.board, bound)
        beyond = sign * (price - bound)
        slack = NOISE * np.abs(bound) + (0.0 if self.exact else tick / 2)
        least, most = -tick / 2 - slack, 1.5 * tick + slack
        return np.asarray((beyond > least) & (beyond < most))


def steps_of(board: Board, prices: Floats) -> Floats:
    """(T,) the steps in which a line trades at these prices, in currency."""
    tick = board.tick
    return tick.each(prices) if isinstance(tick, TickTable) else np.full(len(prices), tick)


def _bands(
    limit: Dated[float | PriceBands | None], days: Days
) -> Iterator[tuple[int, int, PriceBands]]:
    """The stretches of days on which bands are in force, as places."""
    starts = [int(np.searchsorted(days, np.datetime64(start))) for start in limit.starts]
    for row, start, end in zip(limit.rows, starts, [*starts[1:], len(days)], strict=True):
        if isinstance(row.value, PriceBands):
            yield start, end, row.value


def price_limits(asset: Asset, days: Days) -> Floats:
    """(T,) as `price_limit` on ascending days; NaN for no limit."""
    board = board_of(asset)
    if board is None:
        return np.full(len(days), np.nan)
    limits = _on(board.limit, days)
    if board.warned is not None:
        limits = np.where(_on(asset.risk_warning, days) > 0, _on(board.warned, days), limits)
    if asset.listed is not None:
        limits[_unbound(asset, asset.listed, board.free.at(asset.listed), days)] = np.nan
    return limits


def _on(fact: Dated[T], days: Days) -> Floats:
    """A fact's value on each day; None, and what depends on the price, as NaN."""
    starts = np.array([row.start or date.min for row in fact.rows], dtype="datetime64[D]")
    plain = (None if isinstance(row.value, PriceBands) else row.value for row in fact.rows)
    values = np.array(list(plain), dtype="float64")
    return values[np.searchsorted(starts, days, side="right") - 1]


def _unbound(asset: Asset, listed: date, count: int, days: Days) -> NDArray[np.bool_]:
    """Which days lie in a listing's first sessions; none of one before all known sessions."""
    sessions = expected_of(asset.venue)
    first = int(np.searchsorted(sessions, np.datetime64(listed)))
    within = np.searchsorted(sessions, days, side="right") - 1 - first
    return np.asarray((within >= 0) & (within < count) & (listed >= FIRST))
