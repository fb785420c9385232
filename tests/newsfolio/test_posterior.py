"""Black-Litterman from a table of views, by the formulas of the 1992 paper and Idzorek's."""

from __future__ import annotations

import itertools
import math
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from newsfolio import Facts, StrategyError, View, black_litterman
from newsfolio.view import MarketView
from tests.support.strategy_views import NAN, WrittenHistory, rows_of, weekdays

NEUTRAL = {"SPY": 0.4, "0700.HK": 0.3, "BTC-USD": 0.1, "TLT": 0.1}
"""A tenth in cash, and names that an equation would misread."""

VIEWS = Facts(
    "houses", text=("asset", "against"), columns=("size", "months", "confidence"), where="ours"
)
COUNT, LOOKBACK, BLOCK = 400, 300, 5


def closes() -> pd.DataFrame:
    draw = np.random.default_rng(23)
    common = draw.normal(0.0003, 0.008, (COUNT, 1))
    own = draw.normal(0, 0.009, (COUNT, len(NEUTRAL)))
    levels = 100 * np.exp(np.cumsum(common + own, axis=0))
    return pd.DataFrame(levels, index=weekdays(COUNT, "2025-03-31"), columns=list(NEUTRAL))


CLOSES = closes()


class History(WrittenHistory):
    """Returns by the closes, and notes on a list."""

    def __init__(self, rows: pd.DataFrame, frame: pd.DataFrame = CLOSES) -> None:
        super().__init__(closes=frame, tables={VIEWS.name: rows})
        self.noted: list[str] = []

    def return_rows(self, of: tuple[str, ...], last: int) -> Any:
        return self.closes[list(of)].pct_change(fill_method=None).iloc[-last:].to_numpy()

    def note(self, text: str) -> None:
        self.noted.append(text)


def view_of(*rows: tuple[object, ...], frame: pd.DataFrame = CLOSES) -> View:
    history = History(rows_of(VIEWS, *rows), frame)
    return MarketView(frame.index[-1].date(), tuple(frame), history, "test")  # type: ignore[arg-type]


def opinion(
    asset: str = "0700.HK", against: str = "SPY", size: float = 0.1, confidence: float = 0.4,
    months: float = 12,
) -> tuple[object, ...]:  # fmt: skip
    return "2025-02-17", asset, against, size, months, confidence


def held(view: View, neutral: dict[str, float] = NEUTRAL) -> dict[str, float]:
    return black_litterman(view, neutral, VIEWS.name, LOOKBACK, BLOCK)


def best_portfolio(mean: np.ndarray, covariance: np.ndarray, aversion: float) -> np.ndarray:
    """Highest mean less half the aversion times the variance, long only: every set of lines."""
    best, portfolio = -math.inf, np.zeros(len(mean))
    for size in range(1, len(mean) + 1):
        for chosen in itertools.combinations(range(len(mean)), size):
            picked = list(chosen)
            inverse = np.linalg.inv(aversion * covariance[np.ix_(picked, picked)])
            price = (inverse.sum(axis=0) @ mean[picked] - 1) / inverse.sum()
            weights = inverse @ (mean[picked] - price)
            worth = weights @ mean[picked]
            worth -= aversion / 2 * weights @ covariance[np.ix_(picked, picked)] @ weights
            if (weights >= -1e-12).all() and worth > best:
                best, portfolio = worth, np.zeros(len(mean))
                portfolio[picked] = weights
    return portfolio


def test_the_weights_are_black_and_littermans() -> None:
    levels = CLOSES.to_numpy()[-LOOKBACK - 1 :: BLOCK]
    covariance = np.cov(levels[1:] / levels[:-1] - 1, rowvar=False)
    shares, tau, aversion = np.array(list(NEUTRAL.values())) / 0.9, 0.05, 2.5
    prior = aversion * covariance @ shares
    picks = np.array([[-1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]])
    days = (CLOSES.index[-1] - CLOSES.index[0]).days
    blocks_a_month = (COUNT - 1) / days * 365.25 / 12 / BLOCK
    sizes = np.array([0.1 / 12, -0.03 / 6]) / blocks_a_month
    trust = np.array([0.4, 0.5])
    doubt = np.diag(tau * (1 / trust - 1) * np.einsum("ij,jk,ik->i", picks, covariance, picks))
    sure = np.linalg.inv(tau * covariance)
    spread = np.linalg.inv(sure + picks.T @ np.linalg.inv(doubt) @ picks)
    posterior = spread @ (sure @ prior + picks.T @ np.linalg.inv(doubt) @ sizes)
    best = best_portfolio(posterior, covariance + spread, aversion / (1 + tau))
    answer = held(view_of(opinion(), opinion("BTC-USD", "", -0.03, 0.5, 6)))
    assert [answer.get(line, 0.0) for line in NEUTRAL] == pytest.approx(best * 0.9, abs=2e-4)
    assert abs(best - shares).max() > 0.05


def test_without_a_live_row_it_is_the_neutral_portfolio() -> None:
    old = ("2024-03-01", "0700.HK", "", 0.5, 12.0, 0.5)
    for rows in ((), (old,), (opinion(confidence=0.0),), (opinion(size=NAN),)):
        assert held(view_of(*rows)) == NEUTRAL


def test_a_view_of_what_the_prior_says_changes_nothing_much() -> None:
    """Confidence near nothing leaves the neutral portfolio."""
    assert held(view_of(opinion(confidence=1e-6))) == pytest.approx(NEUTRAL, abs=3e-4)


def test_a_line_with_too_short_a_past_waits_with_its_view() -> None:
    frame = CLOSES.copy()
    frame.loc[frame.index[:200], "0700.HK"] = np.nan
    view = view_of(opinion(), frame=frame)
    assert held(view) == NEUTRAL
    both = view_of(opinion(), opinion("TLT", "", 0.2, 0.5), frame=frame)
    answer = held(both)
    assert "0700.HK" not in answer
    assert sum(answer.values()) == pytest.approx(0.9)
    assert both._history.noted == [  # type: ignore[attr-defined]
        "black_litterman left out 0700.HK, which has no 300 sessions yet",
        "black_litterman: the view on 0700.HK over SPY waits for its past",
    ]


def test_views_that_contradict_each_other_surely_leave_the_neutral_portfolio() -> None:
    view = view_of(opinion(confidence=1.0), opinion(size=-0.1, confidence=1.0))
    answer = held(view)
    assert answer == NEUTRAL or view._history.noted == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (opinion("GLD"), "row of 2025-02-17 in houses speaks of 'GLD'"),
        (opinion(against="ASHR"), "speaks of 'ASHR', which the neutral portfolio does not hold"),
        (opinion(months=0), "months above 0"),
        (opinion(confidence=1.2), "a confidence of 0 to 1"),
    ],
)
def test_a_row_that_cannot_be_used_is_an_error(row: tuple[object, ...], words: str) -> None:
    with pytest.raises(StrategyError, match=words):
        held(view_of(row))


def test_a_neutral_portfolio_is_held_long() -> None:
    with pytest.raises(StrategyError, match=r"holds -0\.1 of TLT"):
        held(view_of(opinion()), {"SPY": 1.0, "TLT": -0.1})
    with pytest.raises(StrategyError, match="is empty"):
        held(view_of(opinion()), {})


def test_a_table_without_a_column_says_how_to_declare_it() -> None:
    view = view_of(opinion())
    history: Any = view._history
    history.tables[VIEWS.name] = history.tables[VIEWS.name].drop(columns="against")
    with pytest.raises(StrategyError, match=r"no column against; declare Facts\('houses', text="):
        held(view)
    assert view.today == date(2025, 3, 31)
