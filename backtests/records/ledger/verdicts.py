"""What the ledger keeps of verdicts: one row a judged run, with its headline."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from reports.contract.manifest import VerdictLineJson


@dataclass(frozen=True)
class JudgedRow:
    """A run on real prices that was judged. end: the last day that it saw."""

    row: int
    at: str
    thesis: str
    strategy: str
    variant: str
    run: str
    end: str
    verdict: VerdictLineJson


def judged_rows(connection: sqlite3.Connection) -> Iterator[JudgedRow]:
    """In the order in which they were judged; sets of sweeps are not judged."""
    rows = connection.execute(
        'SELECT id, at, thesis, strategy, variant, run, "end", detail FROM trials '
        "WHERE status = 'done' AND simulated = 0 AND detail LIKE '%\"verdict\"%' ORDER BY id"
    )
    for row, at, thesis, strategy, variant, run, end, detail in rows:
        verdict = json.loads(detail).get("verdict")
        if verdict:
            yield JudgedRow(row, at, thesis, strategy, variant, run, end, verdict)
