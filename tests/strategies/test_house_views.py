"""The rule of house-views, in views made by hand and on prices."""

from __future__ import annotations

import itertools
import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from newsfolio import StrategyError
from strategies.house_views import HOUSE_VIEWS, NEUTRAL, HouseViews
from tests.support.strategy_views import (
    close_of,
    explained_targets,
    rows_of,
    view_at_end,
    weekdays,
)


def market(end: str = "2025-03-31", count: int = 600) -> pd.DataFrame:
    """Levels of the neutral portfolio's lines that share a common factor."""
    draw = np.random.default_rng(17)
    common = draw.normal(0.0003, 0.008, (count, 1))
    own = draw.normal(0, 0.009, (count, len(NEUTRAL)))
    levels = 100 * np.exp(np.cumsum(common + own, axis=0))
    return pd.DataFrame(levels, index=weekdays(count, end), columns=list(NEUTRAL))


def opinion(
    asset: str = "KWEB", against: str = "SPY", size: float = 0.1, confidence: float = 0.4,
    published: str = "2025-02-17", months: float = 12,
) -> tuple[object, ...]:  # fmt: skip
    return published, "A house", asset, against, size, months, confidence


TWO = (opinion(), opinion("MCHI", "", -0.05, 0.5, months=6))


def black_litterman(
    returns: np.ndarray, picks: np.ndarray, sizes: np.ndarray, confidences: np.ndarray,
    aversion: float = 2.5, tau: float = 0.05,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Prior and posterior means and posterior covariance, by the inverses of the 1992 paper."""
    covariance = np.cov(returns, rowvar=False, ddof=1)
    prior = aversion * covariance @ np.array(list(NEUTRAL.values()))
    uncertainty = [
        tau * (1 / trust - 1) * pick @ covariance @ pick
        for trust, pick in zip(confidences, picks, strict=True)
    ]
    sure = np.linalg.inv(tau * covariance)
    precision = picks.T @ np.diag(1 / np.array(uncertainty))
    spread = np.linalg.inv(sure + precision @ picks)
    return prior, spread @ (sure @ prior + precision @ sizes), covariance + spread


def best_portfolio(mean: np.ndarray, covariance: np.ndarray, aversion: float) -> np.ndarray:
    """Highest mean less half the aversion times the variance, long only: every set of lines."""
    best, portfolio = -math.inf, np.zeros(len(mean))
    for size in range(1, len(mean) + 1):
        for chosen in itertools.combinations(range(len(mean)), size):
            inside = np.ix_(chosen, chosen)
            inverse = np.linalg.inv(aversion * covariance[inside])
            price = (inverse.sum(axis=0) @ mean[list(chosen)] - 1) / inverse.sum()
            weights = inverse @ (mean[list(chosen)] - price)
            worth = weights @ mean[list(chosen)]
            worth -= aversion / 2 * weights @ covariance[inside] @ weights
            if (weights >= -1e-12).all() and worth > best:
                best, portfolio = worth, np.zeros(len(mean))
                portfolio[list(chosen)] = weights
    return portfolio


def of_five_sessions(close: pd.DataFrame, lookback: int = 504) -> np.ndarray:
    rows = close.to_numpy()
    ends = np.arange(len(rows) - 1, len(rows) - 2 - lookback, -5)[::-1]
    return rows[ends[1:]] / rows[ends[:-1]] - 1


def test_the_posterior_and_the_weights_are_black_and_littermans() -> None:
    close = market()
    picks = np.zeros((2, len(NEUTRAL)))
    lines = list(NEUTRAL)
    picks[0, lines.index("KWEB")], picks[0, lines.index("SPY")] = 1, -1
    picks[1, lines.index("MCHI")] = 1
    sizes = np.array([0.1 * 5 / (12 * 21), -0.05 * 5 / (6 * 21)])
    prior, posterior, covariance = black_litterman(
        of_five_sessions(close), picks, sizes, np.array([0.4, 0.5])
    )
    explained = HouseViews().explain(view_at_end(close, rows_of(HOUSE_VIEWS, *TWO)))
    a_year = 252 / 5
    assert explained["prior return a year"].to_numpy() == pytest.approx(prior * a_year, rel=1e-9)
    assert explained["posterior return a year"].to_numpy() == pytest.approx(
        posterior * a_year, rel=1e-9
    )
    by_hand = best_portfolio(posterior, covariance, 2.5 / 1.05)
    assert by_hand == pytest.approx(explained["weight"].to_numpy(), abs=2e-4)
    assert explained["weight"].sum() == pytest.approx(1, abs=1e-12)
    assert not np.allclose(by_hand, list(NEUTRAL.values()), atol=0.05)


def test_views_without_confidence_leave_the_neutral_portfolio() -> None:
    view = view_at_end(market(), rows_of(HOUSE_VIEWS, *TWO))
    weights = HouseViews(scale=0.0).weights(view)
    assert weights == pytest.approx(NEUTRAL, abs=2e-4)


def test_more_confidence_moves_farther_and_the_opposite_the_other_way() -> None:
    view = view_at_end(market(), rows_of(HOUSE_VIEWS, *TWO))
    gaps = []
    for scale in (0.25, 0.5, 1.0):
        posterior = HouseViews(scale=scale).explain(view).set_index("line").iloc[:, 2]
        gaps.append(posterior["KWEB"] - posterior["SPY"])
    assert sorted(gaps, key=lambda gap: abs(gap - 0.1)) == gaps[::-1]
    turned = rows_of(HOUSE_VIEWS, opinion(size=-0.1), opinion("MCHI", "", 0.05, 0.5, months=6))
    assert HouseViews(reverse=True).weights(view) == HouseViews().weights(
        view_at_end(market(), turned)
    )


@pytest.mark.parametrize(
    ("today", "live"),
    [("2025-02-18", True), ("2026-02-17", True), ("2026-02-18", False)],
)
def test_a_view_is_forgotten_after_its_horizon(today: str, live: bool) -> None:
    view = view_at_end(market(today), rows_of(HOUSE_VIEWS, opinion()))
    assert (HouseViews().weights(view) != NEUTRAL) == live
    live_views = HouseViews().explain(view).set_index("line")["live views"]
    assert live_views["KWEB"] == live_views["SPY"]
    assert live_views["KWEB"] == (
        "A house: KWEB over SPY +10.0% in 12 months, confidence 40%" if live else ""
    )
    assert live_views["QQQ"] == ""


def without_skfolio(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("skfolio.moments", "skfolio.optimization", "skfolio.prior"):
        monkeypatch.setitem(sys.modules, name, None)


def test_without_a_view_or_a_past_it_is_the_neutral_portfolio_and_needs_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without_skfolio(monkeypatch)
    nothing, blank = rows_of(HOUSE_VIEWS), rows_of(HOUSE_VIEWS, opinion(confidence=math.nan))
    for view in (
        view_at_end(market(), nothing),
        view_at_end(market(), blank),
        view_at_end(market(count=504), rows_of(HOUSE_VIEWS, *TWO)),
    ):
        assert HouseViews().weights(view) == NEUTRAL
        explained = HouseViews().explain(view)
        assert explained["weight"].tolist() == list(NEUTRAL.values())
        assert explained["posterior return a year"].isna().all()


def test_a_missing_skfolio_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    without_skfolio(monkeypatch)
    with pytest.raises(StrategyError, match=r"pip install 'skfolio>="):
        HouseViews().weights(view_at_end(market(), rows_of(HOUSE_VIEWS, *TWO)))


def test_a_line_with_too_short_a_past_waits_and_so_does_its_view() -> None:
    close = market()
    close.iloc[:200, close.columns.get_loc("KWEB")] = np.nan
    assert HouseViews().weights(view_at_end(close, rows_of(HOUSE_VIEWS, TWO[0]))) == NEUTRAL
    held = HouseViews().weights(view_at_end(close, rows_of(HOUSE_VIEWS, *TWO)))
    assert "KWEB" not in held
    assert sum(held.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (opinion("GLD"), "'GLD' is not in the neutral portfolio"),
        (opinion(against="ASHR"), "'ASHR' is not in the neutral portfolio"),
        (opinion(months=0), "months above 0"),
        (opinion(confidence=1.2), "confidence of 0 to 1"),
    ],
)
def test_a_view_that_cannot_be_used_is_an_error(row: tuple[object, ...], message: str) -> None:
    with pytest.raises(StrategyError, match=message):
        HouseViews().weights(view_at_end(market(), rows_of(HOUSE_VIEWS, row)))


def test_the_shipped_sizes_follow_from_the_targets(prices: Path) -> None:
    rows = {str(row[1]).split(",")[0]: row for row in HOUSE_VIEWS.rows}
    spot = close_of(prices, "^HSI", "2025-02-21")
    assert rows["Morgan Stanley: HSI 24"][4] == pytest.approx(24_000 / spot - 1, abs=5e-4)
    below = rows["Morgan Stanley: HSCEI 8"]
    assert below[4] == pytest.approx(8_600 / 8_666.72 - 1, abs=5e-4)
    assert "below its level" in str(below[1])
    assert all(str(row[0])[:10] >= "2025-02-17" for row in HOUSE_VIEWS.rows)


def test_house_views_lean_from_the_day_of_the_article(prices: Path) -> None:
    until = "2025-03-31"
    targets, explained = explained_targets(HouseViews(), prices, until)
    opposite, _ = explained_targets(HouseViews(reverse=True), prices, until)
    assert targets["2025-01-31"] == pytest.approx(NEUTRAL)
    assert targets["2025-02-21"]["KWEB"] > 0.3
    assert opposite["2025-02-21"].get("KWEB", 0.0) < 0.01
    assert explained.rows[list(NEUTRAL).index("FXI")][-1].count("Morgan Stanley") == 2
