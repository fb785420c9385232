"""What sentences state, one at a time: lines, measure, window, operator, number."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from drafts.documents.dateline import Dateline
from drafts.documents.document import Document
from drafts.drafted import DraftedClaim
from drafts.drafting import draft_of
from drafts.language.names import NameTable
from newsfolio.claims import Reading
from tests.support.draft_scores import measure_of, sides_of

NAMES = NameTable.known()
PUBLISHED = datetime(2025, 2, 21, 22, 30, tzinfo=UTC)
"""A Friday, after the close of New York."""


def drafted(text: str, published: datetime = PUBLISHED) -> list[DraftedClaim]:
    document = Document(text, "A title", "", None)
    return list(draft_of(document, Dateline(published, "", ""), NAMES).claims)


def shape(reading: Reading) -> tuple[str, str, str, str, str, float]:
    ours, theirs = sides_of(reading.of)
    lines = " ".join(sorted(ours)) + (" - " + " ".join(sorted(theirs)) if theirs else "")
    return measure_of(reading.of), lines, reading.start, reading.end, reading.says, reading.number


YEAR = ("2024-12-31", "2025-02-21")
DAY = ("2025-02-20", "2025-02-21")
STATED = {
    "Tencent has gained 55% this year.": ("gain", "0700.HK", *YEAR, "=", 0.55),
    "Baidu: +59% YTD": ("gain", "9888.HK", *YEAR, "=", 0.59),
    "Gold lost 2.5 percent on Friday.": ("gain", "GLD", *DAY, "=", -0.025),
    "The S&P 500’s 3% gain this year was broad.": ("gain", "^GSPC", *YEAR, "=", 0.03),
    "Oracle has dropped more than 15% since February 3.":
        ("gain", "ORCL", "2025-02-03", "2025-02-21", "<", -0.15),
    "A gain of 4% for the Dow followed on Friday.": ("gain", "^DJI", *DAY, "=", 0.04),
    "Nvidia beat Tesla over the past three months.":
        ("difference", "NVDA - TSLA", "2024-11-21", "2025-02-21", ">", 0.0),
    "Amazon has lagged behind Apple by 6 percentage points this year.":
        ("difference", "AMZN - AAPL", *YEAR, "<", -0.06),
    "This year Apple was outperformed by Microsoft.":
        ("difference", "AAPL - MSFT", *YEAR, "<", 0.0),
    "The Hang Seng Tech Index gained more than twice as much as the Nasdaq this year.":
        ("ratio", "HSTECH.HK - ^IXIC", *YEAR, ">", 2.0),
    "The CSI 300 closed at 3,978.44 on Friday.": ("level", "000300.SS", *DAY, "=", 3978.44),
    "We see the S&P 500 at 6,600 by the end of 2025.":
        ("touch", "^GSPC", "2025-02-24", "2025-12-31", ">=", 6600.0),
    "Tesla has a 12-month price target of $350.":
        ("touch", "TSLA", "2025-02-24", "2026-02-21", ">=", 350.0),
    "Meta closed at a record on Friday.": ("from peak", "META", *DAY, ">", 0.0),
    "Palantir stands 12% below its high.": ("from peak", "PLTR", *DAY, "=", -0.12),
    "AMD has doubled over the past 12 months.":
        ("gain", "AMD", "2024-02-21", "2025-02-21", "=", 1.0),
    "The 10-year Treasury yield rose to 4.51% on Friday.": ("level", "^TNX", *DAY, "=", 4.51),
    "今年以来腾讯上涨了25%。": ("gain", "0700.HK", *YEAR, "=", 0.25),
    "恒生科技指数过去三个月跑赢纳指。":
        ("difference", "HSTECH.HK - ^IXIC", "2024-11-21", "2025-02-21", ">", 0.0),
    "沪深300周五收于3,978点。": ("level", "000300.SS", *DAY, "=", 3978.0),
}  # fmt: skip


@pytest.mark.parametrize("text", STATED)
def test_a_sentence_states(text: str) -> None:
    (claim,) = [claim for claim in drafted(text) if claim.claim.stated]
    assert shape(claim.claim.stated[0]) == STATED[text]


UNTESTABLE = {
    "Apple's revenue rose 8% in the last quarter.": "needs the report",
    "Nvidia is worth $4.9 trillion.": "",
    "US inflation came in at 3.8%.": "first released",
    "The Hang Seng Tech Index trades at a price-to-earnings ratio of 17x.": "reported figures",
    "Hedge funds sold $61 billion of US stocks.": "holdings or flows",
    "If Tesla falls 10%, we buy.": "nothing is said to happen",
    "Has Tesla fallen 10% this year?": "nothing is said to happen",
    "Alphabet jumped more than 5% in late trading.": "daily bars",
    "Revenue at Tencent rose 8% this year.": "needs the report",
    "The chance that Apple falls this year is 6%.": "no prices",
    "Anthropic grew by 300%.": "names no company",
}


@pytest.mark.parametrize("text", UNTESTABLE)
def test_what_prices_cannot_tell_says_why(text: str) -> None:
    (claim,) = drafted(text)
    assert not claim.claim.stated
    assert UNTESTABLE[text] in claim.claim.untestable


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Tencent gained 55%.", "no period"),
        ("Since the release of the model Apple has beaten Tesla.", "an event"),
        ("U.S. stocks face a correction.", "without a day"),
        ("We see MSCI China at 85 points in 12 months.", "a level of an index"),
    ],
)
def test_what_waits_for_a_person_has_its_reading(text: str, why: str) -> None:
    (claim,) = drafted(text)
    assert why in claim.claim.untestable
    assert claim.undecided
    assert claim.todo


def test_of_two_listings_one_decides() -> None:
    (claim,) = drafted("Alibaba gained 8.1% on Friday.")
    assert [(r.of.lines, r.decides) for r in claim.claim.stated] == [
        (("9988.HK",), True), (("BABA",), False),
    ]  # fmt: skip
    (claim,) = drafted("In New York Alibaba gained 8.1% on Friday.")
    assert claim.claim.stated[0].of.lines == ("BABA",)


def test_nearly_is_below_and_close() -> None:
    (claim,) = drafted("GDS rose nearly 13% on Friday.")
    assert [(r.says, r.number) for r in claim.claim.stated if r.decides] == [
        ("<", 0.13), (">=", 0.125),
    ]  # fmt: skip


def test_a_range_has_two_ends() -> None:
    (claim,) = drafted("Cambricon has fallen between 10% and 12% in 2025.")
    assert [(r.says, r.number) for r in claim.claim.stated] == [(">=", -0.12), ("<=", -0.1)]


def test_rows_of_names_and_figures_are_paired() -> None:
    claims = drafted("Apple and Tesla rose 5% and 7%, respectively, on Friday.")
    assert [shape(c.claim.stated[0])[1::4] for c in claims] == [("AAPL", 0.05), ("TSLA", 0.07)]


def test_what_was_open_is_measured_at_its_high() -> None:
    noon = datetime(2025, 2, 21, 3, 30, tzinfo=UTC)  # half past eleven in Hong Kong
    (claim,) = drafted("Tencent was up more than 3% at one point.", noon)
    assert shape(claim.claim.stated[0]) == (
        "intraday", "0700.HK", "2025-02-20", "2025-02-21", ">", 0.03,
    )  # fmt: skip


def test_a_reader_knows_the_last_close_only() -> None:
    morning = datetime(2025, 2, 21, 13, 0, tzinfo=UTC)
    (claim,) = drafted("Apple has gained 3% this year.", morning)
    assert claim.claim.stated[0].end == "2025-02-20"


def test_the_same_figure_is_one_claim() -> None:
    text = "Tencent has gained 55% this year. Tencent’s 55% gain stands out."
    assert len([claim for claim in drafted(text) if claim.readings]) == 1


def test_who_is_quoted() -> None:
    text = '"We see the S&P 500 at 6,600 by the end of 2025," said Ann Example of Some Bank.'
    (claim,) = drafted(text)
    assert claim.claim.quoted == "Ann Example of Some Bank"


def test_a_claim_has_a_place_and_none_of_the_words() -> None:
    text = "First line.\nSpectacularly, Tencent has gained 55% this year."
    (claim,) = drafted(text)
    assert claim.place.holds_in(text)
    assert text[claim.place.begin : claim.place.end] == text.split("\n")[1]
    assert "pectacular" not in claim.claim.text
