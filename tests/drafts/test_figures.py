"""Figures as they are written: signs, ranges, magnitudes, units, and what is none."""

from __future__ import annotations

import pytest

from drafts.language.figures import figures_of

FIGURES = {
    "$61 billion": (61e9, 61e9, "money", "USD"),
    "$61bn": (61e9, 61e9, "money", "USD"),
    "US$3bn": (3e9, 3e9, "money", "USD"),
    "$10-12 billion": (10e9, 12e9, "money", "USD"),
    "HK$60": (60, 60, "money", "HKD"),
    "280.15 billion yuan": (280.15e9, 280.15e9, "money", "CNY"),
    "500亿美元": (500e8, 500e8, "money", "USD"),
    "between 10% and 15%": (10, 15, "percent", ""),
    "17-18%": (17, 18, "percent", ""),
    "50% to 100%": (50, 100, "percent", ""),
    "minus 3%": (-3, -3, "percent", ""),
    "−0.5%": (-0.5, -0.5, "percent", ""),
    "上涨8.1%": (8.1, 8.1, "percent", ""),
    "from 6,970 points to 8,600 points": (8600, 8600, "level", ""),
    "six percentage points": (6, 6, "points", ""),
    "200 basis points": (200, 200, "bp", ""),
    "28.2x": (28.2, 28.2, "times", ""),
    "at 6,117.52": (6117.52, 6117.52, "", ""),
    "lost a third": (100 / 3, 100 / 3, "percent", ""),
}


@pytest.mark.parametrize("text", FIGURES)
def test_a_figure_is_read(text: str) -> None:
    (figure,) = figures_of(text)
    low, high, unit, currency = FIGURES[text]
    assert (figure.low, figure.high) == (pytest.approx(low), pytest.approx(high))
    assert (figure.unit, figure.currency) == (unit, currency)


@pytest.mark.parametrize("text", ["H800 X1.1 5G GPT-4", "in 2025", "98th", "at one point", "60/40"])
def test_digits_of_other_words_are_no_figure(text: str) -> None:
    assert [figure for figure in figures_of(text) if figure.unit] == []


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("more than 3%", ">"), ("nearly 13%", "<~"), ("about 15%", "~"), ("up to 5%", "<="),
        ("at least 2%", ">="), ("less than $6 million", "<"), ("5%", ""), ("超过10%", ">"),
    ],
)  # fmt: skip
def test_how_near_it_is_meant(text: str, bound: str) -> None:
    (figure,) = figures_of(text)
    assert figure.bound == bound


def test_two_figures_beside_each_other_stay_two() -> None:
    figures = figures_of("about 15% and 20% upside; 41.205 billion yuan (about $5.645 billion)")
    assert [figure.low for figure in figures] == [15, 20, 41.205e9, 5.645e9]


def test_a_date_is_no_figure_where_it_is_taken() -> None:
    text = "on February 21 it rose 3%"
    assert [figure.low for figure in figures_of(text, [(3, 14)])] == [3]


@pytest.mark.parametrize(
    ("text", "twice"),
    [("up 40% bps", "bps"), ("up 5% points", "points"), ("up $5%", "$"), ("up 5 % percent", ""),
     ("up 5 percentage points", ""), ("120 points, or 2.4%", ""), ("up 5 % of", "")],
)  # fmt: skip
def test_a_number_with_two_units_is_told(text: str, twice: str) -> None:
    assert figures_of(text)[0].twice == twice
