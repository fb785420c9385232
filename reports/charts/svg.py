"""A chart as an SVG that needs no script: for one file to mail, for paper, for notebooks.

It draws what the charts of this folder are made of, and nothing else of Plotly: lines, areas,
stacks, points, bars, a waterfall, a field of colours. Colours are the page's own variables, so a
drawing follows light and dark; where a page has none, as in a notebook, tones that both carry.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from itertools import groupby
from typing import Any

from markupsafe import Markup

from reports.charts.curves import Chart
from reports.charts.svg_axes import PlotAxis, axis_of

WIDTH, NARROW = 960, 380
"""Pixels of a drawing for a screen or paper, and for a phone."""

TONES: Mapping[str, str] = {
    "--own": "#3b8bd0", "--bench": "#d38b00", "--control": "#9a7cc0", "--control2": "#4f9d70",
    "--control3": "#bd7a45", "--control4": "#7d8b9a", "--past": "#8a929d", "--past2": "#a9b0ba",
    "--shade": "rgba(120,130,145,.12)", "--grid": "rgba(128,138,150,.25)", "--soft": "#7d8793",
    "--line": "rgba(128,138,150,.5)", "--ownsoft": "rgba(59,139,208,.15)", "--ink": "currentColor",
    "--bg": "none",
}  # fmt: skip
"""Colours that are legible on white and on black, by the variable of the pages."""


@dataclass(frozen=True)
class Frame:
    """The axes of a drawing; a trace names the upright one that it is drawn on."""

    x: PlotAxis
    ys: Mapping[str, PlotAxis]

    def y(self, trace: Mapping[str, Any]) -> PlotAxis:
        return self.ys[trace.get("yaxis", "y")]


def static(chart: Chart, shared: Mapping[str, Any], view: int = 0, width: int = WIDTH) -> Markup:
    """One view of a chart. shared: the lists that its figure refers to by name."""
    figure = _filled(chart.figure, shared)
    layout = figure["layout"]
    if chart.views:
        layout = {**layout, **_filled(chart.views[view]["layout"], shared)}
    if width <= NARROW:
        layout = _narrowed(layout)
    traces = [_shown(trace, layout.get("xaxis", {})) for trace in figure["data"]]
    height = int(layout["height"])
    frame = _frame(traces, layout, width, height)
    inner = [*_grid(frame, layout), *_shapes(frame, layout)]
    inner.append(_clipped("".join(_traces(traces, frame)), frame))
    inner += [*_notes(frame, layout), *_titles(frame, layout)]
    label = escape(f"{chart.title}. {chart.finding}")
    return Markup(
        f'<svg class="{"narrow" if width <= NARROW else "static"}" role="img" '
        f'aria-label="{label}" viewBox="0 0 {width} {height}" '
        f'style="width:100%;height:auto;max-width:{width * 1.25:g}px" '
        f'font-family="system-ui,sans-serif" font-size="12">{"".join(inner)}</svg>'
    )


def colour(value: Any) -> str:
    """A colour as SVG writes it; {"$css": name} is a variable of the page."""
    if isinstance(value, Mapping):
        name = str(value["$css"])
        tone = TONES.get(name) or TONES.get(name.removesuffix("-ink"), "#7d8793")
        return f"var({name},{tone})"
    return escape(str(value))


def _filled(value: Any, shared: Mapping[str, Any]) -> Any:
    if isinstance(value, list | tuple):
        return [_filled(part, shared) for part in value]
    if not isinstance(value, Mapping) or "$css" in value:
        return value
    if "$ref" in value:
        return shared[value["$ref"]]
    return {key: _filled(part, shared) for key, part in value.items()}


def _narrowed(layout: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without the words for which a phone has no room; the legend has the names."""
    notes = [note for note in layout.get("annotations", ()) if note.get("name") != "wide only"]
    axis = {**layout.get("xaxis", {})}
    axis |= {"nticks": 4} if axis.get("type") == "date" else {}
    margin = {**layout["margin"], "r": min(layout["margin"]["r"], 60)}
    return {**layout, "annotations": notes, "xaxis": axis, "margin": margin}


def _shown(trace: Mapping[str, Any], axis: Mapping[str, Any]) -> Mapping[str, Any]:
    """A curve without what lies outside of the dates shown; one value is kept on either side."""
    if axis.get("type") != "date" or "range" not in axis or trace["type"] != "scatter":
        return trace
    first = max(bisect_left(trace["x"], axis["range"][0]) - 1, 0)
    last = bisect_right(trace["x"], axis["range"][1]) + 1
    return {**trace, "x": trace["x"][first:last], "y": trace["y"][first:last]}


def _frame(
    traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any], width: int, height: int
) -> Frame:
    margin = layout["margin"]
    top, bottom = margin["t"], height - margin["b"]
    x_values = [value for trace in traces for value in _ends(trace, "x")]
    x = axis_of(layout.get("xaxis", {}), x_values, margin["l"], width - margin["r"])
    ys = {}
    for key in [name for name in ("yaxis", "yaxis2") if name in layout]:
        name = key.replace("axis", "")
        low, high = layout[key].get("domain", (0, 1))
        values = [value for trace in traces if trace.get("yaxis", "y") == name
                  for value in _ends(trace, "y")]  # fmt: skip
        reach = bottom - top
        ys[name] = axis_of(layout[key], values, bottom - low * reach, bottom - high * reach)
    return Frame(x, ys)


def _ends(trace: Mapping[str, Any], side: str) -> list[Any]:
    """The values of a trace, with what a bar or a thin line on it reaches to."""
    values = list(trace[side])
    if trace["type"] == "waterfall" and side == "x":
        return [0.0, *values]
    if trace["type"] != "bar" or side == "x":
        return values
    thin = trace.get("error_y")
    if thin:
        tops = zip(trace[side], thin["array"], strict=True)
        feet = zip(trace[side], thin["arrayminus"], strict=True)
        values += [value + up for value, up in tops] + [value - down for value, down in feet]
    return [0.0, *values]


def _clipped(drawn: str, frame: Frame) -> str:
    """What lies outside of the axes is cut off."""
    ends = [end for axis in frame.ys.values() for end in (axis.start, axis.end)]
    left, top = frame.x.start, min(ends)
    wide, high = frame.x.end - left, max(ends) - top
    return (f'<svg x="{left:g}" y="{top:g}" width="{wide:g}" height="{high:g}" '
            f'viewBox="{left:g} {top:g} {wide:g} {high:g}">{drawn}</svg>')  # fmt: skip


# --- what lies around the traces ---------------------------------------------------------------


def _grid(frame: Frame, layout: Mapping[str, Any]) -> Iterator[str]:
    soft = colour({"$css": "--soft"})
    for name, axis in frame.ys.items():
        about = layout[name.replace("y", "yaxis")]
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
        title = xaxis.get("title", {}).get("text", "")
        middle = (frame.x.start + frame.x.end) / 2
        yield _text(middle, bottom + 34, unescape(title), soft, "middle") if title else ""


def _shapes(frame: Frame, layout: Mapping[str, Any]) -> Iterator[str]:
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


def _notes(frame: Frame, layout: Mapping[str, Any]) -> Iterator[str]:
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


def _titles(frame: Frame, layout: Mapping[str, Any]) -> Iterator[str]:
    """What an upright axis counts, written upwards beside it."""
    for name, axis in frame.ys.items():
        title = layout[name.replace("y", "yaxis")].get("title", {}).get("text", "")
        if title:
            middle = (axis.start + axis.end) / 2
            yield (f'<text transform="translate(10 {middle:g}) rotate(-90)" text-anchor="middle" '
                   f'fill="{colour({"$css": "--soft"})}">{escape(unescape(title))}</text>')  # fmt: skip


# --- traces ------------------------------------------------------------------------------------


def _traces(traces: Sequence[Mapping[str, Any]], frame: Frame) -> Iterator[str]:
    stacks: dict[str, list[float]] = {}
    for trace in traces:
        if trace["type"] == "bar":
            yield from _bars(trace, frame)
        elif trace["type"] == "waterfall":
            yield from _waterfall(trace, frame)
        elif trace["type"] == "heatmap":
            yield from _field(trace, frame)
        elif trace.get("mode") == "markers":
            yield from _points(trace, frame)
        elif "stackgroup" in trace:
            yield _layer(trace, frame, stacks)
        else:
            yield from _curve(trace, frame)


def _curve(trace: Mapping[str, Any], frame: Frame) -> Iterator[str]:
    y = frame.y(trace)
    steps = trace["line"].get("shape") == "hv"
    points = [(frame.x.place(a), y.place(b)) for a, b in zip(trace["x"], trace["y"], strict=True)]
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


def _layer(trace: Mapping[str, Any], frame: Frame, stacks: dict[str, list[float]]) -> str:
    """An area on top of those of its group that came before."""
    y, values = frame.y(trace), [float(value) for value in trace["y"]]
    below = stacks.setdefault(trace["stackgroup"], [0.0] * len(values))
    above = [low + value for low, value in zip(below, values, strict=True)]
    stacks[trace["stackgroup"]] = above
    xs = [frame.x.place(day) or 0.0 for day in trace["x"]]
    edges = [[(x, y.at(v)) for x, v in zip(xs, row, strict=True)] for row in (above, below)]
    if trace["line"].get("shape") == "hv":
        edges = [_stepped(edge) for edge in edges]
    area = _joined([*edges[0], *reversed(edges[1])])
    return f'<polygon points="{area}" fill="{colour(trace["fillcolor"])}"/>'


def _points(trace: Mapping[str, Any], frame: Frame) -> Iterator[str]:
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


def _bars(trace: Mapping[str, Any], frame: Frame) -> Iterator[str]:
    y = frame.y(trace)
    paint = colour(trace["marker"]["color"])
    wide = frame.x.step * 0.7
    if "width" in trace:
        wide = max(frame.x.at(trace["width"]) - frame.x.at(0.0) - 1, 1.0)
    thin = trace.get("error_y")
    for row, (a, value) in enumerate(zip(trace["x"], trace["y"], strict=True)):
        x = frame.x.place(a)
        if x is None:
            continue
        ends = sorted((y.at(max(min(0.0, y.high), y.low)), y.at(float(value))))
        yield _box(x - wide / 2, ends[0], wide, ends[1] - ends[0], paint)
        if thin:
            ends = [y.at(value + thin["array"][row]), y.at(value - thin["arrayminus"][row])]
            yield _line(x, ends[0], x, ends[1], colour(thin["color"]), 1.5)


def _waterfall(trace: Mapping[str, Any], frame: Frame) -> Iterator[str]:
    y, level = frame.y(trace), 0.0
    rows = zip(trace["y"], trace["x"], trace["measure"], trace["text"], strict=True)
    for name, value, kind, text in rows:
        before = 0.0 if kind == "total" else level
        level = value if kind == "total" else level + value
        which = "totals" if kind == "total" else "increasing" if value >= 0 else "decreasing"
        left, right = sorted((frame.x.at(before), frame.x.at(level)))
        at, high = y.place(name) or 0.0, y.step * 0.7
        paint = colour(trace[which]["marker"]["color"])
        yield _box(left, at - high / 2, max(right - left, 1.0), high, paint)
        yield _text(right + 5, at, text, colour({"$css": "--ink"}), "start")


def _field(trace: Mapping[str, Any], frame: Frame) -> Iterator[str]:
    y = frame.y(trace)
    cells = [cell for row in trace["z"] for cell in row if cell is not None]
    low, wide = min(cells), (max(cells) - min(cells)) or 1.0
    ends = [colour(paint) for _, paint in trace["colorscale"]]
    for row, up in enumerate(trace["y"]):
        for column, across in enumerate(trace["x"]):
            cell = trace["z"][row][column]
            x, at = frame.x.place(across), y.place(up)
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
    """Level until the next point, then upright."""
    path = [points[0]]
    for x, y in points[1:]:
        path += [(x, path[-1][1]), (x, y)]
    return path


def _thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Of many points in one pixel across the first, the lowest, the highest and the last."""
    path: list[tuple[float, float]] = []
    for _, part in groupby(points, lambda point: round(point[0])):
        near = list(part)
        ends = (near[0], min(near, key=lambda p: p[1]), max(near, key=lambda p: p[1]), near[-1])
        path += near if len(near) < len(ends) else sorted(set(ends))
    return path


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
