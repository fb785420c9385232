"""Several runs on one window: which is ahead of which, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from backtests.evaluation.estimates import comparison, figures_of
from backtests.evaluation.schema import LEVEL, Comparison, Role, as_json
from backtests.evaluation.statistics.bootstrap import MIN_SESSIONS, Resample, resample, stretch
from backtests.records.result import Result
from backtests.simulation.metrics import DAYS_A_YEAR, FLAT, cash_returns
from newsfolio.errors import CommandError
from reports.contract.comparison import PairJson, RunsComparedJson
from reports.contract.evaluation import ComparisonJson

REPLICATIONS = 2000


def compare(results: Sequence[Result], seed: int = 0) -> RunsComparedJson:
    """Figures, pairwise differences, correlations and overlaps on the sessions common to all.

    The window starts at the latest divide where every run has an article, else at the latest start;
    sessions on which only some venues were open carry the others' last value. JSON values.
    Raises CommandError for fewer than two runs, other currencies, or windows that do not meet.
    """
    _check(results)
    start, reason = _start(results)
    equity = _aligned(results, start)
    alive = np.where(equity.iloc[0] > 0, 1.0, np.nan)  # a debt that grows is no gain
    returns = equity.pct_change().iloc[1:] * alive
    years = (equity.index[-1] - equity.index[0]).days / DAYS_A_YEAR
    cash = cash_returns(results[0].rates["cash"].reindex(equity.index, method="ffill").fillna(0.0))
    names = list(equity.columns)
    labels = {run.id: run.manifest["strategy"]["label"] for run in results}
    pairs = list(combinations(names, 2))
    gaps = np.column_stack([returns[one] - returns[other] for one, other in pairs])
    drawn = resample(gaps, REPLICATIONS, seed)
    compared: RunsComparedJson = {
        "start": f"{equity.index[0]:%Y-%m-%d}",
        "end": f"{equity.index[-1]:%Y-%m-%d}",
        "sessions": len(returns),
        "years": years,
        "names": names,
        "labels": labels,
        "figures": [
            as_json(figures_of(name, labels[name], returns[name], cash, years, drawn))
            for name in names
        ],
        "pairs": [
            _pair(one, other, comparison(
                other, Role.CONTROL, labels[other], returns[one], returns[other], cash, years,
                drawn,
            ))
            for one, other in pairs
        ],
        "correlation": as_json(returns.corr().to_numpy().tolist()),
        "overlap": as_json(_overlap(results, equity.index)),
        "notes": [reason, *_notes(results)],
        "sessions_iso": [f"{day:%Y-%m-%d}" for day in equity.index],
        "growth": {name: (equity[name] / equity[name].iloc[0]).tolist() for name in names},
        "simulated": any(run.simulated for run in results),
        "conclusion": "",
    }  # fmt: skip
    return {**compared, "conclusion": _conclusion(compared, _surely(gaps, drawn))}


def _pair(one: str, other: str, gap: Comparison) -> PairJson:
    values: ComparisonJson = as_json(gap)
    return {"one": one, "other": other, **values}


def _check(results: Sequence[Result]) -> None:
    if len({run.id for run in results}) < 2:
        raise CommandError("compare takes two different runs or more; name them after the command")
    currencies = {str(run.manifest["settings"]["currency"]) for run in results}
    if len(currencies) > 1:
        raise CommandError(
            f"the runs are in {' and '.join(sorted(currencies))}; run them with one --currency"
        )


def _start(results: Sequence[Result]) -> tuple[pd.Timestamp, str]:
    """Where the common window starts, and why."""
    first = max(run.equity.index[0] for run in results)
    divides = [run.evaluation["scored"]["divide"] for run in results if run.evaluation]
    articles = all(run.manifest["thesis"] for run in results)
    if not articles or len(divides) < len(results):
        return first, "From the first session that all runs have; it may lie before an article."
    divide = max(first, *(pd.Timestamp(day) for day in divides))
    return divide, "From the latest first decision on an article; what lies before scores nothing."


def _aligned(results: Sequence[Result], start: pd.Timestamp) -> pd.DataFrame:
    end = min(run.equity.index[-1] for run in results)
    if end <= start:
        raise CommandError(
            f"the runs have no common window: one ends on {end:%Y-%m-%d}, another starts on "
            f"{start:%Y-%m-%d}; run them over the same dates"
        )
    both = pd.concat({run.id: run.equity for run in results}, axis=1).ffill()
    return both[(both.index >= start) & (both.index <= end)]


def _overlap(results: Sequence[Result], index: pd.Index) -> list[list[float]]:
    """Mean share of the money that two runs hold in the same lines, 0 to 1, shorts left out."""
    held = [run.weights.reindex(index, method="ffill").clip(lower=0).fillna(0.0) for run in results]
    return [
        [
            float(
                np.minimum(*(one.align(other, join="outer", axis=1, fill_value=0.0)))
                .sum(axis=1)
                .mean()
            )
            for other in held
        ]
        for one in held
    ]


def _notes(results: Sequence[Result]) -> list[str]:
    snapshots = {str(run.manifest["data"]["snapshot"]) for run in results}
    sources = {str(run.manifest["data"]["source"]) for run in results}
    if len(sources) > 1:
        return [f"The runs read different sources: {', '.join(sorted(sources))}."]
    return [] if len(snapshots) == 1 else ["The runs read different lines or states of the source."]


def _surely(gaps: np.ndarray, drawn: Resample | None) -> list[int]:
    """For each pair 1 or -1 where its mean difference is surely above or below 0, else 0.

    At 95 % for all pairs together: the largest of their studentised differences is drawn, since
    of six runs that do not differ one pair in three would look sure on its own.
    """
    signs = [0] * gaps.shape[1]
    known = [place for place, gap in enumerate(gaps.T) if np.isfinite(gap).all()
             and gap.std() > FLAT]  # fmt: skip
    if drawn is None or len(gaps) < MIN_SESSIONS or not known:
        return signs
    means = gaps[:, known].mean(axis=0)
    draws = np.column_stack([gap[drawn.places].mean(axis=1) for gap in gaps.T[known]])
    errors = draws.std(axis=0, ddof=1)
    largest = np.abs((draws - means) / errors).max(axis=1)
    bar = float(np.quantile(largest, LEVEL)) * errors * stretch(len(gaps), drawn.block)
    for place, mean, least in zip(known, means, bar, strict=True):
        signs[place] = int(np.sign(mean)) if abs(mean) > least else 0
    return signs


def _conclusion(compared: RunsComparedJson, signs: Sequence[int]) -> str:
    """One sentence: which run is surely ahead of which, or that none is."""
    surely = []
    for pair, sign in zip(compared["pairs"], signs, strict=True):
        one, other = compared["labels"][pair["one"]], compared["labels"][pair["other"]]
        first, second = (one, other) if sign > 0 else (other, one)
        if sign:
            surely.append(f"{first} is ahead of {second}")
    told = "At 95 %" if len(signs) == 1 else f"At 95 % for all {len(signs)} pairs together"
    if surely:
        return f"{told}: {'; '.join(surely)}."
    return "None is surely ahead of another at 95 %."
