"""Event studies within a run: what is loaded for them, and the section of the page."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from backtests.evaluation.event_studies.schema import Study, StudyEvent, StudyWindow
from backtests.evaluation.event_studies.study import study
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from markets.folder.source import FolderSource
from markets.reference.currencies import EcbRates
from markets.snapshot import Snapshot
from newsfolio import EventStudy, Facts, Sleeve
from newsfolio.listings import asset_of
from reports.pages.verdict import verdict_page
from tests.support import results
from tests.support.event_studies import PAIR
from tests.support.switch import LINES, Made, Switch, after, judged, line, noise

# Within a run


@dataclass(frozen=True)
class Studied(Switch):
    """A switch with studies of lines that it never holds."""

    grid = {}
    studies = (
        EventStudy("Other lines", Sleeve("other", ("OTH", "GONE")), "MKT",
                   days=("2023-03-01", "2024-03-01"), windows=((0, 0), (1, 20), (1, 250))),
        EventStudy("By a table", PAIR, "SPY", facts=Facts("calls", text=("house",),
                   rows=(("2024-02-01", "A <b> house"),))),
        EventStudy("No market", PAIR, "NONE", days=("2024-03-01",)),
    )  # fmt: skip


@pytest.fixture(scope="module")
def evaluation() -> Any:
    lines = {**LINES, "OTH": line("OTH", noise(20)), "MKT": line("MKT", noise(21))}
    return judged(Studied(), lines).evaluation


def test_a_run_loads_what_its_studies_need_and_makes_them(evaluation: Any) -> None:
    other, table, none = evaluation.studies
    assert other.basket == ("OTH",)
    assert [event.scored for event in other.events] == [False, True]
    assert [window.events for window in other.windows] == [2, 2, 1]
    assert other.windows[0].context == 1
    assert table.events == (StudyEvent("2024-02-01", "2024-02-01", True, 2, 250),)
    assert none.why == "no prices of NONE in this source"
    json.dumps(evaluation.as_json(), allow_nan=False)


def test_a_run_that_ends_early_still_has_its_studies() -> None:
    run = run_strategy(Studied(), Made(LINES), Settings(engine="kernel", start="2022-01-03"))
    assert set(run.bars.facts) == {"calls"}
    early = judged(Studied(), end=after(3)).evaluation
    assert early.studies[1].windows[0].why == "2024-02-01: the prices end on 2023-06-06"


def test_the_page_shows_studies_only_where_there_are_some(evaluation: Any) -> None:
    page = verdict_page(results.judged(studies=evaluation.studies))
    text = results.text_of(page[page.index('id="studies"') :])
    assert '<a href="#studies">Events</a>' in page
    for window in evaluation.studies[0].windows:
        assert window.sentence in text
    assert "around dated events" in text
    assert "Other lines" in text
    assert "n/a: no prices of NONE in this source" in text
    assert "GONE left out: no prices of GONE in this source" in text
    assert "2023-03-01 (context): day 0 is 2023-03-01, 1 line, model of 250 sessions" in text
    assert "No figure." not in text
    assert "Without 2024-03-01: the prices reach 210 of 250 sessions after it." in text
    without = verdict_page(results.judged())
    assert 'id="studies"' not in without
    order = re.findall(r'<details class="fold" id="([a-z-]+)">', page)
    assert order.index("studies") == order.index("grid") + 1


def test_the_page_shows_figures_and_reasons() -> None:
    window = StudyWindow(1, 5, 3, 2, -0.0123, 0.02, -0.615, 0.54, 0.25, 480, (), (), "It <fell>.")
    gap = StudyWindow(1, 60, 0, 0, missing=("2025-01-27: too early",), why="2025-01-27: too early")
    event = StudyEvent("2019-01-02", "", False, 0, 0, "9 sessions; the market model needs 60")
    study = Study("Shock", ("AAA",), "SPY", "Market model on SPY", (event,), (window, gap))
    page = verdict_page(results.judged(studies=(study,)))
    text = results.text_of(page[page.index('id="studies"') :])
    assert "1 to 5 It &lt;fell&gt;. 3 -1.23 % 2.00 % -0.61 0.540 25.0 % of 480" in text
    assert "1 to 60 No figure. 2025-01-27: too early 0 n/a n/a n/a n/a n/a of 0" in text
    assert "2019-01-02 (context): no figure, 9 sessions; the market model needs 60" in text


# Real prices


@pytest.mark.parametrize("market", ["^GSPC", "SPY"])
def test_nvidia_on_the_day_of_deepseek(prices: Path, market: str) -> None:
    """It closed at 142.62 and then at 118.42, the index fell 1.5 %: 13 to 14 points beyond it."""
    declared = EventStudy("Nvidia", Sleeve("Nvidia", ("NVDA",)), market, days=("2025-01-27",),
                          windows=((0, 0), (1, 5), (1, 60)))  # fmt: skip
    source = FolderSource(prices)
    bars = Snapshot(source.load([asset_of("NVDA"), asset_of(market)]))
    shock, week, quarter = study(declared, bars, EcbRates(), "USD", date(2025, 2, 24)).windows
    assert shock.car == pytest.approx(-0.133, abs=0.002)
    assert shock.p is not None and shock.p < 1e-5
    assert shock.percentile is not None and shock.percentile < 0.01
    assert shock.context == 1
    for window in (week, quarter):  # nothing that lasts can be told from luck
        assert window.p is not None and window.p > 0.5
