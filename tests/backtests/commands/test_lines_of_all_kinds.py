"""Pence, a crypto-currency, a mutual fund and a declared line where they are seldom met.

Scored again later, chosen walking forward, and claimed about.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from markets.reference.calendars import sessions_of
from newsfolio.listings import asset_of
from tests.support.price_files import HEADER
from tests.support.shell import Shell

FILE = """
from dataclasses import dataclass
from datetime import UTC, datetime, time

from newsfolio import (
    Article, Asset, Claim, Fixed, Reading, Strategy, Thesis, Venue, monthly, param,
)
from newsfolio.quantities import Gain, Level

OMV = Asset("OMV.VI", Venue("XWBO", "EUR", time(8), time(16, 30), country="Austria"))
ARTICLE = Article(
    "pence", "Of pence", "a paper", datetime(2024, 9, 2, 6, tzinfo=UTC),
    claims=(
        Claim("level", "Vodafone stands at 110 pence.",
              (Reading(Level("VOD.L"), "2024-09-02", "2024-12-30", "=", 1.10, 0.001),)),
        Claim("gain", "It gains a tenth.",
              (Reading(Gain("VOD.L"), "2024-03-01", "2024-12-30", "=", 0.10, 0.001),)),
        Claim("dollars", "In dollars too.",
              (Reading(Gain("VOD.L", currency="USD"), "2024-03-01", "2024-12-30", ">", -0.5),)),
        Claim("coin", "Bitcoin stands at 50,000.",
              (Reading(Level("BTC-USD"), "2024-09-02", "2024-12-29", "=", 50_000.0, 1.0),)),
        Claim("fund", "The fund stands still.",
              (Reading(Gain("VTSAX"), "2024-09-03", "2024-12-30", "=", 0.0, 1e-9),)),
    ),
)


@dataclass(frozen=True)
class Mixed(Strategy):
    share: float = param(0.3, low=0.0, high=0.4)
    universe = ("VOD.L", "BTC-USD", "VTSAX", "OMV.VI")
    benchmark = "VTSAX"
    rebalance = monthly
    thesis = Thesis("T1", "Pence", "Pence gain.", ARTICLE)
    grid = {"share": (0.1, 0.3)}

    def weights(self, view):
        return {"VOD.L": self.share, "BTC-USD": 0.1, "VTSAX": 0.2, "OMV.VI": 0.3}

    def controls(self):
        return {"half": Fixed(mix=((0.5, "VOD.L"), (0.5, "OMV.VI")))}
"""
ALL = ("--data", "prices", "--currency", "EUR")
DOLLARS = (1.0444 / 0.8295) / (1.0813 / 0.85588)
"""A pound on 2024-12-30 by one on 2024-03-01: the ECB's dollars and pounds for a euro."""
FIRST, LAST = np.datetime64("2024-01-02"), np.datetime64("2025-03-31")


def write(folder: Path, ticker: str, days: np.ndarray, closes: np.ndarray, volume: int) -> None:
    frame = pd.DataFrame({"Date": days.astype(str)})
    for name in HEADER.split(",")[1:]:
        frame[name] = closes
    frame[["Volume", "Dividends", "Stock Splits"]] = volume, 0.0, 0.0
    frame.to_csv(folder / f"{ticker}.csv", index=False)


@pytest.fixture(scope="module")
def prices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world") / "prices"
    folder.mkdir()
    for ticker, low, high, volume in (
        ("VOD.L", 100.0, 110.0, 10**6), ("BTC-USD", 40_000.0, 50_000.0, 10**6),
        ("VTSAX", 130.0, 130.0, 0), ("OMV.VI", 40.0, 44.0, 10**6),
    ):  # fmt: skip
        if ticker == "BTC-USD":
            days = np.arange(FIRST, LAST + 1)
        else:
            other = "SAP.DE" if ticker == "OMV.VI" else ticker
            days = sessions_of(asset_of(other).venue)
            days = days[(days >= FIRST) & (days <= LAST)]
        closes = np.where(days < np.datetime64("2024-09-02"), low, high)
        write(folder, ticker, days, closes, volume)
    return folder


@pytest.fixture
def world(shell: Shell, prices: Path) -> Shell:
    (shell.folder / "prices").symlink_to(prices)
    (shell.folder / "mixed.py").write_text(FILE)
    return shell


def test_claims_of_a_line_in_pence_are_measured_in_pounds(world: Shell) -> None:
    answer = world("claims", "mixed.py:ARTICLE", "--data", "prices", "--json")
    assert answer.code == 0, answer.err
    claims = {claim["id"]: claim for claim in json.loads(answer.out)["claims"]}
    measured = {name: claim["as_stated"]["measured"] for name, claim in claims.items()}
    assert measured.pop("dollars") == pytest.approx(1.10 / 1.00 * DOLLARS - 1, abs=1e-4)
    assert measured == pytest.approx({"level": 1.10, "gain": 0.10, "coin": 50_000, "fund": 0.0})
    assert {claim["verdict"] for claim in claims.values()} == {"holds"}
    assert claims["level"]["basis"] == ["VOD.L in GBP, price return"]


def test_it_is_scored_on_what_came_since_as_if_run_until_then(world: Shell) -> None:
    asked = ("--no-tearsheet", "--json")
    run = ("run", "mixed.py:Mixed", *ALL, "--engine", "kernel", "--no-verdict", *asked)
    first, whole = (json.loads(world(*run, *end).out)["runs"][0]
                    for end in (("--end", "2025-01-31"), ()))  # fmt: skip
    again = world("score", Path(first["path"]).name, "--data", "prices", "--placebos", "5", *asked)
    assert again.code == 0, again.err
    score = json.loads(again.out)
    assert (score["end"], score["verdict"]["since"]) == ("2025-03-31", "2025-01-31")
    assert score["final_equity"] == pytest.approx(whole["final_equity"], abs=0.01)
    assert first["final_equity"] != pytest.approx(whole["final_equity"], abs=0.01)


def test_its_sets_are_chosen_walking_forward(world: Shell) -> None:
    answer = world("sweep", "mixed.py:Mixed", *ALL, "--walk-forward", "4", "3")
    assert answer.code == 0, answer.err
    assert "walk" in answer.out
