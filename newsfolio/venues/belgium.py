"""Brussels: a tax on trades that residents alone owe."""

from __future__ import annotations

from datetime import time

from newsfolio.dated import always
from newsfolio.levies import VenueSchedule, by_kind, history
from newsfolio.venue import Venue
from newsfolio.venue_rows import IRISH_FUNDS, VenueRows

BRUSSELS = Venue("XBRU", "EUR", time(8), time(16, 30), country="Belgium")

ROWS = VenueRows(
    "Euronext Brussels",
    {"BR": BRUSSELS},
    "Europe/Brussels",
    VenueSchedule(
        by_kind(),
        notes=(
            "Brussels: the tax on exchange transactions, 0.35 % each side, is owed by residents of "
            "Belgium, and is not charged.",
        ),
    ),
    withholding=history(
        100, ("", 25, "recalled"), ("2016-01-01", 27, "recalled"), ("2017-01-01", 30, "recalled")
    ),
    withholding_of_funds=IRISH_FUNDS,
    settlement=always(2, "European Union"),
    sources=("The tax on exchange transactions is recalled.", "No price limit."),
)
