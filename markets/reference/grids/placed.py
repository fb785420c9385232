"""The bars of all lines on the axis of sessions, kept from one start to the next where large."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from markets.bars import Bars
from markets.reference import cache
from markets.reference.axis import lives
from markets.reference.calendar_library import edition
from markets.reference.calendars import Days, idle_weekend
from markets.reference.grids.fillable import FillableGrids, Grids, fillable_of
from newsfolio.assets import Asset, Venue

Array: TypeAlias = NDArray[Any]
Floats = NDArray[np.floating]
Mask = NDArray[np.bool_]

PlacedRows: TypeAlias = Callable[[Venue, bytes], tuple[Array, Mask]]

TOGETHER = 64
"""Lines that are put on the axis together, so that whole stretches of its rows are written."""

LARGE = 1_000_000
"""Sessions times lines from which on it is worth a file."""


class LaidOut(Grids, FillableGrids):
    """(T, N) all that the bars of the lines say, by the names of the fields of `Market`."""


def laid_out(
    lines: tuple[Asset, ...], bars: Mapping[str, Bars], sessions: Days, *, whole: bool, keep: bool
) -> tuple[LaidOut, tuple[str, ...]]:
    """Bars on the axis and what can fill at each open, and what a reader must know of that.

    bars: as `on_sessions` has them. whole: with highs and lows. keep: for who asks for the same.
    All follows from the arguments, the calendars and the code, which name the file that is kept.
    """
    if not keep or len(lines) * len(sessions) < LARGE or not cache.keeps_markets():
        return _made(lines, bars, sessions, whole)
    name = f"market-{_name(lines, bars, sessions, whole)}"
    if file := cache.read(name):
        return cast(LaidOut, dict(file.arrays)), tuple(json.loads(file.about))
    made, notes = _made(lines, bars, sessions, whole)
    arrays = cast(dict[str, Array], made)
    cache.keep(name, json.dumps(notes), {key: [array] for key, array in arrays.items()})
    return made, notes


def _name(lines: tuple[Asset, ...], bars: Mapping[str, Bars], sessions: Days, whole: bool) -> str:
    digests = (f"{asset!r} {bars[asset.ticker].digest()}" for asset in lines)
    axis = sessions.astype("int64").tobytes().hex()
    return cache.name_of((cache.own_build(), edition(), str(whole), axis, *digests))


def _made(
    lines: tuple[Asset, ...], bars: Mapping[str, Bars], sessions: Days, whole: bool
) -> tuple[LaidOut, tuple[str, ...]]:
    grids = _grids(bars, lines, sessions, whole)
    masks, notes = fillable_of(lines, bars, grids, sessions)
    return cast(LaidOut, {**grids, **masks}), notes


def _grids(
    bars: Mapping[str, Bars], lines: tuple[Asset, ...], sessions: Days, whole: bool
) -> Grids:
    """The columns of all lines on the session axis; whole: with highs and lows."""
    names = ("open", "close", "last", "volume", "dividend", "factor", "later")
    shape = (len(sessions), len(lines))
    placed = lru_cache(16)(partial(_placed_rows, sessions))
    arrays = {name: np.empty(shape) for name in names}
    for start in range(0, len(lines), TOGETHER):
        block = lines[start : start + TOGETHER]
        columns = [_columns(bars[asset.ticker], asset, sessions, placed) for asset in block]
        for name, array in arrays.items():
            array[:, start : start + TOGETHER] = np.array([of_line[name] for of_line in columns]).T
    grids = cast(Grids, arrays)
    if whole:
        grids["high"], grids["low"] = _reaches(bars, lines, sessions)
    return grids


def _reaches(
    bars: Mapping[str, Bars], lines: tuple[Asset, ...], sessions: Days
) -> tuple[Floats, Floats]:
    """(T, N) highs and lows."""
    columns = [bars[asset.ticker].reach(sessions) for asset in lines]
    high, low = (np.stack(column, axis=1) for column in zip(*columns, strict=True))
    return high, low


def _placed_rows(sessions: Days, venue: Venue, days: bytes) -> tuple[Array, Mask]:
    """On which sessions rows of these days fall, and which rows do; `days` as their bytes."""
    dates = np.frombuffer(days, dtype="datetime64[D]")
    places = np.minimum(np.searchsorted(sessions, dates), len(sessions) - 1)
    return places, (sessions[places] == dates) & ~idle_weekend(venue, dates)


def _columns(line: Bars, asset: Asset, sessions: Days, placed: PlacedRows) -> dict[str, Floats]:
    """What the bars of a line say, session by session."""
    days, rows = line.days, line.columns
    places, keep = placed(asset.venue, days.tobytes())
    keep = keep & (lived := lives(asset, days))
    places = places[keep]
    columns = {name: np.full(len(sessions), np.nan) for name in ("open", "close", "volume")}
    for name, column in columns.items():
        column[places] = rows[name][keep]
    columns["last"] = _last_known(columns["close"])
    columns["dividend"] = dividend = np.zeros(len(sessions))
    paid = np.flatnonzero((rows["dividend"] > 0) & lived & (days <= sessions[-1]))
    due = np.searchsorted(sessions, days[paid])  # of a dropped row: the next session
    np.add.at(dividend, due, rows["dividend"][paid])
    columns["factor"] = _factor(dividend, columns["last"])
    columns["later"] = line.splits_after(sessions)
    return columns


def _last_known(values: Floats) -> Floats:
    """The last value that is no NaN, up to each session."""
    blank = np.isnan(values)
    if not blank.any():
        return values
    seen = np.maximum.accumulate(np.where(blank, -1, np.arange(len(values))))
    return np.where(seen >= 0, values[seen], np.nan)


def _factor(dividend: Floats, last: Floats) -> Floats:
    """Total-return factor: a dividend buys units at the close before the ex-date.

    One that is not below that close buys them at the close of its own day.
    """
    before = np.concatenate([[np.nan], last[:-1]])
    paid = np.flatnonzero((dividend > 0) & ~np.isnan(before))
    share = dividend[paid] / before[paid]
    growth = np.ones(len(dividend))
    growth[paid] = 1.0 / (1.0 - np.where(share < 1, share, 0.0))
    whole = paid[share >= 1]  # a liquidation: no price before it can hold the factor
    growth[whole] = 1.0 + dividend[whole] / last[whole]
    return np.cumprod(growth)
