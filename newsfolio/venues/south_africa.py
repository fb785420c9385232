"""Johannesburg: quoted in cents; securities transfer tax on purchases."""

from __future__ import annotations

from datetime import time

from newsfolio.dated import always
from newsfolio.levies import VenueSchedule, by_kind, history, tax_on_purchases
from newsfolio.venue import Venue
from newsfolio.venue_rows import SessionRows, VenueRows

JOHANNESBURG = Venue("XJSE", "ZAR", time(7), time(15), country="South Africa", unit="ZAc")

_TRANSFER = tax_on_purchases("securities transfer tax", ("", 0.25, "recalled"))

ROWS = VenueRows(
    "Johannesburg Stock Exchange",
    {"JO": JOHANNESBURG},
    "Africa/Johannesburg",
    VenueSchedule(by_kind((_TRANSFER,), funds=())),
    withholding=history(
        100,
        ("", 0, "recalled"),
        ("2012-04-01", 15, "recalled"),
        ("2017-02-22", 20, "recalled"),
    ),
    sessions=SessionRows(shut=("2024-05-29", "2026-11-04")),
    settlement=always(3, "recalled"),
    sources=(
        "Funds pay no transfer tax: recalled.",
        "Elections on 2024-05-29 and 2026-11-04: as in QuantLib 1.44.",
    ),
)
