"""The rule of rates-gate, in views made by hand and on prices."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from backtests.runner.run_strategy import run_strategy
from backtests.settings import Engine, Settings
from markets.folder.fact_files import WithFacts
from markets.folder.source import FolderSource
from markets.sample.source import SampleSource
from markets.snapshot import Snapshot
from newsfolio import BrokenData, MissingData, View
from newsfolio.assets import Asset
from newsfolio.facts import Facts
from strategies.rates_gate import Gate, RatesGate
from tests.support.strategy_views import NAN, WrittenHistory, fills_of, view_on

OPEN = {"QQQ": 0.5, "KWEB": 0.5, "BIL": 0.0}
HALF = {"QQQ": 0.25, "KWEB": 0.25, "BIL": 0.5}


def yields(start: float, end: float, sessions: int = 64) -> View:
    values = pd.Series([9.9] * 40 + [start] + [9.9] * 62 + [end])
    return view_on(WrittenHistory(signals={"^TNX": values.iloc[-sessions:]}))


@pytest.mark.parametrize(
    ("view", "weights"),
    [
        (yields(1.0, 1.5), OPEN),  # 50 basis points are not more than 50
        (yields(1.0, 1.51), HALF),
        (yields(1.0, 1.51, 100), HALF),
        (yields(1.0, 2.0, 63), OPEN),  # a session short
        (yields(NAN, 2.0), OPEN),
        (yields(3.0, 1.0), OPEN),
    ],
)
def test_the_gate_shuts_when_the_yield_has_risen(view: View, weights: dict[str, float]) -> None:
    assert RatesGate().weights(view) == weights


def test_the_gate_can_shut_everything_out() -> None:
    shut = {"QQQ": 0.0, "KWEB": 0.0, "BIL": 1.0}
    assert RatesGate(rise=25, scale=0.0).weights(yields(1.0, 1.26)) == shut


def prints(*rates: float, months: str = "abcdefgh") -> View:
    days = pd.date_range("2025-01-12", periods=len(rates), freq="30D")
    table = pd.DataFrame(
        {"known": days, "month": list(months[: len(rates)]), "year_on_year": rates}
    )
    return view_on(WrittenHistory(tables={"us_cpi": table}))


@pytest.mark.parametrize(
    ("view", "weights"),
    [
        (prints(0.030, 0.031, 0.032, 0.038), HALF),
        (prints(0.050, 0.030, 0.031, 0.032, 0.034), OPEN),  # 40 basis points
        (prints(0.030, 0.031, 0.038), OPEN),  # a release short
        (prints(), OPEN),
        (prints(0.030, NAN, 0.031, 0.032, 0.038), HALF),  # a month that was never published
        (prints(0.030, 0.031, 0.032, 0.033, 0.038, months="abcdd"), OPEN),  # a revision
    ],
)
def test_the_gate_of_inflation_compares_releases(view: View, weights: dict[str, float]) -> None:
    assert RatesGate(gate=Gate.CPI).weights(view) == weights


def test_inflation_in_percent_is_refused() -> None:
    with pytest.raises(BrokenData, match=r"3\.8 would be 380%"):
        RatesGate(gate=Gate.CPI).weights(prints(3.0, 3.1, 3.2, 3.8))


def test_inflation_needs_its_release_dates(tmp_path: Path) -> None:
    gate, window = RatesGate(gate=Gate.CPI), ("2020-01-02", "2020-12-31")
    assert (RatesGate().facts, gate.signals) == ((), ())
    source = WithFacts(_NoFacts(), tmp_path)
    with pytest.raises(MissingData, match=r"'us_cpi'.*(?s:.)*Write us_cpi\.csv"):
        fills_of(gate, source, *window)
    (tmp_path / "us_cpi.csv").write_text("month,year_on_year\n2020-01,0.025\n")
    with pytest.raises(BrokenData, match=r"no column 'known'.*became public"):
        fills_of(gate, source, *window)
    (tmp_path / "us_cpi.csv").write_text(
        "known,month,year_on_year\n"
        "2020-01-14,2019-12,0.010\n2020-02-13,2020-01,0.011\n2020-03-11,2020-02,0.012\n"
        "2020-04-30T12:30+00:00,2020-03,0.020\n"  # known at the close of that month's last session
    )
    done = fills_of(gate, source, *window)
    bills = done[done["asset"] == "BIL"]
    assert str(bills["session"].iloc[0])[:10] == "2020-05-01"


class _NoFacts:
    """The sample market without its tables."""

    name = "sample"

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        return SampleSource().load(assets)


def test_the_gate_on_real_yields(prices: Path) -> None:
    """Shut at the month ends of 2022 on which the ten-year yield was half a point up on 63 bars."""
    days = pd.read_csv(prices / "QQQ.csv", index_col="Date", parse_dates=True).index
    yields = pd.read_csv(prices / "^TNX.csv", index_col="Date", parse_dates=True)["Close"]
    daily = yields.reindex(yields.index.union(days)).ffill().reindex(days)
    risen = daily - daily.shift(63)
    ends = risen.groupby(risen.index.to_period("M")).tail(1)["2022"]
    shut = {f"{day:%Y-%m}" for day, rise in ends.items() if rise > 0.5}
    settings = Settings(start=date(2022, 1, 3), end=date(2022, 12, 30), engine=Engine.KERNEL)
    run = run_strategy(RatesGate(), FolderSource(prices), settings)
    months = {str(run.market.sessions[target.session])[:7] for target in run.output.targets
              if target.weights.get("BIL", 0) == 0.5}  # fmt: skip
    assert months == shut
    assert 3 <= len(shut) <= 9
