"""The United States: New York and Nasdaq, one calendar and one schedule of fees.

"Recalled" marks a row that no document at hand confirms. The dates of the fee of section 31 also
agree with its law: 60 days after an appropriation.
"""

from __future__ import annotations

from datetime import date, time

from newsfolio.dated import Dated, Row, always
from newsfolio.levies import MILLION, Basis, Levy, VenueSchedule, by_kind, history
from newsfolio.venue import Kind, Venue
from newsfolio.venue_rows import SessionRows, VenueRows

_ADVISORY = "SEC fee rate advisory"
_NOTICE = "FINRA information notice on section 31"
_RECALLED = "recalled; the day agrees with the law's 60 days"

_SECTION_31 = Levy(
    "SEC section 31 fee",
    Basis.VALUE,
    history(
        MILLION,
        ("", 25.70, f"{_ADVISORY} of 2009-12-17 names it as the rate until 2010-01-14"),
        ("2010-01-15", 12.70, f"{_ADVISORY} of 2009-12-17"),
        ("2010-04-01", 16.90, f"{_ADVISORY} of 2010-12-22 for the rate; the day is recalled"),
        ("2011-01-21", 19.20, f"{_ADVISORY} 5 for fiscal year 2011"),
        ("2012-02-21", 18.00, f"{_ADVISORY} 5 for fiscal year 2012"),
        ("2012-04-01", 22.40, f"{_ADVISORY} 2 for fiscal year 2013 for the rate; day recalled"),
        ("2013-05-25", 17.40, f"{_NOTICE} 2014-03-03 for the rate; day by the law's 60 days"),
        ("2014-03-18", 22.10, f"{_NOTICE} 2014-03-03"),
        ("2015-02-14", 18.40, _RECALLED),
        ("2016-02-16", 21.80, f"{_NOTICE} 2016-03-15"),
        ("2017-07-04", 23.10, f"{_NOTICE} 2018-05-07 names it as the current rate"),
        ("2018-05-22", 13.00, f"{_NOTICE} 2018-05-07"),
        ("2019-04-16", 20.70, f"{_ADVISORY} 2 for fiscal year 2019"),
        ("2020-02-18", 22.10, f"{_NOTICE} 2020-02-03"),
        ("2021-02-25", 5.10, f"{_NOTICE} 2021-02-16"),
        ("2022-05-14", 22.90, _RECALLED),
        ("2023-02-27", 8.00, _RECALLED),
        ("2024-05-22", 27.80, f"{_NOTICE} 2025-04-24 for the rate"),
        ("2025-05-14", 0.00, f"{_NOTICE} 2025-04-24"),
        ("2026-04-04", 20.60, "SEC order of 2026-02-27; the rate from public fee tables"),
    ),
    sales_only=True,
)

_FINRA_2020 = "FINRA fee increase schedule, rule filing SR-FINRA-2020-032"
_FINRA_2011 = "FINRA regulatory notice of 2011 on the trading activity fee"
_FINRA_2024 = "FINRA rule filing SR-FINRA-2024-019"
_PER_SHARE_AND_CAP = (
    ("", 0.000075, 3.75, _FINRA_2011),
    ("2011-07-01", 0.000090, 4.50, _FINRA_2011),
    ("2012-03-01", 0.000095, 4.75, "FINRA regulatory notice of 2012 on the trading activity fee"),
    ("2012-07-01", 0.000119, 5.95, f"{_FINRA_2020} names it as the rate until then"),
    ("2022-01-01", 0.000130, 6.49, _FINRA_2020),
    ("2023-01-01", 0.000145, 7.27, _FINRA_2020),
    ("2024-01-01", 0.000166, 8.30, _FINRA_2020),
    ("2026-01-01", 0.000195, 9.79, _FINRA_2024),
    ("2027-01-01", 0.000232, 11.61, _FINRA_2024),
)

_TRADING_ACTIVITY = Levy(
    "FINRA trading activity fee",
    Basis.SHARES,
    history(1, *((start, rate, source) for start, rate, _, source in _PER_SHARE_AND_CAP)),
    sales_only=True,
    maximum=history(1, *((start, cap, source) for start, _, cap, source in _PER_SHARE_AND_CAP)),
)

_FREE = "retail brokers dropped commissions in October 2019"
_COMMISSION = Levy(
    "commission",
    Basis.SHARES,
    history(1, ("", 0.005, "judgement: a per-share plan"), ("2019-10-01", 0.0, _FREE)),
    minimum=history(1, ("", 1.0, "judgement: a per-share plan"), ("2019-10-01", 0.0, _FREE)),
    broker=True,
)

NEW_YORK = Venue("XNYS", "USD", time(14, 30), time(21, 0), country="United States")

_WITHHELD = "gross by default; US source dividends to a non-resident: 30 % without a treaty"
_ATTACKED = ("2001-09-11", "2001-09-12", "2001-09-13", "2001-09-14")
_HURRICANE = ("2012-10-29", "2012-10-30")

ROWS = VenueRows(
    "New York and Nasdaq",
    {"": NEW_YORK},
    "America/New_York",
    VenueSchedule(
        by_kind((_SECTION_31, _TRADING_ACTIVITY, _COMMISSION)),
        commission=(
            "United States $0.005 a share and at least $1 an order until 2019-09-30, none since"
        ),
        early="SEC fee before 2009",
    ),
    withholding=always(0.30, _WITHHELD),
    kinds=((r"[A-Z]{4}X", Kind.FUND),),
    sessions=SessionRows(lost=(*_ATTACKED, *_HURRICANE)),
    settlement=Dated(
        (
            Row(None, 3, "recalled"),
            Row(date(2017, 9, 5), 2, "recalled"),
            Row(date(2024, 5, 28), 1, "SEC rule 15c6-1"),
        )
    ),
    shorting="borrowed; on an uptick after a fall of 10 % (Rule 201), which is not simulated",
    sources=("No tax on trades. Volatility halts (5, 10, 20 %) are not simulated.",),
)
