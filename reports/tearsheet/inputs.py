"""What the report of a run is made from, and which runs it cannot be made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from reports.record import RunRecord, scoring
from reports.tables.companies import Companies

FEWEST = 60
"""Sessions below which the library is not asked: its axes and densities say nothing by then."""

DAYS_A_YEAR = 365.25

MONEY_MARKET_DAYS = 360
"""A year of idle cash; docs/method.md."""


@dataclass(frozen=True, eq=False)
class SheetInput:
    """All that the report of a run is made from, without the long tables that it does not need.

    benchmark: equity as the run has it, with its gaps; None where there is none. cash: what idle
    cash earned over each session, 0 on the first. held: share of sessions with a line held at the
    close, None where the run held nothing that is recorded. index: whether a list of all runs
    stands above the page.
    """

    label: str
    benchmark_label: str
    equity: pd.Series
    benchmark: pd.Series | None
    cash: pd.Series
    held: float | None
    scored: str
    simulated: bool
    index: bool = False


def sheet_input(record: RunRecord, *, index: bool = False) -> SheetInput:
    """What the report of a run is made from. index: whether it lies in a folder of runs."""
    manifest = record.manifest
    benchmark = manifest["benchmark"]
    equity = record.curve.astype("float64")
    shown, names = "benchmark" in record.references, Companies(manifest.get("names"))
    return SheetInput(
        label=manifest["strategy"]["label"],
        benchmark_label=names.told(benchmark["label"]) if benchmark else "",
        equity=equity,
        benchmark=record.references["benchmark"].reindex(equity.index) if shown else None,
        cash=_earned(record.rates["cash"], equity.index),
        held=_held(record.weights),
        scored=scored_part(record),
        simulated=manifest["data"]["simulated"],
        index=index,
    )


def sessions_a_year(index: pd.Index) -> float:
    """Rows a calendar year, the opening one counted: rows over it are the years that passed."""
    return len(index) / years(index)


def years(index: pd.Index) -> float:
    """Calendar years from the first to the last session."""
    days = pd.DatetimeIndex(index)
    return (days[-1] - days[0]).days / DAYS_A_YEAR


def refusal(run: SheetInput) -> str:
    """Why there is no report of this run; empty where there is one."""
    sessions = len(run.equity)
    if sessions < FEWEST:
        return f"{sessions} sessions are too few, it starts at {FEWEST}"
    why = _unfit(run.equity)
    if why:
        return why
    if run.benchmark is not None:
        if run.benchmark.isna().any():
            first = run.benchmark.index[run.benchmark.isna()][0]
            return f"the benchmark has holes, the first on {first:%Y-%m-%d}"
        why = _unfit(run.benchmark).replace("the equity", "the benchmark")
    return why


def returns_of(equity: pd.Series) -> pd.Series:
    """Session returns with a leading zero: the initial capital is the first high."""
    returns = equity.astype("float64").pct_change()
    returns.iloc[0] = 0.0
    return returns


def _unfit(equity: pd.Series) -> str:
    """What the library would crash on or misread: measured, one reason each."""
    if not (equity > 0).all():
        return "the equity fell to zero or below, and returns mean nothing after that"
    returns = returns_of(equity)
    if not _moves(returns):
        return "the equity never moved"
    if not _moves(returns.iloc[1:]):
        return "the equity grew by the same in every session, and ratios to no risk mean nothing"
    if returns.min() >= 0 and returns.max() > 1:
        return "a series without a loss that doubles in one session is read as prices"
    return ""


def _moves(returns: pd.Series) -> bool:
    """Beyond rounding."""
    return float(returns.max() - returns.min()) >= 1e-9


def _earned(rate: pd.Series, index: pd.Index) -> pd.Series:
    """Rate x calendar days / 360, by session; the rate is the one known on its day."""
    rates = rate.reindex(index, method="ffill").fillna(0.0).to_numpy(dtype="float64")
    days = np.diff(pd.DatetimeIndex(index).to_numpy(dtype="datetime64[D]")).astype("float64")
    return pd.Series(np.r_[0.0, rates[1:] * days / MONEY_MARKET_DAYS][: len(index)], index=index)


def _held(weights: pd.DataFrame) -> float | None:
    if weights.empty:
        return None
    return float((weights.to_numpy() != 0).any(axis=1).mean())


def scored_part(record: RunRecord) -> str:
    """What part of the run scores the thesis, and what part only explains it."""
    if not record.manifest["thesis"] or record.equity.empty:
        return ""
    scored = scoring(record.manifest, record.evaluation)
    start = scored["from"]
    if start is None:
        return "The article cannot be acted on inside this window: all of it is context."
    divide = scored["divide"]
    if divide and pd.Timestamp(divide) <= record.equity.index[0]:
        return f"Scored from {start}: all of this window follows the first decision."
    return (
        f"Scored from {start}. What lies before is context: it explains the past and scores "
        "nothing, but every figure here covers the whole window."
    )
