"""Mexico: no tax on trades on the exchange."""

from __future__ import annotations

from datetime import time

from newsfolio.levies import VenueSchedule, by_kind, history
from newsfolio.venue import Venue
from newsfolio.venue_rows import SessionRows, VenueRows

MEXICO = Venue("XMEX", "MXN", time(14, 30), time(21, 0), country="Mexico")

ROWS = VenueRows(
    "Bolsa Mexicana de Valores",
    {"MX": MEXICO},
    "America/Mexico_City",
    VenueSchedule(by_kind()),
    withholding=history(100, ("", 0, "recalled"), ("2014-01-01", 10, "recalled")),
    sessions=SessionRows(shut=("2024-10-01",)),
    sources=(
        "Inauguration on 2024-10-01: as in QuantLib 1.44.",
        "No tax on trades. Lots are 100; odd lots trade, so one by one: recalled.",
        "Halts after 15 % are not simulated; recalled.",
    ),
)
