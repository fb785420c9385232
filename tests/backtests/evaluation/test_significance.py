"""What a Sharpe ratio is worth after many tries, and how long a record takes to prove one."""

from __future__ import annotations

from math import log, nan, sqrt

import numpy as np
import pandas as pd
import pytest

from backtests.evaluation.estimates import (
    power,
    significance,
)
from backtests.evaluation.schema import Significance
from backtests.evaluation.trial_record import TrialCounts
from tests.support.daily_returns import daily, noise, zeros

# Significance


def tried(thesis: int, everything: int | None) -> TrialCounts:
    return TrialCounts(thesis, None, everything)


def difference(sessions: int, sharpe: float) -> pd.Series:
    """Sessions whose ratio per session is `sharpe`."""
    values = noise(sessions, seed=8).to_numpy()
    values = (values - values.mean()) / values.std(ddof=1)
    return daily(0.01 * (values + sharpe))


def test_significance_of_the_paper() -> None:
    """Annual 2.5 on 1,250 sessions in five years, best of 100, V 0.5: SR0 0.1132 a session."""
    own = difference(1250, 2.5 / sqrt(250))
    trials = sqrt(0.5) * np.tile([-1.0, 1.0], 50) * sqrt(99 / 100)  # sample variance 0.5
    estimate = significance(own, zeros(own), 5.0, list(trials), tried(100, 300))
    assert estimate.sharpe == pytest.approx(2.5)
    assert estimate.expected_best == pytest.approx(0.1132 * sqrt(250), abs=1e-3)
    assert (estimate.trials, estimate.all_trials, estimate.why) == (100, 300, "")
    assert estimate.deflated is not None
    assert estimate.probabilistic is not None
    assert estimate.deflated < estimate.probabilistic


def test_significance_agrees_with_skfolio() -> None:
    measures = pytest.importorskip("skfolio.measures", reason="compared where skfolio is installed")
    own = noise(300, 0.001, seed=12)
    trials = np.random.default_rng(2).normal(0.5, 1.0, 30)
    estimate = significance(own, zeros(own), 300 / 252, list(trials), tried(30, None))
    values = own.to_numpy()
    assert estimate.probabilistic == pytest.approx(measures.probabilistic_sharpe_ratio(values))
    assert estimate.deflated == pytest.approx(
        measures.deflated_sharpe_ratio(values, trials / sqrt(252))
    )
    assert estimate.skew == pytest.approx(measures.skew(values))
    assert estimate.kurtosis == pytest.approx(measures.kurtosis(values))


def test_a_single_trial_is_not_deflated() -> None:
    estimate = significance(noise(100), noise(100, seed=2), 0.4, [nan], tried(1, 1))
    assert estimate.expected_best == 0.0
    assert estimate.deflated == estimate.probabilistic


def test_unknown_trials_vary_as_the_estimate_itself_does() -> None:
    """Normal returns with a ratio near 0 over one year: an error of about 1 a year."""
    own = difference(1000, 0.0001)
    estimate = significance(own, zeros(own), 1.0, [nan, 1.0], tried(10, None))
    assert estimate.expected_best == pytest.approx(1.5746, rel=0.01)


def test_an_unreadable_ledger_leaves_the_rest() -> None:
    estimate = significance(noise(100, 0.002), noise(100, seed=2), 0.4, [], None)
    assert (estimate.trials, estimate.expected_best, estimate.deflated) == (None, None, None)
    assert estimate.probabilistic is not None
    assert estimate.why == "the ledger cannot be read, so the trials are not counted"


def test_a_ratio_that_is_not_positive_is_never_proven() -> None:
    estimate = significance(difference(100, -0.05), zeros(noise(100)), 0.4, [nan], None)
    assert estimate.needed is None
    assert estimate.why.startswith("no record proves")
    assert estimate.why.endswith("not counted")


def test_significance_that_cannot_be_told_says_why() -> None:
    own = noise(30)
    assert significance(own, None, 1.0, [], tried(3, None)).why == "no control"
    assert significance(own, own, 1.0, [], tried(3, None)).why == "the difference never moves"
    few = significance(own.iloc[:12], zeros(own.iloc[:12]), 0.05, [], tried(3, 7))
    assert few == Significance(
        few.sharpe, None, None, None, 3, 7, None, None, None, "12 sessions; a probability needs 20"
    )
    assert few.sharpe is not None


# Power


def test_power_by_hand() -> None:
    """Normal, 252 a year: (1.64485 / 0.5) ** 2 years, and a little for the ratio's own error."""
    estimate = power(8 / 12, 168, 0.0, 3.0)
    z2 = 1.6448536**2
    assert estimate.needed == pytest.approx(1 / 252 + (1 + 0.25 / 252 / 2) * z2 / 0.25)
    square = 167 - z2 / 2
    assert estimate.provable == pytest.approx(sqrt(z2 / square) * sqrt(252))
    sessions = estimate.always * 252  # type: ignore[operator]
    reach = 2.7954835**2 + log(sessions / 126)  # Robbins; an edge of 0.5 seen as it is
    assert sessions * 0.25 / 252 == pytest.approx(reach, rel=1e-4)
    assert estimate.sentence == (
        "8 months; proving a Sharpe edge of 0.5 takes 11 years at one look, 50 years at all looks"
    )


def test_what_is_provable_takes_exactly_the_record_at_hand() -> None:
    estimate = power(3.0, 750, -0.8, 7.0)
    assert estimate.provable is not None
    assert power(3.0, 750, -0.8, 7.0, edge=estimate.provable).needed == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("years", "words"),
    [(0.0, "0 days"), (1 / 365.25, "1 day"), (1 / 12, "1 month"), (1.9, "23 months"),
     (2.0, "2 years"), (2.54, "2.5 years"), (12.4, "12 years")],
)  # fmt: skip
def test_the_record_in_words(years: float, words: str) -> None:
    assert power(years, round(252 * years), None, None).sentence.startswith(f"{words}; proving")


def test_no_sessions_prove_nothing() -> None:
    estimate = power(0.0, 0, None, None)
    assert estimate.provable is None
    assert estimate.needed == pytest.approx(10.83, abs=0.02)
    assert power(0.01, 2, nan, nan).provable is None
