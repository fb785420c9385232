"""The page of a sweep: how all sets lie, what each parameter does, a map of two; no winner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from newsfolio.formatting import percent, ratio
from reports.charts.curves import base_layout
from reports.charts.figure import BarTrace, Chart, ChartAxis, ChartLayout, FieldTrace
from reports.charts.labels import plain
from reports.charts.walk_forward import walk_charts, walk_headline, walk_shared, walk_tables
from reports.contract.sweep import MapJson, PlanJson, PlateauJson, SweepJson
from reports.pages.links import index_link
from reports.pages.render import render, verbatim
from reports.pages.script import (
    NAME,
    ShownChart,
    chart_data,
    data_block,
    nonce_of,
    policy,
    shown_charts,
    write_script,
)
from reports.tables.companies import Companies
from reports.tables.glossary import Word, words_of
from reports.tables.sweep import PERCENT, ends
from reports.whole_files import write_whole, writing

FIGURES: Mapping[str, str] = {
    "score": "Sharpe ratio of the difference to the control",
    "final_equity": "final equity",
    "total_return": "total return",
    "cagr": "growth a year",
    "volatility": "volatility",
    "sharpe": "Sharpe ratio",
    "sortino": "Sortino ratio",
    "max_drawdown": "maximum drawdown",
    "turnover": "turnover a year",
    "costs": "costs",
    "trades": "trades",
}
NARROW = 14
"""Cells of a map across, up to which each has its figure written into it."""


@dataclass(frozen=True)
class PlateauRow:
    """The sets with one value of a parameter."""

    value: str
    sets: str
    median: str
    low: str
    high: str


@dataclass(frozen=True)
class PlateauTable:
    """A parameter, its values drawn where there are figures."""

    name: str
    chart: ShownChart | None
    rows: list[PlateauRow]


def sweep_page(sweep: SweepJson, curves: pd.DataFrame | None = None, *, index: bool = False) -> str:
    """The page, to stand beside `newsfolio.js`; the same sweep gives the same text.

    curves: of its walk-forward. index: whether a list of all pages stands above it.
    """
    walk = sweep.get("walk_forward")
    charts = {chart.name: chart for chart in (*walk_charts(walk, curves), *_charts(sweep))}
    shared, names = walk_shared(curves), list(sweep["plateau"])
    block, shown = data_block(chart_data(charts, shared)), shown_charts(charts, shared)
    nonce = nonce_of(sweep["id"], str(sweep["errors"]), block)
    return render(
        "sweep.html",
        {
            "policy": policy(nonce),
            "nonce": nonce,
            "script": NAME,
            "data": block,
            "style": verbatim("style.css") + verbatim("verdict.css"),
            "m": sweep,
            "figure": FIGURES[sweep["by"]],
            "headline": headline(sweep),
            "walk": walk_tables(walk),
            "names": Companies(),
            "words": _words(sweep),
            "links": index_link("../index.html" if index else ""),
            "grown": shown.get("walk"),
            "paths": shown.get("paths"),
            "spread": spread_of(sweep),
            "asked": _asked(sweep["plan"]),
            "map": shown.get("map"),
            "plateau": [
                PlateauTable(
                    name,
                    shown.get(f"axis{place}"),
                    [_plateau_row(row, sweep["by"]) for row in rows],
                )
                for place, (name, rows) in enumerate(sweep["plateau"].items())
            ],
            "ends": [
                (word, ends(rows, names, sweep["columns"]))
                for word, rows in (("best", sweep["best"]), ("worst", sweep["worst"]))
                if rows
            ],
        },
    )


def _words(sweep: SweepJson) -> Mapping[str, Word]:
    """Those of the page; the words of a walk-forward where it has one."""
    words = ("set", "plateau", "quarters", "ledger", "control", "sharpe")
    walk = sweep.get("walk_forward")
    more = ("walk", "training", "purge", "pbo", "benchmark", "volatility", "drawdown")
    return words_of(*words, *(more if walk and not walk["why"] else ()))


def write(sweep: SweepJson, folder: Path, *, index: bool = False) -> Path:
    """Write `sweep.html` and its script; OutputError where the folder cannot be written."""
    path = folder / "sweep.html"
    with writing(path):
        write_script(folder)
    return write_whole(path, sweep_page(sweep, _curves(sweep, folder), index=index))


def _curves(sweep: SweepJson, folder: Path) -> pd.DataFrame | None:
    walk = sweep.get("walk_forward")
    return pd.read_parquet(folder / walk["curve"]) if walk and not walk["why"] else None


def headline(sweep: SweepJson) -> str:
    """What came of a walk-forward; without one, where the middle half of all sets lies."""
    walk = sweep.get("walk_forward")
    return walk_headline(walk) if walk and not walk["why"] else spread_of(sweep)


def spread_of(sweep: SweepJson) -> str:
    """Where the middle half of all sets lies."""
    spread, by = sweep["quantiles"], sweep["by"]
    if spread is None:
        return f"None of {sweep['sets']:,} sets has a {FIGURES[by]}"
    low, high = _shown(by, spread["quarter"]), _shown(by, spread["three_quarters"])
    return f"Half of the sets have a {FIGURES[by]} from {low} to {high}"


def _asked(plan: PlanJson) -> list[str]:
    """Each parameter with its values, and how sets were chosen."""
    lines = []
    for name, values in plan["axes"].items():
        if isinstance(values, dict):
            lines.append(f"{name}: {values['low']:g} to {values['high']:g}")
        else:
            lines.append(f"{name}: {', '.join(map(str, values))}")
    draws = plan["draws"]
    return [*lines, f"{draws:,} sets drawn with seed {plan['seed']}"] if draws else lines


def _plateau_row(row: PlateauJson, by: str) -> PlateauRow:
    return PlateauRow(
        value=row["value"],
        sets=f"{row['sets']:,}",
        median=_shown(by, row["median"]),
        low=_shown(by, row["low"]),
        high=_shown(by, row["high"]),
    )


def _shown(by: str, value: float | None) -> str:
    if by in ("final_equity", "costs", "trades"):
        return ratio(value, 0)
    return percent(value) if by in PERCENT else ratio(value)


def _charts(sweep: SweepJson) -> list[Chart]:
    if sweep["quantiles"] is None:
        return []
    bars = [
        _bars(sweep["by"], name, rows, place)
        for place, (name, rows) in enumerate(sweep["plateau"].items())
    ]
    return [_heat(sweep["by"], sweep["map"]), *bars] if sweep["map"] else bars


def _heat(by: str, field: MapJson) -> Chart:
    """Medians over two parameters as a field of colours."""
    across, up = list(map(plain, field["across_values"])), list(map(plain, field["up_values"]))
    cells = field["cells"]
    texts = [[_shown(by, cell) if cell is not None else "" for cell in row] for row in cells]
    trace: FieldTrace = {
        "type": "heatmap", "x": across, "y": up, "z": cells, "text": texts,
        "colorscale": [(0, {"$css": "--field-low"}), (1, {"$css": "--field-high"})],
        "hovertemplate": f"{plain(field['across'])} %{{x}}<br>{plain(field['up'])} %{{y}}"
        "<br>%{text}<extra></extra>",
        "showscale": False, "xgap": 2, "ygap": 2,
    }  # fmt: skip
    if len(across) <= NARROW:
        trace |= {"texttemplate": "%{text}", "textfont": {"color": {"$css": "--ink"}}}
    layout: ChartLayout = {
        **_layout(max(240, 110 + 34 * len(up))),
        "xaxis": _category(field["across"]),
        "yaxis": _category(field["up"]),
    }
    medians = [cell for row in cells for cell in row if cell is not None]
    low, high = _shown(by, min(medians)), _shown(by, max(medians))
    finding = (
        f"Median {FIGURES[by]} of the sets with these two values, from {low} to {high}. "
        "A rule that works does so over a whole stretch, not in a cell."
    )
    title = f"{field['across']} against {field['up']}"
    return Chart("map", title, finding, {"data": [trace], "layout": layout})


def _bars(by: str, name: str, plateau: Sequence[PlateauJson], place: int) -> Chart:
    """The median by value of one parameter, with its middle half."""
    rows = [
        (row["value"], row["median"], row["low"], row["high"])
        for row in plateau
        if row["median"] is not None and row["low"] is not None and row["high"] is not None
    ]
    medians = [median for _, median, _, _ in rows]
    trace: BarTrace = {
        "type": "bar", "x": [plain(value) for value, *_ in rows], "y": medians,
        "marker": {"color": {"$css": "--own"}},
        "error_y": {
            "type": "data", "symmetric": False, "thickness": 1.5, "width": 4,
            "color": {"$css": "--ink"},
            "array": [high - median for _, median, _, high in rows],
            "arrayminus": [median - low for _, median, low, _ in rows],
        },
        "hovertemplate": "%{x}: %{y}<extra></extra>",
    }  # fmt: skip
    form = ".0%" if by in PERCENT else ",.6~g"
    layout: ChartLayout = {
        **_layout(240),
        "xaxis": _category(name),
        "yaxis": {"gridcolor": {"$css": "--grid"}, "zerolinecolor": {"$css": "--line"},
                  "fixedrange": True, "tickformat": form, "nticks": 6},
    }  # fmt: skip
    finding = (
        f"Median {FIGURES[by]} by value, over all others: from {_shown(by, min(medians))} to "
        f"{_shown(by, max(medians))}. The thin line is the middle half."
    )
    return Chart(f"axis{place}", f"Median by {name}", finding, {"data": [trace], "layout": layout})


def _layout(height: int) -> ChartLayout:
    return {**base_layout(height), "margin": {"l": 60, "r": 16, "t": 14, "b": 48}}


def _category(name: str) -> ChartAxis:
    return {"type": "category", "title": {"text": plain(name)}, "showgrid": False,
            "fixedrange": True, "automargin": True}  # fmt: skip
