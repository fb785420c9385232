"""Facts on real prices, and money by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtests import run
from backtests.records.result import Result
from backtests.runner.inputs import load_bars, prepare
from backtests.settings import Settings
from markets.folder.source import FolderSource
from markets.reference.currencies import EcbRates, Fixings
from newsfolio import Fixed, Strategy, View, at_start, monthly, on_dates
from newsfolio.library import CHINA_TEN, MAG_SEVEN

SIX = {"AMZN": -3.24, "AAPL": -3.32, "MSFT": -5.63, "NVDA": -6.98, "GOOGL": -10.05, "TSLA": -27.45}


def play(strategy: object, prices: Path, tmp_path: Path, **settings: object) -> Result:
    settings = {"engine": "kernel", **settings}
    return run(strategy, data=str(prices), ledger=tmp_path / "trials.sqlite", **settings)  # type: ignore[arg-type]


def hold(*lines: str) -> Fixed:
    return Fixed(mix=tuple((1 / len(lines), line) for line in lines), schedule=at_start)


def levels(ticker: str, prices: Path, **settings: str) -> pd.Series:
    """The total-return index that a view would show, by session."""
    source, wanted = FolderSource(prices), Settings(**settings)  # type: ignore[arg-type]
    strategy = hold(ticker)
    market = prepare(strategy, load_bars(strategy, source, wanted), wanted)
    return pd.Series(market.level[:, 0], index=pd.DatetimeIndex(market.sessions))


@pytest.mark.parametrize("dividends", ["cash", "reinvest"])
@pytest.mark.parametrize("ticker", SIX)
def test_total_returns_of_january_and_february_2025(
    ticker: str, dividends: str, prices: Path
) -> None:
    index = levels(ticker, prices, dividends=dividends)
    assert 100 * (index["2025-02-28"] / index["2024-12-31"] - 1) == pytest.approx(
        SIX[ticker], abs=0.05
    )


@pytest.mark.parametrize("ticker", SIX)
def test_a_run_earns_the_total_return_from_its_fill_on(
    ticker: str, prices: Path, tmp_path: Path
) -> None:
    """From the first open to the last close; what the gap left earns interest for two months."""
    result = play(
        hold(ticker), prices, tmp_path, start="2024-12-31", end="2025-02-28",
        dividends="reinvest", costs="none", lots="fractional",
    )  # fmt: skip
    frame = pd.read_csv(prices / f"{ticker}.csv", index_col="Date")
    first, last = frame.loc["2025-01-02"], frame.loc["2025-02-28"]
    bought = first["Open"] * first["Adj Close"] / first["Close"]
    fill = result.fills.iloc[0]
    gained = fill["quantity"] * fill["price"] * (last["Adj Close"] / bought - 1)
    assert result.equity.iloc[-1] == pytest.approx(1_000_000 + gained, rel=1e-3)


@pytest.mark.parametrize(
    ("ticker", "before", "day", "percent"),
    [("NVDA", "2025-01-24", "2025-01-27", -16.97), ("BABA", "2025-02-19", "2025-02-20", 8.09)],
)
def test_single_days(ticker: str, before: str, day: str, percent: float, prices: Path) -> None:
    index = levels(ticker, prices)
    assert 100 * (index[day] / index[before] - 1) == pytest.approx(percent, abs=0.005)


def test_cross_rates_of_the_ecb() -> None:
    days = np.array(["2023-09-01", "2025-01-28", "2025-01-31"], dtype="datetime64[D]")
    rates = EcbRates().fixings("USD", "HKD").until(days)
    assert rates == pytest.approx([7.844706750, 7.790902984, 7.792745117], abs=1e-9)


def test_levels_are_converted_and_returns_never_added() -> None:
    """500 to 510 HKD while a dollar falls from 7.80 to 7.75: 2.658065 %, not 2.645161 %."""
    days = np.array(["2025-01-06", "2025-01-07"], dtype="datetime64[D]")
    rates = Fixings("HKD in USD", days, 1 / np.array([7.80, 7.75])).until(days)
    values = np.array([500.0, 510.0]) * rates
    assert 100 * (values[1] / values[0] - 1) == pytest.approx(2.658065, abs=1e-6)


@dataclass(frozen=True)
class Once(Strategy):
    """Everything at one decision."""

    day: str = "2025-02-21"
    lines: str = "NVDA 0700.HK"

    @property
    def universe(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(self.lines.split())

    @property
    def rebalance(self):  # type: ignore[no-untyped-def,override]
        return on_dates(self.day)

    def weights(self, view: View) -> Mapping[str, float]:
        return {line: 1 / len(self.universe) for line in self.universe}


def opens(prices: Path, ticker: str, day: str) -> float:
    frame = pd.read_csv(prices / f"{ticker}.csv", index_col="Date")
    return float(frame.loc[day, "Open"])


def test_a_friday_decision_fills_both_venues_on_monday(prices: Path, tmp_path: Path) -> None:
    result = play(Once(), prices, tmp_path, start="2025-02-03", costs="none", engine="backtrader")
    fills = result.fills.set_index("asset")
    assert set(fills["session"].dt.date) == {date(2025, 2, 24)}
    for ticker in ("NVDA", "0700.HK"):
        assert fills.loc[ticker, "price"] == opens(prices, ticker, "2025-02-24")
    friday = EcbRates().fixings("HKD", "USD").until(np.array(["2025-02-21"], dtype="datetime64[D]"))
    assert fills.loc["0700.HK", "rate"] == friday[0]


def test_lunar_new_year_keeps_mainland_and_hong_kong_orders_waiting(
    prices: Path, tmp_path: Path
) -> None:
    once = Once(day="2025-01-27", lines="NVDA 0700.HK 688256.SS")
    result = play(once, prices, tmp_path, start="2025-01-02", end="2025-02-28", verify=True)
    first = result.fills.groupby("asset")["session"].min().dt.date.to_dict()
    assert first == {
        "NVDA": date(2025, 1, 28),
        "0700.HK": date(2025, 2, 3),
        "688256.SS": date(2025, 2, 5),
    }


def test_east_rising_ends_where_its_first_line_ends(prices: Path, tmp_path: Path) -> None:
    result = play("east-rising", prices, tmp_path, start="2024-01-02")
    assert result.manifest["window"]["end"] == "2025-10-30"
    assert any(
        "ends on 2025-10-30, where 0175.HK ends" in note for note in result.manifest["notes"]
    )
    assert result.manifest["thesis"]["first_decision"] == "2025-02-21"
    assert result.manifest["thesis"]["scored_from"] == "2025-02-24"
    moved = result.fills[result.fills["session"] == "2025-02-24"]
    assert set(moved["asset"]) == {*CHINA_TEN.tickers, *MAG_SEVEN.tickers}
    bought = moved[moved["quantity"] > 0]
    paid = (bought["quantity"] * bought["price"] * bought["rate"] + bought["fee"]).sum()
    credit = result.manifest["credit"]  # Hong Kong opened 13 hours before New York sold
    assert credit["session"] == "2025-02-24"
    assert 0.9 * paid < credit["largest"] <= paid


def test_fully_invested_with_costs_loses_nothing(prices: Path, tmp_path: Path) -> None:
    """Cash from fills and events alone, plus positions at the last close, is the equity."""
    strategy = Fixed(mix=((0.5, CHINA_TEN), (0.5, MAG_SEVEN)), schedule=monthly)
    result = play(strategy, prices, tmp_path, start="2022-01-03", end="2025-10-30")
    fills, equity = result.fills, result.equity
    flows = -(fills["quantity"] * fills["price"] * fills["rate"] + fills["fee"])
    by_day = flows.groupby(fills["session"]).sum().reindex(equity.index, fill_value=0.0)
    moved = result.cash.groupby("session")["amount"].sum().reindex(equity.index, fill_value=0.0)
    cash = 1_000_000 + (by_day + moved).cumsum()
    held = (result.weights.mul(equity, axis=0)).sum(axis=1)
    settled = (moved != 0) | (by_day != 0)  # interest between two events is not posted yet
    assert settled.sum() > 50
    assert (cash + held)[settled].to_numpy() == pytest.approx(equity[settled].to_numpy(), rel=1e-9)
    assert (result.weights.iloc[2:].sum(axis=1) > 0.95).all()
    assert result.manifest["waiting"] == []
    credit = result.manifest["credit"]
    assert credit["largest"] >= -cash.min() * (1 - 1e-9) > 0
    assert "before the sales that pay for them" in credit["why"]


def test_lots_are_of_the_shares_that_traded(prices: Path, tmp_path: Path) -> None:
    """Ten units of today were one share of Nvidia before its split of 2024-06-10."""
    result = play(hold("NVDA"), prices, tmp_path, start="2024-05-01", end="2024-07-31", cash=10_000)
    bought = float(result.fills["quantity"].iloc[0])
    assert bought % 10 == 0
    frame = pd.read_csv(prices / "NVDA.csv", index_col="Date")
    assert bought / 10 == 10_000 // (frame.loc["2024-05-01", "Close"] * 10)


def test_dividends_in_cash_are_those_of_the_file(prices: Path, tmp_path: Path) -> None:
    result = play(hold("MSFT"), prices, tmp_path, start="2024-01-02", end="2024-12-31")
    frame = pd.read_csv(prices / "MSFT.csv", index_col="Date")["Dividends"][
        "2024-01-05":"2024-12-31"
    ]  # type: ignore[misc]
    paid = result.cash[result.cash["why"] == "dividend"]["amount"].sum()
    assert paid == pytest.approx(float(frame.sum()) * result.fills["quantity"].iloc[0], rel=1e-12)


def test_the_ex_china_sleeve_is_a_marked_proxy_here(prices: Path, tmp_path: Path) -> None:
    result = play("anything-but-china", prices, tmp_path, start="2023-01-03")
    assert result.targets.iloc[0].to_dict() == {"EWY": 0.25, "INDA": 0.25, "QQQ": 0.5}
    assert any(
        "EMXC: no data" in note and "EWY and INDA" in note for note in result.manifest["notes"]
    )
    assert any("proxy" in note for note in result.manifest["notes"])


@pytest.mark.parametrize("ticker", ["^GSPC", "HSTECH.HK"])
def test_an_index_is_a_benchmark_and_nothing_to_hold(
    ticker: str, prices: Path, tmp_path: Path
) -> None:
    result = play(hold("SPY"), prices, tmp_path, start="2024-01-02", benchmark=ticker)
    assert result.manifest["benchmark"] == {"label": f"{ticker} (level)", "traded": False}
    with pytest.raises(LookupError, match="cannot be held"):
        play(hold(ticker), prices, tmp_path)


def test_a_line_without_opens_is_refused(prices: Path, tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="NTES has no opening prices"):
        play(hold("NTES"), prices, tmp_path)
