"""Wellington: no tax on trades; its session opens on the evening before in UTC."""

from __future__ import annotations

from datetime import time

from newsfolio.dated import always
from newsfolio.levies import VenueSchedule, by_kind
from newsfolio.venue import Venue
from newsfolio.venue_rows import VenueRows

WELLINGTON = Venue("XNZE", "NZD", time(21), time(3, 45), country="New Zealand")

ROWS = VenueRows(
    "New Zealand Exchange",
    {"NZ": WELLINGTON},
    "Pacific/Auckland",
    VenueSchedule(by_kind()),
    withholding=always(0.15, "fully imputed dividends; recalled"),
    settlement=always(2, "NZX"),
    sources=("No tax on trades: recalled. No price limit.",),
)
