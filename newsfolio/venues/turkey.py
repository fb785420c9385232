"""Istanbul: no tax on trades, a price limit of a tenth."""

from __future__ import annotations

from datetime import time

from newsfolio.boards import Board
from newsfolio.dated import always
from newsfolio.levies import TickTable, VenueSchedule, by_kind, history
from newsfolio.venue import Kind, Venue
from newsfolio.venue_rows import VenueRows

ISTANBUL = Venue("XIST", "TRY", time(7), time(15), country="Turkey")

_STEPS = TickTable.below((20, 0.01), (50, 0.02), (100, 0.05), (250, 0.1), (500, 0.25), above=0.5)
_BOARD = Board(always(0.10, "recalled"), always(0), _STEPS, inward=True)

ROWS = VenueRows(
    "Borsa Istanbul",
    {"IS": ISTANBUL},
    "Europe/Istanbul",
    VenueSchedule(by_kind()),
    withholding=history(
        100,
        ("", 15, "recalled"),
        ("2021-12-22", 10, "recalled"),
        ("2024-12-22", 15, "the month is recalled"),
    ),
    board_of_kind=dict.fromkeys((Kind.STOCK, Kind.ETF, Kind.REIT), _BOARD),
    settlement=always(2, "Takasbank"),
    shorting="banned at times, which is not simulated; recalled",
    sources=("No tax on trades. Price limit and steps are recalled.",),
)
