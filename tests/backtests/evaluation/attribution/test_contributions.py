"""Contributions: by hand, against the plain sum of a line's flows, and adding up on random runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date
from math import fsum

import numpy as np
import pytest

from backtests.engines import kernel
from backtests.evaluation.attribution.contributions import (
    PARTS,
    attribute,
    contributions,
    sleeve_names,
)
from backtests.evaluation.attribution.schema import Attribution, Part
from backtests.settings import CostTable, Dividends, Withholding
from backtests.simulation.account import Account, account
from backtests.simulation.desk import Desk
from backtests.simulation.fills import CashEvent, Fill, Why
from backtests.simulation.output import EngineOutput
from markets.market import Market
from newsfolio import NEW_YORK, Asset, Sleeve
from newsfolio.listings import asset_of
from tests.support.random_markets import random_case

ROUNDING = 1e-12
"""Of the equity at the divide: sums of a few thousand floats."""

EAST, WEST = Sleeve("East", ("0700.HK",)), Sleeve("West", ("AAPL",))
DAYS = ("2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", "2024-01-08")


def market_of(
    assets: tuple[Asset, ...],
    sleeves: tuple[Sleeve, ...],
    last: Sequence[Sequence[float]],
    rate: Sequence[Sequence[float]],
    before: Sequence[Sequence[float]],
    cash_rate: float = 0.0,
) -> Market:
    """A market of a few sessions by hand; rows are sessions, columns are lines."""
    prices = np.array(last)
    ones = np.ones_like(prices)
    later = ones.copy()
    later[:2, 0] = 2.0  # the first line splits before its third session: its units never notice
    return Market(
        base="USD", sleeves=sleeves, assets=assets,
        sessions=np.array(DAYS[: len(prices)], dtype="datetime64[D]"), first=0, ready=0,
        open=prices.copy(), close=prices.copy(), last=prices,
        fillable=ones > 0, locked=np.zeros(prices.shape, dtype="int8"), opened=ones > 0,
        volume=ones.copy(), dividend=np.zeros_like(prices), factor=ones, later=later,
        rate_before=np.array(before), rate=np.array(rate), usable=ones > 0, pays_off={},
        payoff={}, cash_rate=np.full(len(prices), cash_rate), signals={}, facts={},
        calendar=None,  # type: ignore[arg-type]
        missing=(), notes=(), snapshot="", simulated=True,
    )  # fmt: skip


def day(place: int) -> date:
    return date.fromisoformat(DAYS[place])


def two_currencies() -> tuple[Market, tuple[Fill, ...], tuple[CashEvent, ...], Account]:
    """Buys in Hong Kong and New York, a split, a dividend less tax, a sale, a weekend in cash."""
    market = market_of(
        (asset_of("0700.HK"), asset_of("AAPL")),
        (EAST, WEST),
        last=[[49.0, 100.0], [52.0, 101.0], [55.0, 103.0], [53.0, 99.0], [53.0, 99.0]],
        rate=[[0.125, 1.0], [0.128, 1.0], [0.130, 1.0], [0.126, 1.0], [0.126, 1.0]],
        before=[[0.125, 1.0], [0.125, 1.0], [0.128, 1.0], [0.131, 1.0], [0.126, 1.0]],
        cash_rate=0.036,  # a ten-thousandth a calendar day
    )
    fills = (
        Fill(day(1), "0700.HK", 100.0, 50.1, "HKD", 0.125, 2.0, 1.25),
        Fill(day(1), "AAPL", 20.0, 100.1, "USD", 1.0, 1.0, 2.0),
        Fill(day(3), "0700.HK", -40.0, 53.892, "HKD", 0.131, 1.5, 0.56592),
    )
    events = (
        CashEvent(day(1), Why.INTEREST, "", 1.0),
        CashEvent(day(2), Why.INTEREST, "", 0.736975),
        CashEvent(day(2), Why.DIVIDEND, "0700.HK", 6.4),
        CashEvent(day(2), Why.WITHHOLDING, "0700.HK", -0.64),
        CashEvent(day(3), Why.INTEREST, "", 0.7376246975),
    )
    return market, fills, events, account(market, fills, events, 10_000.0, 0.015)


def test_two_currencies_a_split_a_dividend_and_costs_by_hand() -> None:
    market, fills, events, own = two_currencies()
    shares = attribute(market, fills, events, own, 0)
    assert shares is not None
    east, west = shares.lines
    # Local: (100*52 - 100*50)*0.125, (100*55 - 100*52)*0.128, (60*53 + 40*54 - 100*55)*0.130.
    assert east.name == "0700.HK"
    assert east.local == pytest.approx((25.0 + 38.4 - 20.8) / 10_000, rel=1e-12)
    # Rates: 5200*0.003, 5500*0.002, 3180*-0.004, and the 2160 sold at 0.131 instead of 0.130.
    assert east.currency == pytest.approx((15.6 + 11.0 - 12.72 + 2.16) / 10_000, rel=1e-12)
    assert east.dividends == pytest.approx(5.76 / 10_000, rel=1e-12)
    assert east.fees == pytest.approx(-3.5 / 10_000, rel=1e-12)
    assert east.slippage == pytest.approx(-1.81592 / 10_000, rel=1e-12)
    # 20 * (101 - 100), 20 * 2, 20 * -4
    assert west.name == "AAPL"
    assert west.local == pytest.approx((20.0 + 40.0 - 80.0) / 10_000, rel=1e-12)
    assert (west.currency, west.dividends, west.carry) == (0.0, 0.0, 0.0)
    assert west.fees == pytest.approx(-1.0 / 10_000, rel=1e-12)
    assert west.slippage == pytest.approx(-2.0 / 10_000, rel=1e-12)
    # What was posted, and three days on 7657.8786796975 that nobody has posted yet.
    assert shares.cash == pytest.approx(4.77196330140925 / 10_000, rel=1e-12)
    # 7660.17604330140925 in cash, 60 * 53 * 0.126 and 20 * 99 in shares
    assert shares.total == pytest.approx(40.85604330140925 / 10_000, rel=1e-10)
    assert (shares.start, shares.end) == ("2024-01-03", "2024-01-08")


def test_only_what_came_after_the_divide_counts() -> None:
    market, fills, events, own = two_currencies()
    shares = attribute(market, fills, events, own, 2)
    assert shares is not None
    equity = 7376.246975 + 5500 * 0.130 + 20 * 103
    by_name = {part.name: part for part in shares.lines}
    east = by_name["0700.HK"]
    assert east.local == pytest.approx(-20.8 / equity, rel=1e-12)
    assert east.currency == pytest.approx((-12.72 + 2.16) / equity, rel=1e-12)
    assert (east.dividends, east.fees) == (0.0, pytest.approx(-1.5 / equity, rel=1e-12))
    assert by_name["AAPL"].total == pytest.approx(-80.0 / equity, rel=1e-12)
    assert shares.cash == pytest.approx((0.7376246975 + 2.29736360390925) / equity, rel=1e-9)


def test_groups_are_named_by_sleeve_country_and_currency() -> None:
    shares = attribute(*two_currencies(), 0)
    assert shares is not None
    assert [part.name for part in shares.sleeves] == ["East", "West"]
    assert [part.name for part in shares.countries] == ["China", "United States"]
    assert [part.name for part in shares.currencies] == ["HKD", "USD"]


def test_a_delisting_sells_what_is_held_at_what_it_pays() -> None:
    market = market_of(
        (asset_of("0700.HK"),), (EAST,), [[10.0], [12.0], [12.0]],
        rate=[[0.125], [0.125], [0.13]], before=[[0.125], [0.125], [0.128]],
    )  # fmt: skip
    fills = (Fill(day(1), "0700.HK", 100.0, 11.0, "HKD", 0.125, 0.0, 0.0),)
    events = (CashEvent(day(2), Why.DELISTING, "0700.HK", 100 * 9.0 * 0.128),)
    own = account(market, fills, events, 1_000.0, 0.0)
    shares = attribute(market, fills, events, own, 0)
    assert shares is not None
    (line,) = shares.lines
    # (12 - 11) * 100, then (9 - 12) * 100, at 0.125; the proceeds of 900 at 0.003 more.
    assert line.local == pytest.approx((12.5 - 37.5) / 1_000, rel=1e-12)
    assert line.currency == pytest.approx(2.7 / 1_000, rel=1e-12)
    assert shares.total == pytest.approx((2.7 - 25.0) / 1_000, rel=1e-12)


def test_a_worthless_delisting_loses_what_was_there() -> None:
    market = market_of(
        (asset_of("AAPL"),), (WEST,), [[10.0], [12.0], [12.0]], [[1.0]] * 3, [[1.0]] * 3
    )
    fills = (Fill(day(1), "AAPL", 10.0, 11.0, "USD", 1.0, 0.0, 0.0),)
    events = (CashEvent(day(2), Why.DELISTING, "AAPL", 0.0),)
    own = account(market, fills, events, 1_000.0, 0.0)
    shares = attribute(market, fills, events, own, 0)
    assert shares is not None
    assert [(part.name, part.local) for part in shares.lines] == [("AAPL", -0.11)]


def test_only_trades_that_make_a_position_larger_are_purchases() -> None:
    """Buys 30, sells 10, sells 50 from 20 on: 30 short, of which all is new; then covers 5."""
    ones = [[1.0]] * 5
    market = market_of((asset_of("AAPL"),), (WEST,), [[10.0]] * 5, ones, ones)
    sizes = (30.0, -10.0, -50.0, 5.0)
    fills = tuple(
        Fill(day(row), "AAPL", size, 8.0, "USD", 1.0, 0.0, 0.0)
        for row, size in enumerate(sizes, start=1)
    )
    own = account(market, fills, (), 1_000.0, 0.0)
    parts = contributions(market, fills, (), own)
    assert parts.bought[:, 0].tolist() == pytest.approx([0.0, 240.0, 0.0, -240.0, 0.0])
    # 30 * (10 - 8), 10 * (8 - 10), 20 * (8 - 10) and 30 * (8 - 10), 5 * (10 - 8)
    assert parts.local[:, 0].tolist() == pytest.approx([0.0, 60.0, -20.0, -100.0, 10.0])
    assert parts.lines[:, 0].tolist() == pytest.approx([0.0, 60.0, -20.0, -100.0, 10.0])


def test_no_equity_at_the_divide_has_no_shares() -> None:
    market, _, _, _ = two_currencies()
    ruin = (CashEvent(day(1), Why.CREDIT, "", -10_000.0),)
    own = account(market, (), ruin, 10_000.0, 0.0)
    assert attribute(market, (), ruin, own, 1) is None
    shares = attribute(market, (), ruin, own, 0)
    assert shares is not None
    assert (shares.total, shares.cash) == (-1.0, -1.0)


def test_nothing_after_the_divide_is_nothing() -> None:
    assert attribute(*two_currencies(), 4) is None


def test_a_run_that_never_traded_has_only_cash() -> None:
    market, _, _, _ = two_currencies()
    own = account(market, (), (), 10_000.0, 0.0)
    shares = attribute(market, (), (), own, 0)
    assert shares is not None
    assert (shares.lines, shares.currencies) == ((), ())
    # 1.0001 for three nights, 1.0003 over the weekend
    assert shares.cash == pytest.approx(1.0001**3 * 1.0003 - 1, rel=1e-9)
    assert shares.total == pytest.approx(shares.cash, abs=ROUNDING)


# --- random runs -----------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False)
class Ran:
    market: Market
    output: EngineOutput
    own: Account
    cash: float
    credit_spread: float

    def attribution(self, divide: int) -> Attribution | None:
        return attribute(self.market, self.output.fills, self.output.events, self.own, divide)


VARIED = {
    "as drawn": {},
    "no costs": {"costs": CostTable.NONE},
    "reinvested": {"dividends": Dividends.REINVEST, "withholding": Withholding.NONE},
}
RUNS = [
    *((seed, "as drawn") for seed in range(40)),
    *((seed, name) for seed in range(40, 50) for name in ("no costs", "reinvested")),
]


@pytest.fixture(scope="module", params=RUNS, ids=lambda run: f"{run[0]} {run[1]}")
def ran(request: pytest.FixtureRequest) -> Ran:
    seed, varied = request.param
    case = random_case(seed)
    changed = dataclasses.replace(case.settings, **VARIED[varied])  # type: ignore[arg-type]
    case = dataclasses.replace(case, settings=changed)
    market, settings = case.market(), case.settings
    played = kernel.run(Desk(case.strategy, market, settings, case.costs))
    own = account(market, played.fills, played.events, settings.cash, settings.credit_spread)
    return Ran(market, played, own, settings.cash, settings.credit_spread)


def divides(ran: Ran) -> list[int]:
    rows = len(ran.own.sessions)
    return [row for row in sorted({0, rows // 2, rows - 2}) if ran.own.equity.iloc[row] > 0]


def test_lines_and_cash_add_up_to_the_total_return(ran: Ran) -> None:
    for divide in divides(ran):
        shares = ran.attribution(divide)
        assert shares is not None
        equity = ran.own.equity
        total = equity.iloc[-1] / equity.iloc[divide] - 1
        parts = fsum([shares.cash, *(line.total for line in shares.lines)])
        assert shares.total == pytest.approx(total, rel=ROUNDING, abs=ROUNDING)
        assert parts == pytest.approx(total, rel=ROUNDING, abs=ROUNDING)


def test_every_grouping_has_the_same_pieces(ran: Ran) -> None:
    for divide in divides(ran):
        shares = ran.attribution(divide)
        assert shares is not None
        for name in PARTS:
            whole = fsum(getattr(line, name) for line in shares.lines)
            for groups in (shares.sleeves, shares.countries, shares.currencies):
                assert fsum(getattr(part, name) for part in groups) == pytest.approx(
                    whole, rel=ROUNDING, abs=ROUNDING
                )


def test_each_line_is_the_sum_of_its_own_flows(ran: Ran) -> None:
    """Value at the end less value at the divide, and every payment in between."""
    for divide in divides(ran):
        shares = ran.attribution(divide)
        assert shares is not None
        base = ran.own.equity.iloc[divide]
        since = ran.own.sessions[divide].date()
        parts = {line.name: line for line in shares.lines}
        for column, ticker in enumerate(ran.own.tickers):
            fills = [f for f in ran.output.fills if f.asset == ticker and f.session > since]
            events = [e for e in ran.output.events if e.asset == ticker and e.session > since]
            flows = [-f.quantity * f.price * f.rate - f.fee for f in fills]
            flows += [event.amount for event in events]
            worth = ran.own.values[-1, column] - ran.own.values[divide, column]
            line = parts.get(ticker, Part(ticker, 0, 0, 0, 0, 0, 0))
            assert line.total == pytest.approx(fsum([worth, *flows]) / base, abs=1e-11)
            assert line.fees == pytest.approx(-fsum(f.fee for f in fills) / base, abs=ROUNDING)
            assert line.slippage == pytest.approx(
                -fsum(f.slippage for f in fills) / base, abs=ROUNDING
            )
            kept = {Why.DIVIDEND, Why.WITHHOLDING, Why.ADR_FEE}
            paid = fsum(event.amount for event in events if event.why in kept)
            assert line.dividends == pytest.approx(paid / base, abs=ROUNDING)
            carry = fsum(event.amount for event in events if event.why is Why.CARRY)
            assert line.carry == pytest.approx(carry / base, abs=ROUNDING)


def test_cash_is_interest_and_credit_with_what_accrued(ran: Ran) -> None:
    if not divides(ran):
        pytest.skip("no equity")
    shares = ran.attribution(0)
    assert shares is not None
    flows = [-fill.quantity * fill.price * fill.rate - fill.fee for fill in ran.output.fills]
    flows += [event.amount for event in ran.output.events]
    accrued = fsum([ran.own.cash[-1], -ran.cash, *(-flow for flow in flows)])
    posted = [e.amount for e in ran.output.events if e.why in (Why.INTEREST, Why.CREDIT)]
    assert shares.cash == pytest.approx(fsum([accrued, *posted]) / ran.cash, abs=1e-11)


def test_a_line_in_base_currency_has_no_currency_part(ran: Ran) -> None:
    if not divides(ran):
        pytest.skip("no equity")
    shares = ran.attribution(0)
    assert shares is not None
    assets = ran.market.by_ticker
    home = [line for line in shares.lines if assets[line.name].currency == ran.market.base]
    assert [line.currency for line in home] == [0.0] * len(home)


def test_the_order_of_the_lines_changes_no_bit(ran: Ran) -> None:
    order = np.random.default_rng(1).permutation(len(ran.market.assets))
    other = permuted(ran, order)
    for divide in divides(ran):
        assert other.attribution(divide) == ran.attribution(divide)


def permuted(ran: Ran, order: np.ndarray) -> Ran:
    """The same run on a market whose columns stand in another order."""
    market = ran.market
    grids = {
        field.name: getattr(market, field.name)[:, order]
        for field in dataclasses.fields(market)
        if getattr(getattr(market, field.name), "ndim", 0) == 2
    }
    assets = tuple(market.assets[column] for column in order)
    other = dataclasses.replace(market, assets=assets, **grids)
    fills, events = tuple(ran.output.fills), tuple(ran.output.events)
    own = account(other, fills, events, ran.cash, ran.credit_spread)
    return dataclasses.replace(ran, market=other, own=own)


def test_the_largest_part_comes_first(ran: Ran) -> None:
    if not divides(ran):
        pytest.skip("no equity")
    shares = ran.attribution(0)
    assert shares is not None
    for parts in (shares.lines, shares.sleeves, shares.countries, shares.currencies):
        sizes = [(-abs(part.total), part.name) for part in parts]
        assert sizes == sorted(sizes)


# --- sleeves ---------------------------------------------------------------------------------


def test_a_stand_in_belongs_to_the_sleeve_of_the_line_that_it_stands_for() -> None:
    sleeves = (
        Sleeve("rest", ("EMXC", Asset("LATE", NEW_YORK, stand_in=("SPY", "EWY")))),
        Sleeve("home", ("SPY",)),
        Sleeve("tech", ("9988.HK", "BABA", "9618.HK")),
    )
    assets = tuple(map(asset_of, ("EWY", "INDA", "JD", "SPY")))
    market = market_of(assets, sleeves, [[1.0] * 4], [[1.0] * 4], [[1.0] * 4])
    names = sleeve_names(market)
    assert names["SPY"] == "home"  # its own, though it stands in elsewhere
    assert names["INDA"] == names["EWY"] == "rest"  # by way of XCEM
    assert (names["JD"], names["BABA"]) == ("tech", "tech")
