"""Tokyo: lots of 100, price limits in yen by the last close."""

from __future__ import annotations

from datetime import time

from newsfolio.boards import Board, PriceBands, limits
from newsfolio.dated import always
from newsfolio.levies import TickTable, VenueSchedule, by_kind, history
from newsfolio.venue import Kind, Venue
from newsfolio.venue_rows import VenueRows

TOKYO = Venue("XTKS", "JPY", time(0), time(6, 30), country="Japan")

_MOVES = TickTable.below(
    (100, 30), (200, 50), (500, 80), (700, 100), (1000, 150), (1500, 300), (2000, 400),
    (3000, 500), (5000, 700), (7000, 1000), (10_000, 1500), (15_000, 3000), (20_000, 4000),
    (30_000, 5000), (50_000, 7000), (70_000, 10_000), (100_000, 15_000), (150_000, 30_000),
    (200_000, 40_000), (300_000, 50_000), (500_000, 70_000), (700_000, 100_000),
    (1_000_000, 150_000), above=300_000,
)  # fmt: skip
_LIMIT = limits(
    ("", None, "another table before, left out"),
    ("2010-01-04", PriceBands(_MOVES, _MOVES), "daily price limits of TSE; recalled"),
)
_FINEST = 0.1
_BOARD = Board(_LIMIT, always(1, "until it has a first price"), _FINEST, less_dividends=False)

ROWS = VenueRows(
    "Tokyo Stock Exchange",
    {"T": TOKYO},
    "Asia/Tokyo",
    VenueSchedule(by_kind()),
    lot=always(100, "every line since 2018-10-01; before by line, recalled"),
    withholding=history(
        100,
        ("", 7, "recalled"),
        ("2013-01-01", 7.147, "recalled"),
        ("2014-01-01", 15.315, "listed shares; recalled"),
    ),
    board_of_kind=dict.fromkeys((Kind.STOCK, Kind.ETF, Kind.REIT), _BOARD),
    settlement=always(2, "since 2019-07-16; recalled"),
    sources=(
        "No tax on trades. Price steps are left out: shares of the TOPIX 500 have finer ones.",
        "Limits are counted from the last close without regard to cash dividends: recalled.",
        "A limit is not widened after days without a trade.",
        "Funds trade in lots of 1, 10 or 100: Asset(..., lot=always(1)).",
    ),
)
