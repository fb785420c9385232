"""Whether the best of a grid is more than the best of many."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from math import isfinite, log, nan, sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.evaluation.schema import Overfitting, Variant
from backtests.evaluation.statistics.bootstrap import MIN_SESSIONS, block_length, draws
from backtests.evaluation.statistics.samples import (
    Values,
    compounded,
    moments,
    settled,
    too_few,
    unusable,
)
from backtests.simulation.metrics import FLAT

BLOCKS = (6, 8, 10, 12, 16)
"""Even numbers up to the 16 of the paper: one reading alone can lie anywhere from 0 to 1."""

PER_BLOCK = 10
"""Sessions in the smallest block, so that half of six hold a month and more."""

REPLICATIONS = 1000
"""Draws behind the p-values of the SPA test."""

CELLS = 1_000_000
"""Numbers held at once while windows are scored."""

DIGITS = 12
"""Scores that agree so far are tied: sums over blocks round differently."""


ALIKE = "the variants do not differ"
"""Why there is no PBO of a grid whose parameters change nothing."""


class Criterion(StrEnum):
    """What the winner of a half has most of."""

    SHARPE = "sharpe"  # per session, as in the paper
    MEAN = "mean"


def overfitting(
    variants: pd.DataFrame, against: pd.Series, chosen: str, years: float, seed: int = 0
) -> Overfitting:
    """The grid of a thesis, a column of simple returns a variant, against the control's.

    All on the scored sessions; variants with the same returns count once. PBO ranks by the Sharpe
    ratio of the difference to the control, SPA tests the difference of log growth; a variant that
    lost its account is left out of SPA.
    """
    gap = unusable(against, *(variants[name] for name in variants.columns))
    if gap:
        rows = tuple(Variant(str(name), None, None, name == chosen) for name in variants.columns)
        return Overfitting.unknown(gap, rows)
    control = settled(against)
    grid = np.column_stack([settled(variants[name]) for name in variants.columns])
    rows = tuple(
        _variant(str(name), grid[:, place], control, years, name == chosen)
        for place, name in enumerate(variants.columns)
    )
    why = _refusal(len(control), len(rows))
    if why:
        return Overfitting.unknown(why, rows)
    difference = grid - control[:, None]
    if not (difference.std(axis=0) > FLAT).any():
        return Overfitting.unknown("no variant differs from the control", rows)
    difference = difference[:, _distinct(difference)]
    if difference.shape[1] < 2:
        return Overfitting(rows, (), _spa_of_growth(grid, control, seed), ALIKE)
    counts = [count for count in BLOCKS if len(control) // count >= PER_BLOCK]
    why = "" if counts else too_few(len(control), "PBO", BLOCKS[0] * PER_BLOCK)
    readings = tuple((count, pbo(difference, count)) for count in counts)
    return Overfitting(rows, readings, _spa_of_growth(grid, control, seed), why)


def _distinct(returns: Values) -> list[int]:
    """The first of each group of columns that differ by rounding alone: a variant counts once."""
    kept: list[int] = []
    for column in range(returns.shape[1]):
        apart = np.abs(returns[:, kept] - returns[:, [column]]).max(axis=0, initial=0.0)
        if not (apart <= FLAT).any():
            kept.append(column)
    return kept


def pbo(returns: Values, blocks: int, score: Criterion = Criterion.SHARPE) -> float:
    """Probability of backtest overfitting: how often the winner of one half is below the middle
    of the other (Bailey, Borwein, Lopez de Prado and Zhu 2015).

    returns: (sessions, variants). NaN for fewer than two variants, a gap, or too few sessions.
    """
    odds = logits(returns, blocks, score)
    return float((odds <= 0).mean()) if len(odds) else nan


def logits(returns: Values, blocks: int, score: Criterion = Criterion.SHARPE) -> Values:
    """Log odds of the winner's rank in the other half, one for each way to halve the blocks.

    Ties share their average rank. Blocks differ by a session where they do not divide evenly.
    Halves are sums of whole blocks, so that 12,870 of them cost one product of matrices.
    """
    sessions, variants = returns.shape
    if blocks < 2 or blocks % 2:
        raise ValueError(f"{blocks} blocks: give an even number")
    if variants < 2 or sessions < blocks or not np.isfinite(returns).all():
        return np.empty(0)
    starts = np.linspace(0, sessions, blocks, endpoint=False).astype(int)
    pieces = pieces_of(returns, starts)
    halves = _halves(blocks)
    inside, outside = (scores_of(half, pieces, score) for half in (halves, 1 - halves))
    rank = _rank_of(outside, inside.argmax(axis=1)) / (variants + 1)
    return np.asarray(np.log(rank / (1 - rank)), dtype="float64")


def spa(
    benchmark: Values, models: Values, block: float, replications: int = REPLICATIONS,
    seed: int = 0, *, studentised: bool = False,
) -> tuple[float, float, float] | None:  # fmt: skip
    """Hansen's (2005) p-values lower, consistent, upper: does no model lose less than `benchmark`?

    Losses, (sessions,) and (sessions, models). How often the best of the drawn means is above the
    best of the real ones, each drawn mean less that of its model, as if no model were better. A
    model that is worse is pulled up to the benchmark by that and makes the test weaker: lower
    leaves the worse models where they are, consistent those that are worse by more than chance,
    upper none.

    studentised: means are compared over their errors, as the paper has it; else as they are, as
    the package arch has it whatever it is asked. Without it a wild model hides a good one.

    Models that differ from the benchmark by a constant, or not at all, are left out; None where no
    other is left.
    """
    gains = benchmark[:, None] - models
    gains = gains[:, gains.std(axis=0) > FLAT]
    if not gains.size:
        return None
    whole = max(round(block), 1)
    means = gains.mean(axis=0)
    drawn = np.array([
        gains[rows].mean(axis=0) for rows in draws(len(gains), whole, replications, seed)
    ])  # fmt: skip
    centres = (np.maximum(means, 0.0), np.where(means >= -_chance(gains, whole), means, 0.0), means)
    error = _error(gains, whole) if studentised else np.ones(len(means))
    best = (means / error).max()
    lower, consistent, upper = (
        float((((drawn - centre) / error).max(axis=1) > best).mean()) for centre in centres
    )
    return lower, consistent, upper


def _chance(gains: Values, block: int) -> Values:
    """How far below 0 chance takes the mean of a column, in the end (Hansen 2005, section 3).

    The law of the iterated logarithm.
    """
    return np.asarray(_error(gains, block) * sqrt(2 * log(log(len(gains)))), dtype="float64")


def _error(gains: Values, block: int) -> Values:
    """Of a column's mean over the draws of a stationary bootstrap (Politis and Romano 1994)."""
    sessions = len(gains)
    centred = gains - gains.mean(axis=0)
    variance = (centred**2).sum(axis=0) / sessions
    for lag in range(1, sessions):
        share, kept = lag / sessions, 1 - 1 / block
        weight = (1 - share) * kept**lag + share * kept ** (sessions - lag)
        variance += 2 * weight * (centred[:-lag] * centred[lag:]).sum(axis=0) / sessions
    return np.asarray(np.sqrt(variance / sessions), dtype="float64")


def _refusal(sessions: int, variants: int) -> str:
    if variants < 2:
        return "no grid: one variant cannot be the best of many"
    return too_few(sessions, "comparing variants") if sessions < MIN_SESSIONS else ""


def _variant(label: str, own: Values, control: Values, years: float, chosen: bool) -> Variant:
    return Variant(
        label, _excess(own, control, years), _annual_sharpe(own - control, years), chosen
    )


def _excess(own: Values, control: Values, years: float) -> float | None:
    """As a comparison has it: growth ahead a year."""
    if not years > 0 or control.min() <= -1:
        return None
    if own.min() <= -1:
        return -1.0
    growth = compounded(float((np.log1p(own) - np.log1p(control)).sum()) / years)
    return growth if isfinite(growth) else None


def ahead(own: Values, control: Values, years: float) -> float | None:
    """What a variant's `sharpe` is, from settled returns; None where a session has none."""
    return _annual_sharpe(own - control, years) if np.isfinite([own, control]).all() else None


def _annual_sharpe(difference: Values, years: float) -> float | None:
    ratio, _, _ = moments(difference)
    return ratio * sqrt(len(difference) / years) if years > 0 and isfinite(ratio) else None


def _spa_of_growth(grid: Values, control: Values, seed: int) -> tuple[float, float, float] | None:
    alive = (grid > -1).all(axis=0)
    if not alive.any() or control.min() <= -1:
        return None
    losses, benchmark = -np.log1p(grid[:, alive]), -np.log1p(control)
    block = block_length(benchmark[:, None] - losses)
    return spa(benchmark, losses, block, seed=seed, studentised=True)


def _halves(blocks: int) -> Values:
    """Every way to take half of the blocks, a row each: 1 taken, 0 left."""
    chosen = np.array(list(combinations(range(blocks), blocks // 2)))
    halves = np.zeros((len(chosen), blocks))
    np.put_along_axis(halves, chosen, 1.0, axis=1)
    return halves


@dataclass(frozen=True, eq=False)
class Pieces:
    """Sessions cut into P pieces: counts (P,), means and sums of squares about them (P, variants).

    Each piece about its own mean: with that of all sessions, what rounding leaves in a stretch
    that is flat would know of the others.
    """

    counts: Values
    means: Values
    squares: Values


def pieces_of(returns: Values, starts: NDArray[np.intp]) -> Pieces:
    """starts: the first session of each piece."""
    counts = np.diff(np.append(starts, len(returns)))
    means = np.add.reduceat(returns, starts) / counts[:, None]
    apart = returns - np.repeat(means, counts, axis=0)
    return Pieces(counts.astype("float64"), means, np.add.reduceat(apart**2, starts))


def scores_of(picks: Values, pieces: Pieces, score: Criterion) -> Values:
    """(windows, variants) of windows that are whole pieces: picks (windows, P), 1 taken, 0 left."""
    weights = picks * pieces.counts
    counts = weights.sum(axis=1, keepdims=True)
    mean = weights @ pieces.means / counts
    if score is Criterion.MEAN:
        return np.asarray(np.round(mean, DIGITS), dtype="float64")
    spread = np.sqrt((picks @ pieces.squares + _between(weights, pieces.means, mean)) / counts)
    flat = spread <= FLAT
    ratio = mean / np.where(flat, 1.0, spread)
    certain = np.where(np.abs(mean) > FLAT, np.copysign(np.inf, mean), 0.0)
    return np.asarray(np.round(np.where(flat, certain, ratio), DIGITS), dtype="float64")


def _between(weights: Values, means: Values, centre: Values) -> Values:
    """Weighted squares of the pieces' means about those of their windows, a few at a time."""
    squares = np.empty_like(centre)
    few = max(1, CELLS // means.size)
    for start in range(0, len(centre), few):
        part = slice(start, start + few)
        apart = means - centre[part, None, :]
        squares[part] = np.einsum("wp,wpv->wv", weights[part], apart**2)
    return squares


def _rank_of(scores: Values, winner: NDArray[np.intp]) -> Values:
    """The winner's place among its row from 1, the worst; ties in the middle of theirs."""
    own = np.take_along_axis(scores, winner[:, None], axis=1)
    below, level = (scores < own).sum(axis=1), (scores == own).sum(axis=1)
    return np.asarray(below + (level + 1) / 2, dtype="float64")
