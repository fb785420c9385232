"""The values of a chart as a table, for whoever has no script or cannot see the drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any

from newsfolio.formatting import percent
from reports.charts.curves import Chart

Rows = list[tuple[str, ...]]

MOST = 400
"""Rows of a table: month ends of thirty years."""


def chart_table(chart: Chart, shared: Mapping[str, Any]) -> Rows:
    """Headings and rows: curves at month ends, bars one by one.

    shared: the lists that its figure refers to by name.
    """
    traces, layout = chart.figure["data"], chart.figure["layout"]
    kinds = {trace["type"] for trace in traces}
    if kinds == {"scatter"} and traces[0].get("mode") == "lines":
        return _month_ends(traces, layout, shared)
    (trace, *_) = traces
    if trace["type"] == "waterfall":
        return [("Step", "Share"), *zip(trace["y"], trace["text"], strict=True)]
    if trace["type"] == "scatter":
        form = str(layout["yaxis"].get("tickformat", ""))
        pairs = zip(trace["text"], trace["y"], strict=True)
        return [("Variant", "Excess"), *((unescape(a), _put(b, form)) for a, b in pairs)]
    if trace["type"] == "bar":
        across = str(layout["xaxis"].get("tickformat", ""))
        up = str(layout["yaxis"].get("tickformat", ""))
        pairs = zip(trace["x"], trace["y"], strict=True)
        return [("Around", "Number"), *((_put(a, across), _put(b, up)) for a, b in pairs)]
    return []


def _month_ends(
    traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any], shared: Mapping[str, Any]
) -> Rows:
    """A row a month, a column a curve; what a curve has before and after the divide is one."""
    columns: dict[str, dict[str, float | None]] = {}
    for trace in traces:
        days = shared[trace["x"]["$ref"]] if isinstance(trace["x"], Mapping) else trace["x"]
        axis = "" if trace.get("yaxis", "y") == "y" else ", target"
        column = columns.setdefault(unescape(trace["name"]) + axis, {})
        column.update(zip(days, trace["y"], strict=True))
    ends: dict[str, str] = {}
    for day in sorted({day for column in columns.values() for day in column}):
        ends[day[:7]] = day
    form = str(layout["yaxis"].get("tickformat", ""))
    days = list(ends.values())[-MOST:]
    return [
        ("Month ends", *columns),
        *((day, *(_put(column.get(day), form) for column in columns.values())) for day in days),
    ]


def _put(value: Any, form: str) -> str:
    if value is None or isinstance(value, str):
        return unescape(value or "")
    return percent(value, 1) if form.endswith("%") else f"{value:,.4g}"
