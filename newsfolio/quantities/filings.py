"""What American companies filed, by the names of SEC's companyfacts."""

from __future__ import annotations

from newsfolio.facts import Facts
from newsfolio.quantities.figures import FigureSeries, Texts, figures

REVENUE = (
    "RevenueFromContractWithCustomerExcludingAssessedTax",
    "Revenues",
    "SalesRevenueNet",
    "Revenue",
)
"""Tags of one line of the income statement: companies change them, the first that has a period
counts. `Revenue` is that of IFRS."""


def company_facts(name: str, company: str) -> Facts:
    """The table of a company's filings: NAME.json as SEC's companyfacts give it.

    A row a figure and period: `tag`, `unit`, `span` (quarter, half, nine months, year, instant) and
    `period`, the last day. Fourth quarters are there, as the year less nine months.
    """
    return Facts(
        name,
        text=("tag", "unit", "span", "period"),
        columns=("value",),
        key=("tag", "unit", "span", "period"),
        where=f"All that {company} filed in XBRL; {name}.json from "
        "data.sec.gov/api/xbrl/companyfacts.",
    )


def filed(
    table: Facts, tag: Texts, *, unit: str = "USD", span: str = "quarter", called: str = ""
) -> FigureSeries:
    """A line of a company's filings: filed(APPLE, REVENUE, called="Apple's sales")."""
    return figures(table, tag=tag, unit=unit, span=span, called=called)
