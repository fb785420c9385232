"""Combinatorial purged cross-validation: the same choice many times over, on other halves."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import isfinite, nan

import numpy as np
from numpy.typing import NDArray

from backtests.evaluation.statistics.samples import Values
from backtests.sweeps.walk_forward.plan import CHOICES, SetReturns, WalkPlan, masks
from backtests.sweeps.walk_forward.selection import Selection, halves, selected
from reports.contract.sweep import CrossJson

FOLDS = (10, 8, 6)
"""Of the cross-validation, half of them tests; the most that are longer than what is purged."""


def cross_validated(plan: WalkPlan, returns: SetReturns) -> CrossJson:
    """Combinatorial purged cross-validation, and PBO on the same folds; `why`: there is none."""
    sessions = plan.sessions
    gap = plan.purge + plan.embargo
    folds = next((count for count in FOLDS if gap < sessions // count - 1), 0)
    if not folds:
        return {"why": f"{sessions} sessions; {FOLDS[-1]} folds with {gap} purged and embargoed "
                       f"need {FOLDS[-1] * (gap + 2)}"}  # fmt: skip
    from skfolio.model_selection import CombinatorialPurgedCV  # type: ignore[import-untyped]

    splitter = CombinatorialPurgedCV(folds, folds // 2, plan.purge, plan.embargo)
    splits = tuple(
        (train, np.concatenate(tests)) for train, tests in splitter.split(np.zeros((sessions, 1)))
    )
    select = partial(selected, returns.batches, by=CHOICES[plan.by])
    selection = select(*masks(splits, sessions))
    if not selection.differ:
        return {"why": "the sets do not differ"}
    fold = folds_of(sessions, folds)
    half = halves(fold)
    paths = paths_of(plan, selection, returns, splitter.recombined_paths, fold)
    figures = [plan.figure(gains) for gains in paths]
    real = [figure for figure in figures if isfinite(figure)]
    return {
        "why": "",
        "folds": folds,
        "splits": len(splits),
        "paths": len(figures),
        "purge": plan.purge,
        "embargo": plan.embargo,
        "figures": figures,
        "median": float(np.median(real)) if real else nan,
        "above_zero": float(np.mean([figure > 0 for figure in real])) if real else nan,
        "below": selection.below,
        "pbo": select(half, ~half).below,
    }


def folds_of(sessions: int, folds: int) -> NDArray[np.intp]:
    """The fold of each session, as the splitter cuts them: what is over belongs to the last."""
    return np.minimum(np.arange(sessions) // (sessions // folds), folds - 1)


def paths_of(
    plan: WalkPlan,
    selection: Selection,
    returns: SetReturns,
    recombined: NDArray[np.intp],
    fold: NDArray[np.intp],
) -> Iterator[Values]:
    """Gains over all sessions, each fold from a split that had not trained on it.

    recombined: (folds, paths), the split that each fold of each path comes from. fold: that of
    each session.
    """
    chosen = returns.some(set(selection.chosen.tolist()))
    gains = {number: plan.gains(series) for number, series in chosen.items()}
    folds, paths = recombined.shape
    for path in range(paths):
        pieced = np.empty(plan.sessions)
        for place in range(folds):
            number = int(selection.chosen[recombined[place, path]])
            pieced[fold == place] = gains[number][fold == place]
        yield pieced
