"""What would have happened: desk, engines, results, the trial ledger, the command line.

from backtests import run
result = run("abc-basket", data="sample", start="2018-01-02")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from backtests.public.own_packages import resolve_own

if TYPE_CHECKING:
    from backtests.api import run
    from backtests.public.calls import check, claims, compare, load, score, weights
    from backtests.records.result import Result
    from backtests.sweeps.sweep import sweep

__all__ = ["Result", "check", "claims", "compare", "load", "run", "score", "sweep", "weights"]

resolve_own("markets", "reports")

_PLACES = {"Result": "records.result", "run": "api", "sweep": "sweeps.sweep"}
"""Modules of names; all others are in public/calls.py."""


def __getattr__(name: str) -> object:
    """Import on first use: the command line starts without pandas."""
    if name not in __all__:
        raise AttributeError(f"module 'backtests' has no attribute {name!r}")
    return getattr(import_module(f"backtests.{_PLACES.get(name, 'public.calls')}"), name)


def __dir__() -> list[str]:
    """What a notebook completes."""
    return __all__
