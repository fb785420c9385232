"""Paris: the tax on financial transactions, on purchases of large French companies."""

from __future__ import annotations

from datetime import time

from newsfolio.dated import always
from newsfolio.levies import VenueSchedule, by_kind, history, tax_on_purchases
from newsfolio.venue import Kind, Venue
from newsfolio.venue_rows import IRISH_FUNDS, VenueRows

PARIS = Venue("XPAR", "EUR", time(8), time(16, 30), country="France")

_CODE = "Code général des impôts, art. 235 ter ZD"
_TRANSACTIONS = tax_on_purchases(
    "financial transaction tax",
    ("", 0.0, "none before"),
    ("2012-08-01", 0.2, f"{_CODE}; recalled"),
    ("2017-01-01", 0.3, f"{_CODE}; the day is recalled"),
    ("2025-04-01", 0.4, "Finance Law 2025"),
)

_FUNDS = "CW8 DCAM ESE ETZ EWLD LCWD LYMS MWRD PAASI PAEEM PANX PCEU PE500 PSP5 PUST WPEA"
_FOREIGN = "AIR APAM MT STLAP STMPA"

ROWS = VenueRows(
    "Euronext Paris",
    {"PA": PARIS},
    "Europe/Paris",
    VenueSchedule(
        by_kind((_TRANSACTIONS,), funds=()),
        notes=(
            "Paris: every share is taken for one of a French company worth more than EUR 1 billion "
            "on 1 December, which pays the financial transaction tax; another one: Asset(..., "
            "taxed=always(False)).",
        ),
    ),
    withholding=history(
        100,
        ("", 30, "recalled"),
        ("2020-01-01", 28, "companies; recalled"),
        ("2021-01-01", 26.5, "companies; recalled"),
        ("2022-01-01", 25, "companies; individuals 12.8 with papers; recalled"),
    ),
    kinds=((rf"({_FUNDS.replace(' ', '|')})\.PA", Kind.ETF),),
    untaxed=((rf"({_FOREIGN.replace(' ', '|')})\.PA", "company of another country; recalled"),),
    withholding_of_funds=IRISH_FUNDS,
    settlement=always(2, "T+1 from 2027-10-11"),
    sources=(
        "Which tickers are funds or foreign is recalled.",
        "Trading halts are not simulated; no price limit.",
    ),
)
