"""The page of a sweep: how all sets lie, what each parameter does, a map of two; no winner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from newsfolio.errors import OutputError
from newsfolio.formatting import percent, ratio
from reports.charts.curves import Chart, base_layout
from reports.charts.labels import plain
from reports.charts.walk_forward import walk_charts, walk_headline, walk_shared, walk_values
from reports.pages.render import render, verbatim
from reports.pages.script import NAME, chart_data, data_block, once, policy, write_script
from reports.tables.sweep import PERCENT, ends

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


def sweep_page(found: Mapping[str, Any], curves: pd.DataFrame | None = None) -> str:
    """The page, to stand beside `newsfolio.js`; the same sweep gives the same text.

    found: sweep.json, as `backtests.sweeps.sweep` makes it. curves: of its walk-forward.
    """
    walked = found.get("walk_forward")
    charts = {chart.name: chart for chart in (*walk_charts(walked, curves), *_charts(found))}
    block = data_block(chart_data(charts, walk_shared(curves)))
    nonce = once(str(found["id"]), str(found["errors"]), block)
    names = list(found["plateau"])
    return render(
        "sweep.html",
        {
            "policy": policy(nonce),
            "nonce": nonce,
            "script": NAME,
            "data": block,
            "style": verbatim("style.css") + verbatim("verdict.css"),
            "m": found,
            "figure": FIGURES[found["by"]],
            "headline": headline(found),
            "walk": walk_values(walked),
            "grown": charts.get("walk"),
            "paths": charts.get("paths"),
            "spread": spread_of(found),
            "asked": _asked(found["plan"]),
            "map": charts.get("map"),
            "plateau": [
                {
                    "name": name,
                    "chart": charts.get(f"axis{place}"),
                    "rows": [_plateau_row(row, found["by"]) for row in rows],
                }
                for place, (name, rows) in enumerate(found["plateau"].items())
            ],
            "ends": [
                (word, ends(found[word], names, found["columns"]))
                for word in ("best", "worst")
                if found[word]
            ],
        },
    )


def write(found: Mapping[str, Any], folder: Path) -> Path:
    """Write `sweep.html` and its script; OutputError where the folder cannot be written."""
    path = folder / "sweep.html"
    try:
        write_script(folder)
        path.write_text(sweep_page(found, _curves(found, folder)), encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {error.strerror or error}; give a folder that exists"
        ) from error
    return path


def _curves(found: Mapping[str, Any], folder: Path) -> pd.DataFrame | None:
    walked = found.get("walk_forward")
    return pd.read_parquet(folder / walked["curve"]) if walked and not walked["why"] else None


def headline(found: Mapping[str, Any]) -> str:
    """What came of a walk-forward; without one, where the middle half of all sets lies."""
    walked = found.get("walk_forward")
    return walk_headline(walked) if walked and not walked["why"] else spread_of(found)


def spread_of(found: Mapping[str, Any]) -> str:
    """Where the middle half of all sets lies."""
    spread, by = found["quantiles"], found["by"]
    if spread is None:
        return f"None of {found['sets']:,} sets has a {FIGURES[by]}"
    low, high = (_shown(by, spread[name]) for name in ("quarter", "three_quarters"))
    return f"Half of the sets have a {FIGURES[by]} from {low} to {high}"


def _asked(plan: Mapping[str, Any]) -> list[str]:
    """Each parameter with its values, and how sets were chosen."""
    lines = []
    for name, told in plan["axes"].items():
        if isinstance(told, Mapping):
            lines.append(f"{name}: {told['low']:g} to {told['high']:g}")
        else:
            lines.append(f"{name}: {', '.join(map(str, told))}")
    drawn = plan["draws"]
    return [*lines, f"{drawn:,} sets drawn with seed {plan['seed']}"] if drawn else lines


def _plateau_row(row: Mapping[str, Any], by: str) -> dict[str, Any]:
    shown = {key: _shown(by, row[key]) for key in ("median", "low", "high")}
    return {"value": row["value"], "sets": f"{row['sets']:,}", **shown}


def _shown(by: str, value: float | None) -> str:
    if by in ("final_equity", "costs", "trades"):
        return ratio(value, 0)
    return percent(value) if by in PERCENT else ratio(value)


def _charts(found: Mapping[str, Any]) -> list[Chart]:
    if found["quantiles"] is None:
        return []
    bars = [_bars(found, name, place) for place, name in enumerate(found["plateau"])]
    return [_heat(found), *bars] if found["map"] else bars


def _heat(found: Mapping[str, Any]) -> Chart:
    """Medians over two parameters as a field of colours."""
    by, drawn = found["by"], found["map"]
    across, up = list(map(plain, drawn["across_values"])), list(map(plain, drawn["up_values"]))
    cells: Sequence[Sequence[float | None]] = drawn["cells"]
    texts = [[_shown(by, cell) if cell is not None else "" for cell in row] for row in cells]
    trace = {
        "type": "heatmap", "x": across, "y": up, "z": cells, "text": texts,
        "colorscale": [[0, {"$css": "--field-low"}], [1, {"$css": "--field-high"}]],
        "hovertemplate": f"{plain(drawn['across'])} %{{x}}<br>{plain(drawn['up'])} %{{y}}"
        "<br>%{text}<extra></extra>",
        "showscale": False, "xgap": 2, "ygap": 2,
    }  # fmt: skip
    if len(across) <= NARROW:
        trace |= {"texttemplate": "%{text}", "textfont": {"color": {"$css": "--ink"}}}
    layout = {
        **_layout(max(240, 110 + 34 * len(up))),
        "xaxis": _category(drawn["across"]),
        "yaxis": _category(drawn["up"]),
    }
    known = [cell for row in cells for cell in row if cell is not None]
    said = (
        f"Median {FIGURES[by]} of the sets with these two values, from {_shown(by, min(known))} to "
        f"{_shown(by, max(known))}. A rule that works does so over a whole stretch, not in a cell."
    )
    title = f"{drawn['across']} against {drawn['up']}"
    return Chart("map", title, said, {"data": [trace], "layout": layout})


def _bars(found: Mapping[str, Any], name: str, place: int) -> Chart:
    """The median by value of one parameter, with its middle half."""
    by, rows = found["by"], [row for row in found["plateau"][name] if row["median"] is not None]
    medians = [row["median"] for row in rows]
    trace = {
        "type": "bar", "x": [plain(str(row["value"])) for row in rows], "y": medians,
        "marker": {"color": {"$css": "--own"}},
        "error_y": {
            "type": "data", "symmetric": False, "thickness": 1.5, "width": 4,
            "color": {"$css": "--ink"},
            "array": [row["high"] - row["median"] for row in rows],
            "arrayminus": [row["median"] - row["low"] for row in rows],
        },
        "hovertemplate": "%{x}: %{y}<extra></extra>",
    }  # fmt: skip
    form = ".0%" if by in PERCENT else ",.6~g"
    layout = {
        **_layout(240),
        "xaxis": _category(name),
        "yaxis": {"gridcolor": {"$css": "--grid"}, "zerolinecolor": {"$css": "--line"},
                  "fixedrange": True, "tickformat": form, "nticks": 6},
    }  # fmt: skip
    said = (
        f"Median {FIGURES[by]} by value, over all others: from {_shown(by, min(medians))} to "
        f"{_shown(by, max(medians))}. The thin line is the middle half."
    )
    return Chart(f"axis{place}", f"Median by {name}", said, {"data": [trace], "layout": layout})


def _layout(height: int) -> dict[str, Any]:
    return {**base_layout(height), "margin": {"l": 60, "r": 16, "t": 14, "b": 48}}


def _category(name: str) -> dict[str, Any]:
    return {"type": "category", "title": {"text": plain(name)}, "showgrid": False,
            "fixedrange": True, "automargin": True}  # fmt: skip
