"""Zurich: a stamp on trades that Swiss dealers collect."""

from __future__ import annotations

from datetime import time

from newsfolio.dated import always
from newsfolio.levies import VenueSchedule, by_kind
from newsfolio.venue import Venue
from newsfolio.venue_rows import IRISH_FUNDS, VenueRows

ZURICH = Venue("XSWX", "CHF", time(8), time(16, 30), country="Switzerland")

ROWS = VenueRows(
    "SIX Swiss Exchange",
    {"SW": ZURICH},
    "Europe/Zurich",
    VenueSchedule(
        by_kind(),
        notes=(
            "Zurich: the securities transfer stamp, 0.075 % on Swiss and 0.15 % on foreign lines "
            "each side, is owed through Swiss dealers alone, and is not charged.",
        ),
    ),
    withholding=always(0.35, "Verrechnungssteuergesetz; recalled"),
    withholding_of_funds=IRISH_FUNDS,
    settlement=always(2, "T+1 from 2027-10-11, recalled"),
    sources=("The transfer stamp is recalled.", "No price limit; halts."),
)
