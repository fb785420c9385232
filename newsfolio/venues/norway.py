"""Oslo: no tax on trades."""

from __future__ import annotations

from datetime import time

from newsfolio.dated import always
from newsfolio.levies import VenueSchedule, by_kind
from newsfolio.venue import Venue
from newsfolio.venue_rows import IRISH_FUNDS, VenueRows

OSLO = Venue("XOSL", "NOK", time(8), time(15, 20), country="Norway")

ROWS = VenueRows(
    "Oslo Børs",
    {"OL": OSLO},
    "Europe/Oslo",
    VenueSchedule(by_kind()),
    withholding=always(0.25, "recalled"),
    withholding_of_funds=IRISH_FUNDS,
    settlement=always(2, "European settlement"),
    sources=("No tax on trades on the exchange; no price limit; halts.",),
)
