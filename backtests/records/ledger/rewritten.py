"""Shipped strategies that were written anew and decide what they decided: both are one variant.

A variant is named by the hash of its file. Where a file was written anew for speed alone, a ledger
that has trials of the old one goes on counting them as the same rule; its rows stay as they are.
"""

from __future__ import annotations

from typing import NamedTuple


class Rewritten(NamedTuple):
    """A file of strategies/, and its hash (`code_of`) before and after it was written anew.

    That both decide alike is tested by tests/strategies/test_rewritten.py, which keeps the old one.
    """

    file: str
    before: str
    after: str
    day: str


ROWS = (
    Rewritten("ai_cycle_clock.py", "0c0079cdd949c27e", "4208722471a5e8f4", "2026-11-30"),
    Rewritten("ai_scorecard.py", "1a7ec116f891c610", "cc1d946cb92639f8", "2026-11-30"),
    Rewritten("correction_watch.py", "db9a2836cf41e251", "d051f1e8ca01a35b", "2026-11-30"),
    Rewritten("deepseek_shock.py", "126dcb41b5c27d16", "5e69df2366ca4986", "2026-11-30"),
    Rewritten("foreign_return.py", "5cb05154dcbf067a", "1ea868b9fda8b474", "2026-11-30"),
    Rewritten("house_views.py", "c63596170375f41b", "9656d336ff818523", "2026-11-30"),
    Rewritten("proof_days.py", "8900aeca26b89747", "748d8128425cd96a", "2026-11-30"),
    Rewritten("targets_raised.py", "1c88d6f9ecbc7553", "df99db88386c516f", "2026-11-30"),
)

_FIRST = {row.after: row.before for row in ROWS}


def first_code(code: str) -> str:
    """The hash that a variant goes by: that of the first file that decided so."""
    while code in _FIRST:
        code = _FIRST[code]
    return code


def by_first_code(value: object) -> object:
    """A value of JSON with the first hash instead of each later one."""
    if isinstance(value, dict):
        return {name: by_first_code(part) for name, part in value.items()}
    return first_code(value) if isinstance(value, str) else value
