"""What sentences state, one at a time: lines, measure, window, operator, number."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from drafts.documents.dateline import Dateline
from drafts.documents.document import Document
from drafts.drafted import DraftedClaim
from drafts.drafting import MAX_CLAIMS, draft_of
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


NEWS = {
    "On Thursday shares fell. The Dow lost 1.2%.":
        ("gain", "^DJI", "2025-02-19", "2025-02-20", "=", -0.012),
    "On Thursday shares fell.\n\nThe Dow fell 450.94 points, or 1.01%.":
        ("gain", "^DJI", "2025-02-19", "2025-02-20", "=", -0.0101),
    "周四，美股走低。道指下跌1.01%。":
        ("gain", "^DJI", "2025-02-19", "2025-02-20", "=", -0.0101),
    "On Thursday Nvidia, the largest stock of the S&P 500, fell 3%.":
        ("gain", "NVDA", "2025-02-19", "2025-02-20", "=", -0.03),
    "On Thursday the euro gained 1% against the dollar.":
        ("gain", "EURUSD=X", "2025-02-19", "2025-02-20", "=", 0.01),
    "On Thursday the dollar gained 1% against the yuan.":
        ("gain", "CNY=X", "2025-02-19", "2025-02-20", "=", 0.01),
    "On Thursday Tesla rose as much as 5%.":
        ("intraday", "TSLA", "2025-02-19", "2025-02-20", ">=", 0.05),
    "Alibaba will top $170 by the end of September.":
        ("touch", "BABA", "2025-02-24", "2025-09-30", ">=", 170.0),
    "The S&P 500 will rise 10% this year.":
        ("gain", "^GSPC", "2025-02-24", "2025-12-31", ">=", 0.1),
    "On Thursday shares fell. ASML gained 4% after it lifted its outlook for 2025.":
        ("gain", "ASML.AS", "2025-02-19", "2025-02-20", "=", 0.04),
    "Some Bank has a target of 640 for the Stoxx 600.":
        ("touch", "^STOXX", "2025-02-24", "2026-02-21", ">=", 640.0),
    "EEM will beat SPY by 5 points next year.":
        ("difference", "EEM - SPY", "2025-12-31", "2026-12-31", ">", 0.05),
    "Apple shares dropped 1.6%.": ("gain", "AAPL", *DAY, "=", -0.016),
    "上周恒生科技指数大跌7.98%，为4月以来最大单周跌幅。":
        ("gain", "HSTECH.HK", "2025-02-07", "2025-02-14", "=", -0.0798),
    "小米集团从高点回落25%。": ("from peak", "1810.HK", *DAY, "=", -0.25),
    "我们将中芯国际目标价由75港元上调至92港元。":
        ("touch", "0981.HK", "2025-02-24", "2026-02-21", ">=", 92.0),
    "我们预计恒生指数2025年底目标为30000点。":
        ("touch", "^HSI", "2025-02-24", "2025-12-31", ">=", 30000.0),
    "She expects the S&P 500 to end the year at 6,500.":
        ("touch", "^GSPC", "2025-02-24", "2025-12-31", ">=", 6500.0),
}  # fmt: skip


@pytest.mark.parametrize("text", NEWS)
def test_news_is_read_as_news(text: str) -> None:
    claim = [claim for claim in drafted(text) if claim.claim.stated][-1]
    assert shape(claim.claim.stated[0]) == NEWS[text]


def test_a_plain_past_is_of_the_day_and_a_perfect_is_not() -> None:
    text = "On Thursday shares fell.\nOracle, which had gained 15% this year, dropped 4.5%."
    claims = [claim.claim.stated[0] for claim in drafted(text) if claim.claim.stated]
    assert [(claim.start, claim.number) for claim in claims] == [
        ("2024-12-31", 0.15), ("2025-02-19", -0.045),
    ]  # fmt: skip


def test_a_margin_belongs_to_the_nearest_verb() -> None:
    text = "This year Apple has beaten Tesla and Oracle, and Meta has outpaced Amazon by 6 points."
    claims = [claim.claim.stated[0] for claim in drafted(text.replace("points", "percent"))]
    assert [(shape(claim)[1], claim.number) for claim in claims] == [
        ("AAPL - TSLA", 0.0), ("AAPL - ORCL", 0.0), ("META - AMZN", 0.06),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "The Hang Seng TECH Index will not fall below 5,000 in the second quarter.",
        "The S&P 500 pulled back from a record high.",
        "A fall in Tesla would cost the fund 3% this year.",
        "On Thursday Tesla fell as much as 5%.",
        "This year Tencent has beaten TSMC as the most traded stock.",
        "Futures pointed to a fall of 0.2% for the S&P 500 on Friday.",
        "Risk: a close of the VIX above 25.",
        "HSTECH fell 27% in five weeks.",
        "Tencent's revenue grew 8% year on year and its profit 3%.",
        "Tencent reported revenue of $20 billion on Thursday, up 8% from a year earlier.",
        "Nvidia has risen the most since 2021, by 3% of its weight.",
    ],
)
def test_what_is_not_said_is_not_drafted(text: str) -> None:
    assert [claim.claim.text for claim in drafted(text) if claim.claim.stated] == []


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
    "The chance that banks fail this year is 6%.": "no prices",
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
        ("Tencent has gained 55%.", "no period"),
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


def test_receipts_are_the_american_line() -> None:
    text = "Alibaba rose 11.7% in Hong Kong this year; its ADRs gained 13%."
    claims = [claim.claim.stated[0] for claim in drafted(text)]
    assert [(c.of.lines, c.number) for c in claims] == [(("9988.HK",), 0.117), (("BABA",), 0.13)]


def test_of_two_units_the_first_counts() -> None:
    (claim,) = drafted("Our 12-month target for Alibaba is HK$170 (about $21.80).")
    assert shape(claim.claim.stated[0])[1::4] == ("9988.HK", 170.0)
    assert "two units" in " ".join(claim.todo)


def test_a_pronoun_means_the_index_of_the_text() -> None:
    text = (
        "The Hang Seng closed higher. Meituan fell.\nThe benchmark will reach 30,000 by year-end."
    )
    claim = drafted(text)[-1]
    assert shape(claim.claim.stated[0])[:2] == ("touch", "^HSI")


def test_a_list_has_the_period_of_what_leads_to_it() -> None:
    text = "This year, so far:\n- Apple: +3%\n- Tesla: -9%\n\nOracle rose 2%."
    assert [(c.lines, c.readings[0].start) for c in drafted(text)][:2] == [
        (("AAPL",), "2024-12-31"), (("TSLA",), "2024-12-31"),
    ]  # fmt: skip


def test_who_lags_is_who_is_up_only_so_much() -> None:
    claims = drafted("Oracle has lagged the S&P 500 this year, up just 2%.")
    assert [shape(c.claim.stated[0])[:2] for c in claims] == [
        ("gain", "ORCL"), ("difference", "ORCL - ^GSPC"),
    ]  # fmt: skip


def test_a_list_of_the_users_is_a_basket(tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("kind,lines,names,note\nlist,AAPL MSFT,Old Guard,\n", encoding="utf-8")
    document = Document("The Old Guard will beat Tesla next year.", "A title", "", None)
    draft = draft_of(document, Dateline(PUBLISHED, "", ""), NameTable.known(table))
    assert draft.claims[0].claim.stated[0].of.lines == ("AAPL", "MSFT", "TSLA")


def test_the_rest_of_a_list_is_without_one() -> None:
    (claim,) = drafted("Tesla will underperform the rest of the Mag 7 next year.")
    assert "TSLA" in claim.lines
    assert claim.claim.stated[0].of.lines.count("TSLA") == 1


def test_its_shares_are_those_of_the_company_that_leads() -> None:
    text = "Tencent is larger than TSMC, with its shares up 20% since February 3."
    assert [c.lines for c in drafted(text) if c.claim.stated] == [("0700.HK",)]


def test_a_column_of_a_table_has_its_own_period() -> None:
    text = "| | 1 week | YTD | 3M |\n|---|---|---|---|\n| Nvidia | +3.2% | +6.1% | +41% |"
    starts = [claim.claim.stated[0].start for claim in drafted(text)]
    assert starts == ["2025-02-14", "2024-12-31", "2024-11-21"]


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


def test_summer_time_moves_the_close_of_new_york() -> None:
    after = datetime(2025, 9, 16, 20, 30, tzinfo=UTC)  # half past four in New York
    (claim,) = drafted("Apple has gained 3% this year.", after)
    assert claim.claim.stated[0].end == "2025-09-16"
    before = datetime(2025, 12, 16, 20, 30, tzinfo=UTC)  # half past three
    (claim,) = drafted("Apple has gained 3% this year.", before)
    assert claim.claim.stated[0].end == "2025-12-15"


def test_a_long_text_is_drafted_up_to_a_bound_and_says_so() -> None:
    text = "\n".join(f"Tencent has gained {number}.5% this year." for number in range(410))
    text += "\n" + "and Apple rose 5% " * 100
    draft = draft_of(Document(text, "A title", "", None), Dateline(PUBLISHED, "", ""), NAMES)
    assert len(draft.claims) == MAX_CLAIMS
    assert draft.notes == (
        "10 more claims after the first 400 are left out",
        "1 passages of more than 1,500 characters are not read",
    )


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


def test_a_number_with_two_units_waits_for_a_person() -> None:
    (waiting,) = drafted("Alibaba rose 40% bps last week.")
    assert waiting.claim.untestable == (
        "not decided: a number with two units, percent and bps; say which is meant"
    )
