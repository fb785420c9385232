"""What the ledger keeps of verdicts: one row a judged run, with its headline."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from backtests.records.ledger.families import exposure_of
from backtests.records.ledger.trial import UNKNOWN, Exposure
from reports.contract.manifest import VerdictLineJson


@dataclass(frozen=True)
class JudgedRow:
    """A run on real prices that was judged. end: the last day that it saw.

    exposure: by what it joins others; nothing is known of runs of earlier builds.
    """

    row: int
    at: str
    thesis: str
    strategy: str
    variant: str
    run: str
    end: str
    verdict: VerdictLineJson
    exposure: Exposure = UNKNOWN


def judged_rows(connection: sqlite3.Connection) -> Iterator[JudgedRow]:
    """In the order in which they were judged; sets of sweeps are not judged."""
    rows = connection.execute(
        'SELECT id, at, thesis, strategy, variant, run, "end", detail, '
        "published, lines, since, until FROM trials "
        "WHERE status = 'done' AND simulated = 0 AND detail LIKE '%\"verdict\"%' ORDER BY id"
    )
    for row, at, thesis, strategy, variant, run, end, detail, *joins in rows:
        verdict = json.loads(detail).get("verdict")
        if verdict:
            exposure = exposure_of(*joins)
            yield JudgedRow(row, at, thesis, strategy, variant, run, end, verdict, exposure)
