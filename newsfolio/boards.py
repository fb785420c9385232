"""The words of a board's rules: how far prices may move in a session, and in which steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from newsfolio.dated import Dated, Row
from newsfolio.levies import TickTable

CENT, MILL = 0.01, 0.001


@dataclass(frozen=True)
class PriceBands:
    """The largest moves from the last close where they depend on it.

    up, down: by the band of the last close, in currency; with `fractions` in parts of the close.
    """

    up: TickTable
    down: TickTable
    fractions: bool = False


@dataclass(frozen=True)
class Board:
    """What the lines of a board share.

    limit: the largest move from the last close, as a fraction or by bands, None for no limit;
    `warned` that of a line under a risk warning, where it is another. free: sessions from a listing
    that have none, by the day of the listing. tick: the step of the price, in currency, or steps by
    price. inward: a limit between two steps is the one nearer to the last close, not the nearest.
    less_dividends: the last close counts less what goes ex on the day; through splits it always is.
    """

    limit: Dated[float | PriceBands | None]
    free: Dated[int]
    tick: float | TickTable = CENT
    warned: Dated[float | None] | None = None
    inward: bool = False
    less_dividends: bool = True


def limits(*rows: tuple[str, float | PriceBands | None, str]) -> Dated[float | PriceBands | None]:
    """Limits as dated rows: first day ("": always), limit, source."""
    return Dated(
        tuple(
            Row(date.fromisoformat(start) if start else None, limit, source)
            for start, limit, source in rows
        )
    )
