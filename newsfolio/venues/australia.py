"""Sydney: no tax on trades; its session opens on the evening before in UTC."""

from __future__ import annotations

from datetime import time

from newsfolio.dated import always
from newsfolio.levies import TickTable, VenueSchedule, by_kind
from newsfolio.venue import Kind, Venue
from newsfolio.venue_rows import VenueRows

SYDNEY = Venue("XASX", "AUD", time(23), time(5), country="Australia")

_STEPS = TickTable.below((0.1, 0.001), (2, 0.005), above=0.01)

ROWS = VenueRows(
    "Australian Securities Exchange",
    {"AX": SYDNEY},
    "Australia/Sydney",
    VenueSchedule(by_kind(), ticks={Kind.STOCK: always(_STEPS, "ASX; recalled")}),
    withholding=always(0.30, "unfranked; franked dividends withhold none: Asset(...); recalled"),
    settlement=always(2, "ASX"),
    sources=(
        "No tax on trades; no price limit.",
        "The least first purchase, AUD 500, is left out: recalled.",
    ),
)
