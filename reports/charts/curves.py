"""Curves over time as figures: growth, drawdown, and what all charts share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import isfinite, log10

import numpy as np
import pandas as pd

from newsfolio.formatting import percent
from reports.charts.figure import (
    Annotation,
    Chart,
    ChartAxis,
    ChartLayout,
    ChartShape,
    ChartView,
    Colour,
    LineTrace,
)
from reports.charts.labels import Label, end_labels, plain
from reports.record import RunRecord, curve_name, scoring

OWN, BENCHMARK = "--own", "--bench"
CONTROLS = ("--control", "--control2", "--control3", "--control4")
LOG_FROM = 3.0
"""Highest over lowest growth from which the axis is logarithmic."""
NARROWEST = 1e-4
"""Of the values: a curve that moves by less looks flat, as it is."""
SEEN, ROUNDING = 1e-4, 1e-9
"""Of a curve: what differs by less cannot be told apart in a drawing, or not at all."""


@dataclass(frozen=True, eq=False)
class Divided:
    """A run's sessions around the divide; all of it is shown as context where nothing scores.

    row: of the divide; 0 without an article, so that all of the run is in colour.
    """

    days: pd.DatetimeIndex
    row: int
    article: bool

    @property
    def context(self) -> pd.DatetimeIndex:
        """Sessions up to the divide: as many a week as after it, so that grey is not smoother."""
        return self.days[: self.row + 1]

    @property
    def scored(self) -> pd.DatetimeIndex:
        """The divide and what follows."""
        return self.days[self.row :]

    def spans(self) -> list[tuple[str, pd.Timestamp, pd.Timestamp]]:
        """Stretches to show: around publication, and the whole run where that is much longer."""
        first, last, divide = self.days[0], self.days[-1], self.days[self.row]
        whole = ("Whole run", first, last)
        near = divide - max(last - divide, timedelta(days=200))
        if not self.article or near - first < timedelta(days=120):
            return [whole]
        return [("Around publication", near, last), whole]

    def shared(self) -> dict[str, list[str]]:
        """The lists of dates that curves refer to."""
        return {"context": _iso(self.context), "scored": _iso(self.scored)}


@dataclass(frozen=True, eq=False)
class Curve:
    """One line: who, its colour, its equity on the run's sessions. `lead`: it stands out."""

    who: str
    colour: str
    equity: pd.Series
    lead: bool = False


def divided(record: RunRecord) -> Divided:
    """A run's sessions around where its score begins."""
    days = pd.DatetimeIndex(record.equity.index)
    if not record.manifest["thesis"] or not len(days):
        return Divided(days, 0, False)
    day = scoring(record.manifest, record.evaluation)["divide"]
    row = len(days) - 1 if day is None else int(days.searchsorted(pd.Timestamp(day), "right")) - 1
    return Divided(days, max(row, 0), True)


def curves(record: RunRecord) -> list[Curve]:
    """In the order of the tables from behind, so that the strategy lies on top."""
    names = [str(name) for name in record.references if name != "benchmark"]
    lines = [
        Curve(curve_name(name), colour, record.references[name])
        for name, colour in zip(names, CONTROLS, strict=False)
    ]
    if "benchmark" in record.references:
        lines.append(Curve(curve_name("benchmark"), BENCHMARK, record.references["benchmark"]))
    return [*reversed(lines), Curve(curve_name("strategy"), OWN, record.curve, lead=True)]


def growth_chart(lines: Sequence[Curve], parts: Divided) -> Chart:
    """Every curve as growth of 1 at the divide; grey up to it."""
    grown = [(line, rebased(line.equity, parts.row)) for line in lines]
    traces = [trace for line, growth in grown for trace in _both(line, growth, parts)]
    ends = [(line, growth.dropna()) for line, growth in grown]
    last = [Label(line.who, line.colour, float(g.iloc[-1])) for line, g in ends if len(g)]
    twins = _identical(grown, parts.row)
    findings = [_since_divide(last, parts), _since_start(grown, parts)]
    views: tuple[ChartView, ...] = tuple(
        {"label": name, "finding": " ".join(filter(None, (finding, twins))),
         "layout": _stretch(start, end, [growth for _, growth in grown], last, parts)}
        for (name, start, end), finding in zip(parts.spans(), findings, strict=False)
    )  # fmt: skip
    layout: ChartLayout = {
        **base_layout(400), **views[0]["layout"], "hovermode": "x unified"
    }  # fmt: skip
    return Chart("growth", "Growth of 1", views[0]["finding"], {"data": traces, "layout": layout},
                 views if len(views) > 1 else (), _legend(lines))  # fmt: skip


def drawdown_chart(lines: Sequence[Curve], parts: Divided) -> Chart:
    """Each curve below its highest so far, counted anew from the divide."""
    traces: list[LineTrace] = []
    worst: dict[str, float] = {}
    earlier: dict[str, float] = {}
    for line in reversed(lines):
        growth = rebased(line.equity, parts.row)
        before, after = _under(growth.iloc[: parts.row + 1]), _under(growth.iloc[parts.row :])
        worst[line.who], earlier[line.who] = float(after.min()), float(before.min())
        under = pd.concat([before.iloc[:-1], after])
        traces = [*_both(line, under, parts, fill=line.lead), *traces]
    day = f"{parts.days[parts.row]:%Y-%m-%d}"
    since = f"Deepest{f' since {day}' if parts.article else ''}: {_depths(worst)}."
    whole = f"Deepest up to {day}: {_depths(earlier)}. Since then, counted anew: {_depths(worst)}."
    views = date_views(parts, [since, whole])
    layout: ChartLayout = {
        **base_layout(260),
        **views[0]["layout"],
        "yaxis": {**_axis(), "tickformat": ".0%", "rangemode": "tozero", "nticks": 5},
        "shapes": _shade(parts),
        "hovermode": "x unified",
    }
    return Chart("drawdown", "Below the highest so far", since, {"data": traces, "layout": layout},
                 views if len(views) > 1 else (), _legend(lines))  # fmt: skip


def _legend(lines: Sequence[Curve]) -> tuple[tuple[str, str], ...]:
    return tuple((line.who, line.colour) for line in reversed(lines))


def rebased(equity: pd.Series, row: int) -> pd.Series:
    """Growth of 1 at the divide, or at the first value known after it."""
    after = equity.iloc[row:].dropna()
    start = float(after.iloc[0]) if len(after) else 0.0
    return equity / start if start > 0 else equity * np.nan


def weekly(table: pd.Series) -> pd.Series:
    """The last session of each week, and the first and last of all."""
    if len(table) < 3:
        return table
    index = pd.DatetimeIndex(table.index)
    weeks = index.to_period("W")
    keep = np.r_[weeks[1:] != weeks[:-1], True]
    keep[0] = True
    return table[keep]


def base_layout(height: int, right: int = 12) -> ChartLayout:
    """What all charts share: no frame, no background, the page's own type."""
    return {
        "height": height,
        "margin": {"l": 52, "r": right, "t": 14, "b": 34},
        "showlegend": False,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 12, "color": {"$css": "--soft"}},
        "hoverlabel": {"bgcolor": {"$css": "--bg"}, "bordercolor": {"$css": "--line"},
                       "font": {"color": {"$css": "--ink"}}},
        "dragmode": False,
    }  # fmt: skip


def short(values: Sequence[float], digits: int = 5) -> list[float | None]:
    """Numbers to a few significant digits; None where there is none."""
    return [float(f"{value:.{digits}g}") if isfinite(value) else None for value in values]


def _iso(days: pd.DatetimeIndex) -> list[str]:
    return [f"{day:%Y-%m-%d}" for day in days]


def _both(line: Curve, values: pd.Series, parts: Divided, *, fill: bool = False) -> list[LineTrace]:
    """A curve in grey up to the divide, in its colour after."""
    traces: list[LineTrace] = []
    if parts.article and parts.row:
        grey: Colour = {"$css": "--past" if line.lead else "--past2"}
        traces.append({
            **_trace(line.who, "context", values.reindex(parts.context), digits=4),
            "line": {"color": grey, "width": 1.8 if line.lead else 1.0}, "hoverinfo": "skip",
        })  # fmt: skip
    after = _trace(line.who, "scored", values.reindex(parts.scored))
    after["line"] = {"color": {"$css": line.colour}, "width": 2.4 if line.lead else 1.5}
    if fill:
        after |= {"fill": "tozeroy", "fillcolor": {"$css": "--ownsoft"}}
    return [*traces, after]


def _trace(who: str, days: str, values: pd.Series, digits: int = 5) -> LineTrace:
    return {"type": "scatter", "mode": "lines", "name": plain(who), "x": {"$ref": days},
            "y": short(values.astype(float).tolist(), digits)}  # fmt: skip


def _stretch(
    start: pd.Timestamp, end: pd.Timestamp, grown: Sequence[pd.Series],
    last: Sequence[Label], parts: Divided,
) -> ChartLayout:  # fmt: skip
    """One stretch: its axes, and labels at the ends of the curves that do not overlap."""
    shown = pd.concat([growth[growth.index >= start] for growth in grown])
    shown = shown[np.isfinite(shown)]
    low, high = (float(shown.min()), float(shown.max())) if len(shown) else (1.0, 1.0)
    wide = low > 0 and high / low > LOG_FROM
    reach = _reach(log10(low), log10(high)) if wide else _reach(low, high)
    labels, right = end_labels(last, end, reach, wide, height=400 - 48)
    yaxis: ChartAxis = {**_axis(), "range": list(reach)}
    if wide:
        yaxis |= _log_ticks(low, high)
    return {
        "xaxis": _dates(start, end),
        "yaxis": yaxis,
        "annotations": [*labels, *_divide_label(parts)],
        "shapes": _shade(parts),
        "margin": {"l": 52, "r": right, "t": 14, "b": 34},
    }


def date_views(parts: Divided, findings: Sequence[str]) -> tuple[ChartView, ...]:
    """The stretches of a chart whose other axis stays as it is, each with its finding."""
    return tuple(
        {"label": name, "finding": finding, "layout": {"xaxis": _dates(start, end)}}
        for (name, start, end), finding in zip(parts.spans(), findings, strict=False)
    )


def _reach(low: float, high: float) -> tuple[float, float]:
    """An axis around the values, never narrower than a ten-thousandth of them."""
    widest = max(abs(low), abs(high))
    room = max((high - low) * 0.06, widest * NARROWEST) if high > low else widest * 0.006 or 0.006
    digits = 3 - int(np.floor(log10(room)))
    return round(low - room, digits), round(high + room, digits)


def _dates(start: pd.Timestamp, end: pd.Timestamp) -> ChartAxis:
    return {"type": "date", "range": [f"{start:%Y-%m-%d}", f"{end:%Y-%m-%d}"], "showgrid": False,
            "linecolor": {"$css": "--line"}, "fixedrange": True, "nticks": 7, "automargin": True,
            "tickcolor": {"$css": "--line"}, "ticks": "outside"}  # fmt: skip


def _axis() -> ChartAxis:
    return {"gridcolor": {"$css": "--grid"}, "zeroline": False, "fixedrange": True,
            "tickformat": ",.6~g", "nticks": 6}  # fmt: skip


def _log_ticks(low: float, high: float) -> ChartAxis:
    """Round amounts on a logarithmic axis: 1, 2, 5 where few powers of ten are spanned."""
    steps = (1, 2, 5) if high / low < 1000 else (1,)
    powers = range(int(np.floor(log10(low))) - 1, int(np.ceil(log10(high))) + 1)
    values = [round(step * 10.0**power, 12) for power in powers for step in steps]
    inside = [value for value in values if low * 0.85 <= value <= high * 1.15]
    return {"type": "log", "tickvals": inside, "ticktext": [f"{value:,g}" for value in inside]}


def _shade(parts: Divided) -> list[ChartShape]:
    if not parts.article or not parts.row:
        return []
    return [{
        "type": "rect", "xref": "x", "yref": "paper", "x0": f"{parts.days[0]:%Y-%m-%d}",
        "x1": f"{parts.days[parts.row]:%Y-%m-%d}", "y0": 0, "y1": 1, "layer": "below",
        "line": {"width": 0}, "fillcolor": {"$css": "--shade"},
    }]  # fmt: skip


def _divide_label(parts: Divided) -> list[Annotation]:
    if not parts.article or not parts.row:
        return []
    return [{
        "name": "wide only", "text": "context: scores nothing",
        "x": f"{parts.days[parts.row]:%Y-%m-%d}",
        "xref": "x", "y": 0, "yref": "paper", "xanchor": "right", "yanchor": "bottom",
        "showarrow": False, "font": {"size": 11, "color": {"$css": "--soft"}}, "xshift": -4,
    }]  # fmt: skip


def _under(growth: pd.Series) -> pd.Series:
    return (growth / growth.cummax() - 1).clip(lower=-1.0)  # debt is no drawdown


def _depths(worst: Mapping[str, float]) -> str:
    return ", ".join(f"{who} {percent(depth, 1)}" for who, depth in worst.items())


def _since_start(grown: Sequence[tuple[Curve, pd.Series]], parts: Divided) -> str:
    """What the whole run came to, on a scale that is 1 at the divide."""
    curves_of = [(line.who, growth.dropna()) for line, growth in grown]
    values = ", ".join(
        f"{who} {float(growth.iloc[-1] / growth.iloc[0]):,.2f}"
        for who, growth in reversed(curves_of)
        if len(growth) and growth.iloc[0] > 0
    )
    first, divide, last = (f"{parts.days[row]:%Y-%m-%d}" for row in (0, parts.row, -1))
    return (
        f"What 1 on {first} had become by {last}, context included: {values}. "
        f"Drawn as 1 on {divide}; grey scores nothing."
    )


def _since_divide(last: Sequence[Label], parts: Divided) -> str:
    values = ", ".join(f"{label.text} {label.value:.2f}" for label in reversed(last))
    start, end = (f"{parts.days[row]:%Y-%m-%d}" for row in (parts.row, -1))
    if parts.row == len(parts.days) - 1 and parts.article:
        return "No session scores yet: all of it lies before the divide."
    grey = " Grey is context: it scores nothing." if parts.article and parts.row else ""
    return f"What 1 on {start} had become by {end}: {values}.{grey}"


def _identical(grown: Sequence[tuple[Curve, pd.Series]], row: int) -> str:
    """Which curves lie on each other from the divide on, so that only one can be seen."""
    after = [(line.who, growth.iloc[row:]) for line, growth in reversed(grown)]
    groups: list[str] = []
    named: set[str] = set()
    for place, (who, growth) in enumerate(after):
        rest = after[place + 1 :]
        twins = [twin for twin, other in rest if len(growth) > 1 and _alike(growth, other, SEEN)]
        if who in named or not twins:
            continue
        named.update(twins)
        exact = all(_alike(growth, other, ROUNDING) for twin, other in rest if twin in twins)
        groups.append(f"Identical{'' if exact else ' to 0.01 %'}: {', '.join((who, *twins))}.")
    return " ".join(groups)


def _alike(growth: pd.Series, other: pd.Series, most: float) -> bool:
    return bool(np.allclose(growth, other, rtol=most, atol=0, equal_nan=True))


def colours(names: Sequence[str]) -> Mapping[str, str]:
    """A colour for each group of an allocation, cash last in grey."""
    return {name: "--cash" if name == "cash" else f"--group{place % 8}"
            for place, name in enumerate(names)}  # fmt: skip
