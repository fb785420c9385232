"""Currencies with a fixed price in dollars, and those that the ECB fixes no longer, as dated rows.

A row marked recalled was written from memory and has not been confirmed by a document.
"""

from __future__ import annotations

from datetime import date

from newsfolio.dated import Row

PER_DOLLAR: dict[str, Row[float]] = {
    "SAR": Row(date(1986, 6, 1), 3.75, "Saudi Central Bank, official rate; day recalled"),
    "AED": Row(date(1997, 11, 1), 3.6725, "Central Bank of the UAE, official rate; day recalled"),
    "QAR": Row(date(2001, 7, 1), 3.64, "Qatar Central Bank, Decree 34 of 2001; recalled"),
    "OMR": Row(date(1986, 1, 1), 0.3845, "Central Bank of Oman, official rate; day recalled"),
    "BHD": Row(date(2001, 1, 1), 0.376, "Central Bank of Bahrain, official rate; day recalled"),
}
"""Units for one dollar since a day. The Hong Kong dollar moves within a band and is fixed daily."""

ENDED: dict[str, tuple[date, str]] = {
    "RUB": (date(2022, 3, 1), "suspended"),
    "HRK": (date(2022, 12, 30), "Croatia has the euro since 2023-01-01"),
    "BGN": (date(2025, 12, 31), "Bulgaria has the euro since 2026-01-01"),
    "LTL": (date(2014, 12, 31), "Lithuania has the euro since 2015-01-01"),
    "LVL": (date(2013, 12, 31), "Latvia has the euro since 2014-01-01"),
    "EEK": (date(2010, 12, 31), "Estonia has the euro since 2011-01-01"),
    "SKK": (date(2008, 12, 31), "Slovakia has the euro since 2009-01-01"),
    "CYP": (date(2007, 12, 31), "Cyprus has the euro since 2008-01-01"),
    "MTL": (date(2007, 12, 31), "Malta has the euro since 2008-01-01"),
    "SIT": (date(2006, 12, 29), "Slovenia has the euro since 2007-01-01"),
    "ROL": (date(2005, 6, 30), "RON is 10,000 of them since 2005-07-01"),
    "TRL": (date(2004, 12, 31), "TRY is a million of them since 2005-01-01"),
}
"""The last day on which the ECB fixed a currency, and why it was the last."""
