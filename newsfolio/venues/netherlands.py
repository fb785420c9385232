"""Amsterdam: no tax on trades."""

from __future__ import annotations

from datetime import time

from newsfolio.dated import always
from newsfolio.levies import VenueSchedule, by_kind
from newsfolio.venue import Venue
from newsfolio.venue_rows import IRISH_FUNDS, VenueRows

AMSTERDAM = Venue("XAMS", "EUR", time(8), time(16, 30), country="Netherlands")

ROWS = VenueRows(
    "Euronext Amsterdam",
    {"AS": AMSTERDAM},
    "Europe/Amsterdam",
    VenueSchedule(by_kind()),
    withholding=always(0.15, "Wet op de dividendbelasting, from 2007"),
    withholding_of_funds=IRISH_FUNDS,
    settlement=always(2, "European Union"),
    sources=("No tax on trades; no price limit.",),
)
