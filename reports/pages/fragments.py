"""What a notebook shows of a run, a sweep, a comparison or claims: a piece of HTML, no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from newsfolio.formatting import percent, ratio
from reports.charts.curves import Curve, Divided, curves, divided, growth_chart
from reports.charts.svg import static
from reports.contract.claims import CheckedArticleJson
from reports.contract.comparison import RunsComparedJson
from reports.contract.sweep import SweepJson
from reports.pages.comparison import COLOURS
from reports.pages.render import render
from reports.pages.sweep import headline
from reports.record import RunRecord
from reports.tables.caveats import caveats
from reports.tables.companies import Companies
from reports.tables.scored import scored_headline, scored_rows, window_of

Rows = Sequence[Sequence[str]]
"""A table: its headings, then its rows."""


@dataclass(frozen=True)
class GrowthDrawing:
    """Growth as a drawing, and what can be seen on it."""

    svg: Markup
    finding: str


def run_fragment(record: RunRecord, summary: Mapping[str, str]) -> str:
    """Verdict, growth and figures of a run. summary: figures of the whole run as text."""
    manifest = record.manifest
    verdict = manifest.get("verdict")
    scored = scored_headline(manifest, record.evaluation)
    names = Companies(manifest.get("names"))
    tables = [(f"Scored: {window_of(scored)}", scored_rows(scored, names))] if scored else []
    whole = "Whole run, context included, which scores nothing" if scored else "Whole run"
    warnings = [names.told(str(caveat)) for caveat in caveats(manifest, record.evaluation)]
    return _render(
        manifest["strategy"]["label"],
        f"{verdict['word'].capitalize()}. {verdict['reason']}" if verdict else "Not judged.",
        record.simulated,
        warnings=warnings,
        drawn=_growth(curves(record), divided(record)) if len(record.equity) > 1 else None,
        tables=[*tables, (whole, [("", ""), *summary.items()])],
    )


def comparison_fragment(comparison: RunsComparedJson) -> str:
    """Who is surely ahead of whom, growth and figures of runs side by side."""
    days = pd.DatetimeIndex(comparison["sessions_iso"])
    labels = comparison["labels"]
    lines = [
        Curve(labels[name], COLOURS[row % len(COLOURS)],
              pd.Series(comparison["growth"][name], index=days, dtype="float64"))
        for row, name in enumerate(comparison["names"])
    ]  # fmt: skip
    figures = [
        (row["label"], percent(row["total_return"]["value"]), percent(row["cagr"]["value"]),
         percent(row["volatility"]["value"]), ratio(row["sharpe"]["value"]),
         percent(row["max_drawdown"]["value"]))
        for row in comparison["figures"]
    ]  # fmt: skip
    heads = ("Run", "Total return", "CAGR", "Volatility", "Sharpe", "Max drawdown")
    title = f"{comparison['start']} to {comparison['end']}"
    return _render(
        title,
        comparison["conclusion"],
        comparison["simulated"],
        drawn=_growth(lines, Divided(days, 0, False)) if len(days) > 1 else None,
        tables=[("Figures", [heads, *figures])],
    )


def sweep_fragment(sweep: SweepJson) -> str:
    """How all sets of a sweep lie, and what each parameter does."""
    tables: list[tuple[str, Rows]] = [
        (
            f"Median {sweep['by']} by {name}",
            [(name, "Sets", "Median"),
             *((row["value"], f"{row['sets']:,}", ratio(row["median"])) for row in rows)],
        )
        for name, rows in sweep["plateau"].items()
    ]  # fmt: skip
    sets = f"{sweep['sets']:,} sets, {sweep['failed']:,} failed. {headline(sweep)}."
    return _render(
        f"Sweep of {sweep['strategy']['name']}", sets, sweep["data"]["simulated"], tables=tables
    )


def claims_fragment(articles: Sequence[CheckedArticleJson], source: str, simulated: bool) -> str:
    """Each claim with what was measured."""
    heads = ("Claim", "What it says", "Claimed", "Measured", "How sure", "Verdict", "In a line")
    tables = [
        (
            f"{article['title']} ({article['id']})",
            [heads, *((row["id"], row["text"], row["claimed"], row["measured"],
                       row.get("sure", ""), row["verdict"], row["sentence"])
                      for row in article["claims"])],
        )
        for article in articles
    ]  # fmt: skip
    return _render("Claims", f"Prices: {source}", simulated, tables=tables)


def _render(title: str, sentence: str, simulated: bool, **parts: object) -> str:
    values = {"title": title, "sentence": sentence, "simulated": simulated}
    return render("fragment.html", {"warnings": [], "drawn": None, **values, **parts})


def _growth(lines: Sequence[Curve], parts: Divided) -> GrowthDrawing:
    chart = growth_chart(lines, parts)
    return GrowthDrawing(static(chart, parts.shared()), chart.finding)
