"""Riyadh: Sunday to Thursday, a price limit of a tenth."""

from __future__ import annotations

from datetime import time

from newsfolio.boards import Board
from newsfolio.dated import always
from newsfolio.levies import TickTable, VenueSchedule, by_kind
from newsfolio.venue import Kind, Venue
from newsfolio.venue_rows import SessionRows, VenueRows

RIYADH = Venue("XSAU", "SAR", time(7), time(12), country="Saudi Arabia")

_STEPS = TickTable.below((25, 0.02), (50, 0.05), (100, 0.1), (250, 0.2), above=0.5)
_BOARD = Board(
    always(0.10, "recalled"), always(3, "30 % on the first three sessions; recalled"), _STEPS,
    inward=True,
)  # fmt: skip

_NOMU = Board(always(0.30, "parallel market; recalled"), always(0), _STEPS, inward=True)

ROWS = VenueRows(
    "Saudi Exchange, Riyadh",
    {"SR": RIYADH},
    "Asia/Riyadh",
    VenueSchedule(by_kind()),
    withholding=always(0.05, "recalled"),
    boards=((r"9\d{3}\.SR", _NOMU),),
    board_of_kind=dict.fromkeys((Kind.STOCK, Kind.ETF, Kind.REIT), _BOARD),
    sessions=SessionRows(
        shut=("2022-09-22", "2023-06-25", "2023-06-26", "2025-02-23", "2025-06-10"),
        added=(
            "2021-02-22T12:00",
            "2023-07-02T12:00",
            "2024-04-14T12:00",
            "2024-04-15T12:00",
            "2024-06-13T12:00",
            "2024-06-23T12:00",
            "2025-06-04T12:00",
        ),
    ),
    settlement=always(2, "Edaa"),
    shorting="covered alone; recalled",
    sources=(
        "No tax on trades. Price limit and steps are recalled.",
        "2021-02-22 was before there was a Founding Day; National Day of 2022: 09-22 (zawya).",
        "Holidays as the exchange announced them: from after 2023-06-22 to before 07-02 (zawya), "
        "2024-04-04 to 04-14 (Reuters), 2025-06-04 to 06-11 (Economy Middle East); sessions on "
        "2024-06-13 and 2024-06-23 and none on 2025-02-23 by QuantLib 1.44, recalled.",
    ),
)
