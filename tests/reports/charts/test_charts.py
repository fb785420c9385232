"""What the verdict page draws: each figure is right, and Plotly takes it."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backtests.records.result import Result
from reports.charts.breakdowns import waterfall_chart
from reports.charts.curves import (
    Curve,
    Divided,
    divided,
    drawdown_chart,
    growth_chart,
    rebased,
    weekly,
)
from reports.charts.intervals import bar, scale_of
from reports.charts.labels import Label, end_labels
from reports.charts.sparkline import sparkline
from reports.pages.verdict import verdict_page
from tests.support.evaluations import usual_evaluation
from tests.support.results import curve, data_of, judged, make


@pytest.fixture(scope="module")
def usual() -> Result:
    return judged()


@pytest.fixture(scope="module")
def page(usual: Result) -> str:
    return verdict_page(usual)


def filled(value: Any, shared: dict[str, Any]) -> Any:
    """A figure as page.js completes it, one grey for every colour."""
    if isinstance(value, list):
        return [filled(part, shared) for part in value]
    if not isinstance(value, dict):
        return value
    if "$css" in value:
        return "#777777"
    if "$ref" in value:
        return shared[value["$ref"]]
    return {key: filled(part, shared) for key, part in value.items()}


def test_plotly_itself_accepts_every_figure(page: str) -> None:
    graph = pytest.importorskip("plotly.graph_objects")
    data = data_of(page)
    assert set(data["charts"]) == {
        "growth", "drawdown", "allocation", "placebos", "waterfall", "variants",
    }  # fmt: skip
    for chart in data["charts"].values():
        for view in chart["views"] or [{"layout": {}}]:
            figure = filled(chart["figure"], data["shared"])
            layout = {**figure["layout"], **filled(view["layout"], data["shared"])}
            assert len(graph.Figure({"data": figure["data"], "layout": layout}).data) > 0


def test_growth_is_one_at_the_divide_and_grey_before(usual: Result) -> None:
    parts = divided(usual)
    assert f"{parts.days[parts.row]:%Y-%m-%d}" == "2020-02-21"
    chart = data_of(verdict_page(usual))["charts"]["growth"]["figure"]
    past, scored = (
        [
            trace
            for trace in chart["data"]
            if trace["name"] == "Strategy" and trace["x"] == {"$ref": name}
        ]
        for name in ("context", "scored")
    )
    assert past[0]["y"][-1] == scored[0]["y"][0] == 1.0
    assert past[0]["line"]["color"] == {"$css": "--past"}
    assert scored[0]["line"]["color"] == {"$css": "--own"}
    assert scored[0]["y"][-1] == pytest.approx(
        usual.equity.iloc[-1] / usual.equity["2020-02-21"], rel=1e-4
    )


def test_the_axis_is_logarithmic_only_where_growth_spans_a_lot() -> None:
    kinds = []
    for drift in (0.0, 0.005):
        result = make(curve([drift] * 500))
        axis = data_of(verdict_page(result))["charts"]["growth"]["figure"]["layout"]["yaxis"]
        kinds.append(axis.get("type", "linear"))
    assert kinds == ["linear", "log"]


def test_curves_are_rebased_at_the_first_value_they_have() -> None:
    late = pd.Series([None, None, 4.0, 6.0])
    assert rebased(late, 0).tolist()[2:] == [1.0, 1.5]
    assert rebased(pd.Series([1.0, 0.0, 0.0]), 1).isna().all()


def test_weekly_keeps_the_first_day_and_every_last_day_of_a_week() -> None:
    days = pd.bdate_range("2024-01-03", "2024-01-22")  # a Wednesday to a Monday
    kept = weekly(pd.Series(0, index=days)).index
    assert [f"{day:%d}" for day in kept] == ["03", "05", "12", "19", "22"]


def test_a_long_past_is_shown_on_demand_and_drawn_as_finely_as_what_scores() -> None:
    days = pd.bdate_range("2010-01-04", "2022-01-03")
    parts = Divided(pd.DatetimeIndex(days), len(days) - 100, True)
    assert [name for name, _, _ in parts.spans()] == ["Around publication", "Whole run"]
    assert [*parts.context, *parts.scored[1:]] == [*days]


def test_each_view_has_a_caption_of_its_own() -> None:
    """1 became 4 over all, of which 2 since the divide; the deepest fall was a half before it."""
    days = pd.bdate_range("2010-01-04", "2022-01-03")
    row = len(days) - 100
    levels = np.r_[np.full(row - 1, 1.0), [0.5, 2.0], np.full(99, 4.0)]
    lines = [Curve("Strategy", "--own", pd.Series(levels, index=days), lead=True)]
    parts = Divided(pd.DatetimeIndex(days), row, True)
    chart = growth_chart(lines, parts)
    near, whole = (view["finding"] for view in chart.views)
    assert chart.finding == near
    assert near.startswith(
        f"What 1 on {days[row]:%Y-%m-%d} had become by 2022-01-03: Strategy 2.00."
    )
    assert whole.startswith(
        "What 1 on 2010-01-04 had become by 2022-01-03, context included: Strategy 4.00."
    )
    near, whole = (view["finding"] for view in drawdown_chart(lines, parts).views)
    assert near == f"Deepest since {days[row]:%Y-%m-%d}: Strategy 0.0 %."
    assert whole.startswith(f"Deepest up to {days[row]:%Y-%m-%d}: Strategy -50.0 %. Since then")


def test_labels_at_the_ends_of_curves_do_not_lie_on_each_other() -> None:
    same = [Label(name, "--own", 1.0) for name in "abc"]
    notes, _ = end_labels(same, pd.Timestamp("2024-01-02"), (0.9, 1.1), False, 300)
    heights = sorted(note["yshift"] for note in notes)
    assert [round(b - a) for a, b in pairwise(heights)] == [15, 15]
    assert sum(heights) == pytest.approx(0)


def test_the_waterfall_ends_at_the_total() -> None:
    attribution = usual_evaluation().as_json()["attribution"]
    trace = waterfall_chart(attribution).figure["data"][0]
    steps = [x for x, kind in zip(trace["x"], trace["measure"], strict=True) if kind != "total"]
    assert sum(steps) == pytest.approx(attribution["total"], abs=1e-6)
    assert trace["x"][-1] == pytest.approx(0.033)


def test_an_interval_is_drawn_from_low_to_high_with_zero_on_the_scale() -> None:
    interval = {"value": 0.1, "low": 0.0, "high": 0.2, "why": ""}
    svg = bar(interval, scale_of([interval]))
    zero = float(re.search(r'class="zero" x1="([\d.]+)"', svg).group(1))  # type: ignore[union-attr]
    band = re.search(r'class="band" x="([\d.]+)" y="7" width="([\d.]+)"', svg)
    dot = float(re.search(r'cx="([\d.]+)"', svg).group(1))  # type: ignore[union-attr]
    assert band is not None
    assert float(band.group(1)) == pytest.approx(zero)
    assert dot == pytest.approx(zero + float(band.group(2)) / 2, abs=0.2)
    assert 'aria-label="10.0 %, between 0.0 % and 20.0 %"' in svg
    assert bar({"value": None, "low": None, "high": None, "why": "x"}, None) == ""


def test_a_sparkline_is_grey_up_to_the_divide() -> None:
    svg = sparkline(
        pd.Series([1.0, 2.0, 4.0], pd.bdate_range("2024-01-01", periods=3)), "2024-01-02"
    )
    assert re.findall(r'class="(past|scored)" points="([^"]+)"', svg) == [
        ("past", "0.0,30.0 56.0,16.0"),
        ("scored", "56.0,16.0 112.0,2.0"),
    ]
    assert 'aria-label="1 became 2.00 since the divide"' in svg
    assert sparkline(pd.Series([1.0], pd.bdate_range("2024-01-01", periods=1)), None) == ""
