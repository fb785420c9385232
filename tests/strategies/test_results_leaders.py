"""The rule of results-leaders in views made by hand, its table, and its article's places."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pandas as pd
import pytest

from newsfolio import Strategy
from newsfolio.articles.four_reports import FOUR_REPORTS, GIANTS_RESULTS
from newsfolio.claims import digest_of
from strategies.results_leaders import GIANTS, ResultsLeaders
from tests.support.strategy_views import rows_of, view_at_end, weekdays

CLOSES = pd.DataFrame(100.0, index=weekdays(60, "2025-11-28"), columns=list(GIANTS.tickers))
ALIKE = dict.fromkeys(GIANTS.tickers, 0.2)


def report(line: str, day: str, eps: float, expected: float) -> tuple[object, ...]:
    return day, line, "2025-09-30", eps, expected, math.nan, math.nan


def decided(strategy: Strategy, *reports: tuple[object, ...]) -> object:
    return strategy.weights(view_at_end(CLOSES, rows_of(GIANTS_RESULTS, *reports)))


def test_those_that_beat_are_held_in_equal_parts() -> None:
    """Beats of 5 % and 10 % against a threshold of 5 %; 4 % and a miss are none."""
    reports = (
        report("MSFT", "2025-10-29", 1.05, 1.00),
        report("GOOGL", "2025-10-29", 2.20, 2.00),
        report("META", "2025-10-29", 1.00, 6.00),
        report("AMZN", "2025-10-30", 1.04, 1.00),
    )
    assert decided(ResultsLeaders(), *reports) == {"MSFT": 0.5, "GOOGL": 0.5}
    assert decided(ResultsLeaders(beat=0.1), *reports) == {"GOOGL": 1.0}
    assert decided(ResultsLeaders(leaders=False), *reports) == {"META": 0.5, "AMZN": 0.5}


def test_the_last_report_counts_until_it_is_old() -> None:
    """From 30 July to 28 November are 121 days; a line without a number says nothing."""
    older = report("NVDA", "2025-07-30", 2.0, 1.0)
    newer = report("NVDA", "2025-10-29", 0.9, 1.0)
    meta = report("META", "2025-07-30", 2.0, 1.0)
    assert decided(ResultsLeaders(), older, meta) == ALIKE
    assert decided(ResultsLeaders(fresh=121), older, meta, newer) == {"META": 1.0}
    assert decided(ResultsLeaders(fresh=121), older, newer) == ALIKE
    assert decided(ResultsLeaders(), report("META", "2025-10-29", math.nan, 1.0)) == ALIKE
    assert decided(ResultsLeaders()) == ALIKE


def test_what_it_is_held_against() -> None:
    strategy = ResultsLeaders()
    assert list(strategy.controls()) == ["all five alike", "those that did not beat"]
    thesis = strategy.thesis
    assert (thesis.probability, str(thesis.horizon)) == (0.7, "2026-04-30")
    assert str(thesis.falsifier) == "excess < -5% by 2026-04-30"


def test_every_claim_has_its_place_in_the_article() -> None:
    text = (Path(__file__).parents[2] / "docs/four_reports.md").read_text(encoding="utf-8")
    assert digest_of(text) == FOUR_REPORTS.digest
    for claim in FOUR_REPORTS.claims:
        assert claim.place is not None
        assert claim.place.holds_in(text), claim.id


def test_the_table_is_what_a_list_of_results_says(prices: Path) -> None:
    """Sales and net income too, in millions, where that list has them."""
    with (prices.parent / "fundamentals/earnings_history.csv").open(encoding="utf-8") as file:
        listed = {(row["ticker"].replace("GOOG", "GOOGL"), row["quarter_end"]): row
                  for row in csv.DictReader(file)}  # fmt: skip
    for day, line, quarter, *figures in GIANTS_RESULTS.rows:
        row = listed[str(line), str(quarter)]
        assert row["announce_date"] == day
        names = ("eps_actual", "eps_estimate", "revenue_actual", "net_income")
        for name, figure, scale in zip(names, figures, (1, 1, 1e6, 1e6), strict=True):
            if row[name] and figure != "":
                assert float(figure) == pytest.approx(float(row[name]) / scale, rel=1e-6)
