"""Lines that a strategy declares with a venue of their own, in every command that takes one."""

from __future__ import annotations

import json
from datetime import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from markets.reference.calendars import sessions_of
from newsfolio import Venue
from tests.support.price_files import HEADER
from tests.support.shell import Shell

VIENNA = Venue("XWBO", "EUR", time(8), time(16, 30))
FILE = """
from dataclasses import dataclass
from datetime import date, time

from newsfolio import Asset, Article, Fixed, Strategy, Venue, monthly, param

VIENNA = Venue("XWBO", "EUR", time(8), time(16, 30), country="Austria")
OMV = Asset("OMV.VI", VIENNA)
ATX = Asset("ATX.VI", VIENNA)


@dataclass(frozen=True)
class Oil(Strategy):
    share: float = param(0.5, low=0.0, high=1.0)
    universe = ("OMV.VI", "SAP.DE")
    rebalance = monthly
    signals = ("ATX.VI",)

    def weights(self, view):
        return {"OMV.VI": self.share, "SAP.DE": 0.9 - self.share}

    def controls(self):
        return {"half": Fixed(mix=((0.5, "OMV.VI"), (0.5, "ATX.VI")))}
"""
PLAIN = """
from datetime import time

import backtrader as bt
from newsfolio import Asset, Venue

OMV = Asset("OMV.VI", Venue("XWBO", "EUR", time(8), time(16, 30)))


class Buy(bt.Strategy):
    def next(self):
        if not self.position:
            self.buy(size=10)
"""
ALL = ("--data", "prices", "--currency", "EUR")


@pytest.fixture
def vienna(shell: Shell) -> Shell:
    """A folder with two lines of Vienna, one of Xetra, and the strategies that declare them."""
    days = sessions_of(VIENNA)
    days = days[(days >= np.datetime64("2024-01-02")) & (days <= np.datetime64("2025-03-31"))]
    (shell.folder / "prices").mkdir()
    for number, ticker in enumerate(("OMV.VI", "ATX.VI", "SAP.DE")):
        draw = np.random.default_rng(number)
        close = np.round(40 * np.exp(np.cumsum(draw.normal(0, 0.01, len(days)))), 2)
        frame = pd.DataFrame({"Date": days.astype(str)})
        for name in HEADER.split(",")[1:]:
            frame[name] = close
        frame[["Volume", "Dividends", "Stock Splits"]] = 1000 + number, 0.0, 0.0
        frame.to_csv(shell.folder / "prices" / f"{ticker}.csv", index=False)
    (shell.folder / "oil.py").write_text(FILE)
    (shell.folder / "plain.py").write_text(PLAIN)
    return shell


@pytest.mark.parametrize("benchmark", ["", "OMV.VI", "ATX.VI"])
def test_a_run_knows_them_as_benchmark_control_and_signal(vienna: Shell, benchmark: str) -> None:
    asked = ("--benchmark", benchmark) if benchmark else ()
    answer = vienna("run", "oil.py:Oil", *ALL, "--no-tearsheet", "--no-verdict", "--json", *asked)
    assert (answer.code, answer.err) == (0, "")
    (row,) = json.loads(answer.out)["runs"]
    kept = json.loads((Path(row["path"]) / "manifest.json").read_text(encoding="utf-8"))
    curves = pd.read_parquet(Path(row["path"]) / "references.parquet")
    assert {"half", *(["benchmark"] if benchmark else [])} <= {*curves.columns}
    assert not [note for note in kept["notes"] if "left out" in note]


def test_sweep_weights_check_score_and_data_check_know_them(vienna: Shell) -> None:
    sweep = ("sweep", "oil.py:Oil", "--grid", "share=0.2,0.5", "--benchmark", "ATX.VI")
    for command in (
        (*sweep, *ALL),
        ("weights", "oil.py:Oil", *ALL),
        ("check", "oil.py:Oil", *ALL),
        ("show", "oil.py:Oil"),
        ("data", "check", "oil.py:Oil", "--data", "prices"),
    ):
        answer = vienna(*command)
        assert (answer.code, answer.err) == (0, ""), command
    vienna("run", "oil.py:Oil", *ALL, "--no-tearsheet", "--no-verdict", "--end", "2025-02-28")
    (run,) = vienna.runs.glob("oil-*")
    assert vienna("score", run.name, "--data", "prices", "--no-tearsheet").code == 0


def test_a_plain_strategy_is_given_them_by_ticker(vienna: Shell) -> None:
    answer = vienna(
        "run", "plain.py:Buy", "--universe", "OMV.VI,SAP.DE", *ALL, "--no-tearsheet",
        "--no-verdict",
    )  # fmt: skip
    assert (answer.code, answer.err) == (0, "")


def test_an_unknown_suffix_shows_the_line_to_write(vienna: Shell) -> None:
    answer = vienna("run", "plain.py:Buy", "--universe", "CEZ.PR", *ALL)
    assert answer.code == 2
    assert answer.err.splitlines()[1].strip() == (
        'Asset("CEZ.PR", Venue("XPRA", "CZK", time(8), time(16, 30)))'
    )
