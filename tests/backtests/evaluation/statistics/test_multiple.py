"""Benjamini and Hochberg against scipy and statsmodels, and p-values that agree with intervals."""

from __future__ import annotations

import numpy as np
import pytest

from backtests.evaluation.statistics.multiple import (
    benjamini_hochberg,
    one_sided_p,
    one_sided_p_at_all_looks,
)


@pytest.mark.parametrize("seed", range(5))
def test_adjusted_values_are_those_of_scipy_and_statsmodels(seed: int) -> None:
    from scipy.stats import false_discovery_control
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(seed).uniform(0, 1, 19) ** (1 + seed)
    adjusted = benjamini_hochberg(list(p))
    assert adjusted == pytest.approx(list(false_discovery_control(p, method="bh")))
    assert adjusted == pytest.approx(list(multipletests(p, method="fdr_bh")[1]))


def test_by_hand_with_ties_and_few() -> None:
    """0.01 x 4 / 1; 0.02 x 4 / 2 and 0.04 x 4 / 3, of two that tie the better rank counts."""
    assert benjamini_hochberg([0.04, 0.01, 0.9, 0.04]) == pytest.approx([4 / 75, 0.04, 0.9, 4 / 75])
    assert benjamini_hochberg([]) == []
    assert benjamini_hochberg([0.03]) == [0.03]


def test_one_winner_among_nineteen_is_no_news() -> None:
    """p of .01 alone is news; beside eighteen at one half it is the usual luck."""
    adjusted = benjamini_hochberg([0.01, *[0.5] * 18])
    assert adjusted[0] == pytest.approx(0.19)


def test_p_agrees_with_the_interval() -> None:
    assert one_sided_p(0.10, 0.0, 0.25) == pytest.approx(0.025)
    assert one_sided_p(0.0, -0.1, 0.1) == pytest.approx(0.5)
    assert one_sided_p(-0.1, -0.2, 0.0) == pytest.approx(0.975)
    surely = one_sided_p(0.1, 0.02, 0.2)
    assert surely is not None and surely < 0.025
    assert one_sided_p(0.1, -0.01, 0.2) > 0.025  # type: ignore[operator]


@pytest.mark.parametrize("wrong", [(0.1, -1.0, 0.2), (0.1, 0.2, 0.3), (0.1, 0.1, 0.1)])
def test_without_an_interval_there_is_no_p(wrong: tuple[float, float, float]) -> None:
    assert one_sided_p(*wrong) is None


@pytest.mark.parametrize("sessions", [126, 300, 2520])
def test_p_at_all_looks_agrees_with_its_interval(sessions: int) -> None:
    """2.5 % where it ends at zero, whenever one looks; below it surely ahead, else above."""
    high = (1.1**2) - 1  # on the log scale as far from 10 % as zero is
    assert one_sided_p_at_all_looks(0.1, 0.0, high, sessions) == pytest.approx(0.025, abs=1e-9)
    assert one_sided_p_at_all_looks(0.1, 0.001, high, sessions) < 0.025  # type: ignore[operator]
    assert one_sided_p_at_all_looks(0.1, -0.001, high, sessions) > 0.025  # type: ignore[operator]
    assert one_sided_p_at_all_looks(-0.01, -0.1, 0.1, sessions) == 1.0


def test_many_looks_make_no_news() -> None:
    """2,000 walks without an edge, looked at monthly for five years: ever 2.5 % in few of them.

    Each interval is made here as the mean and its standard error, so many of them to each side.
    """
    looks = np.arange(126, 1261, 21)
    draws = np.random.default_rng(5).normal(0, 1, (2000, looks[-1]))
    sums = draws.cumsum(axis=1)[:, looks - 1]
    reach = np.sqrt(2.795483482915108**2 + np.log(looks / 126))
    middle, wide = sums / looks * 0.01, reach / np.sqrt(looks) * 0.01
    ever = 0
    for row in middle:
        ever += any(
            (one_sided_p_at_all_looks(*np.expm1([mean, mean - far, mean + far]), sessions) or 0)
            <= 0.025
            for mean, far, sessions in zip(row, wide, looks.tolist(), strict=True)
            if mean > far
        )
    assert ever / 2000 <= 0.025


def test_before_the_first_look_there_is_no_p_of_all() -> None:
    assert one_sided_p_at_all_looks(0.1, 0.0, 0.2, 125) is None
    assert one_sided_p_at_all_looks(0.1, 0.1, 0.1, 300) is None
