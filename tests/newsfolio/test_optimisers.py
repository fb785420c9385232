"""Optimisers in one word: the libraries called directly on the same returns, and closed forms."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from datetime import date
from math import sqrt
from typing import Any

import numpy as np
import pytest

from markets.market import Market
from markets.views.recorder import Recorder
from newsfolio import (
    Sleeve,
    StrategyError,
    View,
    black_litterman,
    equal_risk_contribution,
    hierarchical_risk_parity,
    minimum_variance,
    optimisers,
    target_volatility,
)
from newsfolio.kept import Kept
from tests.support.markets_of import bdays, line, market_of

LINES = ("SPY", "QQQ", "EFA", "TLT", "GLD", "BIL")
DAYS = bdays("2021-01-04", 320)
ALL = (minimum_variance, equal_risk_contribution, hierarchical_risk_parity)


def moves(seed: int = 5) -> np.ndarray:
    """Five lines with a common factor, and one that hardly moves."""
    draw = np.random.default_rng(seed)
    scale = np.array([0.010, 0.013, 0.009, 0.007, 0.008, 0.00005])
    common = draw.normal(size=(len(DAYS), 1)) * np.array([0.9, 0.9, 0.8, -0.3, 0.1, 0.0])
    return scale * (common + draw.normal(size=(len(DAYS), len(LINES))) * 0.5)


def market(returns: np.ndarray, late: int = 0) -> Market:
    """Lines of those returns; the last one begins so many sessions later."""
    levels = 100 * np.cumprod(1 + returns, axis=0)
    first = [0] * (len(LINES) - 1) + [late]
    bars = [
        line(name, DAYS[begin:], levels[begin:, place].tolist())
        for place, (name, begin) in enumerate(zip(LINES, first, strict=True))
    ]
    return market_of(bars, *LINES, start=date.fromisoformat(DAYS[-3]))


def at_end(world: Market, notes: list[tuple[int, str]] | None = None, without: str = "") -> View:
    session = len(world.sessions) - 1
    recorder = Recorder(world, alone=True, notes=notes)
    recorder.write(world, session)
    usable = frozenset(LINES) - {without}
    recorder.usable = lambda: usable  # type: ignore[method-assign]
    return View(world.day(session), world.universe, usable, None, {}, recorder)


@pytest.fixture(scope="module")
def world() -> Market:
    return market(moves())


def of_blocks(lookback: int, block: int = 1) -> np.ndarray:
    """Returns by the prices themselves."""
    levels = np.cumprod(1 + moves(), axis=0)[-lookback - 1 :: block]
    return levels[1:] / levels[:-1] - 1


def least(covariance: np.ndarray) -> np.ndarray:
    """The long-only portfolio of least variance: of every set of lines, that of its inverse."""
    best, portfolio = np.inf, np.zeros(len(covariance))
    for size in range(1, len(covariance) + 1):
        for chosen in itertools.combinations(range(len(covariance)), size):
            weights = np.linalg.solve(covariance[np.ix_(chosen, chosen)], np.ones(size))
            weights /= weights.sum()
            variance = weights @ covariance[np.ix_(chosen, chosen)] @ weights
            if (weights >= 0).all() and variance < best:
                best, portfolio = variance, np.zeros(len(covariance))
                portfolio[list(chosen)] = weights
    return portfolio


def table(held: dict[str, float]) -> np.ndarray:
    return np.array([held.get(name, 0.0) for name in LINES])


@pytest.mark.parametrize("block", [1, 5])
def test_minimum_variance_is_that_of_every_set_of_lines(world: Market, block: int) -> None:
    """With a line of half a basis point a day, on which skfolio misses by points in fractions."""
    held = minimum_variance(at_end(world), LINES, 250, block)
    by_hand = least(np.cov(of_blocks(250, block), rowvar=False))
    assert table(held) == pytest.approx(by_hand, abs=2e-5)
    assert sum(held.values()) == pytest.approx(1, abs=1e-5)
    assert min(held.values()) >= 1e-6


def test_minimum_variance_of_like_lines_is_that_of_every_set_too(world: Market) -> None:
    held = minimum_variance(at_end(world), LINES[:5], 250)
    by_hand = least(np.cov(of_blocks(250)[:, :5], rowvar=False))
    assert (by_hand > 0.01).all()
    assert table(held)[:5] == pytest.approx(by_hand, abs=1e-4)


def test_each_line_has_the_same_part_of_the_risk(world: Market) -> None:
    weights = table(equal_risk_contribution(at_end(world), LINES, 250))
    covariance = np.cov(of_blocks(250), rowvar=False)
    parts = weights * (covariance @ weights) / (weights @ covariance @ weights)
    assert parts == pytest.approx(np.full(len(LINES), 1 / len(LINES)), abs=1e-4)


def test_hierarchical_risk_parity_is_the_librarys_own(world: Market) -> None:
    from skfolio.optimization import HierarchicalRiskParity

    held = hierarchical_risk_parity(at_end(world), Sleeve("all", LINES), 250)
    called = HierarchicalRiskParity().fit(of_blocks(250)).weights_
    assert table(held) == pytest.approx(called, abs=1e-9)


def test_the_librarys_own_minimum_and_budget_are_ours(world: Market) -> None:
    from skfolio.optimization import MeanRisk, RiskBudgeting

    percent = 100 * of_blocks(250)[:, :5]
    for word, estimator in ((minimum_variance, MeanRisk), (equal_risk_contribution, RiskBudgeting)):
        held = table(word(at_end(world), LINES[:5], 250))[:5]
        assert held == pytest.approx(estimator().fit(percent).weights_, abs=5e-4)


def test_a_portfolio_is_scaled_to_its_volatility(world: Market) -> None:
    mix = {"SPY": 0.6, "TLT": 0.4}
    daily = of_blocks(60)[:, [0, 3]] @ np.array([0.6, 0.4])
    span = (date.fromisoformat(DAYS[-1]) - date.fromisoformat(DAYS[0])).days / 365.25
    had = float(daily.std(ddof=1)) * sqrt((len(DAYS) - 1) / span)
    scaled = target_volatility(at_end(world), mix, 0.04, 60)
    assert had > 0.04
    assert scaled == pytest.approx({line: w * 0.04 / had for line, w in mix.items()}, rel=1e-12)
    assert target_volatility(at_end(world), mix, 3.0, 60) == pytest.approx(mix)
    assert target_volatility(at_end(world), mix, 3.0, 60, most=1.5) == pytest.approx(
        {"SPY": 0.9, "TLT": 0.6}
    )
    assert target_volatility(at_end(world), {}, 0.1, 60) == {}


def test_a_line_without_a_past_is_left_out_and_noted() -> None:
    notes: list[tuple[int, str]] = []
    view = at_end(market(moves(), late=200), notes, without="GLD")
    held = hierarchical_risk_parity(view, LINES, 250)
    assert list(held) == ["SPY", "QQQ", "EFA", "TLT"]
    assert [text for _, text in notes] == [
        "hierarchical_risk_parity left out GLD, which cannot be held",
        "hierarchical_risk_parity left out BIL, which has no 250 sessions yet",
    ]
    mix = {"SPY": 0.5, "BIL": 0.5}
    alone = target_volatility(view, {"SPY": 1.0}, 0.01, 250)
    assert target_volatility(view, mix, 0.01, 250)["BIL"] == pytest.approx(alone["SPY"] / 2)
    assert notes[-1][1] == "target_volatility took BIL, which has no 250 sessions, as the rest"


def test_a_short_past_is_equal_parts_and_noted(world: Market) -> None:
    notes: list[tuple[int, str]] = []
    view = at_end(world, notes, without="GLD")
    held = equal_risk_contribution(view, LINES, 400)
    assert held == dict.fromkeys([name for name in LINES if name != "GLD"], 0.2)
    assert notes[-1][1].endswith("long enough; equal parts of what can be held were held")
    assert target_volatility(view, {"SPY": 0.5}, 0.01, 400) == {"SPY": 1.0}
    assert notes[-1][1].endswith("nothing held has 400 sessions; it was not scaled")


@pytest.mark.parametrize("word", ALL)
def test_a_solver_that_fails_is_noted_with_what_was_held(
    world: Market, word: Callable[..., dict[str, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(method: str) -> Callable[[Any], Any]:
        def fit(returns: Any) -> Any:
            raise ArithmeticError("no progress")

        return fit

    monkeypatch.setattr(optimisers, "_fit_of", fails)
    notes: list[tuple[int, str]] = []
    assert word(at_end(world, notes), LINES, 250) == dict.fromkeys(LINES, 1 / 6)
    assert [text for _, text in notes] == [
        f"{word.__name__}: the solver failed (ArithmeticError: no progress); equal parts were held "
        "instead"
    ]


@pytest.mark.parametrize("word", ALL)
def test_a_singular_covariance_names_its_lines(word: Callable[..., dict[str, float]]) -> None:
    alike, flat, mixed = moves(), moves(), moves()
    alike[:, 3] = alike[:, 1]
    flat[:, 2] = 0.0
    mixed[:, 4] = 0.6 * mixed[:, 0] + 0.4 * mixed[:, 3]
    for returns, names in ((alike, "QQQ and TLT"), (flat, "EFA did not move")):
        with pytest.raises(StrategyError, match=names) as refused:
            word(at_end(market(returns)), LINES, 250)
        assert str(refused.value).count("\n") == 0
        assert DAYS[-1] in str(refused.value)
    with pytest.raises(StrategyError, match=r"singular, because (SPY|GLD|TLT) and (TLT|GLD)"):
        word(at_end(market(mixed)), LINES, 250)


@pytest.mark.parametrize(
    ("lookback", "block", "words"),
    [
        (6, 1, "6 returns of 6 lines, so their covariance has no inverse; take a lookback of at "
               "least 7 sessions"),
        (33, 5, "6 returns of 6 lines.* at least 35 sessions"),
        (250.5, 1, "whole numbers"), (250, 0, "whole numbers"), (-250, 1, "whole numbers"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("word", ALL)
def test_a_past_shorter_than_the_lines_is_refused(
    world: Market, word: Callable[..., dict[str, float]], lookback: Any, block: int, words: str
) -> None:
    with pytest.raises(StrategyError, match=f"{word.__name__}.*{words}"):
        word(at_end(world), LINES, lookback, block)


def test_words_that_cannot_be_meant_are_refused(world: Market) -> None:
    view = at_end(world)
    with pytest.raises(StrategyError, match=r"above 0, as 0\.1 for 10 % a year"):
        target_volatility(view, {"SPY": 1.0}, 0.0, 60)
    with pytest.raises(StrategyError, match=r"lookback=1\)"):
        target_volatility(view, {"SPY": 1.0}, 0.1, 1)
    with pytest.raises(StrategyError, match="not in the strategy's universe"):
        target_volatility(view, {"NVDA": 1.0}, 0.1, 60)
    with pytest.raises(StrategyError, match="risk_aversion=0"):
        black_litterman(view, {"SPY": 1.0}, "views", 250, risk_aversion=0)


def test_a_missing_skfolio_says_how_to_install_it(
    world: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "skfolio.optimization", None)
    with pytest.raises(StrategyError, match=r"needs skfolio.*pip install 'skfolio>=1.12'"):
        minimum_variance(at_end(world), LINES, 250)


def test_it_is_solved_once_a_session_and_noted_for_all_who_ask(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    solved = []
    ask = Recorder._asked

    def counting(self: Recorder, *asked: Any) -> Kept:
        solved.append(asked[0].name)
        return ask(self, *asked)

    monkeypatch.setattr(Recorder, "_asked", counting)
    world = market(moves(), late=200)
    session = len(world.sessions) - 1
    for _ in range(2):
        notes: list[tuple[int, str]] = []
        recorder = Recorder(world, notes=notes)
        recorder.write(world, session)
        view = View(world.day(session), world.universe, frozenset(LINES), None, {}, recorder)
        held = minimum_variance(view, LINES, 250)
        held["SPY"] = 9.0  # a copy
        assert notes == [(session, "minimum_variance left out BIL, which has no 250 sessions yet")]
    assert solved == ["_optimised"]
