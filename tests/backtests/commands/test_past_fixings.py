"""Where prices go on after the packaged exchange rates, every command says what became of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.support.price_files import write_bars
from tests.support.rate_worlds import pair, stock
from tests.support.shell import Shell

ENDS = "the run ends on 2026-10-30, where the rates of HKD in USD end: "
SERVES = "rates of HKD in USD: from 2026-11-02 on HKD=X of the source"
MINE = """
from dataclasses import dataclass
from datetime import UTC, datetime

from newsfolio import Article, Claim, Fixed, Reading, Strategy, Thesis, at_publication, param
from newsfolio.quantities import Gain

RISE = Reading(Gain("0700.HK", currency="USD"), "2026-10-30", "2026-11-20", ">", -1.0)
ARTICLE = Article("x", "It rises", "Nobody", datetime(2026, 7, 1, 12, tzinfo=UTC),
                  claims=(Claim("x-1", "It rose", (RISE,)),))


@dataclass(frozen=True)
class Mine(Strategy):
    share: float = param(0.5, low=0.0, high=1.0)
    thesis = Thesis("x", "Rise", "It pays.", ARTICLE)
    universe = ("SPY", "0700.HK")
    rebalance = at_publication
    benchmark = "SPY"

    def weights(self, view):
        return {"SPY": 1 - self.share, "0700.HK": self.share}

    def controls(self):
        return {"SPY alone": Fixed(mix=((1.0, "SPY"),))}
"""


@pytest.fixture
def files(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A folder of prices; nothing but a pull may ask for fixings."""
    monkeypatch.setattr(
        "markets.store.rates.history.urlopen", lambda *_, **__: pytest.fail("asked")
    )
    (shell.folder / "mine.py").write_text(MINE)
    folder = shell.folder / "prices"
    folder.mkdir()
    for line in (stock("SPY"), stock("0700.HK")):
        write_bars(folder, line)
    return shell


def ran(shell: Shell, *more: str) -> str:
    """The id of a run of the file."""
    answer = shell("run", "mine.py:Mine", "--data", "prices", "--engine", "kernel",
                   "--placebos", "0", "--no-tearsheet", "--json", *more)  # fmt: skip
    assert (answer.code, answer.err) == (0, "")
    return str(json.loads(answer.out)["runs"][0]["id"])


def test_compare_and_score_say_where_the_rates_ended_the_runs(files: Shell) -> None:
    first, other = ran(files), ran(files, "--set", "share=0.25")
    answer = files("compare", first, other, "--data", "prices")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.count(ENDS) == 1
    assert "HKD=X.csv would do" in answer.out
    assert ENDS in Path(answer.out.splitlines()[-1]).read_text()
    early = ran(files, "--end", "2026-09-30")
    judged = files("score", early, "--data", "prices", "--placebos", "0", "--no-tearsheet")
    assert (judged.code, judged.err) == (0, "")
    assert ENDS in judged.out
    write_bars(files.folder / "prices", pair("HKD=X", after=7.8))
    judged = files("score", early, "--data", "prices", "--placebos", "0", "--no-tearsheet")
    assert ENDS not in judged.out
    assert SERVES in judged.out


def test_runs_whose_cash_earned_other_rates_are_told_apart(files: Shell) -> None:
    (files.folder / "rate.csv").write_text("day,percent\n2026-06-01,4\n2026-08-03,3.5\n")
    first, other = ran(files), ran(files, "--cash-rate", "rate.csv")
    answer = files("compare", first, other, "--data", "prices")
    assert f"Idle cash earned other rates; the figures are over those of {first}." in answer.out
    kept = json.loads((files.runs / other / "manifest.json").read_text())["settings"]["cash_rate"]
    assert kept == "2026-06-01 4%, 2026-08-03 3.5%"


def claimed(shell: Shell) -> dict[str, object]:
    answer = shell("claims", "mine.py", "--data", "prices", "--json")
    assert answer.err == ""
    (claim,) = json.loads(answer.out)["claims"]
    return dict(claim["readings"][0])


def test_a_claim_past_the_fixings_is_measured_by_the_pair_or_says_what_it_lacks(
    files: Shell,
) -> None:
    """A dollar is 8.7652 / 1.1172 of them by the fixings of 30 October, and 7.8 by the pair."""
    (files.folder / "prices" / "SPY.csv").unlink()
    lacks = claimed(files)
    assert lacks["verdict"] == "untestable"
    assert "no rate of HKD in USD within 7 days before 2026-11-" in str(lacks["detail"])
    write_bars(files.folder / "prices", pair("HKD=X", after=7.8))
    claims = claimed(files)
    closes = stock("0700.HK").frame["close"]
    gain = closes["2026-11-20"] / closes["2026-10-30"] * (8.7652 / 1.1172) / 7.8 - 1
    assert claims["verdict"] == "holds"
    assert np.isclose(claims["measured"], gain, rtol=1e-9)  # type: ignore[arg-type]
