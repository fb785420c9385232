"""Statistics behind one plain sentence each, and words with their meaning."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest

from reports.pages.verdict import verdict_page
from tests.support.results import curve, fill, judged, make, walk


@pytest.fixture(scope="module")
def page() -> str:
    return verdict_page(judged())


def test_every_statistic_is_folded_behind_a_sentence(page: str) -> None:
    folds = re.findall(
        r'<details class="fold[^"]*"(?: id="([^"]*)")?( open)?><summary><b>(.*?)</b>'
        r"<span>(.*?)</span>", page
    )  # fmt: skip
    sentences = {name: sentence for name, _, _, sentence in folds if name}
    assert list(sentences) == [
        "comparisons", "alpha", "rule", "power", "significance", "placebos", "grid", "doubts",
        "certificate", "assumptions", "universe", "made-of", "words",
    ]  # fmt: skip
    assert sentences["power"] == (
        "Too early to tell: 16 months, where eleven years would be needed to prove a Sharpe edge "
        "of 0.5 at one look."
    )
    assert (
        sentences["comparisons"]
        == "Ahead of half and half, not ahead of the benchmark; none of it is sure."
    )
    assert all(sentence for *_, sentence in folds)
    assert not any(is_open for _, is_open, name, _ in folds if name != "All fills")


def test_each_dotted_word_has_its_meaning_on_the_page(page: str) -> None:
    words = set(re.findall(r'popovertarget="([^"]*)"', page))
    assert len(words) > 15
    assert words <= set(re.findall(r'popover id="([^"]*)"', page))


def test_a_page_has_the_first_of_many_fills_and_all_as_text_that_ends_no_element() -> None:
    days = pd.bdate_range("2019-01-02", periods=700)
    base = make(curve(walk(700)), fills=[fill(f"{day:%Y-%m-%d}", 5.0, 2.0) for day in days])
    base.fills.loc[600, "asset"] = "</script>\t<b>"
    page = verdict_page(judged(base))
    assert page.count("<td>buy") + page.count("<td class=text>buy") == 500
    (block,) = re.findall(r'<script type="application/json" id="fills-rows">(.*?)</script>', page)
    rows = json.loads(block)["rows"]
    assert len(rows) == 700 and {row.count("\t") for row in rows} == {9}
    assert rows[600].split("\t")[1] == "</script> <b>"
    assert "of 700" in page and "fills-rows" not in verdict_page(judged(base), single=True)
