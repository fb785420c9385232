"""What a ledger says of itself."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from backtests.records.ledger.chain import Chain, examined


@dataclass(frozen=True)
class LedgerState:
    """A ledger as it is.

    since: when its first row was written. trials: runs and sets of sweeps, those on made-up prices
    and failed ones too. chained: from when its rows have been, where that is later. before: how
    many there were then.
    """

    since: str = ""
    trials: int = 0
    chain: Chain = Chain(0, "")
    chained: str = ""
    before: int = 0


def state_of(connection: sqlite3.Connection, path: Path) -> LedgerState:
    since, trials = connection.execute("SELECT MIN(at), SUM(trials) FROM trials").fetchone()
    moved = connection.execute(
        "SELECT at, detail FROM trials WHERE id = 1 AND status = 'migrated'"
    ).fetchone()
    return LedgerState(
        since or "", trials or 0, examined(connection, path),
        moved[0] if moved else "", _moved(moved[1]) if moved else 0,
    )  # fmt: skip


def _moved(detail: str) -> int:
    """How many trials were there; 0 where the row was altered, which the chain tells."""
    try:
        return int(json.loads(detail)["trials"])
    except (ValueError, TypeError, KeyError):
        return 0
