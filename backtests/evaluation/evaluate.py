"""From a run to everything that is known about whether its thesis held up."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from math import isfinite

import numpy as np
import pandas as pd

from backtests.evaluation.alternatives import Alternative, beta_mix, comparison, moves
from backtests.evaluation.attribution.brinson import active_effects
from backtests.evaluation.attribution.contributions import attribute
from backtests.evaluation.attribution.proxies import ScoredReturns, alpha_of
from backtests.evaluation.attribution.schema import Attribution
from backtests.evaluation.descriptions.every_start import every_start
from backtests.evaluation.descriptions.extras import NOTHING_MORE, Extras
from backtests.evaluation.descriptions.fan import fan
from backtests.evaluation.descriptions.regimes import regimes
from backtests.evaluation.descriptions.schema import Shortcuts
from backtests.evaluation.descriptions.shortcuts import Variants, shortcuts
from backtests.evaluation.estimates import figures_of, power, significance
from backtests.evaluation.event_studies.study import studies
from backtests.evaluation.reruns.placebos import placebos
from backtests.evaluation.reruns.variants import variant_equities, variant_names
from backtests.evaluation.schema import (
    Certificate,
    Comparison,
    Evaluation,
    Figures,
    Overfitting,
    Role,
    Scored,
    Significance,
)
from backtests.evaluation.scored_window import scored_sessions
from backtests.evaluation.statistics.bootstrap import Resample, resample
from backtests.evaluation.statistics.overfitting import overfitting
from backtests.evaluation.trial_record import TrialCounts, record_of
from backtests.evaluation.verdict import Evidence, judge
from backtests.progress import Progress, counted
from backtests.records.ledger import Tried
from backtests.runner.divide import ScoredWindow
from backtests.runner.run import ReferenceRun, Run
from backtests.settings import CostTable
from backtests.simulation.metrics import cash_returns
from newsfolio.formatting import ratio
from newsfolio.strategy import Strategy

REPLICATIONS = 2000
"""Of the bootstrap: each bound of a 95 % interval rests on 50 of them."""

SEED = 0
"""Of all that is drawn: the same run gives the same findings."""

NEAR = 7
"""Days by which a chosen end may lie before that of the data and still count as all of them."""


@dataclass(frozen=True, eq=False)
class JudgedRun:
    """An evaluation, its placebos, and the variants of the grid that were run on the way.

    variants: each with the annual Sharpe ratio of its difference to the control, None unknown.
    """

    evaluation: Evaluation
    placebos: pd.DataFrame
    variants: tuple[tuple[Strategy, float | None], ...]


def evaluate(
    run: Run,
    tried: Tried | None,
    certificate: Callable[[], Certificate],
    *,
    since: date | None = None,
    selection_doubts: tuple[str, ...] = (),
    count: int = 200,
    extras: Extras = NOTHING_MORE,
) -> JudgedRun:
    """Judge a run on the sessions after its divide.

    tried: None where the ledger could not be read. certificate: asked for once the rest is done,
    for it may be made meanwhile. since: a later divide than the first decision,
    for a thesis that is judged again. selection_doubts: what the caller knows that speaks against
    how the run was picked. count: of the placebos. extras: what is shown besides.
    """
    scored, score = scored_sessions(run, since)
    curves = _Curves.of(run, score, scored)
    drawn = resample(curves.differences(), REPLICATIONS, SEED)
    compared = curves.comparisons()
    luck, table = placebos(run, curves.against, score, count, extras.progress)
    variants = _grid(run, extras.progress) if scored.sessions > 1 else ()
    grid = curves.overfitting(variants, SEED)
    odds = curves.significance(variant_names(run), tried)
    strength = power(scored.years, scored.sessions, odds.skew, odds.kurtosis)
    described = partial(
        Evaluation,
        scored=scored,
        figures=curves.figures(drawn),
        comparisons=compared,
        significance=odds,
        power=strength,
        alpha=alpha_of(run, curves.scored_returns(run), extras.factors),
        placebo=luck,
        overfitting=grid,
        attribution=_attribution(run, score),
        block=drawn.block,
        replications=REPLICATIONS,
        seed=SEED,
        studies=studies(run, scored, SEED),
        regimes=regimes(run, curves.against, scored.divide, extras.periods),
        shortcuts=_shortcuts(run, curves, score, variants, extras),
        starts=every_start(run, curves.against, fresh=extras.shortcuts, progress=extras.progress),
        fan=fan(run.account.curve, curves.row, SEED),
        record=record_of(tried),
    )
    certified = certificate()
    evidence = Evidence(
        scored, compared, odds, luck, certified, strength, article=run.origin.thesis is not None,
        ruined=_ruined(run, scored), simulated=run.market.simulated,
        doubts=(*selection_doubts, *_doubts(run, curves, scored, since, tried)),
    )  # fmt: skip
    evaluation = described(verdict=judge(evidence), certificate=certified)
    return JudgedRun(evaluation, table, tuple(_with_sharpes(variants, grid)))


def _shortcuts(
    run: Run, curves: _Curves, score: ScoredWindow, variants: Variants, extras: Extras
) -> Shortcuts | None:
    """Where they are asked for."""
    if not extras.shortcuts:
        return None
    return shortcuts(run, curves.against, score, variants, extras.progress)


def _grid(run: Run, progress: Progress) -> tuple[tuple[Strategy, pd.Series], ...]:
    sets = len(variant_names(run))
    return tuple(counted(variant_equities(run), "variants of the grid", sets, progress))


def _with_sharpes(
    variants: tuple[tuple[Strategy, pd.Series], ...], grid: Overfitting
) -> Iterator[tuple[Strategy, float | None]]:
    """The sets that were run, each with its Sharpe ratio where the grid was looked at."""
    for (strategy, _), variant in zip(variants, grid.variants, strict=False):
        yield strategy, variant.sharpe


@dataclass(frozen=True, eq=False)
class _Curves:
    """Session returns over the scored sessions, all on one index.

    row: of the divide on the run's sessions. against: what the verdict is about; None: cash.
    context: returns of all of them before the divide.
    """

    label: str
    row: int
    own: pd.Series
    references: Mapping[str, ReferenceRun]
    returns: Mapping[str, pd.Series]
    context: Mapping[str, pd.Series]
    cash: pd.Series
    years: float

    @classmethod
    def of(cls, run: Run, score: ScoredWindow, scored: Scored) -> _Curves:
        row = score.divide - run.market.first
        references = sorted(
            run.references.items(), key=lambda item: item[0] == "benchmark"
        )  # controls first
        curves = {
            "strategy": run.account.curve,
            **{n: reference.curve for n, reference in references},
        }
        return cls(
            label=str(run.origin.strategy["label"]),
            row=row,
            own=_returns(run.account.curve, row),
            references=dict(references),
            returns={name: _returns(reference.curve, row) for name, reference in references},
            context={n: curve.iloc[: row + 1].pct_change().iloc[1:] for n, curve in curves.items()},
            cash=cash_returns(run.rates["cash"].iloc[row:]),
            years=scored.years,
        )

    @property
    def against(self) -> ReferenceRun | None:
        return next(iter(self.references.values()), None)

    @property
    def other(self) -> pd.Series:
        """Returns of what the verdict is about."""
        return next(iter(self.returns.values()), self.cash)

    def scored_returns(self, run: Run) -> ScoredReturns:
        """What alpha explains."""
        return ScoredReturns(run.account.sessions[self.row :], self.own, self.cash, self.years)

    def differences(self) -> np.ndarray:
        """Own returns less each alternative's, (sessions, alternatives)."""
        others = list(self.returns.values()) or [self.cash]
        return np.column_stack([self.own - other for other in others])

    def figures(self, drawn: Resample | None) -> tuple[Figures, ...]:
        labels = {name: reference.label for name, reference in self.references.items()}
        curves = {"strategy": self.own, **self.returns}
        return tuple(
            figures_of(name, labels.get(name, self.label), curve, self.cash, self.years, drawn)
            for name, curve in curves.items()
        )

    def comparisons(self) -> tuple[Comparison, ...]:
        """The alternatives, the one that the verdict is about first."""
        alternatives = [
            Alternative(
                name,
                Role.BENCHMARK if name == "benchmark" else Role.CONTROL,
                self.references[name].label,
                returns,
                context=self.context[name],
            )
            for name, returns in self.returns.items()
        ]
        if "benchmark" in self.returns and moves(self.returns["benchmark"], self.cash, self.years):
            mix, beta = beta_mix(self.own, self.returns["benchmark"], self.cash)
            share = beta if isfinite(beta) else None
            label = f"{ratio(share)} of the benchmark, the rest in cash"
            alternatives.append(Alternative("beta-matched mix", Role.MIX, label, mix, share))
        if not self.returns:
            alternatives.append(Alternative("cash", Role.CASH, "idle cash", self.cash))
        return tuple(
            comparison(against, self.own, self.cash, self.years, self.context["strategy"])
            for against in alternatives
        )

    def overfitting(
        self, variants: tuple[tuple[Strategy, pd.Series], ...], seed: int
    ) -> Overfitting:
        """The grid over the scored sessions, against what the verdict is about."""
        if len(variants) < 2:
            few = "fewer than two sessions score so far"
            why = few if len(self.own) < 2 else "the thesis declares no grid"
            return Overfitting.unknown(why)
        table = pd.DataFrame(
            {strategy.label: _returns(equity, self.row) for strategy, equity in variants}
        )
        return overfitting(table, self.other, self.label, self.years, seed)

    def significance(self, names: frozenset[str], tried: Tried | None) -> Significance:
        """The deflated Sharpe ratio after the variants of the ledger and those of this run."""
        counts = (
            None if tried is None else TrialCounts(
                tried.thesis.after(names), tried.family.after(names), tried.everything.after(names)
            )
        )  # fmt: skip
        # What luck finds is measured by the error of the estimate, not by the spread of trials:
        # a grid of shares of one bet spreads by the bet itself, and a hundred clones by nothing.
        return significance(self.own, self.other, self.years, [], counts)


def _returns(equity: pd.Series, row: int) -> pd.Series:
    """Session returns after a row; NaN or infinite where nothing was left to earn on."""
    returns = equity.iloc[row:].pct_change().iloc[1:]
    # A debt that grows would look like a gain.
    return returns if equity.iloc[row] > 0 else returns * np.nan


def _attribution(run: Run, score: ScoredWindow) -> Attribution | None:
    """Contributions over the scored sessions, and the effects against the benchmark."""
    row = score.divide - run.market.first
    attribution = attribute(run.market, run.output.fills, run.output.events, run.account, row)
    reference = run.references.get("benchmark")
    if attribution is None or reference is None:
        return attribution and dataclasses.replace(attribution, active_why="there is no benchmark")
    active, why = active_effects(run, reference, row)
    return dataclasses.replace(attribution, active=active, active_why=why)


def _ruined(run: Run, scored: Scored) -> str | None:
    """The day after the divide on which the account was lost."""
    ruined = run.output.ruined
    day = None if ruined is None else run.market.day(ruined).isoformat()
    return day if day and day > scored.divide else None


def _doubts(
    run: Run, curves: _Curves, scored: Scored, since: date | None, tried: Tried | None
) -> Iterator[str]:
    """Why these figures, whatever they are, prove nothing about the thesis: what was chosen."""
    yield from _dates_chosen(run, scored, since, tried)
    if tried is not None and tried.ledger.chain.gaps:
        yield f"the trial ledger is not whole: {tried.ledger.chain.gaps[0]}"
    if run.settings.costs is CostTable.NONE:
        yield "it trades free of costs"
    if run.output.ruined is not None and _ruined(run, scored) is None:
        yield f"the account was lost on {run.market.day(run.output.ruined)}, before it scored"
    if run.output.dry is not None:
        yield f"a withdrawal ended the account on {run.market.day(run.output.dry[0])}"
    if not run.output.fills:
        yield "it never traded"
    yield from _yardstick_chosen(run, curves)


def _dates_chosen(
    run: Run, scored: Scored, since: date | None, tried: Tried | None
) -> Iterator[str]:
    decision, end = run.market.first_decision, run.market.day(-1)
    if since is None and decision is not None and decision < run.market.first:
        yield f"the run starts on {scored.divide}, after the first decision on the article"
    if run.full_end is not None and (run.full_end - end).days > NEAR:
        yield f"the run ends on {end}, though the data go on to {run.full_end}"
    if since is not None and tried is not None and tried.until > since.isoformat():
        yield (
            f"sessions after {since} were seen before, in a run to {tried.until}; judge the newest "
            "run again"
        )


def _yardstick_chosen(run: Run, curves: _Curves) -> Iterator[str]:
    """What is wrong with the control or the benchmark that the run is measured against."""
    strategy = run.strategy
    declared = list(strategy.controls()) if strategy else []
    own = strategy.benchmark if strategy else None
    if declared and declared[0] not in run.references:
        yield f"its control, {declared[0]}, could not be run on these data"
    elif curves.against is None:
        yield "it has no control and no benchmark, and idle cash is no fair one"
    elif curves.against.market is None:
        yield f"{curves.against.label} is a level that nobody can hold"
    if (own is not None or run.settings.benchmark) and "benchmark" not in run.references:
        yield "its benchmark could not be run on these data"
    if run.settings.benchmark is not None and run.settings.benchmark != own:
        yield f"its benchmark, {run.settings.benchmark}, was chosen for this run"
