"""Lisbon: no tax on trades."""

from __future__ import annotations

from datetime import time

from newsfolio.dated import always
from newsfolio.levies import VenueSchedule, by_kind, history
from newsfolio.venue import Venue
from newsfolio.venue_rows import IRISH_FUNDS, VenueRows

LISBON = Venue("XLIS", "EUR", time(8), time(16, 30), country="Portugal")

ROWS = VenueRows(
    "Euronext Lisbon",
    {"LS": LISBON},
    "Europe/Lisbon",
    VenueSchedule(by_kind()),
    withholding=history(
        100, ("", 25, "recalled"), ("2013-01-01", 28, "individuals; companies 25; recalled")
    ),
    withholding_of_funds=IRISH_FUNDS,
    settlement=always(2, "European Union"),
    sources=("No tax on trades; no price limit; recalled.",),
)
