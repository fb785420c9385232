"""The rule of cloud-catches-up, in views made by hand and on prices."""

from __future__ import annotations

from random import Random

import pytest

from markets.sample.source import SampleSource
from newsfolio.library import Names
from strategies.cloud_catches_up import CloudCatchesUp
from tests.support.strategy_views import (
    NAN,
    WrittenHistory,
    held_of,
    targets,
    view_in_march,
)

CLOUDS = {"9988.HK": 0.5, "0700.HK": 0.5}
THREE = {"AMZN": 1 / 3, "MSFT": 1 / 3, "GOOGL": 1 / 3}


@pytest.mark.parametrize(
    ("age", "tilt", "china"), [(None, 1.0, 0.0), (0, 1.0, 1.0), (0, 0.2, 0.2), (300, 0.5, 0.5)]
)
def test_the_clouds_are_tilted_to_when_the_article_is_out(
    age: int | None, tilt: float, china: float
) -> None:
    strategy = CloudCatchesUp(tilt=tilt)
    weights = strategy.weights(view_in_march(WrittenHistory(), strategy, age))
    assert weights["9988.HK"] == weights["0700.HK"] == pytest.approx(china / 2)
    assert weights["AMZN"] == weights["MSFT"] == weights["GOOGL"] == pytest.approx((1 - china) / 3)


@pytest.mark.parametrize(
    ("age", "alibaba", "tencent", "on"),
    [
        (0, 0.30, -0.04, True),  # 13 % on average against 12 %
        (0, 0.30, -0.08, False),  # 11 %
        (0, 0.30, -0.06, False),  # as much as the others is not ahead
        (0, 0.30, NAN, True),  # the mean of those that are known
        (0, NAN, NAN, False),
        (None, 0.30, 0.30, False),
    ],
)
def test_the_gate_opens_while_the_chinese_clouds_lead(
    age: int | None, alibaba: float, tencent: float, on: bool
) -> None:
    strategy = CloudCatchesUp(gate=True, lookback=126)
    history = WrittenHistory(
        {"9988.HK": alibaba, "0700.HK": tencent, "AMZN": 0.0, "MSFT": 0.12, "GOOGL": 0.24}
    )
    assert held_of(strategy.weights(view_in_march(history, strategy, age))) == (
        CLOUDS if on else THREE
    )
    assert set(history.asked) == {("momentum", 126, 0)}


def test_the_clouds_of_the_rule_are_the_most_traded() -> None:
    strategy = CloudCatchesUp(names=Names.MOST_TRADED)
    china, america = strategy.universe
    traded = dict.fromkeys((*china.tickers, *america.tickers), 1.0)
    traded |= {"3690.HK": 9.0, "0981.HK": 8.0, "NVDA": 9.0, "TSLA": 8.0, "PLTR": 7.0}
    after = strategy.weights(view_in_march(WrittenHistory(traded=traded), strategy))
    before = strategy.weights(view_in_march(WrittenHistory(traded=traded), strategy, None))
    assert held_of(after) == {"3690.HK": 0.5, "0981.HK": 0.5}
    assert held_of(before) == {"NVDA": 1 / 3, "TSLA": 1 / 3, "PLTR": 1 / 3}


def test_other_clouds_are_two_candidates_drawn_by_lot() -> None:
    lot = Random(5)
    drawn = [CloudCatchesUp(tilt=0.5).drawn(lot) for _ in range(200)]
    picks = {candidate.china for candidate in drawn if isinstance(candidate, CloudCatchesUp)}
    assert {len(set(names.split())) for names in picks} == {2}
    assert {name for names in picks for name in names.split()} == set(CloudCatchesUp.pool)
    assert all(
        isinstance(candidate, CloudCatchesUp) and candidate.tilt == 0.5 for candidate in drawn
    )
    assert CloudCatchesUp(names=Names.MOST_TRADED).drawn(lot) is None


def test_alibaba_stands_in_for_itself_before_hong_kong() -> None:
    """9988.HK was listed on 2019-11-26 and can be held 60 Hong Kong sessions later."""
    weights = targets(CloudCatchesUp(), SampleSource(), "2025-02-03", "2025-03-05")
    assert weights["2025-02-03"] == {line: pytest.approx(1 / 3) for line in THREE}
    assert weights["2025-02-21"] == CLOUDS
    half = targets(
        CloudCatchesUp().controls()["half and half"], SampleSource(), "2020-01-31", "2020-03-05"
    )
    assert half["2020-01-31"]["BABA"] == 0.25
    assert "9988.HK" not in half["2020-01-31"]
    assert half["2020-02-28"]["9988.HK"] == 0.25
