"""What describes a run beside its verdict, as the rows of the page's tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from newsfolio.formatting import percent, ratio, signed
from reports.charts.intervals import bar, scale_of
from reports.contract.evaluation import (
    EstimateJson,
    PhasesJson,
    RegimeJson,
    RegimesJson,
    ShortcutsJson,
)


def regime_tables(regimes: RegimesJson | None) -> dict[str, Any] | None:
    """Periods that the run saw, the names of those that it did not, and states of the market."""
    if regimes is None:
        return None
    seen = [row for row in regimes["periods"] if row["sessions"]]
    return {
        "against": regimes["against"],
        "benchmark": regimes["benchmark"],
        "why": regimes["why"],
        "periods": _rows(seen),
        "unseen": [row["name"] for row in regimes["periods"] if not row["sessions"]],
        "states": _rows(regimes["states"]),
        "sources": [row for row in seen if row["source"]],
    }


def _rows(regimes: Sequence[RegimeJson]) -> list[dict[str, str]]:
    return [
        {
            "name": row["name"],
            "span": f"{row['first']} to {row['last']}" if row["first"] else "",
            "why": row["why"],
            "sessions": f"{row['sessions']:,}",
            "scored": f"{row['scored']:,}",
            "own": percent(row["own"], 1),
            "other": percent(row["other"], 1),
            "difference": signed(row["difference"], 1),
            "deviations": ratio(row["deviations"], 1),
        }
        for row in regimes
    ]


def shortcut_tables(shortcuts: ShortcutsJson | None) -> dict[str, Any] | None:
    """The run itself and each shortcut, and the phases of its schedule."""
    if shortcuts is None:
        return None
    return {
        "against": shortcuts["against"],
        "why": shortcuts["why"],
        "rate": "a year" if shortcuts["a_year"] else "in total",
        "growth": percent(shortcuts["growth"]),
        "excess": signed(shortcuts["excess"]),
        "rows": [
            {
                "name": row["name"],
                "meaning": row["meaning"],
                "why": row["why"],
                "growth": percent(row["growth"]),
                "growth_added": signed(row["growth_added"]),
                "excess": signed(row["excess"]),
                "excess_added": signed(row["excess_added"]),
            }
            for row in shortcuts["rows"]
        ],
        "phases": _phases(shortcuts["phases"], shortcuts["excess"]),
    }


def _phases(phases: PhasesJson, own: float | None) -> dict[str, Any]:
    span: EstimateJson = {
        "value": own, "low": phases["low"], "high": phases["high"], "why": phases["why"]
    }  # fmt: skip
    return {
        "why": phases["why"],
        "count": len(phases["rows"]),
        "low": signed(phases["low"]),
        "median": signed(phases["median"]),
        "high": signed(phases["high"]),
        "deviation": percent(phases["deviation"]),
        "worse": percent(phases["worse"], 0),
        "drawn": bar(span, scale_of([span]), axis=True),
        "rows": [
            (row["by"], percent(row["growth"]), signed(row["excess"])) for row in phases["rows"]
        ],
    }
