"""What a run is measured against is converted as the run itself is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtests.runner.run import Run
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from markets.bars import Bars
from markets.folder.source import FolderSource
from markets.reference.calendars import sessions_of
from newsfolio import HONG_KONG, NEW_YORK, Fixed, Venue, at_start, monthly
from newsfolio.strategy import Strategy
from tests.support.corporate_actions import dated_before, ecb
from tests.support.markets_of import line
from tests.support.switch import Made

CASH = 1_000_000.0
FIRST, LAST = np.datetime64("2024-03-04"), np.datetime64("2024-12-31")


def made(ticker: str, venue: Venue, seed: int) -> Bars:
    days = [str(day) for day in sessions_of(venue) if FIRST <= day <= LAST]
    moves = np.random.default_rng(seed).normal(0.0003, 0.01, len(days))
    return line(ticker, days, (100 * np.cumprod(1 + moves)).tolist())


BARS = {
    bars.ticker: bars
    for bars in (
        made("SPY", NEW_YORK, 1),
        made("^GSPC", NEW_YORK, 1),  # the same closes
        made("0700.HK", HONG_KONG, 2),
        made("^HSI", HONG_KONG, 2),
    )
}


def in_euros(strategy: Strategy, benchmark: str) -> Run:
    asked = {"start": "2024-04-02", "currency": "EUR", "costs": "none", "lots": "fractional",
             "credit_spread": 0.0, "cash_rate": "0%"}  # fmt: skip
    settings = Settings(**asked, benchmark=benchmark, engine="kernel", fx="ecb")  # type: ignore[arg-type]
    return run_strategy(strategy, Made(BARS), settings)


def worth_of(run: Run, ticker: str, *, same_day: bool) -> pd.Series:
    """One unit in euros at each close, by the fixings of the day or those before it."""
    closes = BARS[ticker].frame["close"].reindex(run.account.sessions, method="ffill")
    days = [day.date() for day in run.account.sessions]
    currency = "HKD" if ticker in ("0700.HK", "^HSI") else "USD"
    return closes * [ecb(currency, "EUR", day if same_day else dated_before(day)) for day in days]


def expected(run: Run, ticker: str, *, same_day: bool) -> pd.Series:
    """The curve by hand: a level, or purchases with what they left in cash."""
    worth = worth_of(run, ticker, same_day=same_day)
    fills = run.references["benchmark"].fills
    if not fills:
        return worth / worth.iloc[0] * CASH
    curve = pd.Series(CASH, index=worth.index)
    for fill in fills:
        since = curve.index >= pd.Timestamp(fill.session)
        curve[since] += fill.quantity * worth[since] - fill.quantity * fill.price * fill.rate
    return curve


SPY = Fixed(mix=((1.0, "SPY"),), schedule=at_start)
TENCENT = Fixed(mix=((1.0, "0700.HK"),), schedule=at_start)
BOTH = Fixed(mix=((0.5, "SPY"), (0.5, "0700.HK")), schedule=at_start)


def test_an_index_moves_as_the_account_that_holds_it() -> None:
    """Converted a day late, as it was, the two part by up to a whole day's move of the dollar."""
    run = in_euros(SPY, "^GSPC")
    level, account = run.references["benchmark"].curve, run.account.equity
    apart = np.diff(np.log(level))[1:] - np.diff(np.log(account))[1:]
    assert np.abs(apart).max() < 5e-4, "what the purchase left in cash"
    late = worth_of(run, "SPY", same_day=False)
    assert np.abs(np.diff(np.log(late))[1:] - np.diff(np.log(account))[1:]).max() > 5e-3


@pytest.mark.parametrize(
    ("strategy", "benchmark", "same_day"),
    [
        (SPY, "^GSPC", True),
        (BOTH, "^HSI", True),  # the account's Hong Kong lines are valued at New York's close
        (BOTH, "0700.HK", True),
        (TENCENT, "^HSI", False),  # Hong Kong closes before the ECB publishes
        (TENCENT, "0700.HK", False),
        (TENCENT, "^GSPC", True),
    ],
)
def test_one_rule_for_accounts_and_what_they_are_measured_against(
    strategy: Fixed, benchmark: str, same_day: bool
) -> None:
    run = in_euros(strategy, benchmark)
    right = expected(run, benchmark, same_day=same_day)
    curve = run.references["benchmark"].curve
    own = np.isin(curve.index, BARS[benchmark].frame.index)  # between them a curve stands still
    assert curve[own].to_numpy() == pytest.approx(right[own].to_numpy(), rel=1e-9)


def test_a_later_value_changes_no_decision_of_what_is_measured_against() -> None:
    """Units are bought by what Hong Kong knew at its close, whoever is compared with them."""
    alone, beside = in_euros(TENCENT, "0700.HK"), in_euros(BOTH, "0700.HK")
    first, other = (run.references["benchmark"].fills for run in (alone, beside))
    assert len(first) > 2
    assert list(first) == list(other)


def test_an_index_in_euros_keeps_step_with_the_fund_that_tracks_it(prices: Path) -> None:
    """SPY against ^GSPC, 2019 to 2024: a tracking error of 1.07 %, which a day late would be 10.32.

    Both worked from the files and the fixings alone; beta 0.98, a day late 0.85.
    """
    settings = Settings(start=date(2019, 1, 2), end=date(2024, 12, 31), currency="EUR",
                        benchmark="^GSPC", engine="kernel")  # fmt: skip
    held = Fixed(mix=((1.0, "SPY"),), schedule=monthly)
    run = run_strategy(held, FolderSource(prices), settings)
    own = run.account.equity
    closes = pd.read_csv(prices / "^GSPC.csv", parse_dates=["Date"], index_col="Date")["Close"]
    closes = closes.reindex(own.index)
    days = [day.date() for day in own.index]

    def against(fixed: Callable[[date], date]) -> tuple[pd.Series, float, float]:
        level = closes * [ecb("USD", "EUR", fixed(day)) for day in days]
        mine, its = own.pct_change().iloc[1:], level.pct_change().iloc[1:]
        error = float((mine - its).std()) * 252**0.5
        return level / level.iloc[0] * CASH, error, float(mine.cov(its) / its.var())

    level, error, beta = against(lambda day: day)
    assert run.references["benchmark"].curve.to_numpy() == pytest.approx(level.to_numpy())
    assert (error, beta) == pytest.approx((0.0107, 0.9834), abs=5e-5)
    _, error, beta = against(dated_before)
    assert (error, beta) == pytest.approx((0.1032, 0.848), abs=2e-3)
