"""Bangkok: no tax on trades, a price limit of three tenths."""

from __future__ import annotations

from datetime import time

from newsfolio.boards import Board
from newsfolio.dated import always
from newsfolio.levies import TickTable, VenueSchedule, by_kind, of_value
from newsfolio.venue import Kind, Venue
from newsfolio.venue_rows import VenueRows

BANGKOK = Venue("XBKK", "THB", time(3), time(9, 30), country="Thailand")

_FEES = of_value("trading and clearing fee", ("", 0.006, "about; recalled"))
_STEPS = TickTable.below(
    (2, 0.01), (5, 0.02), (10, 0.05), (25, 0.1), (100, 0.25), (200, 0.5), (400, 1), above=2
)
_FREE = always(1, "bounds of its own; recalled")
_LOCAL = Board(always(0.30, "recalled"), _FREE, _STEPS, inward=True)
_FOREIGN = Board(always(0.60, "foreign line; recalled"), _FREE, _STEPS, inward=True)

ROWS = VenueRows(
    "Stock Exchange of Thailand",
    {"BK": BANGKOK},
    "Asia/Bangkok",
    VenueSchedule(by_kind((_FEES,)), ticks={Kind.STOCK: always(_STEPS, "SET; recalled")}),
    lot=always(100, "SET"),
    withholding=always(0.10, "recalled"),
    boards=((r".*-F\.BK", _FOREIGN),),
    board_of_kind=dict.fromkeys((Kind.STOCK, Kind.ETF, Kind.REIT), _LOCAL),
    settlement=always(2, "SET"),
    shorting="borrowed, on an uptick, which is not simulated",
    sources=("The planned tax on trades was shelved: recalled. Limit and steps are recalled.",),
)
