"""Until its day a claim is open; after it it is judged for good, whatever prices do later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from backtests.runner.checked_claims import CheckedClaim
from backtests.runner.claims import check_claim
from markets.bars import Bars, Priced
from newsfolio import Article, Claim, CommandError, Facts, Reading, Sleeve, Thesis
from newsfolio.articles import EAST_RISING
from newsfolio.quantities import FigureSeries, Gain, Level, Reported, Touch


def rising(last: str, after: str = "2025-01-31", jump: float = 2.0) -> Bars:
    """A line that gains one a session from 100 on, and `jump` times that after a day."""
    days = pd.bdate_range("2025-01-01", last, name="session")
    frame = pd.DataFrame(index=days, columns=["open", "high", "low", "close", "volume"],
                         dtype="float64")  # fmt: skip
    later = (days > pd.Timestamp(after)).astype(float)
    frame["close"] = 100.0 + np.arange(len(days)) + later * jump * 100
    frame["dividend"], frame["split"] = 0.0, 0.0
    return Bars("SPY", frame, Priced.SPLITS)


def claim(end: str, *, horizon: date | None = None, number: float = 0.1) -> Claim:
    reading = Reading(Gain("SPY"), "2025-01-10", end, ">", number)
    return Claim("x-1", "It rises", (reading,), horizon=horizon)


def checked(stated: Claim, last: str, **line: object) -> CheckedClaim:
    return check_claim("x", stated, {"SPY": rising(last, **line)})  # type: ignore[arg-type]


def test_before_its_day_it_is_open_and_says_when_it_is_due() -> None:
    early = checked(claim("2025-01-31"), "2025-01-30")
    assert early.verdict.value == "open"
    row = early.row()
    assert (row["due"], row["measured"]) == ("2025-01-31", "n/a")
    assert row["sentence"] == (
        "2025-01-10 to 2025-01-31: claimed > +10.0 %: open, due on 2025-01-31; SPY +13.1 % up to "
        "2025-01-30."
    )
    document = early.as_json()
    assert (document["due"], document["as_stated"]["measured"]) == ("2025-01-31", None)


def test_after_it_later_prices_change_nothing() -> None:
    on_the_day = checked(claim("2025-01-31"), "2025-01-31")
    assert on_the_day.verdict.value == "holds"
    for last, jump in (("2025-03-31", 2.0), ("2025-12-31", -0.9)):
        assert checked(claim("2025-01-31"), last, jump=jump) == on_the_day


def test_a_horizon_keeps_it_open_longer_and_looks_at_no_later_price() -> None:
    stated = claim("2025-01-31", horizon=date(2025, 2, 28))
    assert checked(stated, "2025-02-27").verdict.value == "open"
    judged = checked(stated, "2025-02-28")
    assert judged.verdict.value == "holds"
    assert judged.stated[0].measured == pytest.approx(122 / 107 - 1)
    assert checked(stated, "2025-12-31") == judged


def test_a_day_on_a_weekend_is_over_with_its_friday() -> None:
    assert checked(claim("2025-02-02"), "2025-01-31").verdict.value == "holds"
    assert checked(claim("2025-02-02"), "2025-01-30").verdict.value == "open"


def test_a_target_of_a_year_is_no_failure_in_the_meantime() -> None:
    target = Reading(Touch("SPY"), "2025-01-10", "2025-12-31", ">=", 1_000)
    early = check_claim("x", Claim("x-1", "1,000", (target,)), {"SPY": rising("2025-01-31")})
    assert early.verdict.value == "open"
    assert "SPY at most 122.00, on 2025-01-31 up to 2025-01-31" in early.line


def test_one_reading_that_has_failed_settles_it() -> None:
    both = (
        Reading(Gain("SPY"), "2025-01-10", "2025-01-20", "<", 0.0),
        Reading(Gain("SPY"), "2025-01-10", "2026-01-20", "<", 0.0),
    )
    bars = {"SPY": rising("2025-01-31")}
    assert check_claim("x", Claim("x-1", "It falls", both), bars).verdict.value == "fails"
    other = (replace(both[0], says=">"), both[1])
    assert check_claim("x", Claim("x-1", "It falls", other), bars).verdict.value == "open"


def test_a_line_that_ended_is_not_open_for_ever() -> None:
    bars = {"SPY": rising("2025-01-31"), "QQQ": replace(rising("2026-02-27"), ticker="QQQ")}
    gone = check_claim("x", claim("2025-12-31"), bars)
    assert gone.verdict.value == "untestable"
    assert "SPY ends on 2025-01-31, before 2025-12-31" in gone.reason


def test_made_up_prices_keep_nothing_open() -> None:
    bars = {"SPY": replace(rising("2025-01-30"), simulated=True)}
    assert check_claim("x", claim("2025-01-31"), bars).verdict.value == "simulated"


def test_probability_and_subject_go_along() -> None:
    stated = replace(claim("2025-01-31"), probability=0.7, probability_of="likely; a table")
    row = checked(stated, "2025-01-31").row()
    assert (row["probability"], row["probability_of"]) == (0.7, "likely; a table")
    assert row["subject"] == "SPY"
    assert "the author's probability was 70 %" in row["sentence"]
    pair = Claim("y", "z", (Reading(Gain(Sleeve("two", ("A", "B"))) - Gain("C"), "2025-01-02",
                                    "2025-01-03", ">", 0),))  # fmt: skip
    assert pair.about == "two"
    assert replace(pair, subject="banks").about == "banks"
    assert Claim("y", "z", untestable="no price").about == ""


@pytest.mark.parametrize("value", [-0.1, 1.1, 70.0, float("nan")])
def test_a_probability_is_one(value: float) -> None:
    with pytest.raises(CommandError, match="give a number from 0 to 1"):
        replace(claim("2025-01-31"), probability=value)
    with pytest.raises(CommandError, match="thesis T: probability"):
        Thesis("T", "t", "s", EAST_RISING, probability=value)


def test_a_reading_that_decides_ends_within_the_horizon() -> None:
    with pytest.raises(CommandError, match="ends on 2025-01-31, after its horizon of 2025-01-30"):
        claim("2025-01-31", horizon=date(2025, 1, 30))
    late = Reading(Level("SPY"), "2025-01-10", "2025-02-28", ">", 0, decides=False)
    within = claim("2025-01-31", horizon=date(2025, 1, 31))
    assert replace(within, stated=(*within.stated, late)).due == date(2025, 1, 31)


def test_an_article_without_them_reads_as_before() -> None:
    assert all(claim.probability is None for claim in EAST_RISING.claims)
    assert isinstance(EAST_RISING, Article)


def test_figures_of_tables_are_due_by_the_calendar() -> None:
    """They need no price, so how far prices go says nothing of them."""
    prices = Reported(FigureSeries(Facts("us_cpi", ("year_on_year",)), "year_on_year"))
    stated = Claim("x", "They rise", (Reading(prices, "2026-06-30", "2026-12-31", "<", 0.03),))
    for last in ("2026-11-30", "2027-03-01"):
        early = check_claim("x", stated, {"SPY": rising(last)}, today=date(2026, 12, 30))
        assert early.verdict.value == "open"
        assert early.stated[0].detail == "due on 2026-12-31; no figure is known by 2026-12-30 here"
        late = check_claim("x", stated, {"SPY": rising(last)}, today=date(2026, 12, 31))
        assert late.verdict.value == "untestable"
