"""The mainland through Stock Connect: Shanghai, Shenzhen, duties, fees and price limits.

"Recalled" marks a row that no document at hand confirms.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from newsfolio.boards import MILL, Board, limits
from newsfolio.dated import Dated, Row, always
from newsfolio.levies import (
    PERCENT,
    VenueSchedule,
    commission,
    history,
    of_value,
    tax_on_sales,
)
from newsfolio.venue import Kind, Venue
from newsfolio.venue_rows import Counters, VenueRows

MAINLAND = Venue(
    "XSHG", "CNY", time(1, 30), time(7, 0), needs="XHKG", shorting=False, country="China"
)
SHANGHAI_B = replace(MAINLAND, currency="USD", needs=None)
SHENZHEN_B = replace(MAINLAND, currency="HKD", needs=None)
"""B shares are open to foreigners directly."""

_CONNECT = "Stock Connect fee tables of Hong Kong brokers"
_2015 = "questions and answers of SSE, SZSE and CSDC, 2015-07-03"

_COMMISSION = commission(0.03, "judgement: the low end of 0.03 to 0.25 %, no minimum")
_HKSCC_TRANSFER = of_value("HKSCC transfer fee", ("", 0.002, _CONNECT))

_STOCKS = (
    of_value(
        "handling fee",
        ("", 0.00696, _2015),
        ("2015-08-01", 0.00487, _2015),
        ("2023-08-28", 0.00341, _CONNECT),
    ),
    of_value("CSRC management fee", ("", 0.002, _CONNECT)),
    of_value(
        "ChinaClear transfer fee",
        ("", 0.002, f"{_CONNECT}; by par value in Shanghai before 2015-08-01"),
        ("2022-04-29", 0.001, f"{_CONNECT} for the rate; the day is recalled"),
    ),
    _HKSCC_TRANSFER,
    tax_on_sales(
        "stamp duty",
        ("", 0.10, "State Taxation Administration"),
        ("2023-08-28", 0.05, "Ministry of Finance and State Taxation Administration"),
    ),
    _COMMISSION,
)

_FUNDS = (
    of_value("handling fee", ("", 0.004, _CONNECT)),
    _HKSCC_TRANSFER,
    _COMMISSION,
)

_PORTFOLIO_FEE = history(PERCENT, ("", 0.008, f"HKSCC, its first tier; {_CONNECT}"))

_SCHEDULE = VenueSchedule(
    {Kind.STOCK: _STOCKS, Kind.ETF: _FUNDS, Kind.REIT: _FUNDS},
    holding=_PORTFOLIO_FEE,
    commission="mainland 0.03 % of value without a minimum",
    early="ChinaClear fee before 2015-08",
    notes=(
        "Mainland longs pay the portfolio fee of 0.008 % a year, its first tier, by days / 365. "
        "B shares are charged what A shares cost through Stock Connect.",
    ),
)

_TENTH = limits(
    ("", None, "none before"),
    ("1996-12-16", 0.10, "CSRC notice of 1996-12-13; the day is recalled"),
)
_WARNED: Dated[float | None] = Dated(
    (
        Row(None, None, "there was no special treatment before"),
        Row(date(1998, 4, 22), 0.05, "special treatment of listed companies; the day is recalled"),
        Row(date(2026, 7, 6), 0.10, "trading rules of SSE and SZSE of 2026-04-24"),
    )
)
_REGISTERED = date(2023, 4, 10)
_REFORM = date(2020, 8, 24)

_MAIN = Board(
    _TENTH,
    Dated(
        (
            Row(None, 1, "the first session has bounds of its own; recalled"),
            Row(_REGISTERED, 5, "first listings under full registration; the day is recalled"),
        )
    ),
    warned=_WARNED,
)
_CHINEXT = Board(
    limits(
        ("", 0.10, "SZSE trading rules"),
        ("2020-08-24", 0.20, "SZSE special rules for trading on ChiNext, 2020-06-12"),
    ),
    Dated(
        (
            Row(None, 1, "the first session has bounds of its own; recalled"),
            Row(_REFORM, 5, "SZSE special rules for trading on ChiNext, 2020-06-12"),
        )
    ),
)
_STAR = Board(
    always(0.20, "SSE special rules for trading on the STAR market, 2019"),
    always(5, "SSE special rules for trading on the STAR market, 2019"),
)
_B_SHANGHAI = Board(_TENTH, always(1, "recalled"), MILL, _WARNED)
_B_SHENZHEN = Board(_TENTH, always(1, "recalled"), warned=_WARNED)
_FUNDS_BOARD = Board(_TENTH, always(0, "a fund has its limit from the first session"), MILL)
_TRUSTS = Board(_TENTH, always(1, "the first session has bounds of its own: 30 %; recalled"), MILL)
_STAR_FUNDS = Board(_STAR.limit, always(0, "as other funds"), MILL)
_CHINEXT_FUNDS = Board(_CHINEXT.limit, always(0, "as other funds"), MILL)

_BOARDS = (
    (r"68[89]\d*\.SS", _STAR),
    (r"900\d*\.SS", _B_SHANGHAI),
    (r"58[89]\d*\.SS", _STAR_FUNDS),
    (r"508\d*\.SS", _TRUSTS),
    (r"5\d*\.SS", _FUNDS_BOARD),
    (r"30\d*\.SZ", _CHINEXT),
    (r"200\d*\.SZ", _B_SHENZHEN),
    (r"159(908|915|948|949|952|957|958|964|966|967|977)\d*\.SZ", _CHINEXT_FUNDS),
    (r"180\d*\.SZ", _TRUSTS),
    (r"1\d*\.SZ", _FUNDS_BOARD),
)
"""Which funds follow ChiNext or STAR is recalled; one that is missing here counts as any fund."""

ROWS = VenueRows(
    "Shanghai and Shenzhen",
    {"SS": MAINLAND, "SZ": MAINLAND},
    "Asia/Shanghai",
    _SCHEDULE,
    lot=always(100, "trading rules of SSE and SZSE"),
    withholding=always(0.10, "A-shares through Stock Connect: 10 %"),
    counters=(Counters(r"900\d{3}\.SS", SHANGHAI_B), Counters(r"200\d{3}\.SZ", SHENZHEN_B)),
    boards=_BOARDS,
    board_of_kind={"star": _STAR, Kind.ETF: _FUNDS_BOARD, Kind.STOCK: _MAIN, Kind.REIT: _MAIN},
    settlement=always(1, "money; shares on the day of the trade"),
    shorting="not through Stock Connect in practice",
)
