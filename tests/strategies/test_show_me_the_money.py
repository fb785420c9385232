"""The rule of show-me-the-money, in views made by hand and on prices."""

from __future__ import annotations

import random
from datetime import date

import pytest

from backtests.runner.run_strategy import run_strategy
from backtests.settings import Engine, Settings
from markets.sample.source import SampleSource
from newsfolio.library import Form
from strategies.show_me_the_money import (
    INFRASTRUCTURE,
    INTERNET,
    MAKERS,
    PLATFORMS,
    Picks,
    ShowMeTheMoney,
)
from tests.support.strategy_views import NAN, WrittenHistory, view_on


def leading(infrastructure: float, platforms: float) -> WrittenHistory:
    ahead = dict.fromkeys(INFRASTRUCTURE.tickers, infrastructure)
    return WrittenHistory(ahead | dict.fromkeys(PLATFORMS.tickers, platforms))


@pytest.mark.parametrize(
    ("infrastructure", "platforms", "tilt", "share"),
    [
        (0.30, 0.10, 0.5, 0.75),
        (0.10, 0.30, 0.5, 0.25),
        (0.10, 0.10, 0.25, 0.375),  # level is no lead
        (0.30, 0.10, 1.0, 1.0),
        (NAN, 0.10, 1.0, 0.5),
    ],
)
def test_show_me_the_money_tilts_to_the_leader(
    infrastructure: float, platforms: float, tilt: float, share: float
) -> None:
    history = leading(infrastructure, platforms)
    weights = ShowMeTheMoney(lookback=63, tilt=tilt).weights(view_on(history))
    assert weights is not None
    assert [weights[line] for line in INFRASTRUCTURE.tickers] == pytest.approx([share / 5] * 5)
    assert [weights[line] for line in PLATFORMS.tickers] == pytest.approx([(1 - share) / 5] * 5)
    assert set(history.asked) == {("momentum", 63, 0)}


def test_show_me_the_money_with_funds() -> None:
    funds = ShowMeTheMoney(form=Form.FUNDS, tilt=1.0)
    assert funds.weights(view_on(WrittenHistory({"SMH": 0.1, "KWEB": 0.2}))) == {
        "SMH": 0.0,
        "KWEB": 1.0,
    }
    assert "most traded lists" not in funds.controls()
    assert funds.drawn(random.Random(1)) is None


def test_show_me_the_money_by_traded_value_and_by_lot() -> None:
    chosen = ShowMeTheMoney(picks=Picks.MOST_TRADED)
    settings = Settings(start=date(2019, 6, 3), end=date(2020, 12, 31), engine=Engine.KERNEL)
    targets = run_strategy(chosen, SampleSource(), settings).output.targets
    assert targets
    most = {"NVDA", "AVGO", "AMD", "TSM", "300308.SZ", "ORCL"}
    assert {sum(line in most for line in target.weights) for target in targets} == {5}
    drawn = [chosen.drawn(random.Random(seed)) for seed in (1, 2)]
    assert drawn[0] != drawn[1]
    for deal in drawn:
        assert isinstance(deal, ShowMeTheMoney)
        makers, internet = deal.universe
        assert (len(set(makers.lines)), len(set(internet.lines))) == (5, 5)
        assert set(makers.lines) <= set(MAKERS.lines)
        assert set(internet.lines) <= set(INTERNET.lines)
