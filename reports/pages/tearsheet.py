"""The tearsheet: figures, assumptions and what a run rests on first, drawings after."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from reports.charts.quantstats_plots import LEFT_OUT, Gallery, context_end, gallery
from reports.pages.render import render, verbatim
from reports.record import RunRecord, scoring
from reports.tables import returns
from reports.tables.headline import FIGURES, headline

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def tearsheet(record: RunRecord, draw: Callable[[RunRecord], Gallery] = gallery) -> str:
    """One HTML page that needs nothing else: no script, no font, no request.

    The same run gives the same text. Any run gives a page: what a short, flat or ruined
    curve cannot carry is left out, with a sentence that says why. draw: makes the drawings.
    """
    manifest = record.manifest
    return render(
        "tearsheet.html",
        {
            "policy": POLICY,
            "style": verbatim("style.css"),
            "m": manifest,
            "headline": headline(manifest),
            "figures": FIGURES,
            "context": _context(record),
            "gallery": draw(record),
            "left_out": LEFT_OUT,
            **_tables(record),
            "source": json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False),
        },
    )


def _tables(record: RunRecord) -> dict[str, Any]:
    equity = record.equity
    benchmark = record.references.get("benchmark")
    years, months = returns.yearly(equity, benchmark), returns.monthly(equity)
    return {
        "years": years,
        "widest": _widest([row[who] for row in years for who in ("strategy", "benchmark")]),
        "months": months,
        "month_names": returns.MONTHS,
        "deepest": _widest([value for row in months for value in row["months"]]),
        "drawdowns": returns.drawdowns(equity) if len(equity) > 1 else [],
        "trades": returns.trades(record.fills),
        "moved": returns.moved(record.cash),
        "lapses": returns.lapsed(record.lapses),
        "held": returns.held(record.weights, returns.decided(record.targets)),
    }


def _widest(values: list[float | None]) -> float:
    """The largest move of a table, which its bars and tints are measured by."""
    return max((abs(value) for value in values if value is not None), default=0.0) or 1.0


def _context(record: RunRecord) -> str:
    """What part of the run scores the thesis, and what part only explains it."""
    if not record.manifest["thesis"]:
        return ""
    scored = scoring(record.manifest, record.evaluation)["from"]
    if scored is None:
        return "The article cannot be acted on inside this window: all of it is context."
    if context_end(record) is None:
        return f"Scored from {scored}: all of this window follows the first decision."
    return (
        f"Scored from {scored}. What lies before is context: it explains the past and scores "
        "nothing, but the figures on this page cover the whole window."
    )
