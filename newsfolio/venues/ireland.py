"""Dublin: one per cent of stamp duty on Irish shares."""

from __future__ import annotations

from datetime import time

from newsfolio.dated import always
from newsfolio.levies import VenueSchedule, by_kind, history, tax_on_purchases
from newsfolio.venue import Venue
from newsfolio.venue_rows import IRISH_FUNDS, VenueRows

DUBLIN = Venue("XDUB", "EUR", time(8), time(16, 28), country="Ireland")

_STAMP = tax_on_purchases("stamp duty", ("", 1.0, "Stamp Duties Consolidation Act 1999"))

ROWS = VenueRows(
    "Euronext Dublin",
    {"IR": DUBLIN},
    "Europe/Dublin",
    VenueSchedule(
        by_kind((_STAMP,), funds=()),
        notes=("Dublin: every share is taken for one of an Irish company, which pays stamp duty.",),
    ),
    withholding=history(
        100, ("", 20, "recalled"), ("2020-01-01", 25, "recalled; exempt by declaration")
    ),
    withholding_of_funds=IRISH_FUNDS,
    settlement=always(2, "T+1 from 2027-10-11"),
    sources=("No price limit.",),
)
