"""Lines of London and Tokyo run at venue costs, against figures worked out by hand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backtests import run
from newsfolio import Strategy, monthly
from tests.support.markets_of import bdays
from tests.support.price_files import HEADER
from tests.support.shell import Shell

HOLD = """
from newsfolio import Strategy, at_start
from dataclasses import dataclass


@dataclass(frozen=True)
class Hold(Strategy):
    line: str = "VOD.L"
    rebalance = at_start

    @property
    def universe(self):
        return (self.line,)

    def weights(self, view):
        return {self.line: 1.0}
"""


def held(shell: Shell, ticker: str, currency: str, cash: str, *rows: str) -> Path:
    """The folder of a run that buys one line with all its cash and holds it."""
    (shell.folder / "prices").mkdir(exist_ok=True)
    (shell.folder / "prices" / f"{ticker}.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    (shell.folder / "hold.py").write_text(HOLD)
    reply = shell(
        "run", "hold.py:Hold", "--set", f"line={ticker}", "--data", "prices", "--no-verdict",
        "--currency", currency, "--cash", cash, "--cash-rate", "0%", "--no-tearsheet",
    )  # fmt: skip
    assert (reply.code, reply.err) == (0, "")
    (folder,) = shell.runs.glob("hold-*")
    return folder


@pytest.mark.parametrize("dividend", ["4.5", "0.045"], ids=["in pence", "in pounds"])
def test_a_share_in_pence_is_bought_in_pounds_with_stamp_duty(shell: Shell, dividend: str) -> None:
    """10,000 pounds at a close of 100 pence: 5 bp of half-spread and 0.5 % of stamp duty.

    9,944 shares: what 9,945 and their costs of 54.72 take is 9,999.72, but the costs that were
    set aside, those of 10,000 pounds, are 55.02.
    """
    folder = held(
        shell, "VOD.L", "GBP", "10000",
        "2024-06-03,100,100,100,100,95.588235294,1000,0,0",
        "2024-06-04,100,102,100,102,97.5,1001,0,0",
        f"2024-06-05,98,98,98,98,98,1002,{dividend},0",
        "2024-06-06,98,99,98,99,99,1003,0,0",
    )  # fmt: skip
    (fill,) = pd.read_parquet(folder / "fills.parquet").to_dict("records")
    assert (fill["quantity"], fill["currency"]) == (9944, "GBP")
    assert fill["price"] == pytest.approx(1.0005, rel=1e-12)
    assert fill["fee"] == pytest.approx(9944 * 1.0005 * 0.005, rel=1e-12)
    spent = 9944 * 1.0005 * 1.005
    equity = pd.read_parquet(folder / "equity.parquet").iloc[:, 0]
    assert equity.iloc[-1] == pytest.approx(10_000 - spent + 9944 * (0.045 + 0.99), abs=1e-6)


def test_tokyo_trades_in_hundreds(shell: Shell) -> None:
    """A million yen at 2,345: 400 shares of 2,346.1725, no tax."""
    folder = held(
        shell, "7203.T", "JPY", "1000000",
        "2024-06-03,2345,2345,2345,2345,2345,1000,0,0",
        "2024-06-04,2345,2360,2345,2350,2350,1001,0,0",
    )  # fmt: skip
    (fill,) = pd.read_parquet(folder / "fills.parquet").to_dict("records")
    assert (fill["quantity"], fill["fee"]) == (400, 0.0)
    assert fill["price"] == pytest.approx(2346.1725, rel=1e-12)
    equity = pd.read_parquet(folder / "equity.parquet").iloc[:, 0]
    assert equity.iloc[-1] == pytest.approx(1_000_000 - 400 * 2346.1725 + 400 * 2350, abs=1e-6)


@dataclass(frozen=True)
class Steady(Strategy):
    """Half in SPY, a fifth after a fall; with the pair of a currency beside it, or not."""

    beside: bool = False
    benchmark = "SPY"
    rebalance = monthly

    @property
    def universe(self) -> tuple[str, ...]:  # type: ignore[override]
        return ("SPY", "BTC-USD") if self.beside else ("SPY",)

    def weights(self, view: Any) -> dict[str, float]:
        return {"SPY": 0.5 if view.momentum("SPY", 20) > 0 else 0.2}


def test_bitcoin_at_weight_zero_changes_no_figure_of_the_verdict(tmp_path: Path) -> None:
    """Nor of the manifest; it ends on a Sunday, later than New York, and begins earlier."""
    drawn = np.random.default_rng(3)
    frames = {}
    for ticker, days in (
        ("SPY", pd.DatetimeIndex(bdays("2023-01-03", 300))),
        ("BTC-USD", pd.date_range("2022-06-01", "2024-03-17")),
    ):
        close = 100 * np.exp(np.cumsum(drawn.normal(0, 0.01, len(days))))
        prices = dict.fromkeys(("Open", "High", "Low", "Close", "Adj Close"), close)
        frames[ticker] = pd.DataFrame(
            {**prices, "Volume": np.arange(len(days)) + 1e6, "Dividends": 0.0}, index=days
        )
    alone, beside = (
        run(
            Steady(with_bitcoin),
            frames,
            ledger=tmp_path / f"{with_bitcoin}.sqlite",
            placebos=5,
            engine="kernel",
        )
        for with_bitcoin in (False, True)
    )
    assert alone.equity.to_dict() == beside.equity.to_dict()
    assert alone.manifest["metrics"] == beside.manifest["metrics"]
    for name in ("figures", "comparisons", "significance", "placebo", "verdict", "power"):
        documents = (json.dumps(result.evaluation[name]) for result in (alone, beside))
        assert len({text.replace("(beside=True)", "") for text in documents}) == 1, name
