"""Kuala Lumpur: stamp duty up to a bound, a price limit of three tenths."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from newsfolio.boards import Board
from newsfolio.dated import always
from newsfolio.levies import TickTable, VenueSchedule, by_kind, history, of_value, tax_on_both
from newsfolio.venue import Kind, Venue
from newsfolio.venue_rows import SessionRows, VenueRows

KUALA_LUMPUR = Venue("XKLS", "MYR", time(1), time(9), country="Malaysia")

_STAMP = replace(
    tax_on_both(
        "stamp duty",
        ("", 0.1, "recalled"),
        ("2022-01-01", 0.15, "recalled"),
        ("2023-07-13", 0.1, "recalled"),
    ),
    maximum=history(1, ("", 200, "recalled"), ("2022-01-01", 1000, "recalled")),
)
_CLEARING = replace(
    of_value("clearing fee", ("", 0.03, "Bursa Malaysia; recalled")),
    maximum=always(1000.0, "recalled"),
)
_STEPS = TickTable.below((1, 0.005), (10, 0.01), (100, 0.02), above=0.1)
_BOARD = Board(always(0.30, "recalled"), always(1, "bounds of its own; recalled"), _STEPS,
               inward=True)  # fmt: skip

ROWS = VenueRows(
    "Bursa Malaysia",
    {"KL": KUALA_LUMPUR},
    "Asia/Kuala_Lumpur",
    VenueSchedule(
        by_kind((_STAMP, _CLEARING), funds=(_CLEARING,)),
        ticks={Kind.STOCK: always(_STEPS, "Bursa Malaysia; recalled")},
    ),
    lot=always(100, "Bursa Malaysia"),
    withholding=always(0.0, "one-tier system; recalled"),
    board_of_kind=dict.fromkeys((Kind.STOCK, Kind.ETF, Kind.REIT), _BOARD),
    sessions=SessionRows(
        shut=(
            "2021-12-03",
            "2022-11-18",
            "2022-11-28",
            "2023-02-06",
            "2024-03-28",
            "2025-09-15",
        ),
        added=("2024-03-27T09:00",),
    ),
    settlement=always(2, "Bursa Malaysia"),
    shorting="lines of a regulated list, which is not simulated",
    sources=(
        "All of it is recalled but lots, settlement and the days below.",
        "2021-12-03 and 2022-11-18: the exchange, Malaysian Reserve of 2021-12-02 and Reuters of "
        "2022-11-16; 2022-11-28, the next day that was declared at short notice, is recalled.",
        "2023-02-06 for Thaipusam of the Sunday, 2024-03-28 for the 17th of Ramadan, not the "
        "day before: QuantLib 1.44. 2025-09-15: the exchange, Oriental Daily of 2025-08-26.",
    ),
)
