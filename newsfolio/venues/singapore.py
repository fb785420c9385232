"""Singapore: clearing and access fees, lots of 100."""

from __future__ import annotations

from datetime import date, time

from newsfolio.dated import Dated, Row, always
from newsfolio.levies import TickTable, VenueSchedule, by_kind, of_value
from newsfolio.venue import Kind, Venue
from newsfolio.venue_rows import VenueRows

SINGAPORE = Venue("XSES", "SGD", time(1), time(9), country="Singapore")

_FEES = 0.0325 + 0.0075
_MARKET = (
    of_value("clearing fee", ("", 0.0325, "SGX; recalled")),
    of_value("access fee", ("", 0.0075, "SGX; recalled")),
    of_value(
        "tax on fees",
        ("", 0.07 * _FEES, "goods and services tax of 7 %; recalled"),
        ("2023-01-01", 0.08 * _FEES, "8 %; recalled"),
        ("2024-01-01", 0.09 * _FEES, "9 %; recalled"),
    ),
)
_STEPS = TickTable.below((0.2, 0.001), (1, 0.005), above=0.01)

ROWS = VenueRows(
    "Singapore Exchange",
    {"SI": SINGAPORE},
    "Asia/Singapore",
    VenueSchedule(by_kind(_MARKET), ticks={Kind.STOCK: always(_STEPS, "SGX; recalled")}),
    lot=Dated((Row(None, 1000, "recalled"), Row(date(2015, 1, 19), 100, "SGX; day recalled"))),
    withholding=always(0.0, "one-tier system"),
    settlement=always(2, "SGX, since 2018-12-10; recalled"),
    shorting="borrowed, sales marked",
    sources=(
        "No tax on listed trades: recalled. Lines in other currencies: an Asset with a Venue.",
        "Lots of 10 above SGD 10 and 1 above SGD 100 are planned for 2026: no day was found.",
    ),
)
