"""What would have happened: desk, engines, results, the trial ledger, the command line.

from backtests import run
result = run("abc-basket", data="sample", start="2018-01-02")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backtests.api import run
    from backtests.records.result import Result, load
    from backtests.sweeps.sweep import sweep

__all__ = ["Result", "load", "run", "sweep"]


def __getattr__(name: str) -> Any:
    """Import on first use: the command line starts without pandas."""
    if name == "run":
        from backtests.api import run

        return run
    if name == "sweep":
        from backtests.sweeps.sweep import sweep

        return sweep
    if name in ("Result", "load"):
        from backtests.records import result

        return getattr(result, name)
    raise AttributeError(f"module 'backtests' has no attribute {name!r}")
