"""Benjamini and Hochberg against scipy and statsmodels, and p-values that agree with intervals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control
from statsmodels.stats.multitest import multipletests

from backtests.evaluation.statistics.multiple import benjamini_hochberg, one_sided_p


@pytest.mark.parametrize("seed", range(5))
def test_adjusted_values_are_those_of_scipy_and_statsmodels(seed: int) -> None:
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
