"""What fills, what is locked and what cash earns on random markets, told twice."""

from __future__ import annotations

import numpy as np
import pytest

from markets.reference.policy_rates import POLICY_RATES
from tests.support.oracle_masks import STEPS, banks_rates, cash_rates, openings
from tests.support.random_markets import random_case

SEEDS = range(0, 200, 4)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_masks_of_a_market_are_those_of_its_raw_bars(seed: int) -> None:
    case = random_case(seed)
    market = case.plain_market()
    openings_seen = openings(market.assets, case.bars, market.days)
    for column, asset in enumerate(market.assets):
        ours = zip(
            market.fillable[:, column].tolist(), market.opened[:, column].tolist(),
            market.locked[:, column].tolist(), strict=True,
        )  # fmt: skip
        for day, mine, other in zip(market.days, ours, openings_seen[asset.ticker], strict=True):
            assert mine == (other.fills, other.opened, other.locked), (asset.ticker, day)


def test_idle_dollars_earn_the_last_bill_before_each_session() -> None:
    cases = [case for case in map(random_case, SEEDS) if case.settings.currency == "USD"]
    assert len(cases) > 10
    for case in cases:
        market = case.plain_market()
        expected = cash_rates(case.bars["^IRX"], market.days)
        assert market.cash_rate.tolist() == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("base", STEPS)
def test_idle_cash_elsewhere_earns_the_steps_of_its_central_bank(base: str) -> None:
    cases = [case for case in map(random_case, SEEDS) if case.settings.currency == base]
    assert len(cases) > 10
    for case in cases:
        market = case.plain_market()
        assert market.cash_rate.tolist() == pytest.approx(banks_rates(base, market.days), abs=1e-15)


@pytest.mark.parametrize("base", STEPS)
def test_the_rows_of_a_central_bank_are_its_steps_on_every_day(base: str) -> None:
    days = np.arange("2009-05-01", "2027-01-01", dtype="datetime64[D]")
    rates = POLICY_RATES[base].before(days).tolist()
    assert rates == pytest.approx(banks_rates(base, days.tolist()), abs=1e-15)


def test_the_random_markets_have_what_the_masks_are_about() -> None:
    """Both sides locked, closed days that a line traded through, venues shut, ST and free days."""
    markets = [random_case(seed).plain_market() for seed in SEEDS]
    assert {side for market in markets for side in market.locked.ravel().tolist()} == {-1, 0, 1}
    assert any((~market.opened).any() for market in markets)
    assert any((market.opened & ~market.fillable).any() for market in markets)
