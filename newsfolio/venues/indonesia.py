"""Jakarta: a tax on sales, rejection bands by price."""

from __future__ import annotations

from datetime import time

from newsfolio.boards import Board, PriceBands, limits
from newsfolio.dated import always
from newsfolio.levies import TickTable, VenueSchedule, by_kind, of_value, tax_on_sales
from newsfolio.venue import Kind, Venue
from newsfolio.venue_rows import SessionRows, VenueRows

JAKARTA = Venue("XIDX", "IDR", time(2), time(8, 50), country="Indonesia")

_TAX = tax_on_sales("sales tax", ("", 0.1, "recalled"))
_LEVY = of_value("exchange levy", ("", 0.04, "about; recalled"))

_STEPS = TickTable.below((200, 1), (500, 2), (2000, 5), (5000, 10), above=25)
_UP = TickTable((200.0, 5000.0), (0.35, 0.25, 0.20))
_DOWN = TickTable((), (0.15,))
_LIMIT = limits(
    ("", PriceBands(_UP, _UP, fractions=True), "recalled"),
    ("2025-04-08", PriceBands(_UP, _DOWN, fractions=True), "IDX; the day is recalled"),
)
_BOARD = Board(_LIMIT, always(1, "twice the band; recalled"), _STEPS, inward=True)

ROWS = VenueRows(
    "Indonesia Stock Exchange",
    {"JK": JAKARTA},
    "Asia/Jakarta",
    VenueSchedule(
        by_kind((_TAX, _LEVY)),
        ticks={Kind.STOCK: always(_STEPS, "IDX Kep-00196/BEI/12-2024 as quoted in public code")},
    ),
    lot=always(100, "IDX"),
    withholding=always(0.20, "recalled"),
    board_of_kind=dict.fromkeys((Kind.STOCK, Kind.ETF, Kind.REIT), _BOARD),
    sessions=SessionRows(
        shut=(
            "2025-08-18",
            "2026-01-16",
            "2026-02-16",
            "2026-03-18",
            "2026-03-19",
            "2026-03-20",
            "2026-03-23",
            "2026-03-24",
            "2026-05-15",
            "2026-05-27",
            "2026-05-28",
            "2026-06-16",
            "2026-08-25",
            "2026-12-24",
        ),
    ),
    settlement=always(2, "IDX"),
    shorting="few lines, which is not simulated",
    sources=(
        "exchange_calendars 4.13 lacks the moving holidays of 2026: as in QuantLib 1.44; "
        "2025-08-18 is recalled.",
        "Narrower bands of 2020 to 2023 are left out: recalled.",
    ),
)
