"""Periods against a day of publication; each expected span was counted on a calendar by hand."""

from __future__ import annotations

from datetime import date

import pytest

from drafts.language.periods import periods_of

FRIDAY = date(2025, 2, 21)

SPANS = {
    "rose last week": ("2025-02-07", "2025-02-14"),
    "this week": ("2025-02-14", ""),
    "year-to-date": ("2024-12-31", ""),
    "over the next 12 months": ("", "2026-02-21"),
    "On January 27, it fell": ("2025-01-24", "2025-01-27"),
    "on Thursday": ("2025-02-19", "2025-02-20"),
    "on Monday": ("2025-02-14", "2025-02-17"),
    "in 2023-2024": ("2022-12-31", "2024-12-31"),
    "in 2024, shares": ("2023-12-31", "2024-12-31"),
    "over the past decade": ("2015-02-21", ""),
    "the third quarter of 2025 will": ("2025-06-30", "2025-09-30"),
    "Q3 2024": ("2024-06-30", "2024-09-30"),
    "in March 2024": ("2024-02-29", "2024-03-31"),
    "March 2024 was": ("2024-02-29", "2024-03-31"),
    "gained in June alone": ("2024-05-31", "2024-06-30"),
    "since January 27": ("2025-01-27", ""),
    "over the past month": ("2025-01-21", ""),
    "last month": ("2024-12-31", "2025-01-31"),
    "last quarter": ("2024-09-30", "2024-12-31"),
    "by the end of 2025": ("", "2025-12-31"),
    "its year-end target": ("", "2025-12-31"),
    "by mid-2026": ("", "2026-06-30"),
    "began six months ago": ("2024-08-21", ""),
    "this year through Tuesday's close": ("2024-12-31", "2025-02-18"),
    "between January 6 and January 10": ("2025-01-06", "2025-01-10"),
    "in the week to Friday": ("2025-02-14", "2025-02-21"),
    "for another six months": ("", "2025-08-21"),
    "rose over 12 months": ("2024-02-21", ""),
    "implies upside of 35% over 12 months": ("", "2026-02-21"),
    "since the April 8 low": ("2024-04-08", ""),
    "since the middle of January": ("2025-01-15", ""),
    "since the start of December": ("2024-11-30", ""),
    "since New Year's Day": ("2024-12-31", ""),
    "the final quarter of last year": ("2024-09-30", "2024-12-31"),
    "Nvidia: 12 months +41%": ("2024-02-21", ""),
    "the first half of 2024": ("2023-12-31", "2024-06-30"),
    "since the end of 2023": ("2023-12-31", ""),
    "next week": ("2025-02-21", "2025-02-28"),
    "过去三个月上涨": ("2024-11-21", ""),
    "一个月前": ("2025-01-21", ""),
    "2月20日": ("2025-02-19", "2025-02-20"),
    "2024年9月": ("2024-08-31", "2024-09-30"),
    "上周": ("2025-02-07", "2025-02-14"),
    "今年以来": ("2024-12-31", ""),
    "未来12个月": ("", "2026-02-21"),
    "自2024年9月24日以来": ("2024-09-24", ""),
    "2024年三季度": ("2024-06-30", "2024-09-30"),
}


@pytest.mark.parametrize("text", SPANS)
def test_a_period_is_a_span_of_days(text: str) -> None:
    (period,) = periods_of(text, FRIDAY)
    first, last = SPANS[text]
    assert (str(period.first or ""), str(period.last or "")) == (first, last)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("up 18% from a year earlier", "base"),
        ("fiscal first-quarter sales", "base"),
        ("the most since 2021", "rank"),
        ("over the same period", "same"),
        ("since the release of the model", "event"),
        ("hit a low in late trading on Wednesday", "day"),
    ],
)
def test_what_is_no_window_says_so(text: str, kind: str) -> None:
    assert [period.kind for period in periods_of(text, FRIDAY)] == [kind]


@pytest.mark.parametrize(
    "text", ["it may rise", "GPT-4 and H800", "at 3,950 points", "1950 points"]
)
def test_other_words_are_no_period(text: str) -> None:
    assert periods_of(text, FRIDAY) == []


@pytest.mark.parametrize("text", ["over the past 999 decades", "31 February", "Feb. 30"])
def test_a_day_that_no_calendar_has_is_no_period(text: str) -> None:
    assert periods_of(text, FRIDAY) == []


def test_a_month_of_thirty_one_days_ends_a_shorter_one() -> None:
    (period,) = periods_of("over the past month", date(2025, 3, 31))
    assert period.first == date(2025, 2, 28)


def test_a_month_without_a_year_is_the_last_that_began() -> None:
    (before,) = periods_of("gained in December", date(2025, 1, 15))
    assert (before.first, before.last) == (date(2024, 11, 30), date(2024, 12, 31))
