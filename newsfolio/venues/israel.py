"""Tel Aviv: quoted in agorot; Sunday to Thursday before 2026, Monday to Friday since."""

from __future__ import annotations

from datetime import time

from newsfolio.dated import always
from newsfolio.levies import VenueSchedule, by_kind
from newsfolio.venue import Venue
from newsfolio.venue_rows import VenueRows

TEL_AVIV = Venue("XTAE", "ILS", time(7, 59), time(15, 15), country="Israel", unit="ILA")

ROWS = VenueRows(
    "Tel Aviv Stock Exchange",
    {"TA": TEL_AVIV},
    "Asia/Jerusalem",
    VenueSchedule(by_kind()),
    withholding=always(0.25, "recalled"),
    settlement=always(1, "recalled"),
    shorting="limited; recalled",
    sources=("No tax on trades. The least value of an order is left out; recalled.",),
)
