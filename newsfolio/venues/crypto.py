"""Crypto-currencies as Yahoo quotes them, BTC-USD: open around the clock, a bar a day in UTC."""

from __future__ import annotations

from datetime import time

from newsfolio.dated import always
from newsfolio.levies import VenueSchedule, commission
from newsfolio.venue import Kind, Venue
from newsfolio.venue_rows import VenueRows

_IN = ("USD", "EUR", "GBP", "JPY", "CNY", "HKD", "KRW", "INR", "CAD", "AUD", "CHF")

_COMMISSION = commission(0.10, "judgement: the first tier of the large exchanges, 0.05 to 0.60 %")

ROWS = VenueRows(
    "Crypto-currencies",
    {
        f"-{currency}": Venue(
            "24/7", currency, time(0), time.max, shorting=False, country="nowhere", continuous=True
        )
        for currency in _IN
    },
    "UTC",
    VenueSchedule(
        {Kind.CRYPTO: (_COMMISSION,)},
        notes=(
            "Crypto-currencies trade at all hours; a bar runs from midnight to midnight UTC, and a "
            "purchase is for money: none is lent or sold short.",
        ),
    ),
    withholding=always(0.0, "nothing is paid that could be withheld"),
    lot=always(1e-8, "the smallest part that exchanges keep"),
    kinds=((r".*", Kind.CRYPTO),),
    sources=("Hours and zone as measured in Yahoo's answers; no tax on trades is charged.",),
)
