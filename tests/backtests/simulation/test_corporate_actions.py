"""Splits and dividends through the whole chain, to the cent.

What a file says is read again with the csv module; rates come from the package that has the
reference rates. Two engines run everything.
"""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from backtests.runner.run_strategy import run_strategy
from backtests.runner.target_portfolio import advise
from backtests.settings import CostTable, Engine, Withholding
from backtests.simulation.fills import Why
from markets.corrections import Corrected
from markets.costs.models import VenueCosts
from markets.folder.source import FolderSource
from newsfolio import BrokenData, Fixed, at_start, on_dates
from newsfolio.listings import asset_of
from tests.support.corporate_actions import (
    CENT,
    USED,
    MadeUp,
    Without,
    cell,
    dated_before,
    ecb,
    row_at,
    rows_in,
    settings,
    shares,
)

# --- splits ------------------------------------------------------------------------------------

SPLITS = (
    ("NVDA", 10, "2024-06-07", "2024-06-10"),
    ("TSLA", 3, "2022-08-24", "2022-08-25"),
    ("AMZN", 20, "2022-06-03", "2022-06-06"),
    ("GOOGL", 20, "2022-07-15", "2022-07-18"),
)


@USED
@pytest.mark.parametrize(("ticker", "ratio", "before", "after"), SPLITS)
def test_a_split_multiplies_the_shares_and_leaves_every_cent(
    prices: Path, engine: Engine, ticker: str, ratio: int, before: str, after: str
) -> None:
    start = str(date.fromisoformat(before) - pd.Timedelta(days=20))[:10]
    end = str(date.fromisoformat(after) + pd.Timedelta(days=20))[:10]
    strategy = Fixed(mix=((0.9, ticker),), schedule=at_start)
    run = run_strategy(
        strategy, Without(FolderSource(prices)), settings(engine, start, end, costs=CostTable.NONE)
    )
    (bought,) = run.output.fills
    held = shares(run, ticker, before)
    assert held == int(held) > 0
    assert shares(run, ticker, after) == ratio * held

    opened = ratio * cell(prices, ticker, f"{bought.session}", "Open")
    decided = ratio * cell(prices, ticker, f"{run.market.day(run.market.first)}", "Close")
    assert held == math.floor(900_000 / decided)
    cash = 1_000_000 - held * opened
    worth = {
        before: held * ratio * cell(prices, ticker, before, "Close"),
        after: held * ratio * cell(prices, ticker, after, "Close"),
    }
    for day, value in worth.items():
        row, column = row_at(run, day), run.market.place[ticker]
        assert run.account.values[row, column] == pytest.approx(value, abs=CENT)
        if ticker != "NVDA":  # which pays a dividend the day after
            assert run.account.equity.iloc[row] == pytest.approx(cash + value, abs=CENT)


@USED
def test_an_order_over_a_split_is_whole_shares_and_pays_the_fees_of_its_day(
    prices: Path, engine: Engine
) -> None:
    strategy = Fixed(mix=((1.0, "NVDA"),), schedule=on_dates(date(2024, 6, 7)))
    run = run_strategy(
        strategy, Without(FolderSource(prices)), settings(engine, "2024-05-20", "2024-06-20")
    )
    (bought,) = run.output.fills
    assert bought.session == date(2024, 6, 10)
    assert bought.quantity % 10 == 0, "a whole number of the shares that it was decided in"
    assert 0.97 < bought.quantity / 10 / (1_000_000 / 1208.88) <= 1, "1208.88: close before"
    value = bought.quantity * bought.price
    asset = asset_of("NVDA")
    due = VenueCosts().fee(asset, bought.session, bought.quantity, value)
    assert bought.fee == pytest.approx(due, abs=1e-9)
    assert bought.price == pytest.approx(
        cell(prices, "NVDA", "2024-06-10", "Open")
        * (1 + VenueCosts().half_spread(asset, bought.session, 120.37))
    )


def test_advice_is_in_the_shares_of_its_day(prices: Path, tmp_path: Path) -> None:
    source = Without(FolderSource(prices))
    strategy = Fixed(mix=((1.0, "NVDA"),), schedule=at_start)
    held = tmp_path / "held.csv"
    asked = settings(Engine.KERNEL, "2024-05-20", "2024-06-20")
    for day, owned, close in (
        ("2024-06-07", 100, 1208.88),
        ("2024-06-10", 1000, 121.79),
    ):
        held.write_text(f"asset,quantity\nNVDA,{owned}\nCASH,50000\n", encoding="utf-8")
        advised = advise(strategy, source, asked, date.fromisoformat(day), held)
        (order,) = advised.orders
        assert order.price == pytest.approx(close, abs=CENT)
        assert advised.equity == pytest.approx(owned * close + 50_000, abs=0.5)
        assert order.shares == int(order.shares)
        assert order.value == pytest.approx(order.shares * order.price, abs=CENT)


@USED
@pytest.mark.parametrize("base", ["HKD", "USD"])
def test_tencents_split_in_board_lots(tmp_path: Path, engine: Engine, base: str) -> None:
    MadeUp(splits={"2014-05-15": 5.0}).write(tmp_path, "0700.HK", "2014-03-03", "2014-07-31")
    strategy = Fixed(mix=((1.0, "0700.HK"),), schedule=on_dates(date(2014, 4, 1), date(2014, 6, 2)))
    asked = settings(
        engine, "2014-03-31", "2014-07-30", currency=base, cash=777_777.0, costs=CostTable.NONE
    )
    run = run_strategy(strategy, FolderSource(tmp_path), asked)
    first, *later = run.output.fills
    assert first.quantity / 5 % 100 == 0, "lots of 100 shares of which one became five"
    assert all(fill.quantity % 100 == 0 for fill in later)
    held = shares(run, "0700.HK", "2014-05-14")
    assert shares(run, "0700.HK", "2014-05-15") == 5 * held == first.quantity
    cash = 777_777.0 - held * 5 * first.price * first.rate
    for day, count in (("2014-05-14", held), ("2014-05-15", 5 * held)):
        raw = cell(tmp_path, "0700.HK", day, "Close") * (5 if day < "2014-05-15" else 1)
        rate = 1.0 if base == "HKD" else ecb("HKD", "USD", dated_before(day))
        assert run.account.equity.iloc[row_at(run, day)] == pytest.approx(
            cash + count * raw * rate, abs=CENT
        )


def test_prices_that_were_never_adjusted_stop_a_run(tmp_path: Path) -> None:
    MadeUp(splits={"2014-05-15": 5.0}).write(tmp_path, "0700.HK", "2014-03-03", "2014-07-31")
    path = tmp_path / "0700.HK.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines[1:], 1):
        day, *numbers = line.split(",")
        if day < "2014-05-15":
            raw = [f"{5 * float(price)}" for price in numbers[:5]]
            lines[number] = ",".join([day, *raw, *numbers[5:]])
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    strategy = Fixed(mix=((1.0, "0700.HK"),), schedule=at_start)
    asked = settings(Engine.KERNEL, "2014-04-01", "2014-07-30", currency="HKD")
    with pytest.raises(BrokenData, match=r"split of 5, which is recorded but not adjusted for"):
        run_strategy(strategy, FolderSource(tmp_path), asked)


@USED
def test_a_change_of_the_ads_ratio_is_a_split_that_a_user_records(
    tmp_path: Path, engine: Engine
) -> None:
    """One NTES stood for 25 shares, from 2020-10-02 for 5: five for each, prices continuous."""
    MadeUp(price=90.0, blank=True).write(tmp_path, "NTES", "2020-08-03", "2020-11-30")
    asked = settings(engine, "2020-08-31", "2020-11-20", cash=100_000.0, costs=CostTable.NONE)
    strategy = Fixed(mix=((0.9, "NTES"),), schedule=at_start)
    plain = run_strategy(strategy, FolderSource(tmp_path), asked)
    (bought,) = plain.output.fills
    assert any("splits unknown" in note for note in plain.market.notes)
    assert bought.quantity % 5 != 0, "or the test shows nothing"

    rows = rows_in(tmp_path, "NTES,2020-10-02,split,5,,one ADS stands for 5 shares instead of 25")
    run = run_strategy(strategy, Corrected(FolderSource(tmp_path), rows), asked)
    (bought,) = run.output.fills
    decided = 5 * cell(tmp_path, "NTES", "2020-08-31", "Close")
    assert bought.quantity == 5 * math.floor(90_000 / decided)
    assert shares(run, "NTES", "2020-10-01") == bought.quantity / 5
    assert shares(run, "NTES", "2020-10-02") == bought.quantity
    for day in ("2020-10-01", "2020-10-02"):
        expected = 100_000 + bought.quantity * (cell(tmp_path, "NTES", day, "Close") - bought.price)
        assert run.account.equity.iloc[row_at(run, day)] == pytest.approx(expected, abs=CENT)
    assert any("one ADS stands for 5 shares" in note for note in run.market.notes)


# --- dividends ---------------------------------------------------------------------------------

PAID = {
    "AAPL": ("USD", 0.30, 0.0),
    "1211.HK": ("HKD", 0.10, 0.0),
    "0700.HK": ("HKD", 0.0, 0.0),
    "600519.SS": ("CNY", 0.10, 0.0),
    "BABA": ("USD", 0.0, 0.02),
}
"""Currency, what is withheld, the depositary's yearly fee a share."""


@USED
@pytest.mark.parametrize("base", ["USD", "EUR"])
def test_dividends_arrive_less_what_each_line_withholds(
    tmp_path: Path, engine: Engine, base: str
) -> None:
    twice = {"2024-05-16": 1.5, "2024-06-20": 0.75}
    for ticker in PAID:
        MadeUp(dividends=twice, still=True).write(tmp_path, ticker, "2024-01-02", "2024-07-31")
    strategy = Fixed(mix=tuple((0.18, ticker) for ticker in PAID), schedule=at_start)
    asked = settings(
        engine, "2024-04-15", "2024-07-30", currency=base, withholding=Withholding.FOREIGN
    )
    run = run_strategy(strategy, FolderSource(tmp_path), asked)
    held = {fill.asset: fill.quantity for fill in run.output.fills}
    assert set(held) == set(PAID)
    moved = {(event.session, event.why, event.asset): event.amount for event in run.output.events}
    net = 0.0
    for ticker, (currency, withheld, fee) in PAID.items():
        for day, amount in twice.items():
            on = date.fromisoformat(day)
            rate = ecb(currency, base, dated_before(day))
            gross = held[ticker] * amount * rate
            kept = gross * withheld
            taken = held[ticker] * fee * rate if day == "2024-05-16" else 0.0
            assert moved[on, Why.DIVIDEND, ticker] == pytest.approx(gross, abs=CENT)
            assert -moved.get((on, Why.WITHHOLDING, ticker), 0.0) == pytest.approx(kept, abs=CENT)
            assert -moved.get((on, Why.ADR_FEE, ticker), 0.0) == pytest.approx(taken, abs=CENT)
            net += gross - kept - taken
    reasons = {Why.DIVIDEND, Why.WITHHOLDING, Why.ADR_FEE}
    paid = math.fsum(event.amount for event in run.output.events if event.why in reasons)
    assert paid == pytest.approx(net, abs=CENT)
