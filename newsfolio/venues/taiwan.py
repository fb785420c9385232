"""Taipei, main board and over the counter: a tax on sales, a price limit of a tenth."""

from __future__ import annotations

from datetime import date, time

from newsfolio.boards import Board, limits
from newsfolio.dated import Dated, Row, always
from newsfolio.levies import TickTable, VenueSchedule, by_kind, history, tax_on_sales
from newsfolio.venue import Kind, Venue
from newsfolio.venue_rows import VenueRows

TAIPEI = Venue("XTAI", "TWD", time(1), time(5, 30), country="Taiwan")

_ACT = "Securities Transaction Tax Act"
_ON_SHARES = tax_on_sales("securities transaction tax", ("", 0.3, _ACT))
_ON_FUNDS = tax_on_sales("securities transaction tax", ("", 0.1, _ACT))

_STEPS = TickTable.below((10, 0.01), (50, 0.05), (100, 0.1), (500, 0.5), (1000, 1), above=5)
_STEPS_OF_FUNDS = TickTable.below((50, 0.01), above=0.05)
_LIMIT = limits(
    ("", 0.07, "recalled"), ("2015-06-01", 0.10, "trading rules of TWSE; the day is recalled")
)
_FREE = Dated((Row(None, 0), Row(date(2005, 3, 1), 5, "first listings; recalled")))
_BOARD = Board(_LIMIT, _FREE, _STEPS, inward=True)
_BOARD_OF_FUNDS = Board(_LIMIT, always(0), _STEPS_OF_FUNDS, inward=True)
_WITHOUT_LIMIT = Board(limits(("", None, "by the fund; recalled")), always(0), _STEPS_OF_FUNDS)
_OF_TAIWAN = r"00(50|51|52|53|55|56|57)\.TW"
"""Funds of Taiwan's shares, which have its price limit; those of foreign shares have none."""

ROWS = VenueRows(
    "Taipei: TWSE and TPEx",
    {"TW": TAIPEI, "TWO": TAIPEI},
    "Asia/Taipei",
    VenueSchedule(
        by_kind((_ON_SHARES,), funds=(_ON_FUNDS,)),
        ticks={
            Kind.STOCK: always(_STEPS, "TWSE; recalled"),
            Kind.ETF: always(_STEPS_OF_FUNDS, "TWSE; recalled"),
        },
    ),
    lot=Dated(
        (
            Row(None, 1000, "TWSE"),
            Row(date(2020, 10, 26), 1, "odd lots of 1 to 999 in the session; recalled"),
        )
    ),
    withholding=history(100, ("", 20, "recalled"), ("2018-01-01", 21, "recalled")),
    kinds=((r"00\d{2,4}[A-Z]?\.TWO?", Kind.ETF),),
    boards=((_OF_TAIWAN, _BOARD_OF_FUNDS), (r"00\d{2,4}[A-Z]?\.TWO?", _WITHOUT_LIMIT)),
    board_of_kind={Kind.STOCK: _BOARD, Kind.REIT: _BOARD, Kind.ETF: _BOARD_OF_FUNDS},
    settlement=always(2, "TWSE"),
    shorting="lists of lines, on an uptick; not simulated",
    sources=(
        "The tax of 0.15 % on sales of the same day (until 2027-12-31, recalled) is left out.",
        "Codes that begin with 00 are funds. The price limit of a few is known; the others are "
        "taken to have none, as those of foreign shares: recalled.",
    ),
)
