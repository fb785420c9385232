"""What describes a run beside its verdict, as the rows of the page's tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from newsfolio.formatting import percent, ratio, signed
from reports.contract.evaluation import RegimeJson, RegimesJson


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
