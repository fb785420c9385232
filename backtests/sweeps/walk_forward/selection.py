"""Choosing on some sessions, judging on others, while the sets stream by: memory does not grow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from backtests.evaluation.statistics.overfitting import Criterion, pieces_of, scores_of
from backtests.evaluation.statistics.samples import Values

Masks = NDArray[np.bool_]
Places = NDArray[np.intp]

Batch = tuple[NDArray[np.int64], Values]
"""Numbers of some sets, and (sessions, sets) of what they gained."""

Batches = Callable[[], Iterable[Batch]]
"""All sets in the order of their numbers, once more at every call and cut in the same way."""


@dataclass(frozen=True, eq=False)
class WindowPieces:
    """Stretches of sessions, cut where any of them begins or ends: sums of pieces serve them all.

    starts: of the pieces; picks: (windows, pieces), 1 where a piece belongs to a window.
    """

    starts: Places
    picks: Values

    @classmethod
    def of(cls, masks: Masks) -> WindowPieces:
        """masks: (windows, sessions)."""
        moves = (masks[:, 1:] != masks[:, :-1]).any(axis=0)
        starts = np.concatenate([[0], np.flatnonzero(moves) + 1])
        return cls(starts, masks[:, starts].astype("float64"))

    def scores(self, gains: Values, by: Criterion) -> Values:
        """(windows, sets), of gains (sessions, sets)."""
        return scores_of(self.picks, pieces_of(gains, self.starts), by)


@dataclass(frozen=True, eq=False)
class Selection:
    """The set chosen on each training window, and its place on the test that goes with it.

    chosen: numbers. place: from 1, the worst, to `sets`; ties share the middle of theirs.
    differ: whether any set scores otherwise than the chosen one on any test.
    """

    chosen: NDArray[np.int64]
    place: Values
    sets: int
    differ: bool

    @property
    def odds(self) -> Values:
        """Log odds of the place: 0 in the middle, below it negative."""
        share = self.place / (self.sets + 1)
        return np.asarray(np.log(share / (1 - share)), dtype="float64")

    @property
    def below(self) -> float:
        """How often the chosen set is not above the middle of all sets."""
        return float((self.odds <= 0).mean())


def selected(batches: Batches, train: Masks, test: Masks, by: Criterion) -> Selection:
    """For each row of the masks the set with the highest score in training, ties by number.

    The choice reads sessions of its training window alone.
    """
    chosen, outside = _chosen(batches(), WindowPieces.of(train), WindowPieces.of(test), by)
    place, sets, differ = _placed(batches(), WindowPieces.of(test), outside, by)
    return Selection(chosen, place, sets, differ)


def halves(block: Places) -> Masks:
    """Every way to take half of the blocks, a row each. block: that of each session, from 0."""
    blocks = int(block[-1]) + 1
    return np.array([np.isin(block, half) for half in combinations(range(blocks), blocks // 2)])


def _chosen(
    batches: Iterable[Batch], train: WindowPieces, test: WindowPieces, by: Criterion
) -> tuple[NDArray[np.int64], Values]:
    """The winners' numbers, and their scores on the tests."""
    rows = np.arange(len(train.picks))
    chosen = np.full(len(rows), -1, dtype="int64")
    inside, outside = np.full(len(rows), -np.inf), np.full(len(rows), np.nan)
    for numbers, gains in batches:
        scores, later = train.scores(gains, by), test.scores(gains, by)
        first = scores.argmax(axis=1)
        better = (scores[rows, first] > inside) | (chosen < 0)
        chosen = np.where(better, numbers[first], chosen)
        inside = np.where(better, scores[rows, first], inside)
        outside = np.where(better, later[rows, first], outside)
    return chosen, outside


def _placed(
    batches: Iterable[Batch], test: WindowPieces, own: Values, by: Criterion
) -> tuple[Values, int, bool]:
    """The place of each score among all sets' on its window, how many there are, if they differ."""
    below, level, sets = np.zeros(len(own)), np.zeros(len(own)), 0
    for numbers, gains in batches:
        scores = test.scores(gains, by)
        below += (scores < own[:, None]).sum(axis=1)
        level += (scores == own[:, None]).sum(axis=1)
        sets += len(numbers)
    return below + (level + 1) / 2, sets, bool((level < sets).any())
