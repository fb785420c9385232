"""How sure a figure of a claim is: of averages and comparisons, and of no single fact."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from backtests.evaluation.statistics.claim_intervals import estimated, interval_of
from backtests.runner.checked_claims import CheckedClaim
from backtests.runner.claims import check_claim, check_claims
from markets.bars import Bars, Priced
from markets.reference.currencies import EcbRates
from markets.sample.source import SampleSource
from markets.views.price_record import PriceRecord
from newsfolio import Claim, Reading, Sleeve
from newsfolio.articles import ARTICLES
from newsfolio.errors import DataError
from newsfolio.listings import asset_of
from newsfolio.quantities import (
    AfterJumps,
    Drawdown,
    Gain,
    Level,
    Lowest,
    MeanMove,
    Quantity,
    RiseShare,
    Touch,
    Volatility,
)

DAYS = pd.bdate_range("2023-12-29", periods=401, name="session")
WINDOW = (f"{DAYS[0]:%Y-%m-%d}", f"{DAYS[400]:%Y-%m-%d}")


def line(ticker: str, moves: np.ndarray) -> Bars:
    frame = pd.DataFrame(index=DAYS, columns=["open", "high", "low", "close", "volume"],
                         dtype="float64")  # fmt: skip
    frame["close"] = 100 * np.concatenate([[1.0], np.cumprod(1 + moves)])
    frame["dividend"], frame["split"] = 0.0, 0.0
    return Bars(ticker, frame, Priced.SPLITS)


NOISE = np.random.default_rng(6).normal(0, 0.01, (3, 400))
BARS = {
    "SPY": line("SPY", NOISE[0] + 0.0004),
    "QQQ": line("QQQ", NOISE[1]),
    "IWM": line("IWM", NOISE[1] - 0.006),
}


def check(of: Quantity, says: str = ">", number: float = 0.0, end: str = WINDOW[1]) -> CheckedClaim:
    reading = Reading(of, WINDOW[0], end, says, number)  # type: ignore[arg-type]
    return check_claim("x", Claim("x-1", "It does", (reading,)), BARS, intervals=interval_of)


def ends(of: Quantity) -> tuple[float, float]:
    interval = check(of).stated[0].interval
    assert interval is not None
    assert interval.low is not None and interval.high is not None, interval.why
    return interval.low, interval.high


@pytest.mark.parametrize(
    "of", [Gain("SPY"), Level("SPY"), Touch("SPY"), Drawdown("SPY"), Volatility("SPY")]
)
def test_a_single_fact_has_none(of: Quantity) -> None:
    claim = check(of)
    assert claim.stated[0].interval is None
    assert claim.row()["sure"] == ""
    assert claim.as_json()["readings"][0]["interval"] is None


def test_the_mean_of_independent_moves_has_students_interval() -> None:
    """Blocks of independent moves cost a little width, and nothing else."""
    moves = NOISE[0] + 0.0004
    student = stats.t.interval(0.95, 399, moves.mean(), stats.sem(moves))
    low, high = ends(MeanMove("SPY"))
    assert high - low == pytest.approx(student[1] - student[0], rel=0.15)
    assert (low + high) / 2 == pytest.approx(moves.mean(), abs=0.0002)


def test_a_lead_over_another_line_is_an_estimate() -> None:
    """What 400 logs add up to has 20 times their deviation; the lead is the difference of two."""
    low, high = ends(Gain("SPY") - Gain("QQQ"))
    own, other = (np.prod(1 + moves) for moves in (NOISE[0] + 0.0004, NOISE[1]))
    error = 0.01 * math.sqrt(400) * math.hypot(own, other)
    assert high - low == pytest.approx(2 * 1.96 * error, rel=0.25)
    assert low < own - other < high


def test_chance_is_told_from_what_is_beyond_it() -> None:
    lead, edge = check(Gain("SPY") - Gain("QQQ")), check(Gain("SPY") - Gain("IWM"))
    assert lead.row()["sure"].endswith("may be chance")
    assert edge.row()["sure"].endswith("beyond chance")
    (sentence,) = {edge.line, edge.row()["sentence"]}
    assert "(95 %: +" in sentence
    assert sentence.endswith(", beyond chance): holds.")
    wrong = check(Gain("IWM") - Gain("SPY"))
    assert (wrong.verdict.value, wrong.row()["sure"][-13:]) == ("fails", "beyond chance")
    equal = check(MeanMove("SPY"), "=", 0.0)
    assert equal.row()["sure"].endswith("may be chance")


def test_how_often_it_rose_has_the_interval_of_a_share() -> None:
    """Of 400 moves each up with a probability of a half, more or less: 1.96 * .5 / 20."""
    up = int((NOISE[0] + 0.0004 > 0).sum())
    claim = check(RiseShare("SPY"), ">", 0.5)
    assert claim.stated[0].measured == pytest.approx(up / 400)
    assert f"rose in {up} of 400 moves" in claim.reason
    low, high = ends(RiseShare("SPY"))
    assert high - low == pytest.approx(2 * 1.96 * 0.5 / 20, rel=0.3)
    weekly = check(RiseShare("SPY", 5))
    closes = BARS["SPY"].frame["close"].to_numpy()[::5]
    assert weekly.stated[0].measured == pytest.approx((np.diff(closes) > 0).mean())


def test_few_sessions_have_none_and_say_so() -> None:
    claim = check(Gain("SPY") - Gain("QQQ"), end=f"{DAYS[10]:%Y-%m-%d}")
    assert claim.stated[0].sure == "no interval: 10 sessions; one needs 20"
    interval = claim.as_json()["readings"][0]["interval"]
    assert interval == {"low": None, "high": None, "level": 0.95,
                        "why": "no interval: 10 sessions; one needs 20"}  # fmt: skip


def test_what_is_not_measured_has_none() -> None:
    claim = check(Gain("SPY") - Gain("NVDA"))
    assert (claim.verdict.value, claim.stated[0].interval) == ("untestable", None)


def test_a_ratio_to_what_may_be_nothing_has_none() -> None:
    claim = check(Gain("SPY") / Gain("QQQ"))
    if claim.stated[0].measured is not None:
        assert claim.stated[0].sure == "no interval: some draws have no such figure"


def test_windows_of_their_own_are_drawn_apart() -> None:
    """Of means and deviations; sums of another window cannot be drawn with these."""
    half = (f"{DAYS[200]:%Y-%m-%d}", WINDOW[1])
    low, high = ends(MeanMove("SPY").over(*half) - MeanMove("SPY").over(WINDOW[0], half[0]))
    assert high - low == pytest.approx(2 * 1.96 * 0.01 * math.sqrt(2 / 200), rel=0.25)
    mixed = check(Gain("SPY") - Gain("SPY").over(WINDOW[0], half[0]))
    assert mixed.stated[0].interval is None


@pytest.mark.parametrize(
    "of", [Lowest((MeanMove("SPY"), MeanMove("QQQ"))), AfterJumps("SPY", 0.01)]
)
def test_other_averages_have_one(of: Quantity) -> None:
    low, high = ends(of)
    assert low < high


def test_all_sessions_give_the_figure_that_was_measured() -> None:
    """Of every reading of the shipped articles: draws are drawn from what it was measured on."""
    readings = [r for article in ARTICLES for claim in article.claims for r in claim.stated]
    estimates = [reading for reading in readings if reading.of.estimates]
    lines = sorted({line for reading in estimates for line in reading.of.lines} | {"KWEB"})
    bars = SampleSource().load([asset_of(line) for line in lines])
    count = 0
    for reading in estimates:
        record = PriceRecord(bars, reading.window.end, EcbRates(bars))
        try:
            value = reading.of.measure(record, reading.window).value
        except DataError:
            continue
        observations = reading.of.observations(record, reading.window)
        if observations is None or not math.isfinite(value):
            continue
        whole = observations.figure(observations.rows.to_numpy()[None])
        assert whole.item() == pytest.approx(value, rel=1e-9, abs=1e-12), reading
        count += 1
    assert count > 30


def test_the_same_claims_have_the_same_interval() -> None:
    basket = Sleeve("both", ("SPY", "QQQ"))
    assert ends(Gain(basket) - Gain("IWM")) == ends(Gain(basket) - Gain("IWM"))
    record = PriceRecord(BARS, DAYS[-1].date(), EcbRates(BARS))
    window = Reading(Gain("SPY"), *WINDOW, ">", 0).window
    observations = (Gain("SPY") - Gain("QQQ")).observations(record, window)
    assert observations is not None
    assert estimated(observations, 0.1) == estimated(observations, 0.1)


def test_claims_of_a_folder_have_none_without_being_asked() -> None:
    checked = check_claims(ARTICLES[:1], SampleSource())
    assert {r.interval for claim in checked for r in claim.stated} == {None}
