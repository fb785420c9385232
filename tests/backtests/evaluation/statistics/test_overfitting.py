"""The best of many: against a count by hand, a slow second way, and sets of mere noise."""

from __future__ import annotations

from itertools import combinations
from math import isnan, log, nan, sqrt
from time import perf_counter

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from backtests.evaluation.statistics.bootstrap import draws
from backtests.evaluation.statistics.overfitting import (
    Criterion,
    logits,
    overfitting,
    pbo,
    pieces_of,
    scores_of,
    spa,
)
from tests.support.grids import HAND

Values = NDArray[np.float64]


def noise(sessions: int, variants: int, seed: int = 0) -> Values:
    return np.random.default_rng(seed).normal(0, 0.01, (sessions, variants))


def table(values: Values) -> pd.DataFrame:
    index = pd.date_range("2024-01-01", periods=len(values))
    return pd.DataFrame(values, index=index, columns=[f"v{n}" for n in range(values.shape[1])])


def still(frame: pd.DataFrame) -> pd.Series:
    return pd.Series(0.0, index=frame.index)


def slow_logits(returns: Values, blocks: int) -> list[float]:
    """As the paper tells it, one split after the other on the sessions themselves."""
    from scipy.stats import rankdata

    pieces = np.array_split(returns, blocks)
    ratios = []
    for taken in combinations(range(blocks), blocks // 2):
        inside = np.concatenate([pieces[place] for place in taken])
        outside = np.concatenate([pieces[place] for place in range(blocks) if place not in taken])
        winner = (inside.mean(axis=0) / inside.std(axis=0)).argmax()
        rank = rankdata(outside.mean(axis=0) / outside.std(axis=0))[winner]
        share = rank / (returns.shape[1] + 1)
        ratios.append(log(share / (1 - share)))
    return ratios


# PBO


def test_the_case_by_hand() -> None:
    """Four blocks of two: the winner of one half is always last, or shares the last place."""
    ratios = logits(HAND, 4)
    assert sorted(ratios) == pytest.approx([-1.0986] * 4 + [-0.5108] * 2, abs=5e-5)
    assert pbo(HAND, 4) == 1.0


def test_another_score_tells_another_story() -> None:
    """By means the winner is first, second with a tie, or last: a third of the splits each."""
    expected = [-1.0986, -1.0986, 0.5108, 0.5108, 1.0986, 1.0986]
    assert sorted(logits(HAND, 4, Criterion.MEAN)) == pytest.approx(expected, abs=5e-5)
    assert pbo(HAND, 4, Criterion.MEAN) == pytest.approx(1 / 3)


@pytest.mark.parametrize(("sessions", "blocks"), [(80, 8), (60, 6), (120, 4)])
def test_sums_of_blocks_are_the_sessions_themselves(sessions: int, blocks: int) -> None:
    returns = noise(sessions, 5, seed=sessions) + 0.002
    assert logits(returns, blocks) == pytest.approx(slow_logits(returns, blocks))


def test_sessions_that_do_not_divide_all_count() -> None:
    returns = noise(43, 4, seed=3)
    changed = returns.copy()
    changed[-1] += [0.0, 0.5, 0.0, 0.0]
    assert len(logits(returns, 4)) == 6
    assert (logits(returns, 4) != logits(changed, 4)).any()


def test_noise_is_overfitted_half_of_the_time() -> None:
    """DOMAIN: 200 sets of 400 x 10, eight blocks, mean 0.515 +- 0.016; single sets lie anywhere."""
    chances = np.array([pbo(noise(400, 10, seed), 8) for seed in range(200)])
    assert chances.mean() == pytest.approx(0.515, abs=0.05)
    assert chances.min() < 0.1
    assert chances.max() > 0.9


def test_a_variant_that_is_better_everywhere_is_not_overfitted() -> None:
    returns = noise(400, 10)
    returns[:, 4] += 0.01
    assert pbo(returns, 8) == 0.0


def test_all_halves_of_sixteen_blocks_take_well_under_a_second() -> None:
    returns = noise(320, 18)
    start = perf_counter()
    assert len(logits(returns, 16)) == 12_870
    assert perf_counter() - start < 1.0


def test_equal_variants_share_the_middle() -> None:
    assert logits(np.tile(noise(80, 1), 3), 8) == pytest.approx(np.zeros(70))
    assert pbo(np.zeros((80, 3)), 8) == 1.0  # nothing is above the middle


def test_steady_gains_win_and_steady_losses_lose() -> None:
    returns = np.column_stack([np.full(80, 0.001), noise(80, 1)[:, 0], np.full(80, -0.001)])
    assert logits(returns, 8) == pytest.approx(np.full(70, log(3)))


def test_a_shift_of_all_sessions_does_not_lose_digits() -> None:
    returns = noise(80, 5) * 1e-4 + 1.0
    assert logits(returns, 8) == pytest.approx(slow_logits(returns, 8))


def test_pbo_is_undefined_without_variants_sessions_or_returns() -> None:
    gap = noise(80, 3)
    gap[2, 1] = nan
    for returns in (noise(80, 1), noise(5, 3), gap, np.empty((0, 3))):
        assert isnan(pbo(returns, 6))
    for blocks in (0, 7):
        with pytest.raises(ValueError, match="even number"):
            pbo(noise(80, 3), blocks)


# SPA


def test_spa_as_published() -> None:
    """DOMAIN: 500 losses of a benchmark and of 20 models, the first 0.2 better."""
    generator = np.random.default_rng(0)
    benchmark, models = generator.normal(size=500), generator.normal(size=(500, 20))
    models[:, 0] -= 0.2
    assert spa(benchmark, models, 10, seed=1234) == pytest.approx((0.030, 0.061, 0.064), abs=1e-9)
    assert spa(benchmark, models[:, 1:], 10, seed=1234) == pytest.approx(
        (0.732, 0.847, 0.854), abs=1e-9
    )


def test_models_that_equal_the_benchmark_are_left_out() -> None:
    losses = noise(200, 4)
    with_it = np.column_stack([losses[:, 0], losses[:, 1:]])
    assert spa(losses[:, 0], with_it, 3) == spa(losses[:, 0], losses[:, 1:], 3)
    assert spa(losses[:, 0], losses[:, :1], 3) is None


def arch_spa(
    benchmark: Values, models: Values, block: int, replications: int, seed: int
) -> tuple[float, ...]:
    from arch.bootstrap import SPA

    test = SPA(benchmark, models, block_size=block, reps=replications, seed=seed)
    test.compute()
    return tuple(test.pvalues[["lower", "consistent", "upper"]])


@pytest.mark.parametrize("world", range(8))
def test_spa_is_that_of_arch(world: int) -> None:
    """The same draws from the same seed, so that not even Monte Carlo error is between the two."""
    lot = np.random.default_rng(world)
    sessions, count, block = int(lot.integers(20, 600)), int(lot.integers(1, 12)), 1 + 3 * world
    benchmark = lot.normal(0, 0.01, sessions)
    models = lot.normal(0, 0.01, (sessions, count)) + lot.normal(0, 0.002, count)
    if world % 2:  # nested: models that leave the benchmark on a few sessions
        models = benchmark[:, None] + np.where(lot.random(models.shape) < 0.05, models, 0.0)
    for seed in (world, 99):
        expected = arch_spa(benchmark, models, block, 400, seed)
        assert spa(benchmark, models, block, 400, seed) == expected


def test_models_that_are_worse_than_chance_weaken_the_upper_value_alone() -> None:
    losses = noise(300, 3, seed=4)
    losses[:, 1] -= 0.0006
    losses[:, 2] += 0.02
    losses[:, 2] *= 4
    lower, consistent, upper = spa(losses[:, 0], losses[:, 1:], 4) or (nan, nan, nan)
    assert (lower, consistent, upper) == arch_spa(losses[:, 0], losses[:, 1:], 4, 1000, 0)
    assert lower == consistent < upper
    alone = spa(losses[:, 0], losses[:, 1:2], 4)
    assert alone is not None
    assert alone[1] == consistent


def test_what_counts_as_worse_than_chance_is_that_of_arch() -> None:
    """One model worse by more and more: where it no longer counts, the consistent value jumps."""
    moves = noise(120, 2, seed=8)
    for place in range(1, 120):  # memory, so that the variance of its mean needs its lags
        moves[place, 1] += 0.6 * moves[place - 1, 1]
    moves -= moves.mean(axis=0) + np.array([0.0002, 0.0])
    counts = []
    for worse in np.linspace(0.002, 0.004, 41).tolist():
        models = moves + np.array([0.0, worse])
        counts.append(spa(np.zeros(120), models, 6, 100, seed=2))
        assert counts[-1] == arch_spa(np.zeros(120), models, 6, 100, 2)
    lower, consistent, upper = np.array(counts).T
    assert (consistent == upper).any()
    assert (consistent < upper).any()
    assert (lower <= consistent).all()


def test_a_wild_model_does_not_hide_a_good_one_where_means_are_studentised() -> None:
    """A gain of 4.5 standard errors beside five models of none and twenty times its noise. The
    upper value by hand, each column over the deviation that its mean has over the draws."""
    lot = np.random.default_rng(11)
    good = 0.1 + lot.normal(0, 0.5, 500)
    wild = lot.normal(0, 10, (500, 5))
    gains = np.column_stack([good, wild - wild.mean(axis=0)])
    plain = spa(np.zeros(500), -gains, 5, seed=1)
    assert plain is not None
    assert plain[1] > 0.9
    studentised = spa(np.zeros(500), -gains, 5, seed=1, studentised=True)
    assert studentised is not None
    assert max(studentised) < 0.005
    level = gains - np.r_[0.08, np.zeros(5)]
    means = np.array([level[rows].mean(axis=0) for rows in draws(500, 5, 1000, 1)])
    apart = (means - level.mean(axis=0)) / means.std(axis=0)
    by_hand = float((apart.max(axis=1) > (level.mean(axis=0) / means.std(axis=0)).max()).mean())
    p_values = spa(np.zeros(500), -level, 5, seed=1, studentised=True)
    assert p_values is not None
    assert 0.02 < by_hand < 0.9
    assert p_values[2] == pytest.approx(
        by_hand, abs=0.04
    )  # the error by formula, not over the draws


def test_models_that_are_all_worse_are_never_better_than_chance() -> None:
    losses = noise(200, 3, seed=6) + np.array([0.0, 0.01, 0.02])
    p_values = spa(losses[:, 0], losses[:, 1:], 4, studentised=True)
    assert p_values is not None
    assert min(p_values) > 0.3


def test_models_that_differ_by_a_constant_are_left_out() -> None:
    losses = noise(200, 3)
    shifted = np.column_stack([losses[:, 0] - 0.01, losses[:, 1:]])
    assert spa(losses[:, 0], shifted, 3) == spa(losses[:, 0], losses[:, 1:], 3)
    assert spa(losses[:, 0], shifted[:, :1], 3) is None


# The grid


def test_a_grid_with_one_good_variant() -> None:
    values = noise(250, 6, seed=2)
    values[:, 3] += 0.004
    frame = table(values)
    estimate = overfitting(frame, still(frame), "v3", 1.0)
    assert [count for count, _ in estimate.pbo] == [6, 8, 10, 12, 16]
    assert all(value < 0.1 for _, value in estimate.pbo)
    assert estimate.spa is not None
    assert estimate.spa[1] < 0.05
    assert [variant.label for variant in estimate.variants if variant.chosen] == ["v3"]
    best = estimate.variants[3]
    assert best.excess == pytest.approx(np.prod(1 + values[:, 3]) - 1)
    own = values[:, 3]
    assert best.sharpe == pytest.approx(own.mean() / own.std(ddof=1) * sqrt(250))
    assert estimate.why == ""


def test_variants_are_measured_against_the_control() -> None:
    """A control that is as good takes the edge away, and a common move changes nothing."""
    values = noise(250, 6, seed=2) + 0.004
    frame = table(values)
    control = pd.Series(0.004, index=frame.index)
    estimate = overfitting(frame, control, "v0", 0.5)
    assert estimate.spa is not None
    assert estimate.spa[1] > 0.1
    growth = np.prod(1 + values[:, 1]) / 1.004**250
    assert estimate.variants[1].excess == pytest.approx(growth**2 - 1)


@pytest.mark.parametrize(
    ("sessions", "counts"), [(59, []), (60, [6]), (119, [6, 8, 10]), (160, [6, 8, 10, 12, 16])]
)
def test_a_block_holds_ten_sessions_or_more(sessions: int, counts: list[int]) -> None:
    frame = table(noise(sessions, 3))
    estimate = overfitting(frame, still(frame), "v0", 1.0)
    assert [count for count, _ in estimate.pbo] == counts
    assert estimate.why == ("" if counts else "59 sessions; PBO needs 60")


def test_a_grid_that_says_nothing_says_why() -> None:
    gap, lost = noise(80, 2), noise(80, 2)
    gap[3, 1] = nan
    cases = {
        "no sessions yet": noise(0, 2),
        "12 sessions; comparing variants needs 20": noise(12, 2),
        "1 session without a return": gap,
        "no grid: one variant cannot be the best of many": noise(80, 1),
        "no variant differs from the control": np.zeros((80, 2)),
    }
    for why, values in cases.items():
        frame = table(values)
        estimate = overfitting(frame, still(frame), "v0", 1.0)
        assert (estimate.why, estimate.pbo, estimate.spa) == (why, (), None)
        assert len(estimate.variants) == values.shape[1]
    lost[40, 1], lost[41:, 1] = -1.3, nan
    estimate = overfitting(table(lost), still(table(lost)), "v0", 1.0)
    assert estimate.variants[1].excess == -1.0
    assert estimate.spa is not None
    assert (
        overfitting(table(noise(80, 2)), still(table(lost)), "v0", 0.0).variants[0].excess is None
    )
    alone = overfitting(table(lost[:, ::-1]), table(lost)["v1"], "v0", 1.0)
    assert (alone.variants[0].excess, alone.spa) == (None, None)


def test_the_same_seed_finds_the_same() -> None:
    frame = table(noise(100, 4))
    assert overfitting(frame, still(frame), "v0", 1.0, 5) == overfitting(
        frame, still(frame), "v0", 1.0, 5
    )


def test_flat_halves_know_nothing_of_the_others() -> None:
    """Variants that equal the control but for the last block: a half without it is a tie."""
    returns = np.zeros((600, 8))
    returns[500:] = np.random.default_rng(1).normal(2e-4, 0.01, (100, 8))
    pieces = pieces_of(returns, np.arange(0, 600, 100))
    early = np.array([[1.0, 1, 1, 0, 0, 0], [0, 0, 1, 1, 1, 0]])
    assert scores_of(early, pieces, Criterion.SHARPE).tolist() == [[0.0] * 8] * 2
    late = scores_of(np.array([[0.0, 0, 0, 1, 1, 1]]), pieces, Criterion.SHARPE)[0]
    kept = returns[300:]
    assert late == pytest.approx(kept.mean(axis=0) / kept.std(axis=0), abs=1e-12)


@pytest.mark.parametrize("noise", [0.0, 1e-17])
def test_clones_are_no_grid_to_be_lucky_in(noise: float) -> None:
    """Ten times the same variant: the winner of a half is always in the middle of the other."""
    rng = np.random.default_rng(3)
    gains, control = rng.normal(0.001, 0.01, (2, 300))
    index = pd.bdate_range("2024-01-02", periods=300)
    clones = {f"v{n}": pd.Series(gains + noise * n, index=index) for n in range(10)}
    estimate = overfitting(pd.DataFrame(clones), pd.Series(control, index=index), "v0", 1.2)
    assert (estimate.pbo, estimate.why) == ((), "the variants do not differ")
    assert estimate.spa is not None
    assert len(estimate.variants) == 10


def test_a_variant_that_stands_in_the_grid_twice_counts_once() -> None:
    rng = np.random.default_rng(4)
    index = pd.bdate_range("2024-01-02", periods=300)
    grid = pd.DataFrame(rng.normal(0.001, 0.01, (300, 3)), index=index, columns=list("abc"))
    control = pd.Series(rng.normal(0, 0.01, 300), index=index)
    twice = pd.concat([grid, grid.rename(columns=str.upper)], axis=1)
    assert overfitting(twice, control, "a", 1.2).pbo == overfitting(grid, control, "a", 1.2).pbo
