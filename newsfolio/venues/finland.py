"""Helsinki: no tax on trades."""

from __future__ import annotations

from datetime import time

from newsfolio.dated import always
from newsfolio.levies import VenueSchedule, by_kind
from newsfolio.venue import Venue
from newsfolio.venue_rows import IRISH_FUNDS, VenueRows

HELSINKI = Venue("XHEL", "EUR", time(8), time(16, 30), country="Finland")

ROWS = VenueRows(
    "Nasdaq Helsinki",
    {"HE": HELSINKI},
    "Europe/Helsinki",
    VenueSchedule(by_kind()),
    withholding=always(0.35, "recalled; 30 or 20 where the owner is known"),
    withholding_of_funds=IRISH_FUNDS,
    settlement=always(2, "European settlement"),
    sources=("No tax on trades on the exchange; no price limit; halts.",),
)
