"""How likely a text calls what it foresees, and until when: numbers, words, and what is neither."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from drafts.documents.dateline import Dateline
from drafts.documents.document import Document
from drafts.drafted import ArticleDraft
from drafts.drafting import draft_of
from drafts.language.chances import chance_of
from drafts.language.names import NameTable
from drafts.proposal import proposal_of
from newsfolio import Claim, UnknownName
from newsfolio.likelihoods import LIKELIHOODS, SURVEY, likelihood

NAMES = NameTable.known()
PUBLISHED = datetime(2025, 3, 3, 6, tzinfo=UTC)


def draft(text: str) -> ArticleDraft:
    return draft_of(Document(text, "A title", "", None), Dateline(PUBLISHED, "", ""), NAMES)


def only(text: str) -> Claim:
    (drafted,) = draft(text).claims
    return drafted.claim


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We see a 60% chance that it falls.", 0.6),
        ("It puts the probability of a recession at 35 percent.", 0.35),
        ("The odds of a cut rose to 80%.", 0.8),
        ("A probability of 70% that it ends.", 0.7),
        ("A two-in-three chance of gains.", 0.6667),
        ("Nine out of ten chances of a rise.", 0.9),
        ("One in five odds.", 0.2),
        ("有70%的概率上涨", 0.7),
        ("衰退概率为35%", 0.35),
        ("七成概率会上涨", 0.7),
        ("It is likely to rise.", 0.7),
        ("It is highly likely to rise.", 0.875),
        ("It is almost certain to rise.", 0.9),
        ("It is not likely to rise.", 0.2),
        ("It isn't likely to rise.", 0.2),
        ("It will probably rise.", 0.7),
        ("Shares may rise in May.", 0.4),
        ("它很可能上涨", 0.8),
        ("它不太可能上涨", 0.2),
    ],
)
def test_a_chance_is_a_number_or_a_word(text: str, expected: float) -> None:
    chance = chance_of(text)
    assert chance is not None
    assert chance.probability == pytest.approx(expected)


@pytest.mark.parametrize(
    "text",
    ["It rose 5%.", "In May it rose.", "By May 2026 it rises.", "It is more likely to fall than "
     "that one.", "A chance of 10% growth.", "The probability that it is 10% lower.", "可能性",
     "不可能", "A 150% chance.", "Nothing."],
)  # fmt: skip
def test_what_is_no_chance(text: str) -> None:
    assert chance_of(text) is None


def test_words_are_read_by_a_dated_table() -> None:
    """Medians of the survey's answers; the middle of the directive's range where it asked not."""
    row = likelihood("Likely")
    assert (row.probability, row.low, row.high, row.source) == (0.7, 0.6, 0.75, SURVEY)
    assert SURVEY.published == date(2018, 7, 3)
    assert likelihood("very likely").probability == pytest.approx((0.80 + 0.95) / 2)
    assert likelihood("could").cited.endswith('asked as "might happen"')
    assert all(row.low <= row.probability <= row.high for row in LIKELIHOODS)
    words = [words for row in LIKELIHOODS for words in row.words]
    assert len(words) == len(set(words))
    with pytest.raises(UnknownName, match="wording of chance"):
        likelihood("quite")


def test_a_forecast_carries_its_chance_and_its_day() -> None:
    claim = only("There is a 60% chance that the S&P 500 falls 10% this year.")
    (reading,) = claim.stated
    assert (reading.says, reading.number, reading.end) == ("<=", -0.1, "2025-12-31")
    assert (claim.probability, claim.probability_of) == (0.6, "a number of the text")
    assert claim.horizon == claim.due == date(2025, 12, 31)


def test_the_word_and_its_table_stand_in_the_claim_and_a_person_decides() -> None:
    (drafted,) = draft("Tencent is likely to rise 20% within twelve months.").claims
    assert drafted.claim.probability == 0.7
    assert drafted.claim.probability_of == '"likely", A. and M. Mauboussin, survey of 2018'
    assert drafted.claim.horizon == date(2026, 3, 3)
    assert any("probability read as 0.7" in text for text in drafted.todo)


def test_what_has_happened_has_neither() -> None:
    claim = only("Tencent, which is likely to be named, rose 3% last week.")
    assert (claim.probability, claim.horizon) == (None, None)


def test_what_follows_a_fact_is_still_to_come() -> None:
    fact, forecast = (
        drafted.claim
        for drafted in draft("Tencent rose 3% last week and could gain another 5% by June.").claims
    )
    assert (fact.stated[0].end, fact.probability) == ("2025-02-28", None)
    assert (forecast.stated[0].start, forecast.stated[0].end) == ("2025-03-03", "2025-06-30")
    assert forecast.probability == 0.4


def test_chinese_forecasts_look_ahead() -> None:
    claim = only("腾讯今年很可能上涨20%。")
    assert (claim.stated[0].end, claim.probability) == ("2025-12-31", 0.8)


def test_what_prices_cannot_settle_has_its_day_too() -> None:
    claim = only("Earnings at Alibaba will probably grow 8% in the next quarter.")
    assert claim.untestable
    assert (claim.probability, claim.horizon) == (0.7, date(2025, 6, 30))


def test_what_is_called_unlikely_is_nothing_to_hold() -> None:
    made = draft("Tesla is unlikely to rise 20% this year. Tencent will gain 20% this year.")
    proposal = proposal_of(made.claims, PUBLISHED.date())
    assert proposal.picks == ("0700.HK",)


def test_a_chance_is_of_its_own_clause() -> None:
    """What it is unlikely to do stands before the colon; what follows is no past either."""
    text = (
        "Tesla, which rose 22% last week, is unlikely to hold on: she sees the shares 15% lower "
        "within three months."
    )
    fact, forecast = (drafted.claim for drafted in draft(text).claims)
    assert fact.horizon is None
    assert (forecast.stated[0].end, forecast.stated[0].number) == ("2025-06-03", -0.15)
    assert forecast.probability is None
