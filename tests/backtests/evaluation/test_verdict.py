"""The rule: what each word takes, and that nothing less will do."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from backtests.evaluation.schema import (
    Certificate,
    Comparison,
    Estimate,
    Headline,
    Honesty,
    Placebo,
    PlaceboKind,
    Power,
    Role,
    Scored,
    Significance,
    Verdict,
)
from backtests.evaluation.statistics.robustness import Extreme, Recent
from backtests.evaluation.verdict import Evidence, judge

SCORED = Scored("2025-02-21", "2025-02-24", "2026-10-30", 425, 1.69, "the first decision")
POWER = Power(0.5, 10.8, 1.69, 1.3, "20 months; proving a Sharpe edge of 0.5 takes 11 years")
HONEST = Certificate(Honesty.HONEST, "40 replays changed no decision")
SURE = Significance(2.1, 0.997, 0.97, 0.3, 3, 5, 0.6, 0.0, 3.0)
BETTER = Placebo(PlaceboKind.DATES, 200, 0.2, 0.95, 8.0, True, "half and half")


def against(
    low: float, value: float, high: float, role: Role = Role.CONTROL, **changed: Any
) -> Comparison:
    """`low` and `high` of all looks; this look's interval is a point narrower on both sides."""
    name = {Role.CONTROL: "half and half", Role.BENCHMARK: "benchmark"}.get(role, role.value)
    made = Comparison(
        name, role, name, Estimate(value, low + 0.01, high - 0.01), value, Estimate(), None, 0.2,
        0.5,
        information=Estimate(value / 0.2, low / 0.2, high / 0.2),
        excess_always=Estimate(value, low, high),
        information_always=Estimate(value / 0.2, low / 0.2, high / 0.2),
        worst=Extreme(-0.03, low, 600),
        best=Extreme(0.03, high / 0.2, 600),
    )  # fmt: skip
    return dataclasses.replace(made, **changed)


AHEAD = (
    against(0.02, 0.15, 0.30),
    against(-0.1, 0.1, 0.3, Role.BENCHMARK),
    against(-0.2, 0.05, 0.3, Role.MIX),
)


def verdict(**changed: Any) -> Verdict:
    given: dict[str, Any] = {
        "scored": SCORED,
        "comparisons": AHEAD,
        "significance": SURE,
        "placebo": BETTER,
        "certificate": HONEST,
        "power": POWER,
        "article": True,
        "ruined": None,
        "doubts": (),
        "simulated": False,
    } | changed
    return judge(Evidence(**given))


def test_held_up_takes_all_conditions() -> None:
    outcome = verdict()
    assert outcome.word is Headline.HELD_UP
    assert [condition.met for condition in outcome.conditions] == [True] * 11
    assert "15.00 % a year ahead of half and half since 2025-02-21" in outcome.reason
    assert "(95 % interval 3.00 % to 29.00 %; of all looks 2.00 % to 30.00 %)" in outcome.reason
    assert "the edge" not in outcome.reason


@pytest.mark.parametrize(
    "changed",
    [
        {"scored": dataclasses.replace(SCORED, sessions=125)},
        {"comparisons": (against(-0.005, 0.15, 0.3), *AHEAD[1:])},  # at this look it is
        {"comparisons": (against(0.02, 0.15, 0.3, worst=Extreme(-0.2, -0.01, 600)), *AHEAD[1:])},
        {"comparisons": (AHEAD[0], against(-0.1, -0.01, 0.3, Role.BENCHMARK), AHEAD[2])},
        {"comparisons": (*AHEAD[:2], against(-0.1, -0.01, 0.3, Role.MIX))},
        {"significance": dataclasses.replace(SURE, deflated=0.94)},
        {"significance": dataclasses.replace(SURE, deflated=None, why="the ledger is locked")},
        {"placebo": dataclasses.replace(BETTER, percentile=0.89)},
        {"certificate": Certificate(Honesty.UNCERTIFIABLE, "reads prices.csv")},
        {"certificate": Certificate(Honesty.UNCHECKED, "plain")},
        {"certificate": Certificate(Honesty.CHEATS, "weights of NVDA changed")},
        {"placebo": Placebo(None, 0, None, None, None, True, "", "switched off")},
        {"placebo": dataclasses.replace(BETTER, count=5)},
        {"doubts": ("it trades free of costs",)},
    ],
)
def test_without_one_of_them_it_cannot_be_told(changed: dict[str, Any]) -> None:
    assert verdict(**changed).word is Headline.CANNOT_TELL


@pytest.mark.parametrize(
    ("now", "words"),
    [(0.1, ""), (0.06, "But the edge is weaker of late: 6.00 % a year over the last 252 sessions"),
     (0.049, "But the edge has faded: 4.90 % a year over the last 252 sessions, 10.00 %"
                         " before."), (-0.01, "But the edge is over: -1.00 % a year over")],
)  # fmt: skip
def test_an_edge_that_is_over_is_said_to_be(now: float, words: str) -> None:
    recent = Recent(252, now, 0.1)
    outcome = verdict(comparisons=(dataclasses.replace(AHEAD[0], recent=recent), *AHEAD[1:]))
    assert outcome.word is Headline.HELD_UP
    assert words in outcome.reason
    assert bool(words) == ("the edge" in outcome.reason)


@pytest.mark.parametrize(("context", "unseen"), [(499, True), (500, False)])
def test_without_a_context_it_says_what_no_sample_shows(context: int, unseen: bool) -> None:
    first = against(0.02, 0.15, 0.3, worst=Extreme(-0.03, 0.01, context))
    rows = {row.name: row.found for row in verdict(comparisons=(first,)).conditions}
    assert ("no sample shows" in rows["Survives its worst session"]) == unseen


def test_a_placebo_that_says_nothing_is_not_asked() -> None:
    always_on = dataclasses.replace(BETTER, percentile=0.3, decides=False)
    none = Placebo(None, 0, None, None, None, False, "", "no other window of 425 sessions")
    assert verdict(placebo=always_on).word is Headline.HELD_UP
    assert verdict(placebo=none).word is Headline.HELD_UP


def test_it_did_not_where_a_useful_edge_is_ruled_out() -> None:
    """Tracking error 20 %: an upper bound of 0.1 a year is a Sharpe ratio of 0.5."""
    behind = against(-0.3, -0.1, 0.099)
    assert verdict(comparisons=(behind, *AHEAD[1:])).word is Headline.DID_NOT
    level = against(-0.3, -0.1, 0.1)
    assert verdict(comparisons=(level, *AHEAD[1:])).word is Headline.CANNOT_TELL
    rare = dataclasses.replace(behind, best=Extreme(0.2, 0.5, 600))
    assert verdict(comparisons=(rare, *AHEAD[1:])).word is Headline.CANNOT_TELL
    once = dataclasses.replace(behind, information_always=Estimate(-0.5, -1.5, 0.51))
    assert verdict(comparisons=(once, *AHEAD[1:])).word is Headline.CANNOT_TELL
    new = dataclasses.replace(behind, best=Extreme(0.03, 0.4, 74))  # 499 sessions with the context
    assert verdict(comparisons=(new, *AHEAD[1:])).word is Headline.CANNOT_TELL
    short = dataclasses.replace(SCORED, sessions=125)
    assert verdict(comparisons=(behind, *AHEAD[1:]), scored=short).word is Headline.CANNOT_TELL
    chosen = ("the run starts on 2025-06-02, after the first decision on the article",)
    assert verdict(comparisons=(behind, *AHEAD[1:]), doubts=chosen).word is Headline.CANNOT_TELL


def test_what_hardly_differs_from_its_control_is_never_told() -> None:
    same = against(-0.003, -0.001, 0.001, tracking_error=0.006)
    outcome = verdict(comparisons=(same, *AHEAD[1:]))
    assert outcome.word is Headline.CANNOT_TELL
    assert "hardly differs" in outcome.reason


def test_ruin_decides_alone_and_a_cheat_voids() -> None:
    ruined = verdict(ruined="2025-04-07")
    assert (ruined.word, "2025-04-07" in ruined.reason) == (Headline.DID_NOT, True)
    cheat = Certificate(Honesty.CHEATS, "weights of NVDA on 2025-03-31 changed")
    outcome = verdict(certificate=cheat)
    assert (outcome.word, "NVDA" in outcome.reason) == (Headline.CANNOT_TELL, True)
    assert verdict(certificate=cheat, ruined="2025-04-07").word is Headline.CANNOT_TELL


def test_few_sessions_are_not_annualised() -> None:
    """A hundredth in a day is no 3,700 % a year."""
    day = dataclasses.replace(SCORED, sessions=1)
    first = against(0.0, 37.0, 40.0, total=0.01)
    assert "1.00 % in all ahead of" in verdict(scored=day, comparisons=(first,)).reason


def test_simulated_prices_never_hold_up() -> None:
    outcome = verdict(simulated=True)
    assert outcome.word is Headline.SIMULATED
    assert "held up" not in outcome.reason
    assert verdict(simulated=True, ruined="2025-04-07").word is Headline.SIMULATED


def test_without_an_article_there_is_no_verdict() -> None:
    assert verdict(article=False).word is Headline.NONE


def test_nothing_scored_yet_says_so() -> None:
    none = Comparison(
        "half and half", Role.CONTROL, "", Estimate(why="no sessions yet"), None, Estimate(), None,
        None, None,
    )  # fmt: skip
    scored = dataclasses.replace(SCORED, sessions=0, start="")
    outcome = verdict(scored=scored, comparisons=(none,))
    assert outcome.word is Headline.CANNOT_TELL
    assert outcome.reason == "No session follows the first decision in these data."


def test_the_reason_names_how_long_it_takes() -> None:
    outcome = verdict(comparisons=(against(-0.2, 0.05, 0.3), *AHEAD[1:]))
    assert "20 months; proving a Sharpe edge of 0.5 takes 11 years." in outcome.reason
    chosen = verdict(comparisons=(against(-0.2, 0.05, 0.3),), doubts=("it trades free of costs",))
    assert chosen.reason.endswith("something was chosen afterwards: it trades free of costs.")


def test_below_ninety_sessions_nothing_is_put_a_year() -> None:
    """Over 0.3 years 15, 2, 3, 29, 30 and 10 % a year are 4.28, 0.60, 0.89, 7.94, 8.19 and 2.90 %
    in all."""
    short = dataclasses.replace(SCORED, sessions=89, years=0.3)
    first = dataclasses.replace(AHEAD[0], total=1.15**0.3 - 1)
    outcome = verdict(scored=short, comparisons=(first, *AHEAD[1:]))
    assert outcome.word is Headline.CANNOT_TELL
    assert "4.28 % in all ahead of half and half" in outcome.reason
    assert "(95 % interval 0.89 % to 7.94 %; of all looks 0.60 % to 8.19 %)" in outcome.reason
    conditions = {condition.name: condition.found for condition in outcome.conditions}
    assert conditions["Ahead of half and half, surely"] == "at all looks from 0.60 % in all"
    assert conditions["Ahead of the benchmark"] == "2.90 % in all"
    assert conditions["Another bet than half and half"].endswith("(tracking error)")
    long = verdict(scored=dataclasses.replace(short, sessions=90))
    assert "15.00 % a year ahead of" in long.reason


UNMET = [
    ({"scored": dataclasses.replace(SCORED, sessions=125)}, "too few sessions: 125."),
    ({"comparisons": (against(0.02, 0.15, 0.3, worst=Extreme(-0.2, -0.01, 600)), *AHEAD[1:])},
     "it would not survive its worst session: one more like the worst of the whole record (-18.13 %"
     ") leaves it from -1.00 % a year."),
    ({"doubts": ("it trades free of costs",)},
     "something was chosen afterwards: it trades free of costs."),
    ({"significance": dataclasses.replace(SURE, deflated=0.94)},
     "perhaps only the best of many tries: "),
    ({"significance": dataclasses.replace(SURE, deflated=None, why="the ledger is locked")},
     "it is not known whether “not the best of many tries”: the ledger is locked."),
    ({"certificate": Certificate(Honesty.CHEATS, "weights of NVDA changed")}, "look-ahead: "),
    ({"comparisons": (*AHEAD[:2], against(-0.1, -0.01, 0.3, Role.MIX))},
     f"not ahead of the {Role.MIX.value}: -1.00 % a year."),
    ({"placebo": dataclasses.replace(BETTER, percentile=0.89)}, "not better than "),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "words"), UNMET, ids=[words for _, words in UNMET])
def test_a_condition_that_is_not_met_is_said_as_such(changed: dict[str, Any], words: str) -> None:
    reason = verdict(**changed).reason
    assert f", but {words}" in reason
    names = [condition.name for condition in verdict(**changed).conditions]
    assert not any(f"but {name}:" in reason for name in names)


def test_the_record_begins_with_an_article_only_where_there_is_one() -> None:
    (with_one,) = (row for row in verdict().conditions if row.name == "Nothing chosen afterwards")
    (without,) = (
        row for row in verdict(article=False).conditions if row.name == "Nothing chosen afterwards"
    )
    assert with_one.found == "the whole record since the article, at costs"
    assert without.found == "the whole record since 2025-02-21, at costs"
