"""Mumbai, both exchanges: securities transaction tax on either side, stamp duty on purchases."""

from __future__ import annotations

from datetime import time

from newsfolio.dated import always
from newsfolio.levies import (
    VenueSchedule,
    by_kind,
    history,
    of_value,
    tax_on_both,
    tax_on_purchases,
    tax_on_sales,
)
from newsfolio.venue import Kind, Venue
from newsfolio.venue_rows import SessionRows, VenueRows

MUMBAI = Venue("XBOM", "INR", time(3, 45), time(10), country="India")

_ON_SHARES = tax_on_both(
    "securities transaction tax",
    ("", 0.0, "none before"),
    ("2004-10-01", 0.075, "recalled"),
    ("2006-06-01", 0.125, "recalled"),
    ("2012-07-01", 0.1, "on delivery; the day is recalled"),
)
_ON_FUNDS = tax_on_sales(
    "securities transaction tax", ("", 0.0, "none before"), ("2012-07-01", 0.001, "recalled")
)
_STAMP = tax_on_purchases(
    "stamp duty",
    ("", 0.0, "a duty of the states before, left out"),
    ("2020-07-01", 0.015, "Finance Act 2019; recalled"),
)
_EXCHANGE = of_value("exchange fee", ("", 0.003, "about; recalled"))
_SEBI = of_value("SEBI fee", ("", 0.0001, "recalled"))
_ON_FEES = of_value(
    "tax on fees",
    ("", 0.0, "service tax before, left out"),
    ("2017-07-01", 0.18 * 0.0031, "goods and services tax of 18 % on both fees; recalled"),
)
_FEES = (_EXCHANGE, _SEBI, _ON_FEES)

_BUDGETS = ("2015-02-28T10:00", "2020-02-01T10:00", "2025-02-01T10:00", "2026-02-01T10:00")
_DRILLS = ("2024-03-02T07:00", "2024-05-18T07:10")
_DIWALI = (
    "2013-11-03T13:45", "2014-10-23T13:45", "2015-11-11T13:15", "2016-10-30T14:00",
    "2017-10-19T14:00", "2018-11-07T13:00", "2019-10-27T13:45", "2020-11-14T13:45",
    "2021-11-04T13:45", "2022-10-24T13:45", "2023-11-12T13:45", "2024-11-01T13:30",
    "2025-10-21T09:15",
)  # fmt: skip
"""An hour in the evening; in 2025 in the afternoon."""

ROWS = VenueRows(
    "Mumbai: NSE and BSE",
    {"NS": MUMBAI, "BO": MUMBAI},
    "Asia/Kolkata",
    VenueSchedule(by_kind((_ON_SHARES, _STAMP, *_FEES), funds=(_ON_FUNDS, _STAMP, *_FEES))),
    withholding=history(
        100,
        ("", 0, "the company paid the tax"),
        ("2020-04-01", 20.8, "20 and the cess; recalled"),
    ),
    kinds=((r"[A-Z0-9]*(BEES|ETF|IETF)\.(NS|BO)", Kind.ETF),),
    sessions=SessionRows(
        added=(*_BUDGETS, *_DRILLS, *_DIWALI),
    ),
    settlement=always(1, "since 2023-01; recalled"),
    shorting="little is lent; recalled",
    sources=(
        "Budget sessions on Saturday 2025-02-01 and Sunday 2026-02-01: business-standard "
        "2026-01-16; those of 2015 and 2020, the drills of 2024 on Saturdays and the hours of the "
        "evenings of Diwali are recalled.",
        "Price bands of 2 to 20 % by line are not simulated: none on lines with derivatives.",
    ),
)
