"""Runs side by side: the same window, who is surely ahead of whom, and how alike they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pandas as pd

from newsfolio.errors import OutputError
from newsfolio.formatting import chance, percent, ratio, signed
from reports.charts.curves import Chart, Curve, Divided, drawdown_chart, growth_chart
from reports.charts.intervals import bar, scale_of
from reports.pages.render import render, verbatim
from reports.pages.script import NAME, chart_data, data_block, once, policy, write_script
from reports.tables.evaluation import Cell, estimate

if TYPE_CHECKING:
    from reports.record import RunRecord

COLOURS = ("--own", "--bench", "--control", "--control2", "--control3", "--control4")

_COLUMNS = (
    ("total_return", "Total return", percent),
    ("cagr", "CAGR", percent),
    ("volatility", "Volatility", percent),
    ("sharpe", "Sharpe ratio", ratio),
    ("max_drawdown", "Maximum drawdown", percent),
)


def compare_page(results: Sequence[RunRecord], found: Mapping[str, Any], folder: Path) -> str:
    """The page, to stand beside `newsfolio.js`; the same comparison gives the same text.

    folder: where it will stand, for links to the runs' own pages.
    """
    names, labels = list(found["names"]), _told_apart(found)
    charts = {chart.name: chart for chart in _charts(found, labels)}
    block = data_block(chart_data(charts, _shared(found)))
    nonce = once(repr(sorted(labels.items())), str(found["notes"]), block)
    return render(
        "compare.html",
        {
            "policy": policy(nonce),
            "nonce": nonce,
            "script": NAME,
            "data": block,
            "style": verbatim("style.css") + verbatim("verdict.css"),
            "m": {"data": {"simulated": any(one.simulated for one in results),
                           "source": ", ".join(sorted(_sources(results)))}},
            "c": found,
            "labels": labels,
            "charts": {"growth": None, "drawdown": None, **charts},
            "figures": _figures(found, labels, folder),
            "headings": [label for _, label, _ in _COLUMNS],
            "pairs": _pairs(found, labels),
            "matrices": [
                _matrix("Correlation of session returns", found["correlation"], names, labels),
                _matrix("Money held in the same lines", found["overlap"], names, labels,
                        percent=True),
            ],
        },
    )  # fmt: skip


def write(results: Sequence[RunRecord], found: Mapping[str, Any], folder: Path) -> Path:
    """Write `compare.html` and its script; OutputError where the folder cannot be written."""
    path = folder / "compare.html"
    try:
        write_script(folder)
        path.write_text(compare_page(results, found, folder), encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {error.strerror or error}; give a folder that exists"
        ) from error
    return path


def _sources(results: Sequence[RunRecord]) -> set[str]:
    return {str(one.manifest["data"]["source"]) for one in results}


def _told_apart(found: Mapping[str, Any]) -> dict[str, str]:
    """Labels by name, with the end of the name where two runs have the same label."""
    labels = {name: str(found["labels"][name]) for name in found["names"]}
    same = [label for label in labels.values() if list(labels.values()).count(label) > 1]
    return {
        name: f"{label} ({name[-6:]})" if label in same else label for name, label in labels.items()
    }


def _table(found: Mapping[str, Any]) -> pd.DataFrame:
    days = pd.DatetimeIndex(found.get("sessions_iso") or [])
    return pd.DataFrame(
        {name: pd.Series(found["growth"][name], index=days, dtype="float64")
         for name in found["names"]}
    )  # fmt: skip


def _shared(found: Mapping[str, Any]) -> dict[str, list[str]]:
    return {"context": [], "scored": list(found.get("sessions_iso") or [])}


def _charts(found: Mapping[str, Any], labels: Mapping[str, str]) -> list[Chart]:
    growth = _table(found)
    if len(growth) < 2:
        return []
    lines = [
        Curve(labels[name], COLOURS[row % len(COLOURS)], growth[name])
        for row, name in enumerate(found["names"])
    ]
    parts = Divided(pd.DatetimeIndex(growth.index), 0, False)
    return [growth_chart(lines, parts), drawdown_chart(lines, parts)]


def _figures(
    found: Mapping[str, Any], labels: Mapping[str, str], folder: Path
) -> list[dict[str, Any]]:
    return [
        {
            "label": labels[one["name"]],
            "page": _page(folder, one["name"]),
            "colour": COLOURS[row % len(COLOURS)],
            "cells": [estimate(one[key], form) for key, _, form in _COLUMNS],
        }
        for row, one in enumerate(found["figures"])
    ]


def _page(folder: Path, name: str) -> str | None:
    exists = (folder / name / "verdict.html").is_file()
    return f"{quote(name, safe='')}/verdict.html" if exists else None


def _pairs(found: Mapping[str, Any], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    scale = scale_of([pair["excess"] for pair in found["pairs"]])
    return [
        {
            "one": labels[pair["one"]],
            "other": labels[pair["other"]],
            "excess": estimate(pair["excess"], signed),
            "drawn": bar(pair["excess"], scale),
            "sharpe": estimate(pair["sharpe_difference"], ratio),
            "p": chance(pair["p"]),
            "error": percent(pair["tracking_error"]),
        }
        for pair in found["pairs"]
    ]


def _matrix(
    title: str, rows: Sequence[Sequence[float | None]], names: Sequence[str],
    labels: Mapping[str, str], *, percent: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Cells with the strength of their tint, 0 to 1, by how far from zero they are."""
    form = _whole if percent else ratio
    return {
        "title": title,
        "labels": [labels[name] for name in names],
        "rows": [
            [(Cell(form(value)), round(min(abs(value or 0.0), 1.0) * 0.4, 2), (value or 0.0) < 0)
             for value in row]
            for row in rows
        ],
    }  # fmt: skip


def _whole(value: float | None) -> str:
    return percent(value, 0)
