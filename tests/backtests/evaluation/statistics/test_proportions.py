"""Shares of hits and stated probabilities, held against scipy and worked by hand."""

from __future__ import annotations

import pytest
from scipy.stats import binomtest

from backtests.evaluation.statistics.proportions import (
    Forecast,
    ProbabilityBin,
    base_brier,
    brier,
    clopper_pearson,
    reliability,
)


@pytest.mark.parametrize("count", [1, 2, 5, 17, 60, 1000])
def test_the_interval_of_a_share_is_scipys(count: int) -> None:
    for hits in sorted({0, 1, count // 3, count // 2, count - 1, count}):
        exact = binomtest(hits, count).proportion_ci(0.95, "exact")
        assert clopper_pearson(hits, count) == pytest.approx((exact.low, exact.high), abs=1e-9)
        other = binomtest(hits, count).proportion_ci(0.8, "exact")
        assert clopper_pearson(hits, count, 0.8) == pytest.approx((other.low, other.high), abs=1e-9)


def test_nothing_counted_may_be_anything() -> None:
    assert clopper_pearson(0, 0) == (0.0, 1.0)


def test_the_score_by_hand() -> None:
    """.04 + .09 + .36 + .01 over four is .125; half of them came, which is worth .25."""
    forecasts = [
        Forecast(0.8, True), Forecast(0.7, True), Forecast(0.6, False), Forecast(0.1, False),
    ]  # fmt: skip
    assert brier(forecasts) == pytest.approx(0.125)
    assert base_brier(forecasts) == pytest.approx(0.25)
    assert brier([Forecast(1.0, False)]) == 1.0
    assert (brier([]), base_brier([])) == (None, None)


def test_forecasts_are_binned_by_what_was_stated() -> None:
    chances = [(0.0, False), (0.05, True), (0.32, False), (0.38, True), (1.0, True)]
    bins = list(reliability([Forecast(*chance) for chance in chances]))
    assert bins == [
        ProbabilityBin(pytest.approx(0.025), 2, 1),
        ProbabilityBin(pytest.approx(0.35), 2, 1),
        ProbabilityBin(1.0, 1, 1),
    ]
