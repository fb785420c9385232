"""The values of a chart as a table, for whoever has no script or cannot see the drawing."""

from __future__ import annotations

from collections.abc import Sequence
from html import unescape

from newsfolio.formatting import percent
from reports.charts.figure import AxisValue, Chart, ChartLayout, LineTrace, Shared, across, lines_of

Rows = list[tuple[str, ...]]

MOST = 400
"""Rows of a table: month ends of thirty years."""


def chart_table(chart: Chart, shared: Shared) -> Rows:
    """Headings and rows: curves at month ends, bars one by one.

    shared: the lists that its figure refers to by name.
    """
    traces, layout = chart.figure["data"], chart.figure["layout"]
    if lines := lines_of(traces):
        return _month_ends(lines, layout, shared)
    (trace, *_) = traces
    if trace["type"] == "waterfall":
        return [("Step", "Share"), *zip(trace["y"], trace["text"], strict=True)]
    if trace["type"] == "scatter" and trace["mode"] == "markers":
        form = str(layout["yaxis"].get("tickformat", ""))
        pairs = zip(trace["text"], trace["y"], strict=True)
        return [("Variant", "Excess"), *((unescape(a), _put(b, form)) for a, b in pairs)]
    if trace["type"] == "bar":
        form = str(layout["xaxis"].get("tickformat", ""))
        up = str(layout["yaxis"].get("tickformat", ""))
        bars = zip(across(trace, shared), trace["y"], strict=True)
        return [("Around", "Number"), *((_put(a, form), _put(b, up)) for a, b in bars)]
    return []


def _month_ends(traces: Sequence[LineTrace], layout: ChartLayout, shared: Shared) -> Rows:
    """A row a month, a column a curve; what a curve has before and after the divide is one."""
    columns: dict[str, dict[str, float | None]] = {}
    for trace in traces:
        axis = "" if trace.get("yaxis", "y") == "y" else ", target"
        column = columns.setdefault(unescape(trace["name"]) + axis, {})
        column.update(zip(map(str, across(trace, shared)), trace["y"], strict=True))
    ends: dict[str, str] = {}
    for day in sorted({day for column in columns.values() for day in column}):
        ends[day[:7]] = day
    form = str(layout["yaxis"].get("tickformat", ""))
    days = list(ends.values())[-MOST:]
    return [
        ("Month ends", *columns),
        *((day, *(_put(column.get(day), form) for column in columns.values())) for day in days),
    ]


def _put(value: AxisValue, form: str) -> str:
    if value is None or isinstance(value, str):
        return unescape(value or "")
    return percent(value, 1) if form.endswith("%") else f"{value:,.4g}"
