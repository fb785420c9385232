"""One run in four base currencies.

With the same trades, in any base currency B and for every line and session s:
    value(s) - value(s-1) - bought(s) = local(s) + currency(s)
    local(s) = [units(s) P(s) - units(s-1) P(s-1) - F(s)] R(s-1)
    currency(s) = units(s) P(s) [R(s) - R(s-1)] - F(s) [R'(s) - R(s-1)]
P: local prices, F: what was paid for at local prices, R: the rate that values a close, R' the
fixing before the session. The bracket of `local` knows no base: it is the same in every one.
Between two bases, X units of B for one of U, the equities differ by what the cash, which lies in
the base currency, did not earn from X:
    E_B(T) - X(T) E_U(T) = -C_U(0) [X(T) - X(0)] - sum over s of flow_U(s) [X(T) - X'(s)]
X' is the fixing before the session; a holding fee is taken from the values of the last close, so
it goes by X(s-1).
"""

from __future__ import annotations

import math
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from backtests.evaluation.attribution.contributions import contributions
from backtests.runner.run import Run
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Engine
from backtests.simulation.fills import Why
from markets.corrections import DISTRIBUTIONS, Corrected
from markets.folder.source import FolderSource
from newsfolio import Fixed, at_start
from tests.support.corporate_actions import (
    EXACT,
    USED,
    Without,
    dated_before,
    ecb,
    row_at,
    settings,
)

BASES = ("USD", "HKD", "CNY", "EUR")
MIX = Fixed(mix=((0.3, "AAPL"), (0.35, "0700.HK"), (0.25, "688981.SS")), schedule=at_start)
START, END = "2021-03-01", "2023-05-31"


@cache
def in_base(folder: Path, base: str, engine: Engine) -> Run:
    """The same money, converted at the fixing of the first session, in another currency."""
    cash = 1_000_000 * (ecb("USD", base, date(2021, 3, 1)) if base != "USD" else 1.0)
    asked = settings(engine, START, END, currency=base, cash=cash, cash_rate="0%")
    return run_strategy(MIX, Without(Corrected(FolderSource(folder), DISTRIBUTIONS)), asked)


def rates(run: Run, currency: str, base: str, *, before: bool) -> np.ndarray:
    days = run.market.sessions[run.market.first :].astype(date)
    return np.array([
        1.0 if currency == base else ecb(currency, base, dated_before(day) if before else day)
        for day in days
    ])  # fmt: skip


@USED
@pytest.mark.parametrize("base", BASES[1:])
def test_the_same_trades_at_the_same_local_prices_in_every_base(
    prices: Path, engine: Engine, base: str
) -> None:
    usd, run = (in_base(prices, currency, engine) for currency in ("USD", base))
    assert len(run.output.fills) == 3
    for here, there in zip(run.output.fills, usd.output.fills, strict=True):
        assert (here.session, here.asset, here.quantity, here.currency) == (
            there.session, there.asset, there.quantity, there.currency
        )  # fmt: skip
        assert here.price == there.price
        rate = ecb(here.currency, base, dated_before(here.session)) if here.currency != base else 1
        assert here.rate == pytest.approx(rate, rel=EXACT)
        assert here.fee / here.rate == pytest.approx(there.fee / there.rate, rel=1e-9)
    dividends = [
        [(event.session, event.why, event.asset) for event in result.output.events]
        for result in (usd, run)
    ]
    assert dividends[0] == dividends[1]


@USED
@pytest.mark.parametrize("base", BASES)
def test_the_currency_part_closes_every_session_exactly(
    prices: Path, engine: Engine, base: str
) -> None:
    run = in_base(prices, base, engine)
    parts = contributions(run.market, run.output.fills, run.output.events, run.account)
    equity = run.account.equity.to_numpy()
    total = parts.lines.sum(axis=1) + parts.cash
    assert np.abs(np.diff(equity) - total[1:]).max() <= EXACT * equity.max()
    assert np.abs(parts.cash).max() <= EXACT * equity.max(), "no interest at 0 %"

    last = np.nan_to_num(run.market.last[run.market.first :])
    for column, asset in enumerate(run.market.assets):
        now = rates(run, asset.currency, base, before=False)
        fixed = rates(run, asset.currency, base, before=True)
        traded = np.zeros(len(equity))
        for fill in run.output.fills:
            if fill.asset == asset.ticker:
                before_slippage = fill.quantity * fill.price - fill.slippage / fill.rate
                traded[row_at(run, f"{fill.session}")] += before_slippage
        held = run.account.units[:, column] * last[:, column]
        expected = held[1:] * np.diff(now) - traded[1:] * (fixed[1:] - now[:-1])
        assert np.abs(parts.currency[1:, column] - expected).max() <= EXACT * equity.max()
        if asset.currency == base:
            assert np.abs(parts.currency[:, column]).max() <= EXACT * equity.max()


@USED
def test_the_local_part_knows_no_base_currency(prices: Path, engine: Engine) -> None:
    by_base = {}
    for base in BASES:
        run = in_base(prices, base, engine)
        parts = contributions(run.market, run.output.fills, run.output.events, run.account)
        earlier = np.array([
            rates(run, asset.currency, base, before=False)[:-1] for asset in run.market.assets
        ]).T  # fmt: skip
        by_base[base] = parts.local[1:] / earlier
    scale = np.abs(by_base["USD"]).max()
    for base in BASES[1:]:
        assert np.abs(by_base[base] - by_base["USD"]).max() <= EXACT * 100 * scale


@USED
@pytest.mark.parametrize("base", BASES[1:])
def test_what_two_base_currencies_differ_by_is_the_rate_on_their_cash(
    prices: Path, engine: Engine, base: str
) -> None:
    usd, run = (in_base(prices, currency, engine) for currency in ("USD", base))
    now, fixed = (rates(usd, "USD", base, before=before) for before in (False, True))
    gap = [-1_000_000 * (now[-1] - now[0])]
    for fill in usd.output.fills:
        flow = -fill.quantity * fill.price * fill.rate - fill.fee
        gap.append(-flow * (now[-1] - fixed[row_at(usd, f"{fill.session}")]))
    for event in usd.output.events:
        row = row_at(usd, f"{event.session}")
        rate = now[row - 1] if event.why is Why.CARRY else fixed[row]
        gap.append(-event.amount * (now[-1] - rate))
    here, there = (float(result.account.equity.iloc[-1]) for result in (run, usd))
    assert here - now[-1] * there == pytest.approx(math.fsum(gap), abs=EXACT * here)
    assert abs(math.fsum(gap)) > 1e-4 * here, "or the test shows nothing"
