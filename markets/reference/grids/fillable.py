"""What can fill at the opens of a market: made once, for every engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Literal, NotRequired, TypeAlias, TypedDict

import numpy as np
from numpy.typing import NDArray

from markets.bars import Bars, Priced
from markets.reference.calendars import Days, among, is_known, is_open
from markets.reference.price_limits import (
    NOISE,
    Floats,
    PriceLimits,
    board_of,
    price_limits,
    steps_of,
)
from newsfolio.assets import Asset
from newsfolio.boards import Board
from newsfolio.dated import always
from newsfolio.formatting import percent

Mask = NDArray[np.bool_]
Signs = NDArray[np.int8]


Grid: TypeAlias = NDArray[np.floating]


class LimitGrids(TypedDict):
    """(T, N) what price limits are counted from, by the names of the fields of `Market`."""

    open: Grid
    close: Grid
    last: Grid
    dividend: Grid
    later: Grid


class Grids(LimitGrids):
    """All that the bars of all lines say."""

    volume: Grid
    factor: Grid
    high: NotRequired[Grid]
    low: NotRequired[Grid]


class FillableGrids(TypedDict):
    """What can fill at each open, by the names of the fields of `Market`."""

    fillable: Mask
    locked: Signs
    opened: Mask


def fillable_of(
    lines: tuple[Asset, ...], bars: Mapping[str, Bars], grids: Grids, sessions: Days
) -> tuple[FillableGrids, tuple[str, ...]]:
    """`fillable`, `locked` and `opened` as Market has them, and what a reader must know of them.

    grids: open, close, last, volume, dividend and later, as Market has them.
    """
    quoted = ~np.isnan(grids["open"]) & (grids["volume"] != 0)
    traded = quoted & ~_repeats(lines, bars, sessions)
    fillable, opened = quoted, np.zeros_like(quoted)
    for code, columns in _by_venue(lines).items():
        venue = lines[columns[0]].venue
        opens = is_open(code, sessions)
        shut = ~opens & is_known(venue, sessions)
        elsewhere = _elsewhere(traded[:, columns])
        fills = fillable[:, columns] & (~shut[:, None] | elsewhere)
        opened[:, columns] = opens[:, None] | elsewhere | fills
        fillable[:, columns] = fills
    locked = np.zeros(quoted.shape, dtype=np.int8)
    notes: list[str] = []
    for column, asset in enumerate(lines):
        if asset.venue.needs:
            fillable[:, column] &= is_open(asset.venue.needs, sessions)
        if board_of(asset) is None:
            continue
        line = bars[asset.ticker]
        locked[:, column] = at_limit("open", asset, line, grids, column, sessions)
        notes += _like_special_treatment(asset, line, grids, column, sessions)
    return {"fillable": fillable, "locked": locked, "opened": opened}, tuple(notes)


def _by_venue(lines: tuple[Asset, ...]) -> dict[str, list[int]]:
    """The columns of the lines of each venue, by its code."""
    columns: dict[str, list[int]] = {}
    for column, asset in enumerate(lines):
        columns.setdefault(asset.venue.code, []).append(column)
    return columns


def _elsewhere(traded: Mask) -> Mask:
    """(T, N) whether any other of these lines traded."""
    count = np.count_nonzero(traded, axis=1)[:, None]
    return np.asarray((count > 1) | ((count == 1) & ~traded))


def _repeats(lines: tuple[Asset, ...], bars: Mapping[str, Bars], sessions: Days) -> Mask:
    """(T, N) whether a line's bar is the one before it, or stands still at the close before."""
    repeats = np.zeros((len(sessions), len(lines)), dtype=bool)
    for column, asset in enumerate(lines):
        if len(unmoved := bars[asset.ticker].unmoved):
            repeats[:, column] = among(unmoved, sessions)
    return repeats


def _last(board: Board, line: Bars, grids: LimitGrids, column: int) -> tuple[Floats, bool]:
    """(T,) the prices that limits are counted from, raw, and whether they are known to the tick.

    That is the close less the dividend, where the board takes it off, and through the split of the
    day, rounded to the tick.
    """
    before = np.concatenate([[np.nan], grids["last"][:-1, column]])
    paid = grids["dividend"][:, column] * board.less_dividends
    last: Floats = (before - paid) * grids["later"][:, column]
    exact = line.priced is Priced.SPLITS and line.splits_known_to is not None
    if exact:
        tick = steps_of(board, last)
        last = np.floor(last / tick + 0.5 + NOISE) * tick
    return last, exact


def at_limit(
    which: Literal["open", "close"], asset: Asset, line: Bars, grids: LimitGrids, column: int,
    sessions: Days,
) -> Signs:  # fmt: skip
    """(T,) 1 where a line's `open` or `close` stood at its upper price limit, -1 at its lower one.

    0 elsewhere. grids: as for `fillable_of`.
    """
    board = board_of(asset)
    last = _last(board, line, grids, column) if board else None
    limits = PriceLimits.of(asset, sessions, *last) if last else None
    if limits is None:
        return np.zeros(len(sessions), dtype=np.int8)
    prices = grids[which][:, column] * grids["later"][:, column]
    upper, lower = (limits.reached(prices, sign) for sign in (1, -1))
    return upper.astype(np.int8) - lower.astype(np.int8)


def _like_special_treatment(
    asset: Asset, line: Bars, grids: Grids, column: int, sessions: Days
) -> Iterator[str]:
    """A note on a line that stops at the limit of a risk warning and has no row that says so."""
    board = board_of(asset)
    if board is None or board.warned is None:
        return
    warned = price_limits(replace(asset, risk_warning=always(True)), sessions)
    warned = np.where(warned < price_limits(asset, sessions), warned, np.nan)
    last, exact = _last(board, line, grids, column)
    limits = PriceLimits(last * (1 + warned), last * (1 - warned), board, exact)
    closes = grids["close"][:, column] * grids["later"][:, column]
    for sign, which in ((1, "above"), (-1, "below")):
        stopped = limits.reached(closes, sign)
        twice = np.flatnonzero(stopped[1:] & stopped[:-1])
        if len(twice):
            yield (
                f"{asset.ticker}: stops {percent(warned[twice[0]], 0)} {which} the last close on "
                f"sessions in a row from {sessions[twice[0]]}, as under a risk warning (ST); if it "
                "was, say when: Asset(..., risk_warning=Dated(...))"
            )
            return
