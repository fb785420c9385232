"""Runs of each optimiser from fills and raw prices: weights by scipy, numpy and skfolio itself.

Nothing costs, lots are fractional and opens are the closes before, so that what is held after the
open that follows a decision is what was wanted at it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Any

import numpy as np
import pytest

from backtests.records.from_run import result_of
from backtests.runner.run_strategy import run_strategy
from backtests.settings import CostTable, Lots, Settings
from newsfolio import (
    Facts,
    Strategy,
    black_litterman,
    equal_risk_contribution,
    hierarchical_risk_parity,
    minimum_variance,
    monthly,
    target_volatility,
)
from tests.support.markets_of import bdays, line
from tests.support.switch import Made

NAMES = ("A", "B", "C", "D")
DAYS = bdays("2021-01-04", 300)
START, LOOKBACK, CASH = 190, 120, 100_000.0
VIEW = {"size": 0.06, "months": 6.0, "confidence": 0.4}
NEUTRAL = np.array([0.4, 0.3, 0.2, 0.1])
VIEWS = Facts(
    "views", text=("asset", "against"), columns=("size", "months", "confidence"),
    where="made up", rows=((DAYS[START - 10], "B", "C", *(str(v) for v in VIEW.values())),),
    sources=("made up",),
)  # fmt: skip

Weights = np.ndarray


def prices() -> np.ndarray:
    draw = np.random.default_rng(12)
    common = draw.normal(size=(len(DAYS), 1)) * [0.8, 0.6, 0.7, -0.2]
    moves = [0.010, 0.012, 0.008, 0.006] * (common + draw.normal(size=(len(DAYS), 4)) * 0.6)
    return np.asarray(60 * np.cumprod(1 + moves, axis=0))


CLOSES = prices()


def returns(at: int, block: int = 1) -> np.ndarray:
    levels = CLOSES[at - LOOKBACK : at + 1 : block]
    return np.asarray(levels[1:] / levels[:-1] - 1)


def best(loss: Callable[[Weights], float]) -> Weights:
    """The long-only weights of 1 with the least loss."""
    from scipy.optimize import minimize

    answer = minimize(
        loss, np.full(4, 0.25), bounds=[(0, 1)] * 4, method="SLSQP",
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        options={"ftol": 1e-14, "maxiter": 500},
    )  # fmt: skip
    return np.asarray(answer.x)


def least_variance(at: int) -> Weights:
    covariance = np.cov(returns(at), rowvar=False)
    return best(lambda w: 1e4 * float(w @ covariance @ w))


def equal_parts_of_risk(at: int) -> Weights:
    """w' S w / 2 less the mean logarithm, scaled to 1: Maillard, Roncalli and Teiletche."""
    from scipy.optimize import minimize

    covariance = 1e4 * np.cov(returns(at), rowvar=False)
    answer = minimize(
        lambda w: w @ covariance @ w / 2 - np.log(w).mean(), np.full(4, 1.0), method="L-BFGS-B",
        bounds=[(1e-6, None)] * 4, options={"ftol": 1e-15, "gtol": 1e-10},
    )  # fmt: skip
    return np.asarray(answer.x / answer.x.sum())


def down_the_tree(at: int) -> Weights:
    from skfolio.optimization import HierarchicalRiskParity

    return np.asarray(HierarchicalRiskParity().fit(returns(at)).weights_)


def sessions_a_year(at: int) -> float:
    days = date.fromisoformat(DAYS[at]) - date.fromisoformat(DAYS[0])
    return at / days.days * 365.25


def at_eight_percent(at: int) -> Weights:
    even = np.full(4, 0.25)
    had = float((returns(at) @ even).std(ddof=1)) * sqrt(sessions_a_year(at))
    return even * min(0.08 / had, 1.0)


def moved_by_views(at: int) -> Weights:
    """Black and Litterman by their formulas, with Idzorek's confidence: no library."""
    covariance, tau, aversion = np.cov(returns(at, 5), rowvar=False), 0.05, 2.5
    prior, pick = aversion * covariance @ NEUTRAL, np.array([[0.0, 1.0, -1.0, 0.0]])
    wanted = VIEW["size"] / VIEW["months"] * 5 / (sessions_a_year(at) / 12)
    inside = pick @ (tau * covariance) @ pick.T
    doubt = inside * (1 - VIEW["confidence"]) / VIEW["confidence"]
    gain = tau * covariance @ pick.T @ np.linalg.inv(inside + doubt)
    mean = prior + (gain @ (wanted - pick @ prior)).ravel()
    posterior = covariance + tau * covariance - gain @ pick @ (tau * covariance)
    return best(lambda w: 1e3 * float(aversion / 2 / (1 + tau) * w @ posterior @ w - mean @ w))


@dataclass(frozen=True)
class Optimised(Strategy):
    word: str = "minimum_variance"

    universe = NAMES
    rebalance = monthly
    facts = (VIEWS,)

    def weights(self, view: Any) -> dict[str, float]:
        if self.word == "target_volatility":
            return target_volatility(view, dict.fromkeys(NAMES, 0.25), 0.08, LOOKBACK)
        if self.word == "black_litterman":
            neutral = dict(zip(NAMES, NEUTRAL.tolist(), strict=True))
            return black_litterman(view, neutral, "views", LOOKBACK)
        words = (minimum_variance, equal_risk_contribution, hierarchical_risk_parity)
        return {word.__name__: word for word in words}[self.word](view, NAMES, LOOKBACK)


@pytest.mark.parametrize(
    ("word", "directly", "near"),
    [
        ("minimum_variance", least_variance, 2e-4),
        ("equal_risk_contribution", equal_parts_of_risk, 2e-4),
        ("hierarchical_risk_parity", down_the_tree, 1e-9),
        ("target_volatility", at_eight_percent, 1e-9),
        ("black_litterman", moved_by_views, 2e-3),
    ],
)
def test_what_is_held_follows_from_prices_known_at_each_decision(
    word: str, directly: Callable[[int], Weights], near: float
) -> None:
    bars = {
        name: line(name, DAYS, (close := CLOSES[:, place].tolist()), open=[close[0], *close[:-1]])
        for place, name in enumerate(NAMES)
    }
    wanted: Any = {
        "engine": "kernel", "start": DAYS[START], "cash": CASH, "cash_rate": "0%",
        "lots": Lots.FRACTIONAL, "costs": CostTable.NONE,
    }  # fmt: skip
    result = result_of(run_strategy(Optimised(word), Made(bars), Settings(**wanted)))
    rows = list(csv.DictReader(io.StringIO(result.fills.to_csv(index=False))))
    cash, held, equity, decided = CASH, np.zeros(4), [CASH], 0
    for at in range(START + 1, len(DAYS)):
        for row in rows:
            if row["session"][:10] == DAYS[at]:
                place = NAMES.index(row["asset"])
                cash -= float(row["quantity"]) * CLOSES[at - 1, place]
                held[place] += float(row["quantity"])
        if at - 1 == START or DAYS[at - 1][:7] != DAYS[at][:7]:
            decided += 1
            weights = held * CLOSES[at - 1] / equity[-1]
            assert weights == pytest.approx(directly(at - 1), abs=near), DAYS[at - 1]
        equity.append(cash + float(held @ CLOSES[at]))
    assert decided == 6
    assert result.equity.tolist() == pytest.approx(equity, rel=1e-12)
