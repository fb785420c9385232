"""The details: our own figures and tables of the whole run, context included."""

from __future__ import annotations

from reports.pages.links import run_links
from reports.pages.render import TemplateValues, render, verbatim
from reports.record import RunRecord
from reports.tables import returns
from reports.tables.caveats import caveats
from reports.tables.companies import Companies
from reports.tables.glossary import words_of
from reports.tables.headline import figures_shown, headline
from reports.tearsheet.inputs import scored_part

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


WORDS_OF_FIGURES = {
    "total_return": "return", "cagr": "cagr", "volatility": "volatility", "sharpe": "sharpe",
    "max_drawdown": "drawdown",
}  # fmt: skip
"""Words of the glossary that rows of the table are called by."""


def details_page(record: RunRecord, *, tearsheet: bool = True, index: bool = False) -> str:
    """One HTML page that needs nothing else; any run gives one.

    tearsheet, index: whether there is one to lead to, beside it and above.
    """
    manifest = record.manifest
    return render(
        "details.html",
        {
            "policy": POLICY,
            "style": verbatim("style.css") + verbatim("verdict.css"),
            "m": manifest,
            "names": Companies(manifest.get("names")),
            "links": run_links(tearsheet=tearsheet, index=index),
            "caveats": caveats(manifest, record.evaluation),
            "headline": headline(manifest),
            "figures": figures_shown(manifest),
            "words": words_of(*WORDS_OF_FIGURES.values(), "control", "benchmark", "divide",
                              "slippage", "lapsed", "carry", "line", "snapshot"),
            "words_of_figures": WORDS_OF_FIGURES,
            "context": scored_part(record),
            "tearsheet": tearsheet,
            **_tables(record),
        },
    )  # fmt: skip


def _tables(record: RunRecord) -> TemplateValues:
    equity = record.curve
    benchmark = record.references.get("benchmark")
    years, months = returns.yearly(equity, benchmark), returns.monthly(equity)
    return {
        "years": years,
        "widest": _widest(
            [value for row in years for value in (row["strategy"], row["benchmark"])]
        ),
        "months": months,
        "month_names": returns.MONTHS,
        "deepest": _widest([value for row in months for value in row["months"]]),
        "drawdowns": returns.drawdowns(equity, most=10) if len(equity) > 1 else [],
        "trades": returns.trades(record.fills),
        "moved": returns.moved(record.cash),
        "lapses": returns.lapsed(record.lapses),
        "limited": returns.limited_by_leg(record.limited),
        "decided": len(record.targets),
        "held": returns.held(record.weights, returns.decided(record.targets)),
    }


def _widest(values: list[float | None]) -> float:
    """The largest move of a table, which its bars and tints are measured by."""
    return max((abs(value) for value in values if value is not None), default=0.0) or 1.0
