"""Lines that keep no hours of an exchange: open around the clock, or dealing once a day."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backtests.engines import event_driven, kernel
from backtests.runner.inputs import inputs_of
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from backtests.simulation.desk import Desk
from markets.bars import COLUMNS, Bars, Priced
from markets.costs.models import NoCosts
from markets.market import Market
from markets.quality.checks import inspect
from markets.quality.findings import Severity
from markets.reference.axis import closes_after_opens
from markets.snapshot import Snapshot
from newsfolio import NEW_YORK, Asset, Kind, Strategy, at_start, every_session
from newsfolio.listings import asset_of
from tests.support.markets_of import market_of

# 2024-03-04 is a Monday: eight days of a market around the clock, two weekends' worth of New York's
ALL_DAYS = pd.date_range("2024-03-01", "2024-03-12")
SESSIONS = ALL_DAYS[ALL_DAYS.day_of_week < 5]


def line(ticker: str, days: pd.DatetimeIndex, closes: Sequence[float], **columns: Any) -> Bars:
    close = np.array(closes, dtype="float64")
    own = {"open": close, "high": close, "low": close, "close": close, "volume": 1e6}
    frame = pd.DataFrame({**dict.fromkeys(COLUMNS, 0.0), **own, **columns}, index=days)
    return Bars(ticker, frame[list(COLUMNS)].astype("float64"), Priced.SPLITS)


BITCOIN = line("BTC-USD", ALL_DAYS, 100.0 + np.arange(12), open=99.5 + np.arange(12))
SPY = line("SPY", SESSIONS, 50.0 + np.arange(8))


def test_a_pair_of_yahoo_s_is_a_line_around_the_clock_and_fractions_of_it_trade() -> None:
    asset = asset_of("BTC-USD")
    assert (asset.venue.code, asset.currency, asset.kind) == ("24/7", "USD", Kind.CRYPTO)
    assert asset.lot.at(date(2024, 3, 1)) == 1e-8
    assert asset_of("ETH-EUR").currency == "EUR"
    assert [asset_of(name).venue for name in ("BRK-B", "BAC-PL", "SPY")] == [NEW_YORK] * 3
    assert asset.unshortable and asset_of("VFIAX").unshortable and not asset_of("SPY").unshortable


def test_what_moved_on_a_weekend_falls_into_monday() -> None:
    market = market_of([BITCOIN, SPY], "BTC-USD", "SPY", start=date(2024, 3, 1))
    assert market.days == tuple(day.date() for day in SESSIONS)
    bitcoin = market.place["BTC-USD"]
    assert market.close[:, bitcoin].tolist() == [100, 103, 104, 105, 106, 107, 110, 111]
    assert market.open[:2, bitcoin].tolist() == [99.5, 100.5]  # Friday's, and Saturday's
    assert market.volume[:2, bitcoin].tolist() == [1e6, 3e6]
    assert market.calendar.clock.code == "XNYS"


@pytest.mark.parametrize(
    ("beside", "venues", "hours"),
    [(("BHP.AX",), "XASX", "1 hour that"), (("BHP.AX", "AIR.NZ"), "XNZE and XASX", "3 hours that")],
)
def test_what_a_decision_knows_too_early_beside_sydney_and_wellington_is_said(
    beside: tuple[str, ...], venues: str, hours: str
) -> None:
    (note,) = closes_after_opens([asset_of(ticker) for ticker in ("BTC-USD", "SPY", *beside)])
    assert f"after the next open of {venues}: " in note and f" up to {hours} " in note
    assert not [*closes_after_opens([asset_of(ticker) for ticker in ("BTC-USD", "SPY", "7203.T")])]
    assert not [*closes_after_opens([asset_of(ticker) for ticker in ("SPY", *beside)])]


def test_at_weight_zero_it_changes_nothing_of_a_new_york_run() -> None:
    alone, beside = (
        kernel.run(_desk(market_of(bars, *names, start=date(2024, 3, 1)), {"SPY": 0.7}))
        for bars, names in (([SPY], ["SPY"]), ([BITCOIN, SPY], ["BTC-USD", "SPY"]))
    )
    assert alone.fills == beside.fills and alone.events == beside.events


def test_alone_it_has_a_session_a_day() -> None:
    market = market_of([BITCOIN], "BTC-USD", start=date(2024, 3, 1))
    assert market.days == tuple(day.date() for day in ALL_DAYS)
    output = kernel.run(_desk(market, {"BTC-USD": 0.5}))
    assert output == event_driven.run(_desk(market, {"BTC-USD": 0.5}))
    assert output.fills[0].session == date(2024, 3, 2) and output.fills[0].price == 100.5


def test_beside_a_control_of_new_york_it_has_the_control_s_sessions() -> None:
    class Holder(Strategy):
        universe = ("BTC-USD",)
        rebalance = at_start
        benchmark = "SPY"

        def weights(self, view: Any) -> dict[str, float]:
            return {"BTC-USD": 1.0}

    bars = {"BTC-USD": BITCOIN, "SPY": SPY}
    market = inputs_of(Holder(), Settings(start=date(2024, 3, 1))).market(bars)
    assert market.days == tuple(day.date() for day in SESSIONS)
    run = run_strategy(Holder(), _Source(bars), Settings(engine="kernel", costs="none"))
    assert len(run.account.equity) == len(run.references["benchmark"].curve) == 8


def test_neither_jumps_nor_weekends_of_it_are_doubted() -> None:
    halved = line("BTC-USD", ALL_DAYS, [100.0, 101.0] * 3 + [55.0, 54.0] * 3)
    assert not [
        finding
        for finding in inspect(asset_of("BTC-USD"), halved)
        if finding.severity > Severity.NOTE
    ]


# --- funds ---------------------------------------------------------------------------------------

FUND = line("VFIAX", SESSIONS, 400.0 + np.arange(8), volume=0.0)


def test_a_fund_fills_at_the_next_published_price_after_the_shares() -> None:
    market = market_of([FUND, SPY], "VFIAX", "SPY", start=date(2024, 3, 1))
    wanted = {"VFIAX": 0.5, "SPY": 0.5}
    output = kernel.run(_desk(market, wanted))
    assert output == event_driven.run(_desk(market, wanted))
    fills = [(fill.asset, fill.session, fill.price, fill.fee) for fill in output.fills]
    day = date(2024, 3, 4)
    assert fills == [("SPY", day, 51.0, 0.0), ("VFIAX", day, 401.0, 0.0)]
    quantity = output.fills[1].quantity
    assert quantity == pytest.approx(1.25, abs=1e-3) and round(quantity * 1000) == quantity * 1000
    assert any("VFIAX: taken for a mutual fund" in note for note in market.notes)


def test_a_ticker_like_a_fund_s_that_trades_is_a_share() -> None:
    for columns in ({"volume": 5e5}, {"volume": 0.0, "high": 500.0}):
        share = line("CRDFX", SESSIONS, [400.0] * 8, **columns)
        market = market_of([share, SPY], "CRDFX", "SPY", start=date(2024, 3, 1))
        asset = market.assets[market.place["CRDFX"]]
        assert (asset.kind, asset.lot.at(date(2024, 3, 1))) == (Kind.STOCK, 1)
        assert asset.half_spread.at(date(2024, 3, 1)) == 0.0005
        assert any("taken for a share" in note for note in market.notes)


def test_a_declared_fund_needs_no_opening_price() -> None:
    declared = Asset("MYFUND", NEW_YORK, Kind.FUND)
    bars = line("MYFUND", SESSIONS, [10.0] * 8, open=np.nan, high=np.nan, low=np.nan, volume=np.nan)
    market = market_of([bars], declared, start=date(2024, 3, 1))
    assert kernel.run(_desk(market, {"MYFUND": 1.0})).fills[0].price == 10.0


def test_a_fund_that_nobody_counts_is_not_doubted_as_halted() -> None:
    days = pd.bdate_range("2024-01-02", periods=60)
    cash = line("VMFXX", days, [1.0] * 60, volume=0.0)
    findings = [
        finding for finding in inspect(asset_of("VMFXX"), cash) if finding.severity > Severity.NOTE
    ]
    assert [finding.rule for finding in findings if finding.rule != "gap"] == []


def _desk(market: Market, wanted: dict[str, float]) -> Desk:
    class Holder(Strategy):
        universe = tuple(wanted)
        rebalance = every_session if len(wanted) > 2 else at_start

        def weights(self, view: Any) -> dict[str, float]:
            return wanted

    settings = dataclasses.replace(Settings(), cash=1000.0)
    return Desk(Holder(), market, settings, NoCosts())


class _Source:
    name = "made"

    def __init__(self, bars: dict[str, Bars]) -> None:
        self._bars = bars

    def load(self, assets: Any, facts: Any = ()) -> Snapshot:
        names = {asset.ticker for asset in assets} & self._bars.keys()
        return Snapshot({name: self._bars[name] for name in names}, {})
