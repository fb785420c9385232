"""Hong Kong: counters in three currencies, duties, fees and price steps."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time
from math import inf

from newsfolio.dated import Dated, Row, always
from newsfolio.levies import (
    Basis,
    Levy,
    TickTable,
    VenueSchedule,
    commission,
    history,
    of_value,
    tax_on_both,
)
from newsfolio.venue import Kind, Venue
from newsfolio.venue_rows import Counters, SessionRows, VenueRows

HONG_KONG = Venue("XHKG", "HKD", time(1, 30), time(8, 10), country="China")
HONG_KONG_CNY = replace(HONG_KONG, currency="CNY")
HONG_KONG_USD = replace(HONG_KONG, currency="USD")

USD_COUNTERS = {
    f"{code}.HK": f"{of}.HK"
    for code, of in (
        ("9010", "3010"), ("9067", "3067"), ("9074", "3074"), ("9081", "3081"), ("9086", "3086"),
        ("9088", "3088"), ("9096", "3096"), ("9115", "3115"), ("9141", "3141"), ("9151", "3151"),
        ("9169", "3169"), ("9173", "3173"), ("9181", "3181"), ("9191", "3191"), ("9801", "2801"),
        ("9804", "2804"), ("9812", "2812"), ("9820", "2820"), ("9826", "2826"), ("9834", "2834"),
        ("9836", "2836"), ("9840", "2840"), ("9845", "2845"), ("9846", "2846"),
    )
}  # fmt: skip
"""Funds of Hong Kong that trade in US dollars, and their counter in Hong Kong's; recalled."""

_COUNTERS = (
    *(Counters(re.escape(code), HONG_KONG_USD) for code in USD_COUNTERS),
    Counters(
        r"9[0-5]\d\d\.HK|98[0-4]\d\.HK",
        None,
        "Hong Kong keeps this code for funds in US dollars, and no row says what it is. Declare "
        'it: Asset("{ticker}", venue=HONG_KONG_USD), or HONG_KONG for dollars of Hong Kong.',
    ),
    Counters(r"8\d{4}\.HK", HONG_KONG_CNY),
)
"""Codes whose currency is not that of their venue; shares have other codes with a nine."""

_STAMP = (
    ("", 0.10, "Inland Revenue Department"),
    ("2021-08-01", 0.13, "Inland Revenue Department, budget 2021-22"),
    ("2023-11-17", 0.10, "Stamp Duty (Amendment) (Stock Transfers) Ordinance 2023"),
)
_WAIVED = ("2024-12-21", 0.0, "Stamp Duty (Amendment) Ordinance 2024: waived for REIT units")

_STAMP_ON_SHARES = replace(tax_on_both("stamp duty", *_STAMP), step=1.0)
_STAMP_ON_TRUSTS = replace(tax_on_both("stamp duty", *_STAMP, _WAIVED), step=1.0)

_STAMP_ON_FUNDS = replace(
    tax_on_both(
        "stamp duty",
        ("", 0.10, "as for shares; funds with few Hong Kong stocks had relief from 2010"),
        ("2015-02-13", 0.0, "Stamp Duty (Amendment) Ordinance 2015: waived for all ETFs"),
    ),
    step=1.0,
)

_FEES = "HKEX transaction fees"
_NO_TARIFF = "HKEX news release 2022-11-01"
_NEW_CCASS = "2025-06-30"
_SETTLEMENT = "HKSCC; papers of the day say 30 June 2025, one page says 1 June"

_MARKET = (
    of_value(
        "SFC levy",
        ("", 0.005, "Securities and Futures (Reduction of Levy) Order 2006"),
        ("2006-12-01", 0.004, "Securities and Futures (Reduction of Levy) Order 2006"),
        ("2010-10-01", 0.003, "Securities and Futures (Levy) (Amendment) Order 2010"),
        ("2014-11-01", 0.0027, "Securities and Futures (Levy) (Amendment) Order 2014"),
    ),
    of_value("AFRC levy", ("", 0.0, "none before"), ("2022-01-01", 0.00015, _FEES)),
    of_value("trading fee", ("", 0.005, _FEES), ("2023-01-01", 0.00565, _NO_TARIFF)),
    Levy(
        "trading tariff",
        Basis.ORDER,
        history(1, ("", 0.50, _FEES), ("2023-01-01", 0.0, _NO_TARIFF)),
    ),
    replace(
        of_value("CCASS fee", ("", 0.002, "HKSCC"), (_NEW_CCASS, 0.0042, _SETTLEMENT)),
        minimum=history(1, ("", 2.0, "HKSCC"), (_NEW_CCASS, 0.0, _SETTLEMENT)),
        maximum=history(1, ("", 100.0, "HKSCC"), (_NEW_CCASS, inf, _SETTLEMENT)),
    ),
    commission(0.03, "judgement: the low end of 0.03 to 0.25 %, no minimum"),
)

_BOUNDS = (0.25, 0.5, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0)
_LOW, _HIGH = (0.001, 0.005, 0.01), (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)

_TICKS = Dated(
    (
        Row(None, TickTable(_BOUNDS, (*_LOW, 0.02, 0.05, *_HIGH)), "HKEX, in force 2006-07-24"),
        Row(
            date(2025, 8, 4),
            TickTable(_BOUNDS, (*_LOW, 0.01, 0.02, *_HIGH)),
            "HKEX reduction of minimum spreads, phase 1",
        ),
        Row(
            date(2026, 8, 3),
            TickTable(_BOUNDS, (0.001, 0.005, 0.005, 0.01, 0.02, *_HIGH)),
            "HKEX reduction of minimum spreads, phase 2; as reported by news of the day",
        ),
    )
)

_SCHEDULE = VenueSchedule(
    {
        Kind.STOCK: (_STAMP_ON_SHARES, *_MARKET),
        Kind.ETF: (_STAMP_ON_FUNDS, *_MARKET),
        Kind.REIT: (_STAMP_ON_TRUSTS, *_MARKET),
    },
    ticks={Kind.STOCK: _TICKS, Kind.REIT: _TICKS},
    commission="Hong Kong 0.03 % of value without a minimum",
    notes=(
        "Hong Kong funds pay stamp duty until 2015-02-12, though some were exempt from 2010.",
        "Half-spread: a judgement for each line; Hong Kong stocks pay at least half a tick of the "
        "exchange's table, dated. The ticks of funds are left out.",
    ),
)

_STORMS = (
    "1999-09-16", "2001-07-06", "2001-07-25", "2008-08-06", "2008-08-22", "2011-09-29",
    "2013-08-14", "2016-08-02", "2016-10-21", "2017-08-23", "2020-10-13", "2021-10-13",
    "2023-07-17", "2023-09-01", "2023-09-08", "2024-09-06",
)  # fmt: skip
"""exchange_calendars 4.13 has sessions on 2023-09-01 (typhoon Saola) and 2023-09-08 (black rain),
when Hong Kong had none; from 2024-09-23 it trades through."""

ROWS = VenueRows(
    "Hong Kong",
    {"HK": HONG_KONG},
    "Asia/Hong_Kong",
    _SCHEDULE,
    lot=always(100, "assumed where the line has no row: board lots are 10 to 100,000"),
    withholding=always(0.10, "assumed, as for an H share: no row says what is withheld"),
    counters=_COUNTERS,
    sessions=SessionRows(lost=_STORMS),
    settlement=always(2, "HKSCC"),
    shorting="designated lines, not below the best ask; neither is simulated",
    sources=("No price limit; the cooling-off of five minutes is not simulated.",),
)
