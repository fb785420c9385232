"""Seoul, KOSPI and KOSDAQ: a tax on sales, a price limit of three tenths."""

from __future__ import annotations

from datetime import date, time

from newsfolio.boards import Board, limits
from newsfolio.dated import Dated, Row, always
from newsfolio.levies import TickTable, VenueSchedule, by_kind, tax_on_sales
from newsfolio.venue import Kind, Venue
from newsfolio.venue_rows import SessionRows, VenueRows

SEOUL = Venue("XKRX", "KRW", time(0), time(6, 30), country="South Korea")

_TAX = tax_on_sales(
    "securities transaction tax",
    ("", 0.30, "with the farm tax on KOSPI; recalled"),
    ("2019-06-03", 0.25, "recalled"),
    ("2021-01-01", 0.23, "recalled"),
    ("2023-01-01", 0.20, "recalled"),
    ("2024-01-01", 0.18, "Securities Transaction Tax Act"),
    ("2025-01-01", 0.15, "Securities Transaction Tax Act"),
    ("2026-01-01", 0.20, "hankyung.com 2025-12-01; studygov.kr"),
)

_OLD = TickTable.below(
    (1000, 1), (5000, 5), (10_000, 10), (50_000, 50), (100_000, 100), (500_000, 500), above=1000
)
_NEW = TickTable.below(
    (2000, 1), (5000, 5), (20_000, 10), (50_000, 50), (200_000, 100), (500_000, 500), above=1000
)
_STEPS = Dated((Row(None, _OLD, "recalled"), Row(date(2023, 1, 25), _NEW, "KRX; recalled")))
_LIMIT = limits(("", 0.15, "recalled"), ("2015-06-15", 0.30, "KRX; the day is recalled"))
_BOARD = Board(
    _LIMIT, always(1, "bounds of its own; recalled"), _NEW, inward=True, less_dividends=False
)
_BOARD_OF_FUNDS = Board(
    _LIMIT, always(0), TickTable.below((2000, 1), above=5), inward=True, less_dividends=False
)

ROWS = VenueRows(
    "Seoul: KOSPI and KOSDAQ",
    {"KS": SEOUL, "KQ": SEOUL},
    "Asia/Seoul",
    VenueSchedule(
        by_kind((_TAX,), funds=()),
        ticks={Kind.STOCK: _STEPS},
        notes=("Seoul: every line is taken for a share; funds pay no tax on sales: Kind.ETF.",),
    ),
    withholding=always(0.22, "20 and the local tax; recalled"),
    board_of_kind={Kind.STOCK: _BOARD, Kind.REIT: _BOARD, Kind.ETF: _BOARD_OF_FUNDS},
    sessions=SessionRows(shut=("2026-06-03", "2026-07-17")),
    settlement=always(2, "KRX"),
    shorting="banned from 2023-11-06 to 2025-03-30 (recalled), which is not simulated",
    sources=(
        "Local elections on 2026-06-03 and Constitution Day on 2026-07-17, a holiday again from "
        "2026: recalled.",
        "Limits are counted from the last close without regard to cash dividends: recalled.",
    ),
)
