"""London: quoted in pence; stamp duty on shares of its own companies, with its reliefs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from newsfolio.dated import Dated, Row, always
from newsfolio.levies import VenueSchedule, by_kind, tax_on_purchases
from newsfolio.venue import Kind, Venue
from newsfolio.venue_rows import IRISH_FUNDS, Counters, VenueRows

LONDON = Venue("XLON", "GBP", time(8), time(16, 30), country="United Kingdom", unit="GBp")
LONDON_POUNDS = replace(LONDON, unit="")
LONDON_USD = replace(LONDON, currency="USD", unit="")

_NEWLY_LISTED = Dated(
    (
        Row(None, 0, "no relief before"),
        Row(date(2025, 11, 27), 3, "Finance Act 2026 s. 85: newly listed companies, three years"),
    )
)
_STAMP = replace(
    tax_on_purchases("stamp duty reserve tax", ("", 0.5, "Finance Act 1986, part IV")),
    free_years=_NEWLY_LISTED,
)

_IN_PENCE = "CUKX EMIM EQQQ HMWO INRG ISF IUSA IWRD MIDD SGLN SWDA"
_IN_POUNDS = "VAPX VEUR VEVE VFEM VHVG VHYL VMID VUAG VUKE VUSA VWRL VWRP"
_IN_DOLLARS = "CNDX CSPX EIMI IDTL IEEM IWDA VDEV VUAA VUSD VWRA VWRD"


def _lines(tickers: str) -> str:
    return rf"({tickers.replace(' ', '|')})\.L"


ROWS = VenueRows(
    "London Stock Exchange",
    {"L": LONDON, "IL": LONDON_USD},
    "Europe/London",
    VenueSchedule(
        by_kind((_STAMP,), funds=()),
        notes=(
            "London: every share is taken for one of a company of the main market in the United "
            "Kingdom; AIM shares and foreign ones pay no stamp duty: Asset(..., "
            "taxed=always(False)). Funds pay none: Kind.ETF. The PTM levy, GBP 1.50 on orders over "
            "10,000, is left out.",
        ),
    ),
    withholding=always(0.0, "none; trusts (REIT) withhold 20 %: Kind.REIT"),
    withholding_of_trusts=always(0.20, "property income distributions"),
    kinds=((_lines(f"{_IN_PENCE} {_IN_POUNDS} {_IN_DOLLARS}"), Kind.ETF),),
    counters=(
        Counters(_lines(_IN_POUNDS), LONDON_POUNDS),
        Counters(_lines(_IN_DOLLARS), LONDON_USD),
    ),
    untaxed=((r".*\.IL", "depositary receipts and foreign shares"),),
    withholding_of_funds=IRISH_FUNDS,
    settlement=always(2, "T+1 from 2027-10-11, recalled"),
    sources=(
        "Stamp duty: Finance Act 1986; relief of 2025-11-27: gov.uk policy paper of 2025-11-26.",
        "Which tickers are funds, and which of them are quoted in pounds or US dollars, is "
        "recalled; a fund that is not listed here counts as a share in pence.",
        "No price limit.",
    ),
)
