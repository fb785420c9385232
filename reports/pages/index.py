"""The index: every run of a folder on one page, each a row that leads to its verdict."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from newsfolio.errors import OutputError
from reports.charts.sparkline import sparkline
from reports.contract.manifest import ManifestJson
from reports.pages.render import KINDS, render, verbatim
from reports.record import scoring
from reports.saved_runs import saved_runs
from reports.tables.runs import COLUMNS as FIGURES
from reports.tables.runs import index_row


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
    *(Column(title) for title in FIGURES.values()),
    Column("Benchmark CAGR"),
)


@dataclass(frozen=True)
class Entry:
    """A run on the index.

    page: the address of its page from this one, None where there is none. spark: its growth as a
    small drawing.
    """

    manifest: ManifestJson
    page: str | None
    spark: Markup = Markup("")


def index(entries: Sequence[Entry], damaged: Sequence[str] = ()) -> str:
    """A page over runs, in the order given; `damaged` names folders that could not be read."""
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
            "kinds": KINDS,
            "rows": [(entry, index_row(entry.manifest)) for entry in entries],
            "damaged": damaged,
        },
    )


def write(folder: Path) -> Path:
    """Write the index of a folder of runs, the newest manifest first; all at once or not at all."""
    path, draft = folder / "index.html", folder / f".index.{os.getpid()}.html"
    try:
        runs, damaged = saved_runs(folder)
        entries = [
            Entry(run.manifest, _page(run.folder), _spark(run.folder, run.manifest)) for run in runs
        ]
        text = index(entries, [run.folder.name for run in damaged])
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {error.strerror or error}; give a folder that exists"
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return path


def _page(folder: Path) -> str | None:
    """The page to open: the verdict, or the tearsheet of a run from before there were verdicts."""
    for name in ("verdict.html", "tearsheet.html"):
        if (folder / name).is_file():
            return f"{quote(folder.name, safe='')}/{name}"
    return None


def _spark(folder: Path, manifest: ManifestJson) -> Markup:
    """The run's equity as a small drawing; nothing where its files cannot be read."""
    import pandas as pd

    try:
        equity = pd.read_parquet(folder / "equity.parquet")["equity"]
        return sparkline(equity, scoring(manifest)["divide"])
    except (OSError, ValueError, LookupError, TypeError):
        return Markup("")
