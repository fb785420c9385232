"""Markets as careless backtests see them: each lets a run do one thing that nobody could have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from markets.market import Market, Mask
from markets.reference.calendars import RunCalendar
from newsfolio.schedules import Period


def filled_at_the_close(market: Market) -> Market:
    """Orders fill at the very close at which they are decided, at its price and rate.

    The open after each close is that close less the dividend in between, which a buyer at the close
    would get and a seller keep; so units, cash and dividends are worth what they would be. A line
    without a bar on the day waits for its next close; limits of the opening lock nothing. Interest
    of the night is still that of the cash before.
    """
    before, barless = _shifted(market.last, np.nan), np.isnan(_shifted(market.close, np.nan))
    silent = _shifted(market.volume, np.nan) == 0
    fills = ~barless & ~silent
    return replace(
        market,
        open=before - market.dividend,
        rate_before=_shifted(market.rate, np.nan),
        fillable=fills,
        opened=fills,
        locked=np.zeros_like(market.locked),
    )


def todays_list(market: Market) -> Market:
    """The lines that trade at the end may be held from their first bar on, and no others ever.

    No sixty sessions after a listing, no day on which Stock Connect opened, nothing that has gone.
    """
    end = market.day(-1)
    stays = [asset.delisted is None or asset.delisted.day > end for asset in market.assets]
    return replace(market, usable=~np.isnan(market.last) & np.array(stays))


def acting_on(market: Market, day: date) -> Market | None:
    """The article is acted on at the opens of its own day; None where the run starts later."""
    place = int(np.searchsorted(market.sessions, np.datetime64(day))) - 1
    if place < market.first:
        return None
    calendar = RunCalendar(market.sessions, market.calendar.clock, place)
    return replace(market, calendar=calendar)


def decided_later(market: Market, by: int) -> Market:
    """Every end of a period comes so many sessions later, the last session before the next one."""
    calendar = market.calendar
    later = LaterEnds(calendar.sessions, calendar.clock, calendar.first_decision, by)
    return replace(market, calendar=later)


@dataclass(frozen=True)
class LaterEnds(RunCalendar):
    """The dates that schedules see, with the ends of their periods put off."""

    by: int = 0

    def ends(self, period: Period) -> Mask:
        ends = np.flatnonzero(super().ends(period))
        after = np.append(ends[1:] - 1, len(self.sessions) - 1 + self.by)
        places = np.minimum(ends + self.by, after)
        mask = np.zeros(len(self.sessions), dtype=bool)
        mask[places[places < len(self.sessions)]] = True
        return mask


def _shifted(values: np.ndarray, first: float) -> np.ndarray:
    """What stood a session before."""
    return np.vstack([np.full((1, values.shape[1]), first), values[:-1]])
