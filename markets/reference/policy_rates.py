"""What central banks pay on money overnight, or aim at, in percent a year, as dated rows.

Idle cash of a base currency earns the rate in force on the day before: nothing before its first
row, and after its last row that row's. A row counts from the day on which it took effect. What is
called recalled was written from memory and confirmed by no document at hand; `checked` is the month
up to which documents were looked at: a later change would be missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from newsfolio.dated import Row

Days = NDArray[np.datetime64]


@dataclass(frozen=True)
class PolicyRate:
    """A rate by name and its rows, in percent; `less` is taken off, an assumption."""

    name: str
    rows: tuple[Row[float], ...]
    checked: str
    less: float = 0.0

    @property
    def first(self) -> date:
        return self.rows[0].start or date.min

    @cached_property
    def _starts(self) -> Days:
        return np.array([row.start for row in self.rows], dtype="datetime64[D]")

    def before(self, sessions: Days) -> NDArray[np.float64]:
        """A year's interest as in force on the day before each session, a fraction; 0 at first."""
        values = np.array([0.0, *(row.value - self.less for row in self.rows)]) / 100
        return np.asarray(values[np.searchsorted(self._starts, sessions, side="left")])


def _rows(source: str, text: str) -> tuple[Row[float], ...]:
    """Rows of one source from lines of days and percentages."""
    words = text.split()
    return tuple(
        Row(date.fromisoformat(day), float(value), source)
        for day, value in zip(words[::2], words[1::2], strict=True)
    )


INTERBANK = "HKMA, base rate at the ends of months; it followed interbank rates day by day"
"""When the mean of their five-day averages was above half a point over the Fed's lower bound."""

POLICY_RATES = {
    "EUR": PolicyRate(
        "the ECB's deposit facility",
        _rows("ECB, key interest rates, as the Banque de France lists them to 2024-10", """
            2009-04-08 0.25  2011-04-13 0.50  2011-07-13 0.75  2011-11-09 0.50  2011-12-14 0.25
            2012-07-11 0.00  2014-06-11 -0.10 2014-09-10 -0.20 2015-12-09 -0.30 2016-03-16 -0.40
            2019-09-18 -0.50 2022-07-27 0.00  2022-09-14 0.75  2022-11-02 1.50  2022-12-21 2.00
            2023-02-08 2.50  2023-03-22 3.00  2023-05-10 3.25  2023-06-21 3.50  2023-08-02 3.75
            2023-09-20 4.00  2024-06-12 3.75  2024-09-18 3.50  2024-10-23 3.25  2024-12-18 3.00
            2025-02-05 2.75  2025-03-12 2.50  2025-04-23 2.25  2025-06-11 2.00
        """)
        + _rows("ECB, decisions of 2026-06-11 and 2026-09-10", "2026-06-17 2.25 2026-09-16 2.50"),
        checked="2026-09",
    ),
    "GBP": PolicyRate(
        "the Bank of England's Bank Rate",
        _rows("Bank of England, Bank Rate; the last two as calendars list decisions", """
            2009-03-05 0.50  2016-08-04 0.25  2017-11-02 0.50  2018-08-02 0.75  2020-03-11 0.25
            2020-03-19 0.10  2021-12-16 0.25  2022-02-03 0.50
            2022-03-17 0.75  2022-05-05 1.00  2022-06-16 1.25  2022-08-04 1.75  2022-09-22 2.25
            2022-11-03 3.00  2022-12-15 3.50  2023-02-02 4.00  2023-03-23 4.25  2023-05-11 4.50
            2023-06-22 5.00  2023-08-03 5.25  2024-08-01 5.00  2024-11-07 4.75  2025-02-06 4.50
            2025-05-08 4.25  2025-08-07 4.00  2025-12-18 3.75
        """),
        checked="2026-09",
    ),
    "HKD": PolicyRate(
        "the HKMA's base rate less half a point (our assumption of what cash is paid)",
        _rows("HKMA, base rate by month, as it publishes it; days before 2019-09 recalled", """
            2008-12-17 0.50  2015-12-17 0.75  2016-12-15 1.00  2017-03-16 1.25  2017-06-15 1.50
            2017-12-14 1.75  2018-03-22 2.00  2018-06-14 2.25  2018-09-27 2.50  2018-12-20 2.75
            2019-08-01 2.50  2019-09-19 2.25  2019-10-31 2.00
        """)
        + _rows(INTERBANK, "2019-12-31 2.49 2020-01-31 2.00")
        + _rows("HKMA, announcements", "2020-03-04 1.50 2020-03-16 0.86")
        + _rows(INTERBANK, "2020-03-31 1.65 2020-04-30 1.11 2020-05-31 0.62 2020-06-30 0.50")
        + _rows("HKMA, base rate by month, as it publishes it, and its announcements", """
            2022-03-17 0.75  2022-05-05 1.25  2022-06-16 2.00  2022-07-28 2.75  2022-09-22 3.50
            2022-11-03 4.25  2022-12-15 4.75  2023-02-02 5.00  2023-03-23 5.25  2023-05-04 5.50
            2023-07-27 5.75  2024-09-19 5.25  2024-11-08 5.00  2024-12-19 4.75  2025-09-18 4.50
            2025-10-30 4.25  2025-12-11 4.00
        """)
        + _rows("HKMA, announcement", "2026-09-17 4.25"),
        checked="2026-09",
        less=0.5,
    ),
    "CNY": PolicyRate(
        "the People's Bank's benchmark for demand deposits",
        _rows("People's Bank of China, benchmark rates; values recalled but for 2011-02", """
            2008-12-23 0.36  2011-02-09 0.40  2011-04-06 0.50  2012-06-08 0.40  2012-07-06 0.35
        """),
        checked="2015-10",
    ),
    "JPY": PolicyRate(
        "the Bank of Japan's rate on balances (until 2024), then its target for the call rate",
        _rows("Bank of Japan, complementary deposit facility; day recalled", "2008-11-16 0.10")
        + _rows("Bank of Japan, statements", "2016-02-16 -0.10 2024-03-21 0.10 2024-08-01 0.25")
        + _rows("Bank of Japan, statements; days recalled", "2025-01-27 0.50 2025-12-22 0.75")
        + _rows("Bank of Japan, statements", "2026-06-17 1.00 2026-09-24 1.25"),
        checked="2026-09",
    ),
    "CHF": PolicyRate(
        "the SNB's rate on sight deposits",
        _rows("Swiss National Bank; day and value recalled", "2009-03-12 0.00")
        + _rows("Swiss National Bank, the day after the decision unless it said another", """
            2015-01-22 -0.75
            2022-06-17 -0.25 2022-09-23 0.50  2022-12-16 1.00  2023-03-24 1.50  2023-06-23 1.75
            2024-03-22 1.50  2024-06-21 1.25  2024-09-27 1.00  2024-12-13 0.50  2025-03-21 0.25
            2025-06-20 0.00
        """),
        checked="2026-09",
    ),
    "CAD": PolicyRate(
        "the Bank of Canada's target for the overnight rate",
        _rows("Bank of Canada, target (Bank Rate less a quarter by month); days recalled", """
            2009-04-21 0.25  2010-06-01 0.50  2010-07-20 0.75  2010-09-08 1.00  2015-01-21 0.75
            2015-07-15 0.50  2017-07-12 0.75  2017-09-06 1.00  2018-01-17 1.25  2018-07-11 1.50
            2018-10-24 1.75  2020-03-04 1.25  2020-03-16 0.75  2020-03-27 0.25
        """)
        + _rows("Bank of Canada, the day after the announcement; days from 2024 on recalled", """
            2022-03-03 0.50  2022-04-14 1.00  2022-06-02 1.50  2022-07-14 2.50  2022-09-08 3.25
            2022-10-27 3.75  2022-12-08 4.25  2023-01-26 4.50  2023-06-08 4.75  2023-07-13 5.00
            2024-06-06 4.75  2024-07-25 4.50  2024-09-05 4.25  2024-10-24 3.75  2024-12-12 3.25
            2025-01-30 3.00  2025-03-13 2.75  2025-09-18 2.50  2025-10-30 2.25
        """),
        checked="2026-09",
    ),
    "AUD": PolicyRate(
        "the Reserve Bank of Australia's cash rate target",
        _rows("Reserve Bank of Australia, by the day of effect", """
            2009-12-02 3.75  2010-03-03 4.00  2010-04-07 4.25  2010-05-05 4.50  2010-11-03 4.75
            2011-11-02 4.50  2011-12-07 4.25  2012-05-02 3.75  2012-06-06 3.50  2012-10-03 3.25
            2012-12-05 3.00  2013-05-08 2.75  2013-08-07 2.50  2015-02-04 2.25  2015-05-06 2.00
            2016-05-04 1.75  2016-08-03 1.50  2019-06-05 1.25  2019-07-03 1.00  2019-10-02 0.75
            2020-03-04 0.50  2020-03-20 0.25  2020-11-04 0.10  2022-05-04 0.35  2022-06-08 0.85
            2022-07-06 1.35  2022-08-03 1.85  2022-09-07 2.35  2022-10-05 2.60  2022-11-02 2.85
            2022-12-07 3.10  2023-02-08 3.35  2023-03-08 3.60  2023-05-03 3.85  2023-06-07 4.10
            2023-11-08 4.35  2025-02-19 4.10  2025-05-21 3.85  2025-08-13 3.60  2026-02-04 3.85
            2026-03-18 4.10  2026-05-06 4.35  2026-09-30 4.60
        """),
        checked="2026-09",
    ),
}  # fmt: skip
"""By currency. The dollar's is ^IRX, of the source."""
