"""Toronto and its Venture exchange: no tax on trades."""

from __future__ import annotations

from datetime import date, time

from newsfolio.dated import Dated, Row, always
from newsfolio.levies import VenueSchedule, by_kind
from newsfolio.venue import Venue
from newsfolio.venue_rows import VenueRows

TORONTO = Venue("XTSE", "CAD", time(14, 30), time(21, 0), country="Canada")

ROWS = VenueRows(
    "Toronto and TSX Venture",
    {"TO": TORONTO, "V": TORONTO},
    "America/Toronto",
    VenueSchedule(by_kind()),
    withholding=always(0.25, "recalled"),
    settlement=Dated(
        (
            Row(None, 3, "recalled"),
            Row(date(2017, 9, 5), 2, "recalled"),
            Row(date(2024, 5, 27), 1, "Canadian securities administrators"),
        )
    ),
    sources=(
        "No tax on trades. Board lots are 100 from CAD 1; odd lots trade, so one by one: recalled.",
        "Circuit breakers are not simulated.",
    ),
)
