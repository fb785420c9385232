"""Sao Paulo: fees of B3, and a tax on dividends since 2026."""

from __future__ import annotations

from datetime import time

from newsfolio.dated import always
from newsfolio.levies import VenueSchedule, by_kind, history, of_value
from newsfolio.venue import Venue
from newsfolio.venue_rows import VenueRows

SAO_PAULO = Venue("BVMF", "BRL", time(13, 0), time(21, 0), country="Brazil")

_FEES = of_value("B3 fees", ("", 0.03, "about, trading and settlement together; recalled"))

ROWS = VenueRows(
    "B3, Sao Paulo",
    {"SA": SAO_PAULO},
    "America/Sao_Paulo",
    VenueSchedule(by_kind((_FEES,))),
    lot=always(100, "odd lots trade as a line of their own, with an F; recalled"),
    withholding=history(100, ("", 0, "Lei 9.249/1995"), ("2026-01-01", 10, "Lei 15.270/2025")),
    settlement=always(2, "B3"),
    shorting="borrowed on the exchange's own market (BTB)",
    sources=(
        "Interest on equity, which is taxed at 15 % (17.5 from 2026, recalled), counts as a "
        "dividend. The tax on foreign exchange is 0 on inflows to equities, recalled.",
    ),
)
