"""The index: every run of a folder on one page, each a row that leads to its verdict."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from newsfolio.errors import OutputError
from newsfolio.formatting import defined, signed
from reports.charts.sparkline import sparkline
from reports.pages.render import KINDS, render, verbatim
from reports.tables.headline import FIGURES, Cell, cell

_BY_KEY = {figure.key: figure for figure in FIGURES}
_SHOWN = {
    "cagr": "CAGR",
    "sharpe": "Sharpe",
    "max_drawdown": "Max drawdown",
    "costs": "Costs",
}


@dataclass(frozen=True)
class Column:
    """A heading; text stands left."""

    title: str
    text: bool = False
    sorts: bool = True


COLUMNS = (
    Column("Strategy", text=True),
    Column("Verdict", text=True),
    Column("Growth", text=True, sorts=False),
    Column("Article", text=True),
    Column("Data", text=True),
    Column("Window", text=True),
    *(Column(title) for title in _SHOWN.values()),
    Column("Benchmark CAGR"),
)


def index(runs: Sequence[Mapping[str, Any]], damaged: Sequence[str] = ()) -> str:
    """A page over manifests, in the order given; `damaged` names folders that could not be read.

    A manifest may carry `page`, the address of its page from this one or None where there is none
    (without it the address is `<id>/verdict.html`), and `spark`, its growth as a small drawing.
    """
    script = verbatim("sort.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return render(
        "index.html",
        {
            "policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
            f"script-src 'sha256-{digest}'",
            "style": verbatim("style.css") + verbatim("verdict.css"),
            "script": script,
            "columns": COLUMNS,
            "rows": [_row(run) for run in runs],
            "damaged": damaged,
        },
    )


def write(folder: Path) -> Path:
    """Write the index of a folder of runs, the newest manifest first; all at once or not at all."""
    path, draft = folder / "index.html", folder / f".index.{os.getpid()}.html"
    try:
        runs, damaged = _read(folder)
        draft.write_text(index(runs, damaged), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {error.strerror or error}; give a folder that exists"
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return path


def _read(folder: Path) -> tuple[list[Mapping[str, Any]], list[str]]:
    """Manifests that can be shown, and the names of folders whose manifest cannot."""
    found = [path for path in folder.glob("*/manifest.json") if path.parent.name[0] != "."]
    runs: list[Mapping[str, Any]] = []
    damaged: list[str] = []
    for path in sorted(found, key=_age):
        try:
            read = json.loads(path.read_text(encoding="utf-8"))
            run = {**read, "page": _page(path.parent), "spark": _spark(path.parent, read)}
            _row(run)
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            damaged.append(path.parent.name)  # whatever is wrong with it, it is no manifest of ours
        else:
            runs.append(run)
    return runs, damaged


def _age(path: Path) -> tuple[int, str]:
    return -path.stat().st_mtime_ns, path.parent.name


def _page(folder: Path) -> str | None:
    """The page to open: the verdict, or the tearsheet of a run from before there were verdicts."""
    for name in ("verdict.html", "tearsheet.html"):
        if (folder / name).is_file():
            return f"{quote(folder.name, safe='')}/{name}"
    return None


def _spark(folder: Path, run: Mapping[str, Any]) -> Markup:
    """The run's equity as a small drawing; nothing where its file cannot be read."""
    import pandas as pd

    try:
        equity = pd.read_parquet(folder / "equity.parquet")["equity"]
    except (OSError, ValueError, LookupError):
        return Markup("")
    thesis = run["thesis"] or {}
    since = (run.get("verdict") or {}).get("since") if thesis else None
    return sparkline(equity, since or thesis.get("first_decision"))


def _row(run: Mapping[str, Any]) -> dict[str, Any]:
    """What a manifest puts into the table; LookupError or TypeError where it lacks something."""
    article = (run["thesis"] or {}).get("article", {})
    return {
        "id": str(run["id"]),
        "label": str(run["strategy"]["label"]),
        "page": run.get("page", f"{quote(str(run['id']), safe='')}/verdict.html"),
        "verdict": _verdict(run.get("verdict")),
        "spark": run.get("spark", ""),
        "article": str(article.get("id", "")),
        "title": str(article.get("title", "")),
        "data": str(run["data"]["source"]),
        "simulated": bool(run["data"]["simulated"]),
        "start": str(run["window"]["start"]),
        "end": str(run["window"]["end"]),
        "cells": [*(cell(run, "strategy", _BY_KEY[key]) for key in _SHOWN), _benchmark(run)],
    }


def _verdict(found: Mapping[str, Any] | None) -> dict[str, str]:
    """The word, how it looks, and the excess that it is about."""
    if not found:
        return {"word": "not judged", "kind": "none", "excess": "", "against": ""}
    excess = found.get("excess")
    return {
        "word": str(found["word"]),
        "kind": KINDS.get(found["word"], "none"),
        "excess": f"{signed(excess, 1)} a year" if defined(excess) else "",
        "against": str(found.get("against", "")),
    }


def _benchmark(run: Mapping[str, Any]) -> Cell:
    if not run["benchmark"] or "benchmark" not in run["metrics"]:
        return Cell("none")
    return cell(run, "benchmark", _BY_KEY["cagr"])
