"""What can fill at the opens of a market: made once, for every engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from markets.bars import Bars, Priced
from markets.reference.calendars import Days, among, is_known, is_open
from markets.reference.price_limits import Floats, board_of, limit_prices, price_limits
from newsfolio.assets import Asset
from newsfolio.boards import Board
from newsfolio.dated import always
from newsfolio.levies import TickTable

Mask = NDArray[np.bool_]
Grids = Mapping[str, NDArray[np.floating]]
Signs = NDArray[np.int8]

NOISE = 1e-6
"""Of a price: what a vendor's adjustment leaves of a rounded figure."""


def fillable_of(
    lines: tuple[Asset, ...], bars: Mapping[str, Bars], grids: Grids, sessions: Days
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """`fillable`, `locked` and `opened` as Market has them, and what a reader must know of them.

    grids: open, close, last, volume, dividend and later, as Market has them.
    """
    quoted = ~np.isnan(grids["open"]) & (grids["volume"] != 0)
    traded = quoted & ~_repeats(lines, bars, sessions)
    fillable, opened = quoted.copy(), np.zeros_like(quoted)
    locked = np.zeros(quoted.shape, dtype=np.int8)
    notes: list[str] = []
    for column, asset in enumerate(lines):
        opens = is_open(asset.venue.code, sessions)
        shut = ~opens & is_known(asset.venue, sessions)
        own = np.array([line.venue.code == asset.venue.code for line in lines])
        own[column] = False
        elsewhere = traded[:, own].any(axis=1)
        fillable[:, column] &= ~shut | elsewhere
        opened[:, column] = opens | elsewhere | fillable[:, column]
        if asset.venue.needs:
            fillable[:, column] &= is_open(asset.venue.needs, sessions)
        line = bars[asset.ticker]
        locked[:, column] = at_limit("open", asset, line, grids, column, sessions)
        notes += _like_special_treatment(asset, line, grids, column, sessions)
    return {"fillable": fillable, "locked": locked, "opened": opened}, tuple(notes)


def _repeats(lines: tuple[Asset, ...], bars: Mapping[str, Bars], sessions: Days) -> Mask:
    """(T, N) whether a line's bar is the one before it, or stands still at the close before."""
    columns = [among(bars[asset.ticker].unmoved, sessions) for asset in lines]
    return np.stack(columns, axis=1)


@dataclass(frozen=True, eq=False)
class _Bounds:
    """Which prices of a line stand at a price limit; all as they traded (raw).

    last: (T,) the close that a limit is counted from, less the dividend and through the split, to
    the tick. exact: whether raw prices are known to the tick; a history that is adjusted for
    dividends, or for splits that it does not tell, is not.
    """

    last: Floats
    board: Board
    exact: bool

    def reached(self, price: Floats, limit: Floats, sign: int) -> Mask:
        """(T,) where `price` stands at a limit that is not rounded yet, the lower one if negative.

        A price beyond it was traded where none was in force: at a relisting, or after a halt.
        """
        tick = _steps(self.board, limit)
        bound = self._rounded(limit, tick, sign) if self.exact else limit
        beyond = sign * (price - bound)
        slack = NOISE * np.abs(bound) + (0.0 if self.exact else tick / 2)
        least, most = -tick / 2 - slack, 1.5 * tick + slack
        return np.asarray((beyond > least) & (beyond < most))

    def _rounded(self, limit: Floats, tick: Floats, sign: int) -> Floats:
        steps = limit / tick
        if self.board.inward:
            steps = np.floor(steps + NOISE) if sign > 0 else np.ceil(steps - NOISE)
        else:
            steps = np.floor(steps + 0.5 + NOISE)
        return steps * tick


def _steps(board: Board, prices: Floats) -> Floats:
    tick = board.tick
    return tick.each(prices) if isinstance(tick, TickTable) else np.full(len(prices), tick)


def _bounds(asset: Asset, line: Bars, grids: Grids, column: int) -> _Bounds | None:
    """None for a line without price limits."""
    board = board_of(asset)
    if board is None:
        return None
    before = np.concatenate([[np.nan], grids["last"][:-1, column]])
    last: Floats = (before - grids["dividend"][:, column]) * grids["later"][:, column]
    exact = line.priced is Priced.SPLITS and line.splits_known_to is not None
    if exact:
        tick = _steps(board, last)
        last = np.floor(last / tick + 0.5 + NOISE) * tick
    return _Bounds(last, board, exact)


def at_limit(
    which: str, asset: Asset, line: Bars, grids: Grids, column: int, sessions: Days
) -> Signs:
    """(T,) 1 where a line's `open` or `close` stood at its upper price limit, -1 at its lower one.

    0 elsewhere. grids: as for `fillable_of`.
    """
    bounds = _bounds(asset, line, grids, column)
    if bounds is None:
        return np.zeros(len(sessions), dtype=np.int8)
    prices = grids[which][:, column] * grids["later"][:, column]
    upper, lower = (
        bounds.reached(prices, limit, sign)
        for limit, sign in zip(limit_prices(asset, sessions, bounds.last), (1, -1), strict=True)
    )
    return upper.astype(np.int8) - lower.astype(np.int8)


def _like_special_treatment(
    asset: Asset, line: Bars, grids: Grids, column: int, sessions: Days
) -> Iterator[str]:
    """A note on a line that stops at the limit of a risk warning and has no row that says so."""
    bounds = _bounds(asset, line, grids, column)
    if bounds is None or bounds.board.warned is None:
        return
    limits = price_limits(replace(asset, risk_warning=always(True)), sessions)
    limits = np.where(limits < price_limits(asset, sessions), limits, np.nan)
    closes = grids["close"][:, column] * grids["later"][:, column]
    for sign, which in ((1, "above"), (-1, "below")):
        stopped = bounds.reached(closes, bounds.last * (1 + sign * limits), sign)
        twice = np.flatnonzero(stopped[1:] & stopped[:-1])
        if len(twice):
            yield (
                f"{asset.ticker}: stops {limits[twice[0]]:.0%} {which} the last close on sessions "
                f"in a row from {sessions[twice[0]]}, as under a risk warning (ST); if it was, say "
                "when: Asset(..., risk_warning=Dated(...))"
            )
            return
