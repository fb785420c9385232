"""What a run was made of: enough to say why two runs differ, and to make one again."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from backtests import paths
from backtests.records.checks import lookahead
from backtests.records.survivorship import membership_notes, memberships
from backtests.runner.assumptions import assumptions
from backtests.runner.divide import scored_window
from backtests.runner.fingerprint import versions
from backtests.runner.flow_notes import dry_of, flow_notes
from backtests.runner.limit_fills import limit_notes
from backtests.runner.provenance import settings_values
from backtests.runner.unallocated import unallocated_notes
from backtests.simulation.account import Account
from backtests.simulation.fills import Why
from markets.quality.findings import Finding
from newsfolio.formatting import percent
from newsfolio.parameters import folder_name
from newsfolio.trees import other_articles
from reports.contract.manifest import (
    BenchmarkJson,
    CreditJson,
    DataJson,
    ExplainedJson,
    FiguresByName,
    FindingJson,
    ManifestJson,
    ScoringJson,
    ThesisJson,
    WindowJson,
)

if TYPE_CHECKING:
    import pandas as pd

    from backtests.runner.run import Run

FORMAT = 1

ROUNDING = 1e-9
"""By which weights may add up to more than the equity without being meant to."""

IDENTITY = frozenset({"strategy", "engine", "verified", "data", "settings", "window", "versions"})
"""What names a run: two runs that are equal in all of it have one id."""


def manifest(
    run: Run,
    metrics: Mapping[str, FiguresByName],
    references: Mapping[str, BenchmarkJson],
    since: date | None = None,
) -> ManifestJson:
    """Everything about a run that is not a table, as JSON values; the same run, the same bytes.

    references: benchmark and controls by name. since: the day after which a run that is judged
    again scores.
    """
    scored = _scored(run, since)
    market, output, settings, origin = run.market, run.output, run.settings, run.origin
    values: ManifestJson = {
        "id": "",
        "format": FORMAT,
        "strategy": origin.strategy,
        "thesis": _thesis(run, scored if since else None),
        "scored": scored,
        "engine": settings.engine.value,
        "verified": run.verified,
        "data": _data(run),
        "window": _window(run.account),
        "settings": settings_values(settings),
        "benchmark": references.get("benchmark"),
        "controls": [name for name in references if name != "benchmark"],
        "labels": {name: reference["label"] for name, reference in references.items()},
        "names": {asset.ticker: asset.name for asset in market.assets if asset.name},
        "assumptions": assumptions(market, settings, run.costs, origin),
        "notes": _notes(run),
        "memberships": list(memberships(market)),
        "unallocated": unallocated_notes(run),
        "gross": _gross(run),
        "findings": _findings(run.findings, run.account.weights),
        "credit": _credit(run),
        "waiting": [list(order) for order in output.waiting],
        "lapsed": len(output.lapses),
        "explained": _explained(run),
        "ruined": None if output.ruined is None else market.day(output.ruined).isoformat(),
        "metrics": {name: dict(figures) for name, figures in metrics.items()},
        "versions": versions(),
        "seed": origin.strategy["parameters"].get("seed", 0),
    }
    _add_rare(values, run)
    values["notes"] += membership_notes(values.get("memberships", ()))
    identity = {key: value for key, value in values.items() if key in IDENTITY}
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    return {**values, "id": f"{folder_name(origin.strategy['name'])}-{digest[:10]}"}


def _data(run: Run) -> DataJson:
    source, snapshot = run.origin.source, run.origin.snapshot
    return {"source": source, "snapshot": snapshot, "simulated": run.market.simulated}


def _notes(run: Run) -> list[str]:
    """What one must know about lines, data, dates and money, a sentence each."""
    return [
        *run.market.notes,
        *run.left_out,
        *limit_notes(run),
        *flow_notes(run),
        *run.noted,
    ]


def _add_rare(values: ManifestJson, run: Run) -> None:
    """What few runs have: a withdrawal that ended them, legs, a certificate of a plain strategy."""
    if (dry := dry_of(run)) is not None:
        values["dry"] = dry
    if run.legs:
        values["legs"] = list(run.legs)
    if run.origin.plain:
        values["lookahead"] = lookahead(paths.checks_folder(), run.origin.strategy)


def _scored(run: Run, since: date | None) -> ScoringJson:
    """The session after which the thesis scores and the first that does; None without an article.

    A run that starts after the first decision is divided on its first session.
    """
    if run.origin.thesis is None:
        return {"divide": None, "from": None}
    window, days = scored_window(run, since), run.market.days
    start = days[window.divide + 1].isoformat() if window.sessions else None
    return {"divide": days[window.divide].isoformat(), "from": start}


def _thesis(run: Run, scored: ScoringJson | None) -> ThesisJson | None:
    """The thesis, and when it could first be acted on: before the run's start, it may be.

    scored: of a run that is judged again, whose earlier sessions scored before.
    """
    market, origin = run.market, run.origin
    if origin.thesis is None:
        return None
    decided = market.first_decision
    acted = [] if decided is None else [day.isoformat() for day in market.days[decided:][:2]]
    thesis = origin.thesis
    values: ThesisJson = {
        "id": thesis["id"],
        "title": thesis["title"],
        "statement": thesis["statement"],
        "article": thesis["article"],
        "first_decision": acted[0] if acted else None,
        "scored_from": scored["from"] if scored else next(iter(acted[1:]), None),
        "claims": list(run.claims),
    }
    others = other_articles(run.strategy) if run.strategy is not None else ()
    if others:
        values["others"] = [
            f"“{article.title}”, {article.publisher}, {article.published:%Y-%m-%d}"
            for article in others
        ]
    return values


def _window(own: Account) -> WindowJson:
    days = own.sessions
    return {
        "start": f"{days[0]:%Y-%m-%d}",
        "end": f"{days[-1]:%Y-%m-%d}",
        "sessions": len(days),
        "years": round((days[-1] - days[0]).days / 365.25, 4),
    }


def _credit(run: Run) -> CreditJson | None:
    if run.output.debt is None:
        return None
    session, amount = run.output.debt
    return {
        "largest": amount,
        "session": run.market.day(session).isoformat(),
        "why": _why_credit(run),
    }


def _why_credit(run: Run) -> str:
    """What a debt came from: weights above the equity, or the order of fills."""
    net = max((math.fsum(target.weights.values()) for target in run.output.targets), default=0.0)
    if run.origin.plain:
        return "the strategy's orders cost more than its cash"
    if net > 1 + ROUNDING:
        return f"the strategy wanted up to {percent(net, 0)} of its equity, which credit pays for"
    if any(event.why is Why.FLOW and event.amount < 0 for event in run.output.events):
        return "withdrawals that the cash did not cover, or purchases ahead of the sales"
    return (
        "purchases filled before the sales that pay for them, or opened above the close that they "
        "were sized at"
    )


def _gross(run: Run) -> list[str]:
    """What to say of a run that held more than its strategy may, on some close."""
    if run.strategy is None:
        return []
    held, most = run.account.weights.abs().sum(axis=1), run.strategy.max_gross
    if held.max() <= most + run.settings.tolerance:
        return []
    return [
        f"gross exposure {held.max():.2f} of equity on {held.idxmax():%Y-%m-%d}, and above the "
        f"strategy's {most:g} on {int((held > most + run.settings.tolerance).sum())} closes: "
        f"purchases or shorts beside sales that could not be made, {_withdrawn(run)}prices that "
        "moved since"
    ]


def _withdrawn(run: Run) -> str:
    flows = (event.amount for event in run.output.events if event.why is Why.FLOW)
    return "withdrawals ahead of the sales for them, or " if min(flows, default=0.0) < 0 else "or "


def _explained(run: Run) -> ExplainedJson | None:
    table = run.explained
    if table is None:
        return None
    return {"day": table.day, "columns": table.columns, "rows": table.rows}


def _findings(findings: Iterable[Finding], weights: pd.DataFrame) -> list[FindingJson]:
    """What the gate said; `share`: of the average portfolio, in that line."""
    mean = weights.abs().mean()
    return [
        {
            "severity": finding.severity.name.lower(),
            "ticker": finding.ticker,
            "rule": finding.rule,
            "told": finding.told,
            "remedy": finding.remedy,
            "days": [day.isoformat() for day in finding.days],
            "count": finding.count,
            "share": float(mean.get(finding.ticker, 0.0)),
        }
        for finding in findings
    ]
