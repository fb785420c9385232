"""The walk-forward of a sweep on its page: the curve, the choices, how they might have fared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from newsfolio.formatting import defined, growth, percent, ratio
from reports.charts.curves import (
    BENCHMARK,
    CONTROLS,
    OWN,
    Curve,
    Divided,
    base_layout,
    growth_chart,
    short,
)
from reports.charts.figure import BarTrace, Chart, ChartLayout, ChartShape, Shared
from reports.contract.manifest import FiguresByName
from reports.contract.sweep import CrossJson, WalkForwardJson

NAMES = {"walk": "Walk-forward", "base": "Own parameters", "benchmark": "Benchmark", "cash": "Cash"}
FIGURES = ("volatility", "sharpe", "max_drawdown")
CHOSEN_BY = {
    "score": "Sharpe ratio of the difference to the control",
    "sharpe": "Sharpe ratio",
    "cagr": "growth a year",
}


@dataclass(frozen=True)
class CrossWords:
    """A cross-validation in a sentence, or why there is none."""

    why: str
    sentence: str = ""


@dataclass(frozen=True)
class WalkTables:
    """What the page shows of a walk-forward; `why` alone where it could not be made."""

    why: str
    rule: str = ""
    switching: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    choices: tuple[tuple[str, ...], ...] = ()
    cross: CrossWords = CrossWords("")


def walk_tables(walk: WalkForwardJson | None) -> WalkTables | None:
    """None without a walk-forward."""
    if not walk or walk["why"]:
        return WalkTables(walk["why"]) if walk else None
    return WalkTables(
        why="",
        rule=_rule(walk),
        switching=_switching(walk),
        rows=tuple(_row(name, figures) for name, figures in walk["metrics"].items()),
        choices=tuple(_choices(walk)),
        cross=_cross(walk["cross"]),
    )


def walk_headline(walk: WalkForwardJson) -> str:
    """What came of choosing anew, against the strategy's own parameters."""
    rows = walk["metrics"]
    rate = " a year" if defined(rows["walk"]["cagr"]) else ""
    sentence = f"Chosen on what was known: {_growth_of(rows['walk'])}{rate}"
    if "base" in rows:
        sentence += f", with its own parameters {_growth_of(rows['base'])}"
    return f"{sentence}, in cash {_growth_of(rows['cash'])}"


def _growth_of(figures: FiguresByName) -> str:
    return growth(figures["cagr"], figures.get("total_return"))


def walk_charts(walk: WalkForwardJson | None, curves: pd.DataFrame | None) -> list[Chart]:
    """Growth, and the distribution of the cross-validation's paths."""
    if not walk or walk["why"] or curves is None:
        return []
    chart = _growth(walk, curves)
    paths = _paths(walk)
    return [chart, paths] if paths else [chart]


def walk_shared(curves: pd.DataFrame | None) -> Shared:
    """The dates that the curves refer to."""
    return {} if curves is None else _parts(curves).shared()


def _parts(curves: pd.DataFrame) -> Divided:
    return Divided(pd.DatetimeIndex(curves.index), 0, article=False)


def _growth(walk: WalkForwardJson, curves: pd.DataFrame) -> Chart:
    controls = [str(name) for name in curves if name not in NAMES]
    palette = iter(CONTROLS[1:])
    colours = {
        "cash": "--idle", "benchmark": BENCHMARK, "base": CONTROLS[0],
        **{name: next(palette, CONTROLS[3]) for name in controls},
    }  # fmt: skip
    order = [name for name in ("cash", *controls, "benchmark", "base") if name in curves]
    lines = [Curve(_named(name), colours[name], curves[name]) for name in order]
    lines.append(Curve(NAMES["walk"], OWN, curves["walk"], lead=True))
    chart = growth_chart(lines, _parts(curves))
    changes: list[ChartShape] = [
        {"type": "line", "xref": "x", "yref": "paper", "x0": day, "x1": day, "y0": 0, "y1": 1,
         "layer": "below", "line": {"color": {"$css": "--line"}, "width": 1, "dash": "dot"}}
        for day in _changes(walk)
    ]  # fmt: skip
    chart.figure["layout"]["shapes"] = changes
    finding = f"{chart.finding} Dotted: the parameters changed." if changes else chart.finding
    return replace(chart, name="walk", title="Walk-forward: growth of 1", finding=finding)


def _changes(walk: WalkForwardJson) -> list[str]:
    rows = walk["windows"]
    return [row["decided"] for before, row in pairwise(rows) if before["set"] != row["set"]]


def _paths(walk: WalkForwardJson) -> Chart | None:
    """How often a path of the cross-validation came out where."""
    by, cross = walk["by"], walk["cross"]
    values = np.array([figure for figure in cross.get("figures", ()) if figure is not None])
    if len(values) < 2:
        return None
    low, high = float(values.min()), float(values.max())
    counts, edges = np.histogram(values, bins=16, range=(low, high if high > low else low + 0.01))
    trace: BarTrace = {
        "type": "bar", "x": short(((edges[1:] + edges[:-1]) / 2).tolist()), "y": counts.tolist(),
        "width": float(f"{edges[1] - edges[0]:.5g}"), "marker": {"color": {"$css": "--placebo"}},
        "hovertemplate": "%{y} paths near %{x}<extra></extra>",
    }  # fmt: skip
    layout: ChartLayout = {
        **base_layout(240),
        "bargap": 0.04,
        "xaxis": {"zeroline": True, "zerolinecolor": {"$css": "--line"}, "showgrid": False,
                  "fixedrange": True, "nticks": 8,
                  "tickformat": ".0%" if by == "cagr" else ",.3~g"},
        "yaxis": {"gridcolor": {"$css": "--grid"}, "fixedrange": True, "nticks": 4},
    }  # fmt: skip
    finding = (
        f"{CHOSEN_BY[by][0].upper()}{CHOSEN_BY[by][1:]} of {cross['paths']} paths, each session "
        f"from a choice that had not seen it: from {_figure(by, low)} to {_figure(by, high)}, "
        f"median {_figure(by, cross['median'])}; {percent(cross['above_zero'], 0)} above zero."
    )
    return Chart("paths", "Out of sample, many times", finding, {"data": [trace], "layout": layout})


def _rule(walk: WalkForwardJson) -> str:
    against = f" (against {walk['against']})" if walk["against"] else ""
    return (
        f"Every {walk['test']} months the set with the highest {CHOSEN_BY[walk['by']]}{against} "
        f"over {walk['train']} months is taken, less the last {walk['purge']} sessions before "
        "the decision; of equals the one with the lowest number. It decides from the close shown "
        "on, in one account that goes through all changes at costs. "
        f"{walk['sets']:,} sets had returns to choose from."
    )


def _switching(walk: WalkForwardJson) -> str:
    changes = walk["changes"]
    rate = "a year" if defined(walk["metrics"]["walk"]["cagr"]) else "in total"
    times = "The parameters never changed" if not changes else (
        f"The parameters changed {'once' if changes == 1 else f'{changes} times'}"
    )  # fmt: skip
    return (
        f"{times}. The chosen sets' own accounts, put one after the other as if changing cost "
        f"nothing, are {_ahead(walk['switching'], rate)}. "
        f"Turnover {percent(walk['turnover'], 0)} a year, costs {ratio(walk['costs'], 0)}."
    )


def _ahead(by: float | None, rate: str) -> str:
    """Growth over that of the run in words; one that rounds to nothing is no lead."""
    if not defined(by):
        return "not to be compared with the run"
    if not round(by, 4):
        return "level with the run"
    return f"{percent(abs(by))} {rate} {'ahead of' if by > 0 else 'behind'} the run"


def _row(name: str, figures: FiguresByName) -> tuple[str, ...]:
    shown = (ratio(figures[key]) if key == "sharpe" else percent(figures[key]) for key in FIGURES)
    return (_named(name), _growth_of(figures), *shown)


def _choices(walk: WalkForwardJson) -> list[tuple[str, ...]]:
    """A row a window, with its head."""
    names = list(walk["windows"][0]["values"])
    by, sets = walk["by"], walk["sets"]
    head = ("Decided", *names, "Trained on", "There", "Then", "Place then")
    return [head, *(
        (
            row["decided"],
            *(str(row["values"][name]) for name in names),
            f"{row['trained_from']} to {row['trained_until']}",
            _figure(by, row["inside"], row.get("inside_total")),
            _figure(by, row["outside"], row.get("outside_total")),
            f"{sets + 1 - row['place']:g} of {sets}",
        )
        for row in walk["windows"]
    )]  # fmt: skip


def _cross(cross: CrossJson) -> CrossWords:
    if cross["why"]:
        return CrossWords(f"No cross-validation: {cross['why']}.")
    sentence = (
        f"Of {cross['splits']} ways to choose on half of {cross['folds']} folds and test on the "
        f"other, the chosen set was below the middle of all sets in {percent(cross['below'], 0)}. "
        f"Without purge ({cross['purge']} sessions on both sides of a test) and embargo "
        f"({cross['embargo']} more after it) this is the probability of backtest overfitting: "
        f"{percent(cross['pbo'], 0)}. One half is what chance gives."
    )
    return CrossWords("", sentence)


def _figure(by: str, value: float | None, total: float | None = None) -> str:
    if by != "cagr":
        return ratio(value)
    return growth(value, total) if defined(total) else percent(value)


def _named(name: str) -> str:
    return NAMES.get(name, name)
