"""Milan: the tax on financial transactions, on purchases of Italian companies."""

from __future__ import annotations

from datetime import time

from newsfolio.dated import always
from newsfolio.levies import VenueSchedule, by_kind, history, tax_on_purchases
from newsfolio.venue import Kind, Venue
from newsfolio.venue_rows import IRISH_FUNDS, VenueRows

MILAN = Venue("XMIL", "EUR", time(8), time(16, 30), country="Italy")

_TRANSACTIONS = tax_on_purchases(
    "financial transaction tax",
    ("", 0.0, "none before"),
    ("2013-03-01", 0.12, "Law 228/2012; recalled"),
    ("2014-01-01", 0.1, "Law 228/2012, on a regulated market; the day is recalled"),
    ("2026-01-01", 0.2, "budget law 2026; Borsa Italiana 2025-12-11"),
)

_FUNDS = "CSSPX EIMI EMIM IWDA MWRD SWDA VUAA VUSA VWCE VWRL XDWD XEON"
_FOREIGN = "CPR IVG MFEA MFEB RACE STLAM STMMI TEN"

ROWS = VenueRows(
    "Borsa Italiana",
    {"MI": MILAN},
    "Europe/Rome",
    VenueSchedule(
        by_kind((_TRANSACTIONS,), funds=()),
        notes=(
            "Milan: every share is taken for one of an Italian company worth more than EUR 500 "
            "million, which pays the financial transaction tax at the rate of a regulated market; "
            "another one: Asset(..., taxed=always(False)).",
        ),
    ),
    withholding=history(
        100, ("", 27, "recalled"), ("2012-01-01", 20, "recalled"), ("2014-07-01", 26, "recalled")
    ),
    kinds=((rf"({_FUNDS.replace(' ', '|')})\.MI", Kind.ETF),),
    untaxed=((rf"({_FOREIGN.replace(' ', '|')})\.MI", "company of another country; recalled"),),
    withholding_of_funds=IRISH_FUNDS,
    settlement=always(2, "European Union"),
    sources=("Which tickers are funds or foreign is recalled.", "No price limit; halts."),
)
