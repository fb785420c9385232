"""Allocation, placebos, gross to net and the grid, as Plotly figures like those of curves.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd

from newsfolio.formatting import Pace, percent, signed
from reports.charts.curves import Divided, base_layout, colours, date_views, short, weekly
from reports.charts.figure import (
    Annotation,
    BarTrace,
    Chart,
    ChartAxis,
    ChartLayout,
    ChartView,
    LineTrace,
    PointTrace,
    WaterfallTrace,
)
from reports.charts.labels import plain
from reports.contract.evaluation import AttributionJson, PlaceboJson, VariantJson
from reports.record import RunRecord

GROUPS = 7
"""Sleeves or lines with a colour of their own; the rest is drawn together."""

FEW = 5
"""Variants below which a table says more than a chart."""

Piece: TypeAlias = Literal["local", "currency", "dividends", "carry", "fees", "slippage"]

PIECES: tuple[tuple[Piece, str], ...] = (
    ("local", "Prices, local"),
    ("currency", "Currencies"),
    ("dividends", "Dividends"),
    ("carry", "Borrow, holding"),
    ("fees", "Fees"),
    ("slippage", "Slippage"),
)


SWITCH = 0.05
"""Of the portfolio: a group that changes by more overnight is drawn on that day."""


def allocation_chart(
    record: RunRecord, parts: Divided, called: Callable[[str], str] = str
) -> Chart | None:
    """What was held by weeks above what each decision wanted; None where nothing was held.

    called: how a line is shown, by its ticker.
    """
    held = grouped(record.weights, record)
    if held.empty or not held.abs().to_numpy().any():
        return None
    wanted = grouped(record.targets, record)
    names = _shown([held, wanted])
    held, wanted = (
        _with_cash(_folded(table, names).rename(columns=called)) for table in (held, wanted)
    )
    stacked = not any(_short(table.drop(columns="cash")) for table in (held, wanted))
    traces = _layers(_weeks(held), "y", "held", stacked)
    if len(wanted):
        traces += _layers(_until(wanted, parts.days[-1]), "y2", "target", stacked)
    finding = _held_now(held)
    views = date_views(parts, [finding] * 2)
    top = max(
        float(table.clip(lower=0).sum(axis=1).max()) for table in (held, wanted) if len(table)
    )
    layout = _allocation_layout(bool(len(wanted)), stacked, top)
    if len(wanted):
        views = tuple(_anchored(view) for view in views)
    layout |= views[0]["layout"]
    legend = tuple(colours([str(name) for name in held.columns]).items())
    return Chart("allocation", "Allocation over time", finding, {"data": traces,
                 "layout": layout}, views if len(views) > 1 else (), legend)  # fmt: skip


def placebo_chart(placebo: PlaceboJson, table: pd.DataFrame, pace: Pace) -> Chart | None:
    """How often placebos came out where, and the strategy among them."""
    yearly = table["excess"].astype(float).dropna().to_numpy() if len(table) else np.array([])
    real = pace.of(placebo["real"])
    if real is None or len(yearly) < 2:
        return None
    values = np.array([pace.of(value) for value in yearly.tolist()], dtype="float64")
    low, high = float(min(values.min(), real)), float(max(values.max(), real))
    bins = min(30, max(8, int(np.sqrt(len(values)) * 1.6)))
    counts, edges = np.histogram(values, bins=bins, range=(low, high if high > low else low + 0.01))
    middle = (edges[1:] + edges[:-1]) / 2
    trace: BarTrace = {
        "type": "bar", "x": short(middle.tolist()), "y": counts.tolist(),
        "width": float(f"{edges[1] - edges[0]:.5g}"), "name": "placebos",
        "marker": {"color": {"$css": "--placebo"},
                   "line": {"color": {"$css": "--bg"}, "width": 1}},
        "hovertemplate": f"%{{y}} placebos near %{{x:.1%}} {pace.words}<extra></extra>",
    }  # fmt: skip
    top = float(counts.max())
    layout: ChartLayout = {
        **base_layout(280),
        "bargap": 0,
        "xaxis": {"tickformat": ".0%", "zeroline": False, "showgrid": False, "fixedrange": True,
                  "linecolor": {"$css": "--line"}, "nticks": 8},
        "yaxis": {"gridcolor": {"$css": "--grid"}, "fixedrange": True, "nticks": 4,
                  "range": [0, top * 1.28]},
        "shapes": [{"type": "line", "x0": real, "x1": real, "y0": 0, "y1": top * 1.12,
                    "line": {"color": {"$css": "--own"}, "width": 3}}],
        "annotations": [_mark(real, top, (low + high) / 2)],
    }  # fmt: skip
    finding = _luck(placebo, f"{signed(real, 1)} {pace.words}")
    return Chart("placebos", f"Among {placebo['count']} placebos", finding,
                 {"data": [trace], "layout": layout})  # fmt: skip


def waterfall_chart(attribution: AttributionJson) -> Chart:
    """From what prices did, gross, to what was left, net; shares of the equity at the divide."""
    lines, total = attribution["lines"], attribution["total"]
    sums = {key: sum(line[key] for line in lines) for key, _ in PIECES}
    steps = [
        *((label, sums[key]) for key, label in PIECES[:3]),
        ("Interest, cash", attribution["cash"]),
    ]
    gross = sum(value for _, value in steps)
    costs = [(label, sums[key]) for key, label in PIECES[3:]]
    rows = [*((*step, "relative") for step in steps), ("Gross", gross, "total"),
            *((*cost, "relative") for cost in costs), ("Net", total, "total")]  # fmt: skip
    trace: WaterfallTrace = {
        "type": "waterfall", "orientation": "h",
        "y": [label for label, _, _ in rows], "x": short([value for _, value, _ in rows]),
        "measure": [kind for _, _, kind in rows],
        "text": [signed(value) for _, value, _ in rows], "textposition": "outside",
        "cliponaxis": False, "hoverinfo": "skip",
        "connector": {"line": {"color": {"$css": "--line"}, "width": 1}},
        "increasing": {"marker": {"color": {"$css": "--gain"}}},
        "decreasing": {"marker": {"color": {"$css": "--loss"}}},
        "totals": {"marker": {"color": {"$css": "--total"}}},
    }  # fmt: skip
    layout: ChartLayout = {
        **base_layout(330),
        "margin": {"l": 112, "r": 56, "t": 8, "b": 30},
        "xaxis": {"tickformat": ".0%", "gridcolor": {"$css": "--grid"}, "fixedrange": True,
                  "zerolinecolor": {"$css": "--line"}, "range": _room(steps, costs), "nticks": 6},
        "yaxis": {"autorange": "reversed", "fixedrange": True, "showgrid": False,
                  "tickfont": {"color": {"$css": "--ink"}}},
    }  # fmt: skip
    spent = sum(value for _, value in costs)
    finding = (
        f"Gross {signed(gross)}, costs and carry {signed(spent)}, net {signed(total)} "
        "of the equity that it started with."
    )
    return Chart("waterfall", "Gross to net", finding, {"data": [trace], "layout": layout})


def variants_chart(variants: Sequence[VariantJson], pace: Pace) -> Chart | None:
    """The grid's excesses in order, the variant that was run in colour."""
    points = sorted(
        ((excess, plain(variant["label"]), variant["chosen"])
         for variant in variants if (excess := pace.of(variant["excess"])) is not None),
        key=lambda point: point[0],
    )  # fmt: skip
    if len(points) < FEW:
        return None
    chosen = [ran for _, _, ran in points]
    trace: PointTrace = {
        "type": "scatter", "mode": "markers", "x": list(range(1, len(points) + 1)),
        "y": short([excess for excess, _, _ in points]), "text": [label for _, label, _ in points],
        "hovertemplate": "%{text}: %{y:.1%}<extra></extra>",
        "marker": {
            "size": [13 if ran else 8 for ran in chosen],
            "symbol": ["diamond" if ran else "circle" for ran in chosen],
            "color": [{"$css": "--own" if ran else "--placebo"} for ran in chosen],
        },
    }  # fmt: skip
    layout: ChartLayout = {
        **base_layout(240),
        "xaxis": {"visible": False, "fixedrange": True},
        "yaxis": {"tickformat": ".0%", "gridcolor": {"$css": "--grid"}, "fixedrange": True,
                  "zerolinecolor": {"$css": "--soft"}, "nticks": 5},
    }  # fmt: skip
    ahead = sum(excess > 0 for excess, _, _ in points)
    return Chart("variants", "Every variant of the grid", f"{ahead} of {len(points)} variants were "
                 "ahead of the control; the diamond is the one that was run.",
                 {"data": [trace], "layout": layout})  # fmt: skip


def grouped(table: pd.DataFrame, record: RunRecord) -> pd.DataFrame:
    """Weights by sleeve, or by line where few lines were held; lines of no sleeve stand in."""
    if table.empty or not len(table.columns):
        return pd.DataFrame(index=table.index)
    ever = [line for line in table if bool((table[line] != 0).any())]
    if len(ever) <= GROUPS:
        return table[ever]
    sleeve = {line: part["sleeve"] for part in record.manifest["strategy"]["universe"]
              for line in part["lines"]}  # fmt: skip
    names = [sleeve.get(str(line), "stand-ins") for line in table]
    return table.T.groupby(names, sort=False).sum().T


def _shown(tables: Sequence[pd.DataFrame]) -> list[str]:
    """The largest groups of all tables, largest first."""
    sizes = pd.concat([table.abs().mean() for table in tables]).groupby(level=0).max()
    return [str(name) for name in sizes.sort_values(ascending=False, kind="stable").index[:GROUPS]]


def _folded(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    rest = [name for name in table if name not in names]
    kept = table.reindex(columns=list(names), fill_value=0.0)
    return kept.assign(**{"other lines": table[rest].sum(axis=1)}) if rest else kept


def _short(table: pd.DataFrame) -> bool:
    return bool((table < -0.001).any().any())


def _with_cash(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(cash=1.0 - table.sum(axis=1))


def _weeks(table: pd.DataFrame) -> pd.DataFrame:
    """The last session of each week, and each on which the portfolio was switched."""
    switched = table.index[(table.diff().abs() > SWITCH).any(axis=1)]
    weeks = weekly(pd.Series(0, index=table.index)).index
    return table.loc[weeks.union(switched)]


def _until(targets: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    """Targets hold until the next decision, the last one until the end."""
    changed = (targets.round(4).diff().abs().sum(axis=1) > 0).to_numpy()
    kept = targets[changed | (np.arange(len(targets)) == 0)]
    last = kept.iloc[[-1]].set_axis(pd.DatetimeIndex([end]))
    return pd.concat([kept, last]) if kept.index[-1] < end else kept


def _layers(
    table: pd.DataFrame, axis: Literal["y", "y2"], group: str, stacked: bool
) -> list[LineTrace]:
    """One area a group, or one line a group where some are short."""
    days = [f"{day:%Y-%m-%d}" for day in pd.DatetimeIndex(table.index)]
    layers: list[LineTrace] = []
    for name, colour in colours([str(column) for column in table.columns]).items():
        trace: LineTrace = {
            "type": "scatter", "mode": "lines", "name": plain(name), "x": days,
            "y": [_drawn(float(value), stacked) for value in table[name]], "yaxis": axis,
            "hovertemplate": "%{y:.1%}",
            "line": {"width": 0.6 if stacked else 1.6, "color": {"$css": colour}, "shape": "hv"},
        }  # fmt: skip
        if stacked:
            trace |= {"stackgroup": group, "fillcolor": {"$css": colour}}
            trace["line"]["color"] = {"$css": "--bg"}
        layers.append(trace)
    return layers


def _anchored(view: ChartView) -> ChartView:
    """The dates below both areas, not between them."""
    return {**view, "layout": {"xaxis": {**view["layout"]["xaxis"], "anchor": "y2"}}}


def _drawn(value: float, stacked: bool) -> float:
    """Debt cannot be stacked; the areas then reach above 100 %."""
    return round(max(value, 0.0) if stacked else value, 4)


def _allocation_layout(both: bool, stacked: bool, top: float) -> ChartLayout:
    axis: ChartAxis = {
        "tickformat": ".0%", "gridcolor": {"$css": "--grid"}, "fixedrange": True, "nticks": 4,
        "zeroline": not stacked, "zerolinecolor": {"$css": "--line"},
    }  # fmt: skip
    layout: ChartLayout = {
        **base_layout(430 if both else 260),
        "margin": {"l": 52, "r": 12, "t": 8, "b": 34},
        "hovermode": "x unified",
        "yaxis": {**axis, "domain": [0.55, 1] if both else [0, 1], "title": {"text": "held"}},
    }  # fmt: skip
    if stacked:
        layout["yaxis"]["range"] = [0, round(max(top, 1.0) + 0.002, 3)]
    if both:
        layout["yaxis2"] = {**layout["yaxis"], "domain": [0, 0.45], "title": {"text": "target"}}
    return layout


def _held_now(held: pd.DataFrame) -> str:
    """The last close in words; cash below zero is debt."""
    last = held.iloc[-1]
    debt = float(last["cash"]) < 0
    parts = [
        f"debt {percent(-value, 1)}" if debt and name == "cash" else f"{name} {percent(value, 1)}"
        for name, value in last.items()
        if abs(value) > 0.0005
    ]
    return f"Held on {held.index[-1]:%Y-%m-%d}: {', '.join(parts)}."


def _mark(real: float, top: float, middle: float) -> Annotation:
    left = real < middle
    return {
        "text": f"this strategy {signed(real, 1)}", "x": real, "y": top * 1.2, "showarrow": False,
        "xanchor": "left" if left else "right", "xshift": 6 if left else -6, "yanchor": "middle",
        "font": {"color": {"$css": "--own-ink"}, "size": 13},
    }  # fmt: skip


def _luck(placebo: PlaceboJson, ahead: str) -> str:
    text = (
        f"{percent(placebo['percentile'], 0)} of {placebo['count']} placebos "
        f"({placebo['chosen']}) did worse than the strategy's {ahead} "
        f"against {placebo['against']}."
    )
    if placebo["independent"] is None:
        return text
    return f"{text} Only {placebo['independent']:.1f} of the windows do not overlap."


def _room(steps: Sequence[tuple[str, float]], costs: Sequence[tuple[str, float]]) -> list[float]:
    """The axis of the waterfall, with room for the figures left of the bars, on a phone too.

    Those on the right stand in the margin.
    """
    levels = np.cumsum([0.0, *(value for _, value in (*steps, *costs))])
    low, high = float(min(levels.min(), 0.0)), float(max(levels.max(), 0.0))
    wide = high - low or 0.01
    left = 0.35 if low < 0 else 0.02
    return [round(low - left * wide, 5), round(high + 0.02 * wide, 5)]
