"""What a chart is drawn from: a Plotly figure as JSON, as far as our charts use one.

Two kinds of value are ours, and filled in by whoever draws: a colour of the style sheet, and a list
of days that several curves share.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NotRequired, TypeAlias, TypedDict

Css = TypedDict("Css", {"$css": str})
"""A colour by its variable in the style sheet, for light and dark."""

SharedDays = TypedDict("SharedDays", {"$ref": str})
"""A list of days by its name in the page's `shared`."""

Colour: TypeAlias = Css | str
Shared: TypeAlias = Mapping[str, Sequence[str]]
"""ISO days by the name that figures refer to."""

END_LABEL = 24
"""Characters of a name at the end of a curve."""

AxisValue: TypeAlias = float | str | None
"""A number, an ISO day or a category."""


class Font(TypedDict, total=False):
    """How text is set."""

    family: str
    size: int
    color: Colour


class Stroke(TypedDict, total=False):
    """A line. shape: "hv" is level until the next point."""

    color: Colour
    width: float
    shape: str
    dash: str


class AxisTitle(TypedDict):
    """What an axis shows."""

    text: str


class ChartAxis(TypedDict, total=False):
    """One axis; what it does not say follows from the values."""

    type: str
    anchor: str
    autorange: str
    automargin: bool
    domain: Sequence[float]
    fixedrange: bool
    gridcolor: Colour
    linecolor: Colour
    nticks: int
    range: Sequence[float | str]
    rangemode: str
    showgrid: bool
    tickcolor: Colour
    tickfont: Font
    tickformat: str
    ticks: str
    ticktext: Sequence[str]
    tickvals: Sequence[float]
    title: AxisTitle
    visible: bool
    zeroline: bool
    zerolinecolor: Colour


class ChartShape(TypedDict):
    """A rectangle or a line behind or on the curves."""

    type: Literal["rect", "line"]
    x0: AxisValue
    x1: AxisValue
    y0: float
    y1: float
    line: Stroke
    xref: NotRequired[str]
    yref: NotRequired[str]
    layer: NotRequired[str]
    fillcolor: NotRequired[Colour]


class Annotation(TypedDict):
    """Words in a drawing. name: "wide only" where a phone has no room for them."""

    text: str
    x: AxisValue
    y: float
    showarrow: bool
    xanchor: str
    yanchor: str
    font: Font
    name: NotRequired[str]
    align: NotRequired[str]
    xref: NotRequired[str]
    yref: NotRequired[str]
    xshift: NotRequired[float]
    yshift: NotRequired[float]


class Margin(TypedDict):
    """Pixels around the axes."""

    l: int  # noqa: E741 - as Plotly calls it
    r: int
    t: int
    b: int


class HoverLabel(TypedDict):
    """The box beside the pointer."""

    bgcolor: Colour
    bordercolor: Colour
    font: Font


class ChartLayout(TypedDict, total=False):
    """All of a figure but its traces; a view holds the part that it changes."""

    height: int
    margin: Margin
    font: Font
    hoverlabel: HoverLabel
    hovermode: str
    dragmode: bool
    bargap: float
    showlegend: bool
    paper_bgcolor: str
    plot_bgcolor: str
    xaxis: ChartAxis
    yaxis: ChartAxis
    yaxis2: ChartAxis
    shapes: Sequence[ChartShape]
    annotations: Sequence[Annotation]


class LineTrace(TypedDict):
    """A curve over time, or an area on those of its group."""

    type: Literal["scatter"]
    mode: Literal["lines"]
    name: str
    x: Sequence[str] | SharedDays
    y: Sequence[float | None]
    line: NotRequired[Stroke]
    yaxis: NotRequired[Literal["y", "y2"]]
    fill: NotRequired[str]
    fillcolor: NotRequired[Colour]
    stackgroup: NotRequired[str]
    hoverinfo: NotRequired[str]
    hovertemplate: NotRequired[str]


class PointMarkers(TypedDict):
    """Of each point."""

    size: Sequence[float]
    symbol: Sequence[str]
    color: Sequence[Colour]


class PointTrace(TypedDict):
    """Points with a name each."""

    type: Literal["scatter"]
    mode: Literal["markers"]
    x: Sequence[float]
    y: Sequence[float | None]
    text: Sequence[str]
    hovertemplate: str
    marker: PointMarkers


class Filling(TypedDict):
    """How bars look."""

    color: Colour
    line: NotRequired[Stroke]


class ErrorBars(TypedDict):
    """Thin lines on bars: by how much they reach above and below the values."""

    type: str
    symmetric: bool
    thickness: float
    width: float
    color: Colour
    array: Sequence[float]
    arrayminus: Sequence[float]


class BarTrace(TypedDict):
    """Upright bars. width: of each, as the axis counts."""

    type: Literal["bar"]
    x: Sequence[float | None] | Sequence[str]
    y: Sequence[float]
    marker: Filling
    hovertemplate: str
    width: NotRequired[float]
    name: NotRequired[str]
    error_y: NotRequired[ErrorBars]


class FilledBars(TypedDict):
    """The bars of one kind in a waterfall."""

    marker: Filling


class Connector(TypedDict):
    """Between the bars of a waterfall."""

    line: Stroke


class WaterfallTrace(TypedDict):
    """Steps below each other. measure: "relative" is a step, "total" the level so far."""

    type: Literal["waterfall"]
    orientation: str
    x: Sequence[float | None]
    y: Sequence[str]
    measure: Sequence[str]
    text: Sequence[str]
    textposition: str
    cliponaxis: bool
    hoverinfo: str
    connector: Connector
    increasing: FilledBars
    decreasing: FilledBars
    totals: FilledBars


class FieldTrace(TypedDict):
    """A field of colours. z: rows by y, columns by x."""

    type: Literal["heatmap"]
    x: Sequence[str]
    y: Sequence[str]
    z: Sequence[Sequence[float | None]]
    text: Sequence[Sequence[str]]
    colorscale: Sequence[tuple[float, Colour]]
    hovertemplate: str
    showscale: bool
    xgap: int
    ygap: int
    texttemplate: NotRequired[str]
    textfont: NotRequired[Font]


Trace: TypeAlias = LineTrace | PointTrace | BarTrace | WaterfallTrace | FieldTrace


class ChartFigure(TypedDict):
    """A figure: what is drawn, on what."""

    data: Sequence[Trace]
    layout: ChartLayout


class ChartView(TypedDict):
    """A stretch that one can choose, with what it changes of the layout and what it shows."""

    label: str
    finding: str
    layout: ChartLayout


@dataclass(frozen=True)
class Chart:
    """A figure with the words that stand for it; `views` are the stretches one can choose.

    finding: of the first view. legend: names in full, each with its colour.
    """

    name: str
    title: str
    finding: str
    figure: ChartFigure
    views: tuple[ChartView, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()

    @property
    def ended(self) -> bool:
        """Whether all names stand in full at the ends of their curves, where there is room."""
        longest = max((len(name) for name, _ in self.legend), default=0)
        return bool(self.figure["layout"].get("annotations")) and longest <= END_LABEL


def across(trace: Trace, shared: Shared) -> Sequence[AxisValue]:
    """The values of a trace along x, those of a shared list looked up."""
    values = trace["x"]
    return shared[values["$ref"]] if isinstance(values, dict) else values


def upright(trace: Trace) -> Literal["y", "y2"]:
    """Which upright axis a trace is drawn on."""
    if trace["type"] == "scatter" and trace["mode"] == "lines":
        return trace.get("yaxis", "y")
    return "y"


def lines_of(traces: Sequence[Trace]) -> list[LineTrace]:
    """The curves and areas among the traces."""
    return [row for row in traces if row["type"] == "scatter" and row["mode"] == "lines"]


def narrowed(layout: ChartLayout) -> ChartLayout:
    """Without the words for which a phone has no room; the legend has the names."""
    axis, margin = layout.get("xaxis", {}), layout["margin"]
    if axis.get("type") == "date":
        axis = {**axis, "nticks": 4}
    notes = [note for note in layout.get("annotations", ()) if note.get("name") != "wide only"]
    right = min(margin["r"], 60)
    return {**layout, "annotations": notes, "xaxis": axis, "margin": {**margin, "r": right}}


def within_dates(trace: Trace, axis: ChartAxis, shared: Shared) -> Trace:
    """A curve without what lies outside of the dates shown; one value is kept on either side."""
    if axis.get("type") != "date" or "range" not in axis:
        return trace
    if trace["type"] != "scatter" or trace["mode"] != "lines":
        return trace
    days = [str(day) for day in across(trace, shared)]
    first = max(bisect_left(days, str(axis["range"][0])) - 1, 0)
    last = bisect_right(days, str(axis["range"][1])) + 1
    return {**trace, "x": days[first:last], "y": trace["y"][first:last]}
