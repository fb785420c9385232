"""A chart as an SVG that needs no script: for one file to mail, for paper, for notebooks.

It draws what the charts of this folder are made of, and nothing else of Plotly: lines, areas,
stacks, points, bars, a waterfall, a field of colours. Colours are the page's own variables, so a
drawing follows light and dark; where a page has none, as in a notebook, tones that both carry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from itertools import groupby
from typing import Literal, TypeAlias

from markupsafe import Markup

from reports.charts.figure import (
    AxisValue,
    BarTrace,
    Chart,
    ChartLayout,
    Colour,
    FieldTrace,
    LineTrace,
    PointTrace,
    Shared,
    Trace,
    WaterfallTrace,
    across,
    narrowed,
    upright,
    within_dates,
)
from reports.charts.svg_axes import PlotAxis, axis_of

WIDTH, NARROW = 960, 380
"""Pixels of a drawing for a screen or paper, and for a phone."""

SEEN = 0.4
"""Pixels by which a step must move to be drawn."""

TONES: Mapping[str, str] = {
    "--own": "#3b8bd0", "--bench": "#d38b00", "--control": "#9a7cc0", "--control2": "#4f9d70",
    "--control3": "#bd7a45", "--control4": "#7d8b9a", "--past": "#8a929d", "--past2": "#a9b0ba",
    "--shade": "rgba(120,130,145,.12)", "--grid": "rgba(128,138,150,.25)", "--soft": "#7d8793",
    "--line": "rgba(128,138,150,.5)", "--ownsoft": "rgba(59,139,208,.15)", "--ink": "currentColor",
    "--bg": "none",
}  # fmt: skip
"""Colours that are legible on white and on black, by the variable of the pages."""


Upright: TypeAlias = Literal["y", "y2"]
UPRIGHTS: tuple[tuple[Upright, Literal["yaxis", "yaxis2"]], ...] = (
    ("y", "yaxis"), ("y2", "yaxis2")
)  # fmt: skip
"""As traces and as layouts call them."""


@dataclass(frozen=True)
class Frame:
    """The axes of a drawing; a trace names the upright one that it is drawn on."""

    x: PlotAxis
    ys: Mapping[Upright, PlotAxis]
    shared: Shared

    def y(self, trace: Trace) -> PlotAxis:
        return self.ys[upright(trace)]

    def across(self, trace: Trace) -> Sequence[AxisValue]:
        return across(trace, self.shared)


def static(chart: Chart, shared: Shared, view: int = 0, width: int = WIDTH) -> Markup:
    """One view of a chart. shared: the lists that its figure refers to by name."""
    layout, traces = chart.figure["layout"], chart.figure["data"]
    if chart.views:
        layout = {**layout, **chart.views[view]["layout"]}
    if width <= NARROW:
        layout = narrowed(layout)
    traces = [within_dates(trace, layout.get("xaxis", {}), shared) for trace in traces]
    height = int(layout["height"])
    frame = _frame(traces, layout, shared, width)
    inner = [*_grid(frame, layout), *_shapes(frame, layout)]
    drawn = "".join(_traces(traces, frame))
    beside = any(trace["type"] == "waterfall" for trace in traces)  # its figures lie in the margin
    inner.append(drawn if beside else _clipped(drawn, frame))
    inner += [*_notes(frame, layout), *_titles(frame, layout)]
    label = escape(f"{chart.title}. {chart.finding}")
    return Markup(
        f'<svg class="{"narrow" if width <= NARROW else "static"}" role="img" '
        f'aria-label="{label}" viewBox="0 0 {width} {height}" '
        f'style="width:100%;height:auto;max-width:{width * 1.25:g}px" '
        f'font-family="system-ui,sans-serif" font-size="12">{"".join(inner)}</svg>'
    )


def colour(value: Colour) -> str:
    """A colour as SVG writes it; {"$css": name} is a variable of the page."""
    if isinstance(value, dict):
        name = value["$css"]
        tone = TONES.get(name) or TONES.get(name.removesuffix("-ink"), "#7d8793")
        return f"var({name},{tone})"
    return escape(value)


def _frame(traces: Sequence[Trace], layout: ChartLayout, shared: Shared, width: int) -> Frame:
    margin = layout["margin"]
    top, bottom = margin["t"], layout["height"] - margin["b"]
    x_values = [value for trace in traces for value in _across(trace, shared)]
    x = axis_of(layout.get("xaxis", {}), x_values, margin["l"], width - margin["r"])
    ys: dict[Upright, PlotAxis] = {}
    for name, key in UPRIGHTS:
        if key not in layout:
            continue
        low, high = layout[key].get("domain", (0, 1))
        values = [value for trace in traces if upright(trace) == name for value in _up(trace)]
        reach = bottom - top
        ys[name] = axis_of(layout[key], values, bottom - low * reach, bottom - high * reach)
    return Frame(x, ys, shared)


def _across(trace: Trace, shared: Shared) -> list[AxisValue]:
    """The values of a trace along x; a waterfall begins at zero."""
    values = across(trace, shared)
    return [0.0, *values] if trace["type"] == "waterfall" else [*values]


def _up(trace: Trace) -> list[AxisValue]:
    """The values of a trace, with what a bar or a thin line on it reaches to."""
    if trace["type"] != "bar":
        return [*trace["y"]]
    values, thin = [0.0, *trace["y"]], trace.get("error_y")
    if not thin:
        return [*values]
    tops = zip(trace["y"], thin["array"], strict=True)
    feet = zip(trace["y"], thin["arrayminus"], strict=True)
    return [*values, *(value + up for value, up in tops), *(value - down for value, down in feet)]


def _clipped(drawn: str, frame: Frame) -> str:
    """What lies outside of the axes is cut off."""
    ends = [end for axis in frame.ys.values() for end in (axis.start, axis.end)]
    left, top = frame.x.start, min(ends)
    wide, high = frame.x.end - left, max(ends) - top
    return (f'<svg x="{left:g}" y="{top:g}" width="{wide:g}" height="{high:g}" '
            f'viewBox="{left:g} {top:g} {wide:g} {high:g}">{drawn}</svg>')  # fmt: skip


# --- what lies around the traces ---------------------------------------------------------------


def _grid(frame: Frame, layout: ChartLayout) -> Iterator[str]:
    soft = colour({"$css": "--soft"})
    for name, key in UPRIGHTS:
        if name not in frame.ys:
            continue
        axis, about = frame.ys[name], layout[key]
        for at, text in axis.ticks(about):
            if not axis.inside(at):
                continue
            y = axis.at(at)
            if axis.kind != "category" and about.get("showgrid", True):
                yield _line(frame.x.start, y, frame.x.end, y, colour({"$css": "--grid"}))
            yield _text(frame.x.start - 6, y, text, soft, "end")
    xaxis = layout.get("xaxis", {})
    if xaxis.get("visible", True):
        bottom = max(max(axis.start, axis.end) for axis in frame.ys.values())
        yield _line(frame.x.start, bottom, frame.x.end, bottom, colour({"$css": "--line"}))
        for at, text in frame.x.ticks(xaxis):
            if frame.x.inside(at):
                yield _text(frame.x.at(at), bottom + 14, text, soft, "middle")
        title = xaxis["title"]["text"] if "title" in xaxis else ""
        middle = (frame.x.start + frame.x.end) / 2
        yield _text(middle, bottom + 34, unescape(title), soft, "middle") if title else ""


def _shapes(frame: Frame, layout: ChartLayout) -> Iterator[str]:
    y = frame.ys["y"]
    for shape in layout.get("shapes", ()):
        ends = (frame.x.place(shape["x0"]), frame.x.place(shape["x1"]))
        if ends[0] is None or ends[1] is None:
            continue
        left, right = (min(max(end, frame.x.start), frame.x.end) for end in (ends[0], ends[1]))
        if shape["type"] == "rect":
            top, high = min(y.start, y.end), abs(y.end - y.start)
            yield (f'<rect x="{left}" y="{top}" width="{round(right - left, 1)}" '
                   f'height="{high:g}" fill="{colour(shape["fillcolor"])}"/>')  # fmt: skip
        else:
            rows: tuple[float | None, ...] = (y.start, y.end)
            if shape.get("yref") != "paper":
                rows = (y.place(shape["y0"]), y.place(shape["y1"]))
            yield _line(left, rows[0], right, rows[1], colour(shape["line"]["color"]),
                        shape["line"]["width"])  # fmt: skip


def _notes(frame: Frame, layout: ChartLayout) -> Iterator[str]:
    """The names at the ends of curves, and other words in a drawing."""
    y = frame.ys["y"]
    for note in layout.get("annotations", ()):
        x = frame.x.place(note["x"])
        at = y.at(note["y"]) if note.get("yref") == "y" else y.place(note["y"])
        if note.get("yref") == "paper":
            at = y.start - 8 - note["y"] * abs(y.end - y.start)
        if x is None or at is None:
            continue
        anchor = {"left": "start", "right": "end"}.get(note.get("xanchor", ""), "middle")
        yield _text(x + note.get("xshift", 0), at - note.get("yshift", 0),
                    unescape(note["text"]), colour(note["font"]["color"]), anchor)  # fmt: skip


def _titles(frame: Frame, layout: ChartLayout) -> Iterator[str]:
    """What an upright axis counts, written upwards beside it."""
    paint = colour({"$css": "--soft"})
    for name, key in UPRIGHTS:
        if name in frame.ys and "title" in layout[key]:
            axis, title = frame.ys[name], escape(unescape(layout[key]["title"]["text"]))
            middle = (axis.start + axis.end) / 2
            yield (f'<text transform="translate(10 {middle:g}) rotate(-90)" '
                   f'text-anchor="middle" fill="{paint}">{title}</text>')  # fmt: skip


# --- traces ------------------------------------------------------------------------------------


def _traces(traces: Sequence[Trace], frame: Frame) -> Iterator[str]:
    stacks: dict[str, list[float]] = {}
    for trace in traces:
        if trace["type"] == "bar":
            yield from _bars(trace, frame)
        elif trace["type"] == "waterfall":
            yield from _waterfall(trace, frame)
        elif trace["type"] == "heatmap":
            yield from _field(trace, frame)
        elif trace["mode"] == "markers":
            yield from _points(trace, frame)
        elif "stackgroup" in trace:
            yield _layer(trace, frame, stacks)
        else:
            yield from _curve(trace, frame)


def _curve(trace: LineTrace, frame: Frame) -> Iterator[str]:
    y = frame.y(trace)
    steps = trace["line"].get("shape") == "hv"
    points = [
        (frame.x.place(a), y.place(b)) for a, b in zip(frame.across(trace), trace["y"], strict=True)
    ]
    for whole, part in groupby(points, lambda point: None not in point):
        if not whole:
            continue
        path = [(a, b) for a, b in part if a is not None and b is not None]
        path = _stepped(path) if steps else _thinned(path)
        if trace.get("fill") == "tozeroy":
            zero = y.at(0.0)
            area = [(path[0][0], zero), *path, (path[-1][0], zero)]
            yield f'<polygon points="{_joined(area)}" fill="{colour(trace["fillcolor"])}"/>'
        dash = ' stroke-dasharray="4 3"' if trace["line"].get("dash") else ""
        yield (f'<polyline points="{_joined(path)}" fill="none"{dash} '
               f'stroke="{colour(trace["line"]["color"])}" '
               f'stroke-width="{trace["line"]["width"]}"/>')  # fmt: skip


def _layer(trace: LineTrace, frame: Frame, stacks: dict[str, list[float]]) -> str:
    """An area on top of those of its group that came before."""
    y, values = frame.y(trace), [float(value or 0.0) for value in trace["y"]]
    below = stacks.setdefault(trace["stackgroup"], [0.0] * len(values))
    above = [low + value for low, value in zip(below, values, strict=True)]
    stacks[trace["stackgroup"]] = above
    xs = [frame.x.place(day) or 0.0 for day in frame.across(trace)]
    last = {round(x): place for place, x in enumerate(xs)}  # of several in one pixel
    edges = [[(xs[place], y.at(row[place])) for place in last.values()] for row in (above, below)]
    if trace["line"].get("shape") == "hv":
        edges = [_stepped(edge) for edge in edges]
    area = _joined([*edges[0], *reversed(edges[1])])
    return f'<polygon points="{area}" fill="{colour(trace["fillcolor"])}"/>'


def _points(trace: PointTrace, frame: Frame) -> Iterator[str]:
    y, marker = frame.y(trace), trace["marker"]
    for row, (a, b) in enumerate(zip(trace["x"], trace["y"], strict=True)):
        x, at, half = frame.x.place(a), y.place(b), marker["size"][row] / 2
        if x is None or at is None:
            continue
        paint = colour(marker["color"][row])
        if marker["symbol"][row] == "diamond":
            corners = [(x, at - half), (x + half, at), (x, at + half), (x - half, at)]
            yield f'<polygon points="{_joined(corners)}" fill="{paint}"/>'
        else:
            yield f'<circle cx="{x}" cy="{at}" r="{half:g}" fill="{paint}"/>'


def _bars(trace: BarTrace, frame: Frame) -> Iterator[str]:
    y = frame.y(trace)
    paint = colour(trace["marker"]["color"])
    wide = frame.x.step * 0.7
    if "width" in trace:
        wide = max(frame.x.at(trace["width"]) - frame.x.at(0.0) - 1, 1.0)
    thin = trace.get("error_y")
    for row, (a, value) in enumerate(zip(frame.across(trace), trace["y"], strict=True)):
        x = frame.x.place(a)
        if x is None:
            continue
        ends = sorted((y.at(max(min(0.0, y.high), y.low)), y.at(float(value))))
        yield _box(x - wide / 2, ends[0], wide, ends[1] - ends[0], paint)
        if thin:
            ends = [y.at(value + thin["array"][row]), y.at(value - thin["arrayminus"][row])]
            yield _line(x, ends[0], x, ends[1], colour(thin["color"]), 1.5)


def _waterfall(trace: WaterfallTrace, frame: Frame) -> Iterator[str]:
    y, level = frame.y(trace), 0.0
    rows = zip(trace["y"], trace["x"], trace["measure"], trace["text"], strict=True)
    for name, value, kind, text in rows:
        whole, value = kind == "total", value or 0.0
        before = 0.0 if whole else level
        level = value if whole else level + value
        step = trace["increasing"] if value >= 0 else trace["decreasing"]
        left, right = sorted((frame.x.at(before), frame.x.at(level)))
        at, high = y.place(name) or 0.0, y.step * 0.7
        paint = colour((trace["totals"] if whole else step)["marker"]["color"])
        yield _box(left, at - high / 2, max(right - left, 1.0), high, paint)
        yield _text(right + 5, at, text, colour({"$css": "--ink"}), "start")


def _field(trace: FieldTrace, frame: Frame) -> Iterator[str]:
    y = frame.y(trace)
    cells = [cell for row in trace["z"] for cell in row if cell is not None]
    low, wide = min(cells), (max(cells) - min(cells)) or 1.0
    ends = [colour(paint) for _, paint in trace["colorscale"]]
    for row, up in enumerate(trace["y"]):
        for column, name in enumerate(trace["x"]):
            cell = trace["z"][row][column]
            x, at = frame.x.place(name), y.place(up)
            if cell is None or x is None or at is None:
                continue
            share = round((cell - low) / wide * 100)
            paint = f"color-mix(in srgb,{ends[1]} {share}%,{ends[0]})"
            step, high = frame.x.step - 2, y.step - 2
            yield _box(x - step / 2, at - high / 2, step, high, paint)
            if "texttemplate" in trace:
                ink = colour({"$css": "--ink"})
                yield _text(x, at, trace["text"][row][column], ink, "middle")


# --- marks -------------------------------------------------------------------------------------


def _joined(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)


def _stepped(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Level until the next point that is seen to lie elsewhere, then upright."""
    path = [points[0]]
    for x, y in points[1:]:
        if abs(y - path[-1][1]) >= SEEN:
            path += [(x, path[-1][1]), (x, y)]
    end = (points[-1][0], path[-1][1])
    return path if path[-1] == end else [*path, end]


def _thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Of many points in one pixel across the lowest and the highest; at the end the last."""
    path: list[tuple[float, float]] = []
    for _, part in groupby(points, lambda point: round(point[0])):
        near = list(part)
        ends = {min(near, key=lambda p: p[1]), max(near, key=lambda p: p[1])}
        path += near if len(near) <= len(ends) else sorted(ends)
    return path if path[-1] == points[-1] else [*path, points[-1]]


def _box(x: float, y: float, wide: float, high: float, paint: str) -> str:
    return (f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{max(high, 0.0):.1f}" '
            f'style="fill:{paint}"/>')  # fmt: skip


def _line(
    x: float, y: float | None, x2: float, y2: float | None, paint: str, wide: float = 1
) -> str:
    return (f'<line x1="{x:g}" y1="{y or 0:g}" x2="{x2:g}" y2="{y2 or 0:g}" '
            f'stroke="{paint}" stroke-width="{wide:g}"/>')  # fmt: skip


def _text(x: float, y: float, text: str, paint: str, anchor: str) -> str:
    return (f'<text x="{x:.1f}" y="{y:.1f}" dy=".35em" text-anchor="{anchor}" '
            f'fill="{paint}">{escape(text)}</text>')  # fmt: skip
