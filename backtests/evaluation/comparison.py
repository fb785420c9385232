"""Several runs on one window: which is ahead of which, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from backtests.evaluation.alternatives import Alternative, comparison
from backtests.evaluation.estimates import figures_of
from backtests.evaluation.schema import LEVEL, Comparison, Figures, Role, as_json
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
    window = _Window.of(results, _aligned(results, start))
    pairs = list(combinations(window.names, 2))
    gaps = np.column_stack([window.returns[name] - window.returns[other] for name, other in pairs])
    drawn = resample(gaps, REPLICATIONS, seed)
    ahead = _surely(gaps, drawn)
    days = window.equity.index
    return {
        "start": f"{days[0]:%Y-%m-%d}",
        "end": f"{days[-1]:%Y-%m-%d}",
        "sessions": len(window.returns),
        "years": window.years,
        "names": window.names,
        "labels": window.labels,
        "figures": [as_json(window.figures(name, drawn)) for name in window.names],
        "pairs": [_pair(name, other, window.comparison(name, other)) for name, other in pairs],
        "correlation": as_json(window.returns.corr().to_numpy().tolist()),
        "overlap": as_json(_overlap(results, days)),
        "notes": [reason, *_notes(results), *_rates(results)],
        "sessions_iso": [f"{day:%Y-%m-%d}" for day in days],
        "growth": {name: window.growth(name) for name in window.names},
        "simulated": any(run.simulated for run in results),
        "conclusion": _conclusion(window.labels, pairs, ahead),
    }


@dataclass(frozen=True, eq=False)
class _Window:
    """The sessions common to all runs: a column of equity and of returns a run, and cash."""

    equity: pd.DataFrame
    returns: pd.DataFrame
    cash: pd.Series
    labels: Mapping[str, str]

    @classmethod
    def of(cls, results: Sequence[Result], equity: pd.DataFrame) -> _Window:
        alive = np.where(equity.iloc[0] > 0, 1.0, np.nan)  # a debt that grows is no gain
        rates = results[0].rates["cash"].reindex(equity.index, method="ffill").fillna(0.0)
        labels = {run.id: str(run.manifest["strategy"]["label"]) for run in results}
        return cls(equity, equity.pct_change().iloc[1:] * alive, cash_returns(rates), labels)

    @property
    def names(self) -> list[str]:
        return list(self.equity.columns)

    @property
    def years(self) -> float:
        return (self.equity.index[-1] - self.equity.index[0]).days / DAYS_A_YEAR

    def growth(self, name: str) -> list[float]:
        return (self.equity[name] / self.equity[name].iloc[0]).tolist()

    def figures(self, name: str, drawn: Resample) -> Figures:
        returns = self.returns[name]
        return figures_of(name, self.labels[name], returns, self.cash, self.years, drawn)

    def comparison(self, own: str, name: str) -> Comparison:
        against = Alternative(name, Role.CONTROL, self.labels[name], self.returns[name])
        return comparison(against, self.returns[own], self.cash, self.years)


def _pair(name: str, other: str, difference: Comparison) -> PairJson:
    values: ComparisonJson = as_json(difference)
    return {"one": name, "other": other, **values}


def _check(results: Sequence[Result]) -> None:
    if len({run.id for run in results}) < 2:
        raise CommandError("compare takes two different runs or more")
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
    equity = pd.concat({run.id: run.curve for run in results}, axis=1, sort=True).ffill()
    return equity[(equity.index >= start) & (equity.index <= end)]


def _overlap(results: Sequence[Result], index: pd.Index) -> list[list[float]]:
    """Mean share of the money that two runs hold in the same lines, 0 to 1, shorts left out."""
    held = [run.weights.reindex(index, method="ffill").clip(lower=0).fillna(0.0) for run in results]
    return [[_shared(own, other) for other in held] for own in held]


def _shared(own: pd.DataFrame, other: pd.DataFrame) -> float:
    aligned = own.align(other, join="outer", axis=1, fill_value=0.0)
    return float(np.minimum(*aligned).sum(axis=1).mean())


def _notes(results: Sequence[Result]) -> list[str]:
    snapshots = {str(run.manifest["data"]["snapshot"]) for run in results}
    sources = {str(run.manifest["data"]["source"]) for run in results}
    if len(sources) > 1:
        return [f"The runs read different sources: {', '.join(sorted(sources))}."]
    return [] if len(snapshots) == 1 else ["The runs read different lines or states of the source."]


def _rates(results: Sequence[Result]) -> list[str]:
    """What a run says of its exchange rates, once, and whose cash the figures are over."""
    notes = [note for run in results for note in run.manifest["notes"] if "rates of" in note]
    cash = {run.manifest["settings"].get("cash_rate") for run in results}
    if len(cash) > 1:
        notes.append(
            f"Idle cash earned other rates; the figures are over those of {results[0].id}."
        )
    return list(dict.fromkeys(notes))


def _surely(gaps: np.ndarray, drawn: Resample) -> list[int]:
    """For each pair 1 or -1 where its mean difference is surely above or below 0, else 0.

    At 95 % for all pairs together: the largest of their studentised differences is drawn, since
    of six runs that do not differ one pair in three would look sure on its own.
    """
    signs = [0] * gaps.shape[1]
    moving = [place for place, gap in enumerate(gaps.T) if np.isfinite(gap).all()
              and gap.std() > FLAT]  # fmt: skip
    if len(gaps) < MIN_SESSIONS or not moving:
        return signs
    means = gaps[:, moving].mean(axis=0)
    draws = np.column_stack([gap[drawn.places].mean(axis=1) for gap in gaps.T[moving]])
    errors = draws.std(axis=0, ddof=1)
    largest = np.abs((draws - means) / errors).max(axis=1)
    bar = float(np.quantile(largest, LEVEL)) * errors * stretch(len(gaps), drawn.block)
    for place, mean, least in zip(moving, means, bar, strict=True):
        signs[place] = int(np.sign(mean)) if abs(mean) > least else 0
    return signs


def _conclusion(
    labels: Mapping[str, str], pairs: Sequence[tuple[str, str]], signs: Sequence[int]
) -> str:
    """One sentence: which run is surely ahead of which, or that none is."""
    surely = [
        f"{labels[first]} is ahead of {labels[second]}"
        for first, second in (
            pair if sign > 0 else pair[::-1]
            for pair, sign in zip(pairs, signs, strict=True)
            if sign
        )
    ]
    level = "At 95 %" if len(signs) == 1 else f"At 95 % for all {len(signs)} pairs together"
    if surely:
        return f"{level}: {'; '.join(surely)}."
    return "None is surely ahead of another at 95 %."
