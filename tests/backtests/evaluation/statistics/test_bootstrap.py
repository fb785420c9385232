"""Draws of blocks: which sessions they take, how long blocks are, and whether intervals cover."""

from __future__ import annotations

from math import isnan, sqrt

import numpy as np
import pytest
from numpy.typing import NDArray

from backtests.evaluation.statistics.bootstrap import (
    Resample,
    block_length,
    interval,
    optimal_block,
    resample,
    stretch,
)

Values = NDArray[np.float64]


def noise(sessions: int, series: int = 1, seed: int = 1) -> Values:
    return np.random.default_rng(seed).normal(size=(sessions, series))


def autocorrelated(sessions: int, memory: float, seed: int = 2) -> Values:
    shocks = noise(sessions, seed=seed)[:, 0]
    series = np.zeros(sessions)
    for session in range(1, sessions):
        series[session] = memory * series[session - 1] + shocks[session]
    return series[:, None]


@pytest.fixture(scope="module")
def indices() -> tuple[Values, Values]:
    """Daily returns of the NASDAQ and the S&P 500, 1999 to 2018, as arch ships them."""
    nasdaq = pytest.importorskip("arch.data.nasdaq", reason="the series come with arch")
    sp500 = pytest.importorskip("arch.data.sp500", reason="the series come with arch")
    first, other = (
        module.load()["Adj Close"].pct_change().dropna().to_numpy() for module in (nasdaq, sp500)
    )
    return first, other


# Places


def test_a_draw_takes_as_many_sessions_as_there_are_and_moves_on_one_by_one() -> None:
    drawn = resample(autocorrelated(400, 0.6), 50, seed=4)
    assert drawn.places.shape == (50, 400)
    assert drawn.places.min() >= 0
    assert drawn.places.max() < 400
    follows = np.diff(drawn.places, axis=1) % 400 == 1
    assert follows.mean() == pytest.approx(1 - 1 / drawn.block, abs=0.03)


def test_the_same_seed_draws_the_same_sessions() -> None:
    series = noise(60, 2)
    first, again, other = (resample(series, 20, seed) for seed in (1, 1, 2))
    assert (first.places == again.places).all()
    assert (first.places != other.places).any()


def test_every_session_is_drawn_alike() -> None:
    """A stationary bootstrap wraps around, so that the ends count as much as the middle."""
    counts = np.bincount(resample(autocorrelated(100, 0.5), 4000).places.ravel(), minlength=100)
    assert counts.min() > 0.9 * 4000
    assert counts.max() < 1.1 * 4000


def test_the_two_indices_as_published(indices: tuple[Values, Values]) -> None:
    """DOMAIN: block 20, seed 0, 1,000 draws, both series on the same sessions."""
    from arch.bootstrap import StationaryBootstrap

    first, other = indices
    source = StationaryBootstrap(20, np.arange(len(first)), seed=np.random.default_rng(0))
    places = np.stack([source.update_indices() for _ in range(1000)])

    def sharpe(returns: Values) -> Values:
        drawn = returns[places]
        return drawn.mean(axis=1) / drawn.std(axis=1, ddof=1) * sqrt(252)

    ends = [np.quantile(draws, [0.025, 0.975]) for draws in
            (sharpe(first), sharpe(other), sharpe(first) - sharpe(other))]  # fmt: skip
    expected = [(-0.058, 0.785), (-0.088, 0.687), (-0.144, 0.278)]
    assert np.array(ends) == pytest.approx(np.array(expected), abs=6e-4)


# Blocks


def test_the_block_of_the_sp500_as_published(indices: tuple[Values, Values]) -> None:
    assert optimal_block(indices[1][:, None]) == pytest.approx(9.09, abs=0.005)


def test_memory_asks_for_longer_blocks() -> None:
    assert optimal_block(noise(1000)) < 4
    assert optimal_block(autocorrelated(1000, 0.7)) > 10


def test_the_longest_block_of_several_series_serves_all() -> None:
    long, short = autocorrelated(1000, 0.7), noise(1000)
    assert block_length(np.hstack([short, long])) == block_length(long) == optimal_block(long)


def test_a_block_lies_between_the_cube_root_and_a_quarter() -> None:
    assert block_length(noise(1000)) == pytest.approx(10.0)
    once = np.repeat([0.0, 1.0, 0.0], [6, 9, 5])[:, None]
    assert optimal_block(once) > block_length(once) == 5.0


@pytest.mark.parametrize("sessions", [0, 1, 2, 3, 19])
def test_too_few_sessions_are_drawn_one_by_one(sessions: int) -> None:
    drawn = resample(noise(sessions), 10)
    assert drawn.block == 1.0
    assert drawn.places.shape == (10, sessions)


def test_series_that_never_move_or_have_gaps_ask_for_nothing() -> None:
    flat, gap, once = np.zeros((60, 1)), noise(60), np.zeros((60, 1))
    gap[3] = np.nan
    once[-1] = 1.0
    for series in (flat, gap, once, np.hstack([flat, gap])):
        assert optimal_block(series) == 1.0
    memory = autocorrelated(60, 0.7)
    assert optimal_block(np.hstack([flat, gap, memory])) == optimal_block(memory) > 2


# Intervals


def test_the_stretch_by_hand() -> None:
    """Twenty blocks of five: t(19) 2.0930 over 1.9600, times the root of 100 / 95."""
    assert stretch(100, 5.0) == pytest.approx(2.0930 / 1.9600 * sqrt(100 / 95), abs=1e-4)
    assert stretch(100_000, 1.0) == pytest.approx(1.0, abs=1e-4)


def test_an_interval_is_its_percentiles_moved_away_from_the_value() -> None:
    drawn = Resample(np.zeros((1001, 100), dtype=np.intp), 5.0)
    low, high = interval(500.0, np.arange(1001.0), drawn)  # percentiles 25 and 975
    assert (low, high) == pytest.approx((500 - 475 * 1.0956, 500 + 475 * 1.0956), abs=0.05)


def test_an_undefined_draw_leaves_no_interval() -> None:
    drawn = Resample(np.zeros((3, 100), dtype=np.intp), 2.0)
    for value, draws in ((0.5, [0.0, np.nan, 1.0]), (np.nan, [0.0, 0.5, 1.0]), (0.5, [])):
        assert all(map(isnan, interval(value, np.array(draws), drawn)))
    single = Resample(np.zeros((3, 1), dtype=np.intp), 1.0)
    assert all(map(isnan, interval(0.5, np.array([0.0, 0.5, 1.0]), single)))


@pytest.mark.parametrize("memory", [0.0, 0.1])
def test_an_interval_misses_as_often_as_it_says(memory: float) -> None:
    """Five per cent of 400 samples of 60 sessions, give or take; percentiles alone miss 9."""
    missed = 0
    for seed in range(400):
        series = autocorrelated(80, memory, seed)[20:]
        drawn = resample(series, 400, seed)
        low, high = interval(float(series.mean()), series[:, 0][drawn.places].mean(axis=1), drawn)
        missed += not low <= 0 <= high
    assert 0.03 < missed / 400 < 0.08


@pytest.mark.parametrize("level", [0.1, 1e-4, 3e-5 / 7])
def test_a_constant_series_asks_for_no_block_although_rounding_deviates(level: float) -> None:
    """Its standard deviation is 1e-17 and not 0; 250 sessions of noise ask for 6.3 (250 ** 1/3)."""
    flat = np.full(250, level)
    flat[::3] = np.nextafter(level, 1)
    assert flat.std() > 0
    beside = np.column_stack([noise(250)[:, 0], flat])
    assert block_length(beside) == block_length(noise(250))
