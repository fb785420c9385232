"""The rule of ubs-pairs, in views made by hand and on prices."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import pytest

from backtests.engines import kernel
from backtests.runner.inputs import cost_model, load_bars, prepare
from backtests.settings import Settings
from backtests.simulation.desk import Desk
from markets.folder.source import FolderSource
from markets.sample.source import SampleSource
from newsfolio import ParameterError
from strategies.ubs_pairs import CHINA_FIVE, US_FIVE, Hedge, UbsPairs
from tests.support.strategy_views import (
    NAN,
    WrittenHistory,
    held_of,
    targets,
    view_in_march,
)


def pairs(strategy: UbsPairs, history: WrittenHistory, **of: object) -> dict[str, float]:
    return held_of(strategy.weights(view_in_march(history, strategy, **of)))  # type: ignore[arg-type]


def test_pairs_are_cash_before_the_article_and_a_fifth_each_way_after_it() -> None:
    strategy = UbsPairs()
    assert pairs(strategy, WrittenHistory(), age=None) == {}
    assert pairs(strategy, WrittenHistory(), age=0) == {
        "688256.SS": 0.2, "1810.HK": 0.2, "0981.HK": 0.2, "0700.HK": 0.2, "9988.HK": 0.2,
        "NVDA": -0.2, "TSLA": -0.2, "TSM": -0.2, "META": -0.2, "AMZN": -0.2,
    }  # fmt: skip
    alone = pairs(UbsPairs(hedge=Hedge.NONE), WrittenHistory(), age=0)
    assert alone == dict.fromkeys(CHINA_FIVE.tickers, 0.2)


@pytest.mark.parametrize("gone", ["688256.SS", "NVDA"])
def test_a_pair_that_lacks_a_half_waits_in_cash(gone: str) -> None:
    held = pairs(UbsPairs(), WrittenHistory(), without=(gone,))
    assert not {"688256.SS", "NVDA"} & set(held)
    assert sorted(held.values()) == pytest.approx([-0.2] * 4 + [0.2] * 4)


@pytest.mark.parametrize(
    ("z", "held", "then"),
    [
        (-1.4, 0.0, False),
        (-1.6, 0.0, True),
        (-2.9, 0.0, True),
        (-3.0, 0.0, False),  # what has broken is not bought
        (NAN, 0.0, False),
        (-0.1, 0.19, True),
        (0.0, 0.19, False),
        (-2.9, 0.19, True),
        (-3.0, 0.19, False),
        (NAN, 0.19, True),
    ],
)
def test_a_pair_is_entered_when_behind_and_left_at_the_mean_or_the_stop(
    z: float, held: float, then: bool
) -> None:
    strategy = UbsPairs(entry=1.5, window=126)
    history = WrittenHistory(scores=dict.fromkeys(CHINA_FIVE.tickers, 5.0) | {"0700.HK": z})
    pairs_held = pairs(strategy, history, held={"0700.HK": held, "META": -held})
    assert pairs_held == ({"0700.HK": 0.2, "META": -0.2} if then else {})
    assert ("zscore", "0700.HK", "META", 126) in history.asked


def moved(market: np.ndarray, **betas: float) -> tuple[pd.DataFrame, pd.Series]:
    """Levels whose five-session returns are `betas` times those of the market."""
    days = pd.date_range("2024-01-01", periods=len(market) * 5 + 5, freq="D")
    of = {line: _stepped(market * beta) for line, beta in (*betas.items(), ("SPY", 1.0))}
    frame = pd.DataFrame(of, index=days)
    return frame.drop(columns="SPY"), frame["SPY"]


def _stepped(moves: np.ndarray) -> np.ndarray:
    """Levels that stand still for five sessions and then make a move."""
    return np.repeat(np.cumprod(np.append(1.0, 1 + moves)), 5)


@pytest.mark.parametrize(
    ("east", "west", "long", "short"),
    [
        (0.5, 2.0, 0.2, -0.05),
        (2.0, 0.5, 0.05, -0.2),  # neither half above a fifth
        (1.0, 1.0, 0.2, -0.2),
        (-0.5, 1.0, 0.2, 0.0),  # nothing to hedge
        (1.0, -1.0, 0.2, -0.2),  # no ratio: the same dollars
    ],
)
def test_betas_set_the_short_side(east: float, west: float, long: float, short: float) -> None:
    market = np.random.default_rng(1).normal(0, 0.02, 60)
    closes, spy = moved(market, **{"0700.HK": east, "META": west})
    strategy = UbsPairs(hedge=Hedge.BETA)
    assert strategy.signals == ("SPY",)
    weights = strategy.weights(
        view_in_march(WrittenHistory(closes=closes, signals={"SPY": spy}), strategy)
    )
    assert (weights["0700.HK"], weights["META"]) == (pytest.approx(long), pytest.approx(short))
    assert (weights["9988.HK"], weights["AMZN"]) == (0.2, -0.2)  # not in the frame: unknown


def test_betas_need_250_returns_of_five_sessions() -> None:
    market = np.random.default_rng(1).normal(0, 0.02, 50)
    closes, spy = moved(market, **{"0700.HK": 0.5, "META": 1.0})
    strategy = UbsPairs(hedge=Hedge.BETA)
    short = {
        length: strategy.weights(
            view_in_march(
                WrittenHistory(closes=closes.iloc[-length:], signals={"SPY": spy.iloc[-length:]}),
                strategy,
            )
        )["META"]
        for length in (254, 255)
    }
    assert short == {254: -0.2, 255: pytest.approx(-0.1)}


def test_no_pair_ever_sells_a_mainland_line() -> None:
    other = UbsPairs(china="9618.HK 688256.SS 688981.SS 300308.SZ 0992.HK")
    held = pairs(other, WrittenHistory(), age=0)
    assert {line for line, weight in held.items() if weight < 0} == set(US_FIVE.tickers)
    with pytest.raises(ParameterError, match="name five companies"):
        UbsPairs(china="9618.HK")


def test_the_control_and_the_draws_keep_the_american_half() -> None:
    first, again, other = (UbsPairs(seed=seed).controls()["random members"] for seed in (1, 1, 2))
    assert isinstance(first, UbsPairs)
    assert dataclasses.replace(first, seed=7) == dataclasses.replace(again, seed=7)  # type: ignore[type-var]
    assert first.universe[0] != CHINA_FIVE
    assert isinstance(other, UbsPairs)
    assert first.china != other.china
    assert first.universe[1] == US_FIVE
    assert len(set(first.china.split()) & set(UbsPairs.pool) - set(CHINA_FIVE.tickers)) == 5
    lot = Random(5)
    baskets = [UbsPairs(entry=1.0).drawn(lot) for _ in range(200)]
    assert {len(set(part.tickers)) for basket in baskets for part in basket.universe} == {5}
    assert {line for basket in baskets for line in basket.universe[0].tickers} == set(UbsPairs.pool)


def test_pairs_leave_and_enter_by_what_is_held() -> None:
    """Every change of a pair on the sample is one that its z asks for."""
    strategy = UbsPairs(entry=1.0, window=126)
    settings = Settings(start=date(2025, 2, 3), end=date(2026, 9, 30))
    market = prepare(strategy, load_bars(strategy, SampleSource(), settings), settings)
    played = kernel.run(Desk(strategy, market, settings, cost_model(settings)))
    column, entered, left = market.place, 0, 0
    for east, west in zip(CHINA_FIVE.tickers, US_FIVE.tickers, strict=True):
        inside = False
        for target in played.targets:
            rows = slice(target.session - 125, target.session + 1)
            spread = pd.Series(np.log(market.level[rows, column[east]])) - np.log(
                market.level[rows, column[west]]
            )
            z = (spread.iloc[-1] - spread.mean()) / spread.std()
            out = not str(market.day(target.session)) >= "2025-02-21"
            expected = not out and (-3 < z < 0 if inside else -3 < z < -1)
            assert (east in target.weights) == (west in target.weights) == expected
            entered, left = entered + (expected > inside), left + (expected < inside)
            inside = expected
    assert entered >= 3
    assert left >= 3


def test_the_beta_of_tencent_to_meta_on_real_prices(prices: Path) -> None:
    """From the files themselves, HKD taken as a dollar: its rate hardly moves."""
    closes = pd.concat(
        {
            name: pd.read_csv(prices / f"{name}.csv", index_col="Date")["Close"]
            for name in ("0700.HK", "META", "SPY")
        },
        axis=1,
    ).sort_index()
    moves = closes.ffill().loc[:"2025-09-30"].pct_change(5).iloc[-250:].cov()["SPY"]
    weights = targets(UbsPairs(hedge=Hedge.BETA), FolderSource(prices), "2025-01-02", "2025-10-30")
    assert weights["2025-09-30"]["META"] == pytest.approx(
        -0.2 * moves["0700.HK"] / moves["META"], abs=0.003
    )
    assert weights["2025-09-30"]["0700.HK"] == 0.2
