"""Event studies as tables: what all their windows say is said once."""

from __future__ import annotations

from reports.contract.evaluation import StudyJson
from reports.pages.verdict import verdict_page
from reports.tables.studies import study_table
from tests.support.results import STUDY, text_of, with_events


def with_sentences(*sentences: str) -> StudyJson:
    windows = [
        {**window, "sentence": sentence}
        for window, sentence in zip(STUDY["windows"], sentences, strict=True)
    ]
    return {**STUDY, "windows": windows}  # type: ignore[typeddict-item]


def test_what_all_windows_say_stands_once_and_names_stand_beside_tickers() -> None:
    table = study_table(STUDY)
    assert table.caution == "One event is one event: no rule follows from it."
    assert [row.span for row in table.windows] == ["Session 0", "Sessions 0 to 5"]
    assert [row.sentence for row in table.windows] == [
        "After one event (2025-01-27) the basket was 5.3 % behind what SPY explains on session 0; "
        "0.2 % of 500 random dates did worse.",
        "After one event (2025-01-27) the basket was 8.1 % ahead of what SPY explains over "
        "sessions 0 to 5; 76.0 % of 500 random dates did worse.",
    ]
    text = text_of(verdict_page(with_events()))
    assert text.count("One event is one event") == 1
    assert "behind what SPY S&amp;P 500 explains on session 0" in text
    assert "Market model on SPY S&amp;P 500; the same session." in text


def test_windows_that_do_not_say_the_same_say_it_each() -> None:
    table = study_table(with_sentences("It rose. Alone.", "It fell. Two of them are context."))
    assert table.caution == ""
    assert [row.sentence for row in table.windows] == [
        "It rose. Alone.",
        "It fell. Two of them are context.",
    ]
