"""Runs side by side: the same window, who is surely ahead of whom, and how alike they are."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pandas as pd
from markupsafe import Markup

from newsfolio.formatting import Pace, chance, percent, ratio
from reports.charts.curves import Curve, Divided, drawdown_chart, growth_chart
from reports.charts.figure import Chart, Shared
from reports.charts.intervals import bar, scale_of
from reports.contract.comparison import RunsComparedJson
from reports.pages.links import index_link
from reports.pages.render import render, verbatim
from reports.pages.script import (
    NAME,
    chart_data,
    data_block,
    nonce_of,
    policy,
    shown_charts,
    write_script,
)
from reports.record import RunRecord
from reports.tables.cell import TableCell
from reports.tables.evaluation import FIGURES, Form, estimate, excess_cell, put_excess
from reports.tables.glossary import words_of
from reports.whole_files import write_whole, writing

COLOURS = ("--own", "--bench", "--control", "--control2", "--control3", "--control4")


@dataclass(frozen=True)
class ComparedRun:
    """The figures of one run. page: what its name leads to, None nothing."""

    label: str
    page: str | None
    colour: str
    cells: list[TableCell]


@dataclass(frozen=True)
class ComparedPair:
    """One run against another."""

    one: str
    other: str
    excess: TableCell
    drawn: Markup
    sharpe: TableCell
    p: str
    error: str


@dataclass(frozen=True)
class TintedMatrix:
    """A cell for each two runs, the strength of its tint (0 to 1), and whether it is below 0."""

    title: str
    labels: list[str]
    rows: list[list[tuple[TableCell, float, bool]]]


def compare_page(
    records: Sequence[RunRecord], comparison: RunsComparedJson, folder: Path, *, index: bool = False
) -> str:
    """The page, to stand beside `newsfolio.js`; the same comparison gives the same text.

    folder: where it will stand, for links to the runs' own pages. index: whether a list of all
    pages stands beside it.
    """
    labels = _distinct_labels(comparison)
    charts = {chart.name: chart for chart in _charts(comparison, labels)}
    shared = _shared(comparison)
    block = data_block(chart_data(charts, shared))
    pace = Pace(comparison["sessions"], comparison["years"])
    nonce = nonce_of(repr(sorted(labels.items())), str(comparison["notes"]), block)
    return render(
        "compare.html",
        {
            "policy": policy(nonce),
            "nonce": nonce,
            "script": NAME,
            "data": block,
            "style": verbatim("style.css") + verbatim("verdict.css"),
            "m": {"data": {"simulated": any(record.simulated for record in records),
                           "source": ", ".join(sorted(_sources(records)))}},
            "c": comparison,
            "labels": labels,
            "links": index_link("index.html" if index else ""),
            "words": words_of("excess", "interval", "looks", "sharpe", "p", "error", "drawdown",
                              "return", "cagr", "volatility", "correlation"),
            "charts": {"growth": None, "drawdown": None, **shown_charts(charts, shared)},
            "figures": _figures(comparison, labels, folder),
            "headings": [label for _, label, _ in FIGURES],
            "pace": pace.words,
            "pairs": _pairs(comparison, labels, pace),
            "matrices": [
                _matrix("Correlation of session returns", comparison["correlation"], labels, ratio),
                _matrix("Money held in the same lines", comparison["overlap"], labels, _whole),
            ],
        },
    )  # fmt: skip


def write(
    records: Sequence[RunRecord], comparison: RunsComparedJson, folder: Path, *, index: bool = False
) -> Path:
    """Write the page and its script; OutputError where the folder cannot be written.

    Its name says which runs on which sessions, so that only the same comparison replaces it.
    """
    path = folder / f"compare-{_digest(comparison)}.html"
    page = compare_page(records, comparison, folder, index=index)
    with writing(path):
        write_script(folder)
    return write_whole(path, page)


def _digest(comparison: RunsComparedJson) -> str:
    about = (comparison["start"], comparison["end"], *comparison["names"])
    return hashlib.sha256("\0".join(about).encode()).hexdigest()[:10]


def _sources(records: Sequence[RunRecord]) -> set[str]:
    return {record.manifest["data"]["source"] for record in records}


def _distinct_labels(comparison: RunsComparedJson) -> dict[str, str]:
    """Labels by name, with the end of the name where two runs have the same label."""
    labels = {name: comparison["labels"][name] for name in comparison["names"]}
    same = [label for label in labels.values() if list(labels.values()).count(label) > 1]
    return {
        name: f"{label} ({name[-6:]})" if label in same else label for name, label in labels.items()
    }


def _growth(comparison: RunsComparedJson) -> pd.DataFrame:
    days = pd.DatetimeIndex(comparison["sessions_iso"])
    return pd.DataFrame(
        {name: pd.Series(comparison["growth"][name], index=days, dtype="float64")
         for name in comparison["names"]}
    )  # fmt: skip


def _shared(comparison: RunsComparedJson) -> Shared:
    return {"context": [], "scored": comparison["sessions_iso"]}


def _charts(comparison: RunsComparedJson, labels: Mapping[str, str]) -> list[Chart]:
    growth = _growth(comparison)
    if len(growth) < 2:
        return []
    lines = [
        Curve(labels[name], COLOURS[row % len(COLOURS)], growth[name])
        for row, name in enumerate(comparison["names"])
    ]
    parts = Divided(pd.DatetimeIndex(growth.index), 0, False)
    lines.reverse()  # the first lies on top, and is named first
    return [growth_chart(lines, parts), drawdown_chart(lines, parts)]


def _figures(
    comparison: RunsComparedJson, labels: Mapping[str, str], folder: Path
) -> list[ComparedRun]:
    return [
        ComparedRun(
            label=labels[curve["name"]],
            page=_page(folder, curve["name"]),
            colour=COLOURS[row % len(COLOURS)],
            cells=[estimate(curve[key], form) for key, _, form in FIGURES],
        )
        for row, curve in enumerate(comparison["figures"])
    ]


def _page(folder: Path, name: str) -> str | None:
    exists = (folder / name / "verdict.html").is_file()
    return f"{quote(name, safe='')}/verdict.html" if exists else None


def _pairs(
    comparison: RunsComparedJson, labels: Mapping[str, str], pace: Pace
) -> list[ComparedPair]:
    excesses = [put_excess(pair, pace) for pair in comparison["pairs"]]
    scale = scale_of(excesses)
    return [
        ComparedPair(
            one=labels[pair["one"]],
            other=labels[pair["other"]],
            excess=excess_cell(pair, pace),
            drawn=bar(excess, scale),
            sharpe=estimate(pair["sharpe_difference"], ratio),
            p=chance(pair["p"]),
            error=percent(pair["tracking_error"]),
        )
        for pair, excess in zip(comparison["pairs"], excesses, strict=True)
    ]


def _matrix(
    title: str, rows: Sequence[Sequence[float | None]], labels: Mapping[str, str], form: Form
) -> TintedMatrix:
    """labels: by name, in the order of the rows."""
    return TintedMatrix(
        title,
        list(labels.values()),
        [
            [(TableCell(form(value)), _tint(value or 0.0), (value or 0.0) < 0) for value in row]
            for row in rows
        ],
    )


def _tint(value: float) -> float:
    """By how far from zero it is."""
    return round(min(abs(value), 1.0) * 0.4, 2)


def _whole(value: float | None) -> str:
    return percent(value, 0)
