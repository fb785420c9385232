"""Madrid: the tax on financial transactions, on purchases of large Spanish companies."""

from __future__ import annotations

from datetime import time

from newsfolio.dated import always
from newsfolio.levies import VenueSchedule, by_kind, history, tax_on_purchases
from newsfolio.venue import Venue
from newsfolio.venue_rows import IRISH_FUNDS, VenueRows

MADRID = Venue("XMAD", "EUR", time(8), time(16, 30), country="Spain")

_TRANSACTIONS = tax_on_purchases(
    "financial transaction tax",
    ("", 0.0, "none before"),
    ("2021-01-16", 0.2, "Ley 5/2020; recalled"),
)

ROWS = VenueRows(
    "Bolsa de Madrid",
    {"MC": MADRID},
    "Europe/Madrid",
    VenueSchedule(
        by_kind((_TRANSACTIONS,), funds=()),
        notes=(
            "Madrid: every share is taken for one of a Spanish company worth more than EUR 1 "
            "billion, which pays the financial transaction tax; another one: Asset(..., "
            "taxed=always(False)).",
        ),
    ),
    withholding=history(
        100,
        ("", 18, "recalled"),
        ("2010-01-01", 19, "recalled"),
        ("2012-01-01", 21, "recalled"),
        ("2015-01-01", 20, "recalled; 19.5 from July"),
        ("2016-01-01", 19, "recalled"),
    ),
    untaxed=((r"(AIR|MTS)\.MC", "company of another country; recalled"),),
    withholding_of_funds=IRISH_FUNDS,
    settlement=always(2, "European Union"),
    sources=("No price limit; halts.",),
)
