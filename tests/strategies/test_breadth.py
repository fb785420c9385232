"""The rule of breadth, in views made by hand and on prices."""

from __future__ import annotations

import math
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import pytest

from markets.folder.source import FolderSource
from newsfolio.library import Form
from strategies.breadth import AUTOS, BIOTECH, CHIPS, MAINLAND_AI, PLATFORMS, STOCKS, Breadth, Picks
from tests.support.strategy_views import NAN, WrittenHistory, held_of, targets, view_of, weekdays


def sleeves_gain(*gains: float) -> WrittenHistory:
    return WrittenHistory(
        {line: gain for sleeve, gain in zip(STOCKS, gains, strict=True) for line in sleeve.tickers}
    )


@pytest.mark.parametrize(
    ("gains", "top", "held"),
    [
        ((0.1, 0.5, 0.3, -0.2, 0.2), 1, (CHIPS,)),
        ((0.1, 0.5, 0.3, -0.2, 0.2), 3, (CHIPS, BIOTECH, AUTOS)),
        ((-0.3, -0.5, -0.3, -0.4, -0.6), 1, (PLATFORMS,)),  # a tie: first in the list
        ((NAN, -0.5, NAN, NAN, NAN), 2, (CHIPS,)),
        ((NAN,) * 5, 2, STOCKS),
    ],
)
def test_the_leading_sleeves_are_held_in_equal_parts(
    gains: tuple[float, ...], top: int, held: tuple[object, ...]
) -> None:
    strategy = Breadth(top=top, lookback=63)
    history = sleeves_gain(*gains)
    weights = strategy.weights(view_of(history, strategy))
    expected = {
        line: pytest.approx(1 / len(held) / len(sleeve.tickers))
        for sleeve in STOCKS
        if sleeve in held
        for line in sleeve.tickers
    }
    assert held_of(weights) == expected
    assert set(history.asked) == {("momentum", 63, 0)}


def test_a_sleeve_is_ranked_by_the_mean_of_its_lines() -> None:
    strategy = Breadth(top=1)
    history = sleeves_gain(0.1, 0.0, 0.2, 0.0, 0.0)
    history.momenta = {**history.momenta, "0981.HK": 0.7, "688256.SS": NAN, "1347.HK": 0.0}
    assert set(held_of(strategy.weights(view_of(history, strategy)))) == set(CHIPS.tickers)  # 0.35
    history.momenta = {**history.momenta, "1347.HK": -0.4}
    assert set(held_of(strategy.weights(view_of(history, strategy)))) == set(BIOTECH.tickers)


def test_a_sleeve_that_cannot_be_held_leaves_its_place_to_the_next() -> None:
    strategy = Breadth(top=1)
    history = sleeves_gain(0.1, 0.5, 0.3, -0.2, 0.2)
    weights = strategy.weights(view_of(history, strategy, without=CHIPS.tickers))
    assert set(held_of(weights)) == set(BIOTECH.tickers)
    weights = strategy.weights(view_of(history, strategy, without=CHIPS.tickers[1:]))
    assert set(held_of(weights)) == set(CHIPS.tickers)


def test_the_funds_stand_for_three_of_the_sleeves() -> None:
    strategy = Breadth(form=Form.FUNDS, top=3)
    history = WrittenHistory(
        dict.fromkeys(Breadth.pool, 0.0) | {"KWEB": 0.3, "3069.HK": 0.2, "512930.SS": 0.1}
    )
    assert strategy.weights(view_of(history, strategy)) == dict.fromkeys(
        ("KWEB", "3069.HK", "512930.SS"), pytest.approx(1 / 3)
    )


def test_ten_traded_names_stand_for_five_sleeves() -> None:
    strategy = Breadth(picks=Picks.MOST_TRADED, top=2)
    (candidates,) = strategy.universe
    sizes = {line: 100.0 - n for n, line in enumerate(candidates.tickers)}
    gains = {line: n / 100 for n, line in enumerate(candidates.tickers)}
    history = WrittenHistory(gains, traded=sizes)
    held = held_of(strategy.weights(view_of(history, strategy)))
    assert held == dict.fromkeys(candidates.tickers[6:10], 0.25)  # the best four of the first ten


def test_a_deal_by_lot_has_the_sizes_of_the_sleeves() -> None:
    lot = Random(3)
    deals = [Breadth(top=1).drawn(lot) for _ in range(100)]
    for deal in deals:
        assert isinstance(deal, Breadth)
        assert deal.top == 1
        assert [len(sleeve.tickers) for sleeve in deal.universe] == [4, 3, 4, 4, 4]
        assert len({line for sleeve in deal.universe for line in sleeve.tickers}) == 19
    assert len({deal.universe for deal in deals if deal is not None}) > 90
    assert {line for deal in deals for part in deal.universe for line in part.tickers} == set(  # type: ignore[union-attr]
        Breadth.pool
    )
    assert Breadth(form=Form.FUNDS).drawn(lot) is None


def moving(*columns: np.ndarray) -> WrittenHistory:
    """Closes in which every line of a sleeve makes the same 5-session moves."""
    paths = [np.cumprod(1 + column) for column in columns]
    lines = {
        line: path for sleeve, path in zip(STOCKS, paths, strict=True) for line in sleeve.tickers
    }
    history = sleeves_gain(0.1, 0.5, 0.3, -0.2, 0.2)
    history.closes = pd.DataFrame(lines, index=weekdays(len(paths[0])))
    return history


def bets(history: WrittenHistory) -> tuple[str, float]:
    table = Breadth().explain(view_of(history, Breadth()))
    assert list(table.columns) == ["sleeve", "momentum", "chosen"]
    return table.iloc[-1]["sleeve"], table.iloc[-1]["momentum"]


def test_as_one_the_sleeves_are_one_bet_and_in_two_camps_two() -> None:
    """In camps of two and three the eigenvalues are 2 and 3 of 5: exp(-.4 ln .4 - .6 ln .6)."""
    lot = np.random.default_rng(1)
    path, other = lot.normal(0, 0.01, (2, 600))
    assert bets(moving(path, path, path, path, path))[1] == pytest.approx(1.0, abs=1e-6)
    # a second camp that does not go with the first: what both share is taken out
    first = pd.Series(np.cumprod(1 + path)).pct_change(5).iloc[-250:]
    second = pd.Series(np.cumprod(1 + other)).pct_change(5).iloc[-250:]
    r = first.corr(second)
    # a 2 + 3 block matrix of ones with r between the camps has two eigenvalues, of sum 5
    gap = math.sqrt(1 + 4 * 6 * r * r)
    shares = np.array([(5 + gap) / 10, (5 - gap) / 10])
    expected = math.exp(-(shares * np.log(shares)).sum())
    name, bets_of = bets(moving(path, path, other, other, other))
    assert name == "effective number of bets, 250 sessions"
    assert bets_of == pytest.approx(expected, abs=1e-6)
    assert 1.9 < bets_of < 1.97


def test_unrelated_sleeves_are_nearly_five_bets_and_a_short_past_is_none() -> None:
    moves = np.random.default_rng(2).normal(0, 0.01, (5, 400))
    assert 4.2 < bets(moving(*moves))[1] < 5
    name, bets_of = bets(moving(*moves[:, :40]))
    assert name == "effective number of bets, 35 sessions"
    assert math.isnan(bets_of)
    assert math.isnan(bets(moving(*np.zeros((5, 400))))[1])  # nothing moved


def test_the_decision_is_explained_sleeve_by_sleeve() -> None:
    table = Breadth().explain(view_of(moving(*np.zeros((5, 100))), Breadth()))
    assert table["momentum"].tolist()[:5] == pytest.approx([0.1, 0.5, 0.3, -0.2, 0.2])
    assert table["chosen"].tolist() == ["", "yes", "yes", "", "", ""]


def test_breadth_on_real_prices_ranks_by_the_files(prices: Path) -> None:
    """63 weekdays back, in local currency; the files of mainland AI begin in March 2025."""
    weights = targets(Breadth(lookback=63), FolderSource(prices), "2025-03-31", "2025-10-30")
    assert not set(MAINLAND_AI.tickers) & set(weights["2025-03-31"])
    for day in ("2025-07-31", "2025-08-29", "2025-09-30"):
        before = pd.Timestamp(day) - pd.offsets.BDay(63)
        gains = {}
        for sleeve in STOCKS:
            closes = [
                pd.read_csv(prices / f"{line}.csv", index_col="Date", parse_dates=True)["Close"]
                for line in sleeve.tickers
            ]
            gains[sleeve] = np.mean([close.asof(day) / close.asof(before) - 1 for close in closes])
        first, second = sorted(STOCKS, key=lambda sleeve: -gains[sleeve])[:2]
        assert set(weights[day]) == {*first.tickers, *second.tickers}, day
