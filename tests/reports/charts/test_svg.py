"""Charts as SVG that needs no script: places worked out by hand."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pandas as pd
import pytest

from reports.charts.breakdowns import allocation_chart
from reports.charts.curves import Chart, Curve, Divided, base_layout, growth_chart
from reports.charts.svg import colour, static
from reports.charts.svg_axes import PlotAxis, axis_of, rounded
from tests.support.results import curve, make, walk

DAYS = pd.DatetimeIndex(["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"])
PLAIN = {**base_layout(100), "margin": {"l": 0, "r": 0, "t": 0, "b": 0}}


def drawn(trace: dict[str, Any], **layout: Any) -> str:
    """One trace on axes of 100 by 100 pixels."""
    whole = {**PLAIN, "xaxis": {}, "yaxis": {"range": [0, 10]}, **layout}
    return str(
        static(Chart("c", "A <title>", "", {"data": [trace], "layout": whole}), {}, width=100)
    )


def test_a_value_has_its_place() -> None:
    assert PlotAxis("linear", 0, 10, 100, 0).place(2.5) == 75
    assert PlotAxis("log", 0, 2, 0, 100).place(10) == 50
    assert PlotAxis("log", 0, 2, 0, 100).place(-1) is None
    day = axis_of({"range": ["2024-01-01", "2024-01-05"]}, ["2024-01-01"], 0, 400)
    assert day.place("2024-01-02") == 100
    assert axis_of({}, ["a", "b"], 0, 100).place("b") == 75


@pytest.mark.parametrize(
    ("ends", "ticks"), [((0, 1), [0, 0.2, 0.4, 0.6, 0.8, 1.0]), ((-3, 12), [0, 5, 10])]
)
def test_ticks_are_round(ends: tuple[float, float], ticks: list[float]) -> None:
    assert rounded(*ends, 5) == pytest.approx(ticks)


def test_a_gap_breaks_a_line() -> None:
    trace = {"type": "scatter", "mode": "lines", "x": [0, 1, 2, 3, 4], "y": [0, 5, None, 5, 10],
             "line": {"color": "red", "width": 1}}  # fmt: skip
    text = drawn(trace, xaxis={"range": [0, 4]})
    assert re.findall(r'<polyline points="([^"]*)"', text) == ["0,100 25,50", "75,50 100,0"]


def test_a_target_steps() -> None:
    trace = {"type": "scatter", "mode": "lines", "x": [0, 4], "y": [0, 10],
             "line": {"color": "red", "width": 1, "shape": "hv"}}  # fmt: skip
    assert 'points="0,100 100,100 100,0"' in drawn(trace, xaxis={"range": [0, 4]})


def test_layers_stand_on_each_other() -> None:
    layers = [
        {"type": "scatter", "mode": "lines", "x": [0, 1], "y": values, "stackgroup": "held",
         "name": "a", "line": {"color": "red", "width": 1}, "fillcolor": "red"}
        for values in ([4, 4], [6, 2])
    ]  # fmt: skip
    layout = {**PLAIN, "xaxis": {"range": [0, 1]}, "yaxis": {"range": [0, 10]}}
    text = str(static(Chart("c", "t", "", {"data": layers, "layout": layout}), {}, width=100))
    assert re.findall(r'<polygon points="([^"]*)"', text) == [
        "0,60 100,60 100,100 0,100",
        "0,0 100,40 100,60 0,60",
    ]


def test_bars_stand_on_zero() -> None:
    trace = {"type": "bar", "x": ["a", "b"], "y": [5, -5], "marker": {"color": "red"}}
    text = drawn(trace, yaxis={"range": [-10, 10]})
    assert re.findall(r'y="([\d.]+)" width="35.0" height="([\d.]+)"', text) == [
        ("25.0", "25.0"),
        ("50.0", "25.0"),
    ]


def test_a_waterfall_goes_on_where_it_was() -> None:
    trace = {
        "type": "waterfall", "y": ["a", "b", "sum"], "x": [4, -1, 3], "text": ["", "", ""],
        "measure": ["relative", "relative", "total"],
        **{kind: {"marker": {"color": "red"}} for kind in ("increasing", "decreasing", "totals")},
    }  # fmt: skip
    text = drawn(trace, xaxis={"range": [0, 10]}, yaxis={"autorange": "reversed"})
    assert re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', text) == [
        ("0.0", "40.0"),
        ("30.0", "10.0"),
        ("0.0", "30.0"),
    ]


def test_names_are_escaped_and_colours_follow_the_page() -> None:
    lines = [Curve("<b>&x", "--own", pd.Series([1.0, 2, 1, 3, 2], index=DAYS), lead=True)]
    parts = Divided(DAYS, 0, False)
    text = str(static(growth_chart(lines, parts), parts.shared()))
    assert "&lt;b&gt;&amp;x</text>" in text
    assert "var(--own,#3b8bd0)" in text
    assert "script" not in text
    assert colour({"$css": "--own-ink"}) == "var(--own-ink,#3b8bd0)"
    assert 'aria-label="A &lt;title&gt;. ' in drawn(
        {"type": "bar", "x": ["a"], "y": [1], "marker": {"color": "red"}}
    )


def test_curves_that_lie_on_each_other_are_said_to() -> None:
    same = pd.Series([1.0, 2, 1, 3, 2], index=DAYS)
    lines = [Curve("half", "--control", same * 2), Curve("Strategy", "--own", same, lead=True)]
    parts = Divided(DAYS, 0, False)
    assert growth_chart(lines, parts).finding.endswith("Identical: Strategy, half.")
    for high, twins in ((3.000001, " to 0.01 %: Strategy, half."), (3.001, None)):
        other = Curve("Strategy", "--own", same.replace(3, high), lead=True)
        finding = growth_chart([lines[0], other], parts).finding
        assert finding.endswith(twins) if twins else "Identical" not in finding


def test_an_overnight_switch_is_a_step_on_its_own_day() -> None:
    days = pd.bdate_range("2024-01-01", periods=10)
    weights = pd.DataFrame({"SPY": [1.0] * 6 + [0.0] * 4, "TLT": [0.0] * 6 + [1.0] * 4}, index=days)
    result = dataclasses.replace(make(curve(walk(10), "2024-01-01")), weights=weights)
    chart = allocation_chart(result, Divided(days, 0, False))
    assert chart is not None
    spy, *_ = chart.figure["data"]
    assert spy["line"]["shape"] == "hv"
    assert dict(zip(spy["x"], spy["y"], strict=True)) == {
        "2024-01-01": 1.0, "2024-01-05": 1.0, "2024-01-09": 0.0, "2024-01-12": 0.0,
    }  # fmt: skip
