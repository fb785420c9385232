"""What each curve of a run made of the sessions that score, for whatever lists runs."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

import pandas as pd

from backtests.simulation import metrics
from newsfolio.formatting import A_YEAR_FROM
from reports.contract.manifest import ScoredCurveJson, ScoredFiguresJson, ScoringJson


def scored_figures(
    scored: ScoringJson, curves: Mapping[str, pd.Series]
) -> ScoredFiguresJson | None:
    """From the equity at the divide; None without an article, or where no session scores.

    curves: equity by name, on the sessions of the run.
    """
    divide = scored["divide"]
    if divide is None or scored["from"] is None:
        return None
    since = {name: equity.loc[pd.Timestamp(divide) :] for name, equity in curves.items()}
    days = next(iter(since.values())).index
    return {
        "divide": divide,
        "end": f"{days[-1]:%Y-%m-%d}",
        "sessions": len(days) - 1,
        "years": metrics.years(days),
        "curves": {name: _figures(equity) for name, equity in since.items()},
    }


def _figures(equity: pd.Series) -> ScoredCurveJson:
    cagr = metrics.cagr(equity) if len(equity) > A_YEAR_FROM else None
    return {
        "total_return": _finite(metrics.total_return(equity)),
        "cagr": _finite(cagr),
        "max_drawdown": _finite(metrics.max_drawdown(equity)),
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None
