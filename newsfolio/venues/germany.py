"""Xetra and Frankfurt: no tax on trades."""

from __future__ import annotations

from datetime import time

from newsfolio.dated import always
from newsfolio.levies import VenueSchedule, by_kind, history
from newsfolio.venue import Kind, Venue
from newsfolio.venue_rows import IRISH_FUNDS, VenueRows

XETRA = Venue("XETR", "EUR", time(8), time(16, 30), country="Germany")
FRANKFURT = Venue("XFRA", "EUR", time(8), time(16, 30), country="Germany")

_FUNDS = "EUNA EUNL EXS1 EXSA IQQH IS3N IUSQ SPYI SXR8 VAGF VGWD VGWL VUAA VWCE XDWD XEON"

ROWS = VenueRows(
    "Xetra and Frankfurt",
    {"DE": XETRA, "F": FRANKFURT},
    "Europe/Berlin",
    VenueSchedule(by_kind()),
    withholding=history(
        100, ("", 21.1, "recalled"), ("2009-01-01", 26.375, "25 and the solidarity surcharge")
    ),
    kinds=((rf"({_FUNDS.replace(' ', '|')})\.(DE|F)", Kind.ETF),),
    withholding_of_funds=IRISH_FUNDS,
    settlement=always(2, "T+1 from 2027-10-11"),
    sources=("No tax on trades; no price limit.", "Which tickers are funds is recalled."),
)
