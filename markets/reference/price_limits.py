"""How far a price may move in a session: the limits of each board, by its venue's rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from markets.reference.calendars import FIRST, Days, expected_of
from newsfolio.assets import Asset
from newsfolio.boards import Board, PriceBands
from newsfolio.dated import Dated
from newsfolio.venues import rows_of

T = TypeVar("T")
Floats = NDArray[np.float64]


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


def limit_prices(asset: Asset, days: Days, last: Floats) -> tuple[Floats, Floats]:
    """(T,) the upper and the lower limit on ascending days, before rounding; NaN for none.

    last: the price that they are counted from, as it traded (raw).
    """
    upper = last * (1 + price_limits(asset, days))
    lower = last * (1 - price_limits(asset, days))
    board = board_of(asset)
    for start, end, bands in _bands(board.limit if board else None, days):
        inside = slice(start, end)
        close = last[inside]
        scale = close if bands.fractions else 1.0
        upper[inside] = close + scale * bands.up.each(close)
        lower[inside] = close - scale * bands.down.each(close)
    return upper, lower


def _bands(
    limit: Dated[float | PriceBands | None] | None, days: Days
) -> Iterator[tuple[int, int, PriceBands]]:
    """The stretches of days on which bands are in force, as places."""
    rows = limit.rows if limit else ()
    starts = [int(np.searchsorted(days, np.datetime64(row.start or date.min))) for row in rows]
    for row, start, end in zip(rows, starts, [*starts[1:], len(days)], strict=True):
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
