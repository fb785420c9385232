"""How far a price may move in a session: the limits of each board, dated, with their sources.

"Recalled" marks a row that no document at hand confirms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from markets.reference.calendars import FIRST, Days, expected_of
from newsfolio.assets import Asset, Kind
from newsfolio.dated import Dated, Row, always

T = TypeVar("T")
Floats = NDArray[np.float64]

CENT, MILL = 0.01, 0.001


@dataclass(frozen=True)
class Board:
    """What the lines of a board share.

    limit: the largest move from the last close as a fraction, None for no limit; `warned` that of a
    line under a risk warning, where it is another. free: sessions from a listing that have none, by
    the day of the listing. tick: the step of the price, in currency.
    """

    limit: Dated[float | None]
    free: Dated[int]
    tick: float = CENT
    warned: Dated[float | None] | None = None


_TENTH: Dated[float | None] = Dated(
    (
        Row(None, None, "none before"),
        Row(date(1996, 12, 16), 0.10, "CSRC notice of 1996-12-13; the day is recalled"),
    )
)
_WARNED: Dated[float | None] = Dated(
    (
        Row(None, None, "there was no special treatment before"),
        Row(date(1998, 4, 22), 0.05, "special treatment of listed companies; the day is recalled"),
        Row(date(2026, 7, 6), 0.10, "trading rules of SSE and SZSE of 2026-04-24"),
    )
)
_REGISTERED = date(2023, 4, 10)
_REFORM = date(2020, 8, 24)

_MAIN = Board(
    _TENTH,
    Dated(
        (
            Row(None, 1, "the first session has bounds of its own; recalled"),
            Row(_REGISTERED, 5, "first listings under full registration; the day is recalled"),
        )
    ),
    warned=_WARNED,
)
_CHINEXT = Board(
    Dated(
        (
            Row(None, 0.10, "SZSE trading rules"),
            Row(_REFORM, 0.20, "SZSE special rules for trading on ChiNext, 2020-06-12"),
        )
    ),
    Dated(
        (
            Row(None, 1, "the first session has bounds of its own; recalled"),
            Row(_REFORM, 5, "SZSE special rules for trading on ChiNext, 2020-06-12"),
        )
    ),
)
_STAR = Board(
    always(0.20, "SSE special rules for trading on the STAR market, 2019"),
    always(5, "SSE special rules for trading on the STAR market, 2019"),
)
_B_SHANGHAI = Board(_TENTH, always(1, "recalled"), MILL, _WARNED)
_B_SHENZHEN = Board(_TENTH, always(1, "recalled"), warned=_WARNED)
_FUNDS = Board(_TENTH, always(0, "a fund has its limit from the first session"), MILL)
_TRUSTS = Board(_TENTH, always(1, "the first session has bounds of its own: 30 %; recalled"), MILL)
_STAR_FUNDS = Board(_STAR.limit, always(0, "as other funds"), MILL)
_CHINEXT_FUNDS = Board(_CHINEXT.limit, always(0, "as other funds"), MILL)

_BOARDS: Mapping[str, tuple[tuple[str, Board], ...]] = {
    "SS": (
        (r"68[89]", _STAR),
        (r"900", _B_SHANGHAI),
        (r"58[89]", _STAR_FUNDS),
        (r"508", _TRUSTS),
        (r"5", _FUNDS),
    ),
    "SZ": (
        (r"30", _CHINEXT),
        (r"200", _B_SHENZHEN),
        (r"159(908|915|948|949|952|957|958|964|966|967|977)", _CHINEXT_FUNDS),
        (r"180", _TRUSTS),
        (r"1", _FUNDS),
    ),
}
"""By suffix: the first digits of a code and its board, the first that fits; others: main board.

Which funds follow ChiNext or STAR is recalled; one that is missing here counts as any fund.
"""


def board_of(asset: Asset) -> Board | None:
    """The board that a line trades on; None where no price limits are known."""
    if asset.venue.code != "XSHG" or asset.kind in (Kind.INDEX, Kind.CURRENCY):
        return None
    code, _, suffix = asset.ticker.partition(".")
    for digits, board in _BOARDS.get(suffix, ()):
        if re.fullmatch(rf"{digits}\d*", code):
            return board
    return _STAR if asset.star else _FUNDS if asset.kind is Kind.ETF else _MAIN


def price_limit(asset: Asset, day: date) -> float | None:
    """The largest move of a line on a day, as a fraction of its last close; None for no limit.

    The close counts less the dividend and through the split of the day, rounded to the tick, and
    the limit of that is rounded again.
    """
    limit = float(price_limits(asset, np.array([day], dtype="datetime64[D]"))[0])
    return None if np.isnan(limit) else limit


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
    """A fact's value on each day; None as NaN."""
    starts = np.array([row.start or date.min for row in fact.rows], dtype="datetime64[D]")
    values = np.array([row.value for row in fact.rows], dtype="float64")
    return values[np.searchsorted(starts, days, side="right") - 1]


def _unbound(asset: Asset, listed: date, count: int, days: Days) -> NDArray[np.bool_]:
    """Which days lie in a listing's first sessions; none of one before all known sessions."""
    sessions = expected_of(asset.venue)
    first = int(np.searchsorted(sessions, np.datetime64(listed)))
    within = np.searchsorted(sessions, days, side="right") - 1 - first
    return np.asarray((within >= 0) & (within < count) & (listed >= FIRST))
