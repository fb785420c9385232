"""The library's report without its drawings, which take nearly all of the time."""

from __future__ import annotations

from typing import Any

import pytest

PLOTS = (
    "returns", "log_returns", "yearly_returns", "histogram", "daily_returns", "rolling_beta",
    "rolling_volatility", "rolling_sharpe", "rolling_sortino", "drawdowns_periods", "drawdown",
    "monthly_heatmap", "distribution",
)  # fmt: skip


def leave_out_drawings(patch: pytest.MonkeyPatch) -> None:
    from quantstats import plots

    def empty(*_: Any, savefig: Any, **__: Any) -> None:
        savefig["fname"].write(b"<svg></svg>")

    for name in PLOTS:
        patch.setattr(plots, name, empty)
