"""Choosing on some sessions and judging on others, set by set as they stream by."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from backtests.evaluation.statistics.overfitting import Criterion, logits, pbo
from backtests.evaluation.statistics.samples import settled
from backtests.sweeps.walk_forward.cross_validation import folds_of
from backtests.sweeps.walk_forward.plan import WalkPlan
from backtests.sweeps.walk_forward.selection import Batch, Selection, halves, selected
from tests.support.grids import HAND


def slow(gains: np.ndarray, train: np.ndarray, test: np.ndarray) -> Iterator[tuple[int, float]]:
    """Number and place of the winner by Sharpe ratio, one window at a time."""
    for before, after in zip(train, test, strict=True):
        inside = gains[before].mean(axis=0) / gains[before].std(axis=0)
        outside = gains[after].mean(axis=0) / gains[after].std(axis=0)
        winner = int(np.argmax(inside))
        yield winner, float((outside < outside[winner]).sum() + 1)


@pytest.mark.parametrize("size", [1, 7, 40])
def test_sets_that_stream_by_are_judged_as_if_all_were_at_hand(size: int) -> None:
    rng = np.random.default_rng(4)
    gains = rng.normal(0.0005, 0.01, (90, 40))
    train, test = rng.random((2, 12, 90)) < 0.4

    def batches() -> Iterator[Batch]:
        for first in range(0, 40, size):
            yield np.arange(first, min(first + size, 40)), gains[:, first : first + size]

    selection = selected(batches, train, test, Criterion.SHARPE)
    assert selection.sets == 40
    expected = list(slow(gains, train, test))
    assert list(zip(selection.chosen.tolist(), selection.place.tolist(), strict=True)) == expected


def test_of_equal_sets_the_first_is_chosen() -> None:
    gains = np.random.default_rng(1).normal(size=(30, 1)).repeat(4, axis=1)
    mask = np.ones((1, 30), dtype=bool)
    selection = selected(
        lambda: iter([(np.array([3, 5]), gains[:, :2]), (np.array([6, 8]), gains[:, 2:])]),
        mask, mask, Criterion.SHARPE,
    )  # fmt: skip
    assert (selection.chosen.tolist(), selection.place.tolist(), selection.sets) == ([3], [2.5], 4)


def crossed(gains: np.ndarray, blocks: int, by: Criterion) -> Selection:
    starts = np.linspace(0, len(gains), blocks, endpoint=False).astype(int)  # as `pbo` cuts
    half = halves(np.searchsorted(starts, np.arange(len(gains)), side="right") - 1)
    return selected(lambda: iter([(np.arange(gains.shape[1]), gains)]), half, ~half, by)


@pytest.mark.parametrize("by", Criterion)
def test_halves_without_purge_are_the_probability_of_overfitting(by: Criterion) -> None:
    assert sorted(crossed(HAND, 4, Criterion.SHARPE).odds) == pytest.approx(
        [-1.0986] * 4 + [-0.5108] * 2, abs=5e-5
    )  # the case by hand of test_overfitting
    gains = np.random.default_rng(2).normal(0.0, 0.01, (203, 15))
    crossing = crossed(gains, 8, by)
    assert sorted(crossing.odds) == pytest.approx(sorted(logits(gains, 8, by)))
    assert crossing.below == pbo(gains, 8, by)


@pytest.mark.parametrize("sessions", [200, 203, 207])
def test_halves_are_the_tests_of_the_splitter(sessions: int) -> None:
    skfolio = pytest.importorskip("skfolio.model_selection")
    tests = [
        np.isin(np.arange(sessions), np.concatenate(test)).tolist()
        for _, test in skfolio.CombinatorialPurgedCV(8, 4, 0, 0).split(np.zeros((sessions, 1)))
    ]
    assert sorted(halves(folds_of(sessions, 8)).tolist()) == sorted(tests)
    assert len(tests) == 70


# What a choice must not know


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("by", list(Criterion))
def test_sets_that_are_flat_in_training_are_tied_whatever_comes(seed: int, by: Criterion) -> None:
    """A flat stretch about the mean of all sessions is noise that leans with the future."""
    gains = np.zeros((400, 6))
    gains[200:] = np.random.default_rng(seed).normal(1e-3, 0.01, (200, 6))
    train = np.arange(400)[None] < 200
    selection = selected(lambda: [(np.arange(6), gains)], train, ~train, by)
    assert selection.chosen.tolist() == [0]


def test_a_lost_account_does_not_count_as_cash() -> None:
    returns = np.zeros((300, 2))
    returns[50, 0] = -1.3  # the account of the first set, and nothing after it
    returns[:, 1] = np.random.default_rng(3).normal(-3e-4, 0.005, 300)
    plan = SimpleNamespace(other=np.full(300, -3e-4))
    gains = WalkPlan.gains(plan, settled(pd.DataFrame(returns)[0])[:, None])  # type: ignore[arg-type]
    both = np.column_stack([gains, WalkPlan.gains(plan, returns[:, 1:])])  # type: ignore[arg-type]
    train = (np.arange(300) >= 100)[None]
    selection = selected(lambda: [(np.arange(2), both)], train, ~train, Criterion.SHARPE)
    assert selection.chosen.tolist() == [1]
