"""Splits, dividends, distributions and currencies through the whole chain, to the cent.

What a file says is read again here with the csv module; rates come from the package that has the
reference rates. Two engines play everything.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from currency_converter import CurrencyConverter

from backtests.evaluation.attribution.contributions import attribute, contributions
from backtests.runner.run import Run
from backtests.runner.run_strategy import run_strategy
from backtests.runner.target_portfolio import advise
from backtests.settings import Costs, Engine, Settings, Withholding
from backtests.simulation.fills import Why
from markets.bars import COLUMNS, Bars, Priced
from markets.corrections import DISTRIBUTIONS, Corrected, Correction, corrected, read_corrections
from markets.costs.models import VenueCosts
from markets.folder.source import FolderSource
from markets.reference.calendars import sessions_of
from markets.snapshot import Snapshot, Source
from newsfolio import BrokenData, Fixed, at_start, on_dates
from newsfolio.assets import Asset
from newsfolio.facts import Facts
from newsfolio.listings import asset_of

CENT = 0.005
EXACT = 1e-12
HEADER = "Date,Open,High,Low,Close,Adj Close,Volume,Dividends,Stock Splits"
ENGINES = (Engine.KERNEL, Engine.BACKTRADER)
USED = pytest.mark.parametrize("engine", ENGINES)


@dataclass(frozen=True)
class Without:
    """A source without some lines; without ^IRX idle cash earns nothing."""

    source: Source
    tickers: frozenset[str] = frozenset({"^IRX"})
    name: str = "without"

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        kept = [asset for asset in assets if asset.ticker not in self.tickers]
        return self.source.load(kept, facts)


def settings(engine: Engine, start: str, end: str, **more: object) -> Settings:
    values = {"currency": "USD", "engine": engine, "start": start, "end": end, **more}
    return Settings(**values)  # type: ignore[arg-type]


def cell(folder: Path, ticker: str, day: str, column: str) -> float:
    """A figure as it stands in the file."""
    with (folder / f"{ticker}.csv").open(encoding="utf-8-sig", newline="") as file:
        return next(float(row[column]) for row in csv.DictReader(file) if row["Date"][:10] == day)


def place(run: Run, day: str) -> int:
    return int(np.searchsorted(run.market.sessions, np.datetime64(day)))


def row_at(run: Run, day: str) -> int:
    return place(run, day) - run.market.first


def shares(run: Run, ticker: str, day: str) -> float:
    """Shares held at a close as they traded that day."""
    column = run.market.place[ticker]
    return float(
        run.account.units[row_at(run, day), column] / run.market.later[place(run, day), column]
    )


def made_up(
    folder: Path,
    ticker: str,
    first: str,
    last: str,
    price: float = 100.0,
    dividends: dict[str, float] | None = None,
    splits: dict[str, float] | None = None,
    *,
    blank: bool = False,
    still: bool = False,
) -> None:
    """A price file of the sessions of a line's venue; blank: nobody kept its splits."""
    known = sessions_of(asset_of(ticker).venue)
    days = known[(known >= np.datetime64(first)) & (known <= np.datetime64(last))]
    paid, split = dividends or {}, splits or {}
    rows = [HEADER]
    for number, day in enumerate(map(str, days)):
        close = price if still else price * (1 + 0.01 * math.sin(number / 3))
        told = "" if blank else f"{split.get(day, 0.0)}"
        prices = f"{close},{close * 1.02},{close * 0.98},{close},{close}"
        rows.append(f"{day},{prices},{1e9 + number},{paid.get(day, 0.0)},{told}")
    (folder / f"{ticker}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


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
        strategy, Without(FolderSource(prices)), settings(engine, start, end, costs=Costs.NONE)
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
        found = advise(strategy, source, asked, date.fromisoformat(day), held)
        (order,) = found.orders
        assert order.price == pytest.approx(close, abs=CENT)
        assert found.equity == pytest.approx(owned * close + 50_000, abs=0.5)
        assert order.shares == int(order.shares)
        assert order.value == pytest.approx(order.shares * order.price, abs=CENT)


@USED
@pytest.mark.parametrize("base", ["HKD", "USD"])
def test_tencents_split_in_board_lots(tmp_path: Path, engine: Engine, base: str) -> None:
    made_up(tmp_path, "0700.HK", "2014-03-03", "2014-07-31", splits={"2014-05-15": 5.0})
    strategy = Fixed(mix=((1.0, "0700.HK"),), schedule=on_dates(date(2014, 4, 1), date(2014, 6, 2)))
    asked = settings(
        engine, "2014-03-31", "2014-07-30", currency=base, cash=777_777.0, costs=Costs.NONE
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
    made_up(tmp_path, "0700.HK", "2014-03-03", "2014-07-31", splits={"2014-05-15": 5.0})
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


def rows_in(folder: Path, *rows: str) -> tuple[Correction, ...]:
    path = folder / "corrections.csv"
    path.write_text("\n".join(["ticker,day,what,value,of,reason", *rows]) + "\n", encoding="utf-8")
    return read_corrections(path)


@USED
def test_a_change_of_the_ads_ratio_is_a_split_that_a_user_records(
    tmp_path: Path, engine: Engine
) -> None:
    """One NTES stood for 25 shares, from 2020-10-02 for 5: five for each, prices continuous."""
    made_up(tmp_path, "NTES", "2020-08-03", "2020-11-30", price=90.0, blank=True)
    asked = settings(engine, "2020-08-31", "2020-11-20", cash=100_000.0, costs=Costs.NONE)
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


@cache
def _ecb() -> CurrencyConverter:
    return CurrencyConverter(
        fallback_on_missing_rate=True, fallback_on_missing_rate_method="last_known"
    )  # type: ignore[call-arg]


def ecb(currency: str, base: str, day: date) -> float:
    return float(_ecb().convert(1, currency, base, date=day))


def dated_before(day: str | date) -> date:
    return date.fromisoformat(f"{day}") - pd.Timedelta(days=1).to_pytimedelta()


@USED
@pytest.mark.parametrize("base", ["USD", "EUR"])
def test_dividends_arrive_less_what_each_line_withholds(
    tmp_path: Path, engine: Engine, base: str
) -> None:
    twice = {"2024-05-16": 1.5, "2024-06-20": 0.75}
    for ticker in PAID:
        made_up(tmp_path, ticker, "2024-01-02", "2024-07-31", dividends=twice, still=True)
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
    found = math.fsum(event.amount for event in run.output.events if event.why in reasons)
    assert found == pytest.approx(net, abs=CENT)


# --- distributions in kind ---------------------------------------------------------------------

TENCENT = (
    ("2022-01-20", "2022-01-19", "9618.HK", 21),
    ("2023-01-05", "2023-01-04", "3690.HK", 10),
)


@USED
@pytest.mark.parametrize(("day", "before", "other", "each"), TENCENT)
@pytest.mark.parametrize("told_twice", [False, True])
def test_tencents_distributions_are_credited_once_wherever_one_looks(
    prices: Path, tmp_path: Path, engine: Engine, day: str, before: str, other: str, each: int,
    told_twice: bool,
) -> None:  # fmt: skip
    again = f"0700.HK,{day},in-kind,{1 / each!r},{other},as the company announced"
    rows = (*DISTRIBUTIONS, *(rows_in(tmp_path, again) if told_twice else ()))
    start = str(date.fromisoformat(day) - pd.Timedelta(days=15))[:10]
    end = str(date.fromisoformat(day) + pd.Timedelta(days=8))[:10]
    strategy = Fixed(mix=((0.9, "0700.HK"),), schedule=at_start)
    asked = settings(engine, start, end, currency="HKD", cash=1e7)
    run = run_strategy(strategy, Corrected(FolderSource(prices), rows), asked)

    worth = cell(prices, other, before, "Close") / each
    (fill,) = run.output.fills
    (paid,) = [event for event in run.output.events if event.why is Why.DIVIDEND]
    assert paid.session == date.fromisoformat(day)
    assert paid.amount == pytest.approx(fill.quantity * worth, abs=CENT)

    column = run.market.place["0700.HK"]
    level = run.market.level[[place(run, before), place(run, day)], column]
    old, new = (cell(prices, "0700.HK", at, "Close") for at in (before, day))
    assert level[1] / level[0] == pytest.approx(new / old / (1 - worth / old), rel=EXACT)

    found = attribute(run.market, run.output.fills, run.output.events, run.account, 0)
    assert found is not None
    (part,) = found.lines
    assert part.dividends == pytest.approx(fill.quantity * worth / 1e7, rel=EXACT)


def line(ticker: str, closes: Sequence[float], splits: dict[int, float] | None = None) -> Bars:
    days = pd.bdate_range("2022-01-03", periods=len(closes), name="session")
    frame = pd.DataFrame({name: list(closes) for name in COLUMNS[:4]}, index=days)
    frame = frame.assign(volume=100.0, dividend=0.0, split=0.0).astype("float64")
    for row, ratio in (splits or {}).items():
        frame.iloc[row, 6] = ratio
    return Bars(ticker, frame, Priced.SPLITS)


def in_kind(value: float, of: str, day: str) -> Correction:
    return Correction("SPY", date.fromisoformat(day), "in-kind", value, of, "we looked")


def test_a_distribution_counts_shares_as_they_traded_whatever_split_later() -> None:
    """A share of 40 gave half a share of 60; later the first split 4:1 and the other 3:1."""
    giver = line("SPY", [10.0] * 6, {4: 4.0})
    given = line("JD", [20.0] * 6, {5: 3.0})
    found = corrected(giver, [in_kind(0.5, "JD", "2022-01-05")], {"JD": given})
    assert found.frame["dividend"].sum() == pytest.approx(0.5 * 60 / 4)


def test_a_distribution_is_valued_at_corrected_and_recent_closes_only(tmp_path: Path) -> None:
    made_up(tmp_path, "SPY", "2024-01-02", "2024-06-28", still=True)
    made_up(tmp_path, "KWEB", "2024-01-02", "2024-02-28", price=50.0, still=True)
    rows = rows_in(
        tmp_path,
        "SPY,2024-02-01,in-kind,0.1,KWEB,given",
        "SPY,2024-06-03,in-kind,0.1,KWEB,given",
        "KWEB,2024-01-31,close,51,,a tick",
    )
    found = Corrected(FolderSource(tmp_path), rows).load([asset_of("SPY")])["SPY"]
    paid = found.frame["dividend"]
    assert paid[paid > 0].to_dict() == {pd.Timestamp("2024-02-01"): pytest.approx(5.1)}
    assert "no close of KWEB shortly before" in found.notes[-1]


def test_what_is_distributed_must_be_in_the_lines_currency(tmp_path: Path) -> None:
    made_up(tmp_path, "SPY", "2024-01-02", "2024-06-28")
    made_up(tmp_path, "9618.HK", "2024-01-02", "2024-06-28")
    rows = rows_in(tmp_path, "SPY,2024-02-01,in-kind,0.1,9618.HK,given")
    with pytest.raises(BrokenData, match=r"SPY trades in USD and 9618\.HK, .* in HKD"):
        Corrected(FolderSource(tmp_path), rows).load([asset_of("SPY")])


def test_a_row_is_not_dropped_with_what_it_paid() -> None:
    bars = line("SPY", [10.0] * 6, {2: 2.0})
    drop = Correction("SPY", date(2022, 1, 5), "drop", 0.0, "", "closed")
    with pytest.raises(BrokenData, match="a split of 2 stands in it"):
        corrected(bars, [drop], {})
    none = Correction("SPY", date(2022, 1, 5), "split", 0.0, "", "not that day")
    assert len(corrected(bars, [none, drop], {}).frame) == 5


def test_a_row_told_twice_counts_once_and_the_later_one_wins() -> None:
    first, second = (
        Correction("SPY", date(2022, 1, 5), "close", value, "", "we looked") for value in (9, 9.5)
    )
    found = corrected(line("SPY", [10.0] * 6), [first, second], {})
    assert found.frame["close"].iloc[2] == 9.5
    assert len(found.notes) == 1


def test_figures_of_one_day_are_corrected_together() -> None:
    """A high below the old low, and a low below it."""
    rows = [
        Correction("SPY", date(2022, 1, 5), what, value, "", "another unit")
        for what, value in (("open", 1.0), ("high", 1.2), ("low", 0.9), ("close", 1.1))
    ]
    found = corrected(line("SPY", [10.0] * 6), rows, {}).frame.iloc[2]
    assert found[["open", "high", "low", "close"]].tolist() == [1.0, 1.2, 0.9, 1.1]


# --- base currencies ---------------------------------------------------------------------------
#
# With the same trades, in any base currency B and for every line and session s:
#     value(s) - value(s-1) - bought(s) = local(s) + currency(s)
#     local(s) = [units(s) P(s) - units(s-1) P(s-1) - F(s)] R(s-1)
#     currency(s) = units(s) P(s) [R(s) - R(s-1)] - F(s) [R'(s) - R(s-1)]
# P: local prices, F: what was paid for at local prices, R: the rate that values a close, R' the
# fixing before the session. The bracket of `local` knows no base: it is the same in every one.
# Between two bases, X units of B for one of U, the equities differ by what the cash, which lies in
# the base currency, did not earn from X:
#     E_B(T) - X(T) E_U(T) = -C_U(0) [X(T) - X(0)] - sum over s of flow_U(s) [X(T) - X'(s)]
# X' is the fixing before the session; a holding fee is taken from the values of the last close, so
# it goes by X(s-1).

BASES = ("USD", "HKD", "CNY", "EUR")
MIX = Fixed(mix=((0.3, "AAPL"), (0.35, "0700.HK"), (0.25, "688981.SS")), schedule=at_start)
START, END = "2021-03-01", "2023-05-31"


@cache
def in_base(folder: Path, base: str, engine: Engine) -> Run:
    """The same money, converted at the fixing of the first session, in another currency."""
    cash = 1_000_000 * (ecb("USD", base, date(2021, 3, 1)) if base != "USD" else 1.0)
    asked = settings(engine, START, END, currency=base, cash=cash)
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
    usd, run = (in_base(prices, one, engine) for one in ("USD", base))
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
        [(event.session, event.why, event.asset) for event in one.output.events]
        for one in (usd, run)
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
    assert np.abs(parts.cash).max() <= EXACT * equity.max(), "no interest without ^IRX"

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
    found = {}
    for base in BASES:
        run = in_base(prices, base, engine)
        parts = contributions(run.market, run.output.fills, run.output.events, run.account)
        earlier = np.array([
            rates(run, asset.currency, base, before=False)[:-1] for asset in run.market.assets
        ]).T  # fmt: skip
        found[base] = parts.local[1:] / earlier
    scale = np.abs(found["USD"]).max()
    for base in BASES[1:]:
        assert np.abs(found[base] - found["USD"]).max() <= EXACT * 100 * scale


@USED
@pytest.mark.parametrize("base", BASES[1:])
def test_what_two_base_currencies_differ_by_is_the_rate_on_their_cash(
    prices: Path, engine: Engine, base: str
) -> None:
    usd, run = (in_base(prices, one, engine) for one in ("USD", base))
    now, fixed = (rates(usd, "USD", base, before=before) for before in (False, True))
    gap = [-1_000_000 * (now[-1] - now[0])]
    for fill in usd.output.fills:
        flow = -fill.quantity * fill.price * fill.rate - fill.fee
        gap.append(-flow * (now[-1] - fixed[row_at(usd, f"{fill.session}")]))
    for event in usd.output.events:
        row = row_at(usd, f"{event.session}")
        rate = now[row - 1] if event.why is Why.CARRY else fixed[row]
        gap.append(-event.amount * (now[-1] - rate))
    here, there = (float(one.account.equity.iloc[-1]) for one in (run, usd))
    assert here - now[-1] * there == pytest.approx(math.fsum(gap), abs=EXACT * here)
    assert abs(math.fsum(gap)) > 1e-4 * here, "or the test shows nothing"
