"""The fan of the next years: known truths, and what a shuffle would have said."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from backtests.evaluation.descriptions import fan as module
from backtests.evaluation.descriptions.fan import fan, paths
from backtests.evaluation.descriptions.schema import Fan

YEARS, MEAN, DEVIATION = 10, 0.0002, 0.011
DAYS = pd.bdate_range("2015-01-01", periods=YEARS * 261 + 1)


@cache
def logs() -> np.ndarray:
    return np.random.default_rng(3).normal(MEAN, DEVIATION, YEARS * 261)


def curve(moves: np.ndarray) -> pd.Series:
    return pd.Series(np.exp(np.r_[0.0, np.cumsum(moves)]) * 1e6, index=DAYS[: len(moves) + 1])


@cache
def drawn() -> Fan:
    return fan(curve(logs()), 0, 0)


def forecast(months: int) -> tuple[float, float]:
    """Mean and deviation of the log growth to come, of independent sessions.

    Their own spread, and that of a mean which ten years tell: s^2 h + s^2 h^2 / n.
    """
    ahead = round(months * 261 / 12)
    spread = logs().std(ddof=1) * np.sqrt(ahead * (1 + ahead / len(logs())))
    return ahead * float(logs().mean()), float(spread)


@pytest.mark.parametrize("months", [12, 36])
def test_quantiles_are_those_of_the_truth(months: int) -> None:
    mean, spread = forecast(months)
    band = drawn().bands[months - 1]
    asked = np.log([band.low, band.lower, band.middle, band.upper, band.high])
    truth = norm.ppf([0.05, 0.25, 0.5, 0.75, 0.95], mean, spread)
    assert band.month == months
    assert (asked - truth) / spread == pytest.approx(np.zeros(5), abs=0.16)  # 1,000 draws


@pytest.mark.parametrize("place", [0, 1])
def test_the_chances_are_those_of_the_truth(place: int) -> None:
    ahead = drawn().ahead[place]
    mean, spread = forecast(ahead.months)
    assert ahead.loss == pytest.approx(norm.cdf(-mean / spread), abs=0.04)
    lot = np.random.default_rng(9)
    count, steps = 4000, round(ahead.months * 261 / 12)
    means = lot.normal(logs().mean(), logs().std() / np.sqrt(len(logs())), (count, 1))
    walks = np.cumsum(lot.normal(0, logs().std(), (count, steps)) + means, axis=1)
    tops = np.maximum(0.0, np.maximum.accumulate(walks, axis=1))
    truth = float(np.mean((walks - tops).min(axis=1) < np.log(0.8)))
    assert ahead.fall == pytest.approx(truth, abs=0.04)


def test_a_shuffle_ends_every_path_at_one_value_and_ours_does_not() -> None:
    moves = logs()[:300]
    lot = np.random.default_rng(0)
    shuffled = [float(np.exp(lot.permutation(moves).sum())) for _ in range(50)]
    assert np.ptp(shuffled) < 1e-9
    ends = paths(moves, 7.0, 300, 0)[:, -1]
    assert len(set(ends.round(12))) > 900
    assert np.log(ends).std() > 0.8 * moves.std() * np.sqrt(300)


def test_a_drawdown_counts_from_what_was_put_in() -> None:
    grown = np.array([[0.85, 0.79, 0.90], [1.1, 1.2, 0.95], [1.0, 0.81, 1.0], [1.3, 1.0, 1.4]])
    ahead = module._ahead(grown, 12, 2)
    assert (ahead.loss, ahead.fall) == (0.5, 0.75)  # 1.2 to 0.95 and 1.3 to 1.0 fall, 0.81 not


def test_dependence_over_sessions_is_kept() -> None:
    """Sessions that move in runs of twenty spread wider than independent ones."""
    moves = np.repeat(np.random.default_rng(5).normal(0, DEVIATION, 130), 20)
    ends = np.log(fan(curve(moves), 0, 0).bands[11].high)
    single = 1.645 * moves.std() * np.sqrt(261)
    assert ends > 2.5 * single


def test_the_record_is_what_scores_or_all_of_it() -> None:
    half = fan(curve(logs()), 1500, 0)
    assert (half.sessions, half.first) == (len(logs()) - 1500, f"{DAYS[1501]:%Y-%m-%d}")
    short = fan(curve(logs()), len(logs()) - 100, 0)
    assert (short.sessions, short.bands) == (len(logs()), drawn().bands)
    assert "the sessions before the article are in it" in short.assumes[-1]
    assert len(short.assumes) == len(drawn().assumes) + 1


def test_what_cannot_be_drawn_says_why() -> None:
    few = fan(curve(logs()[:200]), 0, 0)
    assert few.why == "the run has 200 sessions, and a fan takes 250"
    lost = curve(logs())
    lost.iloc[2000:] = -5.0
    assert fan(lost, 0, 0) == Fan.unknown("the account was lost")
